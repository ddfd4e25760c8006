"""The pages of a review as a person reads them, with htmx and without."""

import pytest

from blueprints.review import group_operations, operations
from lifecycle import sheets
from models import Case, GroupMember, Role, SheetMark, SheetSignature
from tests.builders import MONDAY, a_group, an_accepted, an_office, hand_of, step
from tests.page import log_in


@pytest.fixture
def case(app):
    """A hospital at its desk review; 孙立群 and 韩雪 in the group, the first has opened the sheet."""
    case = an_accepted(types=("inpatient",), name="安澜双柳康宁医院", contact="韩雪")
    a_group(case)
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    group_operations.pledge(case, hand=pen("孙立群"))
    operations.enter_sheet(case, "desk", hand=pen("孙立群"))
    return case


@pytest.fixture
def reviewer(client, case):
    return log_in(client, Role.REVIEWER, name="孙立群")


def pen(name):
    return hand_of(Role.REVIEWER, name=name)


def sheet_url(case, stage="desk", tail=""):
    return f"/cases/{case.id}/sheets/{stage}{tail}"


def row_of(case, no):
    return SheetMark.get(SheetMark.sheet == sheets.sheet_of(case, "desk"), SheetMark.no == no)


def row_url(case, no):
    return sheet_url(case, tail=f"/rows/{row_of(case, no).id}")


def answer(case, no, finding="pass", by="韩雪"):
    """A colleague's answer, given elsewhere."""
    member = GroupMember.get(GroupMember.case == case, GroupMember.user == pen(by).actor)
    if not member.pledged_at:
        group_operations.pledge(case, hand=pen(by))
    row = row_of(case, no)
    operations.mark_row(row, finding=finding, note="两名护士已变更注册", version=row.version, hand=pen(by))


def fill(case):
    for no in range(1, 11):
        answer(case, no, by="孙立群")


# --- A row ---


@pytest.mark.clause("LC-A07-1-00")
def test_the_page_shows_every_row_with_its_three_answers(reviewer, case):
    page = reviewer.get(sheet_url(case))

    rows = page.all("tbody", class_="sheet-row")
    assert len(rows) == 12
    radios = rows[0].all("input", type="radio")
    assert [(radio.attrs["value"], "disabled" in radio.attrs) for radio in radios] == [
        ("pass", False),
        ("fail", False),
        ("not_applicable", True),
    ]
    assert "disabled" not in rows[10].all("input", type="radio")[2].attrs
    assert page.one(id="sheet-state").one("progress").attrs["value"] == "2"
    assert "人员资质不符合要求的" not in page.one(id="row-aside").text
    assert page.one(id="row-aside").one("h2").text == "第 1 项 依据与材料"


def test_marking_a_row_swaps_it_and_the_counters(reviewer, case):
    row = row_of(case, 1)

    page = reviewer.swap("put", row_url(case, 1), data={"verdict": "fail", "note": " 已核 ", "version": 1})

    kept = SheetMark.get_by_id(row.id)
    assert (kept.finding, kept.note, kept.version) == ("fail", "已核", 2)
    assert page.one("tbody", id=f"row-{row.id}").one(name="version").attrs["value"] == "2"
    beside = [root.attrs["id"] for root in page.roots if "hx-swap-oob" in root.attrs]
    assert beside == ["sheet-state", "signatures"]
    assert "还剩 9 项" in page.one(id="sheet-state").text


def test_marking_works_without_javascript(reviewer, case):
    row = row_of(case, 3)
    page = reviewer.post(row_url(case, 3), data={"verdict": "pass", "note": "", "version": 1})
    assert page.location == f"{sheet_url(case)}#row-{row.id}"
    assert SheetMark.get_by_id(row.id).finding == "pass"


