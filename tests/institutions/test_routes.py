"""The register: found by any two characters, read whole, changed; bans and reveals leave traces."""

from datetime import date

import pytest

from demo import numbers
from lifecycle import register, vault
from models import Ban, Case, Document, Event, Institution, Role
from tests.builders import (
    a_city,
    a_person,
    an_accepted,
    an_application,
    an_institution,
    an_office,
    hand_of,
    step,
)
from tests.page import log_in

NUMBER = numbers.resident_id(8001)


@pytest.fixture
def manager(client):
    return log_in(client, Role.MANAGER)


def a_registered(name="安澜双柳骨科医院", **fields):
    """An institution written by the register's own door, so that its search key is whole."""
    known = an_institution(name=name, **fields)
    hand = hand_of(Role.CLERK, office=known.office)
    return register.save_institution({"beds": 120}, hand=hand, institution=known)


def names(page):
    return [th.text for th in page.all("th", scope="row")]


@pytest.mark.parametrize("text", ["双柳", "骨科", "alslgk", "shuangliu", "双柳 医院", "slgkyy"])
def test_an_institution_is_found_by_two_characters_and_by_initials(manager, text):
    a_registered()
    a_registered("安澜沙堤颐康医院")
    assert names(manager.get("/institutions", query_string={"q": text})) == ["安澜双柳骨科医院"]


def test_percent_and_underscore_are_characters_like_others(manager):
    a_registered()
    assert names(manager.get("/institutions", query_string={"q": "%"})) == []
    assert names(manager.get("/institutions", query_string={"q": "_柳"})) == []


def test_the_list_says_where_each_institution_stands(manager):
    an_accepted(name="安澜受理医院", types=["inpatient"])
    a_registered("安澜未申请医院")
    rows = {row.one("th").text: row.text for row in manager.get("/institutions").one("tbody").all("tr")}
    assert "申请：已受理 住院" in rows["安澜受理医院"]
    assert "未申请" in rows["安澜未申请医院"]


def test_the_list_is_sorted_narrowed_and_paged(manager):
    for n in range(51):
        an_institution(name=f"机构{n:02d}", kind="pharmacy" if n else "medical")
    first = manager.get("/institutions")
    assert (len(names(first)), names(first)[0], "第 1–50 家，共 51 家" in first.text) == (50, "机构00", True)
    assert names(manager.get("/institutions?page=2")) == ["机构50"]
    assert names(manager.get("/institutions?sort=-name"))[0] == "机构50"
    assert names(manager.get("/institutions?kind=medical")) == ["机构00"]
    assert manager.swap("get", "/institutions?page=2").roots[0].attrs["id"] == "institutions"


def test_the_list_takes_as_many_statements_for_thirty_as_for_one(manager, statements):
    an_accepted()
    manager.get("/institutions")
    with statements() as one:
        manager.get("/institutions")
    for _ in range(29):
        an_accepted()
    with statements() as thirty:
        page = manager.get("/institutions")
    assert (len(names(page)), len(thirty)) == (30, len(one))


def test_another_offices_institution_is_not_there_but_a_city_sees_its_counties(app):
    city = a_city()
    county = an_office("河湾县医保中心", "河医保", parent=city)
    foreign = a_registered("河湾医院", office=county)
    own = log_in(app.test_client(), Role.MANAGER)
    assert names(own.get("/institutions")) == []
    own.get(f"/institutions/{foreign.id}", status=404)
    own.get(f"/institutions/{foreign.id}/edit", status=404)
    own.post(f"/institutions/{foreign.id}/persons/legal_representative/reveal", status=404)
    own.post(f"/institutions/{foreign.id}/bans/new", status=404)


def test_the_city_sees_whose_institution_it_is(client):
    a_registered("河湾医院", office=an_office("河湾县医保中心", "河医保", parent=a_city()))
    page = log_in(client, Role.MANAGER, office=a_city()).get("/institutions")
    assert (names(page), "河湾县医保中心" in page.one("tbody").text) == (["河湾医院"], True)


