"""Suspension, resumption, termination and exit requests: what each brings, when, and what is refused."""

from datetime import date, timedelta

import pytest

from lifecycle import corrections, exits
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import (
    Agreement,
    Ban,
    Case,
    Document,
    FollowUp,
    RectificationItem,
    Role,
    StepTaken,
    Suspension,
    Termination,
)
from rules.book import load_books
from tests.builders import a_city, hand_of, night, step
from tests.lifecycle.stations import an_agreement, ended, standing

BOOK = load_books()["liaocheng-2023"]
SIGNED = date(2026, 5, 6)  # to 2027-05-05
CAP = BOOK.clocks["suspension_cap"].amount
WHY = "补录"


def imposed(case, starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 31), *, today=None, **given):
    hand = hand_of(Role.MANAGER, today=today or starts_on)
    data = {
        "grounds": ["s2"],
        "evidence": {"s2": "应于 5 月报送进销存数据，逾期未报"},
        "findings": "两次催报未报",
        "decided_by": "主任办公会",
        "starts_on": starts_on,
        "ends_on": ends_on,
        **given,
    }
    return exits.suspend(case, data, items=["补报进销存数据"], hand=hand, reason=WHY)


def asked(case, wish, asked_on=date(2026, 6, 1), from_on=date(2026, 9, 1), **given):
    hand = hand_of(Role.CLERK, today=asked_on)
    data = {"wish": wish, "asked_on": asked_on, "from_on": from_on, "reason": "院区搬迁", **given}
    return exits.ask_to_leave(case, data, hand=hand)


def agreed(request, on=date(2026, 6, 3)):
    return exits.approve(request, hand=hand_of(Role.MANAGER, today=on))


def fresh(case):
    return Case.get_by_id(case.id)


def ends(case, **given):
    data = {
        "grounds": ["tm04"],
        "evidence": {"tm04": "市医保局 聊医保罚字〔2026〕3号"},
        "decided_by": "领导小组会议",
        "effective_on": date(2026, 7, 1),
        "ban_class": "illegality",
        "ban_reason": "查实骗取医保基金",
        **given,
    }
    return exits.terminate(case, data, hand=hand_of(Role.MANAGER, today=date(2026, 7, 1)))


@pytest.mark.clause("LC-29-9", "LC-29-2")
def test_an_imposed_suspension_ends_by_itself_and_the_agreement_goes_on(app):
    case = an_agreement()
    row = imposed(case)
    assert (fresh(case).state, row.kind, row.decided_by) == ("suspended_imposed", "imposed", "主任办公会")
    assert standing(case)["suspension_end"] == ("running", date(2026, 8, 31))
    night(date(2026, 8, 31))
    assert fresh(case).state == "suspended_imposed"
    night(date(2026, 9, 1))
    assert fresh(case).state == "active"
    row = Suspension.get_by_id(row.id)
    assert (row.state, row.over_on) == ("ended", date(2026, 9, 1))


def test_a_suspension_that_begins_later_is_planned_and_begins_by_itself(app):
    case = an_agreement()
    row = imposed(case, starts_on=date(2026, 6, 10), today=date(2026, 6, 1))
    assert (fresh(case).state, row.state) == ("active", "planned")
    night(date(2026, 6, 9))
    assert fresh(case).state == "active"
    night(date(2026, 6, 10))
    assert (fresh(case).state, Suspension.get_by_id(row.id).state) == ("suspended_imposed", "active")
    assert standing(case)["suspension_end"] == ("running", date(2026, 8, 31))


def test_a_plan_can_be_cancelled_before_it_begins_and_then_decided_anew(app):
    case = an_agreement()
    row = imposed(case, starts_on=date(2026, 6, 10), today=date(2026, 6, 1))
    with pytest.raises(Unmet, match="须先取消"):
        imposed(fresh(case))
    step(case, "cancel_suspension", Role.MANAGER, date(2026, 6, 5), reason="已补报")
    night(date(2026, 6, 11))
    assert (fresh(case).state, Suspension.get_by_id(row.id).state) == ("active", "cancelled")


