"""Agreements in force: how many, which end soon, which went long without settlement (第三十一条（二）)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from peewee import Expression, ModelSelect, fn

from blueprints.reminders import short_name
from lifecycle.hand import Hand
from models import Agreement, Case, CaseState, Institution, Matter, Office
from rules.book import Book
from rules.periods import add_period

STANDING = (CaseState.ACTIVE, CaseState.EXTENDED)
AHEAD = timedelta(days=90)  # how far ahead the dashboard looks for ends of term
ROWS = 10
IDLE = "inactivity"
since_day = fn.COALESCE(Agreement.last_settled_on, Agreement.starts_on)


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


def limits(book: Book, today: date) -> tuple[date, date]:
    """Return the last days of settlement before which it is too long, and up to which it is near that."""
    rule = book.clocks[IDLE]
    longest = add_period(today, -rule.amount, rule.unit)
    return longest, longest + timedelta(days=max(rule.warn_at, default=0))


def _since(hand: Hand, part: str) -> Expression:
    """Return the clause of the agreements that are `over` or `near` the longest time without settlement."""
    clauses: list[Expression] = [Case.id.in_([])]
    for book in hand.books.values():
        if IDLE in book.clocks:
            longest, warned = limits(book, hand.today)
            bounds = since_day < longest if part == "over" else (since_day >= longest) & (since_day <= warned)
            clauses.append((Case.book == book.id) & bounds)
    return reduce(or_, clauses)


def _ending(hand: Hand) -> Expression:
    return Agreement.ends_on.between(hand.today, hand.today + AHEAD)


def figures(scope: Sequence[int], hand: Hand) -> Figures:
    """Return the four figures in one statement."""
    clauses = _ending(hand), _since(hand, "over"), _since(hand, "near")
    columns = [fn.COUNT(1), *(fn.COUNT(1).filter(clause) for clause in clauses)]
    return Figures(*_standing(scope).select(*columns).tuples().get())


def idle(scope: Sequence[int], hand: Hand) -> list[Idle]:
    """Return the agreements over or near the longest time unsettled, the longest first, ROWS at most."""
    rows = _standing(scope).where(_since(hand, "over") | _since(hand, "near"))
    columns = (
        Case.id,
        Case.book,
        Institution.name,
        short_name(),
        Agreement.last_settled_on,
        Agreement.starts_on,
    )
    found = rows.select(*columns).order_by(since_day, Case.id).limit(ROWS).tuples()
    return [_told(row, hand) for row in found]


def _told(row: tuple[Any, ...], hand: Hand) -> Idle:
    case_id, book, name, office, settled_on, starts_on = row
    since = settled_on or starts_on
    longest, _ = limits(hand.books[book], hand.today)
    return Idle(
        case_id, name, office, since, settled_on is not None, (hand.today - since).days, since < longest
    )


def ending(scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return the agreements whose term ends soon, the next first, ROWS at most, as namedtuples."""
    columns = Case.id, Institution.name, short_name().alias("office"), Agreement.ends_on
    rows = _standing(scope).where(_ending(hand)).select(*columns, Agreement.is_renewal_open)
    return list(rows.order_by(Agreement.ends_on, Case.id).limit(ROWS).namedtuples())


def longest(hand: Hand) -> str:
    """Return the longest time without settlement in words: 180 日. Nothing where no book here limits it."""
    book = next((book for book in hand.books_here if IDLE in book.clocks), None)
    return f"{book.clocks[IDLE].amount} 日" if book else ""
