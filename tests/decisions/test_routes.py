"""Meetings, the city's review and filings by page."""

import pytest

from models import Case, Decision, Filing, LeadingGroupMember, Meeting, Role
from tests.builders import a_file, an_office
from tests.lifecycle.stations import a_case_at, day
from tests.page import log_in

MEETING = {"held_on": "2026-04-08", "place": "三楼会议室", "chair": "郑国栋", "others": "王某、李某"}


def group():
    for name in ("郑国栋", "周敏"):
        LeadingGroupMember.create(office=an_office(), name=name, post="副主任", is_chair=name == "郑国栋")


def verdicts(*cases, **given):
    form = {"cases": [case.id for case in cases]}
    for case in cases:
        form |= {f"c{case.id}-outcome": "approve", f"c{case.id}-version": case.version}
    return {**MEETING, "attendees": ["郑国栋", "周敏"], **form, **given}


@pytest.mark.clause("LC-14b-4a", "LC-14b-4b")
def test_the_meeting_page_shows_a_summary_of_each_case_and_records_what_was_decided(client, at):
    at(2026, 4, 8)
    cases = [a_case_at("proposed_pass"), a_case_at("proposed_pass")]
    group()
    browser = log_in(client, Role.LEADER)
    page = browser.get(f"/decisions/meetings/new?cases={cases[0].id}&cases={cases[1].id}")
    summary = page.one("section", id=f"case-{cases[0].id}")
    assert "审核评价12 项，全部符合" in summary.text
    assert page.one("input", id="chair").attrs["value"] == "郑国栋"
    second = {f"c{cases[1].id}-outcome": "decline", f"c{cases[1].id}-opinion": "布局饱和"}
    answer = browser.post("/decisions/meetings/new", data=verdicts(*cases, **second))
    assert [Case.get_by_id(case.id).state for case in cases] == ["listed", "not_selected"]
    detail = browser.get(answer.location)
    assert "郑国栋、周敏、王某、李某" in detail.text
    assert "布局饱和" in detail.one("tbody").text


def test_a_decline_without_opinion_keeps_everything_typed_and_decides_nothing(client, at):
    at(2026, 4, 8)
    cases = [a_case_at("proposed_pass"), a_case_at("proposed_pass")]
    given = {f"c{cases[1].id}-outcome": "decline", "minutes": "第一项议题"}
    page = log_in(client, Role.MANAGER).post(
        "/decisions/meetings/new", status=422, data=verdicts(*cases, attendees=[], **given)
    )
    field = page.one("div", id=f"field-c{cases[1].id}-opinion")
    assert field.one("div", class_="error").text == "不予纳入的，请写明理由"
    assert page.one("textarea", id="minutes").text == "第一项议题"
    assert (Meeting.select().count(), Decision.select().count()) == (0, 0)


def test_a_stale_case_is_refused_on_the_same_page(client, at):
    at(2026, 4, 8)
    case = a_case_at("proposed_pass")
    form = verdicts(case, attendees=[], **{f"c{case.id}-version": case.version - 1})
    page = log_in(client, Role.MANAGER).post("/decisions/meetings/new", status=409, data=form)
    assert case.institution.name in page.one("main").one("div", id="refusal").text
    assert page.one("input", id="others").attrs["value"] == "王某、李某"


def test_without_cases_the_page_offers_those_that_wait(client, at):
    at(2026, 4, 8)
    case = a_case_at("proposed_pass")
    page = log_in(client, Role.MANAGER).get("/decisions/meetings/new")
    assert [node.attrs["value"] for node in page.all("input", name="cases")] == [str(case.id)]


def test_meetings_are_listed_with_what_they_decided(client, at, statements):
    at(2026, 4, 8)
    case = a_case_at("proposed_pass")
    browser = log_in(client, Role.MANAGER)
    assert "还没有登记过会议" in browser.get("/decisions/meetings").text
    browser.post("/decisions/meetings/new", data=verdicts(case, attendees=[]))
    row = browser.get("/decisions/meetings").one("tbody").one("tr")
    assert [cell.text for cell in row.all("td")][1:4] == ["郑国栋", "1 件", "0 件"]
    with statements() as one:
        browser.get("/decisions/meetings")
    browser.post("/decisions/meetings/new", data=verdicts(a_case_at("proposed_pass"), attendees=[]))
    with statements() as many:
        browser.get("/decisions/meetings")
    assert len(one) == len(many)


