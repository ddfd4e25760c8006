"""Grounds of termination that the records speak for, with the facts; a person decides (C-36, C-37)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lifecycle import idle
from lifecycle.exits import counted_suspensions
from lifecycle.hand import Hand
from models import (
    Agreement,
    Case,
    Credential,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    Handling,
    HandlingKind,
    RectificationItem,
    RectificationState,
    Suspension,
    SuspensionKind,
)
from rules.book import Book

LIMIT = "suspensions"  # how many imposed suspensions in a term are one too many
PAPERS = ("licence", "registration")


@dataclass(frozen=True)
class Proposal:
    """A ground of the book that the records speak for. facts: a sentence each."""

    ground: str
    facts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "；".join(self.facts)


def proposals(case: Case, hand: Hand) -> dict[str, Proposal]:
    """Return the grounds of termination that the records speak for, by key, in printed order."""
    book = hand.book_of(case)
    found = {}
    for ground in book.grounds_for("termination", {"kind": case.institution.kind}):
        look = LOOKS.get(ground.proposes)
        if look and (facts := look(case, hand.today, book)):
            found[ground.key] = Proposal(ground.key, tuple(facts))
    return found


def _second_suspension(case: Case, today: date, book: Book) -> list[str]:  # noqa: ARG001
    rows = counted_suspensions(case)
    limit = book.thresholds.get(LIMIT)
    if limit is None or len(rows) < limit.amount:
        return []
    return [f"本协议有效期内已被中止 {len(rows)} 次", *map(_told, rows)]


def _told(row: Suspension) -> str:
    """Return a suspension as a fact: its days, who decided, the number of its paper."""
    until = f"至 {row.ends_on.isoformat()}" if row.ends_on else "起"
    number = f"，{row.document.number}" if row.document_id else ""
    return f"{row.starts_on.isoformat()} {until}，{row.decided_by}决定{number}"


def _not_rectified(case: Case, today: date, book: Book) -> list[str]:  # noqa: ARG001
    """What was found insufficient, and what was still open when its day or the suspension was over."""
    rows = (
        RectificationItem.select(RectificationItem, Suspension)
        .join(Suspension)
        .where(
            Suspension.case == case.id,
            Suspension.kind == SuspensionKind.IMPOSED,
            Suspension.state.not_in(["planned", "cancelled"]),
            RectificationItem.state != RectificationState.DONE,
        )
        .order_by(RectificationItem.id)
    )
    return [fact for row in rows if (fact := _left_undone(row, today))]


def _left_undone(item: RectificationItem, today: date) -> str:
    if item.state == RectificationState.INSUFFICIENT:
        note = f"：{item.note}" if item.note else ""
        return f"“{item.text}”{item.checked_on.isoformat()} 核查，整改不到位{note}"
    last = item.due_on or item.suspension.ends_on
    is_past = item.suspension.over_on is not None or (last is not None and last < today)
    return f"“{item.text}”到期未整改" if is_past else ""


def _idle(case: Case, today: date, book: Book) -> list[str]:
    """What the radar counts: the days of suspension are left out (readings C-37)."""
    row = Agreement.get_or_none(Agreement.case == case.id)
    if row is None or row.idle_since is None:
        return []
    is_settled = row.last_settled_on is not None
    since, stops = row.last_settled_on or row.starts_on, idle.stops_of([case.id]).get(case.id, ())
    counted = idle.count(since, today, is_settled=is_settled, stops=stops, book=book)
    if not counted.is_over:
        return []
    told = f"最近一次结算 {since}" if is_settled else f"{since} 生效以来没有结算"
    paused = f"，另有中止 {counted.paused} 日不计" if counted.paused else ""
    return [f"{told}，已 {counted.days} 日未发生医保费用结算{paused}"]


def _licence_gone(case: Case, today: date, book: Book) -> list[str]:  # noqa: ARG001
    rows = Credential.select().where(
        Credential.institution == case.institution_id,
        Credential.kind.in_(PAPERS),
        Credential.ended_on.is_null(),
        Credential.valid_until < today,
    )
    return [
        f"{row.title}{' ' + row.number if row.number else ''}有效期至 {row.valid_until.isoformat()}，"
        f"已过期 {(today - row.valid_until).days} 日，须核实是否被吊销、注销"
        for row in rows.order_by(Credential.valid_until, Credential.id)
    ]


def _penalty_unperformed(case: Case, today: date, book: Book) -> list[str]:  # noqa: ARG001
    rows = Handling.select().where(
        Handling.institution == case.institution_id,
        Handling.kind == HandlingKind.PENALTY,
        ~Handling.is_performed,
        Handling.started_on < today,
    )
    return [
        f"{row.authority}{row.number} {row.started_on.isoformat()} 作出，尚未登记履行完毕"
        for row in rows.order_by(Handling.started_on, Handling.id)
    ]


def _chain(case: Case, today: date, book: Book) -> list[str]:  # noqa: ARG001
    rows = (
        FollowUp.select(FollowUp, Case)
        .join(Case)
        .where(
            FollowUp.institution == case.institution_id,
            FollowUp.kind == FollowUpKind.BRANCH,
            FollowUp.state == FollowUpState.OPEN,
        )
    )
    return [
        f"{row.case.institution.name}已解除，与本机构同一法定代表人、负责人或实际控制人"
        for row in rows.order_by(FollowUp.id)
    ]


# By what a ground proposes; a change that nobody reported leaves no row here to see it by.
LOOKS: dict[str, Callable[[Case, date, Book], list[str]]] = {
    "second_suspension": _second_suspension,
    "not_rectified": _not_rectified,
    "idle": _idle,
    "licence_gone": _licence_gone,
    "penalty_unperformed": _penalty_unperformed,
    "chain": _chain,
}
