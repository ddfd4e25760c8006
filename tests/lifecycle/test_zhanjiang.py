"""Zhanjiang by its own book: periods at their edge, what stays accepted, what never lapses, two channels."""

from datetime import timedelta

import pytest

from lifecycle.errors import NotAllowed, Unmet
from models import Ban, Case, Document, Role
from tests.builders import an_institution, clock_of, miss, night, receive_all, serve_last, step
from tests.lifecycle import zhanjiang
from tests.lifecycle.stations import standing, trace
from tests.lifecycle.zhanjiang import TOPICS, UNQUALIFIED, accepted, day, received, result_due, reviewed

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.clause("ZJ-04-1", "ZJ-04-2", "ZJ-08-1")
def test_a_complete_filing_is_accepted_on_the_spot_with_a_receipt():
    case = accepted(on=day(3, 2))
    receipt = Document.get(Document.case == case)
    assert (case.state, receipt.name, receipt.issued_on) == (
        "accepted",
        "定点医疗机构申请受理回执",
        day(3, 2),
    )
    assert standing(case) == {
        "completeness_check": ("running", day(3, 9)),
        "evaluation": ("running", day(6, 2)),
    }


@pytest.mark.clause("ZJ-04-1")
def test_an_incomplete_or_unchecked_filing_is_not_accepted_on_the_spot():
    case = received()
    before = trace(case)
    with pytest.raises(Unmet):
        step(case, "accept", Role.CLERK, day(3, 2))
    assert trace(case) == before


@pytest.mark.clause("ZJ-04-3")
def test_the_one_notice_comes_after_acceptance_within_five_workdays_and_the_case_stays_accepted():
    case = accepted()
    miss(case, 7, "缺二月的缴款书")
    assert clock_of(case, "completeness_check").due_on == day(3, 9)
    night(day(3, 9))
    assert not clock_of(case, "completeness_check").is_overdue
    night(day(3, 10))
    assert clock_of(case, "completeness_check").is_overdue
    case = step(case, "request_correction", Role.CLERK, day(3, 10))
    notice = Document.select().where(Document.case == case).order_by(Document.id.desc()).get()
    assert (case.state, case.flag, notice.kind) == ("accepted", "correction", "one_time_notice")
    assert [(row["title"][:5], row["note"]) for row in notice.data["missing"]] == [
        ("申报上个月", "缺二月的缴款书")
    ]
    assert standing(case) == {"evaluation": ("running", day(6, 2))}


def test_a_supplement_has_no_limit_does_not_lapse_and_holds_up_the_evaluation_group():
    case = accepted()
    miss(case, 7)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    serve_last(case, day(3, 5))
    for month in (4, 6, 9):
        night(day(month, 15))
    assert (Case.get_by_id(case.id).state, Case.get_by_id(case.id).flag) == ("accepted", "correction")
    with pytest.raises(Unmet, match="待补正"):
        reviewed(case, day(9, 16), day(9, 16))


def test_the_supplement_ends_the_flag_and_is_checked_within_five_workdays_anew():
    case = accepted()
    miss(case, 7)
    step(case, "request_correction", Role.CLERK, day(3, 4))
    receive_all(case, day(3, 16))
    case = step(case, "receive_supplement", Role.CLERK, day(3, 16))
    assert (case.state, case.flag) == ("accepted", "")
    assert clock_of(case, "completeness_check").due_on == day(3, 23)
    case = step(case, "confirm_materials", Role.CLERK, day(3, 17))
    assert standing(case) == {"evaluation": ("running", day(6, 2))}


@pytest.mark.clause("ZJ-04-3")
def test_a_second_notice_wants_its_reason():
    case = accepted()
    miss(case, 7)
    step(case, "request_correction", Role.CLERK, day(3, 4))
    case = step(case, "receive_supplement", Role.CLERK, day(3, 5))
    with pytest.raises(Unmet, match="一次性告知"):
        step(case, "request_correction", Role.CLERK, day(3, 6))


