"""A change's case by page: what it shows, put right, applied for, looked into, confirmed; a new owner."""

from datetime import date

import pytest

from models import Case, ChangeRequest, Clock, FormerValue, Institution, Role
from tests.changes.test_change_reports import ID, penalty, reported, request_of
from tests.exits.pages import again, signed
from tests.page import log_in
from tests.providers import a_provider, log_in_as


@pytest.fixture
def change(client, at):
    """A change of name told on 8 June and not applied for; the clerk is logged in."""
    at(2026, 6, 8)
    reported(log_in(client, Role.CLERK), signed(), how="told", reason="更名")
    return request_of().case


def version(case):
    return Case.get_by_id(case.id).version


def hrefs(page):
    return [link.attrs["href"] for link in page.all("a")]


def test_the_case_shows_what_changes_and_leads_on(client, change):
    page = again(client, Role.CLERK).get(f"/cases/{change.id}")
    section = page.one("section", id="change")
    assert [cell.text for cell in section.one("tbody").all("td")][1] == "东阿康宁医院"
    assert "2026年7月14日" in section.text
    assert "未申请" in section.text
    assert "医药机构医疗保障定点信息变更申请表" in page.text
    assert f"/changes/{change.id}/file" in hrefs(page)
    assert f"/changes/{change.id}/amend" in hrefs(page)
    assert page.one("nav", class_="sidenav").one("a", aria_current="page").text == "信息变更"


def test_its_materials_stand_under_the_same_line_of_the_menu(client, change):
    page = again(client, Role.CLERK).get(f"/cases/{change.id}/materials")
    assert page.one("nav", class_="sidenav").one("a", aria_current="page").text == "信息变更"


def test_both_last_days_stand_on_the_case(client, change):
    browser = again(client, Role.CLERK)
    form = {**typed(browser, change), "hindered_from": "2026-06-02", "hindered_until": "2026-06-05"}
    browser.post(f"/changes/{change.id}/amend", data=form)
    shown = browser.get(f"/cases/{change.id}").one("section", id="change").text
    assert "2026年7月20日" in shown
    assert "不扣除不得变更的日子，最后一天是2026年7月14日" in shown


def typed(browser, case):
    """Return what the form shows of a change."""
    page = browser.get(f"/changes/{case.id}/amend")
    form = page.one("form", action=f"/changes/{case.id}/amend")
    fields = {
        row.attrs["name"]: row.attrs.get("value", "")
        for row in form.all("input")
        if row.attrs.get("type") not in ("radio", "checkbox") or "checked" in row.attrs
    }
    return fields | {row.attrs["name"]: row.text for row in form.all("textarea")}


def test_it_is_put_right_and_its_last_day_follows(client, change):
    browser = again(client, Role.CLERK)
    form = typed(browser, change)
    assert (form["after_name"], form["reason"], form["how"]) == ("东阿康宁医院", "更名", "told")
    given = {**form, "after_name": "东阿康宁综合医院", "approved_on": "2026-05-29"}
    given |= {"after_principal": "岳玉兰", "number_principal": ID}
    browser.post(f"/changes/{change.id}/amend", data=given)
    assert Clock.get(Clock.case == change).due_on == date(2026, 7, 13)
    assert [part["after"] for part in request_of().items] == ["东阿康宁综合医院", "岳玉兰 3715**********1224"]
    page = browser.post(f"/changes/{change.id}/amend", status=409, data=given)
    assert page.one("input", id="after_name").attrs["value"] == "东阿康宁综合医院"
    kept = {**typed(browser, change), "after_principal": "岳玉蓝"}
    assert kept["number_principal"] == "3715**********1224"
    browser.post(f"/changes/{change.id}/amend", data=kept)
    assert [part["after"] for part in request_of().items][1] == "岳玉蓝 3715**********1224"
    assert "更正变更登记" in browser.get(f"/cases/{change.id}").one("section", id="timeline").text


def test_it_is_applied_for_later_by_its_own_page(client, change, at):
    at(2026, 6, 15)
    browser = again(client, Role.CLERK)
    browser.get(f"/cases/{change.id}/steps/file_change", status=302)
    form = {"asked_on": "2026-06-12", "version": version(change)}
    page = browser.post(f"/changes/{change.id}/file", status=422, data=form)
    assert "请在理由中说明" in page.text
    browser.post(f"/changes/{change.id}/file", data={**form, "reason": "周五窗口收件"})
    assert (request_of().asked_on, request_of().case.state) == (date(2026, 6, 12), "change_filed")
    browser.post(f"/changes/{change.id}/file", status=409, data={**form, "reason": "再交一次"})


@pytest.mark.parametrize("asked_on", ["", "明天", "2026-06-09", "2026-05-01", "0001-01-01"])
def test_a_day_that_cannot_be_is_refused_with_what_was_typed(client, change, asked_on):
    form = {"asked_on": asked_on, "reason": "窗口收件", "version": version(change)}
    page = again(client, Role.CLERK).post(f"/changes/{change.id}/file", status=422, data=form)
    assert page.one("input", id="asked_on").attrs["value"] == asked_on
    assert page.one("textarea", id="reason").text == "窗口收件"
    assert Case.get_by_id(change.id).state == "change_draft"


