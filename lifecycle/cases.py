"""Opening a case, the facts its guards read, and who handles it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from peewee import JOIN, fn

from lifecycle import audit, numbering, pauses
from lifecycle.db import locked, write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.memberships import is_of_provider
from models import (
    Agreement,
    Application,
    Case,
    CaseMaterial,
    CaseState,
    ChangeRequest,
    ExitRequest,
    ExitWish,
    Institution,
    Matter,
    Office,
    Role,
    StepTaken,
    User,
    UserRole,
)
from rules import features
from rules.form_rows import Material

FIRST_STATE = {
    Matter.APPLICATION: CaseState.DRAFT,
    Matter.AGREEMENT: CaseState.NEW,
    Matter.EXIT: CaseState.EXIT_DRAFT,
    Matter.CHANGE: CaseState.CHANGE_DRAFT,
}

# What only cases of one matter know, as it stands for all others.
UNKNOWN: Mapping[str, Any] = MappingProxyType(
    {
        "renewal_open": False,
        "renewed": False,
        "follows": False,
        "wish": "",
        "pause": "",
        "change": "",
        "found": False,
        "recorded": False,
    }
)


def open_case(
    matter: str, institution: Institution, *, office: Office, hand: Hand, on: date, origin: Case | None = None
) -> Case:
    """Return a new case in the first state of `matter`, under the book and options in force at `office`.

    Its handler is the actor, or the clerk with the fewest open cases where a provider opens it.
    Raises Unmet if the office has no clerk then, NotAllowed where the region has no rules of the matter.
    """
    if not hand.serves(office, matter):
        raise NotAllowed("当地规程没有规定这一事项，不能办理")
    with write_tx():
        region = hand.region_of(office)
        case = Case.create(
            number=numbering.case_number(office, on),
            matter=matter,
            office=office,
            institution=institution,
            book=hand.book_for(office, matter).id,
            region=region.id,
            options=dict(region.options),
            state=FIRST_STATE[Matter(matter)],
            handler=_least_busy_clerk(office, hand.today) if hand.is_provider else hand.actor,
            origin=origin,
            is_on_behalf=not hand.is_provider,
            opened_on=on,
            stage_on=on,
        )
        audit.record(
            audit.of_case(case), "open_case", hand=hand, on=on, case=case, matter=matter, number=case.number
        )
    return case


def _least_busy_clerk(office: Office, today: date) -> User:
    """Return the clerk with the fewest open applications; one on leave only if there is no other."""
    held = (Case.handler == User.id) & Case.closed_on.is_null() & (Case.matter == Matter.APPLICATION)
    is_away = User.away_until.is_null(False) & (User.away_until >= today)
    clerk = (
        User.select()
        .join(UserRole, on=(UserRole.user == User.id) & (UserRole.role == Role.CLERK))
        .join_from(User, Case, JOIN.LEFT_OUTER, on=held)
        .where(User.office == office, User.is_active)
        .group_by(User.id)
        .order_by(is_away, fn.COUNT(Case.id), User.id)
        .first()
    )
    if clerk is None:
        raise Unmet([f"{office.name}还没有受理岗账号，请电话联系经办机构"])
    return clerk


def facts(case: Case) -> Mapping[str, Any]:
    """Return what the guards of a book may ask about `case`, its region's options among them."""
    application = Application.get_or_none(Application.case == case)
    return {
        **case.options,
        "kind": case.institution.kind,
        "level": case.office.level,
        "round": case.round,
        "held": case.held_state,
        "flag": case.flag,
        "channel": application.channel if application else "",
        "types": frozenset(application.types if application else ()),
        "features": frozenset(application.features if application else ()),
        **_own_facts(case),
    }


def _own_facts(case: Case) -> dict[str, Any]:
    """Return what only cases of one matter know; for the others it is as if nothing of it were there."""
    look = {Matter.AGREEMENT: _term, Matter.EXIT: _wish, Matter.CHANGE: _change}.get(Matter(case.matter))
    return {**UNKNOWN, **(look(case) if look else {})}


def _term(case: Case) -> dict[str, Any]:
    """renewed: its next term is signed, or began this night; follows: it is itself the next of another."""
    after = Case.alias()
    gone = (CaseState.NOT_BEGUN, CaseState.ANNULLED)
    waits = after.select(after.origin).where(after.state.not_in(gone), after.matter == Matter.AGREEMENT)
    row = (
        Case.select(
            Agreement.is_renewal_open,
            Case.id.in_(waits.where(after.origin == case.id)),
            Case.origin.in_(Case.select(Case.id).where(Case.matter == Matter.AGREEMENT)),
        )
        .join(Agreement, JOIN.LEFT_OUTER)
        .where(Case.id == case.id)
        .tuples()
        .get()
    )
    return {"renewal_open": bool(row[0]), "renewed": bool(row[1]), "follows": bool(row[2])}


