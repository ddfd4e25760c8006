"""The cases as lists show them: which are work, the lamp as SQL, narrowing, a row with what is to be done.

For the worklist and the dashboard, so that a figure and the rows behind it can never differ. Set-based: no
function here asks the database once for each case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn
from peewee import Case as When

from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CaseState,
    Clock,
    ClockPause,
    ClockState,
    Institution,
    Office,
    Role,
    User,
)
from rules.book import Book
from rules.rows import State, Step

LAMPS: Mapping[str, str] = MappingProxyType(
    {"red": "超期", "yellow": "临近", "green": "正常", "grey": "未计时"}
)
NOTHING = Case.id.in_([])


@dataclass(frozen=True)
class Filters:
    """What a list of cases is narrowed to; empty means all. due_from, due_to: of a running limit."""

    text: str = ""
    matter: str = ""
    lamp: str = ""
    office: int | None = None
    handler: int | None = None
    station: str = ""
    rule: str = ""
    due_from: date | None = None
    due_to: date | None = None


@dataclass(frozen=True)
class Task:
    """What is to be done next in a case. place: the state it is done in, or `serve`, or `case`."""

    text: str
    place: str


# --- Which cases are work, and whose ---


def is_in_sight() -> Expression:
    """Return the clause of the cases that the staff see: a provider's draft is its own until it is filed."""
    return (Case.state != CaseState.DRAFT) | Case.is_on_behalf


def _any(clauses: Iterable[Expression]) -> Expression:
    return reduce(or_, clauses, NOTHING)


def limit_steps(book: Book) -> dict[tuple[str, str], Step]:
    """Return the steps that meet a limit, by state and clock, of states that call for nothing themselves.

    A standing agreement is no work, but one whose systems are not connected yet is.
    """
    quiet = {key for key, state in book.states.items() if not state.todo}
    return {
        (origin, rule): step
        for step in book.steps
        if step.roles
        for origin in step.origins
        if origin in quiet
        for rule in step.meets
        if book.clocks[rule].kind == "limit"
    }


def _waits_for(book: Book, roles: Collection[str]) -> Expression:
    """Return the clause of the cases of `book` in which something is to be done by one of `roles`.

    A flag with roles of its own says whose work a case is as long as it stands.
    """
    states = [key for key, state in book.states.items() if state.todo and set(state.roles) & set(roles)]
    flags = [flag for flag in book.flags.values() if flag.roles]
    quiet = [key for key, step in limit_steps(book).items() if set(step.roles) & set(roles)]
    clauses = [Case.state.in_(states)]
    if flags:
        mine = [flag.key for flag in flags if set(flag.roles) & set(roles)]
        clauses = [clauses[0] & Case.flag.not_in([flag.key for flag in flags]), Case.flag.in_(mine)]
    clauses += [(Case.state == state) & (Clock.rule == rule) for state, rule in quiet]
    return (Case.book == book.id) & _any(clauses)


def is_work(hand: Hand) -> Expression:
    """Return the clause of the open cases in which anybody has something to do; not standing agreements."""
    open_work = [_waits_for(book, set(Role)) for book in hand.books.values()]
    return Case.closed_on.is_null() & is_in_sight() & _any(open_work)


def is_mine(hand: Hand, scope: Sequence[int]) -> Expression:
    """Return the clause of the open cases that wait for one of the person's roles.

    The city's reviewers are waited for by the offices below; all others by their own office.
    """
    own = hand.actor.office_id
    roles = hand.roles - {Role.CITY}
    mine = (Case.office == own) & _any([_waits_for(book, roles) for book in hand.books.values()])
    if Role.CITY in hand.roles:
        below = [office for office in scope if office != own]
        city = [_waits_for(book, {Role.CITY}) for book in hand.books.values()]
        mine = mine | (Case.office.in_(below) & _any(city))
    return Case.closed_on.is_null() & is_in_sight() & mine


def station_of(state: State) -> str:
    """Return the key of the column a state is counted under: its station, or its matter if it has none."""
    return state.station or state.matter


# --- The lamp as SQL: the same answer as rules.periods.lamp, for thousands at once ---


def color(today: date) -> Any:
    """Return the expression of the lamp's color of the joined lead clock; a case without clock is grey."""
    runs = Clock.state == ClockState.RUNNING
    return When(
        None,
        (
            (runs & (Clock.kind == "limit") & (Clock.due_on < today), "red"),
            (runs & (Clock.due_on >= today) & (Clock.yellow_on <= today), "yellow"),
            (runs, "green"),
        ),
        "grey",
    )


