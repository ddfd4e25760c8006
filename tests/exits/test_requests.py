"""Exit requests of institutions by page: annex 12, the three wishes, and what is refused."""

from datetime import date

import pytest

from models import Case, ExitRequest, Role
from tests.builders import night
from tests.exits.pages import again, signed
from tests.page import log_in

ASKED = {
    "wish": "suspend",
    "asked_on": "2026-06-01",
    "from_on": "2026-09-01",
    "reason": "院区搬迁",
    "type": "",
    "insurance": "职工医保、居民医保",
}


def url(case, name="request"):
    return f"/exits/agreements/{case.id}/{name}"


def asked(browser, case, **given):
    """File a request by page and return its case."""
    browser.post(url(case), data={**ASKED, "version": case.version, **given})
    return ExitRequest.select().order_by(ExitRequest.id.desc()).get().case


def answered(client, at, request, action, day, **given):
    """Let the manager answer by page on `day` and return the case as it stands."""
    at(*day)
    form = {"on": date(*day).isoformat(), "version": Case.get_by_id(request.id).version, **given}
    again(client, Role.MANAGER).post(f"/cases/{request.id}/steps/{action}", data=form)
    return Case.get_by_id(request.id)


def state(case):
    return Case.get_by_id(case.id).state


@pytest.mark.clause("LC-33-2", "LC-29-4", "LC-33-5", "LC-A12-3", "CD-3-3-4")
def test_a_suspension_is_asked_for_approved_begun_and_resumed_by_page(client, at):
    at(2026, 6, 1)
    case = signed()
    page = log_in(client, Role.CLERK).get(url(case))
    choices = [label.text for label in page.one("div", id="wish").all("label")]
    assert choices == ["中止医保协议", "解除医保协议", "不再续签医保协议"]
    assert case.institution.uscc in page.text
    assert "2026年9月1日" in page.one("div", id="days").text
    request = asked(again(client, Role.CLERK), case, categories="门诊统筹")
    shown = again(client, Role.MANAGER).get(f"/cases/{request.id}")
    section = shown.one("section", id="exit-request")
    assert "院区搬迁" in section.text
    assert "门诊统筹" in section.text
    assert "迟交" not in section.text
    assert f"/cases/{request.id}/steps/approve_exit" in [a.attrs["href"] for a in shown.all("a")]
    assert answered(client, at, request, "approve_exit", (2026, 6, 3)).state == "approved"
    night(date(2026, 9, 1))
    assert (state(request), state(case)) == ("carried_out", "suspended_requested")
    at(2027, 2, 1)
    clerk = again(client, Role.CLERK)
    form = {"on": "2027-02-01", "version": Case.get_by_id(case.id).version}
    clerk.post(f"/cases/{case.id}/steps/request_resumption", data=form)
    assert "提出申请，待批复" in clerk.get(f"/agreements/{case.id}").one("section", id="standing").text
    form = {"on": "2027-02-02", "reason": "整改未完成"}
    answered(client, at, case, "refuse_resumption", (2027, 2, 2), **form)
    assert "最长至2027年2月28日" in again(client, Role.CLERK).get(f"/agreements/{case.id}").text
    form = {"on": "2027-02-02", "version": Case.get_by_id(case.id).version}
    clerk.post(f"/cases/{case.id}/steps/request_resumption", data=form)
    answered(client, at, case, "grant_resumption", (2027, 2, 3))
    assert state(case) == "active"


@pytest.mark.clause("LC-33-1")
def test_a_request_taken_back_is_opened_again_with_what_was_typed_and_filed_anew(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.CLERK)
    request = asked(browser, case, categories="门诊统筹")
    again_url = f"/exits/requests/{request.id}"
    browser.get(again_url, status=302)
    form = {"version": Case.get_by_id(request.id).version, "reason": "日期写错"}
    browser.post(f"/cases/{request.id}/take-back", data=form)
    assert again_url in [link.attrs["href"] for link in browser.get("/worklist/").all("a")]
    browser.get(f"/cases/{request.id}/steps/file_exit", status=302)
    page = browser.get(again_url)
    assert page.one("textarea", id="reason").text == "院区搬迁"
    assert page.one("input", id="from_on").attrs["value"] == "2026-09-01"
    ticked = [box.attrs["value"] for box in page.all("input", name="categories") if "checked" in box.attrs]
    assert ticked == ["门诊统筹"]
    version = Case.get_by_id(request.id).version
    told = browser.post(again_url, status=422, data={**ASKED, "reason": "", "version": version})
    assert told.one("input", id="insurance").attrs["value"] == "职工医保、居民医保"
    browser.post(again_url, status=409, data={**ASKED, "version": version - 1})
    browser.post(again_url, data={**ASKED, "from_on": "2026-08-31", "version": version})
    row = ExitRequest.get()
    assert (row.case_id, row.from_on, row.is_late, row.categories) == (
        request.id,
        date(2026, 8, 31),
        True,
        [],
    )
    assert state(request) == "exit_filed"
    browser.post(again_url, status=302, data={**ASKED, "version": Case.get_by_id(request.id).version})


