"""Days without settlement: how they are counted, what the night says of them, what takes a mark away."""

from datetime import date, timedelta

import pytest

from lifecycle import exits, idle, sweep
from lifecycle.idle import days_without
from models import Agreement, Case, Event, Role, Suspension
from rules.book import load_books
from tests.builders import hand_of, night, step, system_hand
from tests.lifecycle.stations import an_agreement, day
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import asked, imposed
from tests.lifecycle.test_sweep import rows

BOOK = load_books()["liaocheng-2023"]
SETTLED = day(5, 20)


def settled(case, on=SETTLED):
    return with_terms(case, last_settled_on=on)


def count(case):
    return lambda on: idle.count_of(Agreement.get(Agreement.case == case), hand_of(today=on))


def mark(case):
    return Agreement.get(Agreement.case == case).idle_since


def said(action):
    """The day and what was counted, of every event of this kind."""
    rows = Event.select().where(Event.action == action).order_by(Event.id)
    return [(e.on, e.change["days"], e.change.get("mark")) for e in rows]


@pytest.mark.parametrize(
    ("since", "today", "days"),
    [
        (date(2026, 5, 20), date(2026, 5, 20), 0),
        (date(2026, 5, 20), date(2026, 11, 16), 180),
        (date(2026, 1, 31), date(2026, 7, 30), 180),  # from a month's end
        (date(2025, 8, 31), date(2026, 2, 28), 181),  # to a month's end
        (date(2025, 12, 1), date(2026, 2, 28), 89),  # Spring Festival counts as any day
        (date(2023, 12, 31), date(2024, 3, 1), 61),  # a leap day
        (date(2026, 5, 20), date(2026, 5, 1), 0),  # not begun
    ],
)
def test_natural_days_are_counted_from_the_day_after_the_settlement(since, today, days):
    assert days_without(since, today) == days


@pytest.mark.parametrize(
    ("stops", "days"),
    [
        ([(date(2026, 6, 1), date(2026, 6, 11))], 90),  # ten days, the eleventh counts again
        ([(date(2026, 6, 1), None)], 11),  # holds still: only May counts
        ([(date(2026, 4, 1), date(2026, 5, 26))], 95),  # the part after the settlement alone
        ([(date(2026, 8, 24), date(2026, 12, 1))], 95),  # and up to today alone
        ([(date(2026, 6, 1), date(2026, 6, 11)), (date(2026, 6, 6), date(2026, 6, 16))], 85),
        ([(date(2026, 6, 6), date(2026, 6, 8)), (date(2026, 6, 1), date(2026, 6, 11))], 90),
        ([(date(2026, 6, 1), date(2026, 6, 1))], 100),  # over on the day it began
        ([(date(2026, 1, 1), date(2026, 5, 21))], 100),
        ([(date(2026, 1, 1), None)], 0),
    ],
)
def test_days_of_suspension_are_left_out_once_and_clipped(stops, days):
    assert days_without(SETTLED, SETTLED + timedelta(days=100), stops) == days


def test_the_book_says_when_to_remind_and_when_it_is_too_long():
    assert idle.marks(BOOK) == [150, 170, 180]


@pytest.mark.clause("LC-31-02", "LC-32-08")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_day_180_is_not_over_and_day_181_is_proposed_and_ends_nothing(app, kind):
    case = an_agreement(kind=kind)
    settled(case)
    night(day(11, 16))
    assert (count(case)(day(11, 16)).days, mark(case)) == (180, None)
    assert "长期未结算，建议解除协议" in night(day(11, 17))[0]
    assert (count(case)(day(11, 17)).is_over, mark(case)) == (True, day(11, 17))
    night(day(12, 20))
    assert (Case.get_by_id(case.id).state, said("propose_termination")) == (
        "active",
        [(day(11, 17), 181, None)],
    )


def test_a_suspension_moves_the_proposal_by_its_days(app):
    case = an_agreement()
    settled(case)
    imposed(case, day(6, 1), day(6, 30))
    night(day(7, 1))
    night(day(12, 16))
    assert (count(case)(day(12, 16)).days, count(case)(day(12, 16)).paused, mark(case)) == (180, 30, None)
    night(day(12, 17))
    assert mark(case) == day(12, 17)


