"""Annex 2 in a real browser: rows by keyboard and from Excel, what differs from the register."""

from playwright.sync_api import expect

from models import Application, Role
from tests.builders import an_institution

PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(paste);
}"""


def cell(tab, no, column, table="departments"):
    return tab.locator(f"#t_{table}-{no}-{column}")


def test_rows_grow_by_enter_and_take_a_block_from_excel(page, sign_in):
    tab = page
    sign_in(tab, Role.CLERK)
    tab.goto("/applications/new")
    tab.locator("summary", has_text="住院科室").click()
    cell(tab, 1, "code").focus()
    tab.evaluate(
        PASTE, "0301\t消化内科\t40\t6\n0302\t心血管内科\t30\t5\n0303\t普通外科\t10\t4\n0304\t骨科\t20\t3\n"
    )
    expect(cell(tab, 4, "name")).to_have_value("骨科")
    cell(tab, 4, "name").press("Enter")
    expect(cell(tab, 5, "code")).to_be_focused()
    tab.keyboard.type("0305")
    tab.get_by_label("删除第 3 行").first.click()
    expect(cell(tab, 4, "code")).to_have_value("0305")
    tab.get_by_role("button", name="加一行").first.click()
    expect(cell(tab, 5, "code")).to_be_focused()


def test_what_differs_is_shown_while_it_is_typed_and_filed_with_one_click(page, sign_in):
    institution = an_institution(name="安澜沙堤颐康医院", beds=80, grade="一级", category="综合医院")
    tab = page
    sign_in(tab, Role.CLERK)
    tab.goto(f"/applications/new?institution={institution.id}")
    for name, value in (("beds", "95"), ("contact", "闫晓东"), ("operating_since", "2024-05-01")):
        tab.fill(f"[name={name}]", value)
    tab.get_by_label("住院", exact=True).check()
    tab.get_by_label("营利", exact=True).check()
    tab.locator("summary", has_text="住院科室").click()
    cell(tab, 1, "name").fill("内科")
    cell(tab, 1, "beds").fill("80")
    expect(tab.locator("#duplicates")).to_contain_text("床位数：95")
    expect(tab.locator("#duplicates")).to_contain_text("住院科室开展床位合计 80，与床位数 95 不同，请核对")
    tab.get_by_role("button", name="提交").last.click()
    expect(tab.locator("#case")).to_be_visible()
    application = Application.get()
    assert application.tables == {"departments": [{"name": "内科", "beds": 80}]}
    assert application.counts == {"inpatient_department": 1, "bed": 95}
