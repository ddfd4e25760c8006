"""The window without a mouse: annex 2 from the empty form to the received case, each key counted."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from demo import numbers
from models import Application, Case, Document, Role

pytestmark = pytest.mark.browser


class Keys:
    """The keyboard, counting. Text is counted by character, as an input method commits it."""

    def __init__(self, tab):
        self.tab, self.count = tab, 0

    def press(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)
            self.count += 1

    def type(self, text):
        self.tab.keyboard.type(text)
        self.count += len(text)

    def fill(self, *texts):
        """Type each text into the field that has the focus and go on to the next; empty: pass by."""
        for text in texts:
            self.type(text)
            self.press("Tab")

    def settle(self):
        """Wait as a person does until what was typed has been looked at: a slow machine must not count."""
        self.tab.wait_for_load_state("networkidle")

    def to(self, name):
        """Go on by Tab until the field `name` has the focus."""
        self.settle()
        for _ in range(20):
            if self.tab.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not reached by Tab")

    def enter(self, text):
        """Press Enter on the link or button `text`, which the page must have given the focus by itself."""
        self.settle()
        expect(self.tab.locator("a:focus, button:focus")).to_have_text(text)
        self.press("Enter")

    def to_summary(self, text):
        """Go on by Tab to the table `text`, which stands closed until it is wanted."""
        self.settle()
        for _ in range(20):
            if self.tab.evaluate("document.activeElement.innerText || ''").startswith(text):
                return
            self.press("Tab")
        raise AssertionError(f"{text} is not reached by Tab")


def fill_in(page, keys):
    """Annex 2 of a hospital with two departments, filed."""
    page.goto("/applications/new")
    expect(page.locator("#name")).to_be_focused()
    keys.fill(
        "安澜双柳康宁医院",
        numbers.credit_code(70001),
        "PDY10001337159917A1001",
        "安澜县双柳镇柳泉路 18 号",
        "专科医院",
    )
    keys.press("ArrowRight", "Tab")  # 二级
    keys.fill("乙", "私营")
    keys.press("Space", "Tab")  # 营利
    keys.to("beds")
    keys.fill("80")
    keys.press("Space", "Tab", "Space")  # 住院、门诊统筹
    keys.to("operating_since")
    keys.fill("20240501")
    keys.to_summary("住院科室")
    keys.press("Enter")
    keys.to("t_departments-1-code")
    keys.fill("0301", "内科", "50", "6", "3", "", "20", "")
    keys.fill("0302", "外科", "30", "5", "2", "", "12")
    keys.to("legal_representative")
    keys.fill("许长河", numbers.resident_id(7001))
    keys.to("contact")
    keys.fill("闫晓东")
    keys.type("13806350001")
    keys.press("Enter")
    expect(page.locator("#case")).to_be_visible()
    assert (Case.get().state, Case.get().institution.grade) == ("filed", "二级乙等")


def test_annex_2_is_filled_in_and_filed_by_keyboard_alone(page, sign_in):
    sign_in(page, Role.CLERK)
    keys = Keys(page)
    fill_in(page, keys)
    application = Application.get()
    assert application.types == ["inpatient", "outpatient_pooling"]
    assert [row["name"] for row in application.tables["departments"]] == ["内科", "外科"]
    assert keys.count <= 230


def test_from_the_empty_form_to_the_printed_notice_no_mouse_is_needed(page, sign_in):
    """Checks, materials, acceptance and the notice, once annex 2 is in: one key for most of them."""
    sign_in(page, Role.CLERK)
    keys = Keys(page)
    fill_in(page, keys)
    typed = keys.count
    expect(page.locator("#step-checks")).to_contain_text("未核对")

    keys.enter("受理前核查")
    expect(page.locator(".sheet .is-current input:focus")).to_have_count(1)  # the first open row
    keys.press("Shift+Tab", "Shift+Tab")
    keys.enter("其余各项一并登记")
    keys.press("Tab")
    expect(page.locator("#rest [name=inquiry]")).to_be_focused()
    keys.press("Enter")
    keys.enter("返回办件")

    keys.enter("核对材料")
    expect(page.locator("#main [name=received_on]").first).to_be_focused()
    keys.press("Enter")
    keys.enter("返回办件")

    keys.enter("受理")
    expect(page.locator("#on")).to_be_focused()
    keys.press("Enter")
    with page.expect_download() as told:
        keys.enter("下载 Word")

    case = Case.get()
    document = Document.get(Document.kind == "acceptance_notice")
    assert (case.state, document.case) == ("accepted", case)
    assert told.value.suggested_filename.endswith(".docx")
    assert Path(told.value.path()).read_bytes()[:2] == b"PK"
    assert (typed, keys.count - typed) == (212, 13)
