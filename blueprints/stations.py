"""The process bar of a case: stations done, the current one, those to come; for staff and institution."""

from dataclasses import dataclass

from lifecycle.cases import facts
from lifecycle.hand import Hand
from models import Case, Clock, ClockState, StepTaken, User
from rules.book import Book
from rules.guards import holds


@dataclass(frozen=True)
class StationRow:
    """A node of the process bar."""

    name: str
    kind: str
    when: str = ""
    who: str = ""
    late: str = ""


def stations(case: Case, hand: Hand) -> list[StationRow]:
    """Return the process bar: stations done with day and person, the current with its due day, the rest."""
    book, known = hand.book_of(case), facts(case)
    nodes = [s for s in book.stations if s.matter == case.matter and holds(s.when, known)]
    left = _left(case, book)
    here = _station_of(case, book)
    passed = {key for key in left if key != here}
    lates = _late_by_station(case, book, hand)
    rows = []
    for node in nodes:
        if node.key == here and not case.closed_on:
            rows.append(StationRow(node.label, "current", *_until(case, hand)))
        elif node.key in passed or (node.key == here and case.closed_on):
            step = left.get(node.key)
            when = f"{step.on:%m-%d}" if step else ""
            who = step.actor.name if step else ""
            rows.append(StationRow(node.label, "done", when, who, lates.get(node.key, "")))
        else:
            rows.append(StationRow(node.label, "to-come"))
    return rows


def _station_of(case: Case, book: Book) -> str:
    state = book.states[case.held_state or case.state]
    return state.station or (book.states[case.state].station)


def _left(case: Case, book: Book) -> dict[str, StepTaken]:
    """Return the last step by which the case left each station in its present round."""
    rows = (
        StepTaken.select(StepTaken, User)
        .join(User)
        .where(StepTaken.case == case, StepTaken.undone_at.is_null())
        .order_by(StepTaken.id)
    )
    left: dict[str, StepTaken] = {}
    for step in rows:
        origin, target = book.states[step.origin].station, book.states[step.target].station
        if step.origin == "rectification" or (step.target == "accepted" and step.round < case.round):
            left = {key: value for key, value in left.items() if key == "check"}
        if target == "accept":
            left["accept"] = step  # acceptance is done when it is pronounced, not when the review begins
        if origin and origin not in (target, "accept"):
            left[origin] = step
    return left


def _until(case: Case, hand: Hand) -> tuple[str, str, str]:
    """Return the day of the leading clock, nobody, and whether that day is past."""
    due = Clock.select(Clock.due_on).where(Clock.case == case, Clock.is_lead).scalar()
    if due is None:
        return "", "", ""
    shown = f"{due:%m-%d}" if due.year == hand.today.year else f"{due:%Y-%m-%d}"
    return f"至 {shown}", "", "已超期" if due < hand.today else ""


def _late_by_station(case: Case, book: Book, hand: Hand) -> dict[str, str]:
    """Return how late the limits of each station were met, as 迟 2 工作日."""
    rows = (
        Clock.select(Clock.rule, Clock.due_on, Clock.ended_on)
        .where(Clock.case == case, Clock.state == ClockState.MET, Clock.kind == "limit")
        .where(Clock.ended_on > Clock.due_on)
        .tuples()
    )
    found = {}
    for rule, due_on, ended_on in rows:
        step = next((s for s in book.steps if rule in s.meets and s.matter == case.matter), None)
        station = book.states[step.origins[0]].station if step else ""
        found[station] = f"迟 {hand.calendar.count_workdays(due_on, ended_on)} 工作日"
    return found
