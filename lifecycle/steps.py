"""The one way to move a case: take_step. Nothing else writes Case.state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecycle import audit, bans, clocks, effects, moment, papers, supplements
from lifecycle.case_checks import Item
from lifecycle.cases import facts, open_case
from lifecycle.conditions import Ask, gaps
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case, Clock, ClockPause, Document, Role, StepTaken
from rules.book import Book
from rules.rows import Also, Step

# Whoever works a case in one of these roles handles it from then on; those who decide on it do not.
WORKING_ROLES = frozenset({Role.CLERK, Role.REVIEWER, Role.AGREEMENT})

CASE_FIELDS = ("state", "held_state", "flag", "round", "stage_on", "closed_on")


@dataclass(frozen=True)
class Offer:
    """A step as a page shows it: possible, or greyed with the reasons."""

    step: Step
    reasons: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return not self.reasons


def offers(
    case: Case, hand: Hand, role_labels: Mapping[str, str], checks: list[Item] | None = None
) -> list[Offer]:
    """Return every manual step from the case's state with what keeps this person from it, in book order.

    checks: what is checked before acceptance, if the caller has looked it up for today already.
    """
    book = hand.book_of(case)
    found = []
    for step in book.steps_from(case.matter, case.state, facts(case)):
        if not step.roles:
            continue
        if reason := _not_this_person(step, case, hand):
            by = "、".join(role_labels[role] for role in step.roles)
            elsewhere = hand.actor.office_id != case.office_id and Role.CITY not in step.roles
            by = case.office.name if elsewhere else by
            found.append(
                Offer(step, (reason if step.not_same_as and hand.may(step, case) else f"由{by}办理",))
            )
        else:
            found.append(Offer(step, tuple(gaps(Ask(case, step, hand, hand.today, known=checks)))))
    return found


def take_step(  # noqa: PLR0913
    case: Case,
    action: str,
    *,
    hand: Hand,
    on: date | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
    is_linked: bool = False,
) -> Case:
    """Move `case` along one step of its book and return it as it now stands.

    on: the legal day of the step; today if left out. Not after today, not before the step it follows;
        earlier than today wants a reason.
    data: what the step's form asked for, JSON; kept with the step and frozen into its document.
    version: the version the person saw; a stale one is a Conflict.
    is_linked: a step of a linked case brings this one, whoever takes that; for _linked alone.

    Raises NotAllowed, BadDay, Unmet (with what is missing) or Conflict; on any of them nothing is written.
    """
    with write_tx():
        case = locked(Case, case.id)
        step = _find(case, action, hand, version, is_linked=is_linked)
        day = legal_day(case, on, hand, reason, after_lapse=step.reopens)
        ask = Ask(case, step, hand, day, reason, dict(data or {}))
        if missing := gaps(ask):
            raise Unmet(missing)
        _carry_out(ask)
    return Case.get_by_id(case.id)


def _find(case: Case, action: str, hand: Hand, version: int | None, *, is_linked: bool) -> Step:
    book = hand.book_of(case)
    step = book.step(case.matter, case.state, action, facts(case))
    label = book.states[case.state].label
    if step is None:
        known = any(s.action == action and s.matter == case.matter for s in book.steps)
        text = f"办件现为“{label}”，这一步已不能办理，可能同事刚刚办过；请核对后再办"
        raise Conflict(text) if known else NotAllowed("没有这个步骤")
    if not (is_linked and step.linked) and (reason := _not_this_person(step, case, hand)):
        raise NotAllowed(reason)
    if version is not None and version != case.version:
        raise Conflict(f"同事刚刚改动了这个办件（现为“{label}”），本次未办理，已填内容都保留着；请核对后再办")
    return step


def _not_this_person(step: Step, case: Case, hand: Hand) -> str:
    """Return why this person may not take the step, or nothing."""
    if not hand.may(step, case):
        return "您的岗位不能办理这一步"
    if hand.is_system or not step.not_same_as:
        return ""
    same = (
        StepTaken.select()
        .where(
            StepTaken.case == case,
            StepTaken.action.in_(step.not_same_as),
            StepTaken.round == case.round,
            StepTaken.actor == hand.actor,
            StepTaken.undone_at.is_null(),
        )
        .exists()
    )
    return "经办和复核不能是同一人，请由另一位同事办理" if same else ""


def legal_day(case: Case, on: date | None, hand: Hand, reason: str, *, after_lapse: bool = False) -> date:
    """Return the legal day of a step (readings 1.3-12). Raises BadDay with what is wrong with it.

    after_lapse: the step tells late what happened before the lapse, so the lapse does not bound its day.
    """
    day = on or hand.today
    if day > hand.today:
        raise BadDay("办理日期不能晚于今天")
    if day < hand.today and hand.is_provider:
        raise BadDay("网上办理以提交当天为准，不能早于今天")
    if day.year < min(hand.calendar.published):
        raise BadDay("办理日期过早，请核对年份")
    last = last_step(case, skip=1 if after_lapse else 0)
    if last and day < last.on:
        raise BadDay(f"办理日期不能早于上一步“{last.label}”的 {last.on.isoformat()}")
    if day < hand.today and not reason.strip() and not hand.is_system:
        raise BadDay("办理日期早于今天的，请在理由中说明")
    return day


def last_step(case: Case, skip: int = 0) -> StepTaken | None:
    """Return the newest step of the case that was not taken back, or the one `skip` before it."""
    return (
        StepTaken.select()
        .where(StepTaken.case == case, StepTaken.undone_at.is_null())
        .order_by(StepTaken.id.desc())
        .offset(skip)
        .first()
    )


def _carry_out(ask: Ask) -> None:
    """Write the step with everything that follows from it, in the order the law thinks of it."""
    case, step, hand, on = ask.case, ask.step, ask.hand, ask.on
    origin, before = case.state, snapshot(case)
    taken = _write_step(ask, before)
    _move(case, step, hand, on)
    clocks.meet(case, step.meets, on)
    if "missing_items_named" in step.needs:
        supplements.ask(case, on)
    if step.auto_clock and step.auto_clock not in step.meets and hand.is_system:
        _lapse(case, step.auto_clock, on)
    document = None
    if step.issues:
        document = papers.issue(case, step.issues, hand=hand, on=on, step=taken, data=ask.data or {})
    clocks.start(case, step, taken, document, hand)
    clocks.pause(case, step, document, on, hand)
    clocks.resume(case, step.resumes, on, hand)
    _impose_bans(ask, taken)
    effects.carry_out(ask, taken, document)
    if step.closes:
        clocks.end_all(case, on)
    clocks.choose_lead(case)
    audit.record(
        audit.of_case(case),
        step.action,
        hand=hand,
        on=on,
        case=case,
        article=step.article,
        reason=ask.reason,
        label=step.label,
        state=[origin, case.state],
        data=ask.data,
        document=document.number if document else None,
    )
    _linked(ask, document)


def _write_step(ask: Ask, before: Mapping[str, Any]) -> StepTaken:
    return StepTaken.create(
        case=ask.case,
        action=ask.step.action,
        label=ask.step.label,
        origin=ask.case.state,
        target=_target(ask.case, ask.step),
        round=ask.case.round,
        on=ask.on,
        at=moment.now(),
        actor=ask.hand.actor,
        reason=ask.reason,
        data=json.loads(json.dumps(ask.data, ensure_ascii=False, default=str)),
        before=before,
    )


def _target(case: Case, step: Step) -> str:
    return {"": case.state, "back": case.held_state}.get(step.target, step.target)


def _move(case: Case, step: Step, hand: Hand, on: date) -> None:
    """Compare and set: only the version that was read is moved on. Raises Conflict otherwise."""
    moved = _moved(case, step, hand, on)
    seen = (Case.id == case.id) & (Case.version == case.version) & (Case.state == case.state)
    if not Case.update(**moved).where(seen).execute():
        raise Conflict("同事刚刚办过这一步，请刷新后核对")
    for name, value in moved.items():
        setattr(case, name, value)


def _moved(case: Case, step: Step, hand: Hand, on: date) -> dict[str, Any]:
    moved: dict[str, Any] = {"state": _target(case, step), "version": case.version + 1}
    if moved["state"] != case.state:
        moved["stage_on"] = on
    if step.holds:
        moved["held_state"] = case.state
    elif moved["state"] != case.state:
        moved["held_state"] = ""
    if step.raises or step.lowers:
        moved["flag"] = step.raises
    if step.next_round:
        moved["round"] = case.round + 1
    if step.closes or step.reopens:
        moved["closed_on"] = on if step.closes else None
    if hand.roles & WORKING_ROLES & set(step.roles) and hand.actor.office_id == case.office_id:
        moved["handler"] = hand.actor.id
    return moved


def _lapse(case: Case, rule: str, on: date) -> None:
    clock = clocks.latest(case, rule)
    if clock:
        clocks.end(clock, clocks.ClockState.LAPSED, on)


def _impose_bans(ask: Ask, taken: StepTaken) -> None:
    for rule in ask.step.bans:
        bans.impose(
            rule,
            hand=ask.hand,
            office=ask.case.office,
            book=ask.hand.book_of(ask.case),
            from_on=ask.on,
            reason=ask.reason or ask.step.label,
            institution=ask.case.institution,
            case=ask.case,
            step=taken,
        )


def _linked(ask: Ask, document: Document | None) -> None:
    """Open the case the step opens and take the steps of linked cases, always parent before child."""
    case, step = ask.case, ask.step
    if step.opens:
        opened = open_case(
            step.opens, case.institution, office=case.office, hand=ask.hand, on=ask.on, origin=case
        )
        take_step(opened, "open", hand=ask.hand, on=ask.on, reason=ask.reason, data=ask.data)
    for link in step.also:
        for linked in cases_linked(case, link, ask.hand.book_of(case)):
            last = last_step(linked)
            take_step(
                linked,
                link.action,
                hand=ask.hand,
                on=max(ask.on, last.on) if last else ask.on,
                reason=ask.reason,
                data=ask.data,
                is_linked=True,
            )


def cases_linked(case: Case, link: Also, book: Book) -> list[Case]:
    """Return the cases in which a step of `case` takes the step of `link`, oldest first."""
    if link.of == "origin":
        return [case.origin] if case.origin_id else []
    opened = Case.select().where(Case.origin == case).order_by(Case.id)
    if link.of == "opened":
        return list(opened)
    able = {state for s in book.steps if s.action == link.action for state in s.origins}
    return list(opened.where(Case.matter == link.of, Case.closed_on.is_null(), Case.state.in_(able)))


def snapshot(case: Case) -> dict[str, Any]:
    """Return the case's own fields, clocks and stops as JSON, enough to put a step back."""
    rows = {
        "case": {name: getattr(case, name) for name in CASE_FIELDS} | {"handler": case.handler_id},
        "clocks": list(Clock.select().where(Clock.case == case).dicts()),
        "pauses": list(ClockPause.select(ClockPause).join(Clock).where(Clock.case == case).dicts()),
        "asked": supplements.kept(case),
        "suspensions": effects.kept(case),
    }
    return json.loads(json.dumps(rows, default=str))


