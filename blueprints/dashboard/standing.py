"""Agreements in force: how many, which end soon, which went long without settlement (第三十一条（二）)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import Expression, ModelSelect, fn

from blueprints.reminders import offices, short_name
from lifecycle import idle as unsettled
from lifecycle.hand import Hand
from models import Agreement, Case, CaseState, Institution, Matter, Office

STANDING = (CaseState.ACTIVE, CaseState.EXTENDED)
AHEAD = timedelta(days=90)  # how far ahead the dashboard looks for ends of term
ROWS = 10


@dataclass(frozen=True)
class Figures:
    """Agreements in force, those that end soon, those over or near the longest time unsettled."""

    standing: int
    ending: int
    over: int
    near: int


@dataclass(frozen=True)
class Idle:
    """An agreement without settlement since a day. is_over: for longer than the law allows."""

    case_id: int
    name: str
    office: str
    since: date
    is_settled: bool
    days: int
    is_over: bool


def _standing(scope: Sequence[int]) -> ModelSelect:
    return (
        Agreement.select()
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .where(Case.office.in_(list(scope)), Case.matter == Matter.AGREEMENT, Case.state.in_(STANDING))
    )


def _ending(hand: Hand) -> Expression:
    return Agreement.ends_on.between(hand.today, hand.today + AHEAD)


def figures(scope: Sequence[int], hand: Hand) -> Figures:
    """Return the four figures: those of settlement counted as everywhere, without the days of suspension."""
    columns = fn.COUNT(1), fn.COUNT(1).filter(_ending(hand))
    rows = _unsettled(scope, hand)
    over = sum(row.count.is_over for row in rows)
    return Figures(*_standing(scope).select(*columns).tuples().get(), over, len(rows) - over)


def idle(scope: Sequence[int], hand: Hand) -> list[Idle]:
    """Return the agreements over or near the longest time unsettled, the longest first, ROWS at most."""
    rows = _unsettled(scope, hand)[:ROWS]
    short = {office.id: office.short for office in offices(scope)}
    return [
        Idle(
            row.case_id,
            row.name,
            short[row.office_id],
            row.count.since,
            row.count.is_settled,
            row.count.days,
            row.count.is_over,
        )
        for row in rows
    ]


def _unsettled(scope: Sequence[int], hand: Hand) -> list[Any]:
    return unsettled.near_or_over(hand, Case.office.in_(list(scope)))


def ending(scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return the agreements whose term ends soon, the next first, ROWS at most, as namedtuples."""
    columns = Case.id, Institution.name, short_name().alias("office"), Agreement.ends_on
    rows = _standing(scope).where(_ending(hand)).select(*columns, Agreement.is_renewal_open)
    return list(rows.order_by(Agreement.ends_on, Case.id).limit(ROWS).namedtuples())


def longest(hand: Hand) -> str:
    """Return the longest time without settlement in words: 180 日. Nothing where no book here limits it."""
    book = next((book for book in hand.books_here if unsettled.RULE in book.clocks), None)
    return f"{book.clocks[unsettled.RULE].amount} 日" if book else ""
