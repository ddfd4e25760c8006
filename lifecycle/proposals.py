"""Grounds that the records speak for, with facts; a person decides (readings C-36 to C-39)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lifecycle import changes, idle
from lifecycle.exits import counted_suspensions
from lifecycle.hand import Hand
from models import (
    Agreement,
    Case,
    ChangeRequest,
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


def proposals(case: Case, hand: Hand, use: str = "termination") -> dict[str, Proposal]:
    """Return the grounds of a `use` that the records speak for, by key, in printed order."""
    found = {}
    for ground in hand.book_of(case).grounds_for(use, {"kind": case.institution.kind}):
        look = LOOKS.get(ground.proposes)
        if look and (facts := look(case, hand)):
            found[ground.key] = Proposal(ground.key, tuple(facts))
    return found


def _second_suspension(case: Case, hand: Hand) -> list[str]:
    rows = counted_suspensions(case)
    limit = hand.book_of(case).thresholds.get(LIMIT)
    if limit is None or len(rows) < limit.amount:
        return []
    return [f"本协议有效期内已被中止 {len(rows)} 次", *map(_told, rows)]


def _told(row: Suspension) -> str:
    """Return a suspension as a fact: its days, who decided, the number of its paper."""
    until = f"至 {row.ends_on.isoformat()}" if row.ends_on else "起"
    number = f"，{row.document.number}" if row.document_id else ""
    return f"{row.starts_on.isoformat()} {until}，{row.decided_by}决定{number}"


def _not_rectified(case: Case, hand: Hand) -> list[str]:
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
    return [fact for row in rows if (fact := _left_undone(row, hand.today))]


def _left_undone(item: RectificationItem, today: date) -> str:
    if item.state == RectificationState.INSUFFICIENT:
        note = f"：{item.note}" if item.note else ""
        return f"“{item.text}”{item.checked_on.isoformat()} 核查，整改不到位{note}"
    last = item.due_on or item.suspension.ends_on
    is_past = item.suspension.over_on is not None or (last is not None and last < today)
    return f"“{item.text}”到期未整改" if is_past else ""


def _idle(case: Case, hand: Hand) -> list[str]:
    """What the radar counts: the days of suspension are left out (readings C-37)."""
    row = Agreement.get_or_none(Agreement.case == case.id)
    if row is None or row.idle_since is None:
        return []
    counted = idle.count_of(row, hand)
    if not counted.is_over:
        return []
    since = counted.since
    told = f"最近一次结算 {since}" if counted.is_settled else f"{since} 生效以来没有结算"
    paused = f"，另有中止 {counted.paused} 日不计" if counted.paused else ""
    return [f"{told}，已 {counted.days} 日未发生医保费用结算{paused}"]


def _licence_gone(case: Case, hand: Hand) -> list[str]:
    rows = Credential.select().where(
        Credential.institution == case.institution_id,
        Credential.kind.in_(PAPERS),
        Credential.ended_on.is_null(),
        Credential.valid_until < hand.today,
    )
    return [
        f"{row.title}{' ' + row.number if row.number else ''}有效期至 {row.valid_until.isoformat()}，"
        f"已过期 {(hand.today - row.valid_until).days} 日，须核实是否被吊销、注销"
        for row in rows.order_by(Credential.valid_until, Credential.id)
    ]


def _penalty_unperformed(case: Case, hand: Hand) -> list[str]:
    rows = Handling.select().where(
        Handling.institution == case.institution_id,
        Handling.kind == HandlingKind.PENALTY,
        ~Handling.is_performed,
        Handling.started_on < hand.today,
    )
    return [
        f"{row.authority}{row.number} {row.started_on.isoformat()} 作出，尚未登记履行完毕"
        for row in rows.order_by(Handling.started_on, Handling.id)
    ]


def _chain(case: Case, hand: Hand) -> list[str]:  # noqa: ARG001
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


def _change_late(case: Case, hand: Hand) -> list[str]:
    """Reported after the last day, or not reported though it is over; both counts if they differ (C-39)."""
    return [_late_told(row, standing) for row, standing in changes.late(case, hand)]


def _late_told(row: ChangeRequest, standing: changes.Lateness) -> str:
    done = f"{standing.asked_on} 才提交变更申请" if standing.asked_on else "至今没有提交变更申请"
    plain = f"（不扣除不得变更的日子为 {standing.plain.on}）" if standing.plain.on != standing.due.on else ""
    return f"{_changed(row)}，{row.approved_on} 批准，应于 {standing.due.on} 前申请{plain}，{done}"


def _change_unreported(case: Case, hand: Hand) -> list[str]:  # noqa: ARG001
    return [
        f"{row.found_on} {row.found_how}，发现{_changed(row)}，机构没有申请变更"
        for row in changes.unreported(case)
    ]


def _changed(row: ChangeRequest) -> str:
    return "、".join(f"{part['label']}变更为“{part['after']}”" for part in row.items)


# By what a ground proposes.
LOOKS: dict[str, Callable[[Case, Hand], list[str]]] = {
    "change_late": _change_late,
    "change_unreported": _change_unreported,
    "second_suspension": _second_suspension,
    "not_rectified": _not_rectified,
    "idle": _idle,
    "licence_gone": _licence_gone,
    "penalty_unperformed": _penalty_unperformed,
    "chain": _chain,
}
