"""Registering an application, for the window and for the provider's own pages: one transaction each time.

The institution, the case, what is applied for and the first step stand or fall together. A draft keeps the
form as it was left and touches nothing in the register but the name of an institution that is new.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lifecycle import register, vault
from lifecycle.cases import open_case, set_application
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Application, Case, CaseState, Channel, Institution, Matter, Role

# Until acceptance a mistake of the form is put right; afterwards it is what was reviewed.
AMENDABLE = (CaseState.FILED, CaseState.CORRECTION_REQUESTED)


class AlreadyOpen(Conflict):
    """The institution has an application that is not closed; `case` is it."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"这家机构已有在办的定点申请 {case.number}，不能重复登记")
        self.case = case


@dataclass(frozen=True)
class Typed:
    """What one form of annex 2 says, apart from whom it is about.

    form: the fields of a draft as they were left, right or wrong, without personal numbers.
    """

    institution: Mapping[str, Any]
    persons: Mapping[str, register.Named]
    application: Mapping[str, Any]
    received_on: date | None = None
    reason: str = ""
    is_draft: bool = False
    versions: Mapping[str, int | None] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)


def register_application(typed: Typed, *, hand: Hand, institution: Institution | None = None) -> Case:
    """Return the case of a new application of `institution`, or of a new one, filed unless it is a draft.

    The case belongs to the office that keeps the institution (第五条).

    Raises AlreadyOpen if an application of the institution is open, and as save_institution and take_step do
    (BadDay for a receipt before today without a reason, NotAllowed for an institution that is not the
    provider's own or another office's); nothing is written then.
    """
    with write_tx():
        row = _institution(typed, institution, hand)
        if open_one := open_application(row):
            raise AlreadyOpen(open_one)
        on = typed.received_on or hand.today
        case = open_case(Matter.APPLICATION, row, office=row.office, hand=hand, on=on)
        if institution is not None and not typed.is_draft:
            _update(case, typed, typed.persons, hand)
        return _fill_in(case, typed, hand, is_new=institution is None)


def change_draft(case: Case, typed: Typed, *, hand: Hand) -> Case:
    """Return the draft as changed, filed unless it stays one.

    Raises NotAllowed if it is no draft of the actor's, Conflict if a colleague changed it meanwhile.
    """
    with write_tx():
        case = locked(Case, case.id)
        if case.state != CaseState.DRAFT or not hand.owns(case):
            raise NotAllowed(f"办件 {case.number} 已经登记收件，不能再改草稿；请到办件页面办理")
        application = _fresh(case, typed)
        is_new = bool(application.draft.get("is_new"))
        if not typed.is_draft:
            persons = _with_numbers(typed.persons, draft_numbers(application))
            _update(case, typed, persons, hand)
        elif is_new:
            register.save_institution(
                typed.institution,
                hand=hand,
                institution=case.institution,
                version=typed.versions.get("institution"),
            )
        return _fill_in(case, typed, hand, is_new=is_new)


def amend_application(case: Case, typed: Typed, *, hand: Hand) -> Case:
    """Return the filed case with what the form says now, told in its history with the reason.

    Raises NotAllowed once it is accepted and for anybody but a clerk of the office, Unmet without a reason,
    Conflict if a colleague changed it meanwhile.
    """
    with write_tx():
        case = locked(Case, case.id)
        if not may_amend(case, hand):
            raise NotAllowed(f"办件 {case.number} 现在不能修改申请信息，受理前由受理岗修改")
        if not typed.reason:
            raise Unmet(["请写明修改原因"])
        _fresh(case, typed)
        _update(case, typed, typed.persons, hand)
        set_application(case, hand=hand, reason=typed.reason, **typed.application)
        return Case.get_by_id(case.id)


def may_amend(case: Case, hand: Hand) -> bool:
    """Return whether this person may put right what the application of `case` says."""
    return case.state in AMENDABLE and Role.CLERK in hand.roles and hand.owns(case)