@pytest.mark.clause("LC-23-4")
def test_what_is_open_meanwhile_keeps_it_from_being_applied_for(client, change):
    penalty(request_of().agreement)
    browser = again(client, Role.CLERK)
    page = browser.get(f"/cases/{change.id}")
    assert "东阿县医疗保障局" in page.one("div", id="forbidden").text
    form = {"asked_on": "2026-06-08", "version": version(change)}
    page = browser.post(f"/changes/{change.id}/file", status=422, data=form)
    assert "尚未了结" in page.one("div", id="refusal").text


@pytest.mark.clause("LC-23-2")
def test_doubts_are_looked_into_and_the_findings_stand_on_the_case(client, at):
    at(2026, 6, 8)
    reported(log_in(client, Role.CLERK), signed())
    case = request_of().case
    browser = again(client, Role.AGREEMENT)
    form = {"on": "2026-06-08", "reason": "门头与批准地址不符", "version": version(case)}
    browser.post(f"/cases/{case.id}/steps/check_on_site", data=form)
    browser.get(f"/cases/{case.id}/steps/record_verification", status=302)
    page = browser.post(f"/changes/{case.id}/verification", status=422, data={"findings": "属实"})
    assert page.one("textarea", id="findings").text == "属实"
    seen = {"verified_on": "2026-06-08", "verified_by": "孙立群、赵敏", "findings": "门头已更换，与批准一致"}
    seen |= {"on": "2026-06-08", "version": version(case)}
    browser.post(f"/changes/{case.id}/verification", data=seen)
    shown = browser.get(f"/cases/{case.id}").one("li", id="verification").text
    assert "2026年6月8日，孙立群、赵敏" in shown
    assert "门头已更换，与批准一致" in shown


def test_it_is_confirmed_by_another_and_the_register_says_the_new_name(client, at):
    at(2026, 6, 8)
    agreement = signed()
    reported(log_in(client, Role.CLERK), agreement)
    case = request_of().case
    browser = again(client, Role.CLERK)
    browser.post(f"/cases/{case.id}/materials", data={"received_on": "2026-06-08"})
    manager = again(client, Role.MANAGER)
    form = {"on": "2026-06-08", "version": version(case)}
    manager.post(f"/cases/{case.id}/steps/confirm_change", data=form)
    assert Institution.get_by_id(agreement.institution_id).name == "东阿康宁医院"
    assert FormerValue.get().until_on == date(2026, 6, 1)
    closed = manager.get("/changes/?chosen=closed")
    assert case.number in closed.text
    again(client, Role.CLERK).get(f"/changes/{case.id}/amend", status=404)


def test_a_recording_taken_back_is_recorded_anew_with_what_is_put_right(client, change):
    browser = again(client, Role.CLERK)
    form = {"version": version(change), "reason": "批准日期写错"}
    browser.post(f"/cases/{change.id}/take-back", data=form)
    browser.get(f"/cases/{change.id}/steps/record_change", status=302)
    given = {**typed(browser, change), "approved_on": "2026-05-29"}
    browser.post(f"/changes/{change.id}/amend", data=given)
    running = Clock.get(Clock.case == change, Clock.state == "running")
    assert running.due_on == date(2026, 7, 13)


@pytest.mark.clause("LC-23-3")
def test_a_new_owner_is_evaluated_anew_and_the_page_leads_there_and_back(client, at):
    at(2026, 6, 8)
    agreement = signed()
    reported(log_in(client, Role.CLERK), agreement, is_entity="y")
    case = request_of().case
    manager = again(client, Role.MANAGER)
    form = {"on": "2026-06-08", "reason": "医院整体转让", "version": version(case)}
    manager.post(f"/cases/{case.id}/steps/begin_evaluation", data=form)
    evaluation = Case.get(Case.origin == agreement, Case.matter == "application")
    resume = f"/cases/{agreement.id}/steps/resume_entity"
    page = manager.get(f"/cases/{case.id}")
    assert f"/cases/{evaluation.id}" in hrefs(page.one("li", id="evaluation"))
    assert resume not in hrefs(page)
    standing = manager.get(f"/agreements/{agreement.id}").one("section", id="standing")
    assert evaluation.number in standing.one("li", id="evaluation").text
    Case.update(state="qualified").where(Case.id == evaluation.id).execute()
    assert resume in hrefs(manager.get(f"/cases/{case.id}").one("li", id="evaluation"))
    form = {"on": "2026-06-08", "reason": "评估合格", "version": version(agreement)}
    manager.post(resume, data=form)
    assert [Case.get_by_id(row.id).state for row in (agreement, case)] == ["active", "change_confirmed"]


def test_anothers_case_or_another_matter_has_no_page_here(client, change):
    browser = again(client, Role.CLERK, Role.AGREEMENT)
    agreement = ChangeRequest.get().agreement
    for name in ("file", "amend", "verification"):
        browser.get(f"/changes/{agreement.id}/{name}", status=404)
        browser.get(f"/changes/{2**70}/{name}", status=404)


def test_the_institution_sees_its_own_change_and_where_it_stands(client, change):
    client.post("/log-out")
    page = log_in_as(client, a_provider(change.institution)).get(f"/my/cases/{change.id}")
    assert "信息变更" in page.text
    assert "待提交变更申请" in page.text
