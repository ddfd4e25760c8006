"""Imports of last settlement days: those of before, and what the check of one found, a page at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lifecycle import locker
from models import LongTask, Office, SettlementImport, TaskState, User

PAGE = 50
NEWEST = 50
TABS = {"wrong": "有误", "changed": "更新", "same": "无变化", "missing": "未在文件中"}


@dataclass(frozen=True)
class Preview:
    """One page of the rows with one verdict. is_gone: the rows were dropped with the other old files."""

    chosen: str
    rows: Sequence[dict[str, Any]]
    count: int
    page: int
    is_gone: bool = False

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        return self.page * PAGE < self.count


def preview(task: LongTask, chosen: str, page: int) -> Preview | None:
    """Return the page of the checked rows, of the first tab that has any unless one is `chosen`.

    None before the check is over.
    """
    counts = task.data.get("counts")
    if counts is None:
        return None
    if chosen not in TABS:
        chosen = next((name for name in TABS if counts[name]), "changed")
    try:
        rows = json.loads(locker.fetch(task.data["preview"]))
    except FileNotFoundError:
        return Preview(chosen, (), counts[chosen], 1, is_gone=True)
    mine = [row for row in rows if row["verdict"] == chosen]
    page = max(1, min(page, -(-len(mine) // PAGE)))
    return Preview(chosen, mine[(page - 1) * PAGE : page * PAGE], len(mine), page)


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
