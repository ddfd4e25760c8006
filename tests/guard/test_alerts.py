"""预警: everything near a cliff, each with its day, its article and the page that deals with it."""

from datetime import date, timedelta

import pytest

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
