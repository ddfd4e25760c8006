"""Deciding a suspension or a termination, and the exit request of an institution (annex 12)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lifecycle import audit, effects
from lifecycle.cases import FIRST_STATE, open_case
from lifecycle.clocks import as_day
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import (
    Case,
    CaseState,
    ExitRequest,
    Institution,
    Kind,
    Matter,
    Office,
    RectificationItem,
    RectificationState,
    Role,
    Suspension,
)
from rules.book import Book
from rules.periods import add_period, is_early_enough

NOTICE = "exit_notice"
ANSWERS = {"approve_exit": "同意", "refuse_exit": "不同意"}  # as annex 12 and its reply print it


def suspend(
    case: Case,
    given: Mapping[str, Any],
    *,
    items: Sequence[str] = (),
    hand: Hand,
    reason: str = "",
    version: int | None = None,
) -> Suspension:
    """Return the suspension that was decided: it holds from `starts_on`, planned while that day is to come.

    given: grounds (keys), evidence (by ground), decided_by, findings, starts_on, ends_on (last day).
    items: what has to be put right. Raises as take_step does; a start before today wants a reason.
    """
    starts_on = as_day(given["starts_on"]) if given.get("starts_on") else hand.today
    data = _plain({**given, "starts_on": starts_on}) | {"items": [text[:300] for text in items]}
    with write_tx():
        if starts_on > hand.today:
            data["eve"] = effects.eve(starts_on).isoformat()
            take_step(case, "plan_suspension", hand=hand, reason=reason, data=data, version=version)
        else:
            take_step(case, "suspend", hand=hand, on=starts_on, reason=reason, data=data, version=version)
        row = Suspension.get(Suspension.case == case.id, Suspension.over_on.is_null())
        for text in items:
            RectificationItem.create(suspension=row, text=text[:300])
    return row


def mark_item(
    item: RectificationItem, *, state: str, on: date, note: str, hand: Hand, version: int | None
) -> RectificationItem:
    """Return the item as marked: required, done or insufficient, checked on a day not after today.

    Raises NotAllowed for another office's, Conflict for a stale version, BadDay for a day to come.
    """
    with write_tx():
        item = locked(RectificationItem, item.id)
        case = item.suspension.case
        if case.office_id != hand.actor.office_id or item.suspension.over_on:
            raise NotAllowed("整改事项由办理中止的经办机构在中止期间登记")
        if version is not None and version != item.version:
            raise Conflict("同事刚刚登记了这项整改，本次未保存；请刷新后核对")
        if on > hand.today:
            raise BadDay("核查日期不能晚于今天")
        checked = None if state == RectificationState.REQUIRED else on
        RectificationItem.update(
            state=state, checked_on=checked, note=note, marked_by=hand.actor, version=item.version + 1
        ).where(RectificationItem.id == item.id).execute()
        audit.record(
            audit.of_case(case),
            "mark_rectification",
            hand=hand,
            on=on,
            case=case,
            text=item.text,
            state=[item.state, state],
        )
    return RectificationItem.get_by_id(item.id)


def terminate(
    case: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "", version: int | None = None
) -> Case:
    """End the agreement of `case` and return it; bans, follow-ups and the converted suspension come with it.

    given: grounds, evidence (by ground), decided_by, effective_on, ban_class, ban_reason, is_by_persons,
    is_duty_open. Raises as take_step does.
    """
    return take_step(case, "terminate", hand=hand, reason=reason, data=_plain(given), version=version)


def ask_to_leave(agreement: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "") -> Case:
    """Return the case of an exit request of the institution (annex 12), filed on `asked_on`.

    given: wish, asked_on, from_on, until_on, reason, type, categories, insurance. A request closer to the day
    than the law wants is accepted and marked late (readings C-44). Raises Unmet for a public medical
    institution's wish to suspend or terminate, for a wish that stands open already and for a day before
    the request, as take_step does besides.
    """
    with write_tx():
        agreement = locked(Case, agreement.id)
        if agreement.closed_on or agreement.matter != Matter.AGREEMENT:
            raise NotAllowed("协议已经终止，不必再申请退出")
        if agreement.state == CaseState.NEW:
            raise NotAllowed("协议尚未生效，请在原协议上申请")
        if given["from_on"] < given["asked_on"]:
            raise BadDay("拟退出日期不能早于申请日期")
        if open_one := _open_exit(agreement):
            raise Conflict(f"这份协议已有未办结的退出申请 {open_one.number}")
        case = open_case(
            Matter.EXIT,
            agreement.institution,
            office=agreement.office,
            hand=hand,
            on=given["asked_on"],
            origin=agreement,
        )
        book = hand.book_of(case)
        ExitRequest.create(
            case=case,
            agreement=agreement,
            is_late=is_late(given["asked_on"], given["from_on"], book),
            **given,
        )
        return take_step(
            case, "file_exit", hand=hand, on=given["asked_on"], reason=reason, data=_plain(given)
        )


def refile(
    case: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "", version: int | None = None
) -> Case:
    """Return the case of an exit request that was taken back, filed again as corrected.

    given: as for `ask_to_leave`. Raises NotAllowed once it was filed, Conflict for a stale version, BadDay
    for a day before the request, as take_step does besides.
    """
    with write_tx():
        case = locked(Case, case.id)
        if case.matter != Matter.EXIT or case.state != FIRST_STATE[Matter.EXIT]:
            raise NotAllowed("退出申请已经登记，要改的请先撤回上一步")
        if version is not None and version != case.version:
            raise Conflict("同事刚刚改动了这件申请，本次未保存；请核对后再登记")
        if given["from_on"] < given["asked_on"]:
            raise BadDay("拟退出日期不能早于申请日期")
        late = is_late(given["asked_on"], given["from_on"], hand.book_of(case))
        ExitRequest.update(**given, is_late=late).where(ExitRequest.case == case).execute()
        return take_step(
            case, "file_exit", hand=hand, on=given["asked_on"], reason=reason, data=_plain(given)
        )


def approve(case: Case, *, hand: Hand, reason: str = "", version: int | None = None) -> Case:
    """Agree to an exit request; the night before its day it is carried out by the sweep, or by the next one.

    Raises as take_step does.
    """
    data = known(case, "approve_exit", hand.book_of(case))
    return take_step(case, "approve_exit", hand=hand, reason=reason, data=data, version=version)


def known(case: Case, action: str, book: Book) -> dict[str, Any]:
    """Return what a step of suspension or exit is told besides what its form asks for: days that are known.

    The night before an exit request is carried out, or what the agreement is told if that is at once; the
    first day of a suspension that goes on.
    """
    if action in ANSWERS and (request := ExitRequest.get_or_none(ExitRequest.case == case.id)):
        if not is_dated(book):
            return {"answer": ANSWERS[action], **effects.wish_data(case, request, book)}
        return {"eve": effects.eve(request.from_on).isoformat(), "answer": ANSWERS[action]}
    if action == "refuse_resumption" and (row := effects.open_suspension(case)):
        return {"starts_on": row.starts_on.isoformat()}
    return {}


def wishes(book: Book, agreement: Case | None = None) -> dict[str, str]:
    """Return what an institution may ask for under `book`, by key, in its words.

    agreement: leaves out what would have to hold at once and cannot as the agreement stands.
    """
    rows = {row.key: row.label for row in book.choices_of("wish")}
    if agreement is None or is_dated(book):
        return rows
    return {key: label for key, label in rows.items() if _is_possible(key, agreement, book)}


def _is_possible(wish: str, agreement: Case, book: Book) -> bool:
    brought = {
        link.action
        for step in book.steps
        if step.matter == Matter.EXIT and step.when.get("wish") == wish
        for link in step.also
    }
    return any(
        step.action in brought and agreement.state in step.origins
        for step in book.steps
        if step.matter == Matter.AGREEMENT
    )


def is_online(office: Office, hand: Hand) -> bool:
    """Return whether institutions of `office` may file their requests themselves."""
    if not hand.serves(office, Matter.EXIT):
        return False
    steps = hand.book_for(office, Matter.EXIT).steps
    return any(Role.PROVIDER in step.roles for step in steps if step.action == "file_exit")


def is_barred(institution: Institution, book: Book) -> bool:
    """Return whether a public medical institution may not ask to suspend or terminate under `book`."""
    is_asked = any("exit_allowed" in step.needs for step in book.steps)
    return is_asked and institution.kind == Kind.MEDICAL and institution.is_public


def is_dated(book: Book) -> bool:
    """Return whether a request names the day it is for; else what is agreed to holds from that day on."""
    return effects.EXIT_DAY in book.clocks


def earliest_timely(asked_on: date, book: Book) -> date | None:
    """Return the first day that a request of `asked_on` may name without being late (第三十三条).

    None where the book asks for no notice.
    """
    rule = book.clocks.get(NOTICE)
    return add_period(asked_on, rule.amount, rule.unit) if rule else None


def is_late(asked_on: date, from_on: date, book: Book) -> bool:
    """Return whether `from_on` comes sooner after `asked_on` than the law wants (第三十三条)."""
    rule = book.clocks.get(NOTICE)
    return rule is not None and not is_early_enough(asked_on, from_on, rule)


def _open_exit(agreement: Case) -> Case | None:
    return (
        Case.select()
        .join(ExitRequest, on=(ExitRequest.case == Case.id))
        .where(ExitRequest.agreement == agreement, Case.closed_on.is_null())
        .first()
    )


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as JSON keeps it."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in given.items()}


def counted_suspensions(case: Case) -> list[Suspension]:
    """Return the imposed suspensions of this term of the agreement, which alone count (readings C-36)."""
    return list(
        Suspension.select()
        .where(
            Suspension.case == case,
            Suspension.kind == "imposed",
            Suspension.state.not_in(["planned", "cancelled"]),
        )
        .order_by(Suspension.starts_on)
    )
