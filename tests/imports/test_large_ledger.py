"""A ledger of 5,000 rows of which 37 are wrong, each in another way; meanwhile the others work on."""

import threading
import time
from datetime import date

from demo import numbers
from lifecycle import audit, long_tasks
from models import Agreement, Event, Institution, LongTask, Role
from tests.builders import an_institution, an_office
from tests.imports.ledgers import a_ledger, a_resident_id, a_row
from tests.imports.test_ledger import upload
from tests.page import log_in

ROWS = 5_000
EVERY = 130  # a wrong row among so many

# Of each wrong row: what its cells say instead, the column that is told, and what is said of it.
# Rows stand at multiples of 130: those that 3 divides are pharmacies.
BAD = [
    ({"机构类型": "养老院"}, "机构类型", "“养老院”认不出，可填：医疗机构、零售药店"),
    ({"机构类型": ""}, "机构类型", "请填写机构类型"),
    ({"等级": "一级"}, "等级", "只有医疗机构填这一列"),
    ({"机构名称": " "}, "机构名称", "请填写机构名称"),
    ({"机构名称": "安" * 121}, "机构名称", "超过 120 字"),
    ({"床位数": 20}, "床位数", "只有医疗机构填这一列"),
    ({"统一社会信用代码": "91371599MA00001XYY"}, "统一社会信用代码", "校验位不对"),
    ({"统一社会信用代码": 3.7e17}, "统一社会信用代码", "单元格是数字格式"),
    ({"定点类型": "住院"}, "定点类型", "没有“住院”这种定点类型"),
    ({"统一社会信用代码": "91371599"}, "统一社会信用代码", "应为 18 位，现为 8 位"),
    ({"统一社会信用代码": ""}, "统一社会信用代码", "请填写统一社会信用代码"),
    ({"定点编号": "H37159901560"}, "定点编号", "定点零售药店的编号应为 P 加 11 位数字"),
    ({"许可证号": ""}, "许可证号", "请填写许可证号"),
    ({"许可证号": 123456}, "许可证号", "单元格是数字格式"),
    ({"经营模式": "加盟"}, "经营模式", "“加盟”认不出，可填：连锁、单体"),
    ({"定点编号": "H37159900001"}, "定点编号", "与第 2 行的定点编号相同"),
    ({"床位数": "八十"}, "床位数", "“八十”不是整数"),
    ({"地址": ""}, "地址", "请填写地址"),
    ({"经营模式": "单体"}, "经营模式", "只有零售药店填这一列"),
    ({"是否公立": "可能"}, "是否公立", "“可能”认不出，可填：是、否"),
    ({"经营性质": "慈善"}, "经营性质", "“慈善”认不出"),
    ({"正式运营时间": "去年春天"}, "正式运营时间", "认不出，请写成 2026-03-05"),
    ({"正式运营时间": date(2026, 5, 1)}, "正式运营时间", "正式运营时间晚于今天"),
    ({"正式运营时间": 45413}, "正式运营时间", "是数字不是日期"),
    ({"联系电话": "88888"}, "联系电话", "固定电话应为区号加 7 至 8 位号码"),
    ({"法定代表人": ""}, "法定代表人", "填了身份证号，请同时填写姓名"),
    ({"法定代表人身份证号": ""}, "法定代表人身份证号", "请填写“陶云3510”的身份证号"),
    ({"法定代表人身份证号": "371599199001011234"}, "法定代表人身份证号", "校验位不对"),
    ({"法定代表人身份证号": 3.71599e17}, "法定代表人身份证号", "单元格是数字格式"),
    ({"法定代表人身份证号": a_resident_id(1)}, "法定代表人身份证号", "已登记在“陶云1”名下"),
    ({"定点类型": "门诊统筹、体检"}, "定点类型", "没有“体检”这种定点类型"),
    ({"定点类型": ""}, "定点类型", "有现行协议的请填写定点类型"),
    ({"协议签订日期": ""}, "协议签订日期", "有现行协议的请填写协议签订日期"),
    ({"协议生效日期": date(2027, 1, 1)}, "协议终止日期", "终止日期早于生效日期 2027-01-01"),
    ({"协议生效日期": "2025.1.1", "协议终止日期": "2026年2月28日"}, "协议终止日期", "已于 2026-02-28 期满"),
    ({"最近结算日期": date(2026, 3, 3)}, "最近结算日期", "最近结算日期晚于今天"),
    ({"许可证号": "PDY-FOREIGN"}, "统一社会信用代码", "已由清源县医疗保险事业中心登记"),
]  # fmt: skip


def the_rows():
    """All rows; the last wrong one is another county's institution."""
    rows = [a_row(n) for n in range(1, ROWS + 1)]
    for number, (cells, _, _) in enumerate(BAD, start=1):
        rows[number * EVERY - 1] |= cells
    return rows


def the_foreign_one():
    office, n = an_office("清源县医疗保险事业中心", "清医保"), len(BAD) * EVERY
    an_institution(office=office, uscc=numbers.credit_code(n), licence_no="PDY-FOREIGN")


def run_beside(work, browser):
    """Do `work` in this thread while another's pages are asked for; return how long each of those took."""
    taken, is_over = [], threading.Event()
    worker = threading.Thread(target=lambda: (work(), is_over.set()))
    worker.start()
    while not is_over.is_set():
        began = time.perf_counter()
        browser.get("/institutions")
        taken.append(time.perf_counter() - began)
        time.sleep(0.02)
    worker.join()
    return taken


def test_5000_rows_with_37_wrong_ones_are_imported_while_the_others_work_on(client):
    assert len(BAD) == 37
    the_foreign_one()
    browser = log_in(client, Role.AGREEMENT)
    content = a_ledger(the_rows())

    task = upload(browser, content)
    assert task.data["counts"] == {"new": 4963, "changed": 0, "unchanged": 0, "wrong": 37}
    page = browser.get(f"/imports/ledger/{task.id}?tab=wrong")
    told = [
        (row.one(class_="num").text, [li.text for li in row.all("li")]) for row in page.one("tbody").all("tr")
    ]
    assert [(int(row), len(errors)) for row, errors in told] == [(n * EVERY + 1, 1) for n in range(1, 38)]
    for (_, (error,)), (_, heading, sentence) in zip(told, BAD, strict=True):
        assert (error.partition("：")[0], sentence in error) == (heading, True), error

    browser.post(f"/imports/ledger/{task.id}", data={"version": task.version, "is_checked": "1"})
    taken = run_beside(long_tasks.join_all, browser)
    task = LongTask.get_by_id(task.id)
    assert (task.state, task.data["written"]["new"], task.data["written"]["agreements"]) == (
        "done",
        4963,
        4963,
    )
    assert (Institution.select().count(), Agreement.select().count()) == (4964, 4963)
    assert Event.select().where(Event.action == "register_institution").count() == 4963
    assert len(taken) >= 10, "no page may wait for the end of the import"
    assert list(audit.broken_links()) == []

    again = upload(browser, content)
    assert again.data["counts"] == {"new": 0, "changed": 0, "unchanged": 4963, "wrong": 37}
