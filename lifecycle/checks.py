"""The invariants of the whole database in one place; each yields a line for what is wrong."""

from collections.abc import Callable, Iterator

from peewee import fn

from lifecycle import audit
from lifecycle.hand import Hand
from models import Agreement, Case, Clock, ClockState, Document, Event, NumberSeries, StepTaken, db
from rules.book import Book


def problems(hand: Hand) -> Iterator[str]:
    """Yield one line for each broken invariant; nothing when all is well."""
    for check in CHECKS:
        yield from check(hand)
    yield from audit.broken_links()


def file_integrity(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    for (line,) in db.execute_sql("pragma integrity_check").fetchall():
        if line != "ok":
            yield f"database: {line}"
    for row in db.execute_sql("pragma foreign_key_check").fetchall():
        yield f"database: row {row[1]} of {row[0]} points to nothing in {row[2]}"


def books_present(hand: Hand) -> Iterator[str]:
    for (book,) in Case.select(Case.book).distinct().tuples():
        if book not in hand.books:
            yield f"book {book} is gone, but cases were opened under it"


def closed_cases_rest(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    running = (
        Clock.select(Case.number).join(Case).where(Case.closed_on.is_null(False), Clock.ended_on.is_null())
    )
    for (number,) in running.tuples():
        yield f"case {number} is closed, but a clock still runs"


def open_cases_stand_in_the_book(hand: Hand) -> Iterator[str]:
    """An open case stands in a state of its book, and has the clocks that its last steps started."""
    for number, book, matter, state in (
        Case.select(Case.number, Case.book, Case.matter, Case.state).where(Case.closed_on.is_null()).tuples()
    ):
        known = hand.books[book].states.get(state) if book in hand.books else None
        if known is None or known.matter != matter:
            yield f"case {number} stands in {state}, which its book does not know"


def open_cases_have_their_clocks(hand: Hand) -> Iterator[str]:
    """Where every way into a state starts a clock, a case standing there has it, open, met or waived."""
    for book in hand.books.values():
        for matter, state, rule in _demanded(book):
            has = Clock.select().where(
                Clock.case == Case.id,
                Clock.rule == rule,
                Clock.state.in_(
                    [
                        ClockState.RUNNING,
                        ClockState.WAITING,
                        ClockState.PAUSED,
                        ClockState.WAIVED,
                        ClockState.MET,
                    ]
                ),
            )
            lacking = Case.select(Case.number).where(
                Case.book == book.id,
                Case.matter == matter,
                Case.state == state,
                Case.closed_on.is_null(),
                ~fn.EXISTS(has),
            )
            for (number,) in lacking.tuples():
                yield f"case {number} stands in {state} without its clock {rule}"


def _demanded(book: Book) -> list[tuple[str, str, str]]:
    """Return (matter, state, clock) where every step into the state from outside starts the clock."""
    found = []
    for state in book.states.values():
        ways_in = [s for s in book.steps if s.target == state.key and s.matter == state.matter]
        if not ways_in:
            continue
        common = set.intersection(*({b.clock for b in s.starts} for s in ways_in))
        found += [(state.matter, state.key, rule) for rule in sorted(common)]
    return found


def one_lead(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    running = Clock.select().where(Clock.case == Case.id, Clock.ended_on.is_null())
    lead = running.where(Clock.is_lead)
    for (number,) in Case.select(Case.number).where(fn.EXISTS(running), ~fn.EXISTS(lead)).tuples():
        yield f"case {number} shows none of its clocks in the lists"


def overdue_marks_agree(hand: Hand) -> Iterator[str]:
    wrong = (
        Clock.select(Case.number, Clock.rule)
        .join(Case)
        .where(Clock.is_overdue, Clock.state == ClockState.RUNNING, Clock.due_on >= hand.today)
    )
    for number, rule in wrong.tuples():
        yield f"case {number}: clock {rule} is marked overdue, but is not"


def numbers_gapless(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    rows = (
        Document.select(
            Document.office, Document.word, Document.year, fn.COUNT(Document.id), fn.MAX(Document.seq)
        )
        .group_by(Document.office, Document.word, Document.year)
        .tuples()
    )
    for office, word, year, count, top in rows:
        last = (
            NumberSeries.select(NumberSeries.last)
            .where(NumberSeries.office == office, NumberSeries.word == word, NumberSeries.year == year)
            .scalar()
        )
        if not count == top == last:
            where = f"documents of office {office}, {word} {year}"
            yield f"{where}: {count} numbers, highest {top}, series at {last}"


def states_have_their_events(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    for step_id, case_id, action in StepTaken.select(StepTaken.id, StepTaken.case, StepTaken.action).tuples():
        if not Event.select().where(Event.case == case_id, Event.action == action).exists():
            yield f"step {step_id} of case {case_id} ({action}) has no event"


def agreements_match_their_clocks(hand: Hand) -> Iterator[str]:  # noqa: ARG001
    rows = (
        Agreement.select(Case.number, Agreement.ends_on, Clock.due_on)
        .join(Case)
        .join(Clock, on=(Clock.case == Case.id) & (Clock.rule == "term") & Clock.ended_on.is_null())
        .where(Agreement.ends_on != Clock.due_on)
    )
    for number, ends_on, due_on in rows.tuples():
        yield f"agreement {number} ends on {ends_on}, but its term clock on {due_on}"


CHECKS: list[Callable[[Hand], Iterator[str]]] = [
    file_integrity,
    books_present,
    closed_cases_rest,
    open_cases_stand_in_the_book,
    open_cases_have_their_clocks,
    one_lead,
    overdue_marks_agree,
    numbers_gapless,
    states_have_their_events,
    agreements_match_their_clocks,
]
