"""The import of the ledger as an office does it: template, upload, what was found, the word to go."""

import io
from datetime import date

import pytest

from blueprints.imports.columns import HEADINGS, NEEDED
from blueprints.workbooks import read
from demo import numbers
from lifecycle import audit, checks, files, long_tasks, register
from lifecycle.corrections import take_back
from models import Agreement, Case, Clock, Event, Institution, LongTask, Person, Role, StepTaken
from tests.builders import MONDAY, an_institution, an_office, hand_of, night, system_hand
from tests.imports.ledgers import a_ledger, a_resident_id, a_row
from tests.page import log_in


def upload(browser, content, name="台账.xlsx", status=302):
    """Hand a workbook in and return its task, checked; or the page that refuses it."""
    data = {"file": (io.BytesIO(content), name)}
    page = browser.post("/imports/ledger", data=data, status=status, content_type="multipart/form-data")
    if status != 302:
        return page
    long_tasks.join_all()
    return LongTask.select().order_by(LongTask.id.desc()).get()


def go(browser, task, status=302, **data):
    """Give the word and return the task as it ended."""
    page = browser.post(
        f"/imports/ledger/{task.id}", data={"version": task.version, "is_checked": "1", **data}, status=status
    )
    long_tasks.join_all()
    return LongTask.get_by_id(task.id) if status == 302 else page


def imported(browser, rows):
    return go(browser, upload(browser, a_ledger(rows)))


def told_errors(browser, rows):
    """The errors of the rows as the page tells them."""
    task = upload(browser, a_ledger(rows))
    page = browser.get(f"/imports/ledger/{task.id}?tab=wrong")
    return [[item.text for item in row.all("li")] for row in page.one("tbody").all("tr")]


def counts(new=0, changed=0, unchanged=0, wrong=0):
    return {"new": new, "changed": changed, "unchanged": unchanged, "wrong": wrong}


@pytest.fixture
def browser(client):
    return log_in(client, Role.AGREEMENT)


def test_the_template_can_be_filled_in_and_read(browser):
    content = browser.get("/imports/ledger/template").data
    with pytest.raises(Exception, match="没有数据"):
        read(content, HEADINGS, needed=NEEDED, ignored=())


def test_a_ledger_becomes_institutions_with_agreements_in_force(browser):
    task = upload(browser, a_ledger([a_row(1), a_row(3)]))
    assert (task.state, task.data["counts"], task.data["agreements"]) == ("checked", counts(new=2), 2)
    assert Institution.select().count() == 0
    task = go(browser, task)
    assert (task.state, task.data["written"]) == ("done", {**counts(new=2), "agreements": 2})
    shop = Institution.get(Institution.kind == "pharmacy")
    assert (shop.name, shop.national_code, shop.legal_representative.name) == (
        "安澜县康民大药房3店", "P37159900003", "陶云3",
    )  # fmt: skip
    assert shop.search_key.startswith("安澜县康民大药房3店 alxkmdyf")
    case = Case.get(Case.institution == shop)
    agreement = Agreement.get(Agreement.case == case)
    assert (case.matter, case.state, case.origin, agreement.document) == ("agreement", "active", None, None)
    assert (agreement.own_number, agreement.starts_on.isoformat()) == ("安医协〔2026〕3号", "2026-01-01")
    clock = Clock.get(Clock.case == case)
    assert (clock.rule, clock.state, clock.due_on.isoformat(), clock.is_lead) == (
        "term",
        "running",
        "2026-12-31",
        True,
    )
    assert StepTaken.get(StepTaken.case == case).data["source"] == "由存量台账导入"
    assert list(checks.problems(system_hand(MONDAY))) == []


def test_every_institution_and_person_has_its_event_without_the_number(browser):
    imported(browser, [a_row(1)])
    row, person = Institution.get(), Person.get()
    streams = [
        register.stream_of(row),
        f"person:{person.id}",
        f"case:{Case.get().id}",
        f"office:{row.office_id}",
    ]
    actions = [
        [e.action for e in Event.select().where(Event.stream == s).order_by(Event.seq)] for s in streams
    ]
    assert actions == [
        ["register_institution"],
        ["register_person"],
        ["open_case", "register_existing"],
        ["import_ledger"],
    ]
    assert a_resident_id(1) not in str([e.change for e in Event.select()])
    assert list(audit.broken_links()) == []


def test_the_same_file_again_changes_nothing_and_leaves_no_event(browser):
    rows = [a_row(n) for n in range(1, 6)]
    imported(browser, rows)
    before = Event.select().where(Event.stream != "accounts").count()
    task = upload(browser, a_ledger(rows))
    assert task.data["counts"] == counts(unchanged=5)
    page = browser.get(f"/imports/ledger/{task.id}")
    assert "没有可以导入的行：台账与这份文件一致" in page.text
    assert page.all("form", class_="form-foot") == []
    assert Event.select().where(Event.stream != "accounts").count() == before