def test_a_foreign_case_is_not_found(client, at):
    at(2026, 4, 8)
    case = a_case_at("proposed_pass")
    other = an_office("清河县医疗保险事业中心", "清医保")
    browser = log_in(client, Role.MANAGER, office=other)
    browser.get(f"/decisions/meetings/new?cases={case.id}", status=404)
    browser.post("/decisions/meetings/new", status=404, data=verdicts(case))


@pytest.mark.clause("LC-05-1-3", "LC-14b-4c", "LC-14b-4d")
def test_the_city_reads_what_the_county_sent_and_records_its_conclusion(client, at):
    at(2026, 4, 10)
    case = a_case_at("city_review", types=["inpatient"])
    file = a_file(case, "evidence")
    browser = log_in(client, Role.CITY, office=case.office.parent)
    url = f"/decisions/cases/{case.id}/city-review"
    page = browser.get(url)
    assert "现场评估23 项，全部符合" in page.one("section", aria_labelledby="h-summary").text
    links = [a.attrs["href"] for a in page.one("section", aria_labelledby="h-files").all("a")]
    assert links == [f"/cases/{case.id}/attachments/{file.id}"]
    form = {"is_passed": "no", "on": "2026-04-10", "version": case.version}
    page = browser.post(url, status=422, data=form)
    assert page.one("div", id="field-reason").one("div", class_="error").text == "复审不通过的，请写明理由"
    browser.post(url, data={**form, "is_passed": "yes"})
    assert Case.get_by_id(case.id).state == "final_decision"


def test_the_city_finds_no_review_of_what_was_not_passed_up_or_lies_elsewhere(client, at):
    at(2026, 4, 10)
    kept = a_case_at("proposed_pass", types=["inpatient"])
    elsewhere = an_office("外市医疗保险事业中心", "外医保", level="city")
    browser = log_in(client, Role.CITY, office=kept.office.parent)
    browser.get(f"/decisions/cases/{kept.id}/city-review", status=404)
    passed_up = a_case_at("city_review", types=["inpatient"])
    browser.get(f"/decisions/cases/{passed_up.id}/city-review", status=200)
    assert elsewhere.id != kept.office.parent_id


def test_a_reviewer_of_another_city_does_not_find_the_case(client, at):
    at(2026, 4, 10)
    case = a_case_at("city_review", types=["inpatient"])
    elsewhere = an_office("外市医疗保险事业中心", "外医保", level="city")
    log_in(client, Role.CITY, office=elsewhere).get(f"/decisions/cases/{case.id}/city-review", status=404)


def test_a_county_user_does_not_see_the_review_page(client, at):
    at(2026, 4, 10)
    case = a_case_at("city_review", types=["inpatient"])
    log_in(client, Role.MANAGER).get(f"/decisions/cases/{case.id}/city-review", status=403)


@pytest.mark.clause("LC-14b-3b")
def test_a_filing_is_swapped_into_its_section_and_works_without_javascript(client, at):
    at(2026, 3, 24)
    case = a_case_at("qualified")
    browser = log_in(client, Role.CLERK)
    form = {"kind": "department", "filed_on": "2026-03-24", "number": "安医保备〔2026〕7号"}
    region = browser.swap("post", f"/decisions/cases/{case.id}/filings", data=form)
    assert "安医保备〔2026〕7号" in region.one("tbody").text
    browser.post(f"/decisions/cases/{case.id}/filings", data=form)
    assert Filing.select(Filing.filed_on).where(Filing.case == case).count() == 2


def test_a_filing_in_the_future_keeps_its_number_typed(client, at):
    at(2026, 3, 24)
    case = a_case_at("qualified")
    form = {"kind": "city", "filed_on": "2026-03-25", "number": "第 7 号"}
    browser = log_in(client, Role.CLERK)
    for read in (browser.swap, lambda verb, url, **rest: getattr(browser, verb)(url, **rest)):
        page = read("post", f"/decisions/cases/{case.id}/filings", status=422, data=form)
        assert "备案日期不能晚于今天" in page.one("p", id="filing-error").text
        assert page.one("input", name="number").attrs["value"] == "第 7 号"
    assert Filing.select().count() == 0
    assert case.opened_on == day(3, 2)
