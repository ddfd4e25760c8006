"""What the leading group and the city's reviewers need to decide: summaries, meetings, materials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn
from peewee import Case as When

from lifecycle import sheets
from lifecycle.cases import facts
from lifecycle.hand import Hand
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    CaseState,
    Complaint,
    Decision,
    Finding,
    Institution,
    LeadingGroupMember,
    Meeting,
    Office,
    SheetMark,
    Stage,
    StepTaken,
    User,
)
from rules.rows import Step

PAGE = 50
AWAITING = (CaseState.PROPOSED_PASS, CaseState.FINAL_DECISION)
STAGES = {Stage.DESK: "审核评价", Stage.ON_SITE: "现场评估"}


@dataclass(frozen=True)
class SheetTotal:
    """A tick table in figures, with the indicators that failed."""

    label: str
    total: int
    failed: int
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """One case in short for who decides. review: the city's last conclusion; options: what may be decided."""

    case: Case
    types: str
    state: str
    sheets: tuple[SheetTotal, ...]
    complaints: tuple[Complaint, ...]
    review: StepTaken | None
    options: tuple[tuple[str, str], ...]


def chosen(case_ids: Iterable[int], office: Office) -> list[Case]:
    """Return the chosen cases of the office with their institutions, in the order of their names."""
    return list(
        Case.select(Case, Institution)
        .join(Institution)
        .where(Case.id.in_(list(case_ids)), Case.office == office)
        .order_by(Institution.kind, Institution.name, Case.id)
    )


def awaiting(office: Office) -> list[Any]:
    """Return the office's cases that wait for a collective decision as namedtuples."""
    return list(
        Case.select(Case.id, Case.number, Case.state, Case.stage_on, Case.book, Institution.name)
        .join(Institution)
        .where(Case.office == office, Case.state.in_(AWAITING))
        .order_by(Case.state, Case.stage_on, Case.id)
        .namedtuples()
    )


def summary(case: Case, hand: Hand) -> Summary:
    """Return what a meeting has to know about `case`."""
    book = hand.book_of(case)
    return Summary(
        case=case,
        types=types_of(case, hand),
        state=book.states[case.state].label,
        sheets=sheet_totals(case, hand),
        complaints=tuple(Complaint.select().where(Complaint.case == case).order_by(Complaint.id)),
        review=city_conclusion(case),
        options=tuple((outcome(step), step.label) for step in decision_steps(case, hand)),
    )


def types_of(case: Case, hand: Hand) -> str:
    """Return the designation types applied for, as 住院、门诊统筹."""
    types = Application.select(Application.types).where(Application.case == case).scalar() or []
    return "、".join(t.label for t in hand.book_of(case).types if t.key in types)


def decision_steps(case: Case, hand: Hand) -> list[Step]:
    """Return the steps that a meeting may decide for `case` as it stands: to approve first."""
    rows = hand.book_of(case).steps_from(case.matter, case.state, facts(case))
    return sorted((step for step in rows if step.screen == "decision"), key=outcome)


def outcome(step: Step) -> str:
    """Return approve or decline: a decision that closes the case declines it."""
    return "decline" if step.closes else "approve"


def sheet_totals(case: Case, hand: Hand) -> tuple[SheetTotal, ...]:
    """Return the case's sheets of the present round in figures."""
    found = []
    for stage, label in STAGES.items():
        sheet = sheets.sheet_of(case, stage)
        if sheet is None:
            continue
        progress = sheets.progress(case, stage)
        rows = {row.key: row.indicator for row in hand.book_of(case).rows_of(sheet.sheet)}
        failed = SheetMark.select().where(SheetMark.sheet == sheet, SheetMark.finding == Finding.FAIL)
        texts = tuple(
            f"{mark.no}. {rows.get(mark.row, '')}" + (f"（{mark.note}）" if mark.note else "")
            for mark in failed.order_by(SheetMark.no)
        )
        found.append(SheetTotal(label, progress.total, progress.failed, texts))
    return tuple(found)


def city_conclusion(case: Case) -> StepTaken | None:
    """Return the city's last conclusion about `case`, or None."""
    return _last(case, StepTaken.origin == CaseState.CITY_REVIEW)


def was_passed_up(case: Case) -> bool:
    """Return whether the county has passed the case up for review, now or before."""
    return _last(case, StepTaken.target == CaseState.CITY_REVIEW) is not None


def _last(case: Case, wanted: Any) -> StepTaken | None:
    return (
        StepTaken.select(StepTaken, User)
        .join(User)
        .where(StepTaken.case == case, wanted, StepTaken.undone_at.is_null())
        .order_by(StepTaken.id.desc())
        .first()
    )


def decisions_of(case: Case) -> list[Decision]:
    """Return what meetings have decided about the case, newest first."""
    return list(
        Decision.select(Decision, Meeting)
        .join(Meeting)
        .where(Decision.case == case)
        .order_by(Decision.id.desc())
    )


def attachments(case: Case) -> list[Any]:
    """Return the case's files as namedtuples: id, filename, purpose and the material they prove."""
    return list(
        Attachment.select(Attachment.id, Attachment.filename, Attachment.purpose, CaseMaterial.title)
        .join(CaseMaterial, JOIN.LEFT_OUTER)
        .where(Attachment.case == case, Attachment.removed_at.is_null())
        .order_by(CaseMaterial.no.is_null(), CaseMaterial.no, Attachment.id)
        .namedtuples()
    )


def members(office: Office) -> list[LeadingGroupMember]:
    """Return the present members of the office's leading group, the chair first."""
    return list(
        LeadingGroupMember.select()
        .where(LeadingGroupMember.office == office, LeadingGroupMember.left_on.is_null())
        .order_by(LeadingGroupMember.is_chair.desc(), LeadingGroupMember.id)
    )


def meetings(office: Office, page: int = 1) -> tuple[list[Any], int]:
    """Return one page of the office's meetings as namedtuples, newest first, and how many there are."""
    declined = fn.SUM(When(None, [(Decision.action == "decline", 1)], 0))
    rows = (
        Meeting.select(
            Meeting.id,
            Meeting.held_on,
            Meeting.place,
            Meeting.chair,
            fn.COUNT(Decision.id).alias("cases"),
            declined.alias("declined"),
        )
        .join(Decision, JOIN.LEFT_OUTER)
        .where(Meeting.office == office)
        .group_by(Meeting.id)
        .order_by(Meeting.held_on.desc(), Meeting.id.desc())
        .paginate(page, PAGE)
    )
    return list(rows.namedtuples()), Meeting.select().where(Meeting.office == office).count()


def meeting(meeting_id: int, scope: Sequence[int]) -> Meeting | None:
    """Return a meeting of an office in scope, or None."""
    return (
        Meeting.select(Meeting, Office, User)
        .join(Office)
        .switch(Meeting)
        .join(User)
        .where(Meeting.id == meeting_id, Meeting.office.in_(scope))
        .first()
    )


def decided(meeting: Meeting) -> list[Decision]:
    """Return what the meeting decided, with cases and institutions, in the order it was recorded."""
    return list(
        Decision.select(Decision, Case, Institution)
        .join(Case)
        .join(Institution)
        .where(Decision.meeting == meeting)
        .order_by(Decision.id)
    )