@pytest.mark.clause("ZJ-05-2", "ZJ-05-3", "ZJ-05-5")
def test_an_online_filing_is_accepted_when_the_check_has_passed_and_told_once_before():
    case = received(channel="online")
    assert clock_of(case, "completeness_check").due_on == day(3, 9)
    miss(case, 5, "缺预测依据")
    case = step(case, "request_correction", Role.CLERK, day(3, 5))
    assert (case.state, case.flag, standing(case)) == ("correction_requested", "", {})
    night(day(9, 15))
    receive_all(case, day(9, 16))
    case = step(case, "receive_supplement", Role.CLERK, day(9, 16))
    assert standing(case) == {"completeness_check": ("running", day(9, 22))}
    case = step(case, "accept", Role.CLERK, day(9, 18))
    assert (case.state, standing(case)) == ("accepted", {"evaluation": ("running", day(12, 18))})
    assert {s.label for s in zhanjiang.steps_of(case)} == {"成立评估小组，开始初评", "撤回申请"}


@pytest.mark.clause("ZJ-04-4", "ZJ-04-5", "ZJ-04-6", "ZJ-04-8", "ZJ-04-9", "ZJ-04-10", "ZJ-04-11")
@pytest.mark.parametrize(
    ("lack", "told"),
    [
        pytest.param({"team": None}, "请先为评估小组成员分组", id="teams"),
        pytest.param({"feedback_on": None, "feedback_to": ""}, "还没有登记当场反馈", id="feedback"),
        pytest.param({"report": ""}, "还没有形成考察报告和评估意见", id="report"),
    ],
)
def test_the_inspection_ends_with_teams_feedback_and_report(lack, told):
    case = step(accepted(), "confirm_materials", Role.CLERK, day(3, 4))
    with pytest.raises(Unmet, match=told):
        reviewed(case, day(3, 5), day(3, 10), **lack)
    assert Case.get_by_id(case.id).state == "on_site"


@pytest.mark.clause("ZJ-04-12", "ZJ-04-13")
def test_the_notice_lasts_seven_workdays_and_then_the_list_to_sign_is_entered():
    case = step(result_due(), "qualify", Role.MANAGER, day(3, 23))
    case = step(case, "publish_result", Role.AGREEMENT, day(3, 24))
    assert clock_of(case, "result_notice").due_on == day(4, 2)
    assert night(day(4, 2)) == []
    night(day(4, 3))
    case = Case.get_by_id(case.id)
    assert (case.state, zhanjiang.label_of(case)) == ("listed", "拟签订医保协议")
    assert standing(case) == {}


@pytest.mark.clause("ZJ-04-13")
@pytest.mark.parametrize(
    ("is_effective", "action", "state"),
    [(False, "dismiss_complaint", "listed"), (True, "uphold_complaint", "result_pending")],
)
def test_a_report_holds_the_notice_until_it_is_verified(is_effective, action, state):
    case = step(result_due(), "qualify", Role.MANAGER, day(3, 23))
    case = step(case, "publish_result", Role.AGREEMENT, day(3, 24))
    zhanjiang.complain(case, day(3, 30), verified=None)
    night(day(4, 3))
    assert Case.get_by_id(case.id).state == "notice_investigation"
    zhanjiang.verify(case, day(4, 7), is_effective=is_effective)
    step(case, action, Role.MANAGER, day(4, 7))
    night(day(4, 8))
    assert Case.get_by_id(case.id).state == state


@pytest.mark.clause("ZJ-04-14", "ZJ-04-18", "ZJ-04-19")
def test_every_topic_is_settled_before_the_paper_is_signed_for_a_year():
    case = zhanjiang.listed()
    record = {"negotiation": {"held_on": "2026年4月10日"}}
    with pytest.raises(Unmet, match="还没有谈妥：“互联网\\+”医保服务"):
        step(case, "agree", Role.AGREEMENT, day(4, 10), data={**record, "topics": TOPICS[:-1]})
    case = step(case, "agree", Role.AGREEMENT, day(4, 10), data={**record, "topics": TOPICS})
    assert (case.state, standing(case)) == ("signing", {})
    night(day(7, 1))
    agreement = zhanjiang.signed(case, day(7, 2))
    assert standing(agreement) == {"term": ("running", day(7, 1).replace(year=2027))}
    night(day(7, 2).replace(year=2027))
    assert Case.get_by_id(agreement.id).state == "expired"


