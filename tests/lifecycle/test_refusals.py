"""What take_step refuses, with which sentence, and that a refusal leaves nothing behind."""

import pytest

from lifecycle import bans
from lifecycle.cases import hand_over
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.steps import offers, take_step
from models import Case, Clock, Document, Event, NumberSeries, Role
from tests.builders import (
    a_draft,
    a_user,
    an_application,
    an_office,
    hand_of,
    miss,
    receive_all,
    step,
)
from tests.lifecycle.stations import a_case_at, day, trace

LABELS = {role: role.value for role in Role}


def test_a_colleague_of_another_office_is_refused(app):
    case = an_application()
    receive_all(case)
    before = trace(case)
    foreign = hand_of(Role.CLERK, office=an_office("邻县医疗保险事业中心", "邻医保"), today=day(3, 3))
    with pytest.raises(NotAllowed) as refusal:
        take_step(case, "accept", hand=foreign)
    assert refusal.value.sentences == ("您的岗位不能办理这一步",)
    assert trace(case) == before


@pytest.mark.parametrize(
    ("state", "action", "role"),
    [
        ("filed", "accept", Role.REVIEWER),
        ("filed", "accept", Role.MANAGER),
        ("accepted", "start_desk_review", Role.CLERK),
        ("accepted", "start_desk_review", Role.ADMIN),
        ("result_pending", "qualify", Role.AGREEMENT),
        ("qualified", "publish_result", Role.AUDITOR),
        ("public_notice", "close_result_notice", Role.MANAGER),
        ("proposed_pass", "approve", Role.AGREEMENT),
        ("signing", "sign", Role.PROVIDER),
        ("signing", "lapse_signing", Role.MANAGER),
    ],
)
def test_another_role_is_refused_and_nothing_is_written(app, state, action, role):
    case = a_case_at(state)
    before = trace(case)
    with pytest.raises(NotAllowed) as refusal:
        take_step(case, action, hand=hand_of(role, today=day(6, 1)))
    assert refusal.value.sentences == ("您的岗位不能办理这一步",)
    assert trace(case) == before


def test_whoever_concluded_the_review_may_not_decide_on_its_result(app):
    case = a_case_at("result_pending")
    with pytest.raises(NotAllowed) as refusal:
        step(case, "qualify", Role.REVIEWER, day(3, 23), name="孙立群")
    assert refusal.value.sentences == ("经办和复核不能是同一人，请由另一位同事办理",)
    assert step(case, "qualify", Role.REVIEWER, day(3, 23), name="韩雪").state == "qualified"


def test_what_a_page_greys_says_the_same(app):
    case = a_case_at("result_pending")
    hand = hand_of(Role.REVIEWER, today=day(3, 23), name="孙立群")
    offered = {offer.step.action: offer.reasons for offer in offers(case, hand, LABELS)}
    assert offered["qualify"] == ("经办和复核不能是同一人，请由另一位同事办理",)
    clerk = {o.step.action: o.reasons for o in offers(case, hand_of(Role.CLERK, today=day(3, 23)), LABELS)}
    assert clerk["qualify"] == ("由reviewer、manager办理",)


def test_a_step_that_the_book_does_not_know_is_no_step(app):
    with pytest.raises(NotAllowed) as refusal:
        step(an_application(), "conjure", Role.CLERK, day(3, 3))
    assert refusal.value.sentences == ("没有这个步骤",)


def test_a_step_from_another_state_tells_where_the_case_stands(app):
    case = a_case_at("accepted")
    with pytest.raises(Conflict) as refusal:
        step(case, "accept", Role.CLERK, day(3, 4))
    assert refusal.value.sentences == ("办件现为“已受理”，这一步已不能办理，可能同事刚刚办过；请核对后再办",)


def test_a_stale_version_is_a_conflict(app):
    case = an_application()
    receive_all(case)
    hand = hand_of(Role.CLERK, today=day(3, 3))
    before = trace(case)
    with pytest.raises(Conflict) as refusal:
        take_step(case, "accept", hand=hand, version=case.version - 1)
    assert refusal.value.sentences == (
        "同事刚刚改动了这个办件（现为“已收件”），本次未办理，已填内容都保留着；请核对后再办",
    )
    assert trace(case) == before
    assert take_step(case, "accept", hand=hand, version=case.version).version == case.version + 1


