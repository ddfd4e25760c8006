"""The one door through which the time of day enters, in the office's zone; demo and tests may move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

_shift = timedelta(0)


def now() -> datetime:
    """Return the present moment in Asia/Shanghai, naive, to the second."""
    return (datetime.now(tz=ZONE) + _shift).replace(tzinfo=None, microsecond=0)


def today() -> date:
    """Return the present day in Asia/Shanghai."""
    return now().date()


def move_to(moment: datetime | None) -> None:
    """Let the product's clock show `moment` from now on; None puts it right. For demo data and tests."""
    global _shift  # noqa: PLW0603
    _shift = timedelta(0)
    if moment is not None:
        _shift = moment - now()


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Move the clock for the length of a block."""
    before = _shift
    move_to(moment)
    try:
        yield
    finally:
        move_to(None)
        globals()["_shift"] = before
