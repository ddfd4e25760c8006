"""Suspensions that near their last day, for the worklist and 预警: the day, what happens then, who can act.

On request: the longest the law has in mind, without a request to resume (D-20). Imposed: the day decided, or
the same longest if that comes sooner (readings C-35).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import JOIN, fn

from lifecycle.hand import Hand
from models import (
    Case,
    Clock,
    ClockState,
    Institution,
    Office,
    RectificationItem,
    RectificationState,
    Suspension,
    SuspensionKind,
    SuspensionState,
)
from rules.periods import add_period
from rules.rows import ClockRule, Step

CAP, END = "suspension_cap", "suspension_end"


@dataclass(frozen=True)
class Near:
    """A suspension that ends soon. on: its last day; reminder: the days ahead it was first due at.

    action: the step that deals with it, if this person may take it; label: what the link says.
    """

    case_id: int
    institution: str
    office: str
    on: date
    reminder: int
    sentence: str
    article: str
    action: str
    label: str


def near(scope: Sequence[int], hand: Hand) -> list[Near]:
    """Return the suspensions of some offices whose last day is within the reminders, the soonest first.

    One statement, whatever the number of rows.
    """
    found = [told for row in _rows(scope) if (told := _told(row, hand))]
    return sorted(found, key=lambda one: (one.on, one.case_id))


def _rows(scope: Sequence[int]) -> Any:
    left = RectificationItem.select(fn.COUNT(RectificationItem.id)).where(
        RectificationItem.suspension == Suspension.id, RectificationItem.state != RectificationState.DONE
    )
    runs = (Clock.case == Case.id) & (Clock.rule == CAP) & (Clock.state == ClockState.RUNNING)
    return (
        Suspension.select(
            Suspension.kind,
            Suspension.starts_on,
            Suspension.ends_on,
            Case.id.alias("case_id"),
            Case.book,
            Case.state,
            Case.office.alias("office_id"),
            Clock.due_on.alias("capped_on"),
            Institution.name.alias("institution"),
            Office.name.alias("office"),
            left.alias("left"),
        )
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=runs)
        .where(
            Suspension.state == SuspensionState.ACTIVE,
            Suspension.kind != SuspensionKind.ENTITY,
            Case.closed_on.is_null(),
            Case.office.in_(list(scope)),
        )
        .namedtuples()
    )


def _told(row: Any, hand: Hand) -> Near | None:
    book = hand.books[row.book]
    cap = book.clocks.get(CAP)
    is_requested = row.kind == SuspensionKind.REQUESTED
    on = row.capped_on if is_requested else _last_day(row, cap)
    if cap is None or on is None or not (due := _due(cap, on, hand.today)):
        return None  # a requested one without a running clock has asked to resume
    rule = cap if is_requested or on != row.ends_on else book.clocks[END]
    step = None if row.left else _step(book.steps, row.state, rule.key)
    may = bool(step and hand.roles & set(step.roles)) and row.office_id == hand.actor.office_id
    return Near(
        row.case_id,
        row.institution,
        row.office,
        on,
        due,
        _sentence(row, on, cap),
        rule.article,
        step.action if step and may else "",
        step.label if step and may else "查看协议",
    )


def _last_day(row: Any, cap: ClockRule | None) -> date | None:
    longest = add_period(row.starts_on, cap.amount, cap.unit) if cap else None
    return min(filter(None, (row.ends_on, longest)), default=None)


def _due(cap: ClockRule, on: date, today: date) -> int:
    """Return the reminder that is due: 30, then 10; 0 for none yet."""
    return min((days for days in cap.warn_at if today >= on - timedelta(days=days)), default=0)


def _step(steps: Sequence[Step], state: str, rule: str) -> Step | None:
    """Return what a person does from `state` before the clock is over: it ends the clock."""
    return next((s for s in steps if s.roles and state in s.origins and rule in s.meets), None)


def _sentence(row: Any, on: date, cap: ClockRule) -> str:
    if row.kind == SuspensionKind.REQUESTED:
        return f"申请中止满 {cap.amount} 日，至今没有提出继续履行，次日协议自动终止"
    left = f"，整改事项还有 {row.left} 项没有到位" if row.left else ""
    if on != row.ends_on:
        return f"依职权中止满 {cap.amount} 日，决定的届满日是 {row.ends_on.isoformat()}{left}"
    return f"依职权中止届满，次日在有效期内的自动恢复履行{left}"
