"""Review, result, rectification and the second round (第十三条、第十四条 (一) to (三); readings 2.1)."""

from datetime import date

import pytest

from lifecycle import bans
from lifecycle.errors import Conflict, Unmet
from lifecycle.steps import last_step, offers
from models import Ban, Case, Document, Kind, Role, SheetMark
from tests.builders import (
    a_file,
    a_group,
    a_signed_sheet,
    an_application,
    clear_checks,
    clock_of,
    hand_of,
    night,
    receive_all,
    serve_last,
    step,
)
from tests.lifecycle.stations import (
    UNQUALIFIED,
    a_case_at,
    a_rectification,
    a_second_result,
    day,
    ended,
    standing,
)

INPATIENT_ONLY = {"on_site": "inpatient_only"}


def reviewer(case, action, on, **given):
    return step(case, action, Role.REVIEWER, on, name="孙立群", **given)


def fail_first_row(sheet):
    SheetMark.update(finding="fail").where(SheetMark.sheet == sheet, SheetMark.no == 1).execute()


def test_a_review_needs_a_group(app):
    with pytest.raises(Unmet) as refusal:
        reviewer(a_case_at("accepted"), "start_desk_review", day(3, 4))
    assert refusal.value.sentences == ("还没有指派审核评估小组成员",)


@pytest.mark.clause("LC-14b-1b")
def test_a_desk_review_is_closed_only_when_everybody_has_signed(app):
    case = a_case_at("desk_review")
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_desk_review", day(3, 10))
    assert refusal.value.sentences == ("审核评价表还没有填写",)
    sheet = a_signed_sheet(case, "desk")
    a_group(case, "晚到的评审员")
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_desk_review", day(3, 10))
    assert refusal.value.sentences == ("审核评价表尚待签字：晚到的评审员",)
    SheetMark.update(finding="", marked_by=None).where(SheetMark.sheet == sheet, SheetMark.no == 1).execute()
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_desk_review", day(3, 10))
    assert refusal.value.sentences == ("审核评价表还有 1 项未填",)


@pytest.mark.clause("LC-14b-1c", "LC-14b-2a")
@pytest.mark.parametrize(
    ("kind", "types", "options", "target"),
    [
        pytest.param(Kind.MEDICAL, ["outpatient_pooling"], {}, "on_site", id="all medical institutions"),
        pytest.param(Kind.MEDICAL, ["inpatient"], INPATIENT_ONLY, "on_site", id="only inpatient: hospital"),
        pytest.param(
            Kind.MEDICAL,
            ["outpatient_pooling"],
            INPATIENT_ONLY,
            "result_pending",
            id="only inpatient: clinic",
        ),
        pytest.param(Kind.PHARMACY, ["outpatient_pooling"], {}, "result_pending", id="pharmacy"),
    ],
)
def test_who_passed_the_desk_review_is_visited_on_site_or_goes_to_the_result(
    app, kind, types, options, target
):
    case = a_case_at("desk_review", kind, types, options=options)
    a_signed_sheet(case, "desk")
    assert reviewer(case, "conclude_desk_review", day(3, 10)).state == target


@pytest.mark.clause("LC-14b-2a")
def test_a_failed_desk_review_goes_to_the_result_and_not_on_site(app):
    case = a_case_at("desk_review")
    fail_first_row(a_signed_sheet(case, "desk"))
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_desk_review", day(3, 10))
    assert refusal.value.sentences == ("审核评价表有 1 项不符合，不予通过",)
    case = reviewer(case, "fail_desk_review", day(3, 10))
    assert case.state == "result_pending"
    with pytest.raises(Unmet) as refusal:
        step(case, "qualify", Role.MANAGER, day(3, 23))
    assert refusal.value.sentences == ("审核评价表有不符合项，不能评为合格",)


def test_a_passed_desk_review_cannot_be_failed(app):
    case = a_case_at("desk_review")
    a_signed_sheet(case, "desk")
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "fail_desk_review", day(3, 10))
    assert refusal.value.sentences == ("审核评价表没有不符合项",)


