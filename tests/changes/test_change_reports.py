"""Reporting a change by page: important or general, in time, late or found, and what is refused."""

from datetime import date

import pytest

from lifecycle import guard
from models import Case, ChangeRequest, Clock, Institution, Role
from tests.builders import a_user, an_office, hand_of
from tests.exits.pages import again, signed
from tests.page import log_in

REPORTED = {
    "how": "filed",
    "asked_on": "2026-06-08",
    "approved_on": "2026-06-01",
    "approved_by": "县行政审批局",
    "after_name": "东阿康宁医院",
}
ID = "371524198803071224"


def url(case):
    return f"/changes/agreements/{case.id}/new"


def reported(browser, case, status=302, **given):
    """Report a change by page; return the answer."""
    return browser.post(url(case), status=status, data={**REPORTED, **given})


def request_of():
    return ChangeRequest.select().order_by(ChangeRequest.id.desc()).get()


@pytest.fixture
def monday(at):
    """Monday 8 June 2026; what was approved on 1 June is to be applied for by 14 July."""
    at(2026, 6, 8)


MEDICAL = [
    "名称", "法定代表人", "主要负责人", "实际控制人", "注册地址", "床位数", "经营性质", "所有制形式",
    "公立医疗机构", "等级", "医疗机构类别", "诊疗科目", "机构级别",
]  # fmt: skip
PHARMACY = ["名称", "法定代表人", "主要负责人", "实际控制人", "注册地址", "药品经营范围"]


@pytest.mark.clause("LC-21-0", "LC-22-0")
@pytest.mark.parametrize(("kind", "fields"), [("medical", MEDICAL), ("pharmacy", PHARMACY)])
def test_every_important_field_of_the_kind_can_be_reported(client, monday, kind, fields):
    case = signed(kind=kind)
    page = log_in(client, Role.CLERK).get(url(case))
    rows = page.one("table", class_="change-items").all("tbody")[0].all("tr")
    assert [row.one("th").text for row in rows] == fields


@pytest.mark.clause("LC-A11-1-2", "LC-A11-2-2")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_several_items_are_reported_in_one_request_each_with_what_it_was_before(client, monday, kind):
    case = signed(kind=kind)
    old = case.institution
    more = {"after_address": "新城路 9 号", "free_label_0": "收费窗口电话", "free_after_0": "6350002"}
    browser = log_in(client, Role.CLERK)
    shown = browser.get(url(case)).one("table", class_="change-items").all("tbody")[0].all("tr")
    before = {row.one("th").text: row.all("td")[0].text for row in shown}
    assert (before["名称"], before["注册地址"]) == (old.name, old.address)
    reported(browser, case, **more)
    told = [(part["label"], part["before"], part["after"]) for part in request_of().items]
    assert told == [
        ("名称", old.name, "东阿康宁医院"),
        ("注册地址", old.address, "新城路 9 号"),
        ("收费窗口电话", "", "6350002"),
    ]


def test_each_field_is_typed_as_it_is(client, monday):
    case = signed()
    typed = {
        "after_beds": "１２０",
        "after_is_public": "公立",
        "after_is_for_profit": "非营利",
        "after_principal": "岳玉兰",
        "number_principal": ID,
        "after_departments": "内科、外科",
    }
    Institution.update(is_for_profit=True).where(Institution.id == case.institution_id).execute()
    reported(log_in(client, Role.CLERK), case, after_name="", **typed)
    values = {part["field"]: part["value"] for part in request_of().items}
    assert (values["beds"], values["is_public"], values["is_for_profit"]) == (120, True, False)
    assert values["departments"] == "内科、外科"
    assert values["principal"]["name"] == "岳玉兰"
    assert ID not in str(request_of().items)


@pytest.mark.clause("LC-21-1", "LC-22-1", "LC-23-1")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_a_filed_change_meets_its_limit_and_starts_the_offices(client, monday, kind):
    case = signed(kind=kind)
    page = reported(log_in(client, Role.CLERK), case)
    change = request_of().case
    assert page.location == f"/cases/{change.id}"
    assert (change.state, request_of().asked_on) == ("change_filed", date(2026, 6, 8))
    clocks = {row.rule: (row.state, row.due_on) for row in Clock.select().where(Clock.case == change)}
    assert clocks["change_request"] == ("met", date(2026, 7, 14))
    assert clocks["change_check"] == ("running", date(2026, 7, 21))


