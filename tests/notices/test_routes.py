"""The board of publications and decisions, publishing by page, and complaints by page."""

import pytest

from models import Case, Complaint, PublicNotice, Role
from tests.builders import an_office, hand_of, step
from tests.lifecycle.stations import a_case_at, day
from tests.page import log_in

GIVEN = {"published_on": "2026-03-24", "medium": "局官网", "phone": "0635-5550106"}


def publish(browser, *cases, kind="result", status=302, **given):
    data = {**GIVEN, "kind": kind, "cases": [case.id for case in cases], **given}
    return browser.post("/notices/publish", status=status, data=data)


def test_the_board_counts_every_stage_and_lists_the_first_that_holds_something(client, at):
    at(2026, 4, 14)
    case = a_case_at("listed")
    page = log_in(client, Role.AGREEMENT).get("/notices/")
    tabs = {
        node.parts[0]: node.one("span", class_="count").text
        for node in page.one("nav", class_="tabs").all("a")
    }
    assert tabs["待监督公示"] == "1"
    assert sum(int(count) for count in tabs.values()) == 1
    row = page.one("tbody").one("tr")
    assert row.one("th").text == case.institution.name
    assert [a.text for a in row.all("a")][-1] == "发布公示"


def test_an_empty_stage_says_when_something_will_be_there(client):
    page = log_in(client, Role.AGREEMENT).get("/notices/?tab=qualified")
    assert "没有办件" in page.one("section", id="board").one("div", class_="empty").text


def test_a_tab_is_swapped_alone_and_found_by_name(client, at):
    at(2026, 4, 14)
    case, other = a_case_at("listed"), a_case_at("listed")
    browser = log_in(client, Role.AGREEMENT)
    region = browser.swap("get", f"/notices/?tab=listed&q={case.institution.name}")
    names = [node.text for node in region.one("tbody").all("th")]
    assert names == [case.institution.name]
    assert other.institution.name not in region.text


def test_the_board_asks_as_many_statements_for_one_row_as_for_many(client, at, statements):
    at(2026, 3, 24)
    a_case_at("qualified")
    browser = log_in(client, Role.AGREEMENT)
    browser.get("/notices/?tab=qualified")
    with statements() as one:
        browser.get("/notices/?tab=qualified")
    for _ in range(3):
        a_case_at("qualified")
    with statements() as many:
        browser.get("/notices/?tab=qualified")
    assert len(many) == len(one)


def test_the_confirmation_shows_the_list_and_the_last_day_before_anything_is_written(client, at):
    at(2026, 3, 24)
    cases = [a_case_at("qualified"), a_case_at("qualified")]
    browser = log_in(client, Role.AGREEMENT)
    page = browser.get(f"/notices/publish?kind=result&cases={cases[0].id}&cases={cases[1].id}")
    assert len(page.one("tbody").all("tr")) == 2
    assert page.one("div", id="period").text.startswith("至 2026年4月2日（周四）")
    assert PublicNotice.select().count() == 0
    region = browser.swap("get", f"/notices/period?kind=result&cases={cases[0].id}&published_on=2026-03-20")
    assert "2026年3月31日" in region.text


@pytest.mark.clause("LC-14b-3c")
def test_a_publication_by_page_leads_to_its_notice_and_to_paper(client, at):
    at(2026, 3, 24)
    cases = [a_case_at("qualified"), a_case_at("qualified")]
    browser = log_in(client, Role.AGREEMENT)
    answer = publish(browser, *cases)
    page = browser.get(answer.location)
    assert "安医保公示字〔2026〕1号" in page.one("dl").text
    paper = browser.get(answer.location + "/print").one("main")
    assert "公示期为7个工作日，自2026年3月24日发布，至2026年4月2日止" in paper.text
    assert [row.all("td")[1].text for row in paper.one("tbody").all("tr")] == sorted(
        case.institution.name for case in cases
    )


def test_a_refused_publication_keeps_what_was_typed(client, at):
    at(2026, 3, 24)
    case = a_case_at("qualified")
    browser = log_in(client, Role.AGREEMENT)
    page = publish(browser, case, published_on="2026-03-25", medium="政务公开栏", status=422)
    assert page.one("main").one("div", id="refusal").text == f"{case.institution.name}：办理日期不能晚于今天"
    assert page.one("input", id="medium").attrs["value"] == "政务公开栏"
    page = publish(browser, case, published_on="三月", status=422)
    assert page.one("div", id="field-published_on").one("div", class_="error").text
    assert Case.get_by_id(case.id).state == "qualified"


