"""Rows made by lawful calls; name only what matters. Days: a Monday morning in March 2026, unless told."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from flask import current_app
from werkzeug.security import generate_password_hash

from demo import numbers
from lifecycle import case_checks, moment, papers, sheets, sweep, vault, workdays
from lifecycle.cases import open_case, set_application
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import (
    Attachment,
    Case,
    CaseCheck,
    CaseMaterial,
    CaseSheet,
    Clock,
    Document,
    GroupMember,
    Institution,
    Kind,
    Office,
    Person,
    Role,
    SheetMark,
    SheetSignature,
    User,
    UserRole,
)

PASSWORD = "Shandong-2026"
HASH = generate_password_hash(PASSWORD, method="scrypt:1024:1:1")  # cheap: tests log in a lot
MONDAY = date(2026, 3, 2)
_numbers = count(1)


def an_office(name: str = "安澜县医疗保险事业中心", code: str = "安医保", **fields: Any) -> Office:
    """A county office, ready for work; the same row for the same code."""
    known = Office.get_or_none(Office.code == code)
    return known or Office.create(
        **{
            "name": name,
            "code": code,
            "region": "liaocheng",
            "district": "安澜县",
            "address": "安澜县文昌路 1 号",
            "phone": "0635-5550106",
            "is_set_up": True,
            **fields,
        }
    )


def a_city() -> Office:
    """The city office above."""
    return an_office("市医疗保险事业中心", "市医保", level="city", district="市直")


def a_user(*roles: str, office: Office | None = None, name: str = "", username: str = "") -> User:
    """An account with `roles`; the same one for the same roles, office and name."""
    office = office or an_office()
    username = username or f"{'-'.join(roles)}-{office.id}{'-' + name if name else ''}"
    known = User.get_or_none(User.username == username)
    if known:
        return known
    user = User.create(
        username=username,
        name=name or f"{'、'.join(roles)}",
        office=office,
        password_hash=HASH,
        must_change_password=False,
        session_key="k",
    )
    for role in roles:
        UserRole.create(user=user, role=role)
    return user


def hand_of(*roles: str, office: Office | None = None, today: date | None = None, name: str = "") -> Hand:
    """The hand of a user with `roles` on `today`."""
    user = a_user(*roles, office=office, name=name)
    rules = current_app.extensions["rules"]
    return Hand(
        user, frozenset(roles), today or moment.today(), workdays.current(), rules.books, rules.regions
    )


def system_hand(today: date) -> Hand:
    rules = current_app.extensions["rules"]
    an_office()
    return sweep.system_hand(today, rules.books, rules.regions)


def a_person(name: str = "陶云峰", resident_id: str = "") -> Person:
    """A person under a resident id with a valid check digit; the same row for the same id."""
    number = resident_id or numbers.resident_id(next(_numbers))
    known = Person.get_or_none(Person.id_digest == vault.digest(number))
    return known or Person.create(
        name=name,
        id_cipher=vault.seal(number),
        id_digest=vault.digest(number),
        id_masked=number[:4] + "*" * 10 + number[-4:],
    )


def an_institution(kind: str = Kind.MEDICAL, name: str = "", **fields: Any) -> Institution:
    """An institution of the county office."""
    n = next(_numbers)
    name = (
        name or f"安澜县{'第' + str(n) + '卫生院' if kind == Kind.MEDICAL else '康民大药房' + str(n) + '店'}"
    )
    return Institution.create(
        **{
            "office": fields.pop("office", None) or an_office(),
            "kind": kind,
            "name": name,
            "search_key": name,
            "uscc": numbers.credit_code(n),
            "licence_no": numbers.licence(n, kind),
            "address": "安澜县沙堤镇文昌街 66 号",
            "phone": numbers.mobile(n),
            "beds": 80 if kind == Kind.MEDICAL else None,
            "operating_since": date(2024, 5, 1),
            "legal_representative": a_person(),
            **fields,
        }
    )


def a_draft(
    kind: str = Kind.MEDICAL, types: Sequence[str] = ("outpatient_pooling",), on: date = MONDAY, **fields: Any
) -> Case:
    """A draft application on the day `on`."""
    hand = hand_of(Role.CLERK, today=on, office=fields.get("office"))
    institution = fields.pop("institution", None) or an_institution(kind, **fields)
    case = open_case("application", institution, office=institution.office, hand=hand, on=on)
    set_application(
        case, hand=hand, types=list(types), features=[], operating_since=date(2024, 5, 1), applied_on=on
    )
    return case


def an_application(
    kind: str = Kind.MEDICAL, types: Sequence[str] = ("outpatient_pooling",), on: date = MONDAY, **fields: Any
) -> Case:
    """A filed application, received on `on`; all materials still to be ticked."""
    case = a_draft(kind, types, on, **fields)
    return take_step(case, "file", hand=hand_of(Role.CLERK, today=on, office=case.office), on=on)


def receive_all(case: Case, on: date = MONDAY) -> None:
    """Tick every material that is asked for as received."""
    CaseMaterial.update(state="received", received_on=on, is_original_seen=True, original_seen_on=on).where(
        CaseMaterial.case == case, CaseMaterial.state.in_(["pending", "missing"])
    ).execute()
    clear_checks(case, on)


def clear_checks(case: Case, on: date = MONDAY) -> None:
    """Answer every condition and ground before acceptance, but for those that the register speaks against."""
    hand = hand_of(Role.CLERK, today=on, office=case.office)
    for row in case_checks.items(Case.get_by_id(case.id), hand, on):
        if row.machine.finding != "hit" and not row.finding:
            CaseCheck.create(
                case=case,
                list=row.list,
                key=row.key,
                finding="clear",
                evidence="查询无记录",
                checked_on=on,
                marked_by=hand.actor,
                marked_at=moment.now(),
            )


def miss(case: Case, no: int, note: str = "缺页") -> CaseMaterial:
    """Mark material `no` as missing, and what nobody has looked at yet as received."""
    mine = CaseMaterial.case == case
    CaseMaterial.update(state="missing", received_on=None, note=note).where(
        mine, CaseMaterial.no == no
    ).execute()
    CaseMaterial.update(state="received", received_on=case.opened_on).where(
        mine, CaseMaterial.state == "pending"
    ).execute()
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def an_accepted(
    kind: str = Kind.MEDICAL, types: Sequence[str] = ("outpatient_pooling",), on: date = MONDAY, **fields: Any
) -> Case:
    """An application received and accepted on `on`."""
    case = an_application(kind, types, on, **fields)
    receive_all(case, on)
    return take_step(case, "accept", hand=hand_of(Role.CLERK, today=on, office=case.office), on=on)


def serve_last(case: Case, on: date) -> Document:
    """Serve the newest document of the case on `on`."""
    document = Document.select().where(Document.case == case).order_by(Document.id.desc()).get()
    papers.serve(
        document,
        hand=hand_of(Role.CLERK, today=on, office=case.office),
        served_on=on,
        way="direct",
        recipient="许某",
    )
    return document


def a_group(case: Case, *names: str) -> list[User]:
    """Appoint reviewers to the case's group in its present round."""
    users = [a_user(Role.REVIEWER, office=case.office, name=name) for name in names or ("孙立群", "韩雪")]
    for user in users:
        GroupMember.create(case=case, round=case.round, user=user, field="医疗保障")
    return users


