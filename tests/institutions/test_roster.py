"""A roster as a workbook: every wrong cell told by row and column, then all rows or none."""

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from demo import numbers
from lifecycle import staff
from models import Event, Person, Role, Staff
from tests.builders import a_person, an_institution, an_office, hand_of
from tests.page import log_in

HEADS = ["姓名", "性别", "身份证号", "人员类别", "职称", "所在科室", "备注"]
NUMBERS = [numbers.resident_id(8400 + n) for n in range(5)]


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def a_line(n, name="", **cells):
    row = {
        "姓名": name or f"人{n}",
        "性别": "女",
        "身份证号": NUMBERS[n],
        "人员类别": "护士",
        "备注": "在职",
        **cells,
    }
    return [row.get(head, "") for head in HEADS]


def a_workbook(*lines, heads=HEADS):
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([heads, *lines]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
    stream.seek(0)
    return stream


def handed_in(clerk, institution, stream, status=302):
    data = {"file": (stream, "花名册.xlsx")}
    url = f"/institutions/{institution.id}/staff/import"
    return clerk.post(url, status=status, data=data, content_type="multipart/form-data")


def test_a_roster_is_written_known_people_are_changed_and_others_are_named(clerk):
    institution = an_institution()
    stays = {"hand": hand_of(Role.CLERK), "institution": institution}
    staff.save({"category": "physician", "insured_code": "S1"}, person=("人0", NUMBERS[0]), **stays)
    staff.save({"category": "nurse"}, person=("走了的", NUMBERS[4]), **stays)
    handed_in(clerk, institution, a_workbook(a_line(0, 职称="护师"), a_line(1), a_line(2)))
    rows = {row.person.name: row for row in Staff.select()}
    assert sorted(rows) == ["人0", "人1", "人2", "走了的"]
    assert (rows["人0"].category, rows["人0"].title, rows["人0"].insured_code) == ("nurse", "护师", "S1")
    told = clerk.get(f"/institutions/{institution.id}/staff").text
    assert "新增 2 人，核对 1 人。花名册上另有 1 人不在文件里（走了的）" in told


def test_every_wrong_cell_is_told_and_nothing_is_written(clerk):
    a_person("别人", NUMBERS[3])
    institution = an_institution()
    page = handed_in(
        clerk,
        institution,
        a_workbook(
            a_line(0, 身份证号=float(NUMBERS[0][:17]), 姓名=""),
            a_line(1, 人员类别="营业员", 备注="借调"),
            a_line(2),
            a_line(2),
            a_line(3),
            a_line(4, 身份证号="123", 性别="中"),
        ),
        status=422,
    )
    cells = [
        (row.one("td", class_="num").text, row.one("th").text)
        for row in page.one(id="wrong").one("tbody").all("tr")
    ]
    assert cells == [
        ("2", "姓名"),
        ("2", "身份证号"),
        ("3", "人员类别"),
        ("3", "备注"),
        ("5", "身份证号"),
        ("6", "姓名"),
        ("7", "性别"),
        ("7", "身份证号"),
    ]
    text = page.one(id="wrong").text
    assert ("单元格是数字格式" in text, "与第 4 行是同一个身份证号" in text, "别人" in text) == (
        True,
        True,
        True,
    )
    assert (Staff.select().count(), Person.select().where(Person.name == "人1").count()) == (0, 0)
    assert (NUMBERS[1] in page.html, NUMBERS[3] in page.html) == (False, False)


def test_a_file_that_is_none_and_a_missing_column_are_told(clerk):
    institution = an_institution()
    page = handed_in(clerk, institution, BytesIO(b"not a workbook"), status=422)
    assert page.one(id="refusal").text != ""
    short = handed_in(
        clerk, institution, a_workbook(["人0", "女", "护士"], heads=["姓名", "性别", "人员类别"]), status=422
    )
    assert "身份证号" in short.one(id="refusal").text
    assert clerk.post(f"/institutions/{institution.id}/staff/import", status=422).text != ""


def test_the_template_has_the_printed_columns_and_can_be_handed_in(clerk):
    institution = an_institution("pharmacy")
    page = clerk.get(f"/institutions/{institution.id}/staff/template")
    lines = CalamineWorkbook.from_filelike(BytesIO(page.data)).get_sheet_by_index(0).to_python()
    assert lines[2] == ["姓名", "性别", "身份证号", "人员类别", "备注"]
    told = handed_in(clerk, institution, BytesIO(page.data), status=422)
    assert "没有数据" in told.one(id="refusal").text


def test_brackets_of_a_category_may_be_half_width(clerk):
    institution = an_institution("pharmacy")
    heads = ["姓名", "身份证号", "人员类别"]
    handed_in(clerk, institution, a_workbook(["人0", NUMBERS[0], "药师(士)"], heads=heads))
    assert (Staff.get().category, Event.select().where(Event.action == "add_staff").count()) == (
        "pharmacist",
        1,
    )


def test_another_offices_roster_is_not_written(client):
    county = an_office("河湾县医保中心", "河医保", parent=an_office("市医保中心", "市医保", level="city"))
    institution = an_institution(office=county)
    city = log_in(client, Role.CLERK, office=county.parent)
    handed_in(city, institution, a_workbook(a_line(0)), status=403)
    assert Staff.select().count() == 0


def test_another_books_roster_is_read_by_its_own_columns(client):
    office = an_office("湛江某区医保中心", "湛医保", region="zhanjiang")
    institution = an_institution(office=office)
    heads = ["姓名", "身份证号码", "人员类别", "参保代码", "参保时间"]
    stream = a_workbook(["人0", NUMBERS[0], "执业护士", "S1", "2020年5月1日"], heads=heads)
    handed_in(log_in(client, Role.CLERK, office=office), institution, stream)
    row = Staff.get()
    assert (row.insured_code, row.insured_since) == ("S1", date(2020, 5, 1))
