"""What is written from the register's pages: bans settled, an export noted."""

from collections.abc import Callable

from lifecycle import audit, bans
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.hand import Hand
from models import Ban


def perform_duty(ban: Ban, *, hand: Hand, reason: str, version: int | None) -> None:
    """Record that the liability behind `ban` is performed in full. Raises as `lift` does."""
    _settle(bans.perform_duty, ban, hand, reason, version)


def lift(ban: Ban, *, hand: Hand, reason: str, version: int | None) -> None:
    """End `ban` today.

    Raises NotAllowed for a ban of another office that is not below the actor's, Conflict if it was changed
    meanwhile or is lifted already, Unmet without a reason.
    """
    _settle(bans.lift, ban, hand, reason, version)


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the office's stream that a list was taken out of the product."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)


def _settle(change: Callable[..., None], ban: Ban, hand: Hand, reason: str, version: int | None) -> None:
    with write_tx():
        ban = locked(Ban, ban.id)
        if hand.actor.office_id not in (ban.office_id, ban.office.parent_id):
            raise NotAllowed(f"这条限制由{ban.office.name}登记，请由该单位办理")
        if ban.lifted_on or (version is not None and version != ban.version):
            raise Conflict("同事刚刚改动了这条限制，本次未保存；请刷新后核对")
        change(ban, hand=hand, reason=reason)