def a_signed_sheet(case: Case, stage: str, failed: Sequence[str] = ()) -> CaseSheet:
    """A sheet with every row ticked (those in `failed` 不符合) and signed by the whole group."""
    book = current_app.extensions["rules"].books[case.book]
    kind = book.sheet_for(stage, case.institution.kind)
    sheet = CaseSheet.create(case=case, sheet=kind.key, stage=stage, round=case.round)
    members = sheets.group(case)
    for row in book.rows_of(kind.key):
        SheetMark.create(
            sheet=sheet,
            row=row.key,
            no=row.no,
            finding="fail" if row.key in failed else "pass",
            marked_by=members[0].user,
            marked_at=moment.now(),
        )
    for member in members:
        SheetSignature.create(sheet=sheet, user=member.user, signed_at=moment.now())
    return sheet


def a_file(case: Case, purpose: str) -> Attachment:
    """A row for an uploaded file."""
    return Attachment.create(
        case=case,
        purpose=purpose,
        filename="扫描件.pdf",
        stored_as=f"f{next(_numbers)}",
        content_type="application/pdf",
        size=3,
        sha256="0" * 64,
        uploaded_by=case.handler,
        uploaded_at=moment.now(),
    )


def step(case: Case, action: str, role: str, on: date, **given: Any) -> Case:
    """Take `action` as a user with `role` of the right office on the day `on`."""
    office = case.office.parent if role == Role.CITY else case.office
    hand = hand_of(role, office=office, today=on, name=given.pop("name", ""))
    return take_step(Case.get_by_id(case.id), action, hand=hand, on=on, **given)


def clock_of(case: Case, rule: str) -> Clock:
    """The newest clock of `rule` in the case."""
    return Clock.select().where(Clock.case == case, Clock.rule == rule).order_by(Clock.id.desc()).get()


def night(day: date) -> list[str]:
    """The sweep of `day`."""
    return sweep.run(system_hand(day)).lines
