"""Work that takes longer than a request: it runs in a thread of this process, its row tells how far it is.

    def work(task_id, report):            # has a database connection of its own
        for number, row in enumerate(rows):
            report(number)                # cheap; raises Cancelled once somebody cancelled the task
        return Outcome(content=zipped, filename="文书.zip")

    task = long_tasks.start("papers", "批量打印 40 份文书", hand=hand(), work=work, total=len(rows))

The page includes imports/_task.html with `task=long_tasks.standing(row)`; that region asks for itself every
second. What `work` needs of flask (templates) the caller brings along: `blueprints.tasks.in_app(work)`.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lifecycle import files, locker, moment
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, DomainError
from lifecycle.hand import Hand
from models import LongTask, TaskState, db

log = logging.getLogger(__name__)

AT_ONCE = 2  # more of them would only take the processor from those who work at a page
WRITE_EVERY = 0.5  # seconds between two writes of the progress
KEEP_FILES = timedelta(days=7)
UNDER_WAY = (TaskState.WAITING, TaskState.RUNNING)
KILLED = "程序中途停止，这项任务没有做完，没有留下任何改动；请重新开始"
BROKEN = "程序出错，这项任务没有做完，没有留下任何改动；请告诉系统管理员"

Report = Callable[..., None]  # report(done, total=None)


@dataclass(frozen=True)
class Outcome:
    """What a finished task leaves: a file or none, data of its row; CHECKED if a person has to say go."""

    content: bytes | None = None
    filename: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    state: TaskState = TaskState.DONE


Work = Callable[[int, Report], Outcome | None]


@dataclass(frozen=True)
class Standing:
    """How far a task is, as its page shows it."""

    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int
    error: str
    result_name: str  # empty: no file
    page: str  # endpoint that shows what came out, given task_id; empty: none
    created_at: Any
    finished_at: Any

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class Cancelled(Exception):
    """Somebody cancelled the task; what it wrote in its open transaction is rolled back."""


@dataclass
class _Running:
    thread: threading.Thread
    done: int
    total: int
    is_cancelled: bool = False
    written_at: float = 0.0


_running: dict[int, _Running] = {}
_places = threading.BoundedSemaphore(AT_ONCE)


def start(  # noqa: PLR0913 - what its row holds
    kind: str,
    title: str,
    *,
    hand: Hand,
    work: Work,
    total: int = 0,
    data: Mapping[str, Any] | None = None,
    upload: tuple[str, bytes] | None = None,
) -> LongTask:
    """Return the new task; `work` begins at once in a thread of its own, or when one of two places is free.

    upload: name and bytes of the file it works on, kept encrypted until the task ends (`content_of`).
    """
    drop_old_files()
    filename, content = upload or ("", None)
    stored_as = locker.put_away(content) if content is not None else ""
    with write_tx():
        task = LongTask.create(
            office=hand.actor.office,
            kind=kind,
            title=title[:160],
            total=total,
            filename=files.plain_name(filename) if filename else "",
            stored_as=stored_as,
            data=dict(data or {}),
            created_by=hand.actor,
            created_at=moment.now(),
        )
    _run(task, work)
    return task


def go_on(task: LongTask, *, work: Work, version: int, total: int = 0) -> None:
    """Let a CHECKED task go on with `work`. Raises Conflict if it stands elsewhere by now."""
    with write_tx():
        seen = (
            (LongTask.id == task.id) & (LongTask.state == TaskState.CHECKED) & (LongTask.version == version)
        )
        values = {"state": TaskState.WAITING, "done": 0, "total": total, "version": LongTask.version + 1}
        if not LongTask.update(**values, finished_at=None).where(seen).execute():
            raise Conflict("这项任务已经有人开始、取消或重新检查过，请刷新后核对")
    _run(LongTask.get_by_id(task.id), work)


def cancel(task: LongTask) -> None:
    """Stop a task; what it had begun to write is rolled back. Raises Conflict if it is over already.

    The thread hears of it first: it may hold the lock for writing, and gives it up when it reports next.
    """
    running = _running.get(task.id)
    if running:
        running.is_cancelled = True
    with write_tx():
        stoppable = (LongTask.id == task.id) & LongTask.state.in_([*UNDER_WAY, TaskState.CHECKED])
        values = {"state": TaskState.CANCELLED, "finished_at": moment.now(), "version": LongTask.version + 1}
        if not LongTask.update(**values).where(stoppable).execute():
            raise Conflict("这项任务已经结束，不能取消")


def finish(task_id: int, outcome: Outcome) -> bool:
    """Write how the task ended and return whether it was; it is not if it was cancelled or ended before.

    For `work` that writes: called at the end of its one transaction, both stand or fall together.
    """
    running, name = _running[task_id], ""
    data = {**LongTask.get_by_id(task_id).data, **outcome.data}
    if outcome.content is not None:
        name = locker.put_away(outcome.content)
        data["result_name"] = outcome.filename
    values = {"state": outcome.state, "data": data, "done": running.done, "total": running.total}
    if name:
        values["result"] = name
    is_written = _close(task_id, **values)
    if name and not is_written:
        locker.throw_away(name)
    return is_written


def standing(task: LongTask) -> Standing:
    """Return how far `task` is; of a running one what its thread told last, which the row learns later."""
    running = _running.get(task.id)
    done, total = (running.done, running.total) if running else (task.done, task.total)
    return Standing(
        id=task.id,
        kind=task.kind,
        title=task.title,
        state=task.state,
        done=done,
        total=total,
        error=task.error,
        result_name=task.data.get("result_name", "") if task.result else "",
        page=task.data.get("page", ""),
        created_at=task.created_at,
        finished_at=task.finished_at,
    )


def content_of(stored_as: str) -> bytes:
    """Return the file of a task. Raises FileNotFoundError once it was dropped."""
    return locker.fetch(stored_as)


def give_up_unfinished() -> int:
    """Mark tasks that no thread works on any more as failed, and return how many; when the product starts."""
    with write_tx():
        return (
            LongTask.update(
                state=TaskState.FAILED,
                error=KILLED,
                finished_at=moment.now(),
                version=LongTask.version + 1,
            )
            .where(LongTask.state.in_(UNDER_WAY), LongTask.id.not_in(list(_running)))
            .execute()
        )


def drop_old_files() -> None:
    """Remove the files of tasks that ended more than a week ago: they may hold personal numbers."""
    old = LongTask.select().where(
        LongTask.finished_at < moment.now() - KEEP_FILES, (LongTask.stored_as != "") | (LongTask.result != "")
    )
    for task in old:
        with write_tx():
            LongTask.update(stored_as="", result="").where(LongTask.id == task.id).execute()
        for name in filter(None, (task.stored_as, task.result, task.data.get("preview"))):
            locker.throw_away(name)


def join_all(timeout: float = 30) -> None:
    """Wait until no task of this process runs; for tests and for a quiet end."""
    for running in list(_running.values()):
        running.thread.join(timeout)


def _run(task: LongTask, work: Work) -> None:
    thread = threading.Thread(target=_work, args=(task.id, work), name=f"task-{task.id}", daemon=True)
    _running[task.id] = _Running(thread, task.done, task.total)
    thread.start()


def _work(task_id: int, work: Work) -> None:
    try:
        with _places, db.connection_context():
            if _begin(task_id):
                _end(task_id, _outcome(task_id, work))
    except Exception:
        log.exception("task %s could not be told how it ended", task_id)
    finally:
        _running.pop(task_id, None)


def _begin(task_id: int) -> bool:
    """Return whether the task may begin: not if it was cancelled while it waited."""
    with write_tx():
        waiting = (LongTask.id == task_id) & (LongTask.state == TaskState.WAITING)
        return bool(LongTask.update(state=TaskState.RUNNING).where(waiting).execute())


def _outcome(task_id: int, work: Work) -> Outcome | str | None:
    """Return what the work left, the sentence of a refusal, or None if it was cancelled."""
    try:
        return work(task_id, _reporter(task_id)) or Outcome()
    except Cancelled:
        return None
    except DomainError as refusal:
        return "；".join(refusal.sentences)
    except Exception:
        log.exception("task %s failed", task_id)
        return BROKEN


def _reporter(task_id: int) -> Report:
    running = _running[task_id]

    def report(done: int, total: int | None = None) -> None:
        running.done, running.total = done, running.total if total is None else total
        if running.is_cancelled:
            raise Cancelled
        now = time.monotonic()
        if now - running.written_at >= WRITE_EVERY and not db.in_transaction():
            running.written_at = now
            with write_tx():
                LongTask.update(done=done, total=running.total).where(LongTask.id == task_id).execute()

    return report


def _end(task_id: int, outcome: Outcome | str | None) -> None:
    if isinstance(outcome, str):
        _close(task_id, state=TaskState.FAILED, error=outcome[:300])
    elif outcome is not None:
        finish(task_id, outcome)


def _close(task_id: int, **values: Any) -> bool:
    """Write how the task ended, unless it was cancelled in the last moment; return whether it was written."""
    with write_tx(), contextlib.suppress(LongTask.DoesNotExist):
        still = (LongTask.id == task_id) & (LongTask.state == TaskState.RUNNING)
        values |= {"finished_at": moment.now(), "version": LongTask.version + 1}
        return bool(LongTask.update(**values).where(still).execute())
    return False