@pytest.mark.clause("ZJ-04-15", "ZJ-04-16")
def test_an_unqualified_institution_may_be_evaluated_again_after_three_months_and_never_lapses():
    case = step(result_due(), "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    assert standing(case) == {"rectify_earliest": ("waiting", None)}
    notice = serve_last(case, day(3, 24))
    assert (notice.data["reasons"], notice.data["advice"]) == ("医保管理制度不全", "补齐制度")
    with pytest.raises(Unmet, match="2026-06-24 届满"):
        step(case, "request_reevaluation", Role.CLERK, day(6, 24))
    for month in (9, 10, 12):
        night(day(month, 28))
    assert Case.get_by_id(case.id).state == "rectification"
    case = step(case, "request_reevaluation", Role.CLERK, day(12, 29))
    assert (case.state, case.round) == ("accepted", 2)
    assert clock_of(case, "evaluation").due_on == day(3, 29).replace(year=2027)


@pytest.mark.clause("ZJ-04-16")
def test_the_first_day_after_three_months_is_open():
    case = step(result_due(), "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    serve_last(case, day(3, 24))
    assert step(case, "request_reevaluation", Role.CLERK, day(6, 25)).round == 2


@pytest.mark.clause("ZJ-04-17")
def test_a_second_failure_bans_a_new_application_for_a_year():
    case = step(result_due(), "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    serve_last(case, day(3, 24))
    case = step(case, "request_reevaluation", Role.CLERK, day(6, 25))
    case = reviewed(case, day(6, 26), day(6, 30))
    case = step(case, "disqualify", Role.MANAGER, day(7, 1), data=UNQUALIFIED)
    assert (case.state, case.closed_on) == ("failed_final", day(7, 1))
    ban = Ban.get(Ban.institution == case.institution)
    assert (ban.rule, ban.until_on) == ("reapply_ban", day(7, 1).replace(year=2027))
    again = zhanjiang.received_again(case.institution, day(7, 1).replace(year=2027))
    with pytest.raises(Unmet):
        step(again, "accept", Role.CLERK, day(7, 1).replace(year=2027))
    tomorrow = day(7, 2).replace(year=2027)
    receive_all(again, tomorrow)
    assert step(again, "accept", Role.CLERK, tomorrow).state == "accepted"


@pytest.mark.clause("ZJ-05-4", "ZJ-05-6", "ZJ-05-7", "ZJ-05-8", "ZJ-05-9", "ZJ-05-10", "ZJ-05-13")
def test_the_online_path_goes_the_same_way_from_evaluation_to_signature():
    case = reviewed(accepted(channel="online"), day(3, 5), day(3, 10))
    case = zhanjiang.listed(case)
    record = {"negotiation": {"held_on": "2026年4月10日"}, "topics": TOPICS}
    case = step(case, "agree", Role.AGREEMENT, day(4, 10), data=record)
    agreement = zhanjiang.signed(case, day(4, 15))
    assert (Case.get_by_id(case.id).state, agreement.state) == ("designated", "active")


@pytest.mark.clause("ZJ-05-11", "ZJ-05-12")
def test_the_online_path_knows_the_same_rectification_and_ban():
    case = reviewed(accepted(channel="online"), day(3, 5), day(3, 10))
    case = step(case, "disqualify", Role.MANAGER, day(3, 23), data=UNQUALIFIED)
    serve_last(case, day(3, 24))
    with pytest.raises(Unmet):
        step(case, "request_reevaluation", Role.CLERK, day(6, 24))
    case = step(case, "request_reevaluation", Role.CLERK, day(6, 25))
    case = reviewed(case, day(6, 26), day(6, 30))
    step(case, "disqualify", Role.MANAGER, day(7, 1), data=UNQUALIFIED)
    assert Ban.get(Ban.institution == case.institution).until_on == day(7, 1) + timedelta(days=365)


@pytest.mark.clause("ZJ-03-1", "ZJ-09-3")
def test_a_county_office_of_the_region_takes_what_is_its_own_and_the_city_centre_only_reads():
    county = zhanjiang.a_county()
    institution = an_institution(office=county)
    case = zhanjiang.received_again(institution, day(3, 2))
    assert (case.office, case.book, case.region) == (county, "zhanjiang-2021", "zhanjiang")
    with pytest.raises(NotAllowed):
        zhanjiang.as_centre(case, "accept", day(3, 2))


def test_leading_group_city_review_and_supervision_do_not_exist_there():
    book = zhanjiang.book()
    assert {"proposed_pass", "city_review", "final_decision", "supervision_notice"} & set(
        book.states
    ) == set()
    assert [step.auto for step in book.steps if step.auto] == ["after result_notice", "after term"]