def test_a_page_shows_cases_and_persons_masked_and_what_happened(manager):
    case = an_accepted(name="安澜双柳骨科医院", legal_representative=a_person("许长河", NUMBER))
    page = manager.get(f"/institutions/{case.institution_id}")
    assert (NUMBER in page.html, f"{NUMBER[:4]}{'*' * 10}{NUMBER[-4:]}" in page.text) == (False, True)
    row = page.one("section", aria_labelledby="h-cases").one("tbody").one("tr")
    assert [cell.text for cell in (*row.all("th"), *row.all("td"))][:3] == [
        case.number,
        "定点申请：门诊统筹",
        "已受理",
    ]
    story = page.one("section", aria_labelledby="h-story").text
    assert "clerk受理" in story


def test_a_reveal_shows_one_number_and_is_an_event(manager):
    institution = a_registered(
        legal_representative=a_person("许长河", NUMBER),
        principal=a_person("邵启明", numbers.resident_id(8002)),
    )
    url = f"/institutions/{institution.id}/persons/legal_representative/reveal"
    answer = manager.swap("post", url)
    assert (answer.roots[0].attrs["id"], NUMBER in answer.text) == ("person-legal_representative", True)
    page = manager.post(url, status=200)
    assert (NUMBER in page.text, numbers.resident_id(8002) in page.text) == (True, False)
    events = list(Event.select().where(Event.action == "reveal_id"))
    assert [(e.actor_name, e.change["role"], NUMBER in str(e.change)) for e in events] == [
        ("manager", "legal_representative", False),
        ("manager", "legal_representative", False),
    ]
    assert "manager查看证件号" in manager.get(f"/institutions/{institution.id}").text


@pytest.mark.parametrize("role", [Role.LEADER, Role.CITY])
def test_who_only_decides_sees_no_number(client, role):
    institution = a_registered()
    browser = log_in(client, role)
    assert "查看证件号" not in browser.get(f"/institutions/{institution.id}").one("tbody").text
    browser.post(f"/institutions/{institution.id}/persons/legal_representative/reveal", status=403)


def edited(page, **typed):
    """The fields of the edit form as they stand, changed by `typed`."""
    form = next(f for f in page.all("form") if f.attrs.get("action", "").endswith("/edit"))
    values = {
        i.attrs["name"]: i.attrs.get("value", "")
        for i in form.all("input")
        if i.attrs.get("type") not in ("radio", "checkbox") or "checked" in i.attrs
    }
    return {**values, **typed}


def test_a_change_is_saved_with_before_and_after(manager):
    institution = a_registered(legal_representative=a_person("许长河", NUMBER))
    url = f"/institutions/{institution.id}/edit"
    typed = edited(manager.get(url), beds="150", is_for_profit="no", national_code="H37159900218")
    assert manager.post(url, data=typed).location == f"/institutions/{institution.id}"
    row = Institution.get_by_id(institution.id)
    assert (row.beds, row.is_for_profit, row.national_code) == (150, False, "H37159900218")
    assert vault.reveal(row.legal_representative.id_cipher) == NUMBER
    event = Event.select().where(Event.action == "change_institution").order_by(Event.id.desc()).get()
    assert (event.change["before"]["beds"], event.change["after"]["beds"]) == (120, 150)


def test_a_stale_or_wrong_change_is_told_and_the_typing_stays(manager):
    institution = a_registered()
    url = f"/institutions/{institution.id}/edit"
    typed = edited(manager.get(url), is_for_profit="no", name="改过的名称")
    wrong = manager.post(url, status=422, data={**typed, "uscc": "123", "national_code": "P1"})
    links = [a.attrs["href"] for a in wrong.all("div", id="refusal")[0].all("a")]
    assert links == ["#uscc", "#national_code"]
    manager.post(url, data={**typed, "name": "同事改的名称"})
    stale = manager.post(url, status=409, data=typed)
    assert "同事刚刚改动了" in stale.all("div", id="refusal")[0].text
    assert stale.one("input", id="name").attrs["value"] == "改过的名称"


