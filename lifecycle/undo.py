"""What falls when a step is taken back: papers, bans, the case it opened, the complaint it registered."""

from collections.abc import Iterator

from lifecycle import audit, bans, changes, clocks, papers, pauses, renewals, steps
from lifecycle.cases import FIRST_STATE
from lifecycle.errors import NotAllowed
from lifecycle.hand import Hand
from models import Ban, Case, CaseState, ClockState, Complaint, Document, DocumentState, Matter, StepTaken
from rules.rows import Step

# The matters of cases that an effect of a step opens.
OPENING = {"open_evaluation": Matter.APPLICATION}


def row_of(case: Case, taken: StepTaken, hand: Hand) -> Step | None:
    """Return the book's row of a step that was taken, or None if the book no longer holds it.

    Rows of one action from one state differ by a guard on the facts of that day; the label tells them.
    """
    rows = [
        step
        for step in hand.book_of(case).steps
        if step.action == taken.action and step.matter == case.matter and taken.origin in step.origins
    ]
    return next((step for step in rows if step.label == taken.label), rows[0] if rows else None)


def came_with_another(case: Case, taken: StepTaken) -> bool:
    """Return whether the step was taken because a step of another case opened this one."""
    is_opened = case.matter == Matter.AGREEMENT and bool(case.origin_id)
    return is_opened and taken.origin == FIRST_STATE[Matter(case.matter)]


def is_take_over(case: Case, taken: StepTaken) -> bool:
    """Return whether the step took over an agreement from the ledger; without it there is no such case."""
    is_first = case.matter == Matter.AGREEMENT and taken.origin == FIRST_STATE[Matter.AGREEMENT]
    return is_first and not case.origin_id


def consequences(case: Case, taken: StepTaken, hand: Hand, reason: str) -> None:
    """Undo what the step did outside its case's own row and clocks.

    Raises NotAllowed if a case that the step opened has gone on since.
    """
    for document in Document.select().where(Document.step == taken, Document.state == DocumentState.ISSUED):
        papers.void(document, hand=hand, reason=f"撤回“{taken.label}”：{reason}"[:200])
    for ban in Ban.select().where(Ban.step == taken, Ban.lifted_on.is_null()):
        bans.lift(ban, hand=hand, reason=f"撤回“{taken.label}”")
    _demand_alone(case, taken, hand)
    for opened in _opened_by(case, taken, hand):
        annul(opened, hand, reason)
        if "renewal_open" in taken.data:
            renewals.take_back(opened, taken)
    if row := row_of(case, taken, hand):
        pauses.undo(case, taken, row.effects, hand.today)
        if "record_verification" in row.effects:
            changes.forget_verification(case)
    _undo_complaints(case, taken, hand, reason)


def _demand_alone(case: Case, taken: StepTaken, hand: Hand) -> None:
    """Raise NotAllowed for a step whose traces elsewhere cannot be taken back with it."""
    row = row_of(case, taken, hand)
    if row and "apply_change" in row.effects:
        raise NotAllowed("变更内容已写入机构台账，不能撤回；有误的请另行登记变更")
    for link in row.also if row else ():
        others = Case.select().where((Case.origin == case) | (Case.id == case.origin_id)).order_by(Case.id)
        for other in others:
            last = steps.last_step(other)
            if last and (last.action, last.at) == (link.action, taken.at):
                raise NotAllowed(f"这一步同时办理了 {other.number} 的“{last.label}”，请先在那里撤回")


def _opened_by(case: Case, taken: StepTaken, hand: Hand) -> Iterator[Case]:
    row = row_of(case, taken, hand)
    if row is None:
        return
    matters = {row.opens} if row.opens else set()
    matters |= {OPENING[name] for name in row.effects if name in OPENING}
    opened = (Case.origin == case) & Case.matter.in_(matters) & Case.closed_on.is_null()
    yield from Case.select().where(opened).order_by(Case.id)


def annul(opened: Case, hand: Hand, reason: str) -> None:
    """Close a case that should not have been opened. Raises NotAllowed if it has gone on since."""
    first = steps.last_step(opened)
    if _has_gone_on(opened):
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


def _has_gone_on(opened: Case) -> bool:
    """Return whether more was done in a case than its first step; that a term began with it is no more."""
    own = StepTaken.select().where(StepTaken.case == opened, StepTaken.undone_at.is_null())
    first = FIRST_STATE[Matter(opened.matter)]
    return own.count() > 1 and own.where(StepTaken.origin != first).exists()


def _undo_complaints(case: Case, taken: StepTaken, hand: Hand, reason: str) -> None:
    """A complaint registered in error holds nothing; one that the step settled is to be settled again."""
    mine = Complaint.case == case
    if registered := taken.data.get("complaint"):
        withdrawn = {
            "verified_on": hand.today,
            "is_effective": False,
            "findings": f"登记已撤回：{reason}",
            "settled_on": hand.today,
        }
        Complaint.update(**withdrawn, version=Complaint.version + 1).where(
            mine, Complaint.id == registered
        ).execute()
    elif taken.origin == CaseState.NOTICE_INVESTIGATION:
        Complaint.update(settled_on=None, version=Complaint.version + 1).where(
            mine, Complaint.settled_on == taken.on
        ).execute()
