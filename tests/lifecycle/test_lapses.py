"""A lapse put right: reinstated, taken back by a corrected service, or overtaken by what was typed late."""

import pytest

from lifecycle import corrections, papers
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.steps import last_step, take_step
from models import Case, Event, ProofOfService, Role
from tests.builders import a_file, an_application, clock_of, hand_of, miss, night, serve_last, step
from tests.lifecycle.stations import TERM, a_case_at, a_rectification, day, ended, standing, trace


def a_lapsed_correction():
    """Served on 5 March, due on 12 March, abandoned on 13 March."""
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    serve_last(case, day(3, 5))
    night(day(3, 13))
    return Case.get_by_id(case.id)


def reinstate(case, role=Role.MANAGER, today=None, **given):
    hand = hand_of(role, today=today or day(3, 16))
    return corrections.reinstate(case, hand=hand, **({"reason": "邮路中断"} | given))


def late(case, action, role, on, today, **given):
    hand = hand_of(role, today=today)
    return take_step(case, action, hand=hand, on=on, reason="当日已收，补录", **given)


def test_a_reinstated_lapse_waives_its_limit_and_the_next_sweeps_leave_it_alone(app):
    case = reinstate(a_lapsed_correction())
    assert (case.state, case.closed_on, standing(case)) == ("correction_requested", None, {})
    assert ended(case)["correction"] == ("waived", day(3, 16))
    assert night(day(3, 16)) == []
    assert night(day(6, 30)) == []
    event = Event.get(Event.action == "reinstate")
    assert (event.reason, event.change["state"]) == (
        "邮路中断",
        ["abandoned_correction", "correction_requested"],
    )


def test_a_limit_set_anew_lapses_only_after_its_new_day(app):
    case = reinstate(a_lapsed_correction(), new_due=day(3, 20))
    assert standing(case) == {"correction": ("running", day(3, 20))}
    assert night(day(3, 20)) == []
    assert len(night(day(3, 21))) == 1


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        pytest.param({"reason": ""}, Unmet, "请写明原因", id="no reason"),
        pytest.param({"role": Role.CLERK}, NotAllowed, "须由负责人或该步骤的经办岗位办理", id="no manager"),
        pytest.param({"new_due": day(3, 15)}, BadDay, "重新确定的期限不能早于今天", id="a past day"),
    ],
)
def test_a_reinstatement_needs_a_reason_a_manager_and_a_day_to_come(app, given, error, sentence):
    case = a_lapsed_correction()
    before = trace(case)
    with pytest.raises(error) as refusal:
        reinstate(case, **given)
    assert (refusal.value.sentences, trace(case)) == ((sentence,), before)


def test_only_a_lapse_is_reinstated_and_a_lapse_is_not_taken_back(app):
    case = step(a_case_at("accepted"), "withdraw", Role.CLERK, day(3, 5), reason="停业")
    with pytest.raises(NotAllowed) as refusal:
        reinstate(case)
    assert refusal.value.sentences == ("只有期满自动办结的办件可以恢复办理",)
    with pytest.raises(NotAllowed) as refusal:
        corrections.take_back(
            a_lapsed_correction(), hand=hand_of(Role.MANAGER, today=day(3, 16)), reason="错"
        )
    assert refusal.value.sentences == ("期满自动办理的，请用“恢复办理”",)


def correct_service(case, on, today):
    hand = hand_of(Role.CLERK, today=today)
    proof = ProofOfService.get()
    papers.correct_served(proof, hand=hand, served_on=on, reason="回执日期看错", version=proof.version)
    return corrections.recheck_lapse(case, hand, "回执日期看错")


def test_a_later_service_takes_the_lapse_back_and_the_sweep_judges_anew(app):
    case = a_lapsed_correction()
    assert correct_service(case, day(3, 10), today=day(3, 13))
    case = Case.get_by_id(case.id)
    assert (case.state, case.closed_on, standing(case)) == (
        "correction_requested",
        None,
        {"correction": ("running", day(3, 17))},
    )
    event = Event.get(Event.action == "correct_served")
    assert event.change["served_on"] == ["2026-03-05", "2026-03-10"]
    assert night(day(3, 17)) == []
    assert len(night(day(3, 18))) == 1


def test_a_lapse_that_still_stands_is_left(app):
    case = a_lapsed_correction()
    assert not correct_service(case, day(3, 4), today=day(3, 13))
    assert Case.get_by_id(case.id).state == "abandoned_correction"


