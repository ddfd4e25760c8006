"""Publication, complaints, decisions, city review, supervision (第十四条 (三) to (五); readings 2.1)."""

import pytest

from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.steps import take_step
from models import Case, Complaint, Kind, Role
from tests.builders import (
    a_city,
    an_application,
    an_institution,
    an_office,
    clock_of,
    hand_of,
    night,
    step,
)
from tests.lifecycle.stations import MEETING, MOVES, a_case_at, day, ended, standing, trace


def a_complaint(case, on, **verified):
    """A complaint received by its real step; verified if told how."""
    hand = hand_of(Role.AGREEMENT, today=on)
    row = Complaint.create(case=case, received_on=on, content="虚报床位", recorded_by=hand.actor, **verified)
    step(case, "receive_complaint", Role.AGREEMENT, on, data={"complaint": row.id})
    return row


def verify(row, on, *, is_effective):
    Complaint.update(verified_on=on, is_effective=is_effective, findings="查实").where(
        Complaint.id == row.id
    ).execute()


@pytest.mark.clause("LC-14b-3c", "LC-14b-3d")
def test_a_qualified_institution_is_published_for_seven_workdays_and_then_proposed(app):
    case = a_case_at("public_notice")
    assert standing(case) == {"result_notice": ("running", day(4, 2))}
    with pytest.raises(Unmet) as refusal:
        step(case, "close_result_notice", Role.AGREEMENT, day(4, 2))
    assert refusal.value.sentences == ("评估结果公示至 2026-04-02 届满，次日起可以办理",)
    assert night(day(4, 2)) == []
    assert len(night(day(4, 3))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, case.stage_on) == ("proposed_pass", day(4, 3))


def test_the_clerk_may_close_the_notice_in_the_morning_before_the_sweep(app):
    case = step(a_case_at("public_notice"), "close_result_notice", Role.AGREEMENT, day(4, 3))
    assert (case.state, ended(case)["result_notice"]) == ("proposed_pass", ("met", day(4, 3)))


@pytest.mark.clause("LC-14b-3e", "LC-14b-3f")
def test_a_complaint_holds_the_case_and_the_sweep_leaves_it(app):
    case = a_case_at("public_notice")
    a_complaint(case, day(3, 30))
    assert night(day(4, 10)) == []
    case = Case.get_by_id(case.id)
    assert (case.state, case.held_state) == ("notice_investigation", "public_notice")
    with pytest.raises(Conflict):
        step(case, "close_result_notice", Role.AGREEMENT, day(4, 10))
    with pytest.raises(Unmet) as refusal:
        step(case, "dismiss_complaint", Role.MANAGER, day(4, 10))
    assert refusal.value.sentences == ("有 1 件举报尚未核查完毕",)


@pytest.mark.clause("LC-14b-3e", "LC-14b-3f")
def test_a_complaint_without_effect_leads_back_and_the_next_night_goes_on(app):
    case = a_case_at("public_notice")
    verify(a_complaint(case, day(3, 30)), day(4, 8), is_effective=False)
    with pytest.raises(Unmet) as refusal:
        step(case, "uphold_complaint", Role.MANAGER, day(4, 8))
    assert refusal.value.sentences == ("没有核查属实、影响结果的举报",)
    case = step(case, "dismiss_complaint", Role.MANAGER, day(4, 8))
    assert (case.state, case.held_state) == ("public_notice", "")
    night(day(4, 9))
    case = Case.get_by_id(case.id)
    assert (case.state, case.stage_on) == ("proposed_pass", day(4, 8))


@pytest.mark.clause("LC-14b-3f")
def test_a_complaint_with_effect_sends_the_case_back_to_the_result(app):
    case = a_case_at("public_notice")
    verify(a_complaint(case, day(3, 30)), day(4, 1), is_effective=True)
    with pytest.raises(Unmet) as refusal:
        step(case, "dismiss_complaint", Role.MANAGER, day(4, 1))
    assert refusal.value.sentences == ("有举报经核查影响评估结果，应当重新确定结果",)
    case = step(case, "uphold_complaint", Role.MANAGER, day(4, 1))
    assert (case.state, standing(case)) == ("result_pending", {})
    assert night(day(4, 30)) == []


def test_a_second_complaint_is_added_while_the_first_is_being_verified(app):
    case = a_case_at("public_notice")
    verify(a_complaint(case, day(3, 30)), day(4, 1), is_effective=False)
    hand = hand_of(Role.AGREEMENT, today=day(4, 1))
    second = Complaint.create(case=case, received_on=day(4, 1), content="又一件", recorded_by=hand.actor)
    case = step(case, "add_complaint", Role.AGREEMENT, day(4, 1), data={"complaint": second.id})
    assert (case.state, case.held_state) == ("notice_investigation", "public_notice")
    with pytest.raises(Unmet):
        step(case, "dismiss_complaint", Role.MANAGER, day(4, 2))


