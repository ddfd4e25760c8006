"""What is told of the radar: that its list was taken out of the product."""

from lifecycle import audit
from lifecycle.db import write_tx
from lifecycle.hand import Hand


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the office's stream that a list was taken out of the product."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)