def test_a_service_is_corrected_with_a_reason_and_the_version_that_was_seen(app):
    a_lapsed_correction()
    proof, hand = ProofOfService.get(), hand_of(Role.CLERK, today=day(3, 16))
    with pytest.raises(Unmet):
        papers.correct_served(proof, hand=hand, served_on=day(3, 6), reason="", version=1)
    papers.correct_served(proof, hand=hand, served_on=day(3, 6), reason="看错", version=1)
    with pytest.raises(Conflict) as refusal:
        papers.correct_served(proof, hand=hand, served_on=day(3, 9), reason="看错", version=1)
    assert refusal.value.sentences == ("同事刚把送达日期改为 2026-03-06，请核对后再改",)


@pytest.mark.clause("LC-12-2b")
def test_a_supplement_received_inside_the_limit_and_typed_after_it_undoes_the_lapse(app):
    case = late(a_lapsed_correction(), "receive_supplement", Role.CLERK, day(3, 12), day(3, 16))
    assert (case.state, case.closed_on, case.stage_on) == ("filed", None, day(3, 12))
    assert standing(case) == {"completeness_check": ("running", day(3, 19))}
    assert ended(case)["correction"] == ("met", day(3, 12))


def test_a_supplement_received_after_the_limit_stays_too_late(app):
    case = a_lapsed_correction()
    before = trace(case)
    with pytest.raises(Unmet) as refusal:
        late(case, "receive_supplement", Role.CLERK, day(3, 13), day(3, 16))
    assert refusal.value.sentences == ("机构补正期限至 2026-03-12，只能补录当日及以前的事项",)
    assert trace(case) == before


def test_a_late_typed_receipt_can_still_be_corrected_by_a_day(app):
    case = late(a_lapsed_correction(), "receive_supplement", Role.CLERK, day(3, 12), day(3, 16))
    taken = last_step(case)
    hand = hand_of(Role.MANAGER, today=day(3, 17))
    corrections.correct_day(taken, hand=hand, on=day(3, 11), reason="实为前一日")
    assert ended(case)["correction"] == ("met", day(3, 11))
    with pytest.raises(BadDay):
        corrections.correct_day(taken, hand=hand, on=day(3, 3), reason="早于补正通知")


def test_a_late_typed_receipt_taken_back_leaves_the_lapse(app):
    case = late(a_lapsed_correction(), "receive_supplement", Role.CLERK, day(3, 12), day(3, 16))
    hand = hand_of(Role.MANAGER, today=day(3, 17))
    case = corrections.take_back(case, hand=hand, reason="不是这家机构")
    assert (case.state, case.closed_on, standing(case)) == ("abandoned_correction", day(3, 13), {})
    assert reinstate(case, today=day(3, 17)).state == "correction_requested"


@pytest.mark.clause("LC-14b-3i")
def test_a_new_request_made_inside_six_months_and_typed_after_them_undoes_the_lapse(app):
    case = a_rectification(served_on=day(3, 24))
    night(day(9, 28))
    case = Case.get_by_id(case.id)
    assert case.state == "abandoned_rectification"
    with pytest.raises(Unmet) as refusal:
        late(case, "request_reevaluation", Role.CLERK, day(9, 25), day(9, 28))
    assert refusal.value.sentences == ("提交再次评估申请期限至 2026-09-24，只能补录当日及以前的事项",)
    case = late(case, "request_reevaluation", Role.CLERK, day(9, 24), day(9, 28))
    assert (case.state, case.round, case.closed_on) == ("accepted", 2, None)
    assert standing(case) == {"evaluation": ("running", day(12, 24))}


@pytest.mark.clause("LC-16-1")
def test_a_signature_given_inside_the_month_and_typed_after_it_undoes_the_lapse(app):
    case = a_case_at("signing")
    a_file(case, "signed_text")
    night(day(5, 26))
    case = Case.get_by_id(case.id)
    late_term = TERM | {"signed_on": "2026-05-26"}
    with pytest.raises(Unmet):
        late(case, "sign", Role.AGREEMENT, day(5, 26), day(5, 28), data=late_term)
    case = late(case, "sign", Role.AGREEMENT, day(5, 25), day(5, 28), data=TERM | {"signed_on": "2026-05-25"})
    assert (case.state, case.closed_on, clock_of(case, "signing").state) == (
        "designated",
        day(5, 25),
        "met",
    )
    assert Case.get(Case.origin == case).state == "active"
