"""How long an agreement has gone without settlement (未发生医保费用结算), its suspensions left out (C-37).

One way of counting for the sweep, the radar, the dashboard and the agreement's page. The length and the days
of warning are the book's; nothing here ends an agreement, a person decides (B-13).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from lifecycle.hand import Hand
from models import (
    Agreement,
    Case,
    CaseState,
    Document,
    ExitRequest,
    Institution,
    Matter,
    Office,
    Suspension,
    SuspensionState,
)
from rules.book import Book
from rules.periods import add_period
from rules.rows import ClockRule

RULE = "inactivity"
STANDING = (CaseState.ACTIVE, CaseState.EXTENDED)
UNCOUNTED = (SuspensionState.PLANNED, SuspensionState.CANCELLED)
WISH = "suspend"
NUMBER = fn.COALESCE(Document.number, Agreement.own_number)
since_day = fn.COALESCE(Agreement.last_settled_on, Agreement.counts_from, Agreement.starts_on)

Stop = tuple[date, date | None]  # first day of a suspension, first day after it; None: it holds still


def days_without(since: date, today: date, stops: Iterable[Stop] = ()) -> int:
    """Return the days after `since` up to `today` that no suspension covers.

    Natural days, whatever the holidays. What lies outside is clipped, days that two stops cover count once.
    """
    days, reached = max(0, (today - since).days), since + timedelta(days=1)
    for first, over_on in sorted(stops, key=lambda stop: stop[0]):
        start = max(first, reached)
        end = min(over_on or date.max, today + timedelta(days=1))
        if end > start:
            days -= (end - start).days
            reached = end
    return days


@dataclass(frozen=True)
class Count:
    """The days without settlement. left: days until the longest is reached, negative beyond; None: no limit.

    paused: days of suspension left out. is_settled: counted from a settlement, not from the first day.
    """

    since: date
    is_settled: bool
    days: int
    paused: int
    left: int | None
    limit: ClockRule | None

    @property
    def is_over(self) -> bool:
        return self.left is not None and self.left < 0

    @property
    def is_near(self) -> bool:
        return bool(self.warned) and not self.is_over

    @property
    def warned(self) -> list[int]:
        """The reminders that are due: the days left at which each was."""
        at = self.limit.warn_at if self.limit else ()
        return [days for days in sorted(at, reverse=True) if self.left is not None and self.left <= days]


@dataclass(frozen=True)
class Idle:
    """An agreement and its count. asks_to_suspend: a request for suspension lies open (提出中止申请)."""

    case_id: int
    agreement_id: int
    institution_id: int
    office_id: int
    office: str
    office_code: str
    case_number: str
    number: str
    name: str
    national_code: str
    kind: str
    idle_since: date | None
    asks_to_suspend: bool
    count: Count

    @property
    def is_proposed(self) -> bool:
        return self.count.is_over and not self.asks_to_suspend


def count(since: date, today: date, *, is_settled: bool, stops: Iterable[Stop], book: Book) -> Count:
    """Return the days since the last settlement, or since the first day of its unbroken terms without one."""
    rule, days = book.clocks.get(RULE), days_without(since, today, stops)
    moved = today - timedelta(days=days)  # as if nothing had been left out
    left = (add_period(moved, rule.amount, rule.unit) - today).days if rule else None
    paused = max(0, (today - since).days) - days
    return Count(since, is_settled, days, paused, left, rule)


def count_of(agreement: Agreement, hand: Hand) -> Count:
    """Return the count of one agreement today."""
    since = agreement.last_settled_on or agreement.counts_from or agreement.starts_on
    return count(
        since,
        hand.today,
        is_settled=agreement.last_settled_on is not None,
        stops=stops_of([agreement.case_id]).get(agreement.case_id, ()),
        book=hand.book_of(agreement.case),
    )


def marks(book: Book) -> list[int]:
    """Return the days at which a reminder is due and, last, the longest the law allows: 150, 170, 180."""
    rule = book.clocks.get(RULE)
    return [*(rule.amount - days for days in sorted(rule.warn_at, reverse=True)), rule.amount] if rule else []


def is_limited(hand: Hand) -> bool:
    """Return whether a book of the person's offices limits the time without settlement."""
    return any(RULE in book.clocks for book in hand.books_here)


