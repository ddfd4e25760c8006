"""A sheet as its page shows it: rows with findings, the group, the signatures, seen by one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from peewee import JOIN

from lifecycle.hand import Hand
from models import (
    Case,
    CaseSheet,
    CaseState,
    Event,
    Finding,
    GroupMember,
    Matter,
    SheetMark,
    SheetSignature,
    Stage,
    User,
)
from rules.form_rows import Sheet, SheetRow

# In which state of the case a sheet is filled in.
STATE_OF: Mapping[str, str] = MappingProxyType(
    {Stage.DESK: CaseState.DESK_REVIEW, Stage.ON_SITE: CaseState.ON_SITE}
)


@dataclass(frozen=True)
class Row:
    """An indicator with its finding, as macros/sheet.html wants it."""

    id: int
    key: str
    no: int
    group: str
    is_first: bool
    indicator: str
    method: str
    verdict: str
    note: str
    version: int
    is_conditional: bool
    is_locked: bool
    by: str
    at: str
    is_current: bool = False
    colleague: str = ""
    mine: str | None = None  # the verdict that was refused because a colleague was faster
    typed: str | None = None  # the note that was refused


class Member(NamedTuple):
    """A member of the group in the round of the sheet."""

    id: int
    user_id: int
    name: str
    field: str
    pledged_at: datetime | None
    team: int | None


class Signature(NamedTuple):
    """A signature, standing or voided."""

    user_id: int
    name: str
    signed_at: datetime
    voided_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Board:
    """A sheet with its rows, group and signatures, seen by one person."""

    case: Case
    stage: str
    spec: Sheet
    sheet: CaseSheet | None
    round: int
    rows: tuple[Row, ...]
    members: tuple[Member, ...]
    signatures: tuple[Signature, ...]
    me: Member | None
    is_open: bool  # the case stands where this sheet is filled in
    today: date

    @property
    def labels(self) -> Mapping[str, str]:
        """The words of the findings, as the book's sheet has them."""
        met, not_met = self.spec.verdicts
        return {Finding.PASS: met, Finding.FAIL: not_met, Finding.NOT_APPLICABLE: "不适用"}

    @property
    def name(self) -> str:
        """What the staff call the sheet: 审核评价表."""
        return self.spec.short

    @property
    def is_editable(self) -> bool:
        return self.is_open and self.me is not None and self.me.pledged_at is not None

    @property
    def teams(self) -> Mapping[int, list[str]]:
        """The names of each team that inspects, in its order; empty where nobody is in a team."""
        numbers = sorted({m.team for m in self.members if m.team})
        return {n: [m.name for m in self.members if m.team == n] for n in numbers}

    @property
    def done(self) -> int:
        return sum(row.verdict != Finding.OPEN for row in self.rows)

    @property
    def left(self) -> int:
        return len(self.rows) - self.done

    @property
    def failed(self) -> int:
        return sum(row.verdict == Finding.FAIL for row in self.rows)

    @property
    def first_open(self) -> Row | None:
        return next((row for row in self.rows if row.verdict == Finding.OPEN), None)

    @property
    def seen(self) -> int:
        """A number that grows with every change of the sheet: what a signature is put under."""
        return sum(row.version for row in self.rows) + (self.sheet.version if self.sheet else 0)

    @property
    def standing(self) -> Mapping[int, Signature]:
        return {s.user_id: s for s in self.signatures if s.voided_at is None}

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Who still has to sign; nobody once the stage is over, whoever joined the group since."""
        signed = self.standing
        return tuple(m.name for m in self.members if m.user_id not in signed) if self.is_open else ()

    @property
    def voided(self) -> Signature | None:
        """The newest voided signature, while somebody has to sign again because of it."""
        signed = self.standing
        gone = [s for s in self.signatures if s.voided_at and s.user_id not in signed and self.is_open]
        return max(gone, key=lambda s: s.voided_at or s.signed_at, default=None)

    @property
    def is_signed(self) -> bool:
        return bool(self.rows) and not self.left and bool(self.standing) and not self.unsigned

    @property
    def signed_by(self) -> str:
        return "、".join(signature.name for signature in self.standing.values())

    @property
    def last_signed_on(self) -> date | None:
        return max((s.signed_at.date() for s in self.standing.values()), default=None)


def spec_of(case: Case, stage: str, hand: Hand) -> Sheet | None:
    """Return the sheet that the case's book asks for in `stage`, or None."""
    if case.matter != Matter.APPLICATION:
        return None
    return hand.book_of(case).sheet_for(stage, case.institution.kind)


def start_article(case: Case, hand: Hand) -> str:
    """Return the article by which the group of the case is put together and bound."""
    steps = hand.book_of(case).steps
    return next((step.article for step in steps if step.screen == "group"), "")


