"""A reviewer's day in a real browser: a sheet by keyboard, by mouse, with a colleague, to the signature."""

import pytest

from blueprints.review import group_operations, operations
from lifecycle import sheets
from models import Role, SheetMark, SheetSignature
from tests.builders import MONDAY, a_file, a_group, an_accepted, hand_of, step

pytestmark = pytest.mark.browser


def pen(name):
    return hand_of(Role.REVIEWER, name=name)


@pytest.fixture
def case(app):
    """A hospital at its desk review; both of the group have pledged, the sheet is open."""
    case = an_accepted(types=("inpatient", "chronic_outpatient"), name="安澜双柳康宁医院")
    a_group(case)
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    for name in ("孙立群", "韩雪"):
        group_operations.pledge(case, hand=pen(name))
    operations.enter_sheet(case, "desk", hand=pen("孙立群"))
    a_file(case, "material")
    return case


def marks(case):
    rows = SheetMark.select().where(SheetMark.sheet == sheets.sheet_of(case, "desk")).order_by(SheetMark.no)
    return list(rows)


def findings(case):
    return [mark.finding for mark in marks(case)]


def open_sheet(page, case):
    page.goto(f"/cases/{case.id}/sheets/desk")


def row(page, case, no):
    return page.locator(f"#row-{marks(case)[no - 1].id}")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def left(page, count):
    """Wait until the counter says how many rows are left."""
    text = f"还剩 {count} 项" if count else "全部填完"
    page.locator("#sheet-state", has_text=text).wait_for()


def test_a_whole_sheet_by_keyboard_alone(page, case, sign_in):
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    left(page, 11)
    for count in range(10, -1, -1):
        press(page, "2" if count == 5 else "3" if count == 0 else "1")
        left(page, count)
        if count == 5:
            press(page, "n")
            page.keyboard.type("缺预案 1 项")
            with page.expect_response(lambda answer: answer.request.method == "PUT"):
                press(page, "Escape")
        press(page, "ArrowDown", *(["ArrowDown"] if count == 1 else []))

    assert findings(case) == ["pass"] * 5 + ["fail"] + ["pass"] * 4 + ["not_applicable"] * 2
    assert marks(case)[5].note == "缺预案 1 项"


def test_the_page_opens_at_the_first_open_row(page, case, sign_in):
    fill(case)
    last = marks(case)[9]
    SheetMark.update(finding="").where(SheetMark.id == last.id).execute()
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    assert page.evaluate("document.activeElement.id") == f"verdict-{last.id}-1"
    below = row(page, case, 10).bounding_box()
    bar = page.locator("#sheet-state").bounding_box()
    assert below["y"] + below["height"] <= bar["y"]


def test_the_current_row_brings_its_requirement_and_the_files(page, case, sign_in):
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    press(page, "ArrowDown")
    aside = page.locator("#row-aside", has_text="第 2 项 依据与材料")
    aside.wait_for()
    assert aside.locator("a").inner_text() == "扫描件.pdf"
    assert row(page, case, 2).locator(".method").is_visible()


def test_rows_by_mouse_and_what_applies_to_all_cannot_be_not_applicable(page, case, sign_in):
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    row(page, case, 4).get_by_role("radio", name="不符合").check()
    left(page, 10)
    row(page, case, 4).get_by_label("第 4 项说明").fill("租赁合同已到期")
    row(page, case, 5).get_by_role("radio", name="符合", exact=True).check()
    left(page, 9)
    assert row(page, case, 1).get_by_role("radio", name="不适用").is_disabled()
    assert (findings(case)[3], marks(case)[3].note, findings(case)[4]) == ("fail", "租赁合同已到期", "pass")


