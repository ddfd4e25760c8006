"""Changes where staff look: the list, the agreement, the institution, 预警, the form of suspension."""

from datetime import date

import pytest

from lifecycle import change_cases, changes
from models import Case, Institution, Role
from tests.builders import hand_of
from tests.changes.test_change_reports import reported
from tests.exits.pages import again, signed
from tests.page import log_in

APPROVED = date(2026, 6, 1)


def told(agreement, on=APPROVED, **given):
    """A change of the telephone, told by the operation as quickly as can be."""
    said = {"items": [changes.free_item("电话", "1", "2")], "approved_on": APPROVED, "approved_by": "局"}
    return change_cases.report(
        agreement, {**said, **given}, hand=hand_of(Role.CLERK, today=on), reason="补录"
    )


@pytest.fixture
def four(client, at):
    """One filed in time, one late, one found, one told in writing; it is 20 July."""
    agreement = signed()
    at(2026, 6, 8)
    cases = {
        "filed": told(agreement, on=date(2026, 6, 8), asked_on=date(2026, 6, 8)),
        "late": told(agreement, on=date(2026, 6, 8)),
        "found": told(
            agreement, on=date(2026, 6, 8), found_on=date(2026, 6, 8), found_how="检查", approved_on=None
        ),
        "general": told(agreement, on=date(2026, 6, 8), is_general=True, approved_on=None),
    }
    at(2026, 7, 20)
    return cases


def numbers(page):
    rows = page.one("section", id="changes").all("tbody")
    return [link.text for row in rows for link in row.all("a")]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("open", ["filed", "late", "found"]),
        ("late", ["late"]),
        ("unreported", ["found"]),
        ("closed", ["general"]),
        ("别的", ["filed", "late", "found"]),
    ],
)
def test_each_tab_holds_its_changes(client, four, chosen, names):
    page = log_in(client, Role.LEADER).get(f"/changes/?chosen={chosen}")
    assert numbers(page) == [four[name].number for name in names]
    tabs = page.one("nav", class_="tabs").all("a")
    assert [tab.one("span").text for tab in tabs] == ["3", "1", "1", "1"]


def test_the_list_is_searched_and_says_when_it_is_empty(client, four):
    browser = log_in(client, Role.CLERK)
    name = four["filed"].institution.name
    assert len(numbers(browser.get(f"/changes/?q={name[:2]}"))) == 3
    assert numbers(browser.get(f"/changes/?q={four['late'].number}")) == [four["late"].number]
    assert "没有找到信息变更" in browser.get("/changes/?q=查无此院").text
    part = browser.swap("get", "/changes/?chosen=late")
    assert part.roots[0].attrs["id"] == "changes"


def test_the_list_pages_on(client, four, monkeypatch):
    monkeypatch.setattr("blueprints.changes.queries.PAGE", 2)
    browser = log_in(client, Role.CLERK)
    assert len(numbers(browser.get("/changes/"))) == 2
    assert numbers(browser.get("/changes/?page=2")) == [four["found"].number]
    for odd in ("0", "-1", "x", "9" * 30):
        browser.get(f"/changes/?page={odd}")


def test_the_list_asks_the_same_for_one_and_thirty_changes(client, at, statements):
    agreement = signed()
    at(2026, 6, 8)
    told(agreement)
    browser = log_in(client, Role.CLERK)
    urls = (
        "/changes/",
        f"/agreements/{agreement.id}",
        f"/institutions/{agreement.institution_id}",
        "/alerts",
    )
    counts = []
    for more in (0, 29):
        for _ in range(more):
            told(agreement)
        for url in urls:
            browser.get(url)
            with statements() as seen:
                browser.get(url)
            counts.append(len(seen))
    assert counts[: len(urls)] == counts[len(urls) :]


def test_an_institution_under_agreement_is_picked_for_a_change(client, four):
    browser = log_in(client, Role.CLERK)
    agreement = four["filed"].origin
    page = browser.get(f"/changes/new?q={agreement.institution.name[:2]}")
    assert f"/changes/agreements/{agreement.id}/new" in [a.attrs["href"] for a in page.all("a")]
    assert "没有找到" in browser.get("/changes/new?q=查无此院").text
    assert "请先查找机构" in browser.get("/changes/new").text


@pytest.mark.parametrize("place", ["agreements", "institutions"])
def test_agreement_and_institution_show_their_changes_and_lead_to_a_new_one(client, four, place):
    agreement = four["filed"].origin
    row = agreement.id if place == "agreements" else agreement.institution_id
    panel = log_in(client, Role.CLERK).get(f"/{place}/{row}").one("section", id="changes")
    assert "3 件在办" in panel.text
    assert "电话，逾期" in panel.text
    assert "电话，查出未报" in panel.text
    assert f"/changes/agreements/{agreement.id}/new" in [a.attrs["href"] for a in panel.all("a")]


def test_the_story_of_the_institution_tells_what_changed(client, at):
    at(2026, 6, 8)
    case = signed()
    old = case.institution.name
    browser = log_in(client, Role.CLERK)
    reported(browser, case)
    story = browser.get(f"/institutions/{case.institution_id}").one("section", id="story").text
    assert f"名称：{old} → 东阿康宁医院" in story
    assert Institution.get_by_id(case.institution_id).name == old


@pytest.mark.clause("LC-29-G3", "LC-31-07")
def test_late_and_unreported_changes_stand_among_the_alerts(client, four):
    page = log_in(client, Role.MANAGER).get("/alerts")
    late = page.one("section", id="late_changes")
    assert "2026-07-14" in late.text
    assert "第二十九条" in late.text
    assert f"/cases/{four['late'].id}" in [a.attrs["href"] for a in late.all("a")]
    found = page.one("section", id="unreported")
    assert "2026-06-08" in found.text
    assert "第三十一条" in found.text
    assert f"/cases/{four['found'].id}" in [a.attrs["href"] for a in found.all("a")]
    assert four["filed"].number not in page.text


@pytest.mark.clause("LC-29-G3")
def test_the_form_of_suspension_shows_a_late_change_with_its_facts_filled_in(client, four):
    agreement = four["late"].origin
    page = log_in(client, Role.MANAGER).get(f"/exits/agreements/{agreement.id}/suspension")
    first = page.one("ul", id="grounds").all("li")[0]
    assert "至今没有提交变更申请" in first.one("ul", class_="found").text
    assert "至今没有提交变更申请" in page.one("textarea", id="evidence_s3").text


def test_whoever_waits_for_a_change_finds_it_on_the_worklist(client, four):
    client.get("/")
    page = again(client, Role.AGREEMENT).get("/worklist/")
    assert four["filed"].number in page.text or f"/cases/{four['filed'].id}" in page.html
    assert Case.get_by_id(four["filed"].id).state == "change_filed"