def test_what_is_not_applied_for_yet_waits_with_its_last_day(client, monday):
    case = signed()
    reported(log_in(client, Role.CLERK), case, how="told")
    assert (request_of().case.state, request_of().asked_on) == ("change_draft", None)


def test_what_was_found_needs_no_approval(client, monday):
    case = signed()
    found = {"how": "found", "approved_on": "", "found_on": "2026-06-08", "found_how": "日常检查"}
    reported(log_in(client, Role.REVIEWER), case, **found)
    assert (request_of().case.state, request_of().found_how) == ("change_draft", "日常检查")


def test_a_reviewer_reports_only_what_was_found(client, monday):
    case = signed()
    page = log_in(client, Role.REVIEWER).get(url(case))
    assert [row.attrs["value"] for row in page.all("input", name="how")] == ["found"]
    page = reported(log_in(client, Role.REVIEWER), case, status=422)
    assert "请选择变更情形" in page.one("div", id="field-how").text


@pytest.mark.clause("LC-21-2", "LC-22-2")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_general_information_is_noted_and_the_register_stays(client, monday, kind):
    case = signed(kind=kind)
    free = {"free_label_0": "收费窗口电话", "free_before_0": "6350001", "free_after_0": "6350002"}
    reported(log_in(client, Role.CLERK), case, how="general", approved_on="", after_name="", **free)
    assert request_of().case.state == "change_notified"
    assert request_of().is_general


def test_important_information_does_not_pass_as_general(client, monday):
    case = signed()
    page = reported(log_in(client, Role.CLERK), case, status=422, how="general")
    assert "属于重要信息" in page.one("div", id="field-after_name").text
    assert not ChangeRequest.select().exists()


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"approved_on": ""}, "approved_on", "请填写有关部门批准日期"),
        ({"approved_on": "2026-06-09"}, "approved_on", "不能晚于今天"),
        ({"approved_on": "2006-06-01"}, "approved_on", "请核对年份"),
        ({"approved_on": "前天"}, "approved_on", "认不出"),
        ({"asked_on": ""}, "asked_on", "请填写申请日期"),
        ({"asked_on": "2026-05-29"}, "asked_on", "不能早于有关部门批准日期"),
        ({"asked_on": "2026-06-05"}, "note", "请说明原因"),
        ({"hindered_until": "2026-06-05"}, "hindered_until", "请先填写起始日期"),
        ({"how": "found", "found_how": "检查"}, "found_on", "请填写发现日期"),
        ({"how": "found", "found_on": "2026-06-08"}, "found_how", "请填写怎样发现的"),
        ({"how": "别的"}, "how", "请选择变更情形"),
        ({"after_name": ""}, "after_name", "请至少填写一项变更内容"),
        ({"after_name": "院" * 121}, "after_name", "不超过 120 字"),
        ({"after_beds": "很多"}, "after_beds", "请填写数字"),
        ({"after_is_public": "半公立"}, "after_is_public", ""),
        ({"after_principal": "岳玉兰"}, "number_principal", "请填写身份证号"),
        ({"number_principal": ID}, "after_principal", "请填写主要负责人姓名"),
        ({"after_principal": "岳玉兰", "number_principal": ID[:-1] + "3"}, "number_principal", "校验位不对"),
        ({"free_label_0": "电话"}, "free_after_0", "请填写变更项目和变更后的内容"),
    ],
)
def test_what_is_wrong_stands_beside_its_blank_and_the_rest_stays_typed(
    client, monday, given, field, sentence
):
    case = signed()
    page = reported(log_in(client, Role.CLERK), case, status=422, reason="搬迁", **given)
    wrong = page.one("div", id=f"field-{field}")
    assert sentence in wrong.one("div", class_="error").text
    assert page.one("textarea", id="reason").text == "搬迁"
    assert page.one("input", id="approved_by").attrs["value"] == "县行政审批局"
    assert not ChangeRequest.select().exists()


def test_the_same_as_before_is_no_change(client, monday):
    case = signed()
    page = reported(log_in(client, Role.CLERK), case, status=422, after_name=case.institution.name)
    assert "与变更前相同" in page.one("div", id="field-after_name").text