def test_a_faster_colleague_appears_in_the_row_and_the_typed_note_stays(page, case, sign_in):
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    mark = marks(case)[7]
    operations.mark_row(mark, finding="pass", note="变更注册已办结", version=1, hand=pen("韩雪"))

    mine = row(page, case, 8)
    mine.locator(".no a").click()
    press(page, "2")
    told = mine.locator(".colleague")
    told.wait_for()

    assert "韩雪 今天 09:00 已填“符合”：变更注册已办结。您填的“不符合”没有保存" in told.inner_text()
    assert mine.get_by_role("radio", name="符合", exact=True).is_checked()
    assert findings(case)[7] == "pass"

    press(page, "n")
    page.keyboard.press("Control+a")
    page.keyboard.type("护士差 2 人")
    told.get_by_role("button", name="按我填的“不符合”保存").click()
    told.wait_for(state="detached")
    assert (findings(case)[7], marks(case)[7].note) == ("fail", "护士差 2 人")


def test_a_note_typed_while_a_colleague_answered_stays_typed(page, case, sign_in):
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    operations.mark_row(marks(case)[7], finding="pass", note="", version=1, hand=pen("韩雪"))
    mine = row(page, case, 8)
    mine.locator(".no a").click()
    press(page, "n")
    page.keyboard.type("护士差 2 人")
    press(page, "Escape")
    mine.locator(".colleague", has_text="您填的说明没有保存").wait_for()
    assert mine.locator("textarea").input_value() == "护士差 2 人"

    press(page, "2")
    mine.locator(".colleague").wait_for(state="detached")
    assert (findings(case)[7], marks(case)[7].note) == ("fail", "护士差 2 人")


def fill(case, by="孙立群"):
    for mark in marks(case):
        if not mark.finding:
            operations.mark_row(mark, finding="pass", note="", version=mark.version, hand=pen(by))


@pytest.mark.clause("LC-14b-1b")
def test_two_reviewers_sign_and_what_was_not_seen_is_not_signed(page, open_page, case, sign_in):
    fill(case)
    other = open_page()
    sign_in(page, Role.REVIEWER, name="孙立群")
    sign_in(other, Role.REVIEWER, name="韩雪")
    open_sheet(page, case)
    open_sheet(other, case)
    row(other, case, 2).locator(".no a").click()
    press(other, "2")
    other.locator("#sheet-state", has_text="不符合 1 项").wait_for()

    page.get_by_role("button", name="签字确认").click()
    page.locator("#refusal", has_text="评价表又有改动，没有签字").wait_for()
    open_sheet(page, case)
    for who in (page, other):
        who.get_by_role("button", name="签字确认").click()
        who.locator("#signatures .sign-ok").first.wait_for()

    assert [signature.user.name for signature in SheetSignature.select()] == ["孙立群", "韩雪"]
    assert other.get_by_role("link", name="办理“审核评价不通过”").is_visible()


@pytest.mark.clause("LC-14b-1b")
def test_a_tick_after_signing_voids_the_signature_before_the_eyes(page, case, sign_in):
    fill(case)
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    page.get_by_role("button", name="签字确认").click()
    page.locator("#sheet-state", has_text="您已签字").wait_for()
    row(page, case, 3).locator(".no a").click()
    press(page, "2")
    page.locator("#sheet-state", has_text="孙立群的签字已作废：第 3 项改动").wait_for()
    assert page.locator("#signatures", has_text="作废：第 3 项改动").is_visible()
    assert page.get_by_role("button", name="签字确认").is_visible()


def test_ticking_works_without_javascript(open_page, case, sign_in):
    page = open_page(java_script_enabled=False)
    sign_in(page, Role.REVIEWER, name="孙立群")
    open_sheet(page, case)
    mine = row(page, case, 1)
    mine.get_by_role("radio", name="不符合").check()
    mine.get_by_label("第 1 项说明").fill("执业许可证过期")
    mine.get_by_role("button", name="保存").click()
    assert page.url.endswith(f"#row-{marks(case)[0].id}")
    assert (findings(case)[0], marks(case)[0].note) == ("fail", "执业许可证过期")


@pytest.mark.parametrize("tail", ["sheets/desk", "sheets/desk/print", "sheets/on_site", "group"])
def test_axe_finds_nothing(open_page, case, sign_in, violations, tail):
    page = open_page(bypass_csp=True)
    sign_in(page, Role.REVIEWER, name="孙立群")
    page.goto(f"/cases/{case.id}/{tail}")
    assert violations(page) == []
