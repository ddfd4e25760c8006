"""Changes of designation information: thirty workdays on both sides, hindrances, new owners."""

from datetime import date, timedelta

import pytest

from lifecycle import change_cases, changes, corrections, guard, proposals, register
from lifecycle.cases import open_case
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import (
    Application,
    Case,
    CaseMaterial,
    ChangeRequest,
    Clock,
    FormerValue,
    Institution,
    Role,
    Suspension,
)
from rules.book import load_books
from tests.builders import hand_of, night, step
from tests.lifecycle.stations import an_agreement

BOOK = load_books()["liaocheng-2023"]
FIELDS = {row.key: row for row in BOOK.fields}
APPROVED = date(2026, 6, 1)  # a Monday; the 30th workday after it is 14 July (Dragon Boat on 19 June)
LAST = date(2026, 7, 14)


def part(case, key, value):
    return changes.item(Institution.get_by_id(case.institution_id), FIELDS[key], value)


def reported(case, *, on=APPROVED, role=Role.CLERK, **given):
    """A change of name, told on `on`; with asked_on also applied for."""
    said = {
        "items": [part(case, "name", "东阿康宁医院")],
        "approved_on": APPROVED,
        "approved_by": "县行政审批局",
    }
    return change_cases.report(case, {**said, **given}, hand=hand_of(role, today=on), reason="补录")


def request_of(case):
    return ChangeRequest.get(ChangeRequest.case == case.id)


def received(case):
    """Every paper that is asked for has come."""
    CaseMaterial.update(state="received", received_on=APPROVED).where(
        CaseMaterial.case == case.id, CaseMaterial.state == "pending"
    ).execute()


def confirmed(case, on):
    received(case)
    return step(case, "confirm_change", Role.MANAGER, on)


@pytest.mark.clause("LC-21-1", "LC-22-1")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_an_important_change_is_to_be_applied_for_within_thirty_workdays_of_its_approval(app, kind):
    case = reported(an_agreement(kind=kind))
    clock = Clock.get(Clock.case == case, Clock.rule == "change_request")
    assert (clock.party, clock.due_on) == ("provider", LAST)


@pytest.mark.clause("LC-23-1")
def test_the_office_confirms_within_thirty_workdays_of_the_request(app):
    case = reported(an_agreement(), on=date(2026, 6, 8), asked_on=date(2026, 6, 8))
    clock = Clock.get(Clock.case == case, Clock.rule == "change_check")
    assert (case.state, clock.party, clock.due_on) == ("change_filed", "office", date(2026, 7, 21))
    assert Clock.get(Clock.case == case, Clock.rule == "change_request").state == "met"


@pytest.mark.clause("LC-21-0", "LC-23-1")
def test_a_confirmed_change_enters_the_register_and_the_old_value_is_kept(app):
    agreement = an_agreement()
    old = agreement.institution.name
    case = confirmed(reported(agreement, on=date(2026, 6, 8), asked_on=date(2026, 6, 8)), date(2026, 6, 9))
    kept = FormerValue.get(FormerValue.field == "name")
    assert (case.state, case.closed_on) == ("change_confirmed", date(2026, 6, 9))
    assert Institution.get_by_id(agreement.institution_id).name == "东阿康宁医院"
    assert (kept.value, kept.until_on) == (old, APPROVED)
    with pytest.raises(NotAllowed, match="已写入机构台账"):
        corrections.take_back(case, hand=hand_of(Role.MANAGER, today=date(2026, 6, 9)), reason="错了")


@pytest.mark.clause("LC-22-0")
def test_a_new_person_is_kept_sealed_until_the_change_is_confirmed(app):
    agreement = an_agreement(kind="pharmacy")
    items = [part(agreement, "principal", ("岳玉兰", "371524198803071223"))]
    case = reported(agreement, on=APPROVED, asked_on=APPROVED, items=items)
    assert "371524198803071223" not in str(request_of(case).items)
    confirmed(case, APPROVED)
    row = Institution.get_by_id(agreement.institution_id)
    number = register.reveal(row, "principal", hand=hand_of(Role.MANAGER, today=APPROVED))
    assert (row.principal.name, number) == ("岳玉兰", "371524198803071223")


