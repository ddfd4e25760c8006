"""The rows of a file that was checked and waits for a person's word: put away, shown a page at a time."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lifecycle import locker
from lifecycle.long_tasks import Outcome
from models import LongTask, TaskState

PAGE = 50


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


def outcome(
    rows: Sequence[dict[str, Any]],
    data: Mapping[str, Any],
    wrong: Mapping[int, str],
    failed: Callable[[Mapping[int, str]], bytes],
) -> Outcome:
    """Return what waits for a person: `data` with the rows to look at, the workbook of the wrong ones.

    rows: each with its `verdict`; wrong: the reason by the number of the row; failed: makes the workbook.
    """
    preview = locker.put_away(json.dumps(rows, ensure_ascii=False, default=str).encode())
    content = failed(wrong) if wrong else None
    return Outcome(content, f"出错的行_{len(wrong)}行.xlsx", {**data, "preview": preview}, TaskState.CHECKED)


def preview(
    task: LongTask, tabs: Mapping[str, str], chosen: str, page: int, *, fallback: str
) -> Preview | None:
    """Return the page of the checked rows, of the first tab that has any unless one is `chosen`.

    fallback: the tab if none has any. None before the check is over.
    """
    counts = task.data.get("counts")
    if counts is None:
        return None
    if chosen not in tabs:
        chosen = next((name for name in tabs if counts[name]), fallback)
    try:
        rows = json.loads(locker.fetch(task.data["preview"]))
    except FileNotFoundError:
        return Preview(chosen, (), counts[chosen], 1, is_gone=True)
    mine = [row for row in rows if row["verdict"] == chosen]
    page = max(1, min(page, -(-len(mine) // PAGE)))
    return Preview(chosen, mine[(page - 1) * PAGE : page * PAGE], len(mine), page)
