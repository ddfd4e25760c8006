"""Mistakes put right: a legal day corrected, a step taken back (readings 1.3-10, 1.3-12)."""

from datetime import date

import pytest

from lifecycle import corrections
from lifecycle.cases import hand_over
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.steps import last_step
from models import Ban, Case, Clock, Complaint, Document, Event, Role, StepTaken
from tests.builders import (
    a_file,
    an_application,
    hand_of,
    miss,
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
    trace,
)


def correct(taken, on, reason="录入有误", role=Role.MANAGER, today=None):
    corrections.correct_day(taken, hand=hand_of(role, today=today or day(12, 31)), on=on, reason=reason)


def take_back(case, role=Role.MANAGER, today=None, **given):
    hand = hand_of(role, today=today or day(6, 30))
    return corrections.take_back(case, hand=hand, reason="登记错误", **given)


def the_step(case, action):
    return StepTaken.get(StepTaken.case == case, StepTaken.action == action)


def test_a_corrected_day_moves_the_clocks_it_started_and_keeps_both_days_in_the_trail(app):
    case = a_case_at("accepted")
    correct(the_step(case, "accept"), day(3, 5))
    assert standing(case) == {"evaluation": ("running", day(6, 5))}
    assert ended(case) == {"completeness_check": ("met", day(3, 5))}
    assert Case.get_by_id(case.id).stage_on == day(3, 5)
    event = Event.get(Event.action == "correct_day")
    assert (event.on, event.reason, event.change) == (
        day(3, 5),
        "录入有误",
        {"label": "受理", "legal_day": ["2026-03-03", "2026-03-05"]},
    )


def test_a_corrected_receipt_of_a_supplement_moves_the_end_of_the_stop(app):
    case = a_case_at("desk_review")
    step(case, "request_supplement", Role.REVIEWER, day(3, 9), name="孙立群", data={"supplement": "报表"})
    serve_last(case, day(3, 11))
    step(case, "receive_evaluation_supplement", Role.REVIEWER, day(3, 21), name="孙立群")
    correct(the_step(case, "receive_evaluation_supplement"), day(3, 16))
    assert standing(case) == {"evaluation": ("running", day(6, 8))}


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        pytest.param(date(2027, 1, 1), "办理日期不能晚于今天", id="in the future"),
        pytest.param(day(3, 1), "不能早于上一步“登记收件”的 2026-03-02", id="before the step before"),
        pytest.param(day(3, 5), "不能晚于下一步“开始审核评价”的 2026-03-04", id="after the step after"),
    ],
)
def test_a_corrected_day_lies_between_its_neighbours(app, on, sentence):
    case = a_case_at("desk_review")
    before = trace(case)
    with pytest.raises(BadDay) as refusal:
        correct(the_step(case, "accept"), on)
    assert (refusal.value.sentences, trace(case)) == ((sentence,), before)


def test_a_correction_needs_a_reason_and_the_manager_or_the_steps_own_role(app):
    taken = the_step(a_case_at("accepted"), "accept")
    with pytest.raises(Unmet):
        correct(taken, day(3, 2), reason=" ")
    with pytest.raises(NotAllowed):
        correct(taken, day(3, 2), role=Role.REVIEWER)
    correct(taken, day(3, 2), role=Role.CLERK)
    assert StepTaken.get_by_id(taken.id).on == day(3, 2)


def test_a_corrected_last_day_moves_the_closing_and_the_ban_with_it(app):
    case = step(a_second_result(), "disqualify", Role.MANAGER, day(7, 20), data=UNQUALIFIED)
    correct(last_step(case), day(7, 16))
    case, ban = Case.get_by_id(case.id), Ban.get()
    assert (case.closed_on, case.stage_on) == (day(7, 16), day(7, 16))
    assert (ban.from_on, ban.until_on) == (day(7, 16), date(2027, 7, 16))
    assert ended(case)["evaluation"] == ("met", day(7, 16))


def test_a_corrected_withdrawal_moves_the_end_of_what_still_ran(app):
    case = step(a_case_at("accepted"), "withdraw", Role.CLERK, day(3, 11), reason="停业")
    correct(last_step(case), day(3, 9))
    assert (Case.get_by_id(case.id).closed_on, ended(case)["evaluation"]) == (
        day(3, 9),
        ("waived", day(3, 9)),
    )