def board(case: Case, stage: str, hand: Hand, of_round: int | None = None) -> Board | None:
    """Return the sheet of `stage` in a round (left out: the present one), or None if the book has none."""
    spec, of_round = spec_of(case, stage, hand), of_round or case.round
    if spec is None or not 1 <= of_round <= case.round:
        return None
    sheet = CaseSheet.get_or_none(
        CaseSheet.case == case, CaseSheet.stage == stage, CaseSheet.round == of_round
    )
    members = _members(case, of_round)
    me = next((member for member in members if member.user_id == hand.actor.id), None)
    is_open = of_round == case.round and case.state == STATE_OF[stage]
    is_locked = not (is_open and me and me.pledged_at)
    book_rows = hand.book_of(case).rows_of(spec.key)
    return Board(
        case=case,
        stage=stage,
        spec=spec,
        sheet=sheet,
        round=of_round,
        rows=_rows(sheet, book_rows, is_locked, hand.today) if sheet else (),
        members=members,
        signatures=_signatures(sheet) if sheet else (),
        me=me,
        is_open=is_open,
        today=hand.today,
    )


def _members(case: Case, of_round: int) -> tuple[Member, ...]:
    rows = (
        GroupMember.select(
            GroupMember.id,
            User.id,
            User.name,
            GroupMember.field,
            GroupMember.pledged_at,
            GroupMember.team,
        )
        .join(User)
        .where(GroupMember.case == case, GroupMember.round == of_round, GroupMember.left_at.is_null())
        .order_by(GroupMember.id)
    )
    return tuple(Member(*row) for row in rows.tuples())


def _signatures(sheet: CaseSheet) -> tuple[Signature, ...]:
    rows = (
        SheetSignature.select(
            User.id,
            User.name,
            SheetSignature.signed_at,
            SheetSignature.voided_at,
            SheetSignature.void_reason,
        )
        .join(User)
        .where(SheetSignature.sheet == sheet)
        .order_by(SheetSignature.id)
    )
    return tuple(Signature(*row) for row in rows.tuples())


def _rows(sheet: CaseSheet, specs: list[SheetRow], is_locked: bool, today: date) -> tuple[Row, ...]:
    marks = (
        SheetMark.select(
            SheetMark.row,
            SheetMark.id,
            SheetMark.finding,
            SheetMark.note,
            SheetMark.version,
            User.name,
            SheetMark.marked_at,
        )
        .join(User, JOIN.LEFT_OUTER, on=(SheetMark.marked_by == User.id))
        .where(SheetMark.sheet == sheet)
    )
    found = {row[0]: row[1:] for row in marks.tuples()}
    rows, group = [], ""
    for spec in (spec for spec in specs if spec.key in found):
        mark_id, finding, note, version, by, at = found[spec.key]
        rows.append(
            Row(
                id=mark_id,
                key=spec.key,
                no=spec.no,
                group=spec.group,
                is_first=spec.group != group,
                indicator=spec.indicator,
                method=spec.method,
                verdict=finding,
                note=note,
                version=version,
                is_conditional=spec.may_be_na,
                is_locked=is_locked,
                by=by or "",
                at=stamp(at, today) if at else "",
            )
        )
        group = spec.group
    return tuple(rows)


def stamp(at: datetime, today: date) -> str:
    """Return a moment as the staff say it: 今天 09:12, 昨天 16:05, 09-17 10:00, 2025-12-18 10:00."""
    days = {today: "今天", today - timedelta(days=1): "昨天"}
    pattern = "%m-%d" if at.year == today.year else "%Y-%m-%d"
    return f"{days.get(at.date()) or at.strftime(pattern)} {at:%H:%M}"


def overruled(view: Board) -> dict[int, str]:
    """Return a sentence for every row that a colleague answered otherwise after this person did."""
    if view.me is None or not view.rows:
        return {}
    told: dict[int, str] = {}
    own: set[int] = set()
    rows = (
        Event.select(Event.actor, Event.actor_name, Event.at, Event.change)
        .where(Event.case == view.case, Event.action == "mark_row")
        .order_by(Event.id)
    )
    for actor, name, at, change in rows.tuples():
        before, after = change["finding"]
        if actor == view.me.user_id:
            own.add(change["mark"])
            told.pop(change["mark"], None)
        elif change["mark"] in own and before != after:
            text = f"{name} {stamp(at, view.today)} 将本项由{_said(view, before)}改为{_said(view, after)}"
            told[change["mark"]] = text + (f"：{change['note'][1]}" if change["note"][1] else "")
    return told


def faster(view: Board, row: Row, mine: str) -> str:
    """Return what a colleague answered meanwhile and what was not saved because of it."""
    said = f"{row.by} {row.at} 已填{_said(view, row.verdict)}" + (f"：{row.note}" if row.note else "")
    lost = "说明" if mine in ("", row.verdict) else _said(view, mine)
    return f"{said}。您填的{lost}没有保存"


def _said(view: Board, finding: str) -> str:
    return f"“{view.labels.get(finding, '未填')}”"