def test_a_faster_colleague_is_told_and_what_was_typed_stays(reviewer, case):
    answer(case, 8, "pass")
    row = row_of(case, 8)

    page = reviewer.swap(
        "put", row_url(case, 8), status=409, data={"verdict": "fail", "note": "护士 2 人", "version": 1}
    )

    told = page.one(class_="colleague").text
    assert "韩雪 今天 09:00 已填“符合”：两名护士已变更注册。您填的“不符合”没有保存" in told
    assert page.one("textarea").text == "护士 2 人"
    assert page.one(value="pass", type="radio").attrs.get("checked") == ""
    mine = {"insist": page.one("button", name="insist").attrs["value"], "verdict": "pass"}
    version = page.one("input", name="version").attrs["value"]
    assert version == str(row.version)

    reviewer.swap("put", row_url(case, 8), data=mine | {"note": "护士 2 人", "version": version})

    kept = row_of(case, 8)
    assert (kept.finding, kept.note, kept.marked_by.name) == ("fail", "护士 2 人", "孙立群")


def test_a_faster_colleague_is_told_without_javascript_too(reviewer, case):
    answer(case, 8, "pass")
    page = reviewer.post(row_url(case, 8), status=409, data={"verdict": "fail", "note": "护士", "version": 1})
    row = page.one("tbody", id=f"row-{row_of(case, 8).id}")
    assert "您填的“不符合”没有保存" in row.one(class_="colleague").text
    assert row.one("textarea").text == "护士"


def test_the_page_says_where_a_colleague_answered_otherwise(reviewer, case):
    answer(case, 8, "fail", by="孙立群")
    answer(case, 8, "pass")
    told = reviewer.get(sheet_url(case)).one(class_="colleague").text
    assert told == "韩雪 今天 09:00 将本项由“不符合”改为“符合”：两名护士已变更注册"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"verdict": "perfect", "version": 1}, "这一项的选择认不出，请重新选择"),
        ({"verdict": "pass", "version": "x"}, "整数"),
        ({"verdict": "pass"}, "页面打开太久，请刷新后再填"),
        ({"verdict": "pass", "version": 1, "note": "长" * 501}, "说明不超过 500 字"),
        (
            {"verdict": "not_applicable", "version": 1, "note": "没有"},
            "第 1 项适用于所有机构，不能填“不适用”",
        ),
    ],
    ids=["unknown verdict", "no number", "no version", "long note", "not applicable to all"],
)
def test_a_row_that_cannot_be_saved_says_why_and_keeps_the_note(reviewer, case, data, sentence):
    page = reviewer.swap("put", row_url(case, 1), status=422, data=data)
    assert sentence in page.one(role="alert").text
    assert page.one("textarea").text == data.get("note", "")
    assert row_of(case, 1).finding == ""


def test_who_is_not_in_the_group_looks_but_does_not_touch(client, case):
    stranger = log_in(client, Role.REVIEWER, name="路人")
    page = stranger.get(sheet_url(case))
    assert "只有评价小组成员可以填写" in page.text
    assert not page.all("textarea")
    stranger.swap("put", row_url(case, 1), status=403, data={"verdict": "pass", "version": 1})
    assert row_of(case, 1).finding == ""


def test_a_row_of_another_case_is_not_found(reviewer, case):
    url = f"/cases/{an_accepted().id}/sheets/desk/rows/{row_of(case, 1).id}"
    reviewer.put(url, status=404, data={"verdict": "pass", "version": 1})


def test_a_case_of_another_office_is_not_found(client, case):
    far = log_in(client, Role.REVIEWER, office=an_office("邻县中心", "邻医保"))
    far.get(sheet_url(case), status=404)


def test_a_case_without_an_on_site_sheet_answers_404(reviewer):
    pharmacy = an_accepted("pharmacy", types=("personal_account",))
    reviewer.get(sheet_url(pharmacy, "on_site"), status=404)


def test_the_aside_shows_requirement_article_and_what_to_bear_in_mind(reviewer, case):
    page = reviewer.swap("get", f"{row_url(case, 6)}/aside")
    assert "附件7-1第6行" in page.text
    assert "还要求统计信息管理制度" in page.text
    assert reviewer.get(f"{row_url(case, 6)}/aside", status=302).location.endswith(
        f"#row-{row_of(case, 6).id}"
    )


# --- Pledge and signature ---