@pytest.mark.clause("LC-21-2", "LC-22-2")
def test_general_information_is_told_and_not_reviewed(app):
    agreement = an_agreement()
    items = [changes.free_item("收费窗口电话", "6350001", "6350002")]
    case = reported(agreement, is_general=True, approved_on=None, items=items)
    assert (case.state, case.closed_on) == ("change_notified", APPROVED)
    assert not Clock.select().where(Clock.case == case).exists()


@pytest.mark.clause("LC-23-2")
def test_doubts_are_looked_into_on_the_spot_and_nothing_is_confirmed_before(app):
    case = reported(an_agreement(), asked_on=APPROVED)
    with pytest.raises(Unmet, match="理由"):
        step(case, "check_on_site", Role.AGREEMENT, APPROVED)
    step(case, "check_on_site", Role.AGREEMENT, APPROVED, reason="新址门头与批准地址不符")
    with pytest.raises(Unmet, match="现场核实情况"):
        confirmed(case, APPROVED)
    with pytest.raises(Unmet, match="日期、人员和情况"):
        step(case, "record_verification", Role.AGREEMENT, APPROVED, data={"findings": "属实"})
    seen = {"verified_on": "2026-06-01", "verified_by": "孙立群、赵敏", "findings": "门头已更换，与批准一致"}
    step(case, "record_verification", Role.AGREEMENT, APPROVED, data=seen)
    assert request_of(case).findings == "门头已更换，与批准一致"
    corrections.take_back(case, hand=hand_of(Role.AGREEMENT, today=APPROVED), reason="登错")
    with pytest.raises(Unmet, match="现场核实情况"):
        confirmed(case, APPROVED)
    step(case, "record_verification", Role.AGREEMENT, APPROVED, data=seen)
    assert confirmed(case, APPROVED).state == "change_confirmed"


@pytest.mark.clause("LC-23-4", "LC-A11-1-3")
@pytest.mark.parametrize("kind", ["penalty", "handling"])
def test_while_a_penalty_or_handling_is_open_no_change_is_taken_in(app, kind):
    agreement = an_agreement()
    values = {"kind": kind, "measure": BOOK.measures_for(kind, "medical")[0].key, "clause": "", "number": ""}
    values |= {"authority": "东阿县医疗保障局", "facts": "超标准收费", "amount": None}
    row = guard.save_handling(
        {**values, "started_on": date(2026, 5, 20), "ended_on": None},
        hand=hand_of(Role.AGREEMENT, today=APPROVED),
        institution=agreement.institution,
    )
    with pytest.raises(Unmet, match="期间不得变更定点信息（第二十一条、第二十二条、第二十三条）"):
        reported(agreement, asked_on=APPROVED)
    assert not ChangeRequest.select().exists()
    case = reported(agreement)  # what happened may be noted; only applying waits
    row.is_performed, row.performed_on, row.ended_on = True, date(2026, 6, 9), date(2026, 6, 9)
    row.save()
    hand = hand_of(Role.CLERK, today=date(2026, 6, 10))
    assert change_cases.file(case, asked_on=hand.today, hand=hand).state == "change_filed"


@pytest.mark.clause("LC-29-G3")
def test_days_on_which_a_change_was_forbidden_do_not_count_and_both_days_are_shown(app):
    agreement = an_agreement()
    case = reported(agreement, hindered_from=date(2026, 6, 8), hindered_until=date(2026, 6, 12))
    standing = changes.lateness(request_of(case), hand_of(Role.CLERK, today=LAST))
    clock = Clock.get(Clock.case == case, Clock.rule == "change_request")
    assert (standing.plain.on, standing.due.on) == (LAST, date(2026, 7, 21))  # five workdays, 8 to 12 June
    assert clock.due_on == date(2026, 7, 21)


@pytest.mark.clause("LC-29-G3")
@pytest.mark.parametrize(("today", "is_late"), [(LAST, False), (LAST + timedelta(days=1), True)])
def test_a_change_not_applied_for_after_thirty_workdays_speaks_for_suspension(app, today, is_late):
    agreement = an_agreement()
    reported(agreement)
    found = proposals.proposals(agreement, hand_of(Role.MANAGER, today=today), "suspension")
    assert ("s3" in found) is is_late
    if is_late:
        assert "至今没有提交变更申请" in found["s3"].text


