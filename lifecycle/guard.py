"""Penalties and handling (行政处罚、协议处理), disputes, and rights of persons and departments.

第二十三条: while a penalty or a handling is open, designation information may not be changed; `open_handling`
says so. Money in 分.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import audit, register
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case, CaseState, Dispute, Handling, HandlingKind, Institution, Kind, Matter, RightsBlock
from rules.book import Book

HANDLING = ("kind", "measure", "clause", "authority", "number", "facts", "amount", "started_on", "ended_on")
DISPUTE = ("about", "path", "body", "number", "filed_on", "claim", "outcome", "closed_on")
STALE = "同事刚刚改动了这条记录，本次未保存，已填内容都保留着；请另开页面核对后再提交"


def book_of(institution: Institution, hand: Hand) -> Book:
    """Return the book whose ladder and remedies hold for `institution`."""
    return hand.book_for(institution.office, Matter.AGREEMENT)


# --- penalties and handling ---


def is_open(on: date) -> Any:
    """Return the clause of what is open on the day `on`: begun, and not performed or its period not over."""
    is_running = Handling.ended_on.is_null(False) & (Handling.ended_on >= on)  # never null: it is negated too
    return (Handling.started_on <= on) & (~Handling.is_performed | is_running)


def open_handling(institution: Institution, on: date) -> list[Handling]:
    """Return the penalties and handlings of `institution` that are open on the day `on` (第二十三条)."""
    rows = Handling.select().where(Handling.institution == institution.id, is_open(on))
    return list(rows.order_by(Handling.started_on, Handling.id))


def name_of(row: Handling, hand: Hand) -> str:
    """Return what the ladder of the institution's book calls the measure of `row`."""
    ladder = book_of(row.institution, hand).measures_for(row.kind, row.institution.kind)
    return next((measure.label for measure in ladder if measure.key == row.measure), "处理")


def unperformed_penalties(institution: Institution, on: date) -> list[Handling]:
    """Return the penalties under the credit code of `institution` that are not performed in full on `on`."""
    same = Institution.select(Institution.id).where(Institution.uscc == institution.uscc)
    rows = Handling.select().where(
        Handling.institution.in_(same),
        Handling.kind == HandlingKind.PENALTY,
        Handling.started_on <= on,
        ~Handling.is_performed | (Handling.performed_on > on),
    )
    return list(rows.order_by(Handling.started_on, Handling.id))


def save_handling(
    values: Mapping[str, Any],
    *,
    hand: Hand,
    institution: Institution,
    handling: Handling | None = None,
    version: int | None = None,
) -> Handling:
    """Return the penalty or handling as recorded: a new one of `institution`, or `handling` changed.

    Raises NotAllowed for another office's institution, Conflict if `version` is stale, Unmet for a measure
    that the book does not know for this kind of institution.
    """
    with write_tx():
        row = _held(Handling, handling, version) or Handling(
            institution=institution, office=hand.actor.office, recorded_by=hand.actor
        )
        demand_own(institution, hand)
        ladder = book_of(institution, hand).measures_for(values["kind"], institution.kind)
        if values["measure"] not in {measure.key for measure in ladder}:
            raise Unmet(["所选措施不适用于该机构，请重新选择"])
        before = _told(row, HANDLING) if handling else {}
        _write(row, values)
        _tell(institution, "change_handling" if handling else "add_handling", row, HANDLING, before, hand)
    return row


def perform(handling: Handling, *, on: date, hand: Hand, version: int | None = None) -> None:
    """Record that `handling` was fully performed on the day `on`.

    Raises NotAllowed, Conflict as save_handling; Conflict if it was performed before; BadDay for a day to
    come or before its start.
    """
    with write_tx():
        row = _held(Handling, handling, version)
        demand_own(row.institution, hand)
        if row.is_performed:
            raise Conflict(f"已登记于 {row.performed_on.isoformat()} 履行完毕")
        if on > hand.today or on < row.started_on:
            raise BadDay("履行完毕的日期不能早于开始日期，也不能晚于今天")
        _write(row, {"is_performed": True, "performed_on": on})
        stream = register.stream_of(row.institution)
        audit.record(stream, "perform_handling", hand=hand, on=on, number=row.number, handling=row.id)


# --- disputes ---


def save_dispute(
    values: Mapping[str, Any],
    *,
    hand: Hand,
    institution: Institution,
    dispute: Dispute | None = None,
    version: int | None = None,
) -> Dispute:
    """Return the dispute as recorded, closed once it has an outcome and a day (第三十五条).

    Raises NotAllowed and Conflict as save_handling, BadDay for an outcome before it was filed.
    """
    with write_tx():
        row = _held(Dispute, dispute, version) or Dispute(
            institution=institution, office=hand.actor.office, recorded_by=hand.actor
        )
        demand_own(institution, hand)
        if values.get("closed_on") and values["closed_on"] < values["filed_on"]:
            raise BadDay("办结日期不能早于提出日期")
        before = _told(row, DISPUTE) if dispute else {}
        _write(row, values)
        _tell(institution, "change_dispute" if dispute else "add_dispute", row, DISPUTE, before, hand)
    return row


