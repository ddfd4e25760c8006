"""预警: everything near a cliff, each with its day, its article and the page that deals with it."""

from datetime import date, timedelta

import pytest

from blueprints import suspension_ends
from blueprints.guard import alert_queries
from lifecycle import exits, guard
from models import Agreement, Case, Credential, FollowUp, Institution, Role, Suspension
from rules.book import load_books
from tests.builders import a_city, an_institution, hand_of, night, step
from tests.least import a
from tests.lifecycle.stations import an_agreement
from tests.page import log_in

SIGNED, LAST = date(2026, 5, 6), date(2027, 5, 5)
CAP = load_books()["liaocheng-2023"].clocks["suspension_cap"]
BEGAN = date(2026, 9, 1)


@pytest.fixture
def manager(client, at):
    def enter(on, **kwargs):
        at(on.year, on.month, on.day)
        return log_in(client, Role.MANAGER, **kwargs)

    return enter


def alerts(kind, on, office=None):
    """The sentences of one kind on a day."""
    hand = hand_of(Role.MANAGER, office=office, today=on)
    found = {group.key: group for group in alert_queries.groups([hand.actor.office_id], hand)}
    return [(alert.on, alert.article, alert.endpoint) for alert in found[kind].alerts]


def a_standing(**fields):
    case = an_agreement(**fields)
    a(Agreement, case=case, signed_on=SIGNED, starts_on=SIGNED, ends_on=LAST)
    return case


def a_suspended(case=None):
    """An agreement suspended at the institution's request from the first of September."""
    case = case or a_standing()
    data = {"wish": "suspend", "asked_on": date(2026, 6, 1), "from_on": BEGAN, "reason": "搬迁"}
    request = exits.ask_to_leave(case, data, hand=hand_of(Role.CLERK, today=date(2026, 6, 1)))
    exits.approve(request, hand=hand_of(Role.MANAGER, today=date(2026, 6, 3)))
    night(BEGAN)
    return Case.get_by_id(case.id)


def test_the_longest_suspension_is_told_from_thirty_days_before_its_end(app):
    a_suspended()
    last = BEGAN + timedelta(days=CAP.amount)
    first = last - timedelta(days=max(CAP.warn_at))
    assert alerts("caps", first - timedelta(days=1)) == []
    assert alerts("caps", first) == [(last, CAP.article, "agreements.agreement_page")]


@pytest.mark.clause("LC-29-6")
@pytest.mark.parametrize(
    ("day", "reminder", "left"),
    [(149, None, ""), (150, 30, "还有 30 日"), (170, 10, "还有 10 日"), (180, 10, "今天")],
)
def test_worklist_and_alerts_remind_of_the_cap_with_its_article_and_button(
    app, client, at, day, reminder, left
):
    case = a_suspended()
    on = BEGAN + timedelta(days=day)
    at(on.year, on.month, on.day)
    browser = log_in(client, Role.CLERK)
    button = f"/cases/{case.id}/steps/request_resumption"
    panel = browser.get("/worklist/").all("section", id="suspensions")
    rows = [row for part in browser.get("/alerts").all("section", id="caps") for row in part.all("a")]
    if reminder is None:
        assert (panel, rows) == ([], [])
        return
    assert f"2027年2月28日，{left}（提前 {reminder} 日提醒）" in panel[0].text
    assert CAP.article in panel[0].text
    assert button in [link.attrs["href"] for link in panel[0].all("a")]
    assert [(row.attrs["href"], row.text) for row in rows] == [(button, "登记继续履行申请")]


@pytest.mark.clause("LC-29-7")
def test_on_day_181_the_agreement_has_ended_and_nothing_is_left_to_remind_of(app, manager):
    case = a_suspended()
    on = BEGAN + timedelta(days=CAP.amount + 1)
    night(on)
    browser = manager(on)
    assert Case.get_by_id(case.id).state == "lapsed_180"
    assert browser.get("/worklist/").all("section", id="suspensions") == []
    assert alerts("caps", on) == []


def test_an_imposed_suspension_is_told_before_its_end_and_before_day_180(app):
    long, short = a_standing(), a_standing()
    for case, ends_on in ((long, date(2027, 3, 31)), (short, date(2026, 9, 30))):
        data = {"grounds": ["s1"], "decided_by": "主任办公会", "findings": "", "starts_on": BEGAN}
        hand = hand_of(Role.MANAGER, today=BEGAN)
        given = data | {"ends_on": ends_on, "evidence": {"s1": "检查记录"}}
        exits.suspend(case, given, items=["补报数据"], hand=hand)
    assert [on for on, _, _ in alerts("caps", BEGAN)] == [date(2026, 9, 30)]
    assert [on for on, _, _ in alerts("caps", date(2027, 2, 1))] == [date(2026, 9, 30), date(2027, 2, 28)]
    [first, _] = suspension_ends.near([long.office_id], hand_of(Role.MANAGER, today=date(2027, 2, 1)))
    assert "整改事项还有 1 项没有到位" in first.sentence


def test_an_asked_resumption_is_told_until_it_is_decided(app):
    case = a_suspended()
    asked_on = date(2027, 2, 1)
    step(case, "request_resumption", Role.CLERK, asked_on)
    assert alerts("asked", date(2027, 2, 2)) == [(asked_on, "第二十九条第二款", "cases.case_page")]
    assert alerts("caps", date(2027, 2, 2)) == []
    step(case, "grant_resumption", Role.MANAGER, date(2027, 2, 3))
    assert alerts("asked", date(2027, 2, 3)) == []


