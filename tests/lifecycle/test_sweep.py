"""The night: marks, automatic steps, proposals, seals; twice, late, dry, in two processes."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent
from threading import Barrier, Thread

import pytest

import jobs
from lifecycle import audit, sweep
from models import TABLES, Case, Clock, Complaint, Event, JobRun, Seal, StepTaken, db
from tests.builders import a_file, an_application, miss, night, serve_last, step, system_hand
from tests.lifecycle.stations import a_case_at, a_rectification, an_agreement, day
from tests.lifecycle.test_agreement import RENEWAL, with_terms

ROOT = Path(__file__).parents[2]
FIFTH_OF_MARCH = day(3, 5)
NOT_COMPARED = {  # when a thing was typed, and what is computed from that
    "event": {"at", "prev", "digest"},
    "seal": {"prev", "digest"},
    "job_run": {"started_at", "finished_at"},
    "step_taken": {"at"},
}


def rows():
    """Every row of every table, without the moments of typing."""
    found = {}
    for model in TABLES:
        table = model._meta.table_name
        dropped = NOT_COMPARED.get(table, set())
        found[table] = [
            {name: value for name, value in row.items() if name not in dropped}
            for row in model.select().order_by(model.id).dicts()
        ]
    return found


def a_served_correction(on=FIFTH_OF_MARCH):
    """Requested and served on `on`; by default due on 12 March."""
    case = an_application(on=on)
    miss(case, 3)
    case = step(case, "request_correction", "clerk", on)
    serve_last(case, on)
    return case


def test_a_second_run_of_a_night_changes_nothing_and_writes_no_event(app):
    a_served_correction()
    an_application(on=day(3, 2))
    assert len(night(day(3, 13))) == 2
    before = rows()
    assert night(day(3, 13)) == []
    assert rows() == before


def test_one_line_tells_office_case_institution_and_step(app):
    case = a_served_correction()
    assert night(day(3, 13)) == [
        f"安医保 {case.number} {case.institution.name}：逾期未补正，视为放弃此次申请"
    ]


def test_overdue_limits_are_marked_with_one_event(app):
    for _ in range(3):
        an_application(on=day(3, 2))
    assert night(day(3, 10)) == ["标记超期 3 个期限"]
    assert [e.change for e in Event.select().where(Event.action == "mark_overdue")] == [{"count": 3}]
    assert Clock.select().where(Clock.is_overdue).count() == 3


def test_a_lapse_is_dated_on_the_day_after_the_last_whenever_the_sweep_came(app):
    case = a_served_correction()
    night(day(3, 25))
    taken = StepTaken.get(StepTaken.action == "lapse_correction")
    assert (taken.on, taken.actor.name, Case.get_by_id(case.id).closed_on) == (
        day(3, 13),
        "系统",
        day(3, 13),
    )
    assert Event.get(Event.action == "lapse_correction").actor_name == "系统"


def a_busy_desk():
    """Two agreements, one to sign by 25 May, corrections due on 25 and 27 May, a check due on 29 May."""
    with_terms(an_agreement())
    with_terms(an_agreement(), **RENEWAL)
    a_case_at("signing")
    a_served_correction(day(5, 18))
    a_served_correction(day(5, 20))
    an_application(on=day(5, 22))


def test_ten_missed_nights_end_as_ten_single_ones(app):
    a_busy_desk()
    nights = [day(5, n) for n in range(22, 32)]
    sweep.claim(day(5, 21))
    sweep.run(system_hand(day(5, 21)))
    with db.atomic() as tx:
        for on in nights:
            sweep.claim(on)
            sweep.run(system_hand(on))
        single = rows()
        tx.rollback()
    reports = sweep.catch_up(system_hand(nights[-1]))
    assert {r.day.day: len(r.lines) for r in reports if r.lines} == {26: 2, 27: 1, 28: 1, 30: 1}
    assert [report.day for report in reports] == nights
    assert rows() == single


def test_every_night_is_sealed_once(app):
    an_application()
    for on in (day(3, 3), day(3, 3), day(3, 4)):
        night(on)
    assert [seal.day for seal in Seal.select()] == [day(3, 3), day(3, 4)]
    assert list(audit.broken_links()) == []


def test_a_dry_run_tells_and_changes_nothing(app):
    a_served_correction()
    hand = system_hand(day(3, 13))
    before = rows()
    assert len(sweep.run(hand, dry_run=True).lines) == 1
    assert rows() == before
    assert len(sweep.run(hand).lines) == 1


def test_a_refused_case_does_not_stop_the_others(app):
    held, lapsed = a_case_at("public_notice"), a_served_correction(day(3, 24))
    # a complaint typed without its step: the notice may not be closed although its clock is past
    Complaint.create(case=held, received_on=day(3, 30), content="举报", recorded_by=held.handler)
    lines = night(day(4, 10))
    assert [line.partition("：")[2] for line in lines if "：" in line] == ["逾期未补正，视为放弃此次申请"]
    assert (Case.get_by_id(held.id).state, Case.get_by_id(lapsed.id).state) == (
        "public_notice",
        "abandoned_correction",
    )


def test_catching_up_begins_with_the_last_night_that_died_unfinished(app, at):
    sweep.claim(day(3, 2))
    at(2026, 3, 2, 9, 5)
    assert sweep.catch_up(system_hand(day(3, 2))) == []  # ten minutes are not over
    at(2026, 3, 4)
    reports = sweep.catch_up(system_hand(day(3, 4)))
    assert [report.day for report in reports] == [day(3, 2), day(3, 3), day(3, 4)]
    assert JobRun.select().where(JobRun.finished_at.is_null()).count() == 0


def test_a_night_swept_ahead_keeps_no_later_night_from_its_sweep(app):
    sweep.claim(day(3, 2))
    sweep.run(system_hand(day(3, 2)))
    sweep.claim(day(3, 30))
    assert [report.day for report in sweep.catch_up(system_hand(day(3, 4)))] == [day(3, 3), day(3, 4)]


def test_of_ten_threads_one_claims_the_night(app):
    barrier, won = Barrier(10), []

    def claim():
        with db.connection_context():
            barrier.wait()
            won.append(sweep.claim(day(3, 2)))

    threads = [Thread(target=claim) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Counter(won) == {True: 1, False: 9}


SWEEPER = dedent("""
    import sys
    from datetime import datetime
    from pathlib import Path
    from app import create_app
    from lifecycle import moment
    import jobs
    moment.move_to(datetime(2026, 3, 13, 1, 30))
    app = create_app(Path(sys.argv[1]))
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    sys.stdin.readline()
    print(sum(len(report.lines) for report in jobs.nightly_sweep(app)))
""")


def test_of_two_processes_one_sweeps_the_night(app):
    case = a_served_correction()
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", SWEEPER, str(app.config["INSTANCE"])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.stdout.readline() for process in pair] == ["ready\n", "ready\n"]
    for process in pair:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = sorted(int(process.communicate(timeout=60)[0]) for process in pair)
    assert told == [0, 1]
    assert Case.get_by_id(case.id).state == "abandoned_correction"
    assert StepTaken.select().where(StepTaken.action == "lapse_correction").count() == 1
    assert [seal.day for seal in Seal.select()] == [day(3, 13)]


def test_the_nightly_job_reports_what_it_did(app, at):
    a_served_correction()
    at(2026, 3, 13, 1, 30)
    assert [len(report.lines) for report in jobs.nightly_sweep(app)] == [1]
    assert jobs.nightly_sweep(app) == []


@pytest.mark.parametrize("state", ["filed", "accepted", "rectification"])
def test_what_no_limit_ends_is_left_alone(app, state):
    case = a_rectification(served_on=None) if state == "rectification" else a_case_at(state)
    a_file(case, "evidence")
    night(day(12, 31))
    assert Case.get_by_id(case.id).state == state