def test_a_change_shows_old_and_new_and_an_empty_cell_keeps_what_is_stored(browser):
    imported(browser, [a_row(1), a_row(2)])
    rows = [
        a_row(1, 机构名称="安澜县沙堤镇中心卫生室", 联系人="", 床位数=12),
        a_row(2, 法定代表人="沈月", 法定代表人身份证号=a_resident_id(77), 最近结算日期="2026-02-20"),
    ]
    task = upload(browser, a_ledger(rows))
    assert task.data["counts"] == counts(changed=2)
    lines = browser.get(f"/imports/ledger/{task.id}").one("tbody").all("tr")
    number = a_resident_id(77)
    assert [[item.text for item in line.all("li")] for line in lines] == [
        ["机构名称：安澜县沙堤镇第1卫生室 → 安澜县沙堤镇中心卫生室", "床位数：（空） → 12"],
        [
            f"法定代表人：陶云2 {a_resident_id(2)[:4]}**********{a_resident_id(2)[-4:]} → "
            f"沈月 {number[:4]}**********{number[-4:]}",
            "最近结算日期：2026-02-10 → 2026-02-20",
        ],
    ]  # fmt: skip
    go(browser, task)
    row = Institution.get(Institution.name == "安澜县沙堤镇中心卫生室")
    assert (row.contact, row.beds) == ("许静", 12)
    assert Agreement.get(Agreement.id == 2).last_settled_on.isoformat() == "2026-02-20"
    assert list(audit.broken_links()) == []


def test_an_institution_known_by_code_and_name_may_have_a_new_licence(browser):
    imported(browser, [a_row(1)])
    task = upload(browser, a_ledger([a_row(1, 许可证号="PDY99999")]))
    assert task.data["counts"] == counts(changed=1)
    go(browser, task)
    assert [row.licence_no for row in Institution.select()] == ["PDY99999"]


def test_what_is_registered_without_an_agreement_gets_it(browser):
    none = dict.fromkeys(
        ("定点类型", "协议签订日期", "协议生效日期", "协议终止日期", "协议编号", "最近结算日期"), ""
    )
    imported(browser, [a_row(1, **none)])
    assert (Institution.select().count(), Agreement.select().count()) == (1, 0)
    task = imported(browser, [a_row(1)])
    assert task.data["written"] == {**counts(changed=1), "agreements": 1}
    assert Institution.get().version == 1


def test_a_clerk_registers_institutions_and_is_told_that_agreements_are_left(client):
    browser = log_in(client, Role.CLERK)
    task = upload(browser, a_ledger([a_row(1)]))
    assert "须由协议岗或负责人上传同一份文件" in browser.get(f"/imports/ledger/{task.id}").text
    assert go(browser, task).data["written"]["agreements"] == 0
    assert (Institution.select().count(), Case.select().count()) == (1, 0)


def test_the_preview_asks_for_a_tick_before_it_writes(browser):
    task = upload(browser, a_ledger([a_row(1)]))
    page = go(browser, task, status=422, is_checked="")
    assert page.one(id="is_checked-error").text == "请核对新增和变更的内容后勾选"
    assert LongTask.get_by_id(task.id).state == "checked"


def test_a_word_given_twice_is_a_conflict_and_a_colleague_cannot_give_it(client, browser):
    task = upload(browser, a_ledger([a_row(1)]))
    assert go(browser, task).state == "done"
    go(browser, task, status=409)
    other = upload(browser, a_ledger([a_row(2)]))
    client.post("/log-out")
    go(log_in(client, Role.MANAGER), other, status=403)
    assert LongTask.get_by_id(other.id).state == "checked"


def test_a_register_that_changed_meanwhile_is_shown_again_before_anything_is_written(browser):
    imported(browser, [a_row(1)])
    task = upload(browser, a_ledger([a_row(1, 地址="安澜县新街 1 号"), a_row(2)]))
    Institution.update(address="安澜县新街 1 号", version=2).execute()
    task = go(browser, task)
    assert (task.state, task.data["counts"]) == ("checked", counts(new=1, unchanged=1))
    assert "检查之后台账有改动" in browser.get(f"/imports/ledger/{task.id}").text
    assert go(browser, task).data["written"]["new"] == 1


def test_two_people_importing_the_same_ledger_register_it_once(client):
    rows = [a_row(n) for n in range(1, 31)]
    browser = log_in(client, Role.AGREEMENT)
    mine = upload(browser, a_ledger(rows))
    client.post("/log-out")
    manager = log_in(client, Role.MANAGER)
    other = upload(manager, a_ledger(rows))
    manager.post(f"/imports/ledger/{other.id}", data={"version": other.version, "is_checked": "1"})
    client.post("/log-out")
    go(log_in(client, Role.AGREEMENT), mine)
    states = sorted(LongTask.get_by_id(task.id).state for task in (mine, other))
    assert states == ["checked", "done"]
    assert (Institution.select().count(), Agreement.select().count()) == (30, 30)
    assert list(checks.problems(system_hand(MONDAY))) == []