def test_a_planned_suspension_is_told_with_its_first_day(app):
    case, starts_on = a_standing(), date(2026, 6, 10)
    a(Suspension, case=case, state="planned", decided_on=date(2026, 6, 1), starts_on=starts_on)
    assert alerts("planned", date(2026, 6, 1)) == [(starts_on, "第二十九条", "agreements.agreement_page")]


@pytest.mark.parametrize(("others", "count"), [([], 0), (["requested"], 0), (["imposed"], 1)])
def test_the_second_imposed_suspension_of_a_term_is_told(app, others, count):
    case = a_standing()
    for n, kind in enumerate(["imposed", *others]):
        on = date(2026, 6 + n, 1)
        a(Suspension, case=case, kind=kind, state="ended", starts_on=on, over_on=on)
    assert len(alerts("second", date(2026, 8, 1))) == count


def test_idle_agreements_and_ends_of_term_are_told(app):
    case = a_standing()
    Agreement.update(idle_since=date(2026, 12, 1)).where(Agreement.case == case).execute()
    article = "第三十一条（二）、第三十二条（八）"
    assert alerts("idle", date(2026, 12, 2)) == [(date(2026, 12, 1), article, "agreements.agreement_page")]
    assert alerts("ending", LAST - timedelta(days=91)) == []
    assert alerts("ending", LAST - timedelta(days=90)) == [(LAST, "第十六条", "agreements.agreement_page")]


@pytest.mark.clause("LC-31-02", "LC-32-08")
@pytest.mark.parametrize(
    ("days", "near", "over"), [(149, 0, 0), (150, 1, 0), (170, 1, 0), (180, 1, 0), (181, 0, 1)]
)
def test_nearly_idle_agreements_are_told_from_day_150_and_over_the_limit_from_day_181(app, days, near, over):
    a_standing()
    on = SIGNED + timedelta(days=days)
    assert (len(alerts("nearly_idle", on)), len(alerts("idle", on))) == (near, over)
    if near:
        assert alerts("nearly_idle", on)[0][0] == SIGNED + timedelta(days=180)


def test_a_lapsed_lease_cites_no_ground_of_termination(app):
    case, ends_on = a_standing(), date(2026, 8, 1)
    for kind in ("licence", "registration", "premises", "contract"):
        a(Credential, institution=case.institution, kind=kind, valid_until=ends_on)
    found = [article for _, article, _ in alerts("papers", ends_on)]
    assert found == ["第三十一条（十）", "第三十一条（十）", "", ""]


def test_papers_of_designated_institutions_are_told_thirty_days_ahead(app):
    case, ends_on = a_standing(), date(2026, 8, 1)
    for institution in (case.institution, an_institution()):
        a(Credential, institution=institution, valid_until=ends_on)
    assert alerts("papers", ends_on - timedelta(days=31)) == []
    found = alerts("papers", ends_on - timedelta(days=30))
    assert found == [(ends_on, "第三十一条（十）", "institutions.institution_page")]


def a_penalty(institution, started_on):
    values = {
        "kind": "penalty",
        "measure": "fine",
        "clause": "第三十八条",
        "authority": "县医保局",
        "number": "罚2号",
        "facts": "超标准收费",
        "amount": 1,
        "started_on": started_on,
        "ended_on": None,
    }
    return guard.save_handling(values, hand=hand_of(Role.CLERK, today=started_on), institution=institution)


def test_unperformed_penalties_and_open_follow_ups_are_told(app):
    case, on = a_standing(), date(2026, 6, 1)
    row = a_penalty(case.institution, on)
    FollowUp.create(case=case, kind="city", text="向市报备", article="第五条（二）3")
    assert alerts("penalties", on) == [(on, "第三十一条（十二）", "institutions.institution_page")]
    assert alerts("follows", on) == [(case.stage_on, "第五条（二）3", "guard.follow_list")]
    guard.perform(row, on=on, hand=hand_of(Role.CLERK, today=on))
    FollowUp.update(state="declined", reason="无").execute()
    assert (alerts("penalties", on), alerts("follows", on)) == ([], [])


def test_the_page_shows_each_with_the_link_that_deals_with_it(app, manager):
    case, on = a_standing(), date(2026, 6, 1)
    a_penalty(case.institution, on)
    page = manager(on).get("/alerts")
    section = page.one("section", id="penalties")
    assert section.one("tbody").one("th").text == case.institution.name
    assert section.one("tbody").one("a").attrs["href"] == f"/institutions/{case.institution_id}#handlings"
    assert page.all("section", id="planned") == []
    page = manager(on).get("/alerts?kind=planned")
    assert page.all("section", id="penalties") == []


def test_nothing_near_is_said_and_another_countys_is_not_there(app, client):
    case = a_standing()
    a_penalty(case.institution, date(2026, 3, 2))
    Institution.update(office=a_city()).execute()
    assert "没有需要关注的事项" in log_in(client, Role.MANAGER).get("/alerts").text


def test_the_page_asks_as_often_for_three_rows_as_for_one(app, manager, statements):
    on = date(2026, 6, 1)

    def more():
        case = a_standing()
        a_penalty(case.institution, on)
        a(Suspension, case=case, state="planned", starts_on=on)
        a(Credential, institution=case.institution, valid_until=on)
        FollowUp.create(case=case, kind="city", text="向市报备")

    more()
    browser = manager(on)
    with statements() as one:
        browser.get("/alerts")
    more()
    more()
    with statements() as three:
        browser.get("/alerts")
    assert len(one) == len(three) <= 20