def test_reviewers_do_not_change_the_register(client):
    institution = a_registered()
    log_in(client, Role.REVIEWER).get(f"/institutions/{institution.id}/edit", status=403)


BANS = [
    pytest.param("fraud_ban", "2029-01-05", marks=pytest.mark.clause("LC-10-5")),
    pytest.param("illegality_ban", "2029-01-05", marks=pytest.mark.clause("LC-10-6")),
    pytest.param("breach_ban", "2027-01-05", marks=pytest.mark.clause("LC-10-7")),
]


@pytest.mark.parametrize(("rule", "until"), BANS)
def test_a_ban_is_recorded_shown_and_flagged_on_a_new_application(client, rule, until):
    manager = log_in(client, Role.MANAGER, Role.CLERK)
    institution = a_registered()
    url = f"/institutions/{institution.id}/bans/new"
    typed = {"subject": "institution", "rule": rule, "from_on": "2026-01-05", "reason": "查实"}
    hint = manager.swap("get", url, query_string={"rule": rule, "from_on": "2026-01-05"})
    day = date.fromisoformat(until)
    assert f"限制至 {day.year}年1月5日" in hint.one("p", id="until").text
    manager.post(url, data=typed)
    assert Ban.get().until_on == day
    assert f"至 {until}" in manager.get(f"/institutions/{institution.id}").one("section", id="bans").text
    told = manager.get(f"/applications/new?institution={institution.id}")
    assert f"至 {until}" in told.one("aside", id="duplicates").one("span", class_="text-late").text


def test_a_ban_of_a_person_is_shown_at_every_institution_of_the_person(manager):
    person = a_person("许长河", NUMBER)
    one, other = (a_registered(name, legal_representative=person) for name in ("甲医院", "乙医院"))
    typed = {
        "subject": "legal_representative",
        "rule": "person_ban",
        "from_on": "2026-01-05",
        "reason": "查实",
    }
    manager.post(f"/institutions/{one.id}/bans/new", data=typed)
    assert Ban.get().person == person
    bans = manager.get(f"/institutions/{other.id}").one("section", id="bans").text
    assert ("许长河" in bans, "至 2031-01-05" in bans) == (True, True)


def test_a_ban_without_reason_or_from_tomorrow_is_refused_with_the_typing_kept(manager):
    institution = a_registered()
    typed = {"subject": "institution", "rule": "fraud_ban", "from_on": "2026-03-03", "reason": ""}
    page = manager.post(f"/institutions/{institution.id}/bans/new", status=422, data=typed)
    links = [a.attrs["href"] for a in page.all("div", id="refusal")[0].all("a")]
    assert (links, Ban.select().count()) == (["#from_on", "#reason"], 0)
    assert page.one("input", id="from_on").attrs["value"] == "2026-03-03"


def an_open_duty(manager, rule="illegality_ban", from_on="2022-01-05"):
    institution = a_registered()
    typed = {"subject": "institution", "rule": rule, "from_on": from_on, "reason": "未缴罚款"}
    manager.post(f"/institutions/{institution.id}/bans/new", data={**typed, "is_duty_open": "y"})
    return institution, Ban.get(), f"/institutions/{institution.id}/bans/{Ban.get().id}"


@pytest.mark.clause("LC-10-6b")
def test_a_ban_whose_days_are_over_holds_until_the_penalty_is_performed(manager):
    institution, _, url = an_open_duty(manager)
    page = f"/institutions/{institution.id}"
    assert (
        "且责任尚未履行完毕"
        in manager.get(page).one("section", id="bans").one("span", class_="text-late").text
    )
    manager.post(f"{url}/perform-duty", data={"reason": "罚款已缴清", "version": "1"})
    section = manager.get(page).one("section", id="bans")
    assert (section.all("span", class_="text-late"), "已期满" in section.text) == ([], True)