def is_overdue(today: date) -> Expression:
    """Return the clause of a red lamp."""
    return (Clock.state == ClockState.RUNNING) & (Clock.kind == "limit") & (Clock.due_on < today)


def is_due(first: date | None, last: date | None) -> Expression:
    """Return the clause of a running limit whose last day lies from `first` to `last`, both included."""
    clause = (Clock.state == ClockState.RUNNING) & (Clock.kind == "limit")
    if first:
        clause = clause & (Clock.due_on >= first)
    return clause & (Clock.due_on <= last) if last else clause


def with_lead(*columns: Any) -> ModelSelect:
    """Return a query of cases with their institution and, if there is one, the clock that lists show."""
    return (
        Case.select(*columns)
        .join(Institution)
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=(Clock.case == Case.id) & Clock.is_lead)
    )


def by_color(query: ModelSelect, today: date) -> dict[str, int]:
    """Return how many rows of `query`, which joins the lead clock, show each lamp, in one statement."""
    light = color(today).alias("color")
    counted = dict(query.select(light, fn.COUNT(Case.id)).group_by(light).tuples())
    return {name: counted.get(name, 0) for name in LAMPS}


# --- Narrowing and rows ---


def narrowed(query: ModelSelect, filters: Filters, hand: Hand) -> ModelSelect:
    """Return `query`, which joins institution and lead clock, narrowed to `filters`."""
    for word in filters.text.lower().split():
        query = query.where(Institution.search_key.contains(word) | Case.number.contains(word))
    wanted = (
        (filters.matter, Case.matter == filters.matter),
        (filters.lamp, color(hand.today) == filters.lamp),
        (filters.office, Case.office == filters.office),
        (filters.handler, Case.handler == filters.handler),
        (filters.station, _at_station(filters.station, hand.books.values())),
        (filters.rule, Clock.rule == filters.rule),
    )
    for asked, clause in wanted:
        query = query.where(clause) if asked else query
    if filters.due_from or filters.due_to:
        query = query.where(is_due(filters.due_from, filters.due_to))
    return query


def _at_station(station: str, books: Iterable[Book]) -> Expression:
    here = [
        (Case.book == book.id)
        & Case.state.in_([key for key, state in book.states.items() if station_of(state) == station])
        for book in books
    ]
    return _any(here)


def as_rows(query: ModelSelect) -> ModelSelect:
    """Return `query`, which joins institution and lead clock, with the columns of a list, as namedtuples."""
    handler = User.alias()
    return (
        query.select(
            Case.id,
            Case.number,
            Case.matter,
            Case.state,
            Case.flag,
            Case.book,
            Case.office.alias("office_id"),
            Case.handler.alias("handler_id"),
            Case.opened_on,
            Case.closed_on,
            Institution.name,
            Institution.kind.alias("institution_kind"),
            Case.is_on_behalf,
            Application.types,
            Application.channel,
            Office.name.alias("office"),
            handler.name.alias("handler"),
            handler.away_until,
            Clock.rule,
            Clock.due_on,
            Clock.yellow_on,
            Clock.is_provisional,
            Clock.kind,
            Clock.state.alias("clock_state"),
            Clock.document.alias("document_id"),
            ClockPause.from_on.alias("paused_on"),
        )
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(handler, JOIN.LEFT_OUTER, on=(Case.handler == handler.id))
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id))
        .switch(Case)
        .join(ClockPause, JOIN.LEFT_OUTER, on=(ClockPause.clock == Clock.id) & ClockPause.until_on.is_null())
        .namedtuples()
    )


def task_of(row: Any, book: Book) -> Task:
    """Return what is to be done next in the case of a row: let its clock run, or what its state asks."""
    if row.closed_on:
        return Task("", "case")
    if row.clock_state == ClockState.WAITING and row.document_id:
        return Task("登记送达回执", "serve")
    if row.clock_state == ClockState.PAUSED and (step := _resuming(row, book)):
        return Task(step.label, "case")
    if todo := book.todo_of(row.state, row.flag):
        return Task(todo, row.state if todo == book.states[row.state].todo else "case")
    step = limit_steps(book).get((row.state, row.rule))
    return Task(step.label if step else "", "case")


def _resuming(row: Any, book: Book) -> Step | None:
    return next((s for s in book.steps if row.state in s.origins and row.rule in s.resumes), None)


def type_labels(books: Iterable[Book]) -> dict[str, str]:
    """Return the labels of the designation types of all books."""
    return {row.key: row.label for book in books for row in book.types}