def test_a_public_hospital_is_refused_when_it_files_again_too(client, at):
    at(2026, 6, 1)
    case = signed(is_public=True)
    browser = log_in(client, Role.CLERK)
    request = asked(browser, case, wish="not_renew")
    form = {"version": Case.get_by_id(request.id).version, "reason": "改事项"}
    browser.post(f"/cases/{request.id}/take-back", data=form)
    version = Case.get_by_id(request.id).version
    page = browser.post(f"/exits/requests/{request.id}", status=422, data={**ASKED, "version": version})
    assert "第三十三条" in page.one("main").one("div", id="refusal").text
    assert (state(request), ExitRequest.get().wish) == ("exit_draft", "not_renew")


def current(page):
    """The line of the menu that is marked."""
    return [link.text for link in page.one("nav", class_="sidenav").all("a") if "aria-current" in link.attrs]


def test_the_pages_of_an_exit_request_stand_under_exits_in_the_menu(client, at):
    at(2026, 6, 1)
    case = signed()
    request = asked(log_in(client, Role.CLERK), case)
    browser = again(client, Role.MANAGER)
    assert current(browser.get(f"/cases/{request.id}")) == ["中止与退出"]
    assert current(browser.get(f"/cases/{request.id}/steps/approve_exit")) == ["中止与退出"]
    assert current(browser.get(f"/cases/{case.origin_id}")) == ["定点申请"]


def test_a_termination_is_asked_for_and_carried_out_on_its_day(client, at):
    at(2026, 6, 1)
    case = signed(kind="pharmacy")
    request = asked(log_in(client, Role.AGREEMENT), case, wish="terminate", type="停业")
    answered(client, at, request, "approve_exit", (2026, 6, 3))
    night(date(2026, 8, 31))
    assert state(case) == "active"
    night(date(2026, 9, 1))
    at(2026, 9, 1)
    assert (state(request), state(case)) == ("carried_out", "terminated")
    page = again(client, Role.CLERK).get(url(case, "ended"))
    assert "主动提出解除医保协议" in page.text
    assert "没有因这次解除限制再次申请" in page.text


def test_a_wish_not_to_renew_is_refused_or_withdrawn_with_a_reason(client, at):
    at(2026, 6, 1)
    case = signed()
    request = asked(log_in(client, Role.CLERK), case, wish="not_renew", from_on="2027-05-06")
    page = again(client, Role.MANAGER).post(
        f"/cases/{request.id}/steps/refuse_exit",
        status=422,
        data={"on": "2026-06-01", "version": request.version},
    )
    assert page.one("div", id="field-reason").one("div", class_="error").text
    refused = answered(client, at, request, "refuse_exit", (2026, 6, 2), reason="材料不全")
    assert (refused.state, refused.closed_on) == ("exit_refused", date(2026, 6, 2))
    other = asked(again(client, Role.CLERK), Case.get_by_id(case.id), wish="not_renew", asked_on="2026-06-02")
    form = {"on": "2026-06-02", "version": Case.get_by_id(other.id).version, "reason": "机构撤回"}
    again(client, Role.CLERK).post(f"/cases/{other.id}/steps/withdraw_exit", data=form)
    assert state(other) == "exit_withdrawn"