@pytest.mark.clause("LC-14b-5a", "LC-14b-5b", "LC-15-1")
def test_the_list_is_published_for_five_workdays_and_negotiation_follows_within_seven(app):
    case = a_case_at("supervision_notice")
    assert standing(case) == {"supervision": ("running", day(4, 21))}
    with pytest.raises(Unmet):
        step(case, "close_supervision", Role.AGREEMENT, day(4, 21))
    with pytest.raises(Conflict):
        step(case, "agree", Role.AGREEMENT, day(4, 21), data={"negotiation": {}})
    assert len(night(day(4, 22))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, standing(case)) == ("negotiation", {"negotiation": ("running", day(4, 30))})
    night(day(5, 6))
    assert clock_of(case, "negotiation").is_overdue


def test_an_objection_to_the_list_is_decided_by_the_leading_group_and_leads_back(app):
    case = a_case_at("supervision_notice")
    verify(a_complaint(case, day(4, 16)), day(4, 17), is_effective=False)
    with pytest.raises(NotAllowed):
        step(case, "dismiss_complaint", Role.AGREEMENT, day(4, 17))
    case = step(case, "dismiss_complaint", Role.LEADER, day(4, 17))
    assert (case.state, standing(case)) == (
        "supervision_notice",
        {"supervision": ("running", day(4, 21))},
    )


def test_an_upheld_objection_to_the_list_ends_the_supervision_and_reopens_the_result(app):
    case = a_case_at("supervision_notice")
    verify(a_complaint(case, day(4, 16)), day(4, 17), is_effective=True)
    case = step(case, "uphold_complaint", Role.LEADER, day(4, 17))
    assert (case.state, ended(case)["supervision"]) == ("result_pending", ("met", day(4, 17)))


@pytest.mark.clause("LC-05-2-1", "LC-05-2-2", "LC-14b-4c")
@pytest.mark.parametrize(
    ("kind", "types", "options", "target"),
    [
        pytest.param(Kind.MEDICAL, ["inpatient"], {}, "city_review", id="county hospital"),
        pytest.param(Kind.MEDICAL, ["outpatient_pooling"], {}, "listed", id="county clinic"),
        pytest.param(Kind.PHARMACY, ["outpatient_pooling"], {}, "listed", id="county pharmacy"),
        pytest.param(Kind.MEDICAL, ["inpatient"], {"city_review": False}, "listed", id="option off"),
    ],
)
def test_only_county_cases_with_inpatient_type_go_to_the_city(app, kind, types, options, target):
    case = a_case_at("proposed_pass", kind, types, options=options)
    assert step(case, "approve", Role.MANAGER, day(4, 8), data=MEETING).state == target


def test_the_city_office_does_not_review_its_own_hospitals_again(app):
    city = a_city()
    case = an_application(types=["inpatient"], institution=an_institution(office=city), office=city)
    while case.state != "proposed_pass":
        case = MOVES[case.state](case)
    assert step(case, "approve", Role.MANAGER, day(4, 8), data=MEETING).state == "listed"


@pytest.mark.clause("LC-05-1-3", "LC-14b-4c", "LC-14b-4d")
def test_only_the_city_above_decides_on_the_re_review_and_no_list_comes_before_it(app):
    case = a_case_at("city_review", types=["inpatient"])
    before = trace(case)
    with pytest.raises(Conflict):
        step(case, "publish_list", Role.AGREEMENT, day(4, 10))
    own_city_role = hand_of(Role.CITY, Role.MANAGER, today=day(4, 10))
    other_city = an_office("外市医疗保险事业中心", "外医保", level="city")
    for hand in (own_city_role, hand_of(Role.CITY, office=other_city, today=day(4, 10))):
        with pytest.raises(NotAllowed):
            take_step(case, "pass_city_review", hand=hand)
    assert trace(case) == before
    case = step(case, "pass_city_review", Role.CITY, day(4, 10))
    assert case.state == "final_decision"
    assert step(case, "approve_final", Role.LEADER, day(4, 13), data=MEETING).state == "listed"


@pytest.mark.clause("LC-14b-4d")
def test_a_negative_re_review_needs_a_reason_and_reopens_the_result(app):
    case = a_case_at("city_review", types=["inpatient"])
    with pytest.raises(Unmet) as refusal:
        step(case, "fail_city_review", Role.CITY, day(4, 10))
    assert refusal.value.sentences == ("请写明理由",)
    case = step(case, "fail_city_review", Role.CITY, day(4, 10), reason="护士不足")
    assert case.state == "result_pending"


def test_the_city_acts_on_nothing_but_the_re_review(app):
    case = a_case_at("proposed_pass")
    with pytest.raises(NotAllowed):
        step(case, "approve", Role.CITY, day(4, 8), data=MEETING)


@pytest.mark.parametrize("state", ["proposed_pass", "final_decision"])
def test_the_leading_group_may_decline_with_a_reason(app, state):
    case = a_case_at(state, types=["inpatient"])
    with pytest.raises(Unmet) as refusal:
        step(case, "decline", Role.LEADER, day(4, 13))
    assert refusal.value.sentences == ("请先登记领导小组会议", "请写明理由")
    case = step(case, "decline", Role.LEADER, day(4, 13), data=MEETING, reason="布局饱和")
    assert (case.state, case.closed_on, standing(case)) == ("not_selected", day(4, 13), {})
