"""What can be done from the worklist: hand several cases over, remind a handler, answer, note an export."""

from collections.abc import Sequence
from typing import Any

from lifecycle import audit, cases, moment
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.hand import Hand
from models import Case, Urge, User


def stamp(rows: Sequence[Any]) -> str:
    """Return who handled the cases when the person saw them."""
    return ",".join(f"{row.id}:{row.handler_id}" for row in rows)


def hand_over(rows: Sequence[Any], to: User, *, hand: Hand, reason: str, seen: str) -> int:
    """Give the cases of `rows` to `to` and return how many changed hands; all or none.

    seen: the stamp of what the person saw. Raises Conflict if a handler changed since, and what
    lifecycle.cases.hand_over raises.
    """
    with write_tx():
        now = {row.id: row.handler_id for row in Case.select().where(Case.id.in_([row.id for row in rows]))}
        if seen and seen != ",".join(f"{row.id}:{now[row.id]}" for row in rows):
            raise Conflict("其中有办件刚刚换了经办人，本次没有移交，已填内容都保留着；请核对名单后再办")
        return cases.hand_over([row.id for row in rows], to, hand=hand, reason=reason)


def urge(case: Case, *, hand: Hand, text: str) -> Urge:
    """Remind the handler of an open case; return the reminder. Raises NotAllowed if the case is closed."""
    with write_tx():
        case = locked(Case, case.id)
        if case.closed_on:
            raise NotAllowed("办件已办结，不用督办")
        row = Urge.create(case=case, asked_by=hand.actor, asked_at=moment.now(), text=text)
        audit.record(audit.of_case(case), "urge", hand=hand, case=case, reason=text)
    return row


def answer_urge(row: Urge, *, hand: Hand, answer: str) -> Urge:
    """Answer a reminder as the handler of its case and return it.

    Raises NotAllowed for anybody else, Conflict if it was answered meanwhile.
    """
    with write_tx():
        row = locked(Urge, row.id)
        if row.case.handler_id != hand.actor.id:
            raise NotAllowed(f"由现经办人{row.case.handler.name}答复")
        if row.answered_at:
            raise Conflict("这条督办已经答复过了")
        row.answer, row.answered_at = answer, moment.now()
        row.save()
        audit.record(audit.of_case(row.case), "answer_urge", hand=hand, case=row.case, reason=answer)
    return row


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the office's stream that a list was taken out of the product."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)
