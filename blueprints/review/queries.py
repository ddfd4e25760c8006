"""What the pages of a review show beside the sheet (board.py): aside, clock, print, who may join."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from peewee import JOIN, fn

from blueprints.review.board import Board
from lifecycle.hand import Hand
from lifecycle.memberships import is_staff
from models import (
    Application,
    Attachment,
    Case,
    CaseSheet,
    Clock,
    ClockPause,
    GroupMember,
    Person,
    Role,
    SheetMark,
    StepTaken,
    User,
    UserRole,
)
from rules.form_rows import SheetRow
from rules.staffing import required

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "bed": "张床位",
        "inpatient_department": "个住院科室",
        "rehabilitation_bed": "张康复床位",
        "chronic_room": "个慢性病诊室",
        "dialysis_machine": "台血液透析机",
    }
)


def mark_of(case: Case, stage: str, mark_id: int) -> SheetMark | None:
    """Return the mark with its sheet, if it belongs to this case and stage."""
    return (
        SheetMark.select(SheetMark, CaseSheet)
        .join(CaseSheet)
        .where(SheetMark.id == mark_id, CaseSheet.case == case, CaseSheet.stage == stage)
        .first()
    )


class Aside(NamedTuple):
    """What helps to judge one row."""

    no: int
    spec: SheetRow
    staffing: str
    files: list[tuple[int, str, str]]


def aside(case: Case, row_key: str, hand: Hand) -> Aside | None:
    """Return requirement, required staff and the case's files for one row of a sheet."""
    spec = next((row for row in hand.book_of(case).rows if row.key == row_key), None)
    if spec is None:
        return None
    files = (
        Attachment.select(Attachment.id, Attachment.filename, Attachment.purpose)
        .where(Attachment.case == case, Attachment.removed_at.is_null())
        .order_by(Attachment.id)
    )
    return Aside(spec.no, spec, staffing_sentence(case, spec), list(files.tuples()))


def staffing_sentence(case: Case, spec: SheetRow) -> str:
    """Return how many people the row asks for by the numbers applied with; empty if it asks for none."""
    if spec.staffing is None:
        return ""
    rule, unit = spec.staffing, UNITS.get(spec.staffing.per, spec.staffing.per)
    counts = Application.select(Application.counts).where(Application.case == case).scalar() or {}
    count = counts.get(rule.per)
    if count is None and rule.per == "bed":
        count = case.institution.beds
    if count is None:
        return f"申请时没有填写数量，按每{unit} {rule.ratio} 名{rule.who}核算"
    return f"{count} {unit}，至少 {required(rule, int(count))} 名{rule.who}"


class LeadClock(NamedTuple):
    """The clock that the lists show for the case, as lamp_of reads it."""

    due_on: date | None
    yellow_on: date | None
    state: str
    kind: str
    is_provisional: bool
    paused_on: date | None


def lead_clock(case: Case) -> LeadClock | None:
    """Return the case's leading clock with the day its present stop began, or None."""
    row = (
        Clock.select(
            Clock.due_on,
            Clock.yellow_on,
            Clock.state,
            Clock.kind,
            Clock.is_provisional,
            ClockPause.from_on,
        )
        .join(
            ClockPause,
            JOIN.LEFT_OUTER,
            on=(ClockPause.clock == Clock.id) & ClockPause.until_on.is_null(),
        )
        .where(Clock.case == case, Clock.is_lead)
        .tuples()
        .first()
    )
    return LeadClock(*row) if row else None


def type_labels(case: Case, hand: Hand) -> str:
    """Return the designation types applied for, in the book's order."""
    chosen = Application.select(Application.types).where(Application.case == case).scalar() or ()
    return hand.book_of(case).type_labels(chosen)


def third_party(case: Case, of_round: int) -> str:
    """Return the third party that was entrusted with the evaluation of a round, or nothing (第十四条)."""
    data = (
        StepTaken.select(StepTaken.data)
        .where(
            StepTaken.case == case,
            StepTaken.round == of_round,
            StepTaken.action == "start_desk_review",
            StepTaken.undone_at.is_null(),
        )
        .order_by(StepTaken.id.desc())
        .scalar()
    )
    return (data or {}).get("third_party", "")


class Reviewer(NamedTuple):
    """A colleague who may be appointed to a review group."""

    id: int
    name: str
    post: str
    away_until: date | None
    open_groups: int


def reviewers(case: Case) -> list[Reviewer]:
    """Return the office's reviewers, and members of the present group who no longer are, by name."""
    other = GroupMember.alias()
    groups = (
        other.select(fn.COUNT(other.id))
        .join(Case, on=(other.case == Case.id))
        .where(other.user == User.id, other.left_at.is_null(), Case.closed_on.is_null(), Case.id != case.id)
    )
    able = UserRole.select(UserRole.user).where(UserRole.role == Role.REVIEWER)
    present = GroupMember.select(GroupMember.user).where(
        GroupMember.case == case, GroupMember.round == case.round, GroupMember.left_at.is_null()
    )
    rows = (
        User.select(User.id, User.name, User.post, User.away_until, groups)
        .where(
            ((User.office == case.office) & User.is_active & User.id.in_(able) & is_staff())
            | User.id.in_(present)
        )
        .order_by(User.name, User.id)
    )
    return [Reviewer(*row) for row in rows.tuples()]


def former_fields(case: Case) -> dict[int, str]:
    """Return who was in the group of the round before, with their fields."""
    rows = GroupMember.select(GroupMember.user, GroupMember.field).where(
        GroupMember.case == case, GroupMember.round == case.round - 1, GroupMember.left_at.is_null()
    )
    return dict(rows.tuples())


def relations(case: Case) -> dict[str, str]:
    """Return the names in the application with what they are there: a reason to ask about recusal."""
    institution = case.institution
    people = {
        institution.controller_id: "实际控制人",
        institution.principal_id: "主要负责人",
        institution.legal_representative_id: "法定代表人",
    }
    names = {
        name: people[person_id]
        for person_id, name in Person.select(Person.id, Person.name)
        .where(Person.id.in_([key for key in people if key]))
        .tuples()
    }
    contact = Application.select(Application.contact).where(Application.case == case).scalar()
    return {name: "联系人" for name in (institution.contact, contact) if name} | names


class PaperLine(NamedTuple):
    """A row of the printed form. Spans: how many rows a cell takes; 0 where the cell above covers it."""

    spec: SheetRow
    group_span: int
    method_span: int
    standard_span: int
    verdict: str
    note: str


def paper_lines(view: Board, hand: Hand, *, is_blank: bool) -> list[PaperLine]:
    """Return the sheet as the annex prints it, equal cells below each other as one; blank or filled in."""
    rows = hand.book_of(view.case).rows_of(view.spec.key)
    spans = zip(
        _spans([row.group for row in rows]),
        _spans([row.method for row in rows]),
        _spans([row.standard for row in rows]),
        strict=True,
    )
    found = {} if is_blank else {row.key: row for row in view.rows}
    lines = []
    for spec, span in zip(rows, spans, strict=True):
        row = found.get(spec.key)
        verdict = view.labels.get(row.verdict, "") if row else ""
        lines.append(PaperLine(spec, *span, verdict, row.note if row else ""))
    return lines


def _spans(cells: list[str]) -> list[int]:
    """Return for each cell how many equal ones begin with it; 0 if it does not begin a run."""
    spans = []
    for _, run in groupby(cells):
        length = len(list(run))
        spans += [length] + [0] * (length - 1)
    return spans
