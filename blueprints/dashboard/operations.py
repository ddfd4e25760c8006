"""What the dashboard writes: that a list was taken out of the product."""

from lifecycle import audit
from lifecycle.db import write_tx
from lifecycle.hand import Hand


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the stream of the person's office what was exported, and how many rows."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)
