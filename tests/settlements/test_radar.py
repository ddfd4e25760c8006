"""The radar 长期未结算: who stands where, what is said of it, its export; days typed by hand."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from models import Agreement, Event, Role, SettlementDay, Suspension
from tests.builders import a_city, an_office
from tests.lifecycle.stations import an_agreement, day
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import asked
from tests.page import log_in

TODAY = day(11, 17)


def settled(days, **fields):
    """An agreement last settled so many days before today."""
    case = an_agreement(**fields)
    with_terms(case, last_settled_on=TODAY - timedelta(days=days))
    return case


def tabs(page):
    return {a.parts[0]: a.one("span").text for a in page.one("nav", class_="tabs").all("a")}


def rows(page):
    return [[cell.text for cell in (row.one("th"), *row.all("td"))] for row in page.one("tbody").all("tr")]


@pytest.fixture
def radar(client, at):
    at(2026, 11, 17)
    return log_in(client, Role.CLERK)


@pytest.mark.clause("LC-31-02", "LC-32-08")
@pytest.mark.parametrize(
    ("days", "tab", "lamp", "hint"),
    [
        (149, "全部有效协议", "lamp-green", ""),
        (150, "满 150 日", "lamp-yellow", "再过 30 日满期"),
        (169, "满 150 日", "lamp-yellow", "再过 11 日满期"),
        (170, "满 170 日", "lamp-yellow", "再过 10 日满期"),
        (180, "满 170 日", "lamp-yellow", "再过 0 日满期"),
        (181, "超过 180 日", "lamp-red", "建议研究解除协议"),
    ],
)
def test_an_agreement_stands_under_the_tab_of_its_days(radar, days, tab, lamp, hint):
    case = settled(days)
    page = radar.get("/settlements/")
    none = dict.fromkeys(("超过 180 日", "满 170 日", "满 150 日"), "0")
    assert tabs(page) == {**none, "全部有效协议": "1", tab: "1"}
    assert page.one("nav", class_="tabs").one("a", aria_current="true").parts[0] == tab
    row = page.one("tbody").one("tr")
    assert row.one("a", href=f"/agreements/{case.id}#settlement").text == case.institution.name
    assert (row.one("span", class_=lamp).text, rows(page)[0][-1]) == (f"{days} 日", hint)


def test_days_of_suspension_stand_beside_and_do_not_count(radar):
    case = settled(190)
    Suspension.create(
        case=case, kind="imposed", state="ended", decided_on=day(7, 1),
        starts_on=day(7, 1), ends_on=day(7, 30), over_on=day(7, 31),
    )  # fmt: skip
    assert rows(radar.get("/settlements/?level=150"))[0][3:] == ["30 日", "", "160 日", "再过 20 日满期"]
    section = radar.get(f"/agreements/{case.id}").one("section", id="settlement").text
    assert "距今 160 日，另有中止 30 日不计" in section
    assert "再过 20 日即满 180 日" in section


def test_who_asked_for_a_suspension_is_told_apart(radar):
    asked(settled(181), "suspend", asked_on=day(11, 10), from_on=date(2027, 3, 1))
    assert rows(radar.get("/settlements/"))[0][-1] == "已提出中止申请，待批复"


def test_the_radar_is_narrowed_by_kind_text_and_office(client, at):
    at(2026, 11, 17)
    settled(181)
    other = settled(182, kind="pharmacy", name="利民药房", search_key="利民药房 lmyf")
    browser = log_in(client, Role.CITY, office=a_city())
    assert [row[0] for row in rows(browser.get("/settlements/?kind=pharmacy"))] == ["利民药房"]
    assert [row[0] for row in rows(browser.get("/settlements/?q=lmyf"))] == ["利民药房"]
    assert len(rows(browser.get(f"/settlements/?office={other.office_id}"))) == 2
    assert "没有找到符合条件的协议" in browser.get("/settlements/?q=没有").text


def test_another_countys_agreements_are_not_there(client, at):
    at(2026, 11, 17)
    settled(181)
    other = an_office("清源县医疗保险事业中心", "清医保")
    assert "没有有效的协议" in log_in(client, Role.CLERK, office=other).get("/settlements/").text


def test_the_list_is_read_in_pages_and_as_a_swap(radar):
    for days in range(181, 184):
        settled(days)
    page = radar.swap("get", "/settlements/?level=over&page=9")
    assert [row[-2] for row in rows(page)] == ["183 日", "182 日", "181 日"]
    assert "第 1–3 份，共 3 份" in page.text


def test_the_radar_asks_as_many_statements_for_one_as_for_many(radar, statements):
    settled(181)
    radar.get("/settlements/")
    with statements() as one:
        radar.get("/settlements/")
    settled(182)
    settled(183)
    with statements() as many:
        radar.get("/settlements/")
    assert len(one) == len(many)


def test_the_export_holds_the_tab_and_is_told(radar):
    case = settled(181)
    settled(10)
    book = CalamineWorkbook.from_filelike(BytesIO(radar.get("/settlements/export?level=over").data))
    heading, *lines = book.get_sheet_by_index(0).to_python()[2:]
    assert [dict(zip(heading, line, strict=True)) for line in lines] == [
        {
            "机构": case.institution.name, "种类": "医疗机构", "定点编号": "", "协议编号": lines[0][3],
            "最近结算": day(5, 20), "起算日期": day(5, 20), "未结算日数": 181, "不计的中止日数": 0,
            "距期限日数": -1, "提示": "建议研究解除协议", "经办机构": case.office.name,
        }
    ]  # fmt: skip
    assert Event.get(Event.action == "export").change == {"what": "长期未结算_超过 180 日", "rows": 1}


def test_who_may_not_import_reads_what_was_imported(radar):
    page = radar.get("/settlements/import")
    assert page.all("form", action="/settlements/import") == []
    assert "还没有导入过" in page.text


def test_an_earlier_day_is_a_correction_and_wants_its_reason(client, at):
    at(2026, 11, 17)
    case = settled(10)
    browser = log_in(client, Role.AGREEMENT)
    url, typed = f"/agreements/{case.id}/settle", {"settle-settled_on": "2026-10-01", "settle-version": 1}
    page = browser.post(url, status=422, data=typed)
    assert "早于已登记的 2026-11-07" in page.one("div", id="field-settle-reason").text
    assert page.one("input", id="settle-settled_on").attrs["value"] == "2026-10-01"
    browser.post(url, data={**typed, "settle-reason": "原登记串行"})
    assert Agreement.get(Agreement.case == case).last_settled_on == day(10, 1)
    event = Event.get(Event.action == "settle")
    assert (event.reason, event.change) == (
        "原登记串行",
        {"last_settled_on": ["2026-11-07", "2026-10-01"]},
    )
    assert [row.settled_on for row in SettlementDay.select()] == [day(10, 1)]