@pytest.mark.parametrize(
    ("on", "reason", "sentence"),
    [
        pytest.param(day(3, 7), "迟录", "办理日期不能晚于今天", id="in the future"),
        pytest.param(
            day(3, 1), "迟录", "办理日期不能早于上一步“登记收件”的 2026-03-02", id="before the last step"
        ),
        pytest.param(day(3, 4), "", "办理日期早于今天的，请在理由中说明", id="backdated without a reason"),
        pytest.param(day(3, 4), "  ", "办理日期早于今天的，请在理由中说明", id="a blank is no reason"),
    ],
)
def test_a_legal_day_that_cannot_be_is_refused(app, on, reason, sentence):
    case = an_application(on=day(3, 2))
    receive_all(case)
    before = trace(case)
    with pytest.raises(BadDay) as refusal:
        take_step(case, "accept", hand=hand_of(Role.CLERK, today=day(3, 6)), on=on, reason=reason)
    assert (refusal.value.sentences, trace(case)) == ((sentence,), before)


def test_a_backdated_step_counts_from_its_legal_day(app):
    case = an_application(on=day(3, 2))
    receive_all(case)
    hand = hand_of(Role.CLERK, today=day(3, 6))
    case = take_step(case, "accept", hand=hand, on=day(3, 4), reason="昨日停电，补录")
    paper = Document.get(Document.case == case)
    assert (case.stage_on, paper.issued_on) == (day(3, 4), day(3, 4))
    assert Clock.get(Clock.case == case, Clock.rule == "evaluation").started_on == day(3, 4)


def test_without_a_day_the_step_is_of_today(app):
    case = an_application(on=day(3, 2))
    receive_all(case)
    case = take_step(case, "accept", hand=hand_of(Role.CLERK, today=day(3, 5)))
    assert case.stage_on == day(3, 5)


def test_an_incomplete_draft_is_told_everything_it_lacks(app):
    case = a_draft()
    case.applications.get().delete_instance()
    with pytest.raises(Unmet) as refusal:
        step(case, "file", Role.CLERK, day(3, 2))
    assert refusal.value.sentences == ("请选择申请定点类型",)


def test_every_gap_is_named_at_once(app):
    case = a_case_at("accepted")
    case = step(case, "withdraw", Role.CLERK, day(3, 5), reason="改日再申请")
    again = an_application(institution=case.institution, on=day(3, 6))
    receive_all(again, day(3, 6))
    titles = [f"材料未齐：{row.no}. {row.title}" for row in (miss(again, 1), miss(again, 2))]
    hand = hand_of(Role.MANAGER, today=day(3, 6))
    bans.impose(
        "breach_ban",
        hand=hand,
        office=again.office,
        book=hand.book_of(again),
        from_on=day(3, 6),
        reason="违约",
        institution=again.institution,
    )
    with pytest.raises(Unmet) as refusal:
        step(again, "accept", Role.CLERK, day(3, 6))
    assert list(refusal.value.sentences) == [
        *titles,
        "因严重违约被解除协议，不予受理（第十条（七）），至 2027-03-06",
    ]


def test_a_refused_step_gives_its_number_back(app):
    case = an_application()
    receive_all(case)
    hand = hand_of(Role.CLERK, today=day(3, 3))
    take_step(case, "accept", hand=hand)
    other = an_application()
    miss(other, 1)
    with pytest.raises(Unmet):
        take_step(other, "accept", hand=hand)
    assert NumberSeries.get(NumberSeries.word == "受").last == 1
    receive_all(other)
    take_step(other, "accept", hand=hand)
    assert [row.seq for row in Document.select().order_by(Document.id)] == [1, 2]


def test_whoever_works_a_case_handles_it_and_whoever_decides_does_not(app):
    case = a_case_at("accepted")
    reviewer = hand_of(Role.REVIEWER, today=day(3, 4), name="韩雪")
    case = step(case, "request_supplement", Role.REVIEWER, day(3, 4), name="韩雪", data={"supplement": "x"})
    assert case.handler == reviewer.actor
    case = a_case_at("qualified")
    assert case.handler != hand_of(Role.MANAGER).actor
    assert Case.get_by_id(case.id).handler.name == "孙立群"


def test_open_cases_are_handed_over_all_or_none_inside_the_office(app):
    hand, heir = hand_of(Role.MANAGER, today=day(3, 3)), a_user(Role.CLERK, name="接手人")
    cases = [an_application(), an_application()]
    with pytest.raises(Unmet):
        hand_over([case.id for case in cases], heir, hand=hand, reason="")
    stranger = a_user(Role.CLERK, office=an_office("邻县医疗保险事业中心", "邻医保"))
    with pytest.raises(NotAllowed):
        hand_over([case.id for case in cases], stranger, hand=hand, reason="产假")
    closed = step(an_application(), "withdraw", Role.CLERK, day(3, 3), reason="撤回")
    with pytest.raises(NotAllowed):
        hand_over([cases[0].id, closed.id], heir, hand=hand, reason="产假")
    assert Event.select().where(Event.action == "hand_over").count() == 0
    assert hand_over([case.id for case in cases], heir, hand=hand, reason="产假") == 2
    assert {Case.get_by_id(case.id).handler for case in cases} == {heir}
