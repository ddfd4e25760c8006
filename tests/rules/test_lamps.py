"""Lamps: when they turn, and the words they carry."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import WorkCalendar
from rules.periods import Lamp, Line, Pause, due_date, lamp, remainder, yellow_from
from rules.rows import ClockRule

YEARS = [date(2025, 1, 1) + timedelta(days=n) for n in range(730)]
CALENDAR = WorkCalendar({day: chinese_calendar.is_workday(day) for day in YEARS}, {2025, 2026})


def a_rule(amount, unit, **fields):
    return ClockRule("k", "某期限", "limit", amount, unit, "第十三条", **fields)


@given(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.integers(1, 80))
def test_yellow_begins_when_a_fifth_or_three_workdays_are_left(start, amount):
    rule = a_rule(amount, "workday")
    due, day = due_date(start, rule, CALENDAR).on, start
    while CALENDAR.count_workdays(day, due) > max(3, amount / 5):
        day += timedelta(days=1)
    assert yellow_from(start, due, rule, CALENDAR) == day


def test_paused_workdays_are_no_part_of_the_period_a_fifth_is_taken_of():
    rule, start, due = a_rule(3, "month"), date(2026, 7, 3), date(2026, 10, 12)
    pauses = [Pause(date(2026, 8, 11), date(2026, 8, 19))]
    # 67 workdays less 6: a fifth of 61 is 12; without the pause it would be 13
    first = yellow_from(start, due, rule, CALENDAR, pauses)
    assert CALENDAR.count_workdays(first, due) == 12
    assert CALENDAR.count_workdays(yellow_from(start, due, rule, CALENDAR), due) == 13


def test_a_backward_period_is_yellow_before_its_latest_day():
    rule = a_rule(3, "month", direction="backward")
    first = yellow_from(date(2026, 12, 31), date(2026, 9, 30), rule, CALENDAR)
    assert CALENDAR.count_workdays(first, date(2026, 9, 30)) == 12  # a fifth of 60


def lit(today, due=date(2026, 6, 26), state="running", **fields):
    return lamp(today, due, date(2026, 6, 23), state, CALENDAR, **fields)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 6, 18), Lamp("green", "剩 5 个工作日")),
        (date(2026, 6, 22), Lamp("green", "剩 4 个工作日")),
        (date(2026, 6, 23), Lamp("yellow", "剩 3 个工作日")),
        (date(2026, 6, 26), Lamp("yellow", "今日到期")),
        (date(2026, 6, 27), Lamp("red", "已超期")),  # a Saturday: no workday has passed
        (date(2026, 6, 29), Lamp("red", "超期 1 个工作日")),
    ],
)
def test_the_lamp_of_a_running_limit(today, expected):
    assert lit(today) == expected


def test_what_is_past_but_no_limit_is_over_and_not_overdue():
    assert [lit(date(2026, 6, 29), kind=kind) for kind in ("wait", "cap", "ban")] == [
        Lamp("green", "期满")
    ] * 3


def test_a_paused_or_waiting_clock_is_grey():
    assert lit(date(2026, 9, 22), None, "paused", paused_on=date(2026, 9, 16)) == Lamp("grey", "停表第 6 日")
    assert lit(date(2026, 9, 16), None, "paused", paused_on=date(2026, 9, 16)) == Lamp("grey", "今日停表")
    assert lit(date(2026, 9, 22), None, "waiting") == Lamp("grey", "待送达")


def test_the_last_rest_days_before_an_end_are_told_in_days():
    assert lit(date(2026, 6, 19), date(2026, 6, 21), kind="cap").text == "剩 2 日"


def test_the_remainder_says_what_it_skips():
    assert remainder(date(2026, 9, 22), date(2026, 10, 12), CALENDAR) == Line(
        "余量", "9 个工作日，自明日起数，跳过 9月25日至27日、10月1日至7日，计入 10月10日（周六上班）", None
    )
