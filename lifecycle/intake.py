"""Registering an application, for the window and for the provider's own pages: one transaction each time.

The institution, the case, what is applied for and the first step stand or fall together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lifecycle import register
from lifecycle.cases import open_case, set_application
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Application, Case, CaseState, Channel, Institution, Matter


class AlreadyOpen(Conflict):
    """The institution has an application that is not closed; `case` is it."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"这家机构已有在办的定点申请 {case.number}，不能重复登记")
        self.case = case


@dataclass(frozen=True)
class Typed:
    """What one form of annex 2 says, apart from whom it is about."""

    institution: Mapping[str, Any]
    persons: Mapping[str, register.Named]
    application: Mapping[str, Any]
    received_on: date | None = None
    reason: str = ""
    is_draft: bool = False
    versions: Mapping[str, int | None] = field(default_factory=dict)


def register_application(typed: Typed, *, hand: Hand, institution: Institution | None = None) -> Case:
    """Return the case of a new application of `institution`, or of a new one, filed unless it is a draft.

    Raises AlreadyOpen if an application of the institution is open, and as save_institution and take_step do
    (BadDay for a receipt before today without a reason, NotAllowed for an institution that is not the
    provider's own); nothing is written then.
    """
    with write_tx():
        row = _save(typed, institution, hand)
        if open_one := open_application(row):
            raise AlreadyOpen(open_one)
        on = typed.received_on or hand.today
        case = open_case(Matter.APPLICATION, row, office=row.office, hand=hand, on=on)
        return _fill_in(case, typed, hand)


def change_draft(case: Case, typed: Typed, *, hand: Hand) -> Case:
    """Return the draft as changed, filed unless it stays one.

    Raises NotAllowed if it is no draft of the actor's, Conflict if a colleague changed it meanwhile.
    """
    with write_tx():
        case = locked(Case, case.id)
        if case.state != CaseState.DRAFT or not hand.owns(case):
            raise NotAllowed(f"办件 {case.number} 已经登记收件，不能再改草稿；请到办件页面办理")
        _demand_fresh(case, typed)
        _save(typed, case.institution, hand)
        return _fill_in(case, typed, hand)


def open_application(institution: Institution) -> Case | None:
    """Return the application of `institution` that is not closed, or None."""
    return Case.get_or_none(
        Case.institution == institution.id, Case.matter == Matter.APPLICATION, Case.closed_on.is_null()
    )


def _demand_fresh(case: Case, typed: Typed) -> None:
    seen = typed.versions.get("application")
    application = Application.get(Application.case == case)
    if seen is not None and seen != application.version:
        raise Conflict("同事刚刚改动了这份申请，本次未保存，已填内容都保留着；请另开页面核对后再提交")


def _save(typed: Typed, institution: Institution | None, hand: Hand) -> Institution:
    if hand.is_provider and (institution is None or institution.id not in hand.institutions):
        raise NotAllowed("只能为本账号绑定的机构申请")
    return register.save_institution(
        {**typed.institution, "operating_since": typed.application["operating_since"]},
        hand=hand,
        persons=typed.persons,
        institution=institution,
        version=typed.versions.get("institution"),
    )


def _fill_in(case: Case, typed: Typed, hand: Hand) -> Case:
    channel = Channel.ONLINE if hand.is_provider else typed.application.get("channel", Channel.WINDOW)
    set_application(case, hand=hand, **{**typed.application, "channel": channel})
    if typed.is_draft:
        return Case.get_by_id(case.id)
    return take_step(case, "file", hand=hand, on=typed.received_on, reason=typed.reason)
