"""`flask --app app …`: what the commands print, and how they end."""

import sqlite3
from dataclasses import replace
from types import MappingProxyType

import pytest

from lifecycle import backup
from models import Case, Clock, Event, JobRun, StepTaken, db
from tests.builders import a_draft, an_application, miss, serve_last, step
from tests.lifecycle.stations import a_case_at, day, standing


@pytest.fixture
def run(app):
    """Invoke a command; return (exit code, lines)."""
    runner = app.test_cli_runner()

    def invoke(*args):
        answer = runner.invoke(args=args)
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer.exit_code, answer.output.splitlines()

    return invoke


@pytest.mark.parametrize(
    ("args", "first"),
    [
        pytest.param(["2026-03-02", "5", "workday"], "2026-03-09", id="forward"),
        pytest.param(["2026-04-24", "1", "month"], "2026-05-25", id="rolls over a Sunday"),
        pytest.param(["2026-04-24", "1", "month", "--no-roll"], "2026-05-24", id="does not roll"),
        pytest.param(["2026-03-10", "3", "month", "--wait"], "2026-06-11", id="first possible day"),
        pytest.param(["2026-12-31", "3", "month", "--back"], "2026-09-30", id="latest day before"),
        pytest.param(["2026-12-30", "5", "workday"], "2027-01-07 暂估", id="into an unpublished year"),
        pytest.param(["2026-10-15", "3", "month"], "2027-01-15 暂估", id="rolling there is provisional"),
        pytest.param(["2026-10-15", "3", "month", "--no-roll"], "2027-01-15", id="a fixed day is not"),
        pytest.param(["2026-03-02", "180", "day", "--no-roll"], "2026-08-29", id="days"),
        pytest.param(["2024-02-29", "3", "year", "--no-roll"], "2027-02-28", id="years"),
    ],
)
def test_due_prints_the_day_first_and_then_how_it_was_counted(run, args, first):
    code, lines = run("due", *args)
    assert (code, lines[0]) == (0, first)
    assert lines[1].startswith("起算  ")
    assert lines[2].startswith("期限  ")


def test_due_tells_what_it_skipped(run):
    assert run("due", "2026-06-16", "5", "workday")[1] == [
        "2026-06-24",
        "起算  当日不计  2026-06-16",
        "期限  5 个工作日，跳过 6月19日至21日  2026-06-24",
    ]


@pytest.mark.parametrize(
    "args", [["2026-02-30", "1", "day"], ["2026-03-02", "-1", "day"], ["2026-03-02", "1", "week"]]
)
def test_due_refuses_what_it_cannot_count(run, args):
    assert run("due", "--", *args)[0] == 2


def a_served_correction():
    case = an_application(on=day(3, 2))
    miss(case, 3)
    case = step(case, "request_correction", "clerk", day(3, 4))
    serve_last(case, day(3, 5))
    return case


def test_sweep_prints_one_line_a_change_and_nothing_when_nothing_changes(run, at):
    case = a_served_correction()
    at(2026, 3, 13)
    assert run("sweep") == (
        0,
        [f"安医保 {case.number} {case.institution.name}：逾期未补正，视为放弃此次申请"],
    )
    assert run("sweep") == (0, [])


def test_sweep_does_the_night_of_another_day(run, at):
    a_served_correction()
    at(2026, 3, 20)
    assert run("sweep", "--as-of", "2026-03-12") == (0, [])
    assert len(run("sweep", "--as-of", "2026-03-13")[1]) == 1
    assert StepTaken.get(StepTaken.action == "lapse_correction").on == day(3, 13)
    assert [row.day for row in JobRun.select().order_by(JobRun.day)] == [day(3, 12), day(3, 13)]


@pytest.mark.parametrize("args", [["sweep"], ["check"], ["audit", "verify"]])
def test_a_house_without_an_office_yet_is_in_order(run, args):
    assert run(*args)[0] == 0


def test_a_night_to_come_stays_unclaimed(run):
    a_served_correction()
    run("sweep", "--as-of", "2026-03-13")
    assert JobRun.select().count() == 0


def test_a_dry_run_says_what_would_change_and_leaves_the_night_to_the_sweep(run, at):
    case = a_served_correction()
    at(2026, 3, 13)
    _, told = run("sweep", "--dry-run")
    assert (len(told), Case.get_by_id(case.id).state) == (1, "correction_requested")
    assert JobRun.select().count() == 0
    assert run("sweep") == (0, told)


def test_check_is_content_or_names_what_is_broken_and_ends_with_1(run):
    case = a_case_at("accepted")
    assert run("check") == (0, ["一切正常"])
    Clock.update(is_lead=False).execute()
    assert run("check") == (1, [f"case {case.number} shows none of its clocks in the lists"])