@pytest.mark.clause("LC-14b-0b")
def test_the_pledge_stands_before_the_table(client, case):
    reviewer = log_in(client, Role.REVIEWER, name="韩雪")
    page = reviewer.get(sheet_url(case))
    assert "确认承诺后方可填写" in page.text
    assert not page.all("textarea")

    reviewer.post(f"{sheet_url(case)}/pledge")

    page = reviewer.get(sheet_url(case))
    assert not page.all(id="pledge")
    assert page.all("textarea")


@pytest.mark.clause("LC-14b-1b")
def test_a_signature_is_put_shown_and_voided_by_a_later_change(reviewer, case):
    fill(case)
    seen = reviewer.get(sheet_url(case)).one("button", name="seen").attrs["value"]
    reviewer.post(f"{sheet_url(case)}/sign", data={"seen": seen})
    page = reviewer.get(sheet_url(case))
    assert "待签：韩雪" in page.one(id="sheet-state").text
    assert "2026年3月2日 09:00" in page.one(id="signatures").text

    page = reviewer.swap(
        "put", row_url(case, 2), data={"verdict": "fail", "version": row_of(case, 2).version}
    )

    assert "孙立群的签字已作废：第 2 项改动（孙立群）" in page.one(id="sheet-state").text
    assert "作废：第 2 项改动" in page.one(id="signatures").text


def test_a_signature_by_htmx_is_put_under_the_versions_on_the_screen(reviewer, case):
    fill(case)
    page = reviewer.get(sheet_url(case))
    versions = [node.attrs["value"] for node in page.all("input", name="version")]
    url, headers = f"{sheet_url(case)}/sign", {"HX-Request": "true"}

    answer(case, 4, "fail")
    reviewer.post(url, status=409, headers=headers, data={"version": versions})
    versions[3] = "3"
    signed = reviewer.post(url, status=200, headers=headers, data={"version": versions})

    assert signed.headers["HX-Redirect"] == sheet_url(case)
    assert [row.user.name for row in SheetSignature.select()] == ["孙立群"]


def test_signing_early_is_refused_with_what_is_open(reviewer, case):
    page = reviewer.post(f"{sheet_url(case)}/sign", status=422, data={"seen": "14"})
    assert "还有 10 项未填" in page.all(id="refusal")[0].text
    reviewer.post(f"{sheet_url(case)}/sign", status=422)


def test_the_last_signature_points_to_the_next_step(reviewer, case):
    fill(case)
    group_operations.pledge(case, hand=pen("韩雪"))
    for name in ("孙立群", "韩雪"):
        seen = sum(row.version for row in SheetMark.select()) + 1
        operations.sign(sheets.sheet_of(case, "desk"), seen=seen, hand=pen(name))
    link = reviewer.get(sheet_url(case)).one(id="sheet-state").one("a", class_="btn-primary")
    assert (link.text, link.attrs["href"]) == ("办理“审核评价通过”", f"/cases/{case.id}")


@pytest.mark.clause("LC-A07-1-13")
def test_the_foot_keeps_a_remark_and_a_refused_one_stays_typed(reviewer, case):
    url = f"{sheet_url(case)}/visit"
    reviewer.post(url, data={"remark": "材料齐全", "version": 1})
    assert sheets.sheet_of(case, "desk").remark == "材料齐全"

    page = reviewer.post(url, status=409, data={"remark": "另有说明", "version": 1})
    foot = page.one(id="visit")
    assert foot.one("textarea").text == "另有说明"
    assert "现存备注：材料齐全" in foot.text
    assert foot.one("input", name="version").attrs["value"] == "2"

    page = reviewer.post(url, status=422, data={"remark": "长" * 1001, "version": 2})
    assert "备注不超过 1000 字" in page.one(id="visit").text


# --- Print ---