def put_back(case: Case, before: Mapping[str, Any], hand: Hand) -> None:
    """Restore what `snapshot` kept: the case's fields and clocks; clocks that began since are cancelled."""
    Case.update(**before["case"], version=Case.version + 1).where(Case.id == case.id).execute()
    kept = {row["id"]: row for row in before["clocks"]}
    for clock in Clock.select().where(Clock.case == case).order_by(Clock.id.desc()):
        if clock.id not in kept:
            clocks.end(clock, clocks.ClockState.CANCELLED, hand.today, "步骤已撤回")
    Clock.update(is_lead=False).where(Clock.case == case).execute()
    for row in before["clocks"]:
        Clock.update(**{**row, "is_lead": False}).where(Clock.id == row["id"]).execute()
    restored = {row["id"] for row in before["pauses"]}
    for stop in ClockPause.select(ClockPause).join(Clock).where(Clock.case == case):
        if stop.id not in restored:
            stop.delete_instance()
    for row in before["pauses"]:
        ClockPause.replace(**row).execute()
    supplements.restore(case, before.get("asked", ()))
    effects.restore(case, before.get("suspensions", ()))
    for clock in clocks.open_clocks(case):
        clocks.recompute(clock, hand)
    clocks.choose_lead(case)


def set_state(case: Case, state: str, on: date | None, closed_on: date | None) -> None:
    """Write the state of a case without a step of the book; for corrections.py alone."""
    values: dict[str, Any] = {"state": state, "closed_on": closed_on, "version": Case.version + 1}
    if on is not None:
        values["stage_on"] = on
    Case.update(**values).where(Case.id == case.id).execute()
