"""The page of the checks: rows that save themselves, the one button, marks; the fund; added conditions."""

from datetime import date
from typing import Any

import pytest

from lifecycle import case_checks, fund
from models import Application, CaseCheck, Event, ExtraCondition, FundYear, Kind, Role
from tests.builders import (
    MONDAY,
    a_city,
    an_application,
    an_office,
    hand_of,
    receive_all,
    step,
)
from tests.lifecycle.stations import an_agreement
from tests.page import log_in

ROW = {"verdict": "clear", "note": "", "checked_on": "2026-03-02", "version": "0"}
FAILED = {**ROW, "verdict": "hit", "note": "没有建立财务制度"}
FIGURES = {
    "target": "100",
    "spent": "115",
    "income": "",
    "capacity_tenths": "7.5",
    "note": "",
    "version": "0",
}


def url(case: Any, *parts: str) -> str:
    return "/".join((f"/cases/{case.id}/checks", *parts))


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK, name="周敏")


def finding(case: Any, key: str) -> str:
    return CaseCheck.select(CaseCheck.finding).where(CaseCheck.case == case, CaseCheck.key == key).scalar()


@pytest.mark.clause("LC-06-0", "LC-10-0")
def test_the_page_shows_conditions_and_grounds_with_the_machines_answer(clerk):
    page = clerk.get(url(an_application()))
    assert len(page.all("tbody", class_="sheet-row")) == 12 + 11
    row = page.one(id="row-condition-m1")
    assert "系统核对无误" in row.text
    assert "2024年5月1日正式运营，3 个月至 2024年8月1日届满，申请之日 2026年3月2日已满" in row.text
    assert "由受理人员核对" in page.one(id="row-condition-m4a").text


@pytest.mark.clause("LC-07-0")
def test_a_pharmacy_is_asked_for_its_licence_and_its_own_conditions(clerk):
    page = clerk.get(url(an_application(Kind.PHARMACY)))
    assert "药品经营许可证" in page.one(id="row-condition-p0").text
    assert page.all(id="row-condition-m1") == []


@pytest.mark.clause("LC-03-1")
def test_a_row_saves_itself_and_shows_who(clerk):
    case = an_application()
    page = clerk.swap("put", url(case, "condition", "m4a"), data=ROW)
    assert page.one("td", class_="by").text == "周敏今天 09:00"
    event = Event.get(Event.action == "mark_check")
    assert (finding(case, "m4a"), event.change["finding"]) == ("clear", ["", "clear"])
    assert (event.actor_name, event.article, event.on) == ("周敏", "第六条（四）", MONDAY)
    assert "还剩 22 项" in page.one(id="checks-state").text


def test_without_javascript_a_row_is_saved_too(clerk):
    case = an_application()
    assert clerk.post(url(case, "condition", "m4a"), data=ROW).location.endswith("#row-condition-m4a")
    assert finding(case, "m4a") == "clear"


def test_a_hit_without_evidence_keeps_the_choice_and_asks_for_it(clerk):
    case = an_application()
    row = clerk.swap("put", url(case, "screening", "g2"), status=422, data={**ROW, "verdict": "hit"})
    assert row.one("input", value="hit").attrs.get("checked") == ""
    assert "没有保存：请写明依据" in row.one(role="alert").text
    assert finding(case, "g2") is None
    page = clerk.post(
        url(case, "screening", "g2"), status=422, data={**ROW, "verdict": "hit", "checked_on": "乱"}
    )
    assert "认不出" in page.one(id="row-screening-g2").text


def test_a_faster_colleague_is_told_and_the_typing_kept(clerk):
    case = an_application()
    mine = hand_of(Role.CLERK, name="李强")
    case_checks.mark(
        case, "screening", "g2", finding="hit", evidence="超价", checked_on=MONDAY, version=0, hand=mine
    )
    row = clerk.swap("put", url(case, "screening", "g2"), status=409, data={**ROW, "note": "抽查未见"})
    assert "李强 今天 09:00填为“存在”，您填的“未发现”没有保存" in row.one(class_="colleague").text
    assert row.one("textarea").text == "抽查未见"
    assert row.one("input", name="version").attrs["value"] == "1"
    assert finding(case, "g2") == "hit"


def test_the_one_button_answers_what_nothing_speaks_against(clerk):
    case = an_application(operating_since=date(2026, 1, 15))
    Application.update(operating_since=date(2026, 1, 15)).where(Application.case == case).execute()
    clerk.post(url(case, "rest"), data={"inquiry": "信用中国，未见记录", "checked_on": "2026-03-02"})
    left = [i.key for i in case_checks.items(case, hand_of(Role.CLERK)) if not i.finding]
    assert left == ["m1"]  # three months are not over
    told = CaseCheck.get(CaseCheck.case == case, CaseCheck.key == "g9")
    assert (told.finding, told.evidence, told.checked_on) == ("clear", "信用中国，未见记录", MONDAY)
    assert finding(case, "m3c") == "not_applicable"


