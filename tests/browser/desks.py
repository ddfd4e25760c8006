"""The people of an office at their desks, each in a browser of their own, logged in anew on every day."""

from datetime import date, datetime

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from lifecycle import moment
from tests.builders import PASSWORD, a_user, night

PDF = {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


class Desks:
    """Opens the right person's page on the day the clock shows."""

    def __init__(self, open_page):
        self._open, self._tabs = open_page, {}
        self.case_url = ""

    def day(self, *parts: int) -> None:
        """Let it become nine in the morning of that day, after every night since the last one."""
        day, last = date(*parts), moment.today()
        while last < day:
            last = date.fromordinal(last.toordinal() + 1)
            moment.move_to(datetime(last.year, last.month, last.day, 1, 30))  # noqa: DTZ001
            night(last)
        moment.move_to(datetime(*parts, 9, 0))  # noqa: DTZ001

    def of(self, role: str, name: str = "", office=None, url: str = "") -> Tab:
        """Return the page of the user with `role`, logged in, on `url` or on the case."""
        user = a_user(role, name=name, office=office)
        tab = self._tabs.get(user.id) or self._tabs.setdefault(user.id, self._open())
        tab.goto(url or self.case_url or "/")
        if "/log-in" in tab.url:
            tab.fill("[name=username]", user.username)
            tab.fill("[name=password]", PASSWORD)
            tab.press("[name=password]", "Enter")
            tab.wait_for_url(lambda where: "/log-in" not in where)
            tab.goto(url or self.case_url or "/")
        return tab

    def step(self, tab: Tab, label: str, **fields: str) -> None:
        """Take a step from the case page: its link, its form, its button. Acceptance follows the checks."""
        if label == "受理":
            self.clear_checks(tab)
        tab.locator("#next-steps a.btn:not([aria-disabled])", has_text=label).first.click()
        for name, value in fields.items():
            tab.fill(f"[name={name}]", value)
        submit(tab)
        expect(tab.locator("#case")).to_be_visible()

    def clear_checks(self, tab: Tab) -> None:
        """Record that nothing speaks against acceptance, with the one button of the checks."""
        tab.locator("#checks a", has_text="核对").click()
        submit(tab, "#rest .btn-primary")
        expect(tab.locator("#checks-state")).to_contain_text("可以受理")
        tab.locator("#checks-state a.btn").click()
        expect(tab.locator("#case")).to_be_visible()

    def serve(self, tab: Tab, recipient: str = "许传芳") -> None:
        """Record that the newest document was served today."""
        tab.locator("#documents a", has_text="登记送达").first.click()
        tab.fill("[name=recipient]", recipient)
        submit(tab)
        expect(tab.locator("#case")).to_be_visible()

    def state(self) -> str:
        """Return the state as a manager reads it on the case page."""
        return self.of("manager").locator("h1 .state").inner_text()


def submit(tab: Tab, button: str = ".form-foot .btn-primary") -> None:
    """Press `button` and wait for the page that answers; the next goto must not overtake it."""
    with tab.expect_navigation():
        tab.locator(button).click()


def tick_sheet(tab: Tab, failed: tuple[int, ...] = ()) -> None:
    """Answer every open row of the sheet by keyboard; the rows numbered in `failed` with 不符合."""
    if tab.locator("#pledge button").count():
        submit(tab, "#pledge button")
    rows = tab.locator(".sheet > .sheet-row")
    expect(rows.first).to_be_visible()
    for index in range(rows.count()):
        row = rows.nth(index)
        if row.locator("input[type=radio]:checked").count():
            continue
        number = int(row.locator(".no").inner_text())
        row.locator("input[type=radio]:enabled").first.focus()
        tab.keyboard.press("2" if number in failed else "1")
        expect(row.locator(".by")).to_contain_text(":")  # the hour at which it was saved
    expect(tab.locator("#sheet-state")).to_contain_text("全部填完")
    if tab.locator("[name=visited_on]").count():
        tab.fill("[name=visited_on]", moment.today().isoformat())
        submit(tab, "#visit button")