def test_a_case_published_by_a_colleague_meanwhile_is_named(client, at):
    at(2026, 3, 24)
    case = a_case_at("qualified")
    browser = log_in(client, Role.AGREEMENT)
    publish(browser, case)
    page = publish(browser, case, status=409)
    assert "可能同事刚刚办过" in page.one("main").one("div", id="refusal").text


def test_the_cases_of_another_office_are_not_found(client, at):
    at(2026, 3, 24)
    case = a_case_at("qualified")
    browser = log_in(client, Role.AGREEMENT, office=case.office.parent)
    browser.get(f"/notices/publish?kind=result&cases={case.id}", status=404)
    browser.get("/notices/publish?kind=other", status=404)


def test_the_city_sees_only_what_the_counties_passed_up(client, at):
    at(2026, 4, 10)
    passed_up = a_case_at("city_review", types=["inpatient"])
    a_case_at("proposed_pass", types=["inpatient"])
    browser = log_in(client, Role.CITY, office=passed_up.office.parent)
    page = browser.get("/notices/")
    row = page.one("tbody").one("tr")
    assert passed_up.institution.name in row.text
    assert row.all("a")[-1].text == "复审"
    assert browser.get("/notices/?tab=proposed_pass").all("tbody") == []


@pytest.mark.clause("LC-14b-3e", "LC-14b-3f")
def test_a_complaint_is_received_verified_and_dismissed_by_page(client, at):
    at(2026, 3, 24)
    case = a_case_at("public_notice")
    browser = log_in(client, Role.AGREEMENT)
    url = f"/notices/cases/{case.id}/complaints/new"
    form = {"received_on": "2026-03-24", "content": "从业人员挂证", "version": case.version}
    browser.post(url, data=form)
    complaint = Complaint.get()
    page = browser.get(url)
    assert "匿名" in page.one("section", id=f"complaint-{complaint.id}").text
    assert "有 1 件举报尚未核查完毕" in page.one("div", id="settle-waits").text
    prefix = f"v{complaint.id}-"
    browser.post(
        f"/notices/complaints/{complaint.id}/verify",
        data={
            prefix + "verified_on": "2026-03-24",
            prefix + "is_effective": "no",
            prefix + "findings": "核对打卡记录，人员在岗",
            prefix + "version": complaint.version,
        },
    )
    version = Case.get_by_id(case.id).version
    browser.post(
        f"/notices/cases/{case.id}/settle",
        data={"action": "dismiss_complaint", "settle-on": "2026-03-24", "settle-version": version},
    )
    assert Case.get_by_id(case.id).state == "public_notice"


def test_a_verification_without_findings_keeps_the_conclusion(client, at):
    at(2026, 3, 24)
    case = a_case_at("public_notice")
    hand = hand_of(Role.AGREEMENT)
    complaint = Complaint.create(case=case, received_on=day(3, 24), content="挂证", recorded_by=hand.actor)
    step(case, "receive_complaint", Role.AGREEMENT, day(3, 24), data={"complaint": complaint.id})
    prefix = f"v{complaint.id}-"
    data = {prefix + "verified_on": "2026-03-24", prefix + "is_effective": "yes", prefix + "version": 1}
    browser = log_in(client, Role.AGREEMENT)
    page = browser.post(f"/notices/complaints/{complaint.id}/verify", status=422, data=data)
    assert page.one("div", id=f"field-{prefix}findings").one("div", class_="error").text == "请写明核查情况"
    assert "checked" in page.one("input", value="yes").attrs


def test_a_complaint_about_a_foreign_case_is_not_found(client, at):
    at(2026, 3, 24)
    case = a_case_at("public_notice")
    other = an_office("清河县医疗保险事业中心", "清医保")
    browser = log_in(client, Role.AGREEMENT, office=other)
    browser.get(f"/notices/cases/{case.id}/complaints/new", status=404)
    browser.post(f"/notices/cases/{case.id}/settle", status=404, data={"action": "dismiss_complaint"})


def test_publications_are_listed_newest_first(client, at):
    at(2026, 3, 24)
    browser = log_in(client, Role.AGREEMENT)
    publish(browser, a_case_at("qualified"))
    publish(browser, a_case_at("qualified"))
    numbers = [row.one("th").text for row in browser.get("/notices/all").one("tbody").all("tr")]
    assert numbers == ["安医保公示字〔2026〕2号", "安医保公示字〔2026〕1号"]


def test_a_role_that_may_not_publish_sees_no_button(client, at):
    at(2026, 4, 8)
    a_case_at("proposed_pass")
    page = log_in(client, Role.CLERK).get("/notices/")
    assert page.all("input", type="checkbox") == []
    assert page.one("tbody").all("a")[-1].text == "查看"
