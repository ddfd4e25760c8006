"""The nights of exits: missed ones caught up as if they had not been, and a request that has to wait."""

from datetime import date

import pytest

from lifecycle import sweep
from models import Agreement, Clock, Event, Role, Suspension, Termination
from tests.builders import night, step, system_hand
from tests.lifecycle.stations import an_agreement, day, ended
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import agreed, asked, fresh, imposed
from tests.lifecycle.test_sweep import rows

NIGHTS = [date(2027, 2, n) for n in range(24, 29)] + [date(2027, 3, n) for n in range(1, 6)]


def settled(on):
    case = an_agreement()
    with_terms(case, last_settled_on=on)
    return case


def wishing(wish, from_on):
    """An agreement whose institution's wish was agreed to in May."""
    case = an_agreement()
    agreed(asked(case, wish, day(5, 20), from_on), on=day(5, 20))
    return case


def what_is_to_come():
    """Agreements in which something begins, ends or is proposed in the ten nights; name → case."""
    found = {
        "lapses": wishing("suspend", date(2026, 9, 1)),  # day 181 is 1 March
        "begins on request": wishing("suspend", date(2027, 2, 28)),
        "ends on request": wishing("terminate", date(2027, 3, 2)),
        "not renewed": wishing("not_renew", date(2027, 3, 4)),
        "proposed": settled(date(2026, 9, 1)),
        "reminded at 150": settled(date(2026, 10, 1)),
        "reminded at 170": settled(date(2026, 9, 11)),
        "resumes": an_agreement(),
        "begins and ends": an_agreement(),
        "dropped": settled(date(2026, 8, 1)),
    }
    night(date(2026, 9, 1))
    night(date(2027, 2, 18))
    imposed(found["resumes"], date(2027, 2, 19), date(2027, 2, 26))
    imposed(found["begins and ends"], date(2027, 2, 25), date(2027, 3, 3), today=date(2027, 2, 19))
    assert sweep.claim(date(2027, 2, 23))
    sweep.run(system_hand(date(2027, 2, 23)))
    mine = Agreement.case == found["dropped"]
    Agreement.update(last_settled_on=date(2027, 1, 31)).where(mine).execute()
    return found


def missed(nights):
    """Run the nights one by one and take it all back; then catch them up. Return the rows of both."""
    with sweep.db.atomic() as tx:
        for on in nights:
            assert sweep.claim(on)
            sweep.run(system_hand(on))
        single = rows()
        tx.rollback()
    assert [report.day for report in sweep.catch_up(system_hand(nights[-1]))] == nights
    return single, rows()


@pytest.mark.clause("LC-29-2", "LC-29-7", "LC-31-02")
def test_ten_missed_nights_of_exits_give_the_rows_and_events_of_ten_single_ones(app):
    cases = what_is_to_come()
    before = Event.select().count()
    single, caught_up = missed(NIGHTS)
    assert caught_up == single
    assert Event.select().count() > before
    assert {name: fresh(case).state for name, case in cases.items()} == {
        "lapses": "lapsed_180",
        "begins on request": "suspended_requested",
        "ends on request": "terminated",
        "not renewed": "active",
        "proposed": "active",
        "reminded at 150": "active",
        "reminded at 170": "active",
        "resumes": "active",
        "begins and ends": "active",
        "dropped": "active",
    }


def test_each_thing_of_the_missed_nights_bears_its_own_day(app):
    cases = what_is_to_come()
    sweep.catch_up(system_hand(NIGHTS[-1]))
    said = Event.select(Event.case, Event.action, Event.on).where(Event.on.in_(NIGHTS)).tuples()
    names = {case.id: name for name, case in cases.items()}
    told = {(names[case], action): on for case, action, on in said if case in names}
    assert told == {
        ("dropped", "drop_proposal"): date(2027, 2, 24),
        ("begins and ends", "begin_suspension"): date(2027, 2, 25),
        ("resumes", "resume_at_end"): date(2027, 2, 27),
        ("begins on request", "suspend_on_request"): date(2027, 2, 28),
        ("reminded at 150", "remind_unsettled"): date(2027, 2, 28),
        ("reminded at 170", "remind_unsettled"): date(2027, 2, 28),
        ("lapses", "lapse_suspension"): date(2027, 3, 1),
        ("proposed", "propose_termination"): date(2027, 3, 1),
        ("ends on request", "issue_document"): date(2027, 3, 2),
        ("ends on request", "terminate_on_request"): date(2027, 3, 2),
        ("begins and ends", "resume_at_end"): date(2027, 3, 4),
        ("not renewed", "stop_renewing"): date(2027, 3, 4),
    }
    assert Termination.get().effective_on == date(2027, 3, 2)


@pytest.mark.clause("LC-29-5")
def test_a_suspension_agreed_to_waits_for_the_end_of_an_imposed_one(app):
    case = wishing("suspend", day(9, 1))
    imposed(fresh(case), day(8, 20), day(9, 10))
    night(day(9, 1))
    assert fresh(case).state == "suspended_imposed"
    night(day(9, 11))  # resumes; the request takes its turn
    night(day(9, 12))
    assert fresh(case).state == "suspended_requested"
    assert [row.kind for row in Suspension.select().order_by(Suspension.id)] == ["imposed", "requested"]


def test_what_the_database_refuses_of_one_case_stops_no_other(app):
    planned = wishing("suspend", day(9, 1))
    imposed(fresh(planned), day(9, 10), day(9, 20), today=day(8, 20))  # one suspension is open at a time
    other = wishing("terminate", day(9, 1))
    night(day(9, 1))
    assert (fresh(planned).state, fresh(other).state) == ("active", "terminated")
    for on in (day(9, 10), day(9, 21), day(9, 22)):
        night(on)
    assert fresh(planned).state == "suspended_requested"


def test_a_wish_that_was_withdrawn_is_not_carried_out(app):
    case = an_agreement()
    request = asked(case, "terminate")
    agreed(request)
    step(request, "withdraw_exit", Role.CLERK, day(8, 31), reason="机构撤回")
    night(day(9, 1))
    assert (fresh(case).state, Termination.select().count()) == ("active", 0)
    assert ended(request)["exit_day"][0] in ("waived", "cancelled")
    assert Clock.select().where(Clock.case == request, Clock.ended_on.is_null()).count() == 0
