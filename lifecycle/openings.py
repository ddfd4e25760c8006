"""Many cases opened at once by the same first step of their book: open_case and take_step, in batches.

For an import, which would otherwise hold the lock for writing for minutes. Only for a step that asks nothing
and touches nothing but its own case: no conditions, document, links, bans. A test holds both ways to the same
rows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import chunked

from lifecycle import audit, clocks, moment, numbering
from lifecycle.cases import FIRST_STATE
from lifecycle.db import insert_all, write_tx
from lifecycle.errors import NotAllowed
from lifecycle.hand import Hand
from lifecycle.steps import snapshot
from models import Case, Clock, Institution, Matter, StepTaken
from rules.guards import holds
from rules.rows import Step

BATCH = 300


@dataclass(frozen=True)
class Opening:
    """A case to be opened. data: what is typed with its first step."""

    institution: Institution
    data: dict[str, Any]


def first_step(matter: str, action: str, hand: Hand) -> Step:
    """Return the book's step by which cases of `matter` can be opened in batches at the actor's office.

    Raises NotAllowed if there is none, or not for this person.
    """
    if not hand.serves(hand.actor.office, matter):
        raise NotAllowed("当地规程没有规定这一事项，不能办理")
    book = hand.book_for(hand.actor.office, matter)
    state = FIRST_STATE[Matter(matter)]
    rows = [s for s in book.steps if s.matter == matter and s.action == action and state in s.origins]
    rows = [s for s in rows if holds(s.when, {"follows": False})]  # a batch opens no next terms
    if len(rows) != 1 or not hand.roles & set(rows[0].roles):
        raise NotAllowed("您的岗位不能办理这一步")
    step = rows[0]
    more = (step.when, step.needs, step.issues, step.also, step.opens, step.bans, step.meets, step.pauses)
    if any(more) or step.closes or step.auto:
        raise ValueError(f"step {action} does more than can be done in batches")
    return step


def open_all(
    openings: Sequence[Opening], matter: str, action: str, *, hand: Hand, reason: str = ""
) -> list[Case]:
    """Return the cases of the actor's office as they stand after the step, in the order of `openings`.

    Opened and stepped today. Raises NotAllowed as `first_step` does.
    """
    step = first_step(matter, action, hand)
    if not openings:
        return []
    with write_tx():
        cases = _write_cases(openings, matter, hand)
        taken = _write_steps(cases, openings, step, hand, reason)
        _write_clocks(cases, taken, step, hand)
        _write_events(cases, openings, step, hand, reason)
    return cases


def _write_cases(openings: Sequence[Opening], matter: str, hand: Hand) -> list[Case]:
    office, on = hand.actor.office, hand.today
    region, book = hand.region_of(office), hand.book_for(office, matter)
    numbers = numbering.case_numbers(office, on, len(openings))
    cases = [
        Case(
            number=number,
            matter=matter,
            office=office,
            institution=opening.institution,
            book=book.id,
            region=region.id,
            options=dict(region.options),
            state=FIRST_STATE[Matter(matter)],
            handler=hand.actor,
            opened_on=on,
            stage_on=on,
        )
        for number, opening in zip(numbers, openings, strict=True)
    ]
    insert_all(Case, [case.__data__ for case in cases])
    for batch in chunked(cases, BATCH):
        written = Case.select(Case.number, Case.id).where(
            Case.office == office, Case.number.in_([case.number for case in batch])
        )
        ids = dict(written.tuples())
        for case in batch:
            case.id = ids[case.number]
    return cases


def _write_steps(
    cases: Sequence[Case], openings: Sequence[Opening], step: Step, hand: Hand, reason: str
) -> list[StepTaken]:
    """Write the step of every case and move the cases; return the steps."""
    at, before = moment.now(), snapshot(cases[0])  # all are as fresh as the first
    taken = [
        StepTaken(
            case=case,
            action=step.action,
            label=step.label,
            origin=case.state,
            target=step.target,
            round=case.round,
            on=hand.today,
            at=at,
            actor=hand.actor,
            reason=reason,
            data=_plain(opening.data),
            before=before,
        )
        for case, opening in zip(cases, openings, strict=True)
    ]
    insert_all(StepTaken, [row.__data__ for row in taken])
    for batch in chunked(taken, BATCH):
        ids = [row.case_id for row in batch]
        written = dict(StepTaken.select(StepTaken.case, StepTaken.id).where(StepTaken.case.in_(ids)).tuples())
        for row in batch:
            row.id = written[row.case_id]
        Case.update(state=step.target, version=Case.version + 1).where(Case.id.in_(ids)).execute()
    for case in cases:
        case.state, case.version = step.target, case.version + 1
    return taken


def _write_clocks(cases: Sequence[Case], taken: Sequence[StepTaken], step: Step, hand: Hand) -> None:
    rows = []
    for case, step_taken in zip(cases, taken, strict=True):
        fresh = clocks.built(case, step, step_taken, None, hand)
        if fresh:
            clocks.lead_of(fresh).is_lead = True
        rows += fresh
    insert_all(Clock, [row.__data__ for row in rows])


def _write_events(
    cases: Sequence[Case], openings: Sequence[Opening], step: Step, hand: Hand, reason: str
) -> None:
    told = []
    for case, opening in zip(cases, openings, strict=True):
        stream, opened = audit.of_case(case), {"matter": case.matter, "number": case.number}
        moved = {
            "label": step.label,
            "state": [FIRST_STATE[Matter(case.matter)], step.target],
            "data": opening.data,
            "document": None,
        }
        told.append(audit.Told(stream, "open_case", opened, case.id))
        told.append(audit.Told(stream, step.action, moved, case.id, step.article, reason))
    audit.record_many(told, hand=hand)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))
