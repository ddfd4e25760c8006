"""Applications of an office whose region is Zhanjiang, walked by their real steps; nothing else differs."""

from datetime import date, timedelta
from typing import Any

from flask import current_app

from lifecycle.cases import facts, open_case
from lifecycle.steps import take_step
from models import Application, Case, CaseSheet, Complaint, GroupMember, Institution, Office, Role
from rules.book import Book
from rules.rows import Step
from tests.builders import (
    MONDAY,
    a_draft,
    a_file,
    a_group,
    a_signed_sheet,
    a_user,
    an_institution,
    an_office,
    clear_checks,
    hand_of,
    night,
    receive_all,
    step,
)

REGION = {"region": "zhanjiang", "district": "赤坎区", "address": "赤坎区体育北路 15 号"}
UNQUALIFIED = {"reasons": "医保管理制度不全", "advice": "补齐制度"}
TOPICS = ["rights", "scope", "content", "quality", "payment", "settlement", "off_site", "internet"]


def day(month: int, number: int) -> date:
    """A day of 2026."""
    return date(2026, month, number)


def the_office() -> Office:
    """The city centre, with its region chosen and nothing else told."""
    return an_office("市医疗保障事业管理中心", "湛医保", **REGION)


def received(on: date = MONDAY, channel: str = "window", **fields: Any) -> Case:
    """An application received on `on`; materials still to be ticked."""
    institution = an_institution(office=the_office(), name=fields.pop("name", "赤坎仁和医院"), **fields)
    case = a_draft(types=("employee",), on=on, institution=institution, office=institution.office)
    Application.update(channel=channel).where(Application.case == case).execute()
    return step(case, "file", Role.CLERK, on)


def accepted(on: date = MONDAY, channel: str = "window") -> Case:
    """Accepted on the day it was received."""
    case = received(on, channel)
    receive_all(case, on)
    return step(case, "accept", Role.CLERK, on)


def reviewed(case: Case, begun: date, told: date, **other: Any) -> Case:
    """Through 初评 and 现场考察 by two teams, feedback told on `told`, waiting for the result.

    other: what is otherwise: team, or columns of the sheet's foot.
    """
    a_group(case)
    for number, member in enumerate(GroupMember.select().where(GroupMember.case == case), start=1):
        team = other.get("team", (number + 1) % 2 + 1)
        GroupMember.update(team=team).where(GroupMember.id == member.id).execute()
    step(case, "start_desk_review", Role.REVIEWER, begun, name="孙立群")
    a_signed_sheet(Case.get_by_id(case.id), "desk")
    case = step(case, "conclude_desk_review", Role.REVIEWER, begun, name="孙立群")
    sheet = a_signed_sheet(case, "on_site")
    foot = {"visited_on": told, "feedback_on": told, "feedback_to": "黄院长", "feedback": "制度较全"}
    foot |= {"report": "建议评为合格"} | {name: value for name, value in other.items() if name != "team"}
    CaseSheet.update(**foot).where(CaseSheet.id == sheet.id).execute()
    return step(case, "conclude_on_site", Role.REVIEWER, told, name="孙立群")


def result_due() -> Case:
    """Received and accepted on 2 March, checked on the 4th, its result due."""
    case = step(accepted(), "confirm_materials", Role.CLERK, day(3, 4))
    return reviewed(case, day(3, 5), day(3, 10))


def book() -> Book:
    """The book of the region."""
    return current_app.extensions["rules"].books["zhanjiang-2021"]


def label_of(case: Case) -> str:
    """The state in the words of the book."""
    return book().states[case.state].label


def steps_of(case: Case) -> list[Step]:
    """The manual steps that lead on from where the case stands."""
    return [row for row in book().steps_from(case.matter, case.state, facts(case)) if row.roles]


def complain(case: Case, on: date, **fields: Any) -> Complaint:
    """A report about the case, received on `on`."""
    row = Complaint.create(
        case=case, received_on=on, content="设备不符", recorded_by=a_user(Role.AGREEMENT, office=case.office)
    )
    step(case, "receive_complaint", Role.AGREEMENT, on, data={"complaint": row.id, **fields})
    return row


def verify(case: Case, on: date, *, is_effective: bool) -> None:
    """Every report about the case verified on `on`."""
    found = {"verified_on": on, "is_effective": is_effective, "findings": "已到现场核实"}
    Complaint.update(**found).where(Complaint.case == case).execute()


def listed(case: Case | None = None) -> Case:
    """On the list to sign since 3 April."""
    case = step(case or result_due(), "qualify", Role.MANAGER, day(3, 23))
    case = step(case, "publish_result", Role.AGREEMENT, day(3, 24))
    night(day(4, 3))
    return Case.get_by_id(case.id)


def signed(case: Case, on: date) -> Case:
    """The agreement signed on `on` for a year."""
    a_file(case, "signed_text")
    last = on.replace(year=on.year + 1) - timedelta(days=1)
    days = {"signed_on": on.isoformat(), "starts_on": on.isoformat(), "ends_on": last.isoformat()}
    step(case, "sign", Role.AGREEMENT, on, data=days)
    return Case.get(Case.origin == case)


def received_again(institution: Institution, on: date) -> Case:
    """A new application of `institution`, all its papers there."""
    case = a_draft(types=("employee",), on=on, institution=institution, office=institution.office)
    case = step(case, "file", Role.CLERK, on)
    receive_all(case, on)
    return case


def a_county() -> Office:
    """A county office below the centre."""
    centre = the_office()
    Office.update(level="city").where(Office.id == centre.id).execute()
    return an_office("遂溪县医保经办机构", "遂医保", **{**REGION, "district": "遂溪县", "parent": centre})


def as_centre(case: Case, action: str, on: date) -> Case:
    """What a clerk of the centre tries on a case of the county."""
    return take_step(case, action, hand=hand_of(Role.CLERK, office=the_office(), today=on), on=on)


def clear(case: Case) -> None:
    """Every condition and ground answered before acceptance."""
    clear_checks(case, case.opened_on)


def opened(institution: Institution) -> Case:
    """A draft of `institution` opened today under whatever its office's region says."""
    hand = hand_of(Role.CLERK, office=institution.office)
    office = Office.get_by_id(institution.office_id)
    return open_case("application", institution, office=office, hand=hand, on=hand.today)
