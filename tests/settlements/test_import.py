"""The import of last settlement days as an office does it: upload, what was found, the word to go."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from blueprints.settlements.import_operations import COLUMNS, HEADINGS, IGNORED, NEEDED
from blueprints.workbooks import read
from lifecycle import long_tasks
from models import (
    Agreement,
    Case,
    Event,
    FormerValue,
    Institution,
    LongTask,
    Role,
    SettlementDay,
    SettlementImport,
)
from tests.builders import an_office, hand_of, night
from tests.imports.ledgers import a_row
from tests.imports.test_ledger import imported
from tests.page import log_in

TODAY = date(2026, 3, 9)
COLUMN = [heading for heading, _ in COLUMNS]


def a_file(rows, headings=COLUMN):
    """The workbook of rows (定点编号, 信用代码, 机构名称, 最近结算日期) as the template orders them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, headings)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    sheet.write(line, column, cell)
    return stream.getvalue()


def told(n, on, **cells):
    """The row of the n-th institution of the ledger."""
    row = a_row(n)
    code = cells.get("code", f"{'P' if n % 3 == 0 else 'H'}371599{n:05d}")
    return code, cells.get("uscc", ""), cells.get("name", row["机构名称"]), on


def upload(browser, content, status=302, as_of="2026-03-09", name="结算.xlsx"):
    data = {"file": (io.BytesIO(content), name), "as_of": as_of}
    page = browser.post("/settlements/import", data=data, status=status, content_type="multipart/form-data")
    if status != 302:
        return page
    long_tasks.join_all()
    return LongTask.select().order_by(LongTask.id.desc()).get()


def go(browser, task, status=302, **data):
    given = {"version": task.version, "is_checked": "1", **data}
    page = browser.post(f"/settlements/import/{task.id}", data=given, status=status)
    long_tasks.join_all()
    return LongTask.get_by_id(task.id) if status == 302 else page


def reasons(browser, task):
    rows = browser.get(f"/settlements/import/{task.id}?tab=wrong").one("tbody").all("tr")
    return [row.all("td")[-1].text for row in rows]


def settled(n):
    institution = Institution.get(Institution.name == a_row(n)["机构名称"])
    return Agreement.select().join(Case).where(Case.institution == institution).get().last_settled_on


@pytest.fixture
def browser(client, at):
    """Of the agreement post; the ledger holds four institutions, settled on 10 February."""
    at(2026, 3, 9)
    browser = log_in(client, Role.AGREEMENT)
    imported(browser, [a_row(n) for n in range(1, 5)])
    return browser


def test_the_template_can_be_filled_in_and_read(browser):
    content = browser.get("/settlements/import/template").data
    with pytest.raises(Exception, match="没有数据"):
        read(content, HEADINGS, needed=NEEDED, ignored=IGNORED)


def test_days_are_shown_first_and_written_at_the_word(browser):
    rows = [told(1, date(2026, 3, 5)), told(2, date(2026, 2, 10)), told(3, "2026年3月6日", code="")]
    rows[2] = ("", a_row(3)["统一社会信用代码"], *rows[2][2:])
    task = upload(browser, a_file(rows))
    assert task.data["counts"] == {"wrong": 0, "changed": 2, "same": 1, "missing": 1}
    assert (settled(1), SettlementDay.select().count()) == (date(2026, 2, 10), 0)
    task = go(browser, task)
    assert (task.state, task.data["written"]) == ("done", 2)
    assert [settled(n) for n in range(1, 5)] == [
        date(2026, 3, 5), date(2026, 2, 10), date(2026, 3, 6), date(2026, 2, 10),
    ]  # fmt: skip
    done = SettlementImport.get()
    assert (done.filename, done.as_of, done.rows, done.changed, done.failed) == ("结算.xlsx", TODAY, 3, 2, 0)
    assert {row.settled_on for row in done.days} == {date(2026, 3, 5), date(2026, 3, 6)}
    event = Event.get(Event.action == "settle")
    assert event.change == {"last_settled_on": ["2026-02-10", "2026-03-05"]}
    assert "结算.xlsx" in browser.get("/settlements/import").one("section", id="history").text


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (told(1, date(2026, 2, 9)), "早于已登记的 2026-02-10；确需更正的，请在协议页面登记并写明原因"),
        (told(1, date(2026, 3, 10)), "结算日期晚于数据截至日期 2026-03-09"),
        (told(1, ""), "没有最近结算日期；从未结算的请删除这一行"),
        (told(1, "三月五日"), "最近结算日期："),
        (told(1, date(2026, 3, 5), code=""), "请填写定点编号或统一社会信用代码"),
        (told(1, date(2026, 3, 5), code="H37159999999"), "在本单位没有履行中的协议"),
        (told(1, date(2026, 3, 5), code=37159900001), "定点编号：单元格是数字格式"),
        (told(1, date(2026, 3, 5), name="清源县医院"), "与所填名称不符"),
    ],
)
def test_a_wrong_row_says_why_and_comes_back(browser, row, sentence):
    task = upload(browser, a_file([row, told(2, date(2026, 3, 5))]))
    assert sentence in reasons(browser, task)[0]
    go(browser, task)
    assert (settled(1), settled(2)) == (date(2026, 2, 10), date(2026, 3, 5))
    back = browser.get(f"/imports/tasks/{task.id}/file").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(back)).get_sheet_by_index(0).to_python()
    assert sheet[2] == ["错误原因", *COLUMN]
    assert sentence in sheet[3][0]
    read(back, HEADINGS, needed=NEEDED, ignored=IGNORED)