@pytest.mark.clause("LC-33-3")
@pytest.mark.parametrize("wish", ["suspend", "terminate"])
def test_a_public_hospital_is_refused_at_the_form_with_the_article(client, at, wish):
    at(2026, 6, 1)
    case = signed(is_public=True)
    browser = log_in(client, Role.CLERK)
    assert "公立医疗机构不得主动提出中止或解除医保协议（第三十三条）" in browser.get(url(case)).text
    page = browser.post(url(case), status=422, data={**ASKED, "wish": wish})
    assert "第三十三条" in page.one("main").one("div", id="refusal").text
    assert page.one("textarea", id="reason").text == "院区搬迁"
    assert ExitRequest.select().count() == 0
    asked(browser, case, wish="not_renew")
    assert ExitRequest.get().wish == "not_renew"


@pytest.mark.clause("LC-33-1")
def test_a_late_request_is_taken_and_marked_with_the_earliest_timely_day(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.CLERK)
    region = browser.swap("get", url(case, "request/days?asked_on=2026-06-01&from_on=2026-08-31"))
    assert "迟交" in region.text
    assert "2026年9月1日" in region.text
    timely = browser.swap("get", url(case, "request/days?asked_on=2026-06-01&from_on=2026-09-01"))
    assert "迟交" not in timely.text
    request = asked(browser, case, from_on="2026-08-31")
    section = browser.get(f"/cases/{request.id}").one("section", id="exit-request")
    assert "迟交：按时的最早退出日期是2026年9月1日" in section.text
    assert "迟交" in browser.get("/exits/").one("tbody").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"wish": ""}, "wish"),
        ({"wish": "leave"}, "wish"),
        ({"asked_on": ""}, "asked_on"),
        ({"from_on": "2026-05-31"}, "from_on"),
        ({"from_on": "2050-01-01"}, "from_on"),
        ({"until_on": "2026-08-31"}, "until_on"),
        ({"until_on": "2026-12-01", "wish": "terminate"}, "until_on"),
        ({"reason": " "}, "reason"),
        ({"categories": "全部"}, "categories"),
    ],
)
def test_what_does_not_fit_stands_beside_its_blank(client, at, given, field):
    at(2026, 6, 1)
    case = signed()
    page = log_in(client, Role.CLERK).post(url(case), status=422, data={**ASKED, **given})
    assert page.one("div", id=f"field-{field}").one("div", class_="error").text
    assert page.one("input", id="insurance").attrs["value"] == "职工医保、居民医保"
    assert ExitRequest.select().count() == 0


def test_a_second_request_is_refused_and_a_day_to_come_too(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.CLERK)
    page = browser.post(url(case), status=422, data={**ASKED, "asked_on": "2026-06-02"})
    assert "办理日期不能晚于今天" in page.one("main").one("div", id="refusal").text
    first = asked(browser, case)
    page = browser.post(url(case), status=409, data={**ASKED, "wish": "terminate"})
    assert f"已有未办结的退出申请 {first.number}" in page.one("main").one("div", id="refusal").text
    assert first.number in browser.get(f"/agreements/{case.id}").one("section", id="standing").text
    assert Case.select().where(Case.matter == "exit").count() == 1


def test_requests_are_the_window_s_and_answers_the_manager_s(client, at):
    at(2026, 6, 1)
    case = signed()
    request = asked(log_in(client, Role.CLERK), case)
    form = {"on": "2026-06-01", "version": Case.get_by_id(request.id).version}
    again(client, Role.CLERK).post(f"/cases/{request.id}/steps/approve_exit", status=403, data=form)
    again(client, Role.MANAGER).get(url(case), status=403)
    assert state(request) == "exit_filed"


def test_the_list_counts_and_shows_the_same_rows_in_as_many_statements(client, at, statements):
    at(2026, 6, 1)
    browser = log_in(client, Role.CLERK)
    first = asked(browser, signed())
    browser.get("/exits/")
    with statements() as one:
        page = browser.get("/exits/")
    tabs = [a.one("span").text for a in page.one("nav", class_="tabs").all("a")]
    assert tabs == ["1", "0", "1"]
    for _ in range(2):
        asked(browser, signed(), from_on="2026-08-01")
    with statements() as three:
        page = browser.swap("get", "/exits/?chosen=open")
    assert len(page.one("tbody").all("tr")) == 3
    assert len(three) <= len(one)
    assert "没有退出申请" in browser.get("/exits/?chosen=closed").text
    assert (
        len(browser.get(f"/exits/?q={first.number}").one("section", id="requests").all("th", scope="row"))
        == 1
    )
    assert "没有找到" in browser.get("/exits/?q=没有的").text
