"""Opening a case, the facts its guards read, and who handles it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from peewee import JOIN, fn

from lifecycle import audit, numbering
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
    ExitRequest,
    Institution,
    Matter,
    Office,
    Role,
    User,
    UserRole,
)
from rules import features

FIRST_STATE = {
    Matter.APPLICATION: CaseState.DRAFT,
    Matter.AGREEMENT: CaseState.NEW,
    Matter.EXIT: CaseState.EXIT_DRAFT,
}


def open_case(
    matter: str, institution: Institution, *, office: Office, hand: Hand, on: date, origin: Case | None = None
) -> Case:
    """Return a new case in the first state of `matter`, under the book and options in force at `office`.

    Its handler is the actor, or the clerk with the fewest open cases where a provider opens it.
    Raises Unmet if the office has no clerk then.
    """
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
    renewal = (
        Agreement.select(Agreement.is_renewal_open).where(Agreement.case == case).scalar()
        if case.matter == Matter.AGREEMENT
        else False
    )
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
        "renewal_open": bool(renewal),
        "wish": _wish(case),
    }


def _wish(case: Case) -> str:
    if case.matter != Matter.EXIT:
        return ""
    return ExitRequest.select(ExitRequest.wish).where(ExitRequest.case == case).scalar() or ""


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
    existing = {row.key: row for row in CaseMaterial.select().where(CaseMaterial.case == case)}
    for material in hand.book_of(case).materials_for(case.institution.kind):
        state = "pending" if not material.feature or material.feature in declared else "not_applicable"
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