@pytest.mark.clause("LC-29-3")
def test_an_agreement_that_runs_out_while_suspended_ends(app):
    case = an_agreement()
    row = imposed(case, starts_on=date(2027, 3, 1), ends_on=date(2027, 6, 30))
    night(date(2027, 5, 5))
    assert fresh(case).state == "suspended_imposed"
    night(date(2027, 5, 6))
    assert (fresh(case).state, fresh(case).closed_on) == ("expired", date(2027, 5, 6))
    assert Suspension.get_by_id(row.id).state == "lapsed"


def test_an_early_end_wants_everything_put_right(app):
    case = an_agreement()
    row = imposed(case)
    hand = hand_of(Role.AGREEMENT, today=date(2026, 7, 1))
    item = RectificationItem.get(RectificationItem.suspension == row)
    with pytest.raises(Unmet, match="还有 1 项整改没有到位"):
        step(case, "resume_early", Role.MANAGER, date(2026, 7, 1), reason="已补报")
    exits.mark_item(item, state="done", on=hand.today, note="已核", hand=hand, version=item.version)
    step(case, "resume_early", Role.MANAGER, date(2026, 7, 1), reason="已补报")
    assert (fresh(case).state, ended(case)["suspension_end"]) == ("active", ("met", date(2026, 7, 1)))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"grounds": []}, "请至少选定一项情形"),
        ({"grounds": ["tm04"]}, "所选情形不适用于该机构"),
        ({"evidence": {}}, "请填写“应提供的数据和期限”"),
        ({"decided_by": ""}, "请填写决定人"),
        ({"ends_on": None}, "请填写中止的起止日期"),
        ({"ends_on": date(2026, 5, 31)}, "中止终止日期早于开始日期"),
    ],
)
def test_a_suspension_wants_grounds_evidence_decision_and_days(app, given, sentence):
    case = an_agreement()
    with pytest.raises(Unmet, match=sentence):
        imposed(case, **given)
    assert Suspension.select().count() == 0


@pytest.mark.parametrize("key", ["s1", "s2", "s3", "s4", "s5"])
@pytest.mark.clause("LC-29-G1", "LC-29-G2", "LC-29-G4", "LC-29-G5")
def test_every_ground_of_article_29_can_be_chosen_with_what_it_asks_for(app, key):
    case = an_agreement()
    assert imposed(case, grounds=[key], evidence={key: "第七条第二款"}).grounds == [key]


@pytest.mark.clause("LC-29-4", "LC-29-5", "LC-33-5")
def test_a_requested_suspension_begins_on_its_day_once_the_office_agrees(app):
    case = an_agreement()
    request = asked(case, "suspend")
    assert (fresh(request).state, fresh(case).state) == ("exit_filed", "active")
    night(date(2026, 9, 1))
    assert fresh(case).state == "active"
    agreed(request, on=date(2026, 9, 2))
    night(date(2026, 9, 2))
    assert (fresh(request).state, fresh(case).state) == ("carried_out", "suspended_requested")
    assert Suspension.get().starts_on == date(
        2026, 9, 2
    )  # not before it was agreed to, though asked from the 1st
    assert standing(case)["suspension_cap"] == ("running", date(2026, 9, 2) + timedelta(days=CAP))


@pytest.mark.clause("LC-29-6", "LC-29-7")
def test_day_180_without_a_request_to_resume_still_stands_and_day_181_ends_the_agreement(app):
    case = an_agreement()
    agreed(asked(case, "suspend"))
    night(date(2026, 9, 1))
    last = date(2026, 9, 1) + timedelta(days=CAP)
    night(last)
    assert fresh(case).state == "suspended_requested"
    night(last + timedelta(days=1))
    assert (fresh(case).state, fresh(case).closed_on) == ("lapsed_180", last + timedelta(days=1))
    assert Suspension.get().state == "lapsed"


