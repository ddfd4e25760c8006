"""The work behind the dashboard: open cases by office and station, by clock, by person, and the rows.

A figure and the rows behind it come from the same clauses (blueprints.caseload), so they can never differ.
Every function asks once, whatever the number of cases.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from blueprints.caseload import Filters, as_rows, is_due, is_overdue, is_work, narrowed, station_of, with_lead
from blueprints.reminders import short_name
from blueprints.words import MATTERS
from lifecycle.hand import Hand
from models import Case, Clock, Institution, Office, User
from rules.book import Book

PAGE = 50
HORIZONS = (5, 10, 20)  # workdays ahead
ORDERS = {
    "due": (Clock.due_on.is_null(), Clock.due_on, Case.id),
    "name": (Institution.name, Case.id),
    "opened": (Case.opened_on, Case.id),
}


def work(scope: Sequence[int], hand: Hand) -> ModelSelect:
    """Return the cases in which somebody has something to do, with institution and lead clock joined."""
    return with_lead(Case.id).where(Case.office.in_(list(scope)), is_work(hand))


# --- By office and station ---


@dataclass
class Tally:
    """What an office, or all of them, has in hand; overdue by station, work by matter."""

    overdue: Counter[str] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)
    oldest: date | None = None  # the last day of what is overdue longest

    def add(self, station: str, matter: str, cases: int, late: int, oldest: date | None) -> None:
        self.work[matter] += cases
        self.overdue[station] += late
        self.oldest = min(filter(None, (self.oldest, oldest)), default=None)


@dataclass(frozen=True)
class Board:
    """Overdue cases by office and station. stations: label by key, in the order of the process."""

    stations: Mapping[str, str]
    offices: Mapping[int, Tally]
    total: Tally


def board(scope: Sequence[int], hand: Hand) -> Board:
    """Return what every office in `scope` has in hand and what of it is overdue, in one statement."""
    late = is_overdue(hand.today)
    figures = fn.COUNT(1), fn.COUNT(1).filter(late), fn.MIN(Clock.due_on).filter(late)
    rows = work(scope, hand).select(Case.office, Case.book, Case.state, *figures)
    found = Board(stations(hand.books_here), {office: Tally() for office in scope}, Tally())
    for office, book, key, cases, overdue, oldest in rows.group_by(
        Case.office, Case.book, Case.state
    ).tuples():
        state = hand.books[book].states[key]
        for tally in (found.offices[office], found.total):
            tally.add(station_of(state), state.matter, cases, overdue, oldest)
    return found


def stations(books: Iterable[Book]) -> dict[str, str]:
    """Return the label of every station of the books, and of the matters that have none."""
    found: dict[str, str] = {}
    plain: dict[str, str] = {}
    for book in books:
        for station in book.stations:
            found.setdefault(station.key, station.label)
        staged = {station.matter for station in book.stations}
        plain |= {s.matter: MATTERS[s.matter] for s in book.states.values() if s.matter not in staged}
    return found | plain


# --- By clock, and by person ---


@dataclass(frozen=True)
class Coming:
    """How many limits of one rule come due within each of HORIZONS."""

    rule: str
    name: str
    counts: tuple[int, ...]


def coming(scope: Sequence[int], hand: Hand) -> list[Coming]:
    """Return what comes due by rule, in the order of the books, in one statement."""
    ends = [horizon(days, hand) for days in HORIZONS]
    figures = [fn.COUNT(1).filter(is_due(hand.today, end)) for end in ends]
    rows = work(scope, hand).where(is_due(hand.today, ends[-1])).select(Case.book, Clock.rule, *figures)
    counted: dict[str, Counter[int]] = {}
    for _book, rule, *counts in rows.group_by(Case.book, Clock.rule).tuples():
        counted.setdefault(rule, Counter()).update(dict(enumerate(counts)))
    names = rules(hand.books_here)
    return [
        Coming(rule, name, tuple(counted[rule][n] for n in range(len(HORIZONS))))
        for rule, name in names.items()
        if rule in counted
    ]


def horizon(days: int, hand: Hand) -> date:
    """Return the last day of the next `days` workdays."""
    return hand.calendar.workday_after(hand.today, days)


def rules(books: Iterable[Book]) -> dict[str, str]:
    """Return the names of the limits of the books by key, as the first that has one calls it."""
    found: dict[str, str] = {}
    for clock in (clock for book in books for clock in book.clocks.values() if clock.kind == "limit"):
        found.setdefault(clock.key, clock.name)
    return found


def people(scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return handlers with what they have in hand, what of it is overdue, and what was closed this month.

    Namedtuples, the most burdened first, in one statement.
    """
    month = hand.today.replace(day=1)
    is_open, is_done = is_work(hand), Case.closed_on >= month
    in_hand = fn.COUNT(1).filter(is_open)
    late = fn.COUNT(1).filter(is_open & is_overdue(hand.today))
    query = with_lead(Case.id).where(Case.office.in_(list(scope)), is_open | is_done)
    return list(
        query.select(
            User.id,
            User.name,
            User.post,
            User.away_until,
            short_name().alias("office"),
            in_hand.alias("work"),
            late.alias("overdue"),
            fn.COUNT(1).filter(is_done).alias("done"),
        )
        .switch(Case)
        .join(User, on=(Case.handler == User.id))
        .join(Office, on=(User.office == Office.id))
        .group_by(User.id)
        .order_by(late.desc(), in_hand.desc(), User.id)
        .namedtuples()
    )


# --- The rows behind a figure ---


@dataclass(frozen=True)
class Asked:
    """Which rows: the filters, the workdays of `due` they were made from, order and page."""

    filters: Filters
    due: int | None
    sort: str
    page: int


def chosen(asked: Asked, scope: Sequence[int], hand: Hand) -> ModelSelect:
    """Return the cases that were asked for."""
    return narrowed(work(scope, hand), asked.filters, hand)


def page_of(asked: Asked, scope: Sequence[int], hand: Hand) -> tuple[list[Any], int]:
    """Return one page of the rows, and how many there are in all."""
    query = chosen(asked, scope, hand)
    rows = as_rows(query).order_by(*ORDERS[asked.sort]).paginate(asked.page, PAGE)
    return list(rows), query.count()


def all_rows(asked: Asked, scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return every row that was asked for."""
    return list(as_rows(chosen(asked, scope, hand)).order_by(*ORDERS[asked.sort]))


def handlers(scope: Sequence[int], hand: Hand) -> list[tuple[int, str]]:
    """Return id and name of everybody who handles a case in `scope` now."""
    query = work(scope, hand).select(User.id, User.name).switch(Case).join(User, on=(Case.handler == User.id))
    return list(query.distinct().order_by(User.name, User.id).tuples())
