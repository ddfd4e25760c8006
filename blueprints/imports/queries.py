"""Long tasks of an office: one of them, and the newest of a person."""

from lifecycle.long_tasks import Standing, standing
from models import LongTask, Office, User

NEWEST = 50


def task_of(office: Office, task_id: int) -> LongTask | None:
    """Return a task of the office, or None."""
    return LongTask.get_or_none(LongTask.id == task_id, LongTask.office == office)


def tasks_of(user: User, kind: str = "") -> list[Standing]:
    """Return the newest tasks of a person, of one kind or all, newest first."""
    rows = LongTask.select().where(LongTask.created_by == user).order_by(LongTask.id.desc())
    rows = rows.where(LongTask.kind == kind) if kind else rows
    return [standing(row) for row in rows.limit(NEWEST)]