def test_the_rest_wants_its_inquiry(clerk):
    case = an_application()
    page = clerk.post(url(case, "rest"), status=422, data={"inquiry": "", "checked_on": "2026-03-02"})
    assert "请写明依据" in page.one(id="refusal").text
    assert CaseCheck.select().count() == 0
    clerk.post(url(case, "rest"), status=422, data={"inquiry": "信用中国", "checked_on": ""})


@pytest.mark.clause("LC-06-0", "LC-07-0")
@pytest.mark.parametrize("kind", list(Kind))
def test_acceptance_waits_for_every_row_and_stops_at_one_that_fails(clerk, kind):
    case = an_application(kind)
    receive_all(case)
    key = "m4b" if kind == Kind.MEDICAL else "p5b"
    CaseCheck.delete().where(CaseCheck.case == case, CaseCheck.key == key).execute()
    locked = clerk.get(f"/cases/{case.id}").one(id="step-accept")
    assert "基本条件还有 1 项未核对" in locked.text
    clerk.put(url(case, "condition", key), data=FAILED)
    page = clerk.post(f"/cases/{case.id}/steps/accept", status=422, data={"on": "2026-03-02"})
    assert "基本条件不符合：具有符合医保协议管理要求的财务" in page.one(id="refusal").text
    clerk.put(url(case, "condition", key), data={**ROW, "note": "已补建", "version": "1"})
    assert step(case, "accept", Role.CLERK, MONDAY).state == "accepted"


def test_the_case_page_counts_what_is_left(clerk):
    case = an_application()
    assert "基本条件共 12 项，还有 12 项未核对" in clerk.get(f"/cases/{case.id}").one(id="checks").text
    receive_all(case)
    assert "不予受理情形共 11 项，全部核对" in clerk.get(f"/cases/{case.id}").one(id="checks").text


def test_found_grounds_stand_ready_in_the_refusal(clerk):
    case = an_application()
    clerk.put(url(case, "screening", "g9"), data={**ROW, "verdict": "hit", "note": "中国执行信息公开网"})
    ticks = clerk.get(f"/cases/{case.id}/steps/refuse").all("input", name="grounds")
    assert [tick.attrs["value"] for tick in ticks if "checked" in tick.attrs] == ["g9"]


def test_after_acceptance_the_page_is_read_only(clerk):
    case = an_application()
    receive_all(case)
    step(case, "accept", Role.CLERK, MONDAY)
    page = clerk.get(url(case))
    assert page.all("form", id="form-condition-m1")[0].one("input", value="clear").attrs.get("disabled") == ""
    assert page.all(id="rest") == []
    clerk.put(url(case, "condition", "m1"), status=403, data={**ROW, "verdict": "hit", "note": "x"})


@pytest.mark.clause("LC-24-4", "LC-25-1")
def test_forecast_opinion_and_policy_are_recorded(clerk):
    case = an_application(types=("inpatient",))
    given = {
        "forecast": "123.45",
        "forecast_opinion": "在可承受范围内",
        "policy": "major_project",
        "policy_reason": "市重大项目第 12 号",
        "is_old_policy": "y",
        "version": "1",
    }
    clerk.post(url(case, "marks"), data=given)
    row = Application.get(Application.case == case)
    assert (row.forecast, row.forecast_opinion, row.policy, row.is_old_policy) == (
        123_450_000,
        "在可承受范围内",
        "major_project",
        True,
    )
    page = clerk.post(url(case, "marks"), status=409, data={**given, "forecast_opinion": "再评"})
    assert page.one(id="forecast_opinion").text == "再评"
    page = clerk.post(url(case, "marks"), status=422, data={**given, "version": "2", "policy_reason": ""})
    assert "请写明依据" in page.one(id="refusal").text


def over_the_limit() -> None:
    fund.save_year(an_office(), 2025, {"target": 100, "spent": 200}, version=0, hand=hand_of(Role.MANAGER))


@pytest.mark.clause("LC-24-1", "LC-24-2")
def test_an_inpatient_application_meets_a_strong_warning(clerk):
    over_the_limit()
    case = an_application(types=("inpatient",))
    assert "2026 年原则上不予受理（第二十四条）" in clerk.get(url(case)).one(id="fund-guard").text
    assert clerk.get(url(an_application())).all(id="fund-guard") == []


@pytest.mark.clause("LC-37-1")
def test_the_transition_is_shown_beside_its_mark(clerk):
    case = an_application(approved_on=date(2022, 6, 1))
    assert "2022-06-01 批准，不晚于 2022-12-31" in clerk.get(url(case)).one(id="marks").text


