"""Clocks of a case: started, waiting for service, paused, met, lapsed, waived, and computed anew."""

from collections.abc import Iterable, Sequence
from datetime import date

from peewee import JOIN

from lifecycle.hand import Hand
from models import Case, Clock, ClockPause, ClockState, Document, ProofOfService, StepTaken
from rules.periods import Due, Pause, due_date, yellow_from
from rules.rows import Start, Step

RANK = {"limit": 0, "wait": 1, "cap": 2}


def start(case: Case, step: Step, taken: StepTaken, document: Document | None, hand: Hand) -> None:
    """Start the clocks that `step` names; one that waits for service stands still until its proof."""
    for clock in built(case, step, taken, document, hand):
        clock.save(force_insert=True)


def built(case: Case, step: Step, taken: StepTaken, document: Document | None, hand: Hand) -> list[Clock]:
    """Return the clocks that `step` names as they start, not yet saved."""
    book, fresh = hand.book_of(case), []
    for begin in step.starts:
        rule = book.clocks[begin.clock]
        clock = Clock(
            case=case,
            rule=rule.key,
            kind=rule.kind,
            party=rule.party,
            round=case.round,
            step=taken,
            document=document if begin.when == "served" else None,
            after=_clock_before(case, begin),
            anchor=begin.when,
            fixed_due_on=_typed_day(taken, begin, "until:"),
            state=ClockState.WAITING,
        )
        compute(clock, hand)
        fresh.append(clock)
    return fresh


def _clock_before(case: Case, begin: Start) -> Clock | None:
    return latest(case, begin.when.removeprefix("end-of:")) if begin.when.startswith("end-of:") else None


def _typed_day(taken: StepTaken, begin: Start, prefix: str) -> date | None:
    name = begin.when.removeprefix(prefix)
    return as_day(taken.data[name]) if begin.when.startswith(prefix) else None


def as_day(value: date | str) -> date:
    """Return a day that may have been stored as JSON."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def anchor_day(clock: Clock) -> date | None:
    """Return the day on which the clock's event happened, or None while the document is not served."""
    if clock.anchor == "served":
        return (
            ProofOfService.select(ProofOfService.served_on)
            .where(ProofOfService.document == clock.document_id)
            .scalar()
        )
    if clock.after_id:
        return clock.after.due_on
    if clock.anchor.startswith("day:"):
        return as_day(clock.step.data[clock.anchor.removeprefix("day:")])
    return clock.step.on


def compute(clock: Clock, hand: Hand) -> Due | None:
    """Set the clock's days and, while it is open, its state, from its anchor, pauses and calendar.

    Returns the derivation, or None while it waits for service. Does not save.
    """
    clock.started_on = anchor_day(clock)
    if clock.started_on is None:
        clock.due_on = clock.yellow_on = None
        clock.is_provisional = False
        _set_open_state(clock, ClockState.WAITING)
        return None
    pauses = pauses_of(clock) if clock.id else []
    rule = hand.book_of(clock.case).clocks[clock.rule]
    due = due_date(clock.started_on, rule, hand.calendar, pauses)
    clock.due_on = clock.fixed_due_on or due.on
    clock.is_provisional = due.is_provisional and not clock.fixed_due_on
    if clock.due_on is None:
        clock.yellow_on = None
        _set_open_state(clock, ClockState.PAUSED)
    else:
        clock.yellow_on = yellow_from(clock.started_on, clock.due_on, rule, hand.calendar, pauses)
        _set_open_state(clock, ClockState.RUNNING)
    return due


def _set_open_state(clock: Clock, state: ClockState) -> None:
    if clock.ended_on is None:
        clock.state = state


def pauses_of(clock: Clock) -> list[Pause]:
    """Return the stops of `clock` that have begun, oldest first."""
    rows = (
        ClockPause.select(ClockPause.from_on, ClockPause.until_on, Document.number)
        .join(Document, JOIN.LEFT_OUTER)
        .where(ClockPause.clock == clock.id, ClockPause.from_on.is_null(False))
        .order_by(ClockPause.from_on)
        .tuples()
    )
    return [Pause(*row[:2], row[2] or "") for row in rows]


def pauses_by_clock(case: Case) -> dict[int, list[Pause]]:
    """Return the stops that have begun of every clock of the case, oldest first, in one statement."""
    rows = (
        ClockPause.select(ClockPause.clock, ClockPause.from_on, ClockPause.until_on, Document.number)
        .join(Clock)
        .switch(ClockPause)
        .join(Document, JOIN.LEFT_OUTER)
        .where(Clock.case == case, ClockPause.from_on.is_null(False))
        .order_by(ClockPause.from_on)
        .tuples()
    )
    found: dict[int, list[Pause]] = {}
    for clock, from_on, until_on, number in rows:
        found.setdefault(clock, []).append(Pause(from_on, until_on, number or ""))
    return found