def test_an_institution_named_twice_is_wrong_the_second_time(browser):
    task = upload(browser, a_file([told(1, date(2026, 3, 5)), told(1, date(2026, 3, 6))]))
    assert reasons(browser, task) == ["与第 2 行是同一家机构"]


def test_a_former_name_and_blanks_in_a_name_are_known(browser):
    FormerValue.create(
        institution=Institution.get(Institution.name == a_row(1)["机构名称"]), field="name",
        value="老诊所", until_on=TODAY, recorded_by=hand_of(Role.CLERK).actor, recorded_at=datetime.now(),  # noqa: DTZ005
    )  # fmt: skip
    rows = [
        told(1, date(2026, 3, 5), name="老诊所"),
        told(2, date(2026, 3, 5), name=" 安澜县沙堤镇第2卫生室 "),
    ]
    assert upload(browser, a_file(rows)).data["counts"]["changed"] == 2


def test_what_the_file_does_not_name_is_listed(browser):
    task = upload(browser, a_file([told(1, date(2026, 3, 5))]))
    page = browser.get(f"/settlements/import/{task.id}?tab=missing")
    names = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert sorted(names) == sorted(a_row(n)["机构名称"] for n in (2, 3, 4))
    assert "27 日" in page.one("tbody").text


def test_the_same_file_again_changes_nothing(browser):
    content = a_file([told(1, date(2026, 3, 5))])
    go(browser, upload(browser, content))
    before = Event.select().where(Event.stream.startswith("case:")).count()
    task = upload(browser, content)
    assert task.data["counts"] == {"wrong": 0, "changed": 0, "same": 1, "missing": 3}
    assert "已登记的日期与这份文件一致" in browser.get(f"/settlements/import/{task.id}").text
    assert Event.select().where(Event.stream.startswith("case:")).count() == before


def test_what_a_colleague_typed_meanwhile_is_shown_again(browser):
    task = upload(browser, a_file([told(1, date(2026, 3, 5)), told(2, date(2026, 3, 5))]))
    Agreement.update(last_settled_on=date(2026, 3, 7)).where(Agreement.id == 1).execute()
    task = go(browser, task)
    assert (task.state, task.data["is_moved"], settled(2)) == ("checked", True, date(2026, 2, 10))
    assert "请再核对一次" in browser.get(f"/settlements/import/{task.id}").text
    go(browser, task)
    assert (settled(1), settled(2)) == (date(2026, 3, 7), date(2026, 3, 5))


def test_the_mark_falls_away_with_a_later_day(browser):
    night(date(2026, 8, 10))
    assert Agreement.select().where(Agreement.idle_since.is_null(False)).count() == 4
    go(browser, upload(browser, a_file([told(1, date(2026, 3, 5))])))
    assert Agreement.select().where(Agreement.idle_since.is_null(False)).count() == 3


def test_the_word_wants_the_tick_and_is_given_once(browser):
    task = upload(browser, a_file([told(1, date(2026, 3, 5))]))
    page = browser.post(f"/settlements/import/{task.id}", data={"version": task.version}, status=422)
    assert "请核对后勾选" in page.text
    go(browser, task)
    assert "已经开始、取消或过期" in go(browser, task, status=409).text
    assert SettlementImport.select().count() == 1


@pytest.mark.parametrize("content", [b"", b"x" * 99, a_file([]), a_file([("a", "b")], ["甲", "乙"])])
def test_what_is_no_such_file_is_refused_on_the_page(browser, content):
    page = upload(browser, content, status=422)
    assert page.one("div", id="field-file").one("div", class_="error").text


def test_the_day_up_to_which_it_holds_is_not_to_come(browser):
    page = upload(browser, a_file([told(1, TODAY)]), status=422, as_of="2026-03-10")
    assert "不能晚于今天" in page.one("div", id="field-as_of").text


def test_another_offices_agreements_are_not_there(browser, client):
    browser.post("/log-out")
    other = log_in(client, Role.AGREEMENT, office=an_office("清源县医疗保险事业中心", "清医保"))
    task = upload(other, a_file([told(1, date(2026, 3, 5))]))
    assert task.data["counts"] == {"wrong": 1, "changed": 0, "same": 0, "missing": 0}


def test_1500_days_with_bad_rows_are_imported_in_one_go(client, at):
    at(2026, 3, 9)
    browser = log_in(client, Role.MANAGER)
    imported(browser, [a_row(n) for n in range(1, 1501)])
    rows = [told(n, date(2026, 3, 5)) for n in range(1, 1501)]
    for n in range(0, 1500, 100):
        rows[n] = told(n + 1, date(2026, 1, 1))
    task = upload(browser, a_file(rows))
    assert task.data["counts"] == {"wrong": 15, "changed": 1485, "same": 0, "missing": 0}
    task = go(browser, task)
    assert task.data["written"] == 1485
    assert SettlementDay.select().count() == 1485
    newer = Agreement.select().where(Agreement.last_settled_on == date(2026, 3, 5))
    assert (newer.count(), SettlementImport.get().failed) == (1485, 15)
