"""What follows from a suspension or termination, confirmed one by one (readings C-47).

A publication, report or letter is done on a day under a number; the branches of a chain are terminated, each
in a transaction of its own, by the office that holds their agreement, from the day of the first termination.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import audit, exits
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case, CaseState, FollowUp, FollowUpKind, FollowUpState, Institution, Matter, Termination

CHAIN = "chain"  # the ground of the book by which branches go with the first one
STALE = "同事刚刚办理了这一项，本次未保存；请刷新后核对"


def confirm(row: FollowUp, *, on: date, number: str, hand: Hand, version: int | None = None) -> FollowUp:
    """Return a publication, report or letter as done on the day `on`, under `number`.

    For the branch of another office this is the letter to it: the row stays open until that office has
    terminated. Raises NotAllowed for another office's, Conflict for a stale one, BadDay for a day to come or
    before the step it follows, Unmet without a number where a letter goes out.
    """
    with write_tx():
        row = _held(row, version)
        _demand_mine(row, hand)
        if on > hand.today:
            raise BadDay("办理日期不能晚于今天")
        if row.kind != FollowUpKind.PUBLICATION and not number:
            raise Unmet(["请填写函件或报备的文号"])
        values: dict[str, Any] = {"number": number}
        if row.kind == FollowUpKind.BRANCH:
            if agreement_of(row, hand.actor.office_id):
                raise Unmet(["该分支的协议由本机构管理，请逐家确认解除"])
        else:
            values |= {"state": FollowUpState.DONE, "done_on": on, "done_by": hand.actor}
        _change(row, values)
        _tell(row, "do_follow_up", hand, on=on, number=number)
    return FollowUp.get_by_id(row.id)


def decline(row: FollowUp, *, reason: str, hand: Hand, version: int | None = None) -> None:
    """Record that what follows is not done, and why. Raises as confirm, Unmet without a reason."""
    if not reason:
        raise Unmet(["请写明不办理的理由"])
    with write_tx():
        row = _held(row, version)
        _demand_mine(row, hand)
        _change(row, {"state": FollowUpState.DECLINED, "reason": reason, "done_by": hand.actor})
        _tell(row, "decline_follow_up", hand, reason=reason)


def terminate_branch(
    row: FollowUp, given: Mapping[str, Any], *, hand: Hand, version: int | None = None
) -> Case:
    """Return the branch's agreement, terminated from the day on which the first one ended.

    第三十二条（十五）. given: facts, decided_by, ban_class, ban_reason. One transaction: the agreement ends
    and the row is done, or neither. Raises as exits.terminate; NotAllowed for an agreement of another office.
    """
    with write_tx():
        row = _held(row, version)
        case = agreement_of(row, hand.actor.office_id)
        if row.kind != FollowUpKind.BRANCH or case is None:
            raise NotAllowed("该分支的协议不由本机构管理或已经终止")
        head = head_of(row)
        ground = next(g for g in hand.book_of(case).grounds if g.proposes == CHAIN)
        case = exits.terminate(
            case,
            {
                "grounds": [ground.key],
                "evidence": {ground.key: given["facts"]},
                "decided_by": given["decided_by"],
                "effective_on": head.effective_on if head else hand.today,
                "ban_class": given["ban_class"],
                "ban_reason": given["ban_reason"],
            },
            hand=hand,
            reason=given["facts"],
        )
        _change(row, {"state": FollowUpState.DONE, "done_on": hand.today, "done_by": hand.actor})
        _tell(row, "do_follow_up", hand, number=case.number)
    return case


def head_of(row: FollowUp) -> Termination | None:
    """Return the termination from which a follow-up comes, or None after a suspension."""
    return Termination.get_or_none(Termination.case == row.case_id, Termination.revoked_at.is_null())


def agreement_of(row: FollowUp, office_id: int) -> Case | None:
    """Return the standing agreement of the branch, if `office_id` holds it."""
    return Case.get_or_none(
        Case.institution == row.institution_id,
        Case.matter == Matter.AGREEMENT,
        Case.closed_on.is_null(),
        Case.state != CaseState.NEW,
        Case.office == office_id,
    )


def reaches(office_ids: list[int]) -> Any:
    """Return the clause of the rows that offices see: their own, and letters about their branches.

    For a query over FollowUp and Case.
    """
    theirs = Institution.select(Institution.id).where(Institution.office.in_(office_ids))
    letter = (
        (FollowUp.kind == FollowUpKind.BRANCH) & (FollowUp.number != "") & FollowUp.institution.in_(theirs)
    )
    return Case.office.in_(office_ids) | letter


def _held(row: FollowUp, version: int | None) -> FollowUp:
    row = locked(FollowUp, row.id)
    if row.state != FollowUpState.OPEN or (version is not None and version != row.version):
        raise Conflict(STALE)
    return row


def _demand_mine(row: FollowUp, hand: Hand) -> None:
    if row.case.office_id != hand.actor.office_id:
        raise NotAllowed("后续事项由作出决定的经办机构办理")


def _change(row: FollowUp, values: Mapping[str, Any]) -> None:
    FollowUp.update(**values, version=FollowUp.version + 1).where(FollowUp.id == row.id).execute()


def _tell(row: FollowUp, action: str, hand: Hand, on: date | None = None, **said: Any) -> None:
    case, reason = row.case, said.pop("reason", "")
    audit.record(
        audit.of_case(case),
        action,
        hand=hand,
        on=on,
        case=case,
        article=row.article,
        reason=reason,
        title=row.text,
        **said,
    )
