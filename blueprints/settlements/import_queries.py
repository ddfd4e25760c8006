"""Imports of last settlement days: those of before, and those under way."""

from collections.abc import Sequence
from typing import Any

from models import LongTask, Office, SettlementImport, TaskState, User

NEWEST = 50


def imports(scope: Sequence[int], most: int = NEWEST) -> list[Any]:
    """Return the newest imports of some offices as namedtuples, newest first."""
    rows = (
        SettlementImport.select(
            SettlementImport.id,
            SettlementImport.filename,
            SettlementImport.as_of,
            SettlementImport.rows,
            SettlementImport.changed,
            SettlementImport.failed,
            SettlementImport.imported_at,
            User.name.alias("by"),
            Office.name.alias("office"),
        )
        .join(User)
        .switch(SettlementImport)
        .join(Office)
        .where(SettlementImport.office.in_(list(scope)))
        .order_by(SettlementImport.id.desc())
    )
    return list(rows.limit(most).namedtuples())


def last(scope: Sequence[int]) -> Any:
    """Return the newest import of some offices, or None."""
    return next(iter(imports(scope, 1)), None)


def task_of(office: Office, task_id: int, kind: str) -> LongTask | None:
    """Return an import of the office, under way or over, or None."""
    return LongTask.get_or_none(LongTask.id == task_id, LongTask.office == office, LongTask.kind == kind)


def waiting(user: User, kind: str) -> list[LongTask]:
    """Return the uploads of a person that wait for the word to go, newest first."""
    mine = (LongTask.created_by == user) & (LongTask.kind == kind) & (LongTask.state == TaskState.CHECKED)
    return list(LongTask.select().where(mine).order_by(LongTask.id.desc()).limit(NEWEST))
