"""How long the limits took that have ended: kept or not by month, and the usual length against the law's.

Grouped by the database into days and lengths, so that what comes out is bounded however many cases there are.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from peewee import ModelSelect, fn

from lifecycle.hand import Hand
from models import Case, Clock, ClockState
from rules.periods import add_period, describe

MONTHS = 12
RECENT = 3  # months
ENDED = (ClockState.MET, ClockState.LAPSED)


@dataclass(frozen=True)
class Month:
    """The office's own limits that ended in a month, and how many of them in time."""

    first: date
    done: int
    on_time: int

    @property
    def rate(self) -> float | None:
        """Percent in time; None if nothing ended."""
        return 100 * self.on_time / self.done if self.done else None


@dataclass(frozen=True)
class Stage:
    """The limits of one rule that ended lately. days, allowed: medians in calendar days; law: in words."""

    rule: str
    name: str
    law: str
    days: float
    allowed: float
    done: int
    rate: float


def _ended(scope: Sequence[int], since: date) -> ModelSelect:
    return (
        Clock.select()
        .join(Case)
        .where(
            Case.office.in_(list(scope)),
            Clock.kind == "limit",
            Clock.state.in_(ENDED),
            Clock.started_on.is_null(False),
            Clock.due_on.is_null(False),
            Clock.ended_on >= since,
        )
    )


def months(scope: Sequence[int], hand: Hand) -> list[Month]:
    """Return the last twelve months, this one last, in one statement."""
    this = hand.today.replace(day=1)
    firsts = [add_period(this, -n, "month") for n in reversed(range(MONTHS))]
    done: Counter[date] = Counter()
    on_time: Counter[date] = Counter()
    figures = fn.COUNT(1), fn.COUNT(1).filter(Clock.ended_on <= Clock.due_on)
    rows = _ended(scope, firsts[0]).where(Clock.party == "office").select(Clock.ended_on, *figures)
    for on, count, kept in rows.group_by(Clock.ended_on).tuples():
        done[on.replace(day=1)] += count
        on_time[on.replace(day=1)] += kept
    return [Month(first, done[first], on_time[first]) for first in firsts]


def stages(scope: Sequence[int], hand: Hand) -> list[Stage]:
    """Return the rules whose limits ended in the last RECENT months, in the order of the books."""
    taken, allowed = _days(Clock.ended_on), _days(Clock.due_on)
    rows = (
        _ended(scope, add_period(hand.today, -RECENT, "month"))
        .select(Clock.rule, taken, allowed, fn.COUNT(1))
        .group_by(Clock.rule, taken, allowed)
        .tuples()
    )
    lengths: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for rule, days, due, count in rows:
        lengths[rule][days, due] += count
    known = {clock.key: clock for book in reversed(hand.books_here) for clock in book.clocks.values()}
    return [
        _stage(rule, clock.name, describe(clock), lengths[rule])
        for rule, clock in known.items()
        if rule in lengths
    ]


def _days(until: object) -> object:
    return (fn.JULIANDAY(until) - fn.JULIANDAY(Clock.started_on)).cast("integer")


def _stage(rule: str, name: str, law: str, lengths: Mapping[tuple[int, int], int]) -> Stage:
    days: Counter[int] = Counter()
    allowed: Counter[int] = Counter()
    for (taken, due), count in lengths.items():
        days[taken] += count
        allowed[due] += count
    done = days.total()
    kept = sum(count for (taken, due), count in lengths.items() if taken <= due)
    return Stage(rule, name, law, median(days), median(allowed), done, 100 * kept / done)


def median(counted: Mapping[int, int]) -> float:
    """Return the median of values, given how often each occurs."""
    total = sum(counted.values())
    return (_nth(counted, (total - 1) // 2) + _nth(counted, total // 2)) / 2


def _nth(counted: Mapping[int, int], n: int) -> int:
    for value in sorted(counted):
        n -= counted[value]
        if n < 0:
            return value
    raise IndexError(n)