def test_a_failure_in_the_middle_leaves_nothing(browser, monkeypatch):
    task = upload(browser, a_ledger([a_row(1), a_row(2)]))

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("lifecycle.ledger_write.open_all", broken)
    task = go(browser, task)
    assert (task.state, task.error) == ("failed", long_tasks.BROKEN)
    assert (Institution.select().count(), Person.select().count(), Case.select().count()) == (0, 0, 0)
    assert not Event.select().where(Event.action == "import_ledger").exists()


@pytest.mark.parametrize("name", ["台账.xlsx", "../../台账.xls"])
def test_a_refused_file_leaves_nothing_behind(browser, name):
    page = upload(browser, b"<html>1</html>", name, status=422)
    assert "这不是 Excel 文件" in page.one(id="file-error").text
    assert (LongTask.select().count(), list(files.folder().iterdir())) == (0, [])


def test_headings_that_are_missing_or_unknown_are_named_on_the_page(browser):
    page = upload(browser, a_ledger([a_row(1)], ["机构名称", "许可证号", "地址", "微信"]), status=422)
    told = page.one(id="file-error").text
    assert "缺少这些列：机构类型、统一社会信用代码" in told
    assert "认不出这些列：微信" in told


def test_wrong_rows_come_back_with_the_reason_first_and_go_in_again_as_they_are(browser):
    bad = a_row(2, 统一社会信用代码=3.7e17, 联系电话="123")
    task = upload(browser, a_ledger([a_row(1), bad]))
    content = browser.get(f"/imports/tasks/{task.id}/file").data
    table = read(content, HEADINGS, needed=NEEDED, ignored=("错误原因",))
    assert table.headings == ("错误原因", *HEADINGS)
    line = table.lines[0].by_heading
    assert line["错误原因"] == (
        "统一社会信用代码：单元格是数字格式，长号码的末几位和开头的 0 已经丢失；"
        "请设为文本格式后重新填写号码；"
        "联系电话：手机号应为 11 位，现为 3 位"
    )
    assert (line["统一社会信用代码"], line["正式运营时间"]) == (3.7e17, bad["正式运营时间"])
    again = upload(browser, content)
    assert again.data["counts"] == counts(wrong=1)


def test_another_countys_institution_and_a_taken_code_are_refused(browser):
    office = an_office("清源县医疗保险事业中心", "清医保")
    an_institution(office=office, uscc=numbers.credit_code(901), licence_no="PDY1")
    holder = an_institution("pharmacy", national_code="P37159900055")
    assert told_errors(
        browser,
        [
            a_row(1, 统一社会信用代码=numbers.credit_code(901), 许可证号="PDY1"),
            a_row(900, 定点编号="P37159900055"),
        ],
    ) == [
        ["统一社会信用代码：信用代码和许可证号相同的机构已由清源县医疗保险事业中心登记，请与该单位核对"],
        [f"定点编号：定点编号已登记在“{holder.name}”名下，请核对"],
    ]


def test_an_agreement_that_stands_keeps_its_days(browser):
    imported(browser, [a_row(1)])
    told = "与台账中现行协议登记的 2026-12-31 不一致；协议的起止日期不能通过导入修改，请在协议管理中核对"
    assert told_errors(browser, [a_row(1, 协议终止日期="2027-12-31")]) == [[f"协议终止日期：{told}"]]


@pytest.mark.clause("LC-19-4")
def test_an_agreement_taken_over_ends_by_itself_when_its_term_is_over(browser):
    imported(browser, [a_row(1)])
    night(date(2026, 12, 31))
    assert Case.get().state == "active"
    night(date(2027, 1, 1))
    assert Case.get().state == "expired"


def test_a_polled_task_that_ended_lets_its_own_page_load_anew(browser):
    task = upload(browser, a_ledger([a_row(1)]))
    here = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/imports/ledger/{task.id}"}
    assert browser.get(f"/imports/tasks/{task.id}/region", headers=here).headers["HX-Refresh"] == "true"
    elsewhere = {**here, "HX-Current-URL": "http://localhost/imports/tasks"}
    assert "HX-Refresh" not in browser.get(f"/imports/tasks/{task.id}/region", headers=elsewhere).headers


def test_an_agreement_taken_over_by_mistake_is_annulled_and_can_be_imported_anew(browser):
    imported(browser, [a_row(1)])
    taken_back = take_back(Case.get(), hand=hand_of(Role.MANAGER), reason="终止日期抄错")
    assert (taken_back.state, taken_back.closed_on) == ("annulled", MONDAY)
    assert imported(browser, [a_row(1, 协议终止日期="2026-06-30")]).data["written"]["agreements"] == 1
    standing = Agreement.select().join(Case).where(Case.closed_on.is_null()).get()
    assert standing.ends_on == date(2026, 6, 30)
    assert list(checks.problems(system_hand(MONDAY))) == []