def open_application(institution: Institution) -> Case | None:
    """Return the application of `institution` that is not closed, or None."""
    return Case.get_or_none(
        Case.institution == institution.id, Case.matter == Matter.APPLICATION, Case.closed_on.is_null()
    )


def draft_numbers(application: Application) -> dict[str, str]:
    """Return the resident ids that a draft holds, by role."""
    sealed = application.draft.get("ids", {})
    return {role: vault.reveal(b64decode(text)) for role, text in sealed.items()}


def demand_ours(institution: Institution, hand: Hand) -> None:
    """Raise NotAllowed, saying where to go, unless this person may apply for `institution` (第五条)."""
    if hand.is_provider:
        if institution.id not in hand.institutions:
            raise NotAllowed("只能为本账号绑定的机构申请")
    elif institution.office_id != hand.actor.office_id:
        office = institution.office
        place = "，".join(part for part in (office.name, office.address, office.phone) if part)
        raise NotAllowed(f"“{institution.name}”由{office.name}经办，本机构不能登记，请到该机构申请：{place}")


def _institution(typed: Typed, institution: Institution | None, hand: Hand) -> Institution:
    """Return the institution that applies, as it stands; a new one as the form says it."""
    if institution is not None:
        demand_ours(institution, hand)
        return institution
    if hand.is_provider:
        raise NotAllowed("只能为本账号绑定的机构申请")
    values = {} if typed.is_draft else {"operating_since": typed.application["operating_since"]}
    persons = {} if typed.is_draft else typed.persons
    return register.save_institution({**typed.institution, **values}, hand=hand, persons=persons)


def _update(case: Case, typed: Typed, persons: Mapping[str, register.Named], hand: Hand) -> None:
    """Write to the register what the form says of the institution; the event names the case."""
    register.save_institution(
        {**typed.institution, "operating_since": typed.application["operating_since"]},
        hand=hand,
        persons=persons,
        institution=case.institution,
        version=typed.versions.get("institution"),
        case=case,
    )


def _fresh(case: Case, typed: Typed) -> Application:
    """Return the application of `case`; raise Conflict if it is not the one the person saw."""
    application = Application.get(Application.case == case)
    seen = typed.versions.get("application")
    if seen is not None and seen != application.version:
        raise Conflict("同事刚刚改动了这份申请，本次未保存，已填内容都保留着；请另开页面核对后再提交")
    return application


def _fill_in(case: Case, typed: Typed, hand: Hand, *, is_new: bool) -> Case:
    channel = Channel.ONLINE if hand.is_provider else typed.application.get("channel", Channel.WINDOW)
    draft = _draft(case, typed, is_new=is_new) if typed.is_draft else {}
    set_application(case, hand=hand, **{**typed.application, "channel": channel, "draft": draft})
    if typed.is_draft:
        return Case.get_by_id(case.id)
    return take_step(case, "file", hand=hand, on=typed.received_on, reason=typed.reason)


def _draft(case: Case, typed: Typed, *, is_new: bool) -> dict[str, Any]:
    """Return what is kept of the form: its fields, and the resident ids sealed."""
    known = Application.get_or_none(Application.case == case)
    numbers = _with_numbers(typed.persons, draft_numbers(known) if known else {})
    sealed = {role: b64encode(vault.seal(number)).decode() for role, (_, number) in numbers.items() if number}
    return {
        "form": {name: list(texts) for name, texts in typed.form.items()},
        "ids": sealed,
        "is_new": is_new,
    }


def _with_numbers(
    persons: Mapping[str, register.Named], held: Mapping[str, str]
) -> dict[str, register.Named]:
    """Return `persons`; whose number was not typed anew has the one the draft holds."""
    return {
        role: (name, number or (held.get(role, "") if name else ""))
        for role, (name, number) in persons.items()
    }
