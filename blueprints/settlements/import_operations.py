"""The import of last settlement days: checking what came and, once a person said go, writing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from blueprints import checked_rows, excel, workbooks
from lifecycle import long_tasks, moment, settlements
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.hand import Hand
from lifecycle.long_tasks import Outcome, Report
from lifecycle.settlements import Entry, Plan, Verdict
from models import LongTask, TaskState

KIND = "settlements"
PAGE = "settlements.import_task"
CODE, USCC, NAME, DAY, REASON = "定点编号", "统一社会信用代码", "机构名称", "最近结算日期", "错误原因"
HEADINGS = (CODE, USCC, "信用代码", NAME, DAY)
NEEDED = (NAME, DAY)
IGNORED = (REASON, "序号", "备注")
COLUMNS = ((CODE, 18), (USCC, 24), (NAME, 40), (DAY, 16))
EVERY = 100


@dataclass(frozen=True)
class Upload:
    """A file as it came, and the day up to which it is said to be complete."""

    filename: str
    content: bytes
    as_of: date


def start(upload: Upload, *, hand: Hand) -> LongTask:
    """Return the task that checks the rows of `upload`. Raises Unmet, with nothing stored, for a bad file."""
    table = _read(upload.content)
    return long_tasks.start(
        KIND,
        f"导入最近结算日期：{upload.filename}"[:160],
        hand=hand,
        work=lambda task_id, report: _checked(table, _plan(table, upload.as_of, hand, report), hand),
        total=len(table.lines),
        data={"page": PAGE, "as_of": upload.as_of.isoformat()},
        upload=(upload.filename, upload.content),
    )


def go(task: LongTask, *, version: int, hand: Hand) -> None:
    """Let the checked task write its good rows.

    Raises NotAllowed for a colleague's task, Conflict if it went on or was cancelled meanwhile.
    """
    if task.created_by_id != hand.actor.id:
        raise NotAllowed(f"这份文件由{task.created_by.name}上传，请由本人导入")
    if task.state != TaskState.CHECKED or not task.stored_as:
        raise Conflict("这次导入已经开始、取消或过期，请刷新后核对")
    content, data = long_tasks.content_of(task.stored_as), task.data
    long_tasks.go_on(
        task,
        work=lambda task_id, report: _write(task_id, content, data, hand, report),
        version=version,
        total=data["counts"]["changed"],
    )


def _read(content: bytes) -> workbooks.Table:
    return workbooks.read(content, HEADINGS, needed=NEEDED, ignored=IGNORED)


def _plan(table: workbooks.Table, as_of: date, hand: Hand, report: Report) -> Plan:
    entries = []
    for done, line in enumerate(table.lines, start=1):
        entries.append(_entry(line))
        if done % EVERY == 0:
            report(done, len(table.lines))
    return settlements.plan(entries, as_of=as_of, hand=hand)


def _entry(line: workbooks.Line) -> Entry:
    cells, errors = line.by_heading, []

    def cell(read: Any, heading: str) -> Any:
        try:
            return read(cells.get(heading, ""))
        except ValueError as error:
            errors.append(f"{heading}：{error}")
            return None

    uscc = cell(workbooks.code_of, USCC) or cell(workbooks.code_of, "信用代码") or ""
    code, name = cell(workbooks.code_of, CODE) or "", cell(workbooks.text_of, NAME) or ""
    day = cell(workbooks.day_of, DAY)
    if day is None and not any(error.startswith(DAY) for error in errors):
        errors.append("没有最近结算日期；从未结算的请删除这一行")
    return Entry(line.number, code.upper()[:40], uscc.upper()[:40], name[:120], day, tuple(errors))


def _checked(table: workbooks.Table, plan: Plan, hand: Hand, *, is_moved: bool = False) -> Outcome:
    """Return what waits for a person: counts, the rows to look at, the workbook of the wrong ones."""
    rows = [*map(_shown, plan.verdicts), *_missing(plan)]
    data = {
        "counts": {kind: len(plan.of(kind)) for kind in ("wrong", "changed", "same")}
        | {"missing": len(plan.missing)},
        "digest": plan.digest,
        "is_moved": is_moved,
    }
    wrong = {verdict.entry.number: "；".join(verdict.errors) for verdict in plan.of("wrong")}
    return checked_rows.outcome(rows, data, wrong, partial(_failed, table, hand))


def _shown(verdict: Verdict) -> dict[str, Any]:
    entry, change = verdict.entry, verdict.change
    return {
        "verdict": verdict.kind,
        "row": entry.number,
        "name": verdict.name,
        "code": entry.national_code or entry.uscc,
        "case_id": change.case_id if change else None,
        "before": change.before if change else None,
        "day": entry.settled_on,
        "errors": list(verdict.errors),
    }


def _missing(plan: Plan) -> Iterator[dict[str, Any]]:
    for row in plan.missing:
        yield {
            "verdict": "missing",
            "row": None,
            "name": row.name,
            "code": row.number,
            "case_id": row.case_id,
            "before": row.since,
            "day": None,
            "days": row.days,
        }


def _failed(table: workbooks.Table, hand: Hand, wrong: Mapping[int, str]) -> bytes:
    """Return the workbook of the wrong rows, the reason first; it can be put right and handed in again."""
    kept = [number for number, name in enumerate(table.headings) if name and name != REASON]
    columns = [(REASON, 50), *((table.headings[number], 20) for number in kept)]
    rows = [
        (wrong[line.number], *(_plain(line.cells, number) for number in kept))
        for line in table.lines
        if line.number in wrong
    ]
    sheet = excel.Table("出错的行", "没有导入的行", columns, rows, is_blank=True)
    office, person = hand.actor.office.name, hand.actor.name
    return excel.workbook([sheet], office=office, person=person, at=moment.now()).getvalue()


def _plain(cells: tuple[Any, ...], number: int) -> Any:
    """Return a cell as it came; one whose formula had no result as text."""
    cell = cells[number] if number < len(cells) else ""
    return "#N/A" if isinstance(cell, workbooks.Broken) else cell


def _write(task_id: int, content: bytes, data: dict[str, Any], hand: Hand, report: Report) -> Outcome | None:
    """Write what the person saw in one transaction; show the rows again if they mean something else."""
    table, as_of = _read(content), date.fromisoformat(data["as_of"])
    with write_tx():
        plan = _plan(table, as_of, hand, lambda done, total=None: report(0))
        if plan.digest == data["digest"]:
            filename = LongTask.get_by_id(task_id).filename
            done = settlements.write(plan, filename=filename, as_of=as_of, hand=hand)
            report(done.changed, done.changed)
            long_tasks.finish(task_id, Outcome(data={"written": done.changed}))
            return None
    return _checked(table, plan, hand, is_moved=True)
