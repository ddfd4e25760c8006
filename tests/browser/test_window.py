"""The window without a mouse: annex 2 from the empty form to the received case, each key counted."""

from playwright.sync_api import expect

from demo import numbers
from models import Application, Case, Role


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

    def to(self, name):
        """Go on by Tab until the field `name` has the focus."""
        for _ in range(20):
            if self.tab.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not reached by Tab")

    def to_summary(self, text):
        """Go on by Tab to the table `text`, which stands closed until it is wanted."""
        for _ in range(20):
            if self.tab.evaluate("document.activeElement.innerText || ''").startswith(text):
                return
            self.press("Tab")
        raise AssertionError(f"{text} is not reached by Tab")


def test_annex_2_is_filled_in_and_filed_by_keyboard_alone(page, sign_in):
    sign_in(page, Role.CLERK)
    page.goto("/applications/new")
    expect(page.locator("#name")).to_be_focused()
    keys = Keys(page)
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
    application = Application.get()
    assert application.types == ["inpatient", "outpatient_pooling"]
    assert [row["name"] for row in application.tables["departments"]] == ["内科", "外科"]
    assert keys.count <= 230