def test_while_it_is_suspended_nothing_is_proposed_and_the_count_stands(app):
    case = an_agreement()
    settled(case)
    imposed(case, day(6, 1), day(12, 31))
    night(day(12, 20))
    assert (count(case)(day(12, 20)).days, mark(case)) == (11, None)


def test_a_planned_suspension_and_a_cancelled_one_leave_nothing_out(app):
    case = an_agreement()
    settled(case)
    imposed(case, day(6, 10), day(8, 31), today=day(6, 1))
    assert count(case)(day(6, 9)).paused == 0
    step(case, "cancel_suspension", Role.MANAGER, day(6, 5), reason="已补报")
    assert (Suspension.get().state, count(case)(day(11, 17)).days) == ("cancelled", 181)


def test_who_asked_for_a_suspension_is_not_proposed_until_the_request_is_decided(app):
    case = an_agreement()
    settled(case)
    request = asked(case, "suspend", asked_on=day(11, 10), from_on=date(2027, 3, 1))
    night(day(11, 20))
    assert mark(case) is None
    step(request, "refuse_exit", Role.MANAGER, day(11, 21), reason="不符合条件")
    night(day(11, 22))
    assert mark(case) == day(11, 22)


def test_a_mark_falls_away_when_days_turn_out_to_be_suspended(app):
    case = an_agreement()
    settled(case)
    night(day(11, 17))
    hand = hand_of(Role.MANAGER, today=day(11, 18))
    Suspension.create(
        case=case, kind="imposed", state="ended", decided_on=hand.today,
        starts_on=day(6, 1), ends_on=day(6, 30), over_on=day(7, 1),
    )  # fmt: skip
    assert "撤下解除建议" in night(day(11, 18))[0]
    assert (mark(case), said("drop_proposal")) == (None, [(day(11, 18), 152, None)])


def test_reminders_come_at_150_and_170_days_once_for_each_settlement(app):
    case = an_agreement()
    row = settled(case)
    for n in range(148, 183):
        night(SETTLED + timedelta(days=n))
        night(SETTLED + timedelta(days=n))
    due = [(SETTLED + timedelta(days=n), n, n) for n in (150, 170)]
    assert said("remind_unsettled") == due
    Agreement.update(last_settled_on=day(11, 10)).where(Agreement.id == row.id).execute()
    late = day(11, 10) + timedelta(days=155)  # the first night that sees it
    night(late)
    assert said("remind_unsettled") == [*due, (late, 155, 150)]


def test_ten_missed_nights_end_as_ten_single_ones(app):
    for on in (day(5, 20), day(6, 4), day(6, 18)):  # proposed, reminded of 170, of 150
        settled(an_agreement(), on)
    first = an_agreement()
    settled(first, day(5, 20))
    imposed(first, day(11, 10), day(11, 14))
    nights = [day(11, n) for n in range(12, 22)]
    sweep.claim(day(11, 11))
    sweep.run(system_hand(day(11, 11)))
    with sweep.db.atomic() as tx:
        for on in nights:
            sweep.claim(on)
            sweep.run(system_hand(on))
        single = rows()
        tx.rollback()
    reports = sweep.catch_up(system_hand(nights[-1]))
    assert [report.day for report in reports] == nights
    assert rows() == single
    assert [on for on, _, _ in said("propose_termination")] == [day(11, 17)]


def test_a_night_asks_as_many_statements_for_many_as_for_one(app, statements):
    settled(an_agreement())
    hand = system_hand(day(11, 16))
    with statements() as one:
        idle.near_or_over(hand)
    for _ in range(3):
        settled(an_agreement())
    with statements() as many:
        assert len(idle.near_or_over(hand)) == 4
    assert len(one) == len(many) == 2


def test_an_approved_request_leaves_its_days_out_until_it_resumes(app):
    case = an_agreement()
    settled(case, day(5, 31))
    request = asked(case, "suspend", asked_on=day(6, 1), from_on=day(9, 1))
    exits.approve(request, hand=hand_of(Role.MANAGER, today=day(6, 3)))
    night(day(9, 1))
    step(case, "request_resumption", Role.CLERK, day(10, 1))
    step(case, "grant_resumption", Role.MANAGER, day(10, 10))
    assert (count(case)(day(10, 10)).days, count(case)(day(10, 10)).paused) == (93, 39)
