"""What is done to a long task besides its work: stopping it, taking its file."""

from lifecycle import audit, long_tasks
from lifecycle.db import write_tx
from lifecycle.errors import NotAllowed
from lifecycle.hand import Hand
from models import LongTask, Role


def cancel(task: LongTask, *, hand: Hand) -> None:
    """Stop the task, leaving an event.

    Raises NotAllowed for another's task unless by a manager, Conflict if it is over already.
    """
    if task.created_by_id != hand.actor.id and Role.MANAGER not in hand.roles:
        raise NotAllowed(f"这项任务由{task.created_by.name}发起，请由本人或负责人取消")
    long_tasks.cancel(task)
    with write_tx():
        audit.record(_stream(hand), "cancel_task", hand=hand, title=task.title)


def note_download(task: LongTask, filename: str, *, hand: Hand) -> None:
    """Leave the event that somebody took the file of a task with them."""
    with write_tx():
        audit.record(_stream(hand), "download", hand=hand, title=task.title, filename=filename)


def _stream(hand: Hand) -> str:
    return f"office:{hand.actor.office_id}"
