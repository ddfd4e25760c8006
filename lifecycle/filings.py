"""What was filed with whom (备案、报备、省系统维护)."""

from models import Case, Filing, User


def filings_of(case: Case) -> list[Filing]:
    """Return the filings of a case with who recorded them, newest first."""
    return list(Filing.select(Filing, User).join(User).where(Filing.case == case).order_by(Filing.id.desc()))
