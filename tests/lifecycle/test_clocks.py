"""Clocks of a case: waiting, paused, late, leading; and what a changed calendar does to them."""

from datetime import date

import pytest

from lifecycle import clocks, papers, workdays
from lifecycle.db import write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import CalendarYear, Clock, ClockPause, Document, Event, Role, db
from tests.builders import an_application, clock_of, hand_of, miss, night, receive_all, serve_last, step
from tests.lifecycle.stations import a_case_at, a_rectification, day, ended, standing


def lead_of(case):
    return Clock.get(Clock.case == case, Clock.is_lead).rule


def requested(case, on):
    return step(
        case, "request_supplement", Role.REVIEWER, on, name="孙立群", data={"supplement": "财务报表\n花名册"}
    )


def received(case, on):
    return step(case, "receive_evaluation_supplement", Role.REVIEWER, on, name="孙立群")


def test_a_requested_supplement_stops_the_evaluation_only_from_its_service_on(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    assert standing(case) == {"evaluation": ("running", day(6, 3))}
    serve_last(case, day(3, 11))
    assert standing(case) == {"evaluation": ("paused", None)}
    assert night(day(12, 1)) == []


def test_receipt_of_the_supplement_adds_the_stopped_days_before_the_end_rolls(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    serve_last(case, day(3, 11))
    case = received(case, day(3, 21))
    assert standing(case) == {"evaluation": ("running", day(6, 15))}  # 3 June + 10 days is a Saturday
    assert [(p.from_on, p.until_on) for p in ClockPause.select()] == [(day(3, 11), day(3, 21))]


def test_a_supplement_handed_in_before_any_service_stops_nothing(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    case = received(case, day(3, 16))
    assert standing(case) == {"evaluation": ("running", day(6, 3))}
    assert ClockPause.select().count() == 0


def test_a_second_request_waits_until_the_first_is_answered(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    with pytest.raises(Unmet) as refusal:
        requested(case, day(3, 10))
    assert refusal.value.sentences == ("已要求补充材料，尚未登记收到；请先登记收到再要求",)
    case = received(case, day(3, 16))
    assert requested(case, day(3, 17)).state == "desk_review"


def test_two_stops_one_after_the_other_both_count(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    serve_last(case, day(3, 11))
    case = requested(received(case, day(3, 21)), day(3, 23))
    serve_last(case, day(3, 24))
    case = received(case, day(3, 29))
    assert standing(case) == {"evaluation": ("running", day(6, 18))}  # 10 and 5 days


def test_a_receipt_without_a_request_is_refused(app):
    with pytest.raises(Unmet) as refusal:
        received(a_case_at("desk_review"), day(3, 9))
    assert refusal.value.sentences == ("没有等待收到的补充材料",)


def test_a_supplement_cannot_have_come_before_its_request_was_served(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    serve_last(case, day(3, 16))
    with pytest.raises(Unmet) as refusal:
        received(case, day(3, 13))
    assert refusal.value.sentences == ("补充材料通知 2026-03-16 送达，收到日期不能早于这一天",)


def test_a_case_that_ends_before_the_stop_began_ends_its_clock_all_the_same(app):
    case = requested(a_case_at("accepted"), day(3, 9))
    serve_last(case, day(3, 16))
    case = step(case, "withdraw", Role.CLERK, day(3, 13), reason="机构撤回")
    assert ended(case)["evaluation"] == ("waived", day(3, 13))


def test_a_service_day_put_after_the_receipt_leaves_a_stop_of_no_days(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    document = serve_last(case, day(3, 11))
    case = received(case, day(3, 21))
    papers.correct_served(
        document.proofs.get(),
        hand=hand_of(Role.CLERK, today=day(3, 25)),
        served_on=day(3, 24),
        reason="回执日期写错",
        version=1,
    )
    assert standing(case) == {"evaluation": ("running", day(6, 3))}


def test_a_day_met_late_is_kept_as_it_was(app):
    case = an_application(on=day(3, 2))
    receive_all(case)
    night(day(3, 12))
    case = step(case, "accept", Role.CLERK, day(3, 13))
    clock = clock_of(case, "completeness_check")
    assert (clock.state, clock.due_on, clock.ended_on, clock.is_overdue) == (
        "met",
        day(3, 9),
        day(3, 13),
        True,
    )


def test_the_lists_show_the_limit_before_the_wait_and_the_wait_before_nothing(app):
    case = a_rectification()
    assert lead_of(case) == "rectify_latest"
    case = a_case_at("designated")
    agreement = case.opened_cases.get()
    assert lead_of(agreement) == "commitment"
    step(agreement, "record_connection", Role.AGREEMENT, day(5, 20))
    assert lead_of(agreement) == "term"


def test_a_service_is_recorded_once_inside_its_bounds(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    document = Document.get(Document.case == case)
    hand = hand_of(Role.CLERK, today=day(3, 6))

    def serve(on):
        papers.serve(document, hand=hand, served_on=on, way="direct", recipient="许某")

    with pytest.raises(BadDay):
        serve(day(3, 7))
    with pytest.raises(BadDay):
        serve(day(3, 3))
    serve(day(3, 5))
    with pytest.raises(Conflict):
        serve(day(3, 6))


def test_a_paper_that_is_not_served_takes_no_proof(app):
    case = a_case_at("signing")
    document = Document.get(Document.kind == "negotiation_record")
    hand = hand_of(Role.CLERK, today=day(4, 25))
    with pytest.raises(NotAllowed) as refusal:
        papers.serve(document, hand=hand, served_on=day(4, 25), way="direct", recipient="许某")
    assert refusal.value.sentences == ("这份文书不需要送达，不用登记回执",)
    assert standing(case) == {"signing": ("running", day(5, 25))}


def test_a_paper_issued_anew_waits_for_its_own_service(app):
    case = a_rectification(served_on=day(3, 24))
    document = Document.get(Document.kind == "unqualified_notice")
    fresh = papers.reissue(document, hand=hand_of(Role.MANAGER, today=day(3, 26)), reason="机构名称有误")
    assert (fresh.number, fresh.issued_on) == ("安医保评字〔2026〕2号", day(3, 26))
    assert Document.get_by_id(document.id).state == "voided"
    assert standing(case) == {"rectify_earliest": ("waiting", None), "rectify_latest": ("waiting", None)}
    serve_last(case, day(3, 27))
    assert clock_of(case, "rectify_latest").due_on == day(9, 28)  # 27 September is a holiday


def test_a_paper_issued_anew_leaves_ended_clocks_and_stops_as_they_were(app):
    case = requested(a_case_at("desk_review"), day(3, 9))
    document = serve_last(case, day(3, 11))
    case = received(case, day(3, 21))
    papers.reissue(document, hand=hand_of(Role.REVIEWER, today=day(3, 23)), reason="错字")
    assert standing(case) == {"evaluation": ("running", day(6, 15))}
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    document = serve_last(case, day(3, 5))
    case = step(case, "receive_supplement", Role.CLERK, day(3, 9))
    receive_all(case, day(3, 9))
    fresh = papers.reissue(document, hand=hand_of(Role.CLERK, today=day(3, 10)), reason="错字")
    assert (fresh.data["missing"], fresh.data["issued_on"]) == (document.data["missing"], "2026年3月10日")
    clock = clock_of(case, "correction")
    assert (clock.started_on, clock.due_on, clock.ended_on) == (day(3, 5), day(3, 12), day(3, 9))


def test_a_changed_calendar_moves_open_clocks_and_logs_each_and_leaves_ended_ones(app):
    open_case, accepted = an_application(on=day(3, 2)), a_case_at("accepted")
    moved = workdays.override(
        day(3, 6), is_workday=False, name="防汛停工", reason="县政府通知", hand=hand_of(Role.ADMIN)
    )
    assert [(m.clock, m.before, m.after) for m in moved] == [("completeness_check", day(3, 9), day(3, 10))]
    assert standing(open_case) == {"completeness_check": ("running", day(3, 10))}
    assert clock_of(accepted, "completeness_check").due_on == day(3, 9)
    told = Event.select().where(Event.action == "calendar_moved_clock")
    assert [(e.case, e.change["due_on"]) for e in told] == [(open_case, ["2026-03-09", "2026-03-10"])]


def test_a_change_of_the_calendar_that_is_rolled_back_is_forgotten(app):
    hand = hand_of(Role.ADMIN)
    with write_tx(), db.atomic() as tx:
        workdays.override(day(3, 6), is_workday=False, name="错", reason="错", hand=hand)
        tx.rollback()
    workdays.override(day(3, 12), is_workday=False, name="停工", reason="通知", hand=hand)
    assert workdays.current().is_workday(day(3, 6))
    assert not workdays.current().is_workday(day(3, 12))


def test_a_clock_into_an_unpublished_year_is_provisional_until_the_year_is_entered(app):
    hand = hand_of(Role.CLERK, today=day(12, 30))
    case = an_application(on=day(12, 30))
    assert clock_of(case, "completeness_check").is_provisional
    assert standing(case) == {"completeness_check": ("running", date(2027, 1, 7))}
    days = [(date(2027, 1, n), "元旦", True) for n in (1, 2, 3, 4)]
    moved = workdays.import_year(2027, "国办发明电〔2026〕7号", days, hand=hand)
    assert [(m.before, m.after) for m in moved] == [(date(2027, 1, 7), date(2027, 1, 8))]
    assert not clock_of(case, "completeness_check").is_provisional
    assert CalendarYear.get(CalendarYear.year == 2027).is_published


def test_a_month_that_does_not_roll_is_never_provisional(app):
    case = a_case_at("designated")
    assert not clock_of(case.opened_cases.get(), "term").is_provisional


def test_nothing_runs_on_in_a_closed_case(app):
    for state in ("refused", "withdrawn"):
        case = an_application()
        given = {"data": {"grounds": ["g2"]}} if state == "refused" else {"reason": "撤回"}
        case = step(
            case, {"refused": "refuse", "withdrawn": "withdraw"}[state], Role.CLERK, day(3, 3), **given
        )
        assert clocks.open_clocks(case) == []


def test_a_publication_is_not_issued_anew_by_itself(app):
    case = a_case_at("public_notice")
    hand = hand_of(Role.AGREEMENT, today=day(3, 25))
    with write_tx():
        publication = papers.register(
            case.office, hand.book_of(case), "result_publication", hand=hand, on=day(3, 24), frozen={}
        )
    with pytest.raises(NotAllowed) as refusal:
        papers.reissue(publication, hand=hand, reason="错字")
    assert refusal.value.sentences == ("公示名单不能作废重开，内容有误的请更正后重新发布",)
