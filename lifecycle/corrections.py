"""Mistakes put right: a legal day corrected, the last step taken back, a lapse reinstated. Each with a reason."""

from datetime import date, timedelta

from lifecycle import audit, bans, clocks, moment, papers, steps
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import (
    Ban,
    Case,
    CaseState,
    Clock,
    ClockState,
    Document,
    DocumentState,
    Role,
    StepTaken,
)


def may_correct(case: Case, taken: StepTaken | None, hand: Hand) -> bool:
    """Return whether this person may put a step right: a manager, or who holds the step's own role, of the office."""
    if taken is None or hand.actor.office_id != case.office_id:
        return False
    if Role.MANAGER in hand.roles:
        return True
    rows = [s for s in hand.book_of(case).steps if s.action == taken.action and s.matter == case.matter]
    return any(hand.roles & set(row.roles) for row in rows)


def _authorised(case: Case, taken: StepTaken | None, hand: Hand, reason: str) -> StepTaken:
    if not reason.strip():
        raise Unmet(["请写明原因"])
    if taken is None:
        raise NotAllowed("这个办件还没有可以更正的步骤")
    if not may_correct(case, taken, hand):
        raise NotAllowed("须由负责人或该步骤的经办岗位办理")
    return taken


def correct_day(taken: StepTaken, *, hand: Hand, on: date, reason: str) -> None:
    """Put the legal day of a step right and compute anew the clocks that it started or met; both days stay in the trail.

    Raises Unmet without a reason, NotAllowed for the wrong person, BadDay for a day after today or outside
    the steps before and after it.
    """
    with write_tx():
        case = locked(Case, taken.case_id)
        taken = _authorised(case, locked(StepTaken, taken.id), hand, reason)
        _check_between(taken, on, hand)
        before = taken.on
        StepTaken.update(on=on).where(StepTaken.id == taken.id).execute()
        for clock in Clock.select().where(Clock.case == case, Clock.state != ClockState.CANCELLED):
            if clock.step_id == taken.id or clock.after_id:
                clocks.recompute(clock, hand)
        _move_ends(case, taken, before, on, hand)
        if steps.last_step(case).id == taken.id and taken.origin != taken.target:
            Case.update(stage_on=on, version=Case.version + 1).where(Case.id == case.id).execute()
        clocks.choose_lead(case)
        audit.record(
            audit.of_case(case),
            "correct_day",
            hand=hand,
            on=on,
            case=case,
            reason=reason,
            label=taken.label,
            legal_day=[before, on],
        )


def _check_between(taken: StepTaken, on: date, hand: Hand) -> None:
    if on > hand.today:
        raise BadDay("办理日期不能晚于今天")
    steps_ = StepTaken.select().where(StepTaken.case == taken.case_id, StepTaken.undone_at.is_null())
    earlier = steps_.where(StepTaken.id < taken.id).order_by(StepTaken.id.desc()).first()
    later = steps_.where(StepTaken.id > taken.id).order_by(StepTaken.id).first()
    if earlier and on < earlier.on:
        raise BadDay(f"不能早于上一步“{earlier.label}”的 {earlier.on.isoformat()}")
    if later and on > later.on:
        raise BadDay(f"不能晚于下一步“{later.label}”的 {later.on.isoformat()}")


def _move_ends(case: Case, taken: StepTaken, before: date, on: date, hand: Hand) -> None:
    """A clock that the step met was met on the corrected day; a stop it ended, ended then."""
    row = next(
        (s for s in hand.book_of(case).steps if s.action == taken.action and taken.origin in s.origins), None
    )
    for rule in row.meets if row else ():
        clock = clocks.latest(case, rule)
        if clock and clock.state == ClockState.MET and clock.ended_on == before:
            clocks.end(clock, ClockState.MET, on, clock.note)
    for rule in row.resumes if row else ():
        clock = clocks.latest(case, rule)
        for stop in clock.pauses if clock else ():
            if stop.until_on == before:
                stop.until_on = on
                stop.save()
        if clock:
            clocks.recompute(clock, hand)


def take_back(case: Case, *, hand: Hand, reason: str, version: int | None = None) -> Case:
    """Take back the last step of the case: state and clocks as before, its documents voided, its bans lifted.

    Raises Unmet without a reason, NotAllowed for the wrong person, or if the step opened a case that has
    gone on since, Conflict for a stale version.
    """
    with write_tx():
        case = locked(Case, case.id)
        if version is not None and version != case.version:
            raise Conflict("同事刚刚改动了这个办件，请核对后再撤回")
        taken = _authorised(case, steps.last_step(case), hand, reason)
        if is_lapse(case, taken, hand):
            raise NotAllowed("期满自动办理的，请用“恢复办理”")
        _undo_consequences(case, taken, hand, reason)
        steps.put_back(case, taken.before, hand)
        StepTaken.update(undone_at=moment.now()).where(StepTaken.id == taken.id).execute()
        audit.record(
            audit.of_case(case),
            "take_back",
            hand=hand,
            case=case,
            reason=reason,
            label=taken.label,
            state=[case.state, taken.before["case"]["state"]],
        )
    return Case.get_by_id(case.id)


