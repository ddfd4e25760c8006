"""What a manager adds to the conditions. The checks themselves: lifecycle/case_checks.py and its kin."""

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.hand import Hand
from models import ExtraCondition, Kind, Role


def add_condition(*, kind: str, text: str, basis: str, hand: Hand) -> ExtraCondition:
    """Return a new condition of the actor's office for `kind`; it stands in every checklist still open.

    Raises NotAllowed unless a manager asks.
    """
    _demand_manager(hand)
    with write_tx():
        row = ExtraCondition.create(office=hand.actor.office, kind=Kind(kind), text=text, basis=basis)
        _tell(row, "add_condition", hand)
    return row


def switch_condition(row: ExtraCondition, *, is_active: bool, version: int, hand: Hand) -> ExtraCondition:
    """End a condition or put it back in force, and return it.

    Raises NotAllowed for another office or role, Conflict for a stale page.
    """
    _demand_manager(hand)
    with write_tx():
        row = locked(ExtraCondition, row.id)
        if row.office_id != hand.actor.office_id:
            raise NotAllowed("这项条件由上级单位增加，只能由该单位停用")
        if row.version != version:
            raise Conflict("同事刚刚改动了这项条件，本次未保存；请刷新后核对")
        if row.is_active != is_active:
            row.is_active, row.version = is_active, row.version + 1
            row.save()
            _tell(row, "restore_condition" if is_active else "end_condition", hand)
    return row


def _demand_manager(hand: Hand) -> None:
    if Role.MANAGER not in hand.roles:
        raise NotAllowed("补充条件由本单位负责人登记")


def _tell(row: ExtraCondition, action: str, hand: Hand) -> None:
    audit.record(
        "offices",
        action,
        hand=hand,
        reason=row.basis,
        office=hand.actor.office.name,
        kind=row.kind,
        text=row.text,
        id=row.id,
    )