@pytest.mark.clause("LC-24-3")
def test_a_manager_enters_the_figures_in_ten_thousands(client):
    manager = log_in(client, Role.MANAGER)
    manager.post("/funds/2025", data=FIGURES)
    row = FundYear.get()
    assert (row.target, row.spent, row.income, row.capacity_tenths) == (100_000_000, 115_000_000, None, 75)
    page = manager.get("/funds")
    assert "2025 年总额控制指标 100 万元，实际支出 115 万元，超出 15.00%，超过 10%" in page.text
    assert "原则上不予受理" in page.text
    assert manager.get("/funds/2025").one(id="target").attrs["value"] == "100"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"target": "一百"}, "请填写数字"),
        ({"target": "-1"}, "数目不对"),
        ({"spent": "1e40"}, "数目不对"),
        ({"capacity_tenths": "6.05"}, "最多保留 1 位小数"),
        ({"target": "", "spent": "", "capacity_tenths": ""}, "请至少填写一项"),
        ({"target": "0"}, "总额控制指标须大于 0"),
    ],
)
def test_wrong_figures_are_refused_with_the_typing_kept(client, wrong, sentence):
    page = log_in(client, Role.MANAGER).post("/funds/2025", status=422, data={**FIGURES, **wrong})
    assert sentence in page.text
    assert page.one(id=next(iter(wrong))).attrs["value"] == next(iter(wrong.values()))
    assert FundYear.select().count() == 0


def test_figures_that_a_colleague_changed_are_not_overwritten(client):
    over_the_limit()
    manager = log_in(client, Role.MANAGER)
    page = manager.post("/funds/2025", status=409, data=FIGURES)
    assert page.one(id="spent").attrs["value"] == "115"
    manager.post("/funds/2025", data={**FIGURES, "version": "1"})
    assert FundYear.get().spent == 115_000_000


@pytest.mark.clause("LC-02-1")
def test_the_regions_supply_stands_beside_the_fund(client):
    an_agreement(types=("inpatient", "outpatient_pooling"), beds=120)
    an_application(beds=900)  # not designated
    supply = log_in(client, Role.LEADER).get("/funds").one(id="supply")
    rows = [row.text for row in supply.all("tr")]
    assert rows[1] == "医疗机构1住院 1，门诊统筹 1，医保个人账户 0，门诊慢性病 0，其他 0120"
    assert rows[2].startswith("零售药店0门诊统筹 0")


@pytest.mark.clause("LC-06-7", "LC-07-8")
@pytest.mark.parametrize("kind", list(Kind))
def test_an_added_condition_is_asked_of_its_kind_until_it_is_ended(client, kind):
    manager = log_in(client, Role.MANAGER)
    given = {"kind": kind, "text": "接入医保智能监控", "basis": "聊医保发〔2025〕9号"}
    manager.post("/conditions", data=given)
    row = ExtraCondition.get()

    def extras(of: Kind) -> list[tuple[str, str]]:
        rows = case_checks.items(an_application(of), hand_of(Role.CLERK))
        return [(item.text, item.article) for item in rows if item.key == f"x{row.id}"]

    other = Kind.PHARMACY if kind == Kind.MEDICAL else Kind.MEDICAL
    assert (extras(kind), extras(other)) == ([("接入医保智能监控", "聊医保发〔2025〕9号")], [])
    manager.post(f"/conditions/{row.id}", data={"version": "1"})
    assert extras(kind) == []
    manager.post(f"/conditions/{row.id}", status=409, data={"version": "1", "is_active": "y"})
    manager.post(f"/conditions/{row.id}", data={"version": "2", "is_active": "y"})
    assert len(extras(kind)) == 1


def test_a_county_is_bound_by_what_the_city_added_and_cannot_end_it(client):
    county = an_office(parent=a_city())
    row = ExtraCondition.create(office=a_city(), kind="medical", text="市级条件", basis="市文")
    case = an_application(office=county)
    assert f"x{row.id}" in [item.key for item in case_checks.items(case, hand_of(Role.CLERK))]
    manager = log_in(client, Role.MANAGER)
    assert "市级条件" in manager.get("/conditions").text
    manager.post(f"/conditions/{row.id}", status=404, data={"version": "1"})


def test_a_condition_without_its_basis_is_refused(client):
    page = log_in(client, Role.MANAGER).post(
        "/conditions", status=422, data={"kind": "medical", "text": "另"}
    )
    assert "请写明依据的文件" in page.text
    assert page.one(id="text").text == "另"


def test_lists_ask_the_database_the_same_for_one_and_three_rows(client, statements):
    manager = log_in(client, Role.MANAGER)

    def count() -> int:
        with statements() as seen:
            manager.get("/conditions")
            manager.get("/funds")
        return len(seen)

    ExtraCondition.create(office=an_office(), kind="medical", text="一", basis="文")
    count()  # the calendar is read once
    one = count()
    for text in ("二", "三"):
        ExtraCondition.create(office=an_office(), kind="medical", text=text, basis="文")
    assert count() == one


def test_marks_ask_the_database_the_same_however_many(clerk, statements):
    case = an_application()

    def count() -> int:
        with statements() as seen:
            clerk.get(url(case))
        return len(seen)

    none = count()
    receive_all(case)
    assert count() == none


@pytest.mark.clause("LC-24-1")
def test_acceptance_tells_the_guard_even_where_a_policy_answers_it(clerk):
    over_the_limit()
    case = an_application(types=("inpatient",))
    given = {"policy": "major_project", "policy_reason": "市重大项目第 12 号", "version": "1"}
    clerk.post(url(case, "marks"), data=given)
    page = clerk.get(f"/cases/{case.id}/steps/accept")
    assert "2026 年原则上不予受理含住院的申请" in page.text
    assert "已登记政策倾斜" in page.text