@pytest.mark.clause("LC-10-7b")
def test_a_breach_holds_beyond_its_year_until_the_liability_is_performed(manager):
    institution, _, url = an_open_duty(manager, "breach_ban", "2024-01-05")
    page = f"/institutions/{institution.id}"
    assert len(manager.get(page).one("section", id="bans").all("span", class_="text-late")) == 1
    manager.post(f"{url}/perform-duty", data={"reason": "违约金已付", "version": "1"})
    assert manager.get(page).one("section", id="bans").all("span", class_="text-late") == []


def test_a_lifted_ban_stays_to_be_read_with_its_reason(manager):
    institution, ban, url = an_open_duty(manager)
    manager.post(f"{url}/lift", status=422, data={"reason": "", "version": "1"})
    manager.post(f"{url}/lift", data={"reason": "行政处罚被撤销", "version": "1"})
    manager.post(f"{url}/lift", status=409, data={"reason": "再来一次", "version": "2"})
    assert Ban.get_by_id(ban.id).lifted_reason == "行政处罚被撤销"
    assert "2026-03-02 解除：行政处罚被撤销" in manager.get(f"/institutions/{institution.id}").text
    manager.post(f"/institutions/{an_institution().id}/bans/{ban.id}/lift", status=404, data={"reason": "x"})


def test_bans_are_the_managers_business(client):
    institution = a_registered()
    browser = log_in(client, Role.CLERK)
    assert "登记限制" not in browser.get(f"/institutions/{institution.id}").one("section", id="bans").text
    browser.get(f"/institutions/{institution.id}/bans/new", status=403)


def test_the_search_goes_straight_to_the_only_hit(manager):
    institution = a_registered()
    case = an_accepted(name="甲诊所")
    document = Document.get(Document.case == case)

    def hit(text):
        return manager.get("/institutions/search", status=302, query_string={"q": text}).location

    assert hit("双柳") == f"/institutions/{institution.id}"
    assert hit(institution.uscc) == f"/institutions/{institution.id}"
    assert hit(case.number) == f"/cases/{case.id}"
    typed = document.number.replace("〔", "[").replace("〕", "]")
    assert hit(typed) == f"/cases/{case.id}#documents"
    assert hit("") == "/institutions"


def test_the_search_lists_several_hits_and_says_when_there_are_none(manager):
    an_application(name="安澜甲医院")
    an_application(name="安澜乙医院")
    page = manager.get("/institutions/search?q=安澜")
    assert names(page) == ["安澜乙医院", "安澜甲医院"]
    assert names(manager.get("/institutions/search?q=2026-")) == [
        c.number for c in Case.select().order_by(-Case.id)
    ]
    assert "没有找到" in manager.get("/institutions/search?q=无此机构").text


def test_the_search_stays_inside_the_office(client):
    foreign = an_office("别县医保中心", "别医保")
    case = an_accepted(name="别县医院", office=foreign)
    page = log_in(client, Role.CLERK)
    for text in ("别县", case.number, Document.get().number):
        assert "没有找到" in page.get("/institutions/search", query_string={"q": text}).text


def test_a_withdrawn_case_is_among_those_that_are_done(manager):
    case = an_application(name="安澜甲医院")
    step(case, "withdraw", Role.CLERK, date(2026, 3, 2), reason="机构书面提出")
    section = manager.get(f"/institutions/{case.institution_id}").one("section", aria_labelledby="h-cases")
    assert ("在办 0 件，已办 1 件" in section.text, "03-02 办结" in section.text) == (True, True)


def test_whatever_is_asked_is_answered(manager):
    institution = a_registered()
    asked = {"page": "9" * 30, "office": "²", "q": "\x00%'_", "sort": "x", "kind": "☃"}
    manager.get("/institutions", query_string=asked)
    manager.get("/institutions/search", query_string={"q": "'〔〕%_9"})
    manager.post(f"/institutions/{institution.id}/persons/office/reveal", status=422)
    manager.get(f"/institutions/{institution.id}/bans/new?rule=term&from_on=2099-12-31")
    odd = {"subject": "x", "rule": "term", "from_on": "昨天", "reason": "\x00"}
    manager.post(f"/institutions/{institution.id}/bans/new", status=422, data=odd)
