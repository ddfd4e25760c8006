"""Suspending an agreement by page: what is asked, what is shown while it holds, and how it ends."""

from datetime import date

import pytest

from models import Case, RectificationItem, Role, Suspension
from tests.builders import a_user, night
from tests.exits.pages import again, signed
from tests.lifecycle.stations import standing
from tests.lifecycle.test_exits import agreed, asked, imposed
from tests.page import log_in

DECIDED = {
    "grounds": "s2",
    "evidence_s2": "应于 5 月报送进销存数据，逾期未报",
    "findings": "两次催报未报",
    "decided_by": "主任办公会",
    "starts_on": "2026-06-01",
    "ends_on": "2026-08-31",
    "items": "补报进销存数据\n\n建立报送台账\n",
}


def url(case, name="suspension"):
    return f"/exits/agreements/{case.id}/{name}"


def decided(case, **given):
    return {**DECIDED, "version": Case.get_by_id(case.id).version, **given}


def panel(browser, case):
    return browser.get(f"/agreements/{case.id}").one("section", id="standing")


@pytest.mark.clause("LC-29-1", "LC-29-9")
def test_a_suspension_by_page_is_shown_with_its_ground_its_days_and_what_it_stops(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    assert len(browser.get(url(case)).all("input", name="grounds")) == 5
    browser.post(url(case), data=decided(case))
    assert Case.get_by_id(case.id).state == "suspended_imposed"
    at(2026, 6, 29)
    shown = panel(again(client, Role.MANAGER), case)
    assert "中止期间发生的医保费用不予结算（个人账户定点暂停刷取社保卡）" in shown.text
    assert shown.one("progress").attrs["value"] == "28"
    assert "第 28 日，共 180 日" in shown.text
    assert "应于 5 月报送进销存数据，逾期未报" in shown.text
    assert [row.one("th").text for row in shown.one("tbody").all("tr")] == ["补报进销存数据", "建立报送台账"]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"grounds": []}, "grounds", "请至少选定一项情形"),
        ({"evidence_s2": " "}, "evidence_s2", "请填写“应提供的数据和期限”"),
        ({"decided_by": ""}, "decided_by", "请填写决定人或决定会议"),
        ({"ends_on": "2026-05-31"}, "ends_on", "中止届满日期早于开始日期"),
        ({"ends_on": "明天"}, "ends_on", "认不出"),
        ({"starts_on": "2050-01-01"}, "starts_on", "请核对年份"),
        ({"items": "项" * 300}, "items", "每项不超过 200 字"),
    ],
)
def test_what_is_missing_stands_beside_its_blank_and_the_rest_stays_typed(client, at, given, field, sentence):
    at(2026, 6, 1)
    case = signed()
    page = log_in(client, Role.MANAGER).post(url(case), status=422, data=decided(case, **given))
    assert sentence in page.one("div", id=f"field-{field}").text
    assert page.one("div", id=f"field-{field}").one("div", class_="error").text
    assert page.one("textarea", id="findings").text == "两次催报未报"
    assert Suspension.select().count() == 0


@pytest.mark.parametrize(("ends_on", "warns"), [("2026-11-28", False), ("2026-11-29", True)])
def test_more_than_180_days_warn_and_do_not_block(client, at, ends_on, warns):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    page = browser.post(url(case), status=422, data=decided(case, ends_on=ends_on, decided_by=""))
    assert bool(page.one("div", id="field-ends_on").all("div", class_="warning")) is warns
    browser.post(url(case), data=decided(case, ends_on=ends_on))
    assert Suspension.get().ends_on == date.fromisoformat(ends_on)


def test_a_day_before_today_wants_its_reason_and_the_page_stays(client, at):
    at(2026, 6, 10)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    page = browser.post(url(case), status=422, data=decided(case))
    assert "请在理由中说明" in page.one("main").one("div", id="refusal").text
    assert page.one("textarea", id="evidence_s2").text == "应于 5 月报送进销存数据，逾期未报"
    browser.post(url(case), data=decided(case, reason="会议 6 月 1 日决定，补录"))
    assert Suspension.get().starts_on == date(2026, 6, 1)


