"""Reporting a change of designation information, putting it right, and filing it (第二十一条、第二十二条)."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import changes, vault
from lifecycle.cases import facts, lay_out_change_materials, open_case
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Case, CaseState, ChangeRequest, Matter

STALE = "同事刚刚改动了这份变更，本次未保存，已填内容都保留着；请核对后再提交"
OPEN = (CaseState.CHANGE_DRAFT, CaseState.CHANGE_FILED, CaseState.CHANGE_CHECKING)


def report(agreement: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "") -> Case:
    """Return the case of a change under `agreement`: told, waiting to be applied for, or filed if `asked_on`.

    given: columns of ChangeRequest. General information is closed at once; what the office found waits for
    the institution to apply. The material list is laid out for what changes.
    Raises NotAllowed for an ended agreement or another office's, BadDay for days in the wrong order, Unmet
    while a penalty or handling is open and as take_step does.
    """
    with write_tx():
        agreement = locked(Case, agreement.id)
        if agreement.closed_on or agreement.matter != Matter.AGREEMENT:
            raise NotAllowed("协议已经终止，不能再办理信息变更")
        if agreement.state == CaseState.NEW:
            raise NotAllowed("协议尚未生效，请在原协议上办理信息变更")
        if agreement.office_id != hand.actor.office_id:
            raise NotAllowed(f"由{agreement.office.name}办理")
        _check_days(given, hand)
        on = _first_day(given, hand)
        case = open_case(
            Matter.CHANGE, agreement.institution, office=agreement.office, hand=hand, on=on, origin=agreement
        )
        asked_on = given.get("asked_on")
        request = ChangeRequest.create(case=case, agreement=agreement, **{**given, "asked_on": None})
        if request.is_general:
            return take_step(case, "tell_change", hand=hand, on=on, reason=reason, data=_data(request))
        lay_out_change_materials(case, _keys(request), hand)
        case = take_step(case, "record_change", hand=hand, on=on, reason=reason, data=_data(request))
        return file(case, asked_on=asked_on, hand=hand, reason=reason) if asked_on else case


def file(case: Case, *, asked_on: date, hand: Hand, reason: str = "", version: int | None = None) -> Case:
    """Return the change as applied for on `asked_on`. Raises as take_step does; nothing is written then."""
    with write_tx():
        request = ChangeRequest.get(ChangeRequest.case == case.id)
        if request.approved_on and asked_on < request.approved_on:
            raise BadDay("申请日期不能早于有关部门批准日期")
        ChangeRequest.update(asked_on=asked_on, version=ChangeRequest.version + 1).where(
            ChangeRequest.id == request.id
        ).execute()
        data = {**_data(request), "asked_on": asked_on.isoformat()}
        return take_step(
            case, "file_change", hand=hand, on=asked_on, reason=reason, data=data, version=version
        )


def put_right(case: Case, given: Mapping[str, Any], *, hand: Hand, version: int) -> ChangeRequest:
    """Return the request with what the form says now; only while nothing is decided.

    Raises NotAllowed once it is decided or for another office's, Conflict for a stale version, BadDay for
    days in the wrong order. The days of its clock follow; the material list grows with what changes besides.
    A change whose recording was taken back is recorded anew, from today on; as take_step then.
    """
    with write_tx():
        case = locked(Case, case.id)
        request = locked(ChangeRequest, ChangeRequest.get(ChangeRequest.case == case.id).id)
        if case.state not in OPEN or not hand.owns(case):
            raise NotAllowed("变更已经办结，不能再改；有误的请另行登记")
        if request.version != version:
            raise Conflict(STALE)
        given = {name: value for name, value in given.items() if name != "asked_on"}
        _check_days({**given, "asked_on": request.asked_on}, hand)
        before = {name: getattr(request, name) for name in changes.TOLD}
        for name, value in given.items():
            setattr(request, name, value)
        request.version += 1
        request.save()
        lay_out_change_materials(case, _keys(request), hand)
        changes.follow_days(request, hand)
        changes.tell(request, "amend_change", before, hand=hand)
        if not facts(case)["recorded"]:
            take_step(case, "record_change", hand=hand, data=_data(request))
    return request


def told_number(request: ChangeRequest, key: str) -> str:
    """Return the resident id that `request` told for the person `key`, or nothing."""
    told = next((part["value"] for part in request.items if part["field"] == key), None)
    return vault.reveal(b64decode(told["sealed"])) if told and told["sealed"] else ""


def _first_day(given: Mapping[str, Any], hand: Hand) -> date:
    """Return the legal day on which the office learned of the change."""
    return given.get("found_on") or given.get("asked_on") or hand.today


def _check_days(given: Mapping[str, Any], hand: Hand) -> None:
    approved_on, asked_on = given.get("approved_on"), given.get("asked_on")
    if any(given.get(name) and given[name] > hand.today for name in ("approved_on", "asked_on", "found_on")):
        raise BadDay("批准、申请和查出的日期都不能晚于今天")
    if approved_on and asked_on and asked_on < approved_on:
        raise BadDay("申请日期不能早于有关部门批准日期")
    first, last = given.get("hindered_from"), given.get("hindered_until")
    if last and (first is None or last < first):
        raise BadDay("不得变更期间的起止日期有误")


def _keys(request: ChangeRequest) -> frozenset[str]:
    return frozenset(part["field"] for part in request.items if part["field"])


def _data(request: ChangeRequest) -> dict[str, Any]:
    """Return what the steps and their documents are told: days and what changes, no personal numbers."""
    days = ("approved_on", "asked_on", "found_on")
    told = {name: getattr(request, name).isoformat() for name in days if getattr(request, name)}
    items = [{name: part[name] for name in ("label", "before", "after")} for part in request.items]
    return {**told, "items": items, "approved_by": request.approved_by}
