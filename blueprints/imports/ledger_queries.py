"""What the check of a ledger found, a page of it at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lifecycle import locker
from models import LongTask

PAGE = 50
TABS = {"wrong": "有误", "new": "新登记", "changed": "变更", "unchanged": "无变化"}


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
        chosen = next((name for name in TABS if counts[name]), "new")
    try:
        rows = json.loads(locker.fetch(task.data["preview"]))
    except FileNotFoundError:
        return Preview(chosen, (), counts[chosen], 1, is_gone=True)
    mine = [row for row in rows if row["verdict"] == chosen]
    page = max(1, min(page, -(-len(mine) // PAGE)))
    return Preview(chosen, mine[(page - 1) * PAGE : page * PAGE], len(mine), page)