def test_a_colleague_who_was_faster_is_told_as_a_conflict_with_the_typing_kept(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    page = browser.post(url(case), status=409, data=decided(case, version="0"))
    assert page.one("textarea", id="findings").text == "两次催报未报"
    again = {"version": page.one("main").one("form").one("input", name="version").attrs["value"]}
    browser.post(url(case), data={**DECIDED, **again})


def test_a_suspension_to_come_is_planned_shown_and_can_be_cancelled(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    browser.post(url(case), data=decided(case, starts_on="2026-06-10"))
    shown = panel(browser, case)
    assert "自2026年6月10日起，到时自动中止" in shown.text
    assert "不予结算" not in shown.text
    page = browser.post(url(case), status=422, data=decided(case))
    assert "须先取消" in page.one("main").one("div", id="refusal").text
    step = f"/cases/{case.id}/steps/cancel_suspension"
    assert step in [a.attrs["href"] for a in shown.all("a")]
    form = {"on": "2026-06-01", "reason": "已补报", "version": Case.get_by_id(case.id).version}
    browser.post(step, data=form)
    assert "2026-06-10" in panel(browser, case).text
    night(date(2026, 6, 10))
    assert Case.get_by_id(case.id).state == "active"


def test_what_was_put_right_is_marked_item_by_item_and_opens_the_early_end(client, at):
    at(2026, 6, 1)
    case = signed()
    log_in(client, Role.MANAGER).post(url(case), data=decided(case))
    one, other = RectificationItem.select().order_by(RectificationItem.id)
    at(2026, 7, 1)
    browser = again(client, Role.MANAGER)
    assert "还有 2 项整改没有到位" in panel(browser, case).text
    mark = url(case, f"items/{one.id}")
    assert browser.get(mark).one("select", id="state")
    checked = {"state": "insufficient", "on": "2026-07-01", "note": "缺 5 月", "version": one.version}
    browser.post(mark, data=checked)
    assert "不到位" in panel(browser, case).text
    assert "缺 5 月" in panel(browser, case).text
    browser.post(mark, status=409, data=checked)
    page = browser.post(mark, status=422, data={**checked, "on": "2026-07-02", "version": one.version + 1})
    assert "核查日期不能晚于今天" in page.one("main").one("div", id="refusal").text
    browser.post(mark, status=422, data={**checked, "state": "gone"})
    browser.post(mark, data={**checked, "state": "done", "version": one.version + 1})
    browser.post(url(case, f"items/{other.id}"), data={**checked, "state": "done", "version": other.version})
    form = {"on": "2026-07-01", "reason": "已到位", "version": Case.get_by_id(case.id).version}
    browser.post(f"/cases/{case.id}/steps/resume_early", data=form)
    assert Case.get_by_id(case.id).state == "active"
    assert "依职权中止 1 次" in panel(browser, case).text


def test_a_second_suspension_in_the_term_is_announced_where_it_is_decided(client, at):
    at(2026, 6, 1)
    case = signed()
    log_in(client, Role.MANAGER).post(url(case), data=decided(case))
    night(date(2026, 9, 1))
    at(2026, 9, 2)
    assert "09-01 期满" in again(client, Role.MANAGER).get(f"/agreements/{case.id}").text
    text = again(client, Role.MANAGER).get(url(case)).text
    assert "再次中止即达 2 次" in text


def test_only_the_manager_decides_and_the_clerk_reads_why_not(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.CLERK)
    browser.get(url(case), status=403)
    assert "由负责人办理" in panel(browser, case).text
    city = a_user(Role.MANAGER, office=case.office.parent, name="市级")
    client.post("/log-out")
    browser = log_in(client, Role.MANAGER, office=city.office, name="市级")
    browser.post(url(case), status=403, data=decided(case))
    assert standing(case).keys() == standing(Case.get_by_id(case.id)).keys()


def test_an_application_has_no_page_of_suspension(client, at):
    at(2026, 6, 1)
    case = signed()
    log_in(client, Role.MANAGER).get(url(case.origin), status=404)


def test_suspended_agreements_are_listed_where_one_looks_for_them(client, at):
    at(2026, 6, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    browser.post(url(case), data=decided(case))
    for page in (browser.get("/agreements/?chosen=suspended"), browser.get("/exits/")):
        names = [row.one("th").text for row in page.one("tbody").all("tr")]
        assert names == [case.institution.name]


def test_the_suspension_that_ends_first_stands_on_top(client, at):
    long, soon, wish = signed(), signed(), signed()
    imposed(long, date(2026, 6, 1), date(2027, 4, 30))
    agreed(asked(wish, "suspend", from_on=date(2026, 9, 1)))  # 180 days: to 28 February
    night(date(2026, 9, 1))
    imposed(soon, date(2026, 9, 2), date(2026, 10, 31))
    at(2026, 9, 2)
    page = log_in(client, Role.MANAGER).get("/exits/").one(id="suspended")
    names = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert names == [case.institution.name for case in (soon, wish, long)]
