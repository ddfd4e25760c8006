"""The import of the ledger in two long tasks: checking what came, and, once a person said go, writing it.

The rows that are shown are put away beside the task; numbers in them are masked.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from blueprints import checked_rows, words
from blueprints.imports import template
from blueprints.imports.check import Checker
from blueprints.imports.columns import BY_KEY, HEADINGS, IGNORED, NEEDED
from blueprints.workbooks import Table, read
from lifecycle import ledger, ledger_write, long_tasks
from lifecycle.db import write_tx
from lifecycle.errors import NotAllowed
from lifecycle.hand import Hand
from lifecycle.ledger import EVERY, Plan, Verdict
from lifecycle.long_tasks import Outcome, Report
from models import LongTask, Matter

KIND = "ledger"
PAGE = "imports.ledger_task"
TRIES = 3  # the register may be changed by a colleague between the plan and the lock
VERDICTS = ("new", "changed", "unchanged", "wrong")
NO_AGREEMENTS = "协议各列没有检查和登记：须由协议岗或负责人上传同一份文件"


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    filename: str
    content: bytes


def start(upload: Upload, *, hand: Hand) -> LongTask:
    """Return the task that checks the rows of `upload`. Raises Unmet, with nothing stored, for a bad file."""
    table = _read(upload.content)
    return long_tasks.start(
        KIND,
        f"导入台账：{upload.filename}"[:160],
        hand=hand,
        work=lambda task_id, report: _check(table, hand, report),
        total=len(table.lines),
        data={"page": PAGE, "is_personal": True},
        upload=(upload.filename, upload.content),
    )


def go(task: LongTask, *, version: int, hand: Hand) -> None:
    """Let the checked task write its good rows.

    Raises NotAllowed for a colleague's task, Conflict if it went on or was cancelled meanwhile.
    """
    if task.created_by_id != hand.actor.id:
        raise NotAllowed(f"这份台账由{task.created_by.name}上传，请由本人导入")
    content, seen = long_tasks.content_of(task.stored_as), task.data["digest"]
    counts = task.data["counts"]
    long_tasks.go_on(
        task,
        work=lambda task_id, report: _write(task_id, content, seen, hand, report),
        version=version,
        total=2 * (counts["new"] + counts["changed"]),
    )


def _read(content: bytes) -> Table:
    return read(content, HEADINGS, needed=NEEDED, ignored=IGNORED)


def _check(table: Table, hand: Hand, report: Report) -> Outcome:
    return _checked(table, _plan(table, hand, report), hand)


def _plan(table: Table, hand: Hand, report: Report) -> Plan:
    book = hand.book_for(hand.actor.office, Matter.APPLICATION)
    checker = Checker(book.types, hand.today)
    entries = []
    for done, line in enumerate(table.lines, start=1):
        entries.append(checker.entry(line))
        if done % EVERY == 0:
            report(done // 2, len(table.lines))
    return ledger.plan(entries, hand=hand, report=report)


def _checked(table: Table, plan: Plan, hand: Hand, *, is_moved: bool = False) -> Outcome:
    """Return what waits for a person: counts, the rows to look at, the workbook of the wrong ones."""
    data = {
        "counts": {kind: len(plan.of(kind)) for kind in VERDICTS},
        "agreements": sum(verdict.opens_agreement for verdict in plan.verdicts),
        "note": "" if ledger.may_take_over(hand) else NO_AGREEMENTS,
        "faults": Counter(_heading(key) for v in plan.of("wrong") for key, _ in v.entry.errors).most_common(),
        "digest": plan.digest,
        "is_moved": is_moved,
    }
    wrong = {verdict.entry.number: _reason(verdict) for verdict in plan.of("wrong")}
    return checked_rows.outcome([*map(_shown, plan.verdicts)], data, wrong, partial(_failed, table))


def _failed(table: Table, wrong: Mapping[int, str]) -> bytes:
    lines = [(wrong[line.number], line.cells) for line in table.lines if line.number in wrong]
    return template.failed(table.headings, lines)


def _shown(verdict: Verdict) -> dict[str, Any]:
    values = verdict.entry.values
    return {
        "row": verdict.entry.number,
        "verdict": verdict.kind,
        "name": values.get("name", ""),
        "uscc": values.get("uscc", ""),
        "kind": words.KINDS.get(values.get("kind", ""), ""),
        "agreement": _term(verdict),
        "changes": [(_heading(key), _word(key, old), _word(key, new)) for key, old, new in verdict.changes],
        "errors": [(_heading(key), sentence) for key, sentence in verdict.entry.errors],
    }


def _term(verdict: Verdict) -> str:
    terms = verdict.entry.terms
    if not verdict.opens_agreement or terms is None:
        return ""
    return f"{terms.starts_on.isoformat()} 至 {terms.ends_on.isoformat()}"


def _heading(key: str) -> str:
    return BY_KEY[key].heading


def _word(key: str, value: Any) -> str:
    """Return a stored value in the words of the sheet."""
    if value in (None, "", ()):
        return "（空）"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return "、".join(str(part) for part in value)
    return next((word for word, known in BY_KEY[key].choices.items() if known == value), str(value))


def _reason(verdict: Verdict) -> str:
    return "；".join(f"{_heading(key)}：{sentence}" for key, sentence in verdict.entry.errors)


def _write(task_id: int, content: bytes, seen: str, hand: Hand, report: Report) -> Outcome | None:
    """Write what the person saw; show the rows again if the register has changed what they mean."""
    table = _read(content)
    for _ in range(TRIES):
        plan = _plan(table, hand, lambda done, total=None: report(0))
        if plan.digest != seen:
            break
        prepared = ledger_write.prepare(plan, report=report)
        try:
            with write_tx():
                written = ledger_write.write(prepared, hand=hand, report=report)
                total = written["new"] + written["changed"]
                report(total, total)
                long_tasks.finish(task_id, Outcome(data={"written": written}))
        except ledger_write.Moved:
            continue
        return None
    return _checked(table, plan, hand, is_moved=True)
