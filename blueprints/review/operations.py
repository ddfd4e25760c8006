"""The work on a sheet: opened, rows marked, foot filled in, signed. The group: group_operations.py."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from blueprints.review import board
from lifecycle import audit, moment, sheets
from lifecycle.cases import declared_features
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CaseSheet,
    Event,
    Finding,
    GroupMember,
    SheetMark,
    SheetSignature,
    Stage,
    User,
)
from rules.form_rows import Sheet

NOT_DECLARED = "系统：未申报"


def enter_sheet(case: Case, stage: str, *, hand: Hand, action: str = "look_at_sheet") -> None:
    """Note once a day that somebody looked at the sheet; open it if a pledged member is due to fill it in."""
    if _is_noted(case, f"{action}:{stage}", hand) and not _sheet_to_open(case, stage, hand):
        return
    with write_tx():
        if not _is_noted(case, f"{action}:{stage}", hand):
            audit.record(_access(case), f"{action}:{stage}", hand=hand, number=case.number)
        case = locked(Case, case.id)
        if spec := _sheet_to_open(case, stage, hand):
            _open_sheet(case, spec, hand)


def _access(case: Case) -> str:
    """The stream that tells who saw the evaluation, apart from the case's own events."""
    return f"access:{case.id}"


def _is_noted(case: Case, action: str, hand: Hand) -> bool:
    own = (Event.actor == hand.actor) & (Event.on == hand.today)
    return Event.select().where(Event.stream == _access(case), Event.action == action, own).exists()


def _sheet_to_open(case: Case, stage: str, hand: Hand) -> Sheet | None:
    spec = board.spec_of(case, stage, hand)
    if spec is None or case.state != board.STATE_OF[stage] or sheets.sheet_of(case, stage):
        return None
    is_pledged = any(m.user_id == hand.actor.id and m.pledged_at for m in sheets.group(case))
    return spec if is_pledged else None


def _open_sheet(case: Case, spec: Sheet, hand: Hand) -> None:
    """Lay out the rows; what depends on a fact that was not declared is 不适用 from the start."""
    declared = declared_features(Application.get(Application.case == case), hand)
    sheet = CaseSheet.create(case=case, sheet=spec.key, stage=spec.stage, round=case.round)
    preset = []
    for row in hand.book_of(case).rows_of(spec.key):
        mark = SheetMark(sheet=sheet, row=row.key, no=row.no)
        if row.feature and row.feature not in declared:
            mark.finding, mark.note = Finding.NOT_APPLICABLE, NOT_DECLARED
            mark.marked_by, mark.marked_at = hand.actor, moment.now()
            preset.append(row.no)
        mark.save(force_insert=True)
    told = {
        "label": "打开评审表",
        "title": spec.title,
        "sheet": spec.key,
        "round": case.round,
        "preset": preset,
    }
    record(case, "open_sheet", hand, article=spec.article, **told)


def mark_row(mark: SheetMark, *, finding: str, note: str, version: int, hand: Hand) -> SheetMark:
    """Answer one row and return it as it now stands; signatures under the sheet are voided by a change.

    finding: empty keeps the row's finding (a note alone). version: as the person saw the row.
    Raises NotAllowed unless a pledged member of the present round asks while the sheet is being filled in,
    Unmet for 不适用 on a row that applies to everybody, Conflict if a colleague answered meanwhile.
    """
    with write_tx():
        mark = locked(SheetMark, mark.id)
        case = _demand_pen(mark.sheet, hand)
        finding = finding or mark.finding
        if (finding, note) == (mark.finding, mark.note):
            return mark
        if version != mark.version:
            raise Conflict("同事刚刚填了这一项")
        spec = next(row for row in hand.book_of(case).rows if row.key == mark.row)
        if finding == Finding.NOT_APPLICABLE and not spec.may_be_na:
            raise Unmet([f"第 {mark.no} 项适用于所有机构，不能填“不适用”"])
        _write_mark(case, mark, finding, note, hand)
    return mark


def _write_mark(case: Case, mark: SheetMark, finding: str, note: str, hand: Hand) -> None:
    before = (mark.finding, mark.note)
    mark.finding, mark.note, mark.version = finding, note, mark.version + 1
    mark.marked_by, mark.marked_at = hand.actor, moment.now()
    mark.save()
    voided = void_signatures(case, mark.sheet, f"第 {mark.no} 项改动", hand)
    record(
        case,
        "mark_row",
        hand,
        sheet=mark.sheet.sheet,
        mark=mark.id,
        no=mark.no,
        finding=[before[0], finding],
        note=[before[1], note],
        voided=voided,
        title=f"第 {mark.no} 项",
    )