@pytest.mark.clause("LC-29-G3")
def test_a_change_applied_for_late_speaks_for_suspension_until_it_is_decided(app):
    agreement = an_agreement()
    late = LAST + timedelta(days=1)
    case = reported(agreement, on=late, asked_on=late)
    hand = hand_of(Role.MANAGER, today=late)
    assert "2026-07-15 才提交变更申请" in proposals.proposals(agreement, hand, "suspension")["s3"].text
    confirmed(case, late)
    assert proposals.proposals(agreement, hand, "suspension") == {}


@pytest.mark.clause("LC-31-07", "LC-32-10")
@pytest.mark.parametrize(("kind", "ground"), [("medical", "tm07"), ("pharmacy", "tp10")])
def test_a_change_that_was_found_and_not_reported_speaks_for_termination(app, kind, ground):
    agreement = an_agreement(kind=kind)
    hand = hand_of(Role.MANAGER, today=APPROVED)
    assert ground not in proposals.proposals(agreement, hand)
    case = reported(agreement, found_on=APPROVED, found_how="日常检查", approved_on=None)
    assert (
        "发现名称变更为“东阿康宁医院”，机构没有申请变更" in proposals.proposals(agreement, hand)[ground].text
    )
    clerk = hand_of(Role.CLERK, today=APPROVED)
    given = {"approved_on": APPROVED - timedelta(days=3), "approved_by": "县行政审批局"}
    change_cases.put_right(case, given, hand=clerk, version=request_of(case).version)
    change_cases.file(case, asked_on=APPROVED, hand=clerk)
    assert ground not in proposals.proposals(agreement, hand)


@pytest.mark.clause("LC-23-3")
def test_a_change_of_owner_suspends_the_agreement_and_opens_a_new_evaluation(app):
    agreement = an_agreement()
    case = reported(agreement, asked_on=APPROVED, is_entity=True)
    step(case, "begin_evaluation", Role.MANAGER, APPROVED, reason="医院整体转让")
    evaluation = Case.get(Case.origin == agreement, Case.matter == "application")
    before = Application.get(Application.case == agreement.origin)
    assert Case.get_by_id(agreement.id).state == "suspended_entity"
    assert Suspension.get().kind == "entity"
    assert (evaluation.state, Application.get(Application.case == evaluation).types) == (
        "draft",
        before.types,
    )
    with pytest.raises(Unmet, match="尚未评估合格"):
        step(agreement, "resume_entity", Role.MANAGER, APPROVED, reason="评估合格")
    Case.update(state="qualified").where(Case.id == evaluation.id).execute()
    step(agreement, "resume_entity", Role.MANAGER, APPROVED, reason="评估合格")
    states = [Case.get_by_id(row.id).state for row in (agreement, evaluation, case)]
    assert states == ["active", "designated", "change_confirmed"]
    assert Institution.get_by_id(agreement.institution_id).name == "东阿康宁医院"


@pytest.mark.clause("LC-23-3")
def test_with_the_agreement_ends_what_hung_on_it(app):
    agreement = an_agreement()
    case = reported(agreement, asked_on=APPROVED, is_entity=True)
    step(case, "begin_evaluation", Role.MANAGER, APPROVED, reason="医院整体转让")
    evaluation = Case.get(Case.origin == agreement, Case.matter == "application")
    night(date(2027, 5, 6))  # the day after the term
    states = [Case.get_by_id(row.id).state for row in (agreement, evaluation, case)]
    assert states == ["expired", "withdrawn", "change_withdrawn"]


def test_a_suspension_for_a_new_owner_is_taken_back_with_its_evaluation(app):
    agreement = an_agreement()
    case = reported(agreement, asked_on=APPROVED, is_entity=True)
    step(case, "begin_evaluation", Role.MANAGER, APPROVED, reason="医院整体转让")
    hand = hand_of(Role.MANAGER, today=APPROVED)
    with pytest.raises(NotAllowed, match="请先在那里撤回"):
        corrections.take_back(case, hand=hand, reason="不是转让")
    corrections.take_back(agreement, hand=hand, reason="不是转让")
    corrections.take_back(case, hand=hand, reason="不是转让")
    assert [Case.get_by_id(row.id).state for row in (agreement, case)] == ["active", "change_filed"]
    assert not Case.select().where(Case.matter == "application", Case.closed_on.is_null()).exists()