def test_a_corrected_objection_moves_the_end_of_the_supervision(app):
    case = a_case_at("supervision_notice")
    hand = hand_of(Role.AGREEMENT, today=day(4, 16))
    row = Complaint.create(case=case, received_on=day(4, 16), content="举报", recorded_by=hand.actor)
    step(case, "receive_complaint", Role.AGREEMENT, day(4, 16), data={"complaint": row.id})
    Complaint.update(verified_on=day(4, 17), is_effective=True).execute()
    case = step(case, "uphold_complaint", Role.MANAGER, day(4, 20))
    correct(last_step(case), day(4, 17))
    assert ended(case)["supervision"] == ("met", day(4, 17))


def test_the_day_of_a_signature_is_corrected_by_signing_anew(app):
    case = a_case_at("designated")
    with pytest.raises(NotAllowed) as refusal:
        correct(last_step(case), day(5, 7))
    assert refusal.value.sentences == ("这一步开立了协议，日期有误的请撤回后重新登记",)


def test_a_later_negotiation_takes_the_lapse_back(app):
    case = a_case_at("signing")
    night(day(5, 26))
    correct(the_step(case, "agree"), day(4, 28), today=day(5, 27))
    case = Case.get_by_id(case.id)
    assert (case.state, standing(case)) == ("signing", {"signing": ("running", day(5, 28))})
    assert night(day(5, 28)) == []
    assert len(night(day(5, 29))) == 1


def test_the_last_step_is_taken_back_with_its_clocks_and_its_paper_keeps_its_number(app):
    case = a_case_at("accepted")
    case = take_back(case)
    assert (case.state, standing(case)) == ("filed", {"completeness_check": ("running", day(3, 9))})
    assert Clock.get(Clock.rule == "evaluation").state == "cancelled"
    paper = Document.get(Document.case == case)
    assert (paper.number, paper.state, paper.void_reason) == (
        "安医保受字〔2026〕1号",
        "voided",
        "撤回“受理”：登记错误",
    )
    case = step(case, "accept", Role.CLERK, day(3, 4))
    assert Document.select().order_by(-Document.id).get().number == "安医保受字〔2026〕2号"
    assert standing(case) == {"evaluation": ("running", day(6, 4))}


def test_a_stop_taken_back_was_never_there(app):
    case = a_case_at("desk_review")
    step(case, "request_supplement", Role.REVIEWER, day(3, 9), name="孙立群", data={"supplement": "报表"})
    serve_last(case, day(3, 11))
    case = step(case, "receive_evaluation_supplement", Role.REVIEWER, day(3, 21), name="孙立群")
    assert standing(take_back(case)) == {"evaluation": ("paused", None)}
    assert standing(take_back(case)) == {"evaluation": ("running", day(6, 3))}


def test_a_ban_falls_with_the_step_that_imposed_it(app):
    case = a_case_at("accepted")
    a_file(case, "evidence")
    case = step(case, "record_fraud", Role.MANAGER, day(3, 12), reason="伪造")
    case = take_back(case)
    assert (case.state, case.closed_on) == ("accepted", None)
    assert (Ban.get().lifted_on, standing(case)) == (day(6, 30), {"evaluation": ("running", day(6, 3))})


@pytest.mark.parametrize("corrected", [False, True])
def test_a_signature_taken_back_annuls_the_agreement_it_opened(app, corrected):
    case = a_case_at("designated")
    if corrected:  # an agreement found under another day than the step's own
        Case.update(opened_on=day(5, 4)).where(Case.origin == case).execute()
    case = take_back(case)
    agreement = Case.get(Case.origin == case)
    assert (case.state, agreement.state, agreement.closed_on) == ("signing", "annulled", day(6, 30))
    assert standing(agreement) == {}
    assert [d.state for d in Document.select().where(Document.case == agreement)] == ["voided"]
    assert night(day(6, 30))[0].endswith("未在规定时间签订协议，视为自动放弃")