@pytest.mark.clause("LC-14b-1d")
def test_doubts_about_a_pharmacy_are_verified_on_site_with_reason_and_findings(app):
    case = a_case_at("desk_review", Kind.PHARMACY)
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "verify_on_site", day(3, 6))
    assert refusal.value.sentences == ("请写明理由", "请写明核实情况")
    case = reviewer(case, "verify_on_site", day(3, 6), reason="营业面积存疑", data={"findings": "属实"})
    taken = last_step(case)
    assert (case.state, taken.reason, taken.data) == ("desk_review", "营业面积存疑", {"findings": "属实"})


@pytest.mark.clause("LC-14b-2b")
def test_an_on_site_evaluation_is_closed_only_when_everybody_has_signed(app):
    case = a_case_at("on_site")
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_on_site", day(3, 20))
    assert refusal.value.sentences == ("现场评估表还没有填写",)
    a_signed_sheet(case, "on_site").signatures.get().delete_instance()
    with pytest.raises(Unmet) as refusal:
        reviewer(case, "conclude_on_site", day(3, 20))
    assert refusal.value.sentences == ("现场评估表尚待签字：孙立群",)


@pytest.mark.clause("LC-14a-3", "LC-14a-4", "LC-10-5")
@pytest.mark.parametrize("state", ["accepted", "desk_review", "on_site"])
def test_false_materials_end_the_case_and_bar_the_institution_for_three_years_from_the_finding(app, state):
    case = a_case_at(state)
    with pytest.raises(Unmet) as refusal:
        step(case, "record_fraud", Role.MANAGER, day(3, 12))
    assert refusal.value.sentences == ("请写明理由", "请先上传证据材料（附件用途选“证据”）")
    a_file(case, "evidence")
    case = step(case, "record_fraud", Role.MANAGER, day(3, 12), reason="执业许可证系伪造")
    assert (case.state, case.closed_on, standing(case)) == ("rejected_fraud", day(3, 12), {})
    ban = Ban.get()
    assert (ban.rule, ban.institution, ban.from_on, ban.until_on) == (
        "fraud_ban",
        case.institution,
        day(3, 12),
        date(2029, 3, 12),
    )
    assert bans.standing(case.institution, date(2029, 3, 12)) == [ban]
    assert bans.standing(case.institution, date(2029, 3, 13)) == []


def test_a_barred_institution_is_not_accepted_and_told_why_and_until_when(app):
    case = a_case_at("accepted")
    a_file(case, "evidence")
    step(case, "record_fraud", Role.MANAGER, day(3, 12), reason="执业许可证系伪造")
    again = an_application(institution=case.institution, on=day(4, 1))
    receive_all(again, day(4, 1))
    with pytest.raises(Unmet) as refusal:
        step(again, "accept", Role.CLERK, day(4, 2))
    assert refusal.value.sentences == ("弄虚作假申请定点，不予受理（第十条（五）、第十四条），至 2029-03-12",)


@pytest.mark.clause("LC-14b-3a")
def test_the_result_is_qualified_or_unqualified_and_nothing_else_but_giving_up(app):
    case = a_case_at("result_pending")
    offered = [o.step.action for o in offers(case, hand_of(Role.MANAGER), dict.fromkeys(Role, ""))]
    assert offered == ["qualify", "disqualify", "abandon_by_commitment"]


@pytest.mark.clause("LC-13-1")
def test_the_result_ends_the_three_months_on_its_legal_day(app):
    case = a_case_at("qualified")
    assert ended(case)["evaluation"] == ("met", day(3, 23))


def test_a_failed_row_on_site_can_be_overruled_only_with_a_reason(app):
    case = a_case_at("on_site")
    fail_first_row(a_signed_sheet(case, "on_site"))
    case = reviewer(case, "conclude_on_site", day(3, 20))
    with pytest.raises(Unmet) as refusal:
        step(case, "qualify", Role.MANAGER, day(3, 23))
    assert refusal.value.sentences == ("现场评估表有不合格项，评为合格须写明理由",)
    assert step(case, "qualify", Role.MANAGER, day(3, 23), reason="整改到位").state == "qualified"


