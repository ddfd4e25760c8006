"""Cases that have walked to a place by their real steps; the days of the good path stand in MOVES."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from lifecycle import moment
from models import Case, Clock, Event, Kind, Office, Role, StepTaken, db
from tests.builders import (
    a_city,
    a_file,
    a_group,
    a_signed_sheet,
    an_application,
    an_office,
    night,
    receive_all,
    serve_last,
    step,
)

MEETING = {"meeting": 1}
NEGOTIATED = {"negotiation": {"held_on": "2026年4月24日"}}
TERM = {"signed_on": "2026-05-06", "starts_on": "2026-05-06", "ends_on": "2027-05-05"}
UNQUALIFIED = {"reasons": "药房面积不足", "advice": "扩建药房"}
SERVED = date(2026, 3, 24)


def day(month: int, number: int) -> date:
    """A day of 2026."""
    return date(2026, month, number)


def _accept(case: Case) -> Case:
    receive_all(case)
    return step(case, "accept", Role.CLERK, day(3, 3))


def _start_desk_review(case: Case) -> Case:
    a_group(case)
    return step(case, "start_desk_review", Role.REVIEWER, day(3, 4), name="孙立群")


def _conclude_desk_review(case: Case) -> Case:
    a_signed_sheet(case, "desk")
    return step(case, "conclude_desk_review", Role.REVIEWER, day(3, 10), name="孙立群")


def _conclude_on_site(case: Case) -> Case:
    a_signed_sheet(case, "on_site")
    return step(case, "conclude_on_site", Role.REVIEWER, day(3, 20), name="孙立群")


def _sleep(on: date) -> Callable[[Case], Case]:
    def move(case: Case) -> Case:
        night(on)
        return Case.get_by_id(case.id)

    return move


def _sign(case: Case) -> Case:
    a_file(case, "signed_text")
    return step(case, "sign", Role.AGREEMENT, day(5, 6), data=TERM)


MOVES: dict[str, Callable[[Case], Case]] = {
    "filed": _accept,
    "accepted": _start_desk_review,
    "desk_review": _conclude_desk_review,
    "on_site": _conclude_on_site,
    "result_pending": lambda case: step(case, "qualify", Role.MANAGER, day(3, 23)),
    "qualified": lambda case: step(case, "publish_result", Role.AGREEMENT, day(3, 24)),
    "public_notice": _sleep(day(4, 3)),
    "proposed_pass": lambda case: step(case, "approve", Role.MANAGER, day(4, 8), data=MEETING),
    "city_review": lambda case: step(case, "pass_city_review", Role.CITY, day(4, 10)),
    "final_decision": lambda case: step(case, "approve_final", Role.MANAGER, day(4, 13), data=MEETING),
    "listed": lambda case: step(case, "publish_list", Role.AGREEMENT, day(4, 14)),
    "supervision_notice": _sleep(day(4, 22)),
    "negotiation": lambda case: step(case, "agree", Role.AGREEMENT, day(4, 24), data=NEGOTIATED),
    "signing": _sign,
}


_kept: dict[str, tuple[sqlite3.Connection, int]] = {}  # what was walked → the database then, the case's id


def a_case_at(
    state: str, kind: str = Kind.MEDICAL, types: Sequence[str] = ("outpatient_pooling",), **fields: Any
) -> Case:
    """An application of the county under the city, walked along the good path to `state`.

    options: of the region, changed before the first step. What was walked once on an empty database is kept
    as a copy of the database: the walk of twenty steps costs more than most tests.
    """
    if db.in_transaction() or Office.select().exists():
        return _walked(state, kind, types, **fields)
    key = repr((state, kind, types, sorted(fields.items()), moment.today()))
    if key not in _kept:
        case = _walked(state, kind, types, **fields)
        copy = sqlite3.connect(":memory:")
        db.connection().backup(copy)
        _kept[key] = (copy, case.id)
    else:
        _kept[key][0].backup(db.connection())
    return Case.get_by_id(_kept[key][1])


def _walked(state: str, kind: str, types: Sequence[str], **fields: Any) -> Case:
    an_office(parent=a_city())
    options = fields.pop("options", {})
    case = an_application(kind, types, **fields)
    Case.update(options=case.options | options).where(Case.id == case.id).execute()
    case = Case.get_by_id(case.id)
    while case.state != state:
        case = MOVES[case.state](case)
    return case


def a_rectification(served_on: date | None = SERVED, **fields: Any) -> Case:
    """An application found unqualified on 23 March, its notice served on `served_on` (None: not yet)."""
    case = a_case_at("result_pending", **fields)
    case = step(case, "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    if served_on:
        serve_last(case, served_on)
    return case


def a_second_result(**fields: Any) -> Case:
    """An application in its second round, waiting for the result since 15 July."""
    case = a_rectification(**fields)
    case = step(case, "request_reevaluation", Role.CLERK, day(7, 1))
    a_group(case)
    step(case, "start_desk_review", Role.REVIEWER, day(7, 2), name="孙立群")
    a_signed_sheet(case, "desk")
    case = step(case, "conclude_desk_review", Role.REVIEWER, day(7, 10), name="孙立群")
    a_signed_sheet(case, "on_site")
    return step(case, "conclude_on_site", Role.REVIEWER, day(7, 15), name="孙立群")


def an_agreement(**fields: Any) -> Case:
    """The agreement case of an application signed on 6 May for a year."""
    return Case.get(Case.origin == a_case_at("designated", **fields))


def standing(case: Case) -> dict[str, tuple[str, date | None]]:
    """Every open clock of the case: rule → (state, last day)."""
    rows = Clock.select(Clock.rule, Clock.state, Clock.due_on).where(
        Clock.case == case, Clock.ended_on.is_null()
    )
    return {rule: (state, due_on) for rule, state, due_on in rows.tuples()}


def ended(case: Case) -> dict[str, tuple[str, date]]:
    """Every ended clock of the case, the newest of each rule: rule → (state, day)."""
    rows = Clock.select(Clock.rule, Clock.state, Clock.ended_on).where(
        Clock.case == case, Clock.ended_on.is_null(False)
    )
    return {rule: (state, on) for rule, state, on in rows.order_by(Clock.id).tuples()}


def trace(case: Case) -> tuple[int, int, int, str]:
    """What a refusal must leave as it was: events, steps, version and state."""
    row = Case.get_by_id(case.id)
    return Event.select().count(), StepTaken.select().count(), row.version, row.state
