"""Appointing, pledging, opening, marking, signing: what is lawful, what is refused, what a change undoes."""

from datetime import date

import pytest

from blueprints.review import board, group_operations, operations, queries
from lifecycle import sheets
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.steps import take_step
from models import Case, CaseSheet, Event, GroupMember, Role, SheetMark, SheetSignature
from tests.builders import MONDAY, a_group, a_signed_sheet, an_accepted, hand_of, serve_last, step

pytestmark = pytest.mark.usefixtures("app")


def in_review(kind="medical", names=("孙立群", "韩雪"), **fields):
    """A case at its desk review, whose group has pledged; the sheet opened by the first of them."""
    case = an_accepted(kind, **fields)
    a_group(case, *names)
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name=names[0])
    for name in names:
        group_operations.pledge(case, hand=pen(name))
    operations.enter_sheet(case, "desk", hand=pen(names[0]))
    return case


def pen(name, **kwargs):
    return hand_of(Role.REVIEWER, name=name, **kwargs)


def marks_of(case, stage="desk"):
    return list(
        SheetMark.select().where(SheetMark.sheet == sheets.sheet_of(case, stage)).order_by(SheetMark.no)
    )


def mark(case, no=1, finding="pass", note="", by="孙立群", version=None, stage="desk"):
    row = marks_of(case, stage)[no - 1]
    seen = row.version if version is None else version
    return operations.mark_row(row, finding=finding, note=note, version=seen, hand=pen(by))


def fill(case, failed=(), stage="desk"):
    for row in marks_of(case, stage):
        if not row.finding:
            mark(case, row.no, "fail" if row.no in failed else "pass", stage=stage)


def sign(case, by, stage="desk"):
    view = board.board(Case.get_by_id(case.id), stage, pen(by))
    operations.sign(view.sheet, seen=view.seen, hand=pen(by))


def standing(case, stage="desk"):
    sheet = sheets.sheet_of(case, stage)
    rows = SheetSignature.select().where(SheetSignature.sheet == sheet, SheetSignature.voided_at.is_null())
    return [row.user.name for row in rows]


# --- The group ---


def test_a_group_is_not_changed_after_the_result():
    case = in_review("pharmacy", types=("personal_account",))
    fill(case)
    for name in ("孙立群", "韩雪"):
        sign(case, name)
    case = take_step(case, "conclude_desk_review", hand=pen("孙立群"))
    with pytest.raises(NotAllowed):
        group_operations.set_group(
            case, {pen("韩雪").actor.id: "医疗保障"}, seen="", hand=hand_of(Role.MANAGER)
        )


def test_who_leaves_the_group_takes_the_signature_along():
    case = in_review()
    fill(case)
    sign(case, "韩雪")
    stays = pen("孙立群").actor
    seen = group_operations.group_stamp(case)

    group_operations.set_group(
        case, {stays.id: "财务管理"}, seen=seen, hand=hand_of(Role.MANAGER, name="郑国栋")
    )

    assert [(m.user.name, m.field) for m in sheets.group(case)] == [("孙立群", "财务管理")]
    assert GroupMember.select().where(GroupMember.left_at.is_null(False)).count() == 1
    assert [row.void_reason for row in SheetSignature.select()] == ["已退出评估小组（郑国栋）"]


# --- The pledge ---


@pytest.mark.clause("LC-14b-0b")
def test_nobody_marks_before_the_pledge_and_the_pledge_is_kept_with_its_moment():
    case = an_accepted()
    a_group(case, "孙立群")
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    operations.enter_sheet(case, "desk", hand=pen("孙立群"))
    assert sheets.sheet_of(case, "desk") is None

    group_operations.pledge(case, hand=pen("孙立群"))
    group_operations.pledge(case, hand=pen("孙立群"))

    assert [event.actor_name for event in Event.select().where(Event.action == "pledge")] == ["孙立群"]
    operations.enter_sheet(case, "desk", hand=pen("孙立群"))
    assert mark(case).finding == "pass"


def test_a_member_who_has_not_pledged_cannot_mark():
    case = in_review(names=("孙立群",))
    a_group(case, "韩雪")
    with pytest.raises(NotAllowed):
        mark(case, by="韩雪")


