"""Service put right, with what follows from it for a lapse."""

from datetime import date

from lifecycle import corrections, papers
from lifecycle.db import write_tx
from lifecycle.hand import Hand
from models import ProofOfService


def correct_served(proof: ProofOfService, *, hand: Hand, served_on: date, reason: str, version: int) -> bool:
    """Correct the served day and return whether a lapse was taken back because of it.

    Raises as lifecycle.papers.correct_served does; then nothing is written.
    """
    with write_tx():
        papers.correct_served(proof, hand=hand, served_on=served_on, reason=reason, version=version)
        return corrections.recheck_lapse(proof.document.case, hand, f"送达日期更正：{reason}")
