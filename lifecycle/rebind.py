"""Moving open cases to a corrected or newer book, each move an event."""

from lifecycle import audit, clocks
from lifecycle.db import locked, write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case


def rebind(old: str, new: str, *, hand: Hand, reason: str, dry_run: bool = False) -> list[str]:
    """Move every open case of book `old` to book `new`, count its clocks anew, and return one line each.

    All or none. Raises Unmet if `new` is not there or lacks a state or clock that an open case stands on.
    """
    if new not in hand.books:
        raise Unmet([f"没有规程 {new}"])
    if not reason:
        raise Unmet(["请写明原因"])
    lines = []
    with write_tx():
        for case in Case.select().where(Case.book == old, Case.closed_on.is_null()).order_by(Case.id):
            _check_fits(case, new, hand)
            lines.append(f"{case.number} {case.institution.name}：{old} → {new}")
            if not dry_run:
                _move(locked(Case, case.id), new, hand, reason)
    return lines


def _check_fits(case: Case, new: str, hand: Hand) -> None:
    book = hand.books[new]
    if case.state not in book.states:
        raise NotAllowed(f"{case.number} 处于“{case.state}”，规程 {new} 没有这个环节")
    lacking = [clock.rule for clock in clocks.open_clocks(case) if clock.rule not in book.clocks]
    if lacking:
        raise NotAllowed(f"{case.number} 的期限 {'、'.join(lacking)} 在规程 {new} 里没有")


def _move(case: Case, new: str, hand: Hand, reason: str) -> None:
    before = case.book
    Case.update(book=new, version=Case.version + 1).where(Case.id == case.id).execute()
    case = Case.get_by_id(case.id)
    moved = {clock.rule: clocks.recompute(clock, hand) for clock in clocks.open_clocks(case)}
    clocks.choose_lead(case)
    audit.record(
        audit.of_case(case),
        "rebind",
        hand=hand,
        case=case,
        reason=reason,
        book=[before, new],
        digest=hand.books[new].digest,
        due_on=moved,
    )
