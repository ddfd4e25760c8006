"""Long work in a thread: how far it is, how it ends, what is left of it; its files are encrypted."""

import threading

import pytest

from lifecycle import files, long_tasks
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, Unmet
from models import LongTask, Office, Role, TaskState
from tests.builders import hand_of


def started(work, **given):
    """A task of a clerk that has ended."""
    task = long_tasks.start("test", "试一试", hand=hand_of(Role.CLERK), work=work, **given)
    long_tasks.join_all()
    return LongTask.get_by_id(task.id)


def test_a_task_ends_done_with_its_file_and_what_it_has_to_say(app):
    def work(task_id, report):
        report(3, 4)
        return long_tasks.Outcome(content="文书".encode(), filename="文书.zip", data={"count": 4})

    task = started(work, data={"page": "imports.task_page"})
    assert (task.state, task.done, task.total, task.error) == ("done", 3, 4, "")
    assert task.data == {"page": "imports.task_page", "count": 4, "result_name": "文书.zip"}
    assert long_tasks.content_of(task.result) == "文书".encode()
    assert long_tasks.standing(task).percent == 75


def test_what_a_task_keeps_lies_encrypted_beside_the_attachments(app):
    task = started(lambda task_id, report: None, upload=("../台账.xlsx", "身份证号".encode()))
    assert (task.filename, task.state) == ("台账.xlsx", "done")
    assert "身份证号".encode() not in (files.folder() / task.stored_as).read_bytes()
    assert long_tasks.content_of(task.stored_as) == "身份证号".encode()


def test_a_running_task_tells_how_far_it_is_and_can_be_stopped(app):
    begun, stopped = threading.Event(), threading.Event()

    def work(task_id, report):
        report(7, 10)
        begun.set()
        stopped.wait(10)
        report(8)

    task = long_tasks.start("test", "试一试", hand=hand_of(Role.CLERK), work=work)
    assert begun.wait(10)
    standing = long_tasks.standing(LongTask.get_by_id(task.id))
    assert (standing.state, standing.done, standing.total, standing.percent) == ("running", 7, 10, 70)
    long_tasks.cancel(task)
    stopped.set()
    long_tasks.join_all()
    task = LongTask.get_by_id(task.id)
    assert (task.state, task.finished_at is not None) == ("cancelled", True)
    with pytest.raises(Conflict):
        long_tasks.cancel(task)


def test_stopping_a_task_rolls_back_what_it_was_writing(app):
    begun, may_go = threading.Event(), threading.Event()
    office = hand_of(Role.CLERK).actor.office

    def work(task_id, report):
        with write_tx():
            Office.update(phone="1").where(Office.id == office.id).execute()
            begun.set()
            may_go.wait(10)
            report(1)
            long_tasks.finish(task_id, long_tasks.Outcome())

    task = long_tasks.start("test", "试一试", hand=hand_of(Role.CLERK), work=work)
    assert begun.wait(10)
    threading.Timer(0.2, may_go.set).start()
    long_tasks.cancel(task)  # waits for the lock that the thread gives up
    long_tasks.join_all()
    assert LongTask.get_by_id(task.id).state == "cancelled"
    assert Office.get_by_id(office.id).phone == office.phone


def test_what_a_task_wrote_stands_with_its_end(app):
    def work(task_id, report):
        with write_tx():
            report(2, 2)
            long_tasks.finish(task_id, long_tasks.Outcome(data={"rows": 2}))

    task = started(work)
    assert (task.state, task.done, task.data) == ("done", 2, {"rows": 2})


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [(Unmet(["没有可打印的文书"]), "没有可打印的文书"), (KeyError("x"), long_tasks.BROKEN)],
)
def test_a_task_that_fails_says_why(app, fault, sentence, caplog):
    def work(task_id, report):
        raise fault

    task = started(work)
    assert (task.state, task.error, task.result) == ("failed", sentence, "")
    assert ("failed" in caplog.text) == isinstance(fault, KeyError)


def test_a_checked_task_goes_on_once(app):
    task = started(lambda task_id, report: long_tasks.Outcome(state=TaskState.CHECKED))
    assert task.state == "checked"
    seen = []
    long_tasks.go_on(task, work=lambda task_id, report: seen.append(task_id), version=task.version)
    with pytest.raises(Conflict):
        long_tasks.go_on(task, work=lambda task_id, report: seen.append(task_id), version=task.version)
    long_tasks.join_all()
    assert (seen, LongTask.get_by_id(task.id).state) == ([task.id], "done")


def test_what_a_killed_process_left_is_given_up_when_the_product_starts(app):
    done = started(lambda task_id, report: None)
    orphan = started(lambda task_id, report: None)
    LongTask.update(state="running").where(LongTask.id == orphan.id).execute()
    assert long_tasks.give_up_unfinished() == 1
    orphan = LongTask.get_by_id(orphan.id)
    assert (orphan.state, orphan.error) == ("failed", long_tasks.KILLED)
    assert LongTask.get_by_id(done.id).state == "done"


def test_files_of_tasks_are_dropped_after_a_week(app, at):
    old = started(
        lambda task_id, report: long_tasks.Outcome(content=b"x", filename="x.zip"), upload=("a.xlsx", b"a")
    )
    at(2026, 3, 9, 8)
    long_tasks.drop_old_files()
    assert long_tasks.content_of(old.result) == b"x"
    at(2026, 3, 9, 10)
    long_tasks.drop_old_files()
    row = LongTask.get_by_id(old.id)
    assert (row.stored_as, row.result) == ("", "")
    assert not list(files.folder().iterdir())