def test_a_signature_stands_once_the_agreement_has_gone_on(app):
    case = a_case_at("designated")
    agreement = Case.get(Case.origin == case)
    step(agreement, "record_connection", Role.AGREEMENT, day(5, 20))
    before = trace(case)
    with pytest.raises(NotAllowed) as refusal:
        take_back(case)
    assert refusal.value.sentences == (f"由此开立的办件 {agreement.number} 已有后续办理，不能撤回",)
    assert trace(case) == before


def test_an_agreement_is_not_unsigned_from_its_own_page(app):
    agreement = Case.get(Case.origin == a_case_at("designated"))
    with pytest.raises(NotAllowed) as refusal:
        take_back(agreement)
    assert refusal.value.sentences == ("这一步由申请办件的签订登记带来，请在申请办件上撤回",)


def a_held_case():
    case = a_case_at("public_notice")
    hand = hand_of(Role.AGREEMENT, today=day(3, 30))
    row = Complaint.create(case=case, received_on=day(3, 30), content="举报", recorded_by=hand.actor)
    return step(case, "receive_complaint", Role.AGREEMENT, day(3, 30), data={"complaint": row.id})


def test_a_complaint_registered_in_error_no_longer_holds_the_case(app):
    case = take_back(a_held_case())
    complaint = Complaint.get()
    assert (case.state, complaint.is_effective, complaint.findings) == (
        "public_notice",
        False,
        "登记已撤回：登记错误",
    )
    assert len(night(day(6, 30))) == 1


def test_a_settlement_taken_back_leaves_the_complaint_to_be_settled_again(app):
    case = a_held_case()
    Complaint.update(verified_on=day(4, 1), is_effective=True).execute()
    case = step(case, "uphold_complaint", Role.MANAGER, day(4, 2))
    Complaint.update(settled_on=day(4, 2)).execute()
    case = take_back(case)
    assert (case.state, Complaint.get().settled_on) == ("notice_investigation", None)
    assert step(case, "uphold_complaint", Role.MANAGER, day(4, 3)).state == "result_pending"


def test_a_second_round_taken_back_is_the_first_again(app):
    case = step(a_rectification(), "request_reevaluation", Role.CLERK, day(7, 1))
    case = take_back(case, today=day(7, 2))
    assert (case.state, case.round) == ("rectification", 1)
    assert standing(case) == {
        "rectify_earliest": ("running", day(6, 24)),
        "rectify_latest": ("running", day(9, 24)),
    }


def test_a_taken_back_step_counts_no_more(app):
    case = an_application()
    miss(case, 3)
    case = take_back(step(case, "request_correction", Role.CLERK, day(3, 4)))
    case = step(case, "request_correction", Role.CLERK, day(3, 5))  # not a second one: no reason asked
    assert case.state == "correction_requested"


def test_whoever_was_handed_the_case_since_keeps_it(app):
    case, manager = a_case_at("accepted"), hand_of(Role.MANAGER, today=day(3, 4))
    heir = hand_of(Role.CLERK, name="接手人").actor
    hand_over([case.id], heir, hand=manager, reason="产假")
    assert take_back(case).handler == heir


@pytest.mark.parametrize(
    ("role", "reason", "sentence"),
    [
        pytest.param(Role.MANAGER, "", "请写明原因", id="no reason"),
        pytest.param(Role.REVIEWER, "错", "须由负责人或该步骤的经办岗位办理", id="another role"),
    ],
)
def test_taking_back_needs_a_reason_and_the_right_person(app, role, reason, sentence):
    case = a_case_at("accepted")
    before = trace(case)
    with pytest.raises((NotAllowed, Unmet)) as refusal:
        corrections.take_back(case, hand=hand_of(role, today=day(3, 4)), reason=reason)
    assert (refusal.value.sentences, trace(case)) == ((sentence,), before)


def test_taking_back_with_a_stale_version_is_a_conflict(app):
    case = a_case_at("accepted")
    with pytest.raises(Conflict):
        take_back(case, version=case.version - 1)
    assert take_back(case, version=case.version).state == "filed"


def test_a_draft_without_a_step_has_nothing_to_take_back(app):
    case = an_application()
    receive_all(case)
    draft = take_back(case)
    with pytest.raises(NotAllowed) as refusal:
        take_back(draft)
    assert (draft.state, refusal.value.sentences) == ("draft", ("这个办件还没有可以更正的步骤",))
