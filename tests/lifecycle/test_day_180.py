"""Day 180 and day 181, of an agreement without settlement and of a suspension on request: natural days."""

from datetime import date, timedelta

import pytest

from lifecycle import corrections, idle
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.steps import take_step
from models import Agreement, Case, Event, Role, Suspension
from tests.builders import hand_of, night, step
from tests.lifecycle.stations import an_agreement, day, standing
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import agreed, asked, fresh, imposed

DAY = timedelta(days=1)


def count(case, on):
    return idle.count_of(Agreement.get(Agreement.case == case), hand_of(today=on)).days


def mark(case):
    return Agreement.get(Agreement.case == case).idle_since


@pytest.mark.clause("LC-31-02", "LC-32-08")
@pytest.mark.parametrize(
    ("settled_on", "last"),
    [
        pytest.param(date(2026, 9, 1), date(2027, 2, 28), id="to a month's end"),
        pytest.param(date(2026, 8, 31), date(2027, 2, 27), id="from a month's end, to a Saturday"),
        pytest.param(date(2026, 8, 12), date(2027, 2, 8), id="ends in the Spring Festival"),
        pytest.param(date(2026, 7, 25), date(2027, 1, 21), id="ends before it"),
        pytest.param(None, date(2026, 11, 2), id="never settled: from the signature"),
    ],
)
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_day_180_without_settlement_passes_and_day_181_is_proposed(app, kind, settled_on, last):
    case = an_agreement(kind=kind)
    with_terms(case, last_settled_on=settled_on)
    night(last)
    assert (count(case, last), mark(case)) == (180, None)
    night(last + DAY)
    assert (count(case, last + DAY), mark(case), fresh(case).state) == (181, last + DAY, "active")


@pytest.mark.clause("LC-31-02", "LC-32-08")
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "last"),
    [
        pytest.param(day(10, 1), day(10, 30), date(2027, 3, 10), id="thirty days of a public holiday"),
        pytest.param(date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 9), id="over the Spring Festival"),
        pytest.param(day(8, 12), day(8, 12), date(2027, 2, 8), id="the day of the settlement itself"),
        pytest.param(day(8, 13), day(8, 13), date(2027, 2, 9), id="one day"),
    ],
)
def test_a_lawful_pause_moves_day_180_by_its_days(app, starts_on, ends_on, last):
    case = an_agreement()
    with_terms(case, last_settled_on=day(8, 12))
    imposed(case, starts_on, ends_on)
    night(ends_on + DAY)
    night(last)
    assert (fresh(case).state, count(case, last), mark(case)) == ("active", 180, None)
    night(last + DAY)
    assert mark(case) == last + DAY


def suspended_from(from_on):
    """An agreement suspended at the institution's own request since `from_on`."""
    case = an_agreement()
    agreed(asked(case, "suspend", day(5, 6), from_on), on=day(5, 7))
    night(from_on)
    assert fresh(case).state == "suspended_requested"
    return case


@pytest.mark.clause("LC-29-6", "LC-29-7")
@pytest.mark.parametrize(
    ("from_on", "last"),
    [
        pytest.param(date(2026, 9, 1), date(2027, 2, 28), id="to a month's end"),
        pytest.param(date(2026, 8, 31), date(2027, 2, 27), id="from a month's end, to a Saturday"),
        pytest.param(date(2026, 8, 12), date(2027, 2, 8), id="ends in the Spring Festival"),
    ],
)
def test_a_suspension_on_request_stands_on_day_180_and_ends_the_agreement_on_day_181(app, from_on, last):
    case = suspended_from(from_on)
    assert standing(case)["suspension_cap"] == ("running", last)
    night(last)
    assert fresh(case).state == "suspended_requested"
    night(last + DAY)
    assert (fresh(case).state, fresh(case).closed_on) == ("lapsed_180", last + DAY)


@pytest.mark.clause("LC-29-7", "LC-29-8")
def test_a_request_to_resume_on_day_180_is_in_time(app):
    case, last = suspended_from(date(2026, 9, 1)), date(2027, 2, 28)
    step(case, "request_resumption", Role.CLERK, last)
    for n in range(1, 20):
        night(last + n * DAY)
    assert fresh(case).state == "suspended_requested"


def lapsed():
    """A suspension from 1 September that ended the agreement on 1 March."""
    case = suspended_from(date(2026, 9, 1))
    night(date(2027, 3, 1))
    assert fresh(case).state == "lapsed_180"
    return fresh(case)


def take_back(case, role=Role.MANAGER, reason="机构已于第 180 日申请继续履行", today=date(2027, 3, 3)):
    return corrections.take_back(case, hand=hand_of(role, today=today), reason=reason)


@pytest.mark.clause("LC-29-7", "LC-29-8")
def test_an_end_on_day_181_that_rests_on_a_wrong_date_is_taken_back_with_its_reason(app):
    case = take_back(lapsed())
    assert (case.state, case.closed_on, Suspension.get().state) == ("suspended_requested", None, "active")
    assert Event.get(Event.action == "take_back").reason == "机构已于第 180 日申请继续履行"
    clerk = hand_of(Role.CLERK, today=date(2027, 3, 3))
    take_step(case, "request_resumption", hand=clerk, on=date(2027, 2, 28), reason="当日已收，补录")
    night(date(2027, 3, 4))
    assert (fresh(case).state, Suspension.get().resume_asked_on) == (
        "suspended_requested",
        date(2027, 2, 28),
    )
    step(case, "grant_resumption", Role.MANAGER, date(2027, 3, 5))
    assert fresh(case).state == "active"


def test_an_end_taken_back_and_left_alone_is_judged_again_by_the_next_night(app):
    case = take_back(lapsed())
    night(date(2027, 3, 4))
    assert (fresh(case).state, Suspension.get().state) == ("lapsed_180", "lapsed")


def test_a_suspension_begun_on_a_wrong_day_is_taken_back_as_far_as_its_request(app):
    case = take_back(take_back(lapsed()))
    assert (case.state, Suspension.get().state) == ("active", "cancelled")
    request = take_back(Case.get(Case.matter == "exit"))
    assert request.state == "approved"
    step(request, "withdraw_exit", Role.CLERK, date(2027, 3, 3), reason="日期有误，另行申请")
    night(date(2027, 3, 4))
    assert fresh(case).state == "active"


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"reason": ""}, Unmet, "请写明原因"),
        ({"role": Role.CLERK}, NotAllowed, "须由负责人或该步骤的经办岗位办理"),
    ],
)
def test_an_end_on_day_181_is_taken_back_by_the_manager_with_a_reason_alone(app, given, error, sentence):
    case = lapsed()
    with pytest.raises(error, match=sentence):
        take_back(case, **given)
    assert fresh(case).state == "lapsed_180"


@pytest.mark.clause("LC-29-2")
def test_a_suspension_that_ended_by_itself_on_a_wrong_day_is_taken_back_and_decided_anew(app):
    case = an_agreement()
    imposed(case, ends_on=day(6, 30))
    night(day(7, 1))
    assert fresh(case).state == "active"
    back = take_back(fresh(case), reason="应为 7 月 31 日", today=day(7, 2))
    assert (back.state, Suspension.get().over_on) == ("suspended_imposed", None)
    assert take_back(back, reason="应为 7 月 31 日", today=day(7, 2)).state == "active"
    row = imposed(fresh(case), ends_on=day(7, 31), today=day(7, 2))
    night(day(7, 31))
    assert fresh(case).state == "suspended_imposed"
    night(day(8, 1))
    assert (fresh(case).state, Suspension.get_by_id(row.id).over_on) == ("active", day(8, 1))