def test_audit_verify_follows_the_chains(app, run):
    case = an_application()
    assert run("audit", "verify") == (0, ["链条完整"])
    db.close()
    raw = sqlite3.connect(app.config["INSTANCE"] / backup.DATABASE)
    raw.execute("drop trigger event_no_update")
    raw.execute("update event set reason = 'x' where seq = 2 and case_id = ?", [case.id])
    raw.commit()
    raw.close()
    assert run("audit", "verify") == (1, [f"case:{case.id}: event 2 was altered"])


def test_backup_writes_where_it_is_told_or_among_the_nightly_ones(app, run, tmp_path):
    assert run("backup", str(tmp_path / "b.zip"))[1][0] == f"已备份：{tmp_path / 'b.zip'}"
    backup.verify(tmp_path / "b.zip")
    run("backup")
    assert (app.config["INSTANCE"] / "backups" / "dingdian-20260302.zip").exists()


def test_backup_into_nowhere_says_so(run, tmp_path):
    code, lines = run("backup", str(tmp_path / "gone" / "b.zip"))
    assert (code, lines[0].startswith("Error: 没有备份成：")) == (1, True)


def test_restore_brings_the_data_back(app, run, tmp_path):
    kept = a_draft()
    run("backup", str(tmp_path / "b.zip"))
    lost = a_draft()
    code, lines = run("restore", str(tmp_path / "b.zip"), "--yes")
    [aside] = app.config["INSTANCE"].glob("replaced-20260302-0900??")  # named by the second it was moved in
    assert (code, lines) == (0, [f"已恢复，原数据移到 {aside.name}"])
    assert (aside / backup.DATABASE).exists()
    assert [case.id for case in Case.select()] == [kept.id]
    assert lost.id != kept.id


def test_restore_asks_first_and_refuses_a_broken_backup(run, tmp_path):
    case = a_draft()
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    assert run("restore", str(tmp_path / "bad.zip"))[0] == 1  # asked, not answered
    code, lines = run("restore", str(tmp_path / "bad.zip"), "--yes")
    assert (code, lines[0].startswith("Error: 备份无法读取：")) == (1, True)
    assert Case.get().id == case.id


@pytest.fixture
def new_book(app):
    """The Liaocheng book once more under another id, its correction period ten workdays."""
    rules = app.extensions["rules"]
    old = rules.books["liaocheng-2023"]
    clocks = {**old.clocks, "correction": replace(old.clocks["correction"], amount=10)}
    book = replace(old, id="liaocheng-2027", digest="f" * 64, clocks=MappingProxyType(clocks))
    app.extensions["rules"] = replace(rules, books={**rules.books, book.id: book})
    yield book
    app.extensions["rules"] = rules


def rebind(run, *more, to="liaocheng-2027"):
    return run("rebind", "liaocheng-2023", to, "--reason", "印刷错误更正", *more)


def test_rebind_moves_open_cases_counts_them_anew_and_logs_it(run, new_book):
    case, closed = a_served_correction(), step(a_draft(), "withdraw", "clerk", day(3, 2), reason="撤回")
    assert rebind(run) == (0, [f"{case.number} {case.institution.name}：liaocheng-2023 → liaocheng-2027"])
    case = Case.get_by_id(case.id)
    assert (case.book, standing(case)) == ("liaocheng-2027", {"correction": ("running", day(3, 19))})
    assert Case.get_by_id(closed.id).book == "liaocheng-2023"
    event = Event.get(Event.action == "rebind")
    assert (event.reason, event.change) == (
        "印刷错误更正",
        {
            "book": ["liaocheng-2023", "liaocheng-2027"],
            "digest": "f" * 64,
            "due_on": {"correction": ["2026-03-12", "2026-03-19"]},
        },
    )
    assert rebind(run) == (0, [])


def test_rebind_can_be_tried_without_moving_anything(run, new_book):
    case = a_served_correction()
    assert len(rebind(run, "--dry-run")[1]) == 1
    assert Case.get_by_id(case.id).book == "liaocheng-2023"


def test_rebind_moves_all_or_none(app, run, new_book):
    fits, stuck = a_draft(), an_application()
    states = {key: state for key, state in new_book.states.items() if key != "filed"}
    rules = app.extensions["rules"]
    app.extensions["rules"] = replace(
        rules, books={**rules.books, new_book.id: replace(new_book, states=MappingProxyType(states))}
    )
    assert rebind(run) == (
        1,
        [f"Error: {stuck.number} 处于“filed”，规程 liaocheng-2027 没有这个环节"],
    )
    assert Case.get_by_id(fits.id).book == "liaocheng-2023"


def test_rebind_to_a_book_that_is_not_there_says_so(run):
    assert rebind(run, to="gone") == (1, ["Error: 没有规程 gone"])