def _undo_consequences(case: Case, taken: StepTaken, hand: Hand, reason: str) -> None:
    for document in Document.select().where(Document.step == taken, Document.state == DocumentState.ISSUED):
        papers.void(document, hand=hand, reason=f"撤回“{taken.label}”：{reason}"[:200])
    for ban in Ban.select().where(Ban.step == taken, Ban.lifted_on.is_null()):
        bans.lift(ban, hand=hand, reason=f"撤回“{taken.label}”")
    for opened in Case.select().where(
        Case.origin == case, Case.closed_on.is_null(), Case.opened_on == taken.on
    ):
        _annul(opened, hand, reason)


def _annul(opened: Case, hand: Hand, reason: str) -> None:
    """Close a case that should not have been opened. Raises NotAllowed if it has gone on since."""
    first = steps.last_step(opened)
    if StepTaken.select().where(StepTaken.case == opened, StepTaken.undone_at.is_null()).count() > 1:
        raise NotAllowed(f"由此开立的办件 {opened.number} 已有后续办理，不能撤回")
    for document in Document.select().where(Document.case == opened, Document.state == DocumentState.ISSUED):
        papers.void(document, hand=hand, reason=f"撤回签订登记：{reason}"[:200])
    for clock in clocks.open_clocks(opened):
        clocks.end(clock, ClockState.CANCELLED, hand.today, "步骤已撤回")
    steps.set_state(opened, CaseState.ANNULLED, hand.today, hand.today)
    audit.record(
        audit.of_case(opened),
        "annul",
        hand=hand,
        case=opened,
        reason=reason,
        label=first.label if first else "",
    )


def is_lapse(case: Case, taken: StepTaken | None, hand: Hand) -> bool:
    """Return whether the case was closed by a limit that ran out, a step the sweep took."""
    if taken is None or case.closed_on is None:
        return False
    lapse = next(
        (s for s in hand.book_of(case).steps if s.action == taken.action and s.matter == case.matter), None
    )
    return bool(lapse and lapse.auto and not lapse.roles)


def reinstate(case: Case, *, hand: Hand, reason: str, new_due: date | None = None) -> Case:
    """Undo a lapse: the case stands where it stood, its limit waived, or set anew to end on `new_due`.

    The next sweep leaves it alone. Raises Unmet without a reason, NotAllowed if the case did not lapse or the
    person is no manager of the office, BadDay for a new end before today.
    """
    with write_tx():
        case = locked(Case, case.id)
        taken = _authorised(case, steps.last_step(case), hand, reason)
        if not is_lapse(case, taken, hand):
            raise NotAllowed("只有期满自动办结的办件可以恢复办理")
        if Role.MANAGER not in hand.roles:
            raise NotAllowed("恢复办理须由负责人批准")
        if new_due is not None and new_due < hand.today:
            raise BadDay("重新确定的期限不能早于今天")
        row = hand.book_of(case).step(case.matter, taken.origin, taken.action, steps.facts(case))
        _undo_lapse(case, taken, hand)
        _set_limit(case, row.auto_clock if row else "", hand, new_due, reason)
        audit.record(
            audit.of_case(case),
            "reinstate",
            hand=hand,
            case=case,
            article=row.article if row else "",
            reason=reason,
            label=taken.label,
            state=[case.state, taken.origin],
            new_due=new_due,
        )
    return Case.get_by_id(case.id)


def _undo_lapse(case: Case, taken: StepTaken, hand: Hand) -> None:
    steps.put_back(case, taken.before, hand)
    StepTaken.update(undone_at=moment.now()).where(StepTaken.id == taken.id).execute()


def _set_limit(case: Case, rule: str, hand: Hand, new_due: date | None, reason: str) -> None:
    clock = clocks.latest(case, rule)
    if clock is None:
        return
    if new_due is None:
        clocks.end(clock, ClockState.WAIVED, hand.today, f"恢复办理：{reason}"[:200])
    else:
        clock.fixed_due_on = new_due
        clocks.recompute(clock, hand)
    clocks.choose_lead(case)


def recheck_lapse(case: Case, hand: Hand, reason: str) -> bool:
    """Take back a lapse that no longer stands because a day was corrected; return whether one was taken back.

    It stands if the limit, computed anew, had run out before the day on which the lapse was taken. A lapse
    taken back is judged again by the next sweep.
    """
    case = Case.get_by_id(case.id)
    taken = steps.last_step(case)
    if not is_lapse(case, taken, hand):
        return False
    row = hand.book_of(case).step(case.matter, taken.origin, taken.action, steps.facts(case))
    clock = clocks.latest(case, row.auto_clock) if row else None
    if clock is None or (clock.due_on and clock.due_on + timedelta(days=1) <= taken.on):
        return False
    _undo_lapse(case, taken, hand)
    audit.record(
        audit.of_case(case),
        "lapse_taken_back",
        hand=hand,
        case=case,
        article=row.article if row else "",
        reason=reason,
        label=taken.label,
        state=[case.state, taken.origin],
    )
    return True