def _wish(case: Case) -> dict[str, Any]:
    """pause: of the whole agreement or of single categories of service."""
    request = ExitRequest.get_or_none(ExitRequest.case == case)
    if request is None:
        return {}
    pause = "whole" if pauses.is_whole(request, case.office) else "category"
    return {"wish": request.wish, "pause": pause if request.wish == ExitWish.SUSPEND else ""}


def _change(case: Case) -> dict[str, Any]:
    """recorded: the change stands in the case's history, so that it can be filed."""
    row = ChangeRequest.get_or_none(ChangeRequest.case == case)
    if row is None:
        return {}
    important = "entity" if row.is_entity else "important"
    steps = StepTaken.select().where(StepTaken.case == case, StepTaken.undone_at.is_null())
    return {
        "change": "general" if row.is_general else important,
        "found": row.found_on is not None,
        "recorded": steps.exists(),
    }


def set_application(case: Case, *, hand: Hand, reason: str = "", **fields: Any) -> Application:
    """Store what is applied for and lay out the material list that goes with it; return the application.

    types, features: keys of the book. A material already received stays so even if its condition fell away.
    reason: why what was filed is put right; without a change there is no event then.
    """
    with write_tx():
        application, is_new = Application.get_or_create(case=case)
        before = {} if is_new else {name: getattr(application, name) for name in fields}
        for name, value in fields.items():
            setattr(application, name, value)
        application.version += 0 if is_new else 1
        application.save()
        lay_out_materials(case, application, hand)
        _tell_application(case, before, fields, hand, reason)
    return application


def _tell_application(
    case: Case, before: Mapping[str, Any], fields: Mapping[str, Any], hand: Hand, reason: str
) -> None:
    """Leave an event; a draft's own form is not told, what it says is told when it is filed."""
    told = {name: value for name, value in fields.items() if name != "draft"}
    changed = {name: [before.get(name), value] for name, value in told.items() if before.get(name) != value}
    if not reason:
        old = {name: value for name, value in before.items() if name in told}
        audit.record(audit.of_case(case), "set_application", hand=hand, case=case, before=old, after=told)
    elif changed:
        audit.record(
            audit.of_case(case), "amend_application", hand=hand, case=case, reason=reason, changed=changed
        )


def declared_features(application: Application, hand: Hand) -> frozenset[str]:
    """Return the ticked features and those that the types, the answers and other features imply."""
    rows = hand.book_of(application.case).features
    return features.declared(rows, application.types, application.features, application.answers)


def lay_out_materials(case: Case, application: Application, hand: Hand) -> None:
    """Make the rows of the material list; conditional rows that do not apply are 不适用."""
    declared = declared_features(application, hand)
    rows = hand.book_of(case).materials_for(case.institution.kind)
    _lay_out(case, [(row, not row.feature or row.feature in declared) for row in rows])


def lay_out_change_materials(case: Case, changed: Collection[str], hand: Hand) -> None:
    """Make the material list of a change; rows for fields that are not `changed` are 不适用 (第二十一条)."""
    rows = hand.book_of(case).materials_for(case.institution.kind, case.matter)
    _lay_out(case, [(row, not row.fields or bool(set(row.fields) & set(changed))) for row in rows])


def _lay_out(case: Case, asked: Iterable[tuple[Material, bool]]) -> None:
    existing = {row.key: row for row in CaseMaterial.select().where(CaseMaterial.case == case)}
    for material, is_asked in asked:
        state = "pending" if is_asked else "not_applicable"
        row = existing.get(material.key)
        if row is None:
            CaseMaterial.create(
                case=case, key=material.key, no=material.no, title=material.title, state=state
            )
        elif row.state in ("pending", "not_applicable") and row.state != state:
            CaseMaterial.update(state=state, version=CaseMaterial.version + 1).where(
                CaseMaterial.id == row.id
            ).execute()


def hand_over(case_ids: Iterable[int], to: User, *, hand: Hand, reason: str) -> int:
    """Give the open cases to `to` and return how many changed hands; all or none.

    Raises Unmet without a reason, NotAllowed if a case is closed, out of reach or `to` is of another office.
    """
    if not reason:
        raise Unmet(["请写明移交原因"])
    with write_tx():
        changed = 0
        for case_id in sorted(set(case_ids)):
            case = locked(Case, case_id)
            here = {hand.actor.office_id, to.office_id} == {case.office_id}
            if case.closed_on or not here or not to.is_active or is_of_provider(to):
                raise NotAllowed(f"办件 {case.number} 不能移交给 {to.name}，请核对经办人所在单位和办件状态")
            if case.handler_id == to.id:
                continue
            before = case.handler.name
            Case.update(handler=to, version=Case.version + 1).where(Case.id == case.id).execute()
            audit.record(
                audit.of_case(case),
                "hand_over",
                hand=hand,
                case=case,
                reason=reason,
                handler=[before, to.name],
            )
            changed += 1
    return changed
