"""Meetings, the city's review and filings, as operations."""

import pytest

from blueprints.decisions import operations
from blueprints.decisions.operations import Verdict
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Case, Decision, Event, Filing, Meeting, Role, StepTaken
from tests.builders import hand_of
from tests.lifecycle.stations import a_case_at, day

HELD = day(4, 8)
ROOM = {"place": "三楼会议室", "chair": "郑国栋", "attendees": ["郑国栋", "周敏", "孙立群"]}


def hold(*verdicts, on=HELD, today=None, **given):
    hand = hand_of(Role.MANAGER, today=today or on)
    return operations.hold_meeting(verdicts, hand=hand, held_on=on, **{**ROOM, **given})


def states(*cases):
    return [Case.get_by_id(case.id).state for case in cases]


@pytest.mark.clause("LC-14b-4b", "LC-05-2-1", "LC-05-2-2")
def test_a_meeting_decides_three_cases_in_one_go_each_as_its_book_says(app):
    hospital = a_case_at("proposed_pass", types=["inpatient"])
    pharmacy = a_case_at("proposed_pass", "pharmacy", ["personal_account"])
    clinic = a_case_at("proposed_pass")
    meeting = hold(
        Verdict(hospital.id, "approve", votes_for=5, votes_against=0),
        Verdict(pharmacy.id, "approve"),
        Verdict(clinic.id, "decline", "布局饱和", votes_for=1, votes_against=4),
    )
    assert states(hospital, pharmacy, clinic) == ["city_review", "listed", "not_selected"]
    rows = Decision.select(Decision.action, Decision.opinion, Decision.votes_for, Decision.votes_against)
    assert list(rows.where(Decision.meeting == meeting).order_by(Decision.id).tuples()) == [
        ("approve", "", 5, 0),
        ("approve", "", None, None),
        ("decline", "布局饱和", 1, 4),
    ]
    assert Meeting.get().attendees == ROOM["attendees"]
    taken = StepTaken.get(StepTaken.case == hospital, StepTaken.action == "approve")
    assert taken.data["meeting"] == meeting.id


def test_one_refused_decision_rolls_all_of_them_back(app):
    first, second = a_case_at("proposed_pass"), a_case_at("proposed_pass")
    gone = a_case_at("listed")
    events = Event.select().count()
    with pytest.raises(Conflict) as refusal:
        hold(*(Verdict(case.id, "approve") for case in (first, second, gone)), on=day(4, 15))
    assert refusal.value.sentences[0].startswith(f"{gone.institution.name}：办件现为“拟新增”")
    assert states(first, second) == ["proposed_pass", "proposed_pass"]
    assert (Meeting.select().count(), Decision.select().count()) == (0, 0)
    assert Event.select().count() == events


def test_declining_wants_the_opinion_and_a_meeting_its_cases_and_attendees(app):
    case = a_case_at("proposed_pass")
    with pytest.raises(Unmet) as refusal:
        hold(Verdict(case.id, "decline"))
    assert refusal.value.sentences == (f"{case.institution.name}：请写明理由",)
    with pytest.raises(Unmet):
        hold()
    with pytest.raises(Unmet):
        hold(Verdict(case.id, "approve"), attendees=[])
    assert Meeting.select().count() == 0


def test_a_meeting_recorded_later_says_why(app):
    case = a_case_at("proposed_pass")
    with pytest.raises(BadDay):
        hold(Verdict(case.id, "approve"), today=day(4, 10))
    hold(Verdict(case.id, "approve"), today=day(4, 10), reason="纪要 10 日印发")
    assert StepTaken.get(StepTaken.action == "approve").on == HELD


def test_a_case_changed_since_it_was_seen_is_a_conflict(app):
    case = a_case_at("proposed_pass")
    with pytest.raises(Conflict):
        hold(Verdict(case.id, "approve", version=case.version - 1))


@pytest.mark.clause("LC-05-1-3", "LC-14b-4c", "LC-14b-4d")
def test_only_the_city_reviews_and_the_final_list_follows_its_conclusion(app):
    case = a_case_at("city_review", types=["inpatient"])
    with pytest.raises(NotAllowed):
        operations.review(case, is_passed=True, hand=hand_of(Role.CITY, today=day(4, 10)), on=day(4, 10))
    with pytest.raises(Conflict):
        hold(Verdict(case.id, "approve"), on=day(4, 10))
    city = hand_of(Role.CITY, office=case.office.parent, today=day(4, 10))
    case = operations.review(case, is_passed=True, hand=city, on=day(4, 10), reason="材料齐备")
    assert case.state == "final_decision"
    hold(Verdict(case.id, "approve"), on=day(4, 13))
    assert states(case) == ["listed"]
    assert Decision.get().action == "approve_final"


@pytest.mark.clause("LC-14b-4d")
def test_a_negative_review_goes_back_to_the_county_with_its_reason(app):
    case = a_case_at("city_review", types=["inpatient"])
    city = hand_of(Role.CITY, office=case.office.parent, today=day(4, 10))
    with pytest.raises(Unmet):
        operations.review(case, is_passed=False, hand=city, on=day(4, 10))
    case = operations.review(case, is_passed=False, hand=city, on=day(4, 10), reason="护士配备不足")
    assert case.state == "result_pending"


@pytest.mark.clause("LC-14b-3b")
def test_a_filing_keeps_its_day_and_number_and_the_stage_it_is_about(app):
    case = a_case_at("qualified")
    operations.record_filing(
        case,
        kind="department",
        hand=hand_of(Role.CLERK, today=day(3, 24)),
        filed_on=day(3, 23),
        number="安医保备〔2026〕7号",
        note="",
    )
    filing = Filing.get()
    assert (filing.node, filing.filed_on, filing.number) == ("qualified", day(3, 23), "安医保备〔2026〕7号")
    assert Event.select().where(Event.case == case, Event.action == "filing").count() == 1


def test_a_filing_is_refused_for_a_bad_day_and_by_another_office(app):
    case = a_case_at("qualified")
    given = {"kind": "city", "number": "", "note": ""}
    for wrong in (day(3, 25), day(3, 1)):
        with pytest.raises(BadDay):
            operations.record_filing(
                case, hand=hand_of(Role.CLERK, today=day(3, 24)), filed_on=wrong, **given
            )
    foreign = hand_of(Role.CLERK, office=case.office.parent, today=day(3, 24))
    with pytest.raises(NotAllowed):
        operations.record_filing(case, hand=foreign, filed_on=day(3, 24), **given)
