"""An office that chose the other region: pages speak its law, and nothing of the first one's."""

import re
from io import BytesIO

import pytest
import xlsxwriter

from models import Case, Role, Staff
from tests.builders import an_institution, an_office
from tests.lifecycle import zhanjiang
from tests.page import log_in

ALL = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)
FOREIGN = re.compile(
    "聊城|山东省|附件|集体决策|市级复审|监督公示|审核评价|现场评估|第[一二三四五六七八九十百]+条"
)


@pytest.fixture
def case(app):  # noqa: ARG001
    return zhanjiang.accepted()


@pytest.fixture
def browser(client, case):
    return log_in(client, *ALL, office=case.office)


@pytest.mark.parametrize(
    "path",
    [
        "/worklist/",
        "/applications",
        "/applications/new",
        "/conditions",
        "/cases/{case}/checks",
        "/cases/{case}/materials",
        "/cases/{case}/group",
        "/cases/{case}/steps/withdraw",
        "/cases/{case}/history",
        "/notices/",
        "/agreements/",
        "/dashboard/",
        "/documents/",
        "/documents/forms",
        "/institutions/{institution}",
        "/institutions/{institution}/staff",
    ],
)
def test_no_page_speaks_the_first_regions_law(browser, case, path):
    page = browser.get(path.format(case=case.id, institution=case.institution_id))
    assert FOREIGN.findall(page.one("main").text) == []


def test_added_conditions_and_materials_rest_on_the_guides_own_words(browser, case):
    heading = browser.get("/conditions").one("section", aria_labelledby="h-extra").text
    assert "省级及以上医疗保障行政部门规定的其他条件" in heading
    assert "办理条件第8项，受理前核查时" in heading
    assert browser.get(f"/cases/{case.id}/checks").all(id="marks") == []  # no fund, no inclined policy here


def test_the_case_page_shows_the_path_of_the_guide(browser, case):
    page = browser.get(f"/cases/{case.id}")
    bar = page.one("section", aria_label="办理进度").text
    names = ["收件", "受理", "初评", "现场考察", "综合评估", "公示", "协商谈判", "签订协议"]
    assert [name for name in names if name in bar] == names
    assert FOREIGN.findall(bar) == []
    assert "上传" not in page.one("section", id="next-steps").text + page.one("h1").text
    assert "尚未登记上传" not in page.one("main").text


@pytest.mark.clause("ZJ-03-1", "ZJ-09-3")
def test_choosing_the_region_switches_the_book_for_what_is_opened_from_then_on(app, client):
    office = an_office()
    before = an_institution(office=office)
    old = zhanjiang.opened(before)
    browser = log_in(client, Role.ADMIN, office=office)
    page = browser.get(f"/settings/offices/{office.id}")
    (form,) = [form for form in page.all("form") if form.all("select", name="region")]
    values = {
        n.attrs["name"]: n.attrs.get("value", "")
        for n in form.all("input")
        if n.attrs.get("type") != "checkbox"
    }
    browser.post(f"/settings/offices/{office.id}", data={**values, "level": "county", "region": "zhanjiang"})
    new = zhanjiang.opened(an_institution(office=office))
    assert (Case.get_by_id(old.id).book, new.book) == ("liaocheng-2023", "zhanjiang-2021")
    assert (new.options["leading_group"], Case.get_by_id(old.id).options["leading_group"]) == (False, True)


@pytest.mark.clause("ZJ-F-6")
def test_the_staff_with_their_insurance_come_by_file_and_stand_on_the_roster(browser, case):
    url = f"/institutions/{case.institution_id}/staff"
    row = {
        "姓名": "黄小兰",
        "性别": "女",
        "身份证号码": "110101199003077475",
        "人员类别": "执业护士",
        "参保代码": "8800123",
        "参保时间": "2024-05-01",
    }
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for column, (heading, cell) in enumerate(row.items()):
            sheet.write_string(0, column, heading)
            sheet.write_string(1, column, cell)
    file = (BytesIO(stream.getvalue()), "一览表.xlsx")
    browser.client.post(f"{url}/import", data={"file": file}, content_type="multipart/form-data")
    staff = Staff.get(Staff.institution == case.institution)
    shown = browser.get(url).one("table").text
    assert ("参保代码" in shown, "2024-05-01" in shown, "110101199003077475" in shown) == (True, True, False)
    assert (staff.person.name, staff.insured_code, staff.insured_since.isoformat()) == (
        "黄小兰",
        "8800123",
        "2024-05-01",
    )