@pytest.mark.clause("LC-14b-3g")
def test_an_unqualified_notice_states_reasons_and_advice(app):
    case = a_case_at("result_pending")
    with pytest.raises(Unmet) as refusal:
        step(case, "disqualify", Role.MANAGER, day(3, 23))
    assert refusal.value.sentences == ("请写明不合格理由", "请写明整改建议")
    step(case, "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    paper = Document.get(Document.case == case, Document.kind == "unqualified_notice")
    printed = {name: paper.data[name] for name in ("result", "reasons", "advice", "wait_term", "ban_term")}
    assert printed == {"result": "评估不合格", **UNQUALIFIED, "wait_term": "3个月", "ban_term": "1年"}


def test_the_window_for_a_new_evaluation_waits_for_service(app):
    case = a_rectification(served_on=None)
    assert standing(case) == {"rectify_earliest": ("waiting", None), "rectify_latest": ("waiting", None)}
    with pytest.raises(Unmet) as refusal:
        step(case, "request_reevaluation", Role.CLERK, day(7, 1))
    assert refusal.value.sentences == ("整改期还没有起算，请先登记文书送达",)
    serve_last(case, day(3, 24))
    assert standing(case) == {
        "rectify_earliest": ("running", day(6, 24)),
        "rectify_latest": ("running", day(9, 24)),
    }


@pytest.mark.clause("LC-14b-3h", "LC-14b-3j")
def test_a_new_evaluation_is_possible_from_the_day_after_three_months_and_opens_round_two(app):
    case = a_rectification(served_on=day(3, 24))
    with pytest.raises(Unmet) as refusal:
        step(case, "request_reevaluation", Role.CLERK, day(6, 24))
    assert refusal.value.sentences == ("整改期至 2026-06-24 届满，次日起可以办理",)
    case = step(case, "request_reevaluation", Role.CLERK, day(6, 25))
    assert (case.state, case.round) == ("accepted", 2)
    assert standing(case) == {"evaluation": ("running", day(9, 28))}  # 25 to 27 September are a holiday


@pytest.mark.clause("LC-14b-3i")
def test_without_a_new_request_within_six_months_of_service_the_application_is_abandoned(app):
    case = a_rectification(served_on=day(4, 3))
    assert clock_of(case, "rectify_latest").due_on == day(10, 8)  # 3 October rolls over the holiday
    assert night(day(10, 8)) == []
    assert len(night(day(10, 9))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, case.closed_on) == ("abandoned_rectification", day(10, 9))


@pytest.mark.clause("LC-14b-3l2")
def test_a_second_round_that_qualifies_goes_on_to_the_public_notice(app):
    case = a_second_result()
    case = step(case, "qualify", Role.MANAGER, day(7, 20))
    case = step(case, "publish_result", Role.AGREEMENT, day(7, 21))
    assert standing(case) == {"result_notice": ("running", day(7, 30))}


@pytest.mark.clause("LC-14b-3k", "LC-14b-3l")
def test_a_second_failure_is_final_and_bars_the_institution_for_one_year(app):
    case = a_second_result()
    case = step(case, "disqualify", Role.MANAGER, day(7, 20), data=UNQUALIFIED)
    assert (case.state, case.closed_on, standing(case)) == ("failed_final", day(7, 20), {})
    paper = Document.select().where(Document.case == case).order_by(Document.id.desc()).get()
    assert paper.data["result"] == "再次评估不合格"
    ban = Ban.get()
    assert (ban.rule, ban.from_on, ban.until_on) == ("reapply_ban", day(7, 20), date(2027, 7, 20))
    again = an_application(institution=case.institution, on=date(2027, 7, 20))
    receive_all(again, date(2027, 7, 20))
    with pytest.raises(Unmet):
        step(again, "accept", Role.CLERK, date(2027, 7, 20))
    clear_checks(again, date(2027, 7, 21))
    assert step(again, "accept", Role.CLERK, date(2027, 7, 21)).state == "accepted"


def test_a_second_round_cannot_be_rectified_again(app):
    case = a_second_result()
    case = step(case, "disqualify", Role.MANAGER, day(7, 20), data=UNQUALIFIED)
    with pytest.raises(Conflict):
        step(case, "request_reevaluation", Role.CLERK, day(12, 1))
