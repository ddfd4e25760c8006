"""Mistakes put right, each with a reason: a day corrected, the last step taken back, a lapse reinstated."""

from datetime import date, timedelta
from typing import Any

from lifecycle import audit, bans, clocks, effects, moment, steps, undo
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Ban, Case, CaseState, Clock, ClockState, Complaint, Role, StepTaken
from rules.rows import Step


def may_correct(case: Case, taken: StepTaken | None, hand: Hand) -> bool:
    """Return whether this person may put a step right: the office's manager, or who holds the step's role."""
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
    """Put the legal day of a step right, and clocks, bans and closing with it; both stay in the trail.

    A lapse that rested on the wrong day is taken back. Raises Unmet without a reason, NotAllowed for the
    wrong person and for a step that opened a case, BadDay for a day after today or outside its neighbours.
    """
    with write_tx():
        case = locked(Case, taken.case_id)
        taken = _authorised(case, locked(StepTaken, taken.id), hand, reason)
        row = undo.row_of(case, taken, hand)
        if (row and row.opens) or undo.came_with_another(case, taken):
            raise NotAllowed("这一步开立了协议，日期有误的请撤回后重新登记")
        if row and effects.DATED & set(row.effects):
            raise NotAllowed("这一步定下了中止、解除的日期，日期有误的请撤回后重新办理")
        _check_between(case, taken, on, hand)
        before = taken.on
        StepTaken.update(on=on).where(StepTaken.id == taken.id).execute()
        _move_starts(case, taken, hand)
        _move_ends(case, row, before, on, hand)
        _move_case(case, taken, before, on)
        for ban in Ban.select().where(Ban.step == taken, Ban.lifted_on.is_null()):
            bans.move(ban, from_on=on, hand=hand, reason=reason)
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
        recheck_lapse(case, hand, reason)


def _check_between(case: Case, taken: StepTaken, on: date, hand: Hand) -> None:
    """A lapse bounds no day: typed late, a step may lie before it, and a corrected day may undo it."""
    if on > hand.today:
        raise BadDay("办理日期不能晚于今天")
    taken_steps = StepTaken.select().where(StepTaken.case == case, StepTaken.undone_at.is_null())
    others = [other for other in taken_steps.order_by(StepTaken.id) if not _is_automatic(case, other, hand)]
    earlier = [other for other in others if other.id < taken.id]
    later = [other for other in others if other.id > taken.id]
    if earlier and on < earlier[-1].on:
        raise BadDay(f"不能早于上一步“{earlier[-1].label}”的 {earlier[-1].on.isoformat()}")
    if later and on > later[0].on:
        raise BadDay(f"不能晚于下一步“{later[0].label}”的 {later[0].on.isoformat()}")


def _move_starts(case: Case, taken: StepTaken, hand: Hand) -> None:
    for clock in Clock.select().where(Clock.case == case, Clock.state != ClockState.CANCELLED):
        if clock.step_id == taken.id or clock.after_id:
            clocks.recompute(clock, hand)


def _move_ends(case: Case, row: Step | None, before: date, on: date, hand: Hand) -> None:
    """What the step met, resumed or waived was met, resumed or waived on the corrected day."""
    for rule in row.meets if row else ():
        clock = clocks.latest(case, rule)
        if clock and clock.state == ClockState.MET and clock.ended_on == before:
            clocks.end(clock, ClockState.MET, on, clock.note)
    for rule in row.resumes if row else ():
        clock = clocks.latest(case, rule)
        for stop in clock.pauses if clock else ():
            if stop.until_on == before:
                stop.until_on = max(on, stop.from_on)
                stop.save()
        if clock:
            clocks.recompute(clock, hand)
    if row and row.closes:
        Clock.update(ended_on=on).where(
            Clock.case == case, Clock.state == ClockState.WAIVED, Clock.ended_on == before
        ).execute()


def _move_case(case: Case, taken: StepTaken, before: date, on: date) -> None:
    """The last step dates the stage, the closing and the settlement of complaints."""
    if taken.origin == CaseState.NOTICE_INVESTIGATION:
        settled = (Complaint.case == case) & (Complaint.settled_on == before)
        Complaint.update(settled_on=on).where(settled).execute()
    if steps.last_step(case).id != taken.id:
        return
    Case.update(
        stage_on=on if taken.origin != taken.target else case.stage_on,
        closed_on=on if case.closed_on else None,
        version=Case.version + 1,
    ).where(Case.id == case.id).execute()


def take_back(case: Case, *, hand: Hand, reason: str, version: int | None = None) -> Case:
    """Take back the last step of the case: state and clocks as before, its documents voided, its bans lifted.

    Raises Unmet without a reason, NotAllowed for the wrong person, for a lapse, for a step that came with
    another case's, or if the step opened a case that has gone on since, Conflict for a stale version.
    """
    with write_tx():
        case = locked(Case, case.id)
        if version is not None and version != case.version:
            raise Conflict("同事刚刚改动了这个办件，请核对后再撤回")
        taken = _authorised(case, steps.last_step(case), hand, reason)
        if is_lapse(case, taken, hand):
            raise NotAllowed("期满自动办理的，请用“恢复办理”")
        if undo.came_with_another(case, taken):
            raise NotAllowed("这一步由申请办件的签订登记带来，请在申请办件上撤回")
        undo.consequences(case, taken, hand, reason)
        if undo.is_take_over(case, taken):
            undo.annul(case, hand, reason)
        else:
            steps.put_back(case, _before(case, taken), hand)
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


def is_lapse(case: Case, taken: StepTaken | None, hand: Hand) -> bool:
    """Return whether the case was closed by a limit that ran out; the end of a term is no lapse."""
    if taken is None or case.closed_on is None or not _is_automatic(case, taken, hand):
        return False
    row = undo.row_of(case, taken, hand)
    return bool(row and hand.book_of(case).clocks[row.auto_clock].kind == "limit")


def _is_automatic(case: Case, taken: StepTaken, hand: Hand) -> bool:
    """Return whether only the sweep can take this step."""
    row = undo.row_of(case, taken, hand)
    return bool(row and row.auto and not row.roles)


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


def _before(case: Case, taken: StepTaken) -> dict[str, Any]:
    """Return how the case stood before the step; whoever was handed the case since keeps it."""
    before: dict[str, Any] = taken.before
    if case.handler_id != taken.actor_id:
        before["case"]["handler"] = case.handler_id
    return before


def _undo_lapse(case: Case, taken: StepTaken, hand: Hand) -> None:
    steps.put_back(case, _before(case, taken), hand)
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
    with write_tx():
        return _recheck_lapse(locked(Case, case.id), hand, reason)


def _recheck_lapse(case: Case, hand: Hand, reason: str) -> bool:
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