@pytest.mark.clause("LC-29-G3")
@pytest.mark.parametrize(("asked_on", "is_late"), [("2026-07-14", False), ("2026-07-15", True)])
def test_the_form_says_at_once_by_which_day_and_whether_it_is_late(client, at, asked_on, is_late):
    at(2026, 7, 20)
    case = signed()
    browser = log_in(client, Role.CLERK)
    query = f"how=filed&approved_on=2026-06-01&asked_on={asked_on}"
    part = browser.get(f"/changes/agreements/{case.id}/days?{query}", headers={"HX-Request": "true"})
    assert "2026年7月14日" in part.text
    assert ("逾期" in part.text) is is_late
    assert "不扣除" not in part.text
    page = reported(browser, case, status=422, asked_on=asked_on, note="", after_name="")
    assert ("逾期" in page.one("div", id="days").text) is is_late


def test_hindered_days_move_the_last_day_and_the_plain_one_stands_beside(client, at):
    at(2026, 7, 20)
    case = signed()
    query = "how=told&approved_on=2026-06-01&hindered_from=2026-06-08&hindered_until=2026-06-12"
    part = log_in(client, Role.CLERK).get(f"/changes/agreements/{case.id}/days?{query}")
    assert "2026年7月21日" in part.text
    assert "不扣除不得变更的日子，最后一天是2026年7月14日" in part.text


@pytest.mark.parametrize(
    "query",
    ["", "approved_on=x", "approved_on=0001-01-01&hindered_from=9999-12-31", "hindered_from=2026-06-01"],
)
def test_days_that_cannot_be_reckoned_with_say_nothing(client, monday, query):
    case = signed()
    part = log_in(client, Role.CLERK).get(f"/changes/agreements/{case.id}/days?how=filed&{query}")
    assert part.text == ""


@pytest.mark.clause("LC-23-4")
def test_while_a_penalty_is_open_the_form_says_so_and_takes_nothing_in(client, monday):
    case = signed()
    penalty(case)
    browser = log_in(client, Role.CLERK)
    block = browser.get(url(case)).one("div", id="forbidden").text
    assert "东阿县医疗保障局" in block
    assert "第二十三条" in block
    assert "2026年5月20日起，尚未了结" in block
    page = reported(browser, case, status=422)
    assert "尚未了结" in page.one("div", id="refusal").text
    assert page.one("input", id="after_name").attrs["value"] == "东阿康宁医院"
    assert not ChangeRequest.select().exists()
    reported(browser, case, how="told", hindered_from="2026-06-02")
    assert request_of().case.state == "change_draft"


def penalty(case):
    hand = hand_of(Role.AGREEMENT, today=date(2026, 6, 8))
    measures = guard.book_of(case.institution, hand).measures_for("penalty", case.institution.kind)
    values = {"kind": "penalty", "measure": measures[0].key, "clause": "", "number": "", "amount": None}
    values |= {"authority": "东阿县医疗保障局", "facts": "超标准收费"}
    values |= {"started_on": date(2026, 5, 20), "ended_on": None}
    return guard.save_handling(values, hand=hand, institution=case.institution)


def test_the_owner_tick_says_what_follows(client, monday):
    page = log_in(client, Role.CLERK).get(url(signed()))
    told = page.one("div", id="field-is_entity").text
    assert "协议同时中止，开立新的审核评估办件" in told
    assert "第二十三条" in told


def test_what_is_open_already_is_shown_before_it_is_reported_twice(client, monday):
    case = signed()
    browser = log_in(client, Role.CLERK)
    reported(browser, case)
    assert request_of().case.number in browser.get(url(case)).text


def test_an_ended_or_another_offices_agreement_takes_no_change(client, monday):
    case = signed()
    elsewhere = a_user(Role.CLERK, office=an_office("清源县医疗保险事业中心", "清医保"))
    Case.update(closed_on=date(2026, 6, 1)).where(Case.id == case.id).execute()
    page = reported(log_in(client, Role.CLERK), case, status=403)
    assert "已经终止" in page.one("div", id="refusal").text
    client.post("/log-out")
    log_in(client, Role.CLERK, office=elsewhere.office).get(url(case), status=404)


def test_an_application_is_no_agreement(client, monday):
    case = signed()
    log_in(client, Role.CLERK).get(f"/changes/agreements/{case.origin_id}/new", status=404)


def test_where_the_region_knows_no_changes_there_is_no_page_and_no_line(client, monday):
    office = an_office("赤坎区医疗保障事业管理中心", "赤医保", region="zhanjiang")
    browser = log_in(client, Role.CLERK, office=office)
    assert "/changes/" not in [a.attrs["href"] for a in browser.get("/agreements/").all("a")]
    browser.get("/changes/new", status=404)
    again(client, Role.CLERK)
