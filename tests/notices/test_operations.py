"""Publishing and complaints, as operations: one number for many, each its own clock, all or none."""

import pytest

from blueprints.notices import operations, queries
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Case, Clock, Complaint, Document, NoticeCase, PublicNotice, Role, StepTaken
from tests.builders import clock_of, hand_of, night, step
from tests.lifecycle.stations import a_case_at, day

SENT, HEARD = day(3, 24), day(3, 25)
WHERE = {"medium": "县医疗保障局官网", "phone": "0635-5550106"}


def publish(cases, kind="result", on=SENT, today=None, **given):
    hand = hand_of(Role.AGREEMENT, today=today or on)
    return operations.publish([case.id for case in cases], kind, hand=hand, published_on=on, **WHERE, **given)


def complain(case, on=HEARD, content="从业人员挂证"):
    hand = hand_of(Role.AGREEMENT, today=on)
    return operations.receive(case, hand=hand, received_on=on, complainant="", phone="", content=content)


def verify(complaint, on, *, is_effective, version=1):
    operations.verify(
        complaint,
        hand=hand_of(Role.AGREEMENT, today=on),
        verified_on=on,
        is_effective=is_effective,
        findings="现场核查，人员在岗",
        version=version,
    )


def settle(case, action, on):
    hand = hand_of(Role.MANAGER, today=on)
    return operations.settle(Case.get_by_id(case.id), action, hand=hand, on=on)


@pytest.mark.clause("LC-14b-3c", "LC-14b-3d")
def test_three_cases_are_published_under_one_number_and_each_has_its_own_clock(app):
    cases = [a_case_at("qualified") for _ in range(3)]
    notice = publish(cases)
    assert [d.number for d in Document.select().where(Document.kind == "result_publication")] == [
        "安医保公示字〔2026〕1号"
    ]
    assert notice.document.data["until_on"] == "2026年4月2日"
    assert {e["name"] for e in notice.document.data["entries"]} == {c.institution.name for c in cases}
    clocks = Clock.select(Clock.case, Clock.due_on).where(Clock.rule == "result_notice").order_by(Clock.case)
    assert list(clocks.tuples()) == [(case.id, day(4, 2)) for case in cases]
    assert {Case.get_by_id(case.id).state for case in cases} == {"public_notice"}


def test_nothing_is_published_if_one_of_the_cases_has_gone_on(app):
    ready, gone = a_case_at("qualified"), a_case_at("public_notice")
    with pytest.raises(Conflict) as refusal:
        publish([ready, gone])
    assert refusal.value.sentences[0].startswith(f"{gone.institution.name}：办件现为“公示中”")
    assert Case.get_by_id(ready.id).state == "qualified"
    assert PublicNotice.select().count() == 0
    assert Document.select().where(Document.case.is_null()).count() == 0


def test_a_publication_lies_not_in_the_future_and_earlier_only_with_a_reason(app):
    case = a_case_at("qualified")
    with pytest.raises(BadDay):
        publish([case], on=day(3, 25), today=day(3, 24))
    with pytest.raises(BadDay):
        publish([case], on=day(3, 24), today=day(3, 26))
    publish([case], on=day(3, 24), today=day(3, 26), reason="24 日已上网，当日停电未录入")
    assert clock_of(case, "result_notice").due_on == day(4, 2)


def test_nobody_publishes_the_cases_of_another_office(app):
    case = a_case_at("qualified")
    city = case.office.parent
    with pytest.raises(NotAllowed):
        operations.publish(
            [case.id],
            "result",
            hand=hand_of(Role.AGREEMENT, office=city, today=day(3, 24)),
            published_on=day(3, 24),
            **WHERE,
        )


@pytest.mark.clause("LC-14b-5a", "LC-14b-5b")
def test_the_list_is_published_for_supervision_under_a_number_of_its_own(app):
    case = a_case_at("listed")
    notice = publish([case], "supervision", on=day(4, 14))
    assert (notice.document.number, notice.document.data["term"]) == (
        "安医保监公示字〔2026〕1号",
        "5个工作日",
    )
    assert clock_of(case, "supervision").due_on == day(4, 21)