@pytest.mark.clause("LC-29-8")
def test_a_request_to_resume_stops_the_lapse_and_is_decided(app):
    case = an_agreement()
    agreed(asked(case, "suspend"))
    night(date(2026, 9, 1))
    step(case, "request_resumption", Role.CLERK, date(2027, 2, 1))
    night(date(2027, 3, 10))
    assert fresh(case).state == "suspended_requested"
    step(case, "grant_resumption", Role.MANAGER, date(2027, 3, 11))
    assert (fresh(case).state, fresh(case).flag, Suspension.get().state) == ("active", "", "ended")


def test_a_refused_request_to_resume_lets_the_days_run_on_from_the_start(app):
    case = an_agreement()
    agreed(asked(case, "suspend"))
    night(date(2026, 9, 1))
    step(case, "request_resumption", Role.CLERK, date(2027, 2, 1))
    data = {"starts_on": "2026-09-01"}
    step(case, "refuse_resumption", Role.MANAGER, date(2027, 2, 2), reason="整改未完成", data=data)
    last = date(2026, 9, 1) + timedelta(days=CAP)
    assert standing(case)["suspension_cap"] == ("running", last)


@pytest.mark.clause("LC-33-3")
@pytest.mark.parametrize("wish", ["suspend", "terminate"])
def test_a_public_hospital_may_not_ask_for_suspension_or_termination(app, wish):
    case = an_agreement(is_public=True)
    with pytest.raises(Unmet, match="公立医疗机构不得主动提出中止或解除医保协议（第三十三条）"):
        asked(case, wish)
    assert Case.select().where(Case.matter == "exit").count() == 0


def test_a_public_hospital_may_decline_to_renew(app):
    case = an_agreement(is_public=True)
    agreed(asked(case, "not_renew", from_on=SIGNED.replace(year=2027)))
    night(SIGNED.replace(year=2027))
    assert fresh(case).state == "expired"


@pytest.mark.clause("LC-33-1")
@pytest.mark.parametrize(
    ("asked_on", "from_on", "late"),
    [
        (date(2026, 6, 1), date(2026, 9, 1), False),
        (date(2026, 6, 2), date(2026, 9, 1), True),
        (date(2026, 11, 30), date(2027, 2, 28), False),  # the month's end, clamped
    ],
)
def test_three_months_ahead_are_counted_forward_from_the_request(app, asked_on, from_on, late):
    request = asked(an_agreement(), "suspend", asked_on, from_on)
    assert request.exit_requests.get().is_late is late


def test_a_second_request_while_one_stands_open_is_refused(app):
    case = an_agreement()
    first = asked(case, "suspend")
    with pytest.raises(Conflict, match=f"已有未办结的退出申请 {first.number}"):
        asked(case, "terminate")


def test_a_day_before_the_request_is_refused(app):
    with pytest.raises(BadDay, match="不能早于申请日期"):
        asked(an_agreement(), "suspend", from_on=date(2026, 5, 31))


@pytest.mark.clause("LC-30-1", "LC-31-0b", "LC-10-6")
def test_a_termination_ends_everything_and_bans_by_the_chosen_class(app):
    case = an_agreement()
    ends(case)
    assert (fresh(case).state, fresh(case).closed_on) == ("terminated", date(2026, 7, 1))
    assert standing(case) == {}
    ban = Ban.get()
    assert (ban.rule, ban.institution, ban.from_on) == ("illegality_ban", case.institution, date(2026, 7, 1))
    assert Document.get(Document.kind == "termination_notice").case == case
    with pytest.raises(NotAllowed):
        asked(fresh(case), "suspend")


def test_a_suspended_agreement_that_is_terminated_converts_its_suspension(app):
    case = an_agreement()
    row = imposed(case)
    ends(fresh(case))
    assert (fresh(case).state, Suspension.get_by_id(row.id).state) == ("terminated", "converted")


@pytest.mark.clause("LC-10-8")
def test_persons_who_caused_it_are_banned_with_the_institution(app):
    case = an_agreement()
    ends(case, is_by_persons=True)
    assert {ban.rule for ban in Ban.select()} == {"illegality_ban", "person_ban"}
    assert Ban.get(Ban.rule == "person_ban").person == case.institution.legal_representative