@pytest.mark.clause("LC-21-3", "LC-21-4", "LC-21-5a", "LC-21-5b", "LC-21-5c", "LC-21-6")
def test_a_hospital_brings_the_papers_of_its_change(app):
    agreement = an_agreement()
    rows = asked_for(reported(agreement))
    assert rows == ["医药机构医疗保障定点信息变更申请表", "《医疗机构执业许可证》副本或备案证复印件"]
    more = asked_for(reported(agreement, items=[part(agreement, "grade", "二级甲等")]))
    assert more[2:] == [
        "行政审批部门出具的医疗机构等级变更材料",
        "卫生健康部门出具的医疗机构等级评审结果",
        "等级变更后使用医疗保障基金的预测性分析",
    ]


@pytest.mark.clause("LC-22-3", "LC-22-4", "LC-22-5")
def test_a_pharmacy_brings_the_papers_of_its_change(app):
    agreement = an_agreement(kind="pharmacy")
    assert asked_for(reported(agreement)) == [
        "医药机构医疗保障定点信息变更申请表",
        "《药品经营许可证》副本和《营业执照》复印件",
    ]
    items = [part(agreement, "controller", ("岳玉兰", "371524198803071223"))]
    assert asked_for(reported(agreement, items=items))[2:] == [
        "法定代表人、主要负责人或实际控制人身份证复印件"
    ]


def asked_for(case):
    rows = CaseMaterial.select().where(CaseMaterial.case == case.id, CaseMaterial.state == "pending")
    return [row.title for row in rows.order_by(CaseMaterial.no)]


def test_a_request_is_put_right_until_it_is_decided_and_its_last_day_follows(app):
    case = reported(an_agreement())
    hand = hand_of(Role.CLERK, today=APPROVED)
    request = change_cases.put_right(case, {"approved_on": date(2026, 5, 29)}, hand=hand, version=1)
    assert Clock.get(Clock.case == case).due_on == date(2026, 7, 13)
    with pytest.raises(Conflict):
        change_cases.put_right(case, {"reason": "x"}, hand=hand, version=1)
    step(case, "withdraw_change", Role.CLERK, APPROVED, reason="登错机构")
    with pytest.raises(NotAllowed):
        change_cases.put_right(case, {"reason": "x"}, hand=hand, version=request.version)


@pytest.mark.parametrize(
    "given",
    [
        {"approved_on": APPROVED + timedelta(days=1)},
        {"asked_on": APPROVED - timedelta(days=1)},
        {"hindered_until": APPROVED},
    ],
)
def test_days_in_the_wrong_order_are_refused(app, given):
    with pytest.raises(BadDay):
        reported(an_agreement(), **given)
    assert not ChangeRequest.select().exists()


def test_an_ended_or_another_offices_agreement_takes_no_change(app):
    agreement = an_agreement()
    Case.update(closed_on=APPROVED).where(Case.id == agreement.id).execute()
    with pytest.raises(NotAllowed, match="已经终止"):
        reported(agreement)


@pytest.mark.clause("LC-23-3")
def test_an_application_that_stands_open_is_the_evaluation_of_the_new_owner(app):
    agreement = an_agreement()
    hand = hand_of(Role.CLERK, today=APPROVED)
    place = {"office": agreement.office, "hand": hand, "on": APPROVED}
    opened = open_case("application", agreement.institution, **place)
    step(agreement, "suspend_entity", Role.MANAGER, APPROVED, reason="医院整体转让")
    assert Case.get_by_id(opened.id).origin == agreement
    Case.update(state="qualified").where(Case.id == opened.id).execute()
    step(agreement, "resume_entity", Role.MANAGER, APPROVED, reason="评估合格")
    assert Case.get_by_id(opened.id).state == "designated"