@pytest.mark.clause("LC-14b-3e", "LC-14b-3f")
def test_a_complaint_keeps_the_night_from_going_on_until_it_is_dismissed(app):
    case = a_case_at("qualified")
    publish([case])
    complaint = complain(case)
    assert night(day(4, 7)) == []
    verify(complaint, day(4, 8), is_effective=False)
    assert settle(case, "dismiss_complaint", day(4, 8)).state == "public_notice"
    assert Complaint.get_by_id(complaint.id).settled_on == day(4, 8)
    assert len(night(day(4, 9))) == 1
    assert Case.get_by_id(case.id).state == "proposed_pass"


@pytest.mark.clause("LC-14b-3e", "LC-14b-3f")
def test_an_upheld_complaint_returns_the_case_and_a_new_notice_counts_anew(app):
    case = a_case_at("qualified")
    publish([case])
    verify(complain(case), day(3, 30), is_effective=True)
    case = settle(case, "uphold_complaint", day(3, 30))
    assert (case.state, case.held_state) == ("result_pending", "")
    step(case, "qualify", Role.MANAGER, day(4, 8), reason="整改到位")
    publish([case], on=day(4, 9))
    assert clock_of(case, "result_notice").due_on == day(4, 20)
    complain(case, day(4, 10), "再次举报")
    later = Complaint.select().order_by(Complaint.id.desc()).get()
    verify(later, day(4, 13), is_effective=False)
    assert settle(case, "dismiss_complaint", day(4, 13)).state == "public_notice"


def test_a_second_complaint_is_added_without_a_second_hold(app):
    case = a_case_at("qualified")
    publish([case])
    first, second = complain(case), complain(Case.get_by_id(case.id), day(3, 26))
    actions = [row.action for row in StepTaken.select().where(StepTaken.case == case).order_by(StepTaken.id)]
    assert actions[-2:] == ["receive_complaint", "add_complaint"]
    verify(first, day(3, 27), is_effective=False)
    with pytest.raises(Unmet):
        settle(case, "dismiss_complaint", day(3, 27))
    verify(second, day(3, 27), is_effective=False)
    assert settle(case, "dismiss_complaint", day(3, 27)).state == "public_notice"


def test_a_verification_is_refused_without_findings_for_a_bad_day_and_when_stale(app):
    case = a_case_at("qualified")
    publish([case])
    complaint = complain(case)
    hand = hand_of(Role.AGREEMENT, today=day(3, 26))
    given = {"hand": hand, "is_effective": False}
    with pytest.raises(Unmet):
        operations.verify(complaint, verified_on=day(3, 26), findings="", version=1, **given)
    for wrong in (day(3, 24), day(3, 27)):
        with pytest.raises(BadDay):
            operations.verify(complaint, verified_on=wrong, findings="无", version=1, **given)
    operations.verify(complaint, verified_on=day(3, 26), findings="无", version=1, **given)
    with pytest.raises(Conflict):
        operations.verify(complaint, verified_on=day(3, 26), findings="另一结论", version=1, **given)


def test_a_conclusion_the_case_has_followed_is_not_changed_any_more(app):
    case = a_case_at("qualified")
    publish([case])
    complaint = complain(case)
    verify(complaint, day(3, 26), is_effective=False)
    settle(case, "dismiss_complaint", day(3, 26))
    with pytest.raises(Conflict):
        verify(complaint, day(3, 27), is_effective=True, version=3)


def test_a_complaint_remembers_the_publication_it_is_about(app):
    case = a_case_at("qualified")
    notice = publish([case])
    complain(case)
    assert queries.entries(notice)[0].complaints == 1
    assert NoticeCase.get(NoticeCase.case == case).notice_id == notice.id