@pytest.mark.clause("LC-33-4", "LC-05-2-4")
def test_what_follows_is_laid_out_to_be_confirmed(app):
    city = a_city()
    case = an_agreement()
    type(case.office).update(parent=city).where(type(case.office).id == case.office_id).execute()
    ends(fresh(case))
    assert [(row.kind, row.state) for row in FollowUp.select().order_by(FollowUp.id)] == [
        ("publication", "open"),
        ("city", "open"),
        ("region", "open"),
    ]


@pytest.mark.parametrize("ground", [g for g in BOOK.grounds if g.use == "termination"], ids=lambda g: g.key)
def test_every_ground_of_termination_can_be_chosen_for_its_kind_alone(app, ground):
    kind, other = (ground.kinds[0], "pharmacy" if ground.kinds[0] == "medical" else "medical")
    given = {"grounds": [ground.key], "evidence": {ground.key: "已查实"}, "ban_class": "none"}
    with pytest.raises(Unmet, match="所选情形不适用于该机构"):
        ends(an_agreement(kind=other), **given)
    case = an_agreement(kind=kind)
    ends(case, **given)
    assert Termination.get(Termination.case == case).grounds == [ground.key]
    assert Ban.select().count() == 0


def test_the_printed_grounds_are_five_fifteen_and_eighteen(app):
    count = {
        (use, kind): {g.article for g in BOOK.grounds_for(use, {"kind": kind})}
        for use in ("suspension", "termination")
        for kind in ("medical", "pharmacy")
    }
    assert {key: len(articles) for key, articles in count.items()} == {
        ("suspension", "medical"): 5,
        ("suspension", "pharmacy"): 5,
        ("termination", "medical"): 15,
        ("termination", "pharmacy"): 18,
    }


def test_an_approved_termination_is_carried_out_on_its_day_without_a_ban(app):
    case = an_agreement()
    agreed(asked(case, "terminate"))
    night(date(2026, 8, 31))
    assert fresh(case).state == "active"
    night(date(2026, 9, 1))
    assert (fresh(case).state, Termination.get().grounds, Ban.select().count()) == ("terminated", ["tm13"], 0)


def test_a_linked_step_cannot_be_taken_by_itself(app):
    case = an_agreement()
    for role in (Role.MANAGER, Role.AGREEMENT, Role.CLERK):
        with pytest.raises(NotAllowed):
            step(case, "suspend_on_request", role, date(2026, 6, 1), data={"starts_on": "2026-06-01"})
    assert fresh(case).state == "active"


@pytest.mark.parametrize("action", ["suspend", "terminate"])
def test_a_day_that_a_suspension_or_termination_rests_on_is_not_moved_from_under_it(app, action):
    case = an_agreement()
    if action == "suspend":
        imposed(case)
    else:
        ends(case)
    hand = hand_of(Role.MANAGER, today=date(2026, 7, 2))
    taken = StepTaken.get(StepTaken.action == action)
    with pytest.raises(NotAllowed, match="请撤回后重新办理"):
        corrections.correct_day(taken, hand=hand, on=date(2026, 7, 2), reason="日期录错")
    assert StepTaken.get_by_id(taken.id).on == taken.on


def test_no_suspension_is_planned_for_days_after_the_term(app):
    case = with_row(an_agreement())
    with pytest.raises(Unmet, match="2027-05-05 期满，中止不能在期满后开始"):
        imposed(case, date(2027, 5, 6), date(2027, 6, 30), today=date(2027, 5, 1))
    Agreement.update(is_renewal_open=True, renewal_basis="履约良好", renewal_approved_by="负责人").execute()
    assert imposed(case, date(2027, 5, 6), date(2027, 6, 30), today=date(2027, 5, 1)).state == "planned"


def with_row(case):
    """The agreement of `case` with what was signed."""
    days = {"signed_on": SIGNED, "starts_on": SIGNED, "ends_on": date(2027, 5, 5)}
    Agreement.create(case=case, text_version="2026 版", **days)
    return case