@pytest.mark.clause("LC-A07-1-13")
def test_the_form_prints_as_the_annex_open_ones_marked_as_unfinished(reviewer, case):
    answer(case, 6, "fail", by="孙立群")
    page = reviewer.get(sheet_url(case, tail="/print"))
    heads = [cell.text for cell in page.one("thead").all("th")]
    assert heads == ["项目", "审核评价指标", "审核评价方式", "审核评价要求", "审核评价情况"]
    assert page.all("section", class_="unfinished")
    assert [node.text for node in page.one(class_="annex").all("b")] == ["不符合", "不适用", "不适用"]
    assert [word in page.text for word in ("备注", "审核评价人：", "日期：")] == [True] * 3

    blank = reviewer.get(sheet_url(case, tail="/print?blank=1"))
    assert not blank.all("section", class_="unfinished")
    assert not blank.one(class_="annex").all("b")


@pytest.mark.clause("LC-A07-2-12", "LC-A07-2-00")
def test_the_form_of_a_pharmacy_has_the_same_columns_and_foot(reviewer):
    pharmacy = an_accepted("pharmacy", types=("personal_account",), name="康民大药房")
    page = reviewer.get(sheet_url(pharmacy, tail="/print?blank=1"))
    assert "零售药店医疗保障定点审核评价表" in page.one("h1").text
    assert [cell.text for cell in page.one("thead").all("th")][-1] == "审核评价情况"
    assert [word in page.text for word in ("备注", "审核评价人：", "日期：", "康民大药房")] == [True] * 4


@pytest.mark.clause("LC-A08-1-00", "LC-A08-2-00", "LC-A08-2-08")
def test_the_on_site_form_has_its_own_columns_head_and_foot(reviewer, case):
    page = reviewer.get(sheet_url(case, "on_site", "/print?blank=1"))
    heads = [cell.text for cell in page.one("thead").all("th")]
    assert heads == ["项目", "评估指标", "评估方式", "评估标准", "评估情况及结果"]
    for word in ("医疗机构名称：安澜双柳康宁医院", "备注", "现场评估人员：", "日期："):
        assert word in page.text


# --- The group ---


@pytest.mark.clause("LC-14a-1", "LC-14a-2")
def test_the_group_is_appointed_on_its_page_and_the_review_begins(client, app):
    case, one = an_accepted(contact="韩雪"), pen("孙立群").actor
    pen("韩雪")
    manager = log_in(client, Role.MANAGER)
    page = manager.get(f"/cases/{case.id}/group")
    assert "与申请机构联系人同名，请核实是否需要回避" in page.text
    assert "尚无医疗保障、医药卫生、财务管理、信息技术方面的成员" in page.text

    url = f"/cases/{case.id}/group"
    given = {f"field-{one.id}": "医药卫生", "seen": "", "third_party": "明正评估事务所", "action": "start"}
    page = manager.post(url, data=given)

    assert page.location == sheet_url(case)
    assert Case.get_by_id(case.id).state == "desk_review"
    page = manager.get(url)
    assert "尚无医疗保障、财务管理、信息技术方面的成员" in page.text
    assert "明正评估事务所" in page.text


def test_a_refused_group_keeps_what_was_chosen(client, case):
    manager = log_in(client, Role.MANAGER)
    one = pen("孙立群").actor
    given = {f"field-{one.id}": "信息技术", "seen": "somebody else", "action": "save"}
    page = manager.post(f"/cases/{case.id}/group", status=409, data=given)
    assert "同事刚刚改动了评估小组" in page.all(id="refusal")[0].text
    chosen = page.one("select", id=f"field-{one.id}").all("option", value="信息技术")[0]
    assert "selected" in chosen.attrs
    nobody = {f"field-{row.user_id}": "" for row in GroupMember.select()} | {"seen": "x"}
    manager.post(f"/cases/{case.id}/group", status=422, data=nobody)


# --- Cost ---


def test_the_page_asks_the_same_number_of_statements_for_any_number_of_rows(reviewer, case, statements):
    url = sheet_url(case)
    reviewer.get(url)
    with statements() as few:
        reviewer.get(url)
    fill(case)
    answer(case, 1, "fail")
    with statements() as many:
        reviewer.get(url)
    assert len(few) == len(many)
    assert len(few) <= 22
