"""A settlement file of 1,500 providers with bad rows of every kind: what is written, what comes back, why."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from models import Agreement, Event, Institution, Role, SettlementDay, SettlementImport
from tests.builders import night
from tests.imports.ledgers import a_row
from tests.imports.test_ledger import imported
from tests.page import log_in
from tests.settlements.test_import import a_file, go, settled, told, upload

SETTLED, LATER = date(2026, 3, 5), date(2026, 3, 10)
BAD = {
    100: (lambda n: told(n, date(2026, 2, 9)), "早于已登记的 2026-02-10"),
    200: (lambda n: told(n, LATER), "结算日期晚于数据截至日期 2026-03-09"),
    300: (lambda n: told(n, ""), "没有最近结算日期"),
    400: (lambda n: told(n, "三月五日"), "最近结算日期："),
    500: (lambda n: told(n, SETTLED, code=""), "请填写定点编号或统一社会信用代码"),
    600: (lambda n: told(n, SETTLED, code="H37159999999"), "在本单位没有履行中的协议"),
    700: (lambda n: told(n, SETTLED, code=37159900700), "单元格是数字格式"),
    800: (lambda n: told(n, SETTLED, name="清源县医院"), "与所填名称不符"),
    900: (lambda n: told(n - 1, SETTLED), "与第 900 行是同一家机构"),
    1000: (lambda n: told(n, date(2026, 1, 31)), "早于已登记的 2026-02-10"),
}


@pytest.fixture
def browser(client, at):
    """Of the agreement post; the ledger holds 1,500 institutions, settled on 10 February."""
    at(2026, 3, 9)
    browser = log_in(client, Role.AGREEMENT)
    imported(browser, [a_row(n) for n in range(1, 1501)])
    return browser


@pytest.mark.clause("LC-31-16")
def test_the_good_rows_are_written_and_each_bad_one_comes_back_with_its_reason(browser):
    rows = [BAD[n][0](n) if n in BAD else told(n, SETTLED) for n in range(1, 1501)]
    task = upload(browser, a_file(rows))
    wrong = len(BAD)
    # those of 500 to 900 are not known from it: no code, a wrong one, another's name, another's row
    assert task.data["counts"] == {"wrong": wrong, "changed": 1500 - wrong, "same": 0, "missing": 5}
    assert SettlementDay.select().count() == 0
    task = go(browser, task)
    assert (task.state, task.data["written"]) == ("done", 1500 - wrong)
    assert [settled(n) for n in BAD] == [date(2026, 2, 10)] * wrong
    newer = Agreement.select().where(Agreement.last_settled_on == SETTLED)
    done = SettlementImport.get()
    assert (newer.count(), done.rows, done.changed, done.failed) == (1490, 1500, 1490, wrong)
    assert Event.select().where(Event.action == "settle").count() == 1490
    back = browser.get(f"/imports/tasks/{task.id}/file").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(back)).get_sheet_by_index(0).to_python()[3:]
    assert len(sheet) == wrong
    for row, (_, sentence) in zip(sheet, BAD.values(), strict=True):
        assert sentence in row[0]
    again = upload(browser, a_file([told(n, SETTLED) for n in BAD]))
    assert again.data["counts"] == {"wrong": 0, "changed": wrong, "same": 0, "missing": 1490}
    go(browser, again)
    assert {day for (day,) in Agreement.select(Agreement.last_settled_on).tuples()} == {SETTLED}
    assert Institution.select().count() == 1500


@pytest.mark.clause("LC-31-02", "LC-31-16")
def test_who_the_file_never_names_is_proposed_and_who_it_names_is_not(browser, at):
    go(browser, upload(browser, a_file([told(n, SETTLED) for n in range(1, 1491)])))
    night(date(2026, 8, 10))  # day 181 since 10 February
    marked = Agreement.select().where(Agreement.idle_since.is_null(False))
    assert (marked.count(), {row.last_settled_on for row in marked}) == (10, {date(2026, 2, 10)})