@pytest.mark.clause("LC-14b-0b")
def test_who_is_not_in_the_group_cannot_mark_sign_or_pledge():
    case = in_review()
    for act in (
        lambda: mark(case, by="路人"),
        lambda: sign(case, "路人"),
        lambda: group_operations.pledge(case, hand=pen("路人")),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.clause("LC-14b-0b")
def test_who_looked_at_a_sheet_is_noted_once_a_day():
    case = in_review()
    for _ in range(2):
        operations.enter_sheet(case, "desk", hand=hand_of(Role.CLERK, name="周敏"))
    seen = Event.select().where(Event.stream == f"access:{case.id}").order_by(Event.id)
    assert [(e.actor_name, e.action) for e in seen] == [
        ("孙立群", "look_at_sheet:desk"),
        ("周敏", "look_at_sheet:desk"),
    ]


# --- A sheet ---


@pytest.mark.clause("LC-14b-1a", "LC-A07-1-00")
def test_the_sheet_of_the_kind_is_opened_with_what_was_not_declared_as_not_applicable():
    case = in_review()
    sheet = sheets.sheet_of(case, "desk")
    assert (sheet.sheet, sheet.round) == ("desk_medical", 1)
    preset = {row.no: row.note for row in marks_of(case) if row.finding}
    assert preset == {11: "系统：未申报", 12: "系统：未申报"}
    assert (
        sheets.sheet_of(in_review("pharmacy", types=("personal_account",)), "desk").sheet == "desk_pharmacy"
    )


def test_two_who_open_a_sheet_at_once_open_one():
    case = in_review()
    operations.enter_sheet(case, "desk", hand=pen("韩雪"))
    assert CaseSheet.select().where(CaseSheet.case == case).count() == 1


def test_marking_a_row_leaves_a_trace_with_before_and_after():
    case = in_review()
    mark(case, 6, "pass")
    row = mark(case, 6, "fail", "缺预案", by="韩雪")

    assert (row.finding, row.note, row.version, row.marked_by.name) == ("fail", "缺预案", 3, "韩雪")
    event = Event.select().where(Event.action == "mark_row").order_by(Event.id.desc()).get()
    assert (event.case_id, event.actor_name) == (case.id, "韩雪")
    assert (event.change["no"], event.change["finding"], event.change["note"]) == (
        6,
        ["pass", "fail"],
        ["", "缺预案"],
    )


def test_the_same_answer_twice_is_one():
    case = in_review()
    mark(case)
    assert mark(case, version=1).version == 2
    assert Event.select().where(Event.action == "mark_row").count() == 1


def test_the_second_of_two_who_answer_a_row_is_told():
    case = in_review()
    mark(case, finding="pass")
    with pytest.raises(Conflict):
        mark(case, finding="fail", by="韩雪", version=1)
    assert marks_of(case)[0].finding == "pass"


@pytest.mark.clause("LC-A07-1-00")
def test_not_applicable_is_refused_where_the_row_applies_to_everybody():
    case = in_review()
    with pytest.raises(Unmet):
        mark(case, 1, "not_applicable")
    assert mark(case, 12, "pass").finding == "pass"
    assert mark(case, 12, "not_applicable").finding == "not_applicable"


def test_who_joins_later_does_not_unfinish_a_sheet_that_was_concluded():
    case = on_site()
    a_group(case, "丁玉兰")
    view = board.board(case, "desk", pen("丁玉兰"))
    assert (view.is_signed, view.unsigned, view.signed_by) == (True, (), "孙立群、韩雪")
    assert board.board(case, "on_site", pen("丁玉兰")).unsigned == ("孙立群", "韩雪", "丁玉兰")


def test_a_sheet_is_read_only_once_its_stage_is_over():
    case = in_review()
    fill(case)
    for name in ("孙立群", "韩雪"):
        sign(case, name)
    take_step(case, "conclude_desk_review", hand=pen("孙立群"))
    with pytest.raises(NotAllowed):
        mark(case, 1, "fail")


# --- Signatures ---


def test_a_sheet_with_open_rows_cannot_be_signed():
    with pytest.raises(Unmet) as refusal:
        sign(in_review(), "孙立群")
    assert refusal.value.sentences == ("还有 10 项未填（从第 1 项起），填完方可签字",)


@pytest.mark.clause("LC-14b-1b", "LC-A07-1-13")
def test_the_desk_review_is_closed_only_when_every_member_has_signed():
    case = in_review()
    fill(case)
    sign(case, "孙立群")
    sign(case, "孙立群")
    with pytest.raises(Unmet, match="尚待签字：韩雪"):
        take_step(case, "conclude_desk_review", hand=pen("孙立群"))

    sign(case, "韩雪")

    assert board.board(case, "desk", pen("孙立群")).is_signed
    assert standing(case) == ["孙立群", "韩雪"]
    assert [row.signed_at.date() for row in SheetSignature.select()] == [MONDAY, MONDAY]
    assert take_step(case, "conclude_desk_review", hand=pen("孙立群")).state == "on_site"


@pytest.mark.clause("LC-14b-1b")
def test_a_change_after_signing_voids_every_signature_and_says_which_row_it_was():
    case = in_review()
    fill(case)
    sign(case, "孙立群")
    sign(case, "韩雪")

    mark(case, 8, "fail", by="韩雪")

    assert standing(case) == []
    assert {row.void_reason for row in SheetSignature.select()} == {"第 8 项改动（韩雪）"}
    event = Event.select().where(Event.action == "mark_row").order_by(Event.id.desc()).get()
    assert event.change["voided"] == ["孙立群", "韩雪"]
    assert board.board(case, "desk", pen("孙立群")).voided.reason == "第 8 项改动（韩雪）"


def test_nobody_signs_what_they_have_not_seen():
    case = in_review()
    fill(case)
    seen = board.board(case, "desk", pen("孙立群")).seen
    mark(case, 3, "fail", by="韩雪")
    with pytest.raises(Conflict):
        operations.sign(sheets.sheet_of(case, "desk"), seen=seen, hand=pen("孙立群"))


@pytest.mark.clause("LC-A07-1-00R")
def test_one_failed_row_fails_the_desk_review():
    case = in_review()
    fill(case, failed=[6])
    for name in ("孙立群", "韩雪"):
        sign(case, name)
    with pytest.raises(Unmet, match="审核评价表有 1 项不符合，不予通过"):
        take_step(case, "conclude_desk_review", hand=pen("孙立群"))
    assert take_step(case, "fail_desk_review", hand=pen("孙立群")).state == "result_pending"


@pytest.mark.clause("LC-A07-2-00R")
def test_one_failed_row_fails_the_desk_review_of_a_pharmacy_too():
    case = in_review("pharmacy", types=("personal_account",))
    fill(case, failed=[5])
    for name in ("孙立群", "韩雪"):
        sign(case, name)
    with pytest.raises(Unmet, match="审核评价表有 1 项不符合，不予通过"):
        take_step(case, "conclude_desk_review", hand=pen("孙立群"))


# --- The foot, the visit, the second round ---


def on_site():
    """A case at its on-site evaluation, the sheet open."""
    case = in_review()
    fill(case)
    for name in ("孙立群", "韩雪"):
        sign(case, name)
    case = take_step(case, "conclude_desk_review", hand=pen("孙立群"))
    operations.enter_sheet(case, "on_site", hand=pen("孙立群"))
    return case


def foot(case, visited_on, remark="", version=1, stage="on_site"):
    given = {"visited_on": visited_on, "remark": remark, "version": version}
    return operations.note_visit(sheets.sheet_of(case, stage), **given, hand=pen("孙立群"))


@pytest.mark.clause("LC-14b-2b", "LC-A08-0R", "LC-A08-2-08")
def test_the_on_site_sheet_wants_every_row_its_day_and_every_signature():
    case = on_site()
    fill(case, stage="on_site")
    with pytest.raises(Unmet, match="现场评估日期"):
        sign(case, "孙立群", "on_site")
    foot(case, MONDAY, "机房在三楼")
    sign(case, "孙立群", "on_site")
    with pytest.raises(Unmet, match="尚待签字：韩雪"):
        take_step(case, "conclude_on_site", hand=pen("孙立群"))

    sign(case, "韩雪", "on_site")

    assert take_step(case, "conclude_on_site", hand=pen("孙立群")).state == "result_pending"
    assert (sheets.sheet_of(case, "on_site").remark, standing(case, "on_site")) == (
        "机房在三楼",
        ["孙立群", "韩雪"],
    )


@pytest.mark.parametrize("day", [date(2026, 3, 3), date(2026, 2, 27)], ids=["future", "before the stage"])
def test_a_visit_lies_between_the_stage_and_today(day):
    with pytest.raises(BadDay):
        foot(on_site(), day)


def test_a_changed_remark_voids_the_signatures_and_a_stale_one_is_refused():
    case = in_review()
    fill(case)
    sign(case, "韩雪")
    foot(case, None, "补充说明", stage="desk")
    assert standing(case) == []
    with pytest.raises(Conflict):
        foot(case, None, "另一种说明", version=1, stage="desk")


@pytest.mark.clause("LC-14b-3j")
def test_the_second_round_has_a_group_and_a_sheet_of_its_own_and_the_first_stays_readable():
    case = an_accepted(kind="pharmacy", types=("personal_account",))
    a_group(case)
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    a_signed_sheet(case, "desk", failed=["dp05"])
    step(case, "fail_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    given = {"reasons": "处方不规范", "advice": "整改"}
    case = step(case, "disqualify", Role.MANAGER, MONDAY, data=given)
    serve_last(case, MONDAY)
    again = date(2026, 6, 3)
    case = step(case, "request_reevaluation", Role.CLERK, again)
    a_group(case, "孙立群")
    case = step(case, "start_desk_review", Role.REVIEWER, again, name="孙立群")
    group_operations.pledge(case, hand=pen("孙立群"))
    operations.enter_sheet(case, "desk", hand=pen("孙立群"))

    now, before = (board.board(case, "desk", pen("孙立群"), of_round) for of_round in (None, 1))

    assert (now.round, now.done, now.is_editable) == (2, 3, True)
    assert (before.round, before.failed, before.is_editable) == (1, 1, False)
    assert board.board(case, "desk", pen("孙立群"), 3) is None


def test_the_staff_a_row_asks_for_is_computed_from_the_beds():
    case = an_accepted(beds=80)
    row = next(row for row in hand_of(Role.REVIEWER).book_of(case).rows if row.key == "s1-04d")
    assert queries.staffing_sentence(case, row) == "80 张床位，至少 24 名护士"