# --- rights of persons and departments ---


def block_rights(case: Case, values: Mapping[str, Any], *, hand: Hand) -> RightsBlock:
    """Return the suspended or ended settlement rights of a person or department (第三十四条).

    values: scope, subject, staff, is_final, from_on, until_on, reason, decided_by. The agreement stays as it
    is. Raises NotAllowed for a pharmacy, an ended agreement or another office's.
    """
    with write_tx():
        case = locked(Case, case.id)
        if case.institution.kind != Kind.MEDICAL:
            raise NotAllowed("只有定点医疗机构的人员、科室（部门）可以单独中止或终止医保结算资格")
        if case.matter != Matter.AGREEMENT or case.closed_on:
            raise NotAllowed("协议已经终止，不再单独处理人员和科室的结算资格")
        if case.state == CaseState.NEW:
            raise NotAllowed("协议尚未生效，请在原协议上办理")
        if case.office_id != hand.actor.office_id:
            raise NotAllowed(f"该协议由{case.office.name}管理，只能由该机构办理")
        if RightsBlock.select().where(_same(case, values)).exists():
            raise Conflict(f"“{values['subject']}”的结算资格已经中止或终止，须先恢复")
        row = RightsBlock.create(case=case, **values)
        article = _article(hand.book_of(case), row.scope)
        audit.record(
            audit.of_case(case),
            "block_rights",
            hand=hand,
            on=row.from_on,
            case=case,
            article=article,
            reason=row.reason,
            title=row.subject,
            is_final=row.is_final,
            until=row.until_on,
        )
    return row


def _same(case: Case, values: Mapping[str, Any]) -> Any:
    return (
        (RightsBlock.case == case.id)
        & (RightsBlock.scope == values["scope"])
        & (RightsBlock.subject == values["subject"])
        & RightsBlock.lifted_on.is_null()
        & (RightsBlock.until_on.is_null() | (RightsBlock.until_on >= values["from_on"]))
    )


def _article(book: Book, scope: str) -> str:
    return next((row.article for row in book.choices_of("rights") if row.key == scope), "")


def lift_rights(block: RightsBlock, *, hand: Hand, reason: str, version: int | None = None) -> None:
    """Give the rights back from today.

    Raises NotAllowed for another office's, Conflict for a stale or lifted one, Unmet without a reason.
    """
    if not reason:
        raise Unmet(["请写明恢复结算资格的原因"])
    with write_tx():
        row = _held(RightsBlock, block, version)
        if row.case.office_id != hand.actor.office_id:
            raise NotAllowed(f"该协议由{row.case.office.name}管理，只能由该机构办理")
        if row.lifted_on:
            raise Conflict(f"已于 {row.lifted_on.isoformat()} 恢复结算资格")
        _write(row, {"lifted_on": hand.today, "lifted_reason": reason})
        audit.record(
            audit.of_case(row.case), "lift_rights", hand=hand, case=row.case, reason=reason, title=row.subject
        )


def rights_of(case: Case) -> list[RightsBlock]:
    """Return the blocked rights under an agreement, those that hold first, then the newest."""
    rows = RightsBlock.select().where(RightsBlock.case == case.id)
    return list(rows.order_by(RightsBlock.lifted_on.is_null().desc(), RightsBlock.id.desc()))


# --- what these have in common ---


def demand_own(institution: Institution, hand: Hand) -> None:
    """Raise NotAllowed if `institution` is another office's."""
    if institution.office_id != hand.actor.office_id:
        raise NotAllowed(f"“{institution.name}”由{institution.office.name}登记，只能由该机构办理")


def _held(model: Any, row: Any, version: int | None) -> Any:
    """Return the row as it stands, or None for a new one. Raises Conflict for a stale version."""
    if row is None:
        return None
    row = locked(model, row.id)
    if version is not None and version != row.version:
        raise Conflict(STALE)
    return row


def _write(row: Any, values: Mapping[str, Any]) -> None:
    row.version = row.version + 1 if row.id else 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def _told(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _tell(
    institution: Institution,
    action: str,
    row: Any,
    names: tuple[str, ...],
    before: Mapping[str, Any],
    hand: Hand,
) -> None:
    after = _told(row, names)
    changed = [name for name in names if before.get(name) != after[name]]
    if not changed:
        return
    audit.record(
        register.stream_of(institution),
        action,
        hand=hand,
        on=getattr(row, "started_on", None) or getattr(row, "filed_on", None),
        number=row.number,
        row=row.id,
        before={name: before[name] for name in changed if before},
        after={name: after[name] for name in changed},
    )
