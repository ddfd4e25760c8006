"""What was filed with whom (备案、报备、省系统维护)."""

from dataclasses import dataclass
from datetime import date

from peewee import fn

from lifecycle.hand import Hand
from models import Case, Filing, FilingKind, StepTaken, User


@dataclass(frozen=True)
class Upload:
    """An upload to the provincial system that nobody has recorded yet (第十二条（一）)."""

    system: str
    since: date


def filings_of(case: Case) -> list[Filing]:
    """Return the filings of a case with who recorded them, newest first."""
    return list(Filing.select(Filing, User).join(User).where(Filing.case == case).order_by(Filing.id.desc()))


def open_upload(case: Case, hand: Hand) -> Upload | None:
    """Return the upload that is due since acceptance, or None before it, once recorded and when closed.

    It is a task with a date, never a condition of anything (readings C-06).
    """
    system = hand.region_of(case.office).province_system
    if case.closed_on or not system:
        return None
    recorded = Filing.select(Filing.id).where(Filing.case == case.id, Filing.kind == FilingKind.PROVINCE)
    since = (
        StepTaken.select(StepTaken.on)
        .where(StepTaken.case == case.id, StepTaken.action == "accept", StepTaken.undone_at.is_null())
        .where(~fn.EXISTS(recorded))
        .order_by(StepTaken.id.desc())
        .scalar()
    )
    return Upload(system, since) if since else None