def recompute(clock: Clock, hand: Hand) -> tuple[date | None, date | None]:
    """Compute and save the clock anew; return its due day before and after."""
    before = clock.due_on
    compute(clock, hand)
    clock.is_overdue = bool(clock.is_overdue and clock.due_on and clock.due_on < hand.today)
    clock.save()
    for later in Clock.select().where(Clock.after == clock.id):
        recompute(later, hand)
    return before, clock.due_on


def latest(case: Case, rule: str) -> Clock | None:
    """Return the newest clock of `rule` in the case that was not cancelled, open or ended."""
    return (
        Clock.select()
        .where(Clock.case == case, Clock.rule == rule, Clock.state != ClockState.CANCELLED)
        .order_by(Clock.id.desc())
        .first()
    )


def open_clocks(case: Case) -> list[Clock]:
    """Return the clocks of the case that still run, wait or pause."""
    return list(Clock.select().where(Clock.case == case, Clock.ended_on.is_null()))


def meet(case: Case, rules: Iterable[str], on: date) -> None:
    """End the newest clock of each rule as met on the legal day `on`; a lapsed one is met after all."""
    for rule in rules:
        clock = latest(case, rule)
        if clock and (clock.ended_on is None or clock.state == ClockState.LAPSED):
            end(clock, ClockState.MET, on)


def end(clock: Clock, state: ClockState, on: date, note: str = "") -> None:
    """End `clock` in `state` on the legal day `on`; an open stop ends with it, not before it began."""
    for stop in ClockPause.select().where(
        ClockPause.clock == clock, ClockPause.until_on.is_null(), ClockPause.from_on.is_null(False)
    ):
        stop.until_on = max(stop.from_on, on)
        stop.save()
    ClockPause.delete().where(ClockPause.clock == clock, ClockPause.from_on.is_null()).execute()
    clock.state, clock.ended_on, clock.is_lead, clock.note = state, on, False, note
    clock.save()


def end_all(case: Case, on: date) -> None:
    """End what still runs when a case is closed: nobody has to act any more."""
    for clock in open_clocks(case):
        end(clock, ClockState.WAIVED, on, "办件已办结")


def pause(case: Case, step: Step, document: Document | None, on: date, hand: Hand) -> None:
    """Stop the clocks that `step` names, from its day or the service of its document (readings 1.3-11)."""
    for begin in step.pauses:
        clock = latest(case, begin.clock)
        if clock is None or clock.ended_on is not None:
            continue
        from_on = None if begin.when == "served" else on
        ClockPause.create(clock=clock, document=document, from_on=from_on)
        recompute(clock, hand)


def resume(case: Case, rules: Iterable[str], on: date, hand: Hand) -> None:
    """End the open stop of each rule's clock on `on`; one whose request was never served falls away."""
    for rule in rules:
        clock = latest(case, rule)
        if clock is None:
            continue
        ClockPause.update(until_on=on).where(
            ClockPause.clock == clock, ClockPause.until_on.is_null(), ClockPause.from_on.is_null(False)
        ).execute()
        ClockPause.delete().where(ClockPause.clock == clock, ClockPause.until_on.is_null()).execute()
        recompute(clock, hand)


def open_pause(case: Case, rule: str) -> ClockPause | None:
    """Return the stop of `rule`'s clock that has not ended, served or not."""
    return (
        ClockPause.select()
        .join(Clock)
        .where(Clock.case == case, Clock.rule == rule, ClockPause.until_on.is_null())
        .first()
    )


def served(document: Document, hand: Hand) -> None:
    """Compute anew whatever hangs on the service of `document`, after its day was recorded or corrected."""
    day = ProofOfService.select(ProofOfService.served_on).where(ProofOfService.document == document).scalar()
    touched = set()
    for stop in ClockPause.select().where(ClockPause.document == document):
        if stop.until_on is None:
            stop.from_on = day
        elif day is not None:
            stop.from_on = min(day, stop.until_on)  # served after the answer: a stop of no days
        stop.save()
        touched.add(stop.clock_id)
    waiting = Clock.select(Clock.id).where(
        Clock.document == document, Clock.anchor == "served", Clock.state != ClockState.CANCELLED
    )
    touched |= {row[0] for row in waiting.tuples()}
    for clock_id in sorted(touched):
        recompute(Clock.get_by_id(clock_id), hand)


def choose_lead(case: Case) -> None:
    """Mark the clock that the lists show: limits before waits before caps, then the nearest due day."""
    Clock.update(is_lead=False).where(Clock.case == case, Clock.is_lead).execute()
    standing = open_clocks(case)
    if standing:
        Clock.update(is_lead=True).where(Clock.id == lead_of(standing).id).execute()


def lead_of(standing: Sequence[Clock]) -> Clock:
    """Return the one of some open clocks, oldest first, that the lists show."""
    return min(standing, key=lambda c: (RANK.get(c.kind, 9), c.due_on is None, c.due_on or date.max))