def stops_of(cases: Collection[int] | ModelSelect) -> dict[int, list[Stop]]:
    """Return the suspensions that held or hold, by case, those of earlier terms with them; one statement."""
    held = Case.alias()
    same = (held.institution == Case.institution) & (held.office == Case.office)
    rows = (
        Case.select(Case.id, Suspension.starts_on, Suspension.over_on)
        .join(held, on=same & (held.matter == Matter.AGREEMENT))
        .join(Suspension, on=Suspension.case == held.id)
        .where(Case.id.in_(cases), Suspension.state.not_in(UNCOUNTED))
        .order_by(Suspension.id)
        .tuples()
    )
    found: dict[int, list[Stop]] = {}
    for case_id, starts_on, over_on in rows:
        found.setdefault(case_id, []).append((starts_on, over_on))
    return found


def warned(books: Mapping[str, Book], today: date) -> Expression:
    """Return the clause of the agreements that may be near the limit or over it by their plain days."""
    clauses: list[Expression] = [Case.id.in_([])]
    for book in books.values():
        if rule := book.clocks.get(RULE):
            longest = add_period(today, -rule.amount, rule.unit)
            first = longest + timedelta(days=max(rule.warn_at, default=0))
            clauses.append((Case.book == book.id) & (since_day <= first))
    return reduce(or_, clauses)


def agreements(hand: Hand, *where: Expression) -> list[Idle]:
    """Return the agreements that are not ended with their counts, the longest first; two statements.

    where: narrows them in the database. Those of a book without a limit are left out.
    """
    limited = [book.id for book in hand.books.values() if RULE in book.clocks]
    clauses = [Case.closed_on.is_null(), Case.matter == Matter.AGREEMENT, Case.book.in_(limited), *where]
    clauses.append(Case.state != CaseState.NEW)
    rows = list(_rows().where(*clauses).namedtuples())
    stops = stops_of(_from(Agreement.select(Case.id)).where(*clauses)) if rows else {}
    found = [_told(row, stops.get(row.case_id, ()), hand) for row in rows]
    return sorted(found, key=lambda row: (-row.count.days, row.case_id))


def standing(hand: Hand, *where: Expression) -> list[Idle]:
    """Return the standing agreements with their counts as `agreements` does; suspended ones do not stand."""
    return agreements(hand, Case.state.in_(STANDING), *where)


def near_or_over(hand: Hand, *where: Expression) -> list[Idle]:
    """Return the standing agreements near the limit or over it, the longest first."""
    rows = standing(hand, warned(hand.books, hand.today), *where)
    return [row for row in rows if row.count.is_near or row.count.is_over]


def _from(query: ModelSelect) -> ModelSelect:
    return (
        query.join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER)
    )


def _rows() -> ModelSelect:
    asked = Case.alias()
    wishes = (
        ExitRequest.select(ExitRequest.agreement)
        .join(asked, on=(ExitRequest.case == asked.id))
        .where(ExitRequest.wish == WISH, asked.closed_on.is_null())
    )
    return _from(
        Agreement.select(
            Case.id.alias("case_id"),
            Case.book,
            Agreement.id.alias("agreement_id"),
            Institution.id.alias("institution_id"),
            Institution.name,
            Institution.kind,
            Office.id.alias("office_id"),
            Office.name.alias("office"),
            Office.code.alias("office_code"),
            Case.number.alias("case_number"),
            Institution.national_code,
            NUMBER.alias("number"),
            Agreement.last_settled_on,
            Agreement.starts_on,
            Agreement.counts_from,
            Agreement.idle_since,
            Case.id.in_(wishes).alias("asks_to_suspend"),
        )
    )


def _told(row: Any, stops: Iterable[Stop], hand: Hand) -> Idle:
    counted = count(
        row.last_settled_on or row.counts_from or row.starts_on,
        hand.today,
        is_settled=row.last_settled_on is not None,
        stops=stops,
        book=hand.books[row.book],
    )
    return Idle(
        case_id=row.case_id,
        agreement_id=row.agreement_id,
        institution_id=row.institution_id,
        office_id=row.office_id,
        office=row.office,
        office_code=row.office_code,
        case_number=row.case_number,
        national_code=row.national_code,
        number=row.number or "",
        name=row.name,
        kind=row.kind,
        idle_since=row.idle_since,
        asks_to_suspend=bool(row.asks_to_suspend),
        count=counted,
    )