def note_visit(
    sheet: CaseSheet,
    *,
    visited_on: date | None,
    remark: str,
    version: int,
    hand: Hand,
    told: Mapping[str, str] | None = None,
) -> CaseSheet:
    """Fill in the foot of a sheet: day of the visit, remark. A change voids the signatures.

    told: feedback_to, feedback, report, where the book's sheet asks for them. What is told on the spot is
    told on the day of the visit. Raises as mark_row does, BadDay for a visit in the future or before the case
    came to its stage, Unmet for feedback to nobody or without a day.
    """
    foot = {"visited_on": visited_on, "remark": remark, **(told or {})}
    if "feedback_to" in foot:
        foot["feedback_on"] = visited_on if foot["feedback_to"] else None
    with write_tx():
        sheet = locked(CaseSheet, sheet.id)
        case = _demand_pen(sheet, hand)
        before = {name: getattr(sheet, name) for name in foot}
        if foot == before:
            return sheet
        if version != sheet.version:
            raise Conflict("同事刚刚改动了备注或日期，本次没有保存，您填的内容都保留着；请核对后再保存")
        _demand_foot(case, foot, hand)
        for name, value in foot.items():
            setattr(sheet, name, value)
        sheet.version += 1
        sheet.save()
        voided = void_signatures(case, sheet, "备注或日期改动", hand)
        change = {"before": list(before.values()), "after": list(foot.values()), "voided": voided}
        record(case, "note_visit", hand, sheet=sheet.sheet, **change, label="填写评审表备注和日期")
    return sheet


def _demand_foot(case: Case, foot: Mapping[str, Any], hand: Hand) -> None:
    visited_on, name = foot["visited_on"], hand.book_of(case).states[case.state].label
    if visited_on and visited_on > hand.today:
        raise BadDay(f"{name}日期不能晚于今天")
    if visited_on and visited_on < case.stage_on:
        raise BadDay(f"{name}日期不能早于转入{name}的 {case.stage_on.isoformat()}")
    if foot.get("feedback") and not foot.get("feedback_to"):
        raise Unmet(["请填写听取反馈的机构在场负责人"])
    if foot.get("feedback_to") and not visited_on:
        raise Unmet([f"反馈当场作出，请先填写{name}日期"])


def sign(sheet: CaseSheet, *, seen: int, hand: Hand) -> None:
    """Put this member's signature under the sheet (第十四条（一）（二）); a second one changes nothing.

    seen: Board.seen as the page showed it. Raises NotAllowed as mark_row does, Unmet while rows or the day of
    the visit are open, Conflict if the sheet is no longer what was seen.
    """
    with write_tx():
        sheet = locked(CaseSheet, sheet.id)
        case = _demand_pen(sheet, hand)
        marks = list(SheetMark.select().where(SheetMark.sheet == sheet).order_by(SheetMark.no))
        if gaps := _gaps(case, sheet, marks, hand):
            raise Unmet(gaps)
        if seen != sum(mark.version for mark in marks) + sheet.version:
            raise Conflict("您打开页面之后，评价表又有改动，没有签字。请刷新页面，核对后再签")
        own = (SheetSignature.sheet == sheet) & (SheetSignature.user == hand.actor)
        if not SheetSignature.select().where(own, SheetSignature.voided_at.is_null()).exists():
            SheetSignature.create(sheet=sheet, user=hand.actor, signed_at=moment.now())
            record(case, "sign_sheet", hand, sheet=sheet.sheet, round=sheet.round)


def _gaps(case: Case, sheet: CaseSheet, marks: list[SheetMark], hand: Hand) -> list[str]:
    left = [mark for mark in marks if mark.finding == Finding.OPEN]
    if left:
        return [f"还有 {len(left)} 项未填（从第 {left[0].no} 项起），填完方可签字"]
    book = hand.book_of(case)
    if sheet.stage == Stage.ON_SITE and not sheet.visited_on:
        return [f"请先在表尾填写{book.states[case.state].label}日期"]
    spec = book.sheets[sheet.sheet]
    if spec.feedback and not sheet.feedback_on:
        return ["请先在表尾登记当场反馈：机构在场负责人和反馈情况"]
    return ["请先在表尾填写考察报告和评估意见"] if spec.report and not sheet.report.strip() else []


def member_of(case: Case, hand: Hand) -> GroupMember:
    """Return this person's seat in the present group. Raises NotAllowed for somebody who has none."""
    for member in sheets.group(case):
        if member.user_id == hand.actor.id:
            return member
    raise NotAllowed("您不是本轮审核评估小组成员，不能填写，需要参加的请负责人指派")


def _demand_pen(sheet: CaseSheet, hand: Hand) -> Case:
    """Return the case as it stands if this person may write on the sheet now. Raises NotAllowed."""
    case = locked(Case, sheet.case_id)
    if sheet.round != case.round or case.state != board.STATE_OF[sheet.stage]:
        label = hand.book_of(case).states[case.state].label
        raise NotAllowed(f"办件现为“{label}”，这张表已不能改动")
    if not member_of(case, hand).pledged_at:
        raise NotAllowed("请先在评价表页面确认廉洁保密承诺，再填写")
    return case


def void_signatures(case: Case, sheet: CaseSheet, reason: str, hand: Hand, *only: Any) -> list[str]:
    """Void the standing signatures of the sheet and return whose they were."""
    where = (SheetSignature.sheet == sheet, SheetSignature.voided_at.is_null(), *only)
    names = [row[0] for row in SheetSignature.select(User.name).join(User).where(*where).tuples()]
    if names:
        gone = {"voided_at": moment.now(), "void_reason": f"{reason}（{hand.actor.name}）"}
        SheetSignature.update(**gone).where(*where).execute()
    return names


def record(case: Case, action: str, hand: Hand, *, article: str = "", **change: Any) -> None:
    """Append the event to the case's own stream."""
    audit.record(audit.of_case(case), action, hand=hand, case=case, article=article, **change)
