"""What every night does by itself: marks what is overdue, takes the law's automatic steps, proposes, seals.

Set-based marks, real steps through take_step. Safe to run twice, in two processes, and for missed days.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from peewee import IntegrityError

from lifecycle import audit, effects, idle_marks, moment, workdays
from lifecycle.cases import facts
from lifecycle.db import write_tx
from lifecycle.errors import DomainError
from lifecycle.hand import Hand
from lifecycle.steps import last_step, take_step
from models import (
    Case,
    Clock,
    ClockState,
    JobRun,
    Office,
    Role,
    User,
    UserRole,
    db,
)
from rules.book import Book
from rules.region import Region
from rules.rows import Step

log = logging.getLogger(__name__)

JOB = "sweep"
STALE = timedelta(minutes=10)  # a claim whose process died is taken over after this long


@dataclass
class Report:
    """What one night changed: one line for each change."""

    day: date
    lines: list[str] = field(default_factory=list)


def system_hand(today: date, books: Mapping[str, Book], regions: Mapping[str, Region]) -> Hand:
    """Return the hand of the system itself; its account is made when it is first needed and cannot log in."""
    actor = User.get_or_none(User.username == "system") or _system_account()
    return Hand(actor, frozenset({Role.SYSTEM}), today, workdays.current(), books, regions)


def _system_account() -> User:
    """Make the account in one go: two processes may need it first at the same moment.

    Before the first office there is nothing to act on, so it stays unsaved.
    """
    with write_tx():
        office = Office.select().order_by(Office.id).first()
        if office is None:
            return User(username="system", name="系统")
        actor, is_new = User.get_or_create(
            username="system",
            defaults={"name": "系统", "office": office, "password_hash": "", "is_active": False},
        )
        if is_new:
            UserRole.create(user=actor, role=Role.SYSTEM)
    return actor


def catch_up(hand: Hand) -> list[Report]:
    """Run every night that was missed since the last run, up to today's, and return their reports.

    A night that another process has claimed is left to it.
    """
    past = (JobRun.job == JOB) & (JobRun.day <= hand.today)
    last = JobRun.select(JobRun.day).where(past).order_by(JobRun.day.desc()).tuples().first()
    day = last[0] if last else hand.today
    reports = []
    while day <= hand.today:
        if claim(day):
            reports.append(run(_on(hand, day)))
        day += timedelta(days=1)
    return reports


def claim(day: date, job: str = JOB) -> bool:
    """Return whether this process alone may do the job of `day`; a claim that died is taken over."""
    with write_tx():
        try:
            with db.atomic():
                JobRun.create(job=job, day=day, started_at=moment.now())
        except IntegrityError:
            stale = moment.now() - STALE
            taken_over = (
                JobRun.update(started_at=moment.now())
                .where(
                    JobRun.job == job,
                    JobRun.day == day,
                    JobRun.finished_at.is_null(),
                    JobRun.started_at < stale,
                )
                .execute()
            )
            return bool(taken_over)
    return True


def _on(hand: Hand, day: date) -> Hand:
    return Hand(hand.actor, hand.roles, day, hand.calendar, hand.books, hand.regions)


class _DryRun(Exception):
    pass


def run(hand: Hand, *, dry_run: bool = False) -> Report:
    """Do the night of `hand.today` and return what changed; with dry_run nothing stays changed."""
    report = Report(hand.today)
    try:
        with write_tx():
            report.lines += take_automatic_steps(hand)
            report.lines += mark_overdue(hand)
            report.lines += mark_idle(hand)
            if not dry_run:
                audit.seal(hand.today)
                JobRun.update(finished_at=moment.now(), summary={"changes": len(report.lines)}).where(
                    JobRun.job == JOB, JobRun.day == hand.today
                ).execute()
            else:
                raise _DryRun
    except _DryRun:
        pass
    return report


def mark_overdue(hand: Hand) -> list[str]:
    """Mark every running limit whose last day is past, in one statement, with one summary event."""
    count = (
        Clock.update(is_overdue=True)
        .where(
            Clock.state == ClockState.RUNNING,
            Clock.kind == "limit",
            Clock.due_on < hand.today,
            ~Clock.is_overdue,
        )
        .execute()
    )
    if not count:
        return []
    audit.record("sweep", "mark_overdue", hand=hand, count=count)
    return [f"标记超期 {count} 个期限"]


def due_automatic_steps(hand: Hand) -> list[tuple[int, str, date]]:
    """Return (case, action, legal day) of every automatic step whose clock is past, a statement per book.

    The legal day is the first day after the clock's last. What goes back to where it was comes first on its
    day: a suspension that ends with the last day of the term has not outlasted it (第二十九条).
    """
    found: list[tuple[int, str, date]] = []
    going_back: set[str] = set()
    for book in hand.books.values():
        rules = {step.auto_clock for step in book.steps if step.auto}
        going_back |= {step.action for step in book.steps if step.auto and step.target == "back"}
        rows = (
            Clock.select(Clock.case, Clock.rule, Clock.due_on, Case.state, Case.matter)
            .join(Case)
            .where(
                Clock.state == ClockState.RUNNING,
                Clock.due_on < hand.today,
                Clock.rule.in_(rules),
                Case.book == book.id,
                Case.closed_on.is_null(),
            )
            .order_by(Clock.due_on, Clock.id)
            .tuples()
        )
        for case_id, rule, due_on, state, matter in rows:
            actions = dict.fromkeys(
                s.action
                for s in book.steps
                if s.auto_clock == rule and s.matter == matter and state in s.origins
            )
            found += [(case_id, action, due_on + timedelta(days=1)) for action in actions]
    return sorted(found, key=lambda row: (row[2], row[1] not in going_back))


def take_automatic_steps(hand: Hand) -> list[str]:
    """Take every automatic step that is due and return a line each. A refused case stops no other.

    What a step of this night makes due is taken in the same night: a term ends with the suspension in it.
    """
    lines: list[str] = []
    tried: set[tuple[int, str, date]] = set()
    while fresh := [due for due in due_automatic_steps(hand) if due not in tried]:
        tried.update(fresh)
        _take_all(fresh, hand, lines)
    return lines


def _take_all(waiting: list[tuple[int, str, date]], hand: Hand, lines: list[str]) -> None:
    """Take each step; one that was refused again after the others: it may have waited for one of them."""
    while waiting:
        refused = [due for due in waiting if not _taken(due, hand, lines)]
        if len(refused) == len(waiting):
            break
        waiting = refused


def _taken(due: tuple[int, str, date], hand: Hand, lines: list[str]) -> bool:
    """Take the step that is due, with a line for it; return False if it was refused."""
    case_id, action, on = due
    case = Case.get_by_id(case_id)
    step = _matching(case, action, hand)
    if step is None:
        return True
    try:
        with write_tx():
            data = effects.planned(case, action, hand.book_of(case))
            take_step(case, action, hand=hand, on=_possible_day(case, step, on), data=data)
    except (DomainError, IntegrityError) as refusal:  # what the database refuses stops no other either
        log.info("case %s: %s waits: %s", case.number, action, refusal)
        return False
    lines.append(f"{case.office.code} {case.number} {case.institution.name}：{step.label}")
    return True


def _possible_day(case: Case, step: Step, on: date) -> date:
    """Return `on`, or the day of the last step if something held the case beyond it, such as a complaint.

    Also the last of the case it came from, if the step takes one of that with it.
    """
    cases = [case, case.origin] if case.origin_id and any(row.of == "origin" for row in step.also) else [case]
    return max([on, *(last.on for row in cases if (last := last_step(row)))])


def _matching(case: Case, action: str, hand: Hand) -> Step | None:
    """Return the automatic step for the case's facts, or None if its guard fails."""
    step = hand.book_of(case).step(case.matter, case.state, action, facts(case))
    return step if step and step.auto else None


def mark_idle(hand: Hand) -> list[str]:
    """Mark every agreement without settlement for longer than allowed, and remind of those near it (B-13).

    A proposal to terminate, never an end; a mark falls away when it no longer holds.
    """
    return idle_marks.tonight(hand)
