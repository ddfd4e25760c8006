"""Legal periods: the examples of the readings, and day-by-day counts that know no bisection."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.calendar import WorkCalendar
from rules.periods import (
    Due,
    Line,
    Pause,
    add_period,
    day_text,
    describe,
    due_date,
    first_day_after,
    is_early_enough,
    span_text,
)
from rules.rows import ClockRule

YEARS = [date(2025, 1, 1) + timedelta(days=n) for n in range(730)]
CALENDAR = WorkCalendar({day: chinese_calendar.is_workday(day) for day in YEARS}, {2025, 2026})
ONE_DAY = timedelta(days=1)


def a_rule(amount, unit, kind="limit", **fields):
    return ClockRule("k", "某期限", kind, amount, unit, "第十三条", **fields)


def due_on(start, rule, pauses=()):
    return due_date(start, rule, CALENDAR, pauses).on


# --- Examples ---


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        pytest.param(
            date(2026, 2, 12), 5, "workday", date(2026, 2, 26), id="Spring Festival and make-up Saturday"
        ),
        pytest.param(
            date(2026, 9, 24), 7, "workday", date(2026, 10, 12), id="two holidays, 10 October worked"
        ),
        pytest.param(date(2025, 12, 31), 5, "workday", date(2026, 1, 8), id="over the year, Sunday worked"),
        pytest.param(date(2026, 1, 16), 30, "workday", date(2026, 3, 5), id="30 workdays"),
        pytest.param(date(2026, 11, 30), 3, "month", date(2027, 3, 1), id="no 30 February, then a Sunday"),
        pytest.param(date(2026, 8, 31), 3, "month", date(2026, 11, 30), id="no 31 November"),
        pytest.param(date(2026, 7, 3), 3, "month", date(2026, 10, 8), id="rolls over National Day"),
        pytest.param(date(2026, 3, 31), 6, "month", date(2026, 9, 30), id="no 31 September"),
        pytest.param(date(2026, 3, 2), 5, "workday", date(2026, 3, 9), id="first day is not counted"),
        pytest.param(date(2026, 4, 3), 1, "workday", date(2026, 4, 7), id="holiday Monday is skipped"),
        pytest.param(date(2026, 5, 8), 1, "workday", date(2026, 5, 9), id="make-up Saturday counts"),
        pytest.param(
            date(2026, 1, 31), 1, "month", date(2026, 2, 28), id="28 February is a make-up Saturday"
        ),
        pytest.param(date(2026, 10, 4), 1, "workday", date(2026, 10, 8), id="an event on a rest day"),
        pytest.param(date(2028, 2, 29), 1, "year", date(2029, 2, 28), id="no 29 February"),
        pytest.param(date(2026, 6, 4), 15, "day", date(2026, 6, 22), id="days roll over Dragon Boat"),
        pytest.param(date(2026, 6, 16), 5, "workday", date(2026, 6, 24), id="the case page"),
    ],
)
def test_due_date(start, amount, unit, expected):
    assert due_on(start, a_rule(amount, unit)) == expected


def test_only_performance_limits_roll():
    start, end = date(2026, 7, 3), date(2026, 10, 3)
    assert [due_on(start, a_rule(3, "month", kind)) for kind in ("wait", "cap", "ban")] == [end] * 3
    assert due_on(start, a_rule(3, "month", roll=False)) == end
    assert due_on(date(2026, 5, 20), a_rule(15, "day", roll=False)) == date(2026, 6, 4)


def test_a_minimum_wait_is_over_the_day_after_its_corresponding_day():
    served_on = date(2026, 3, 10)
    assert first_day_after(served_on, a_rule(3, "month", "wait"), CALENDAR) == date(2026, 6, 11)
    # the last day, Saturday 20 June, is in a holiday and so is the day after: neither moves
    assert first_day_after(date(2026, 3, 20), a_rule(3, "month", "wait"), CALENDAR) == date(2026, 6, 21)


def test_after_a_ban_of_a_year_the_day_after_is_free():
    assert first_day_after(date(2024, 2, 29), a_rule(1, "year", "ban"), CALENDAR) == date(2025, 3, 1)


def test_a_public_notice_ends_on_its_last_workday_and_the_next_day_is_free():
    notice = a_rule(7, "workday", "wait")
    assert due_on(date(2026, 9, 22), notice) == date(2026, 10, 9)
    assert first_day_after(date(2026, 9, 22), notice, CALENDAR) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("asked_on", "intended_on", "expected"),
    [
        (date(2026, 9, 30), date(2026, 12, 31), True),
        (date(2026, 10, 1), date(2026, 12, 31), False),
        (date(2025, 11, 30), date(2026, 2, 28), True),
        (date(2025, 12, 1), date(2026, 2, 28), False),
    ],
)
def test_early_enough_adds_to_the_request(asked_on, intended_on, expected):
    assert is_early_enough(asked_on, intended_on, a_rule(3, "month")) is expected


@pytest.mark.parametrize(
    ("expiry", "amount", "unit", "expected"),
    [
        pytest.param(date(2026, 12, 31), 3, "month", date(2026, 9, 30), id="renewal of a calendar year"),
        pytest.param(date(2026, 2, 28), 3, "month", date(2025, 11, 30), id="30 November still has it"),
        pytest.param(date(2026, 10, 3), 3, "month", date(2026, 7, 3), id="does not roll"),
        pytest.param(date(2026, 10, 12), 2, "workday", date(2026, 10, 9), id="workdays, Saturday worked"),
        pytest.param(date(2026, 3, 10), 10, "day", date(2026, 2, 28), id="days"),
        pytest.param(date(2027, 2, 28), 1, "year", date(2026, 2, 28), id="a year"),
    ],
)
def test_a_backward_period_is_the_latest_day_with_that_much_left(expiry, amount, unit, expected):
    assert due_on(expiry, a_rule(amount, unit, direction="backward")) == expected


def test_months_are_not_chained():
    january = date(2026, 1, 31)
    assert add_period(january, 2, "month") == date(2026, 3, 31)
    assert add_period(add_period(january, 1, "month"), 1, "month") == date(2026, 3, 28)
    with pytest.raises(ValueError):
        add_period(january, 1, "workday")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [(5, "workday", "5 个工作日"), (3, "month", "3 个月"), (1, "year", "1 年"), (180, "day", "180 日")],
)
def test_a_rule_is_described(amount, unit, words):
    assert describe(a_rule(amount, unit)) == words


# --- Provisional ---


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        pytest.param(date(2026, 12, 29), a_rule(2, "workday"), False, id="ends in a published year"),
        pytest.param(date(2026, 12, 29), a_rule(3, "workday"), True, id="counts into 2027"),
        pytest.param(
            date(2024, 12, 31), a_rule(3, "workday"), False, id="the day of the event does not count"
        ),
        pytest.param(date(2026, 11, 30), a_rule(3, "month"), True, id="may roll in 2027"),
        pytest.param(date(2026, 11, 30), a_rule(3, "month", "wait"), False, id="a wait needs no calendar"),
        pytest.param(date(2026, 1, 5), a_rule(3, "year", "ban"), False, id="nor does a ban"),
        pytest.param(date(2027, 1, 8), a_rule(5, "workday", direction="backward"), True, id="back into 2026"),
        pytest.param(date(2027, 1, 1), a_rule(5, "workday", direction="backward"), False, id="back in 2026"),
    ],
)
def test_provisional_is_what_an_unpublished_year_decides(start, rule, expected):
    assert due_date(start, rule, CALENDAR).is_provisional is expected


def test_a_provisional_result_says_so():
    assert due_date(date(2026, 12, 29), a_rule(3, "workday"), CALENDAR).lines[-1] == Line(
        "依据", "第十三条；节假日安排尚未公布，暂估", None
    )


# --- Pauses ---


def test_a_pause_adds_its_calendar_days_before_a_month_limit_rolls():
    pause = Pause(date(2026, 8, 11), date(2026, 8, 19), "补充材料")
    due = due_date(date(2026, 7, 3), a_rule(3, "month"), CALENDAR, [pause], "出具受理通知书")
    assert due == Due(
        date(2026, 10, 12),
        False,
        (
            Line("起算", "出具受理通知书，当日不计", date(2026, 7, 3)),
            Line("期限", "3 个月", date(2026, 10, 3)),
            Line("停表", "补充材料 8月11日至19日，加 8 日", date(2026, 10, 11)),
            Line("顺延", "周日，顺延至下一工作日", date(2026, 10, 12)),
            Line("依据", "第十三条；停表期间不计入", None),
        ),
    )


def test_workdays_in_a_pause_are_not_counted():
    pause = Pause(date(2026, 6, 17), date(2026, 6, 23))
    due = due_date(date(2026, 6, 16), a_rule(5, "workday"), CALENDAR, [pause])
    assert due.on == date(2026, 6, 29)
    assert due.lines[1:3] == (
        Line("期限", "5 个工作日，跳过 6月19日至21日", date(2026, 6, 24)),
        Line("停表", "6月17日至23日，其间 3 个工作日不计", date(2026, 6, 29)),
    )


def test_an_open_pause_has_no_due_day():
    for rule in (a_rule(3, "month"), a_rule(60, "workday"), a_rule(90, "day", "wait")):
        due = due_date(date(2026, 7, 3), rule, CALENDAR, [Pause(date(2026, 8, 11), None, "补充材料")])
        assert (due.on, due.is_provisional) == (None, False)
        assert Line("停表", "补充材料自 8月11日起，尚未恢复", None) in due.lines
    assert first_day_after(date(2026, 7, 3), rule, CALENDAR, [Pause(date(2026, 8, 11), None)]) is None


def test_overlapping_pauses_count_once():
    one, other = (
        Pause(date(2026, 8, 3), date(2026, 8, 12), "甲"),
        Pause(date(2026, 8, 10), date(2026, 8, 14), "乙"),
    )
    joined = Pause(date(2026, 8, 3), date(2026, 8, 14), "甲、乙")
    for rule in (a_rule(3, "month"), a_rule(60, "workday")):
        paused = due_date(date(2026, 7, 3), rule, CALENDAR, [other, one])
        assert paused == due_date(date(2026, 7, 3), rule, CALENDAR, [joined])
    in_turn = [Pause(date(2026, 8, 3), date(2026, 8, 10)), Pause(date(2026, 8, 10), date(2026, 8, 14))]
    lines = due_date(date(2026, 7, 3), a_rule(60, "workday"), CALENDAR, in_turn).lines
    assert [line.text[:9] for line in lines if line.label == "停表"] == ["8月3日至14日，"]
    still_open = [one, Pause(date(2026, 8, 10), None), other]
    assert due_on(date(2026, 7, 3), a_rule(3, "month"), still_open) is None


def test_only_the_part_of_a_pause_after_the_start_counts():
    start, rule = date(2026, 7, 3), a_rule(3, "month", "wait")
    before = Pause(date(2026, 6, 1), date(2026, 7, 3))
    assert due_date(start, rule, CALENDAR, [before]) == due_date(start, rule, CALENDAR)
    assert due_on(start, rule, [Pause(date(2026, 6, 1), date(2026, 7, 5))]) == date(2026, 10, 5)
    assert due_on(start, a_rule(5, "workday"), [Pause(date(2026, 6, 1), date(2026, 7, 7))]) == date(
        2026, 7, 14
    )


def test_a_pause_after_the_due_day_comes_too_late_and_one_on_it_does_not():
    start, month = date(2026, 3, 10), a_rule(3, "month")  # due on Wednesday 10 June
    assert due_on(start, month, [Pause(date(2026, 6, 11), date(2026, 6, 16))]) == date(2026, 6, 10)
    assert due_on(start, month, [Pause(date(2026, 6, 11), None)]) == date(2026, 6, 10)
    assert due_on(start, month, [Pause(date(2026, 6, 10), date(2026, 6, 16))]) == date(2026, 6, 16)
    assert due_on(start, month, [Pause(date(2026, 6, 10), None)]) is None
    week = a_rule(5, "workday")  # due on Tuesday 17 March
    assert due_on(start, week, [Pause(date(2026, 3, 18), date(2026, 3, 20))]) == date(2026, 3, 17)
    assert due_on(start, week, [Pause(date(2026, 3, 17), date(2026, 3, 20))]) == date(2026, 3, 20)


def test_a_first_pause_can_bring_a_second_one_inside():
    early, late = Pause(date(2026, 6, 1), date(2026, 6, 11)), Pause(date(2026, 6, 18), date(2026, 6, 23))
    assert due_on(date(2026, 3, 10), a_rule(3, "month"), [late]) == date(2026, 6, 10)
    assert due_on(date(2026, 3, 10), a_rule(3, "month"), [late, early]) == date(2026, 6, 25)


def test_a_pause_on_the_rolled_due_day_is_still_in_time():
    # 3 October rolls to the 8th, on which the supplement is asked for
    pause = Pause(date(2026, 10, 8), date(2026, 10, 18))
    assert due_on(date(2026, 7, 3), a_rule(3, "month"), [pause]) == date(2026, 10, 13)


def test_a_pause_cannot_end_before_it_begins():
    with pytest.raises(ValueError):
        Pause(date(2026, 8, 2), date(2026, 8, 1))


# --- Against counting day by day ---

starts = st.dates(date(2025, 1, 1), date(2027, 6, 30))


@st.composite
def closed_pauses(draw):
    start = draw(starts)
    offsets = draw(st.lists(st.tuples(st.integers(-20, 60), st.integers(0, 20)), max_size=4))
    days = [(start + timedelta(days=first), length) for first, length in offsets]
    return start, [Pause(first, first + timedelta(days=length)) for first, length in days]


def paused_days(pauses, start):
    return {
        p.from_on + timedelta(days=n)
        for p in pauses
        for n in range(1, (p.until_on - p.from_on).days + 1)
        if p.from_on + timedelta(days=n) > start
    }


def next_workday(day):
    while not CALENDAR.is_workday(day):
        day += ONE_DAY
    return day


@given(closed_pauses(), st.integers(1, 30))
def test_workday_limits_are_counted_day_by_day(case, amount):
    start, pauses = case
    stopped, day, left = paused_days(pauses, start), start, amount
    while left:
        day += ONE_DAY
        left -= CALENDAR.is_workday(day) and day not in stopped
    assume(day + ONE_DAY not in stopped)  # a pause that begins on the due day has its own example
    assert due_on(start, a_rule(amount, "workday"), pauses) == day


@given(closed_pauses(), st.integers(1, 90))
def test_day_limits_are_counted_day_by_day(case, amount):
    start, pauses = case
    stopped, day, left = paused_days(pauses, start), start, amount
    while left or day + ONE_DAY in stopped:
        day += ONE_DAY
        left -= day not in stopped
    assert due_on(start, a_rule(amount, "day", "cap"), pauses) == day


@given(closed_pauses(), st.integers(1, 24))
def test_month_limits_are_counted_month_by_month(case, amount):
    start, pauses = case
    day, month, year = start.day, start.month, start.year
    for _ in range(amount):
        month, year = (month + 1, year) if month < 12 else (1, year + 1)
    while day > monthrange(year, month)[1]:
        day -= 1
    end = date(year, month, day)
    assert due_on(start, a_rule(amount, "month")) == next_workday(end)
    if all(pause.until_on < end for pause in pauses):
        moved = end + len(paused_days(pauses, start)) * ONE_DAY
        assert due_on(start, a_rule(amount, "month"), pauses) == next_workday(moved)


@given(starts, st.integers(1, 5))
def test_a_year_is_twelve_months(start, amount):
    assert add_period(start, amount, "year") == add_period(start, 12 * amount, "month")


@given(starts, st.integers(1, 12), st.sampled_from(["day", "month", "year"]))
def test_backward_is_the_last_day_that_is_early_enough(expiry, amount, unit):
    rule = a_rule(amount, unit, direction="backward")
    latest = expiry
    while not is_early_enough(latest, expiry, rule):
        latest -= ONE_DAY
    assert due_on(expiry, rule) == latest


@given(closed_pauses(), st.integers(1, 40), st.sampled_from(["workday", "day", "month"]))
def test_a_pause_never_brings_the_due_day_forward(case, amount, unit):
    start, pauses = case
    assert due_on(start, a_rule(amount, unit), pauses) >= due_on(start, a_rule(amount, unit))


@given(closed_pauses(), st.integers(1, 40), st.sampled_from(["workday", "day", "month"]))
def test_the_derivation_ends_on_the_due_day(case, amount, unit):
    start, pauses = case
    due = due_date(start, a_rule(amount, unit), CALENDAR, pauses)
    reached = [line.on for line in due.lines if line.on]
    assert (reached[0], reached[-1]) == (start, due.on)
    assert reached == sorted(reached)


# --- Words ---


def test_a_backward_derivation():
    due = due_date(date(2026, 12, 31), a_rule(3, "month", direction="backward"), CALENDAR, anchor="协议到期")
    assert due.lines == (
        Line("起算", "协议到期", date(2026, 12, 31)),
        Line("期限", "提前 3 个月", date(2026, 9, 30)),
        Line("依据", "第十三条", None),
    )


def test_a_rule_without_article_has_no_basis_line():
    bare = replace(a_rule(1, "day", "cap"), article="")
    labels = [line.label for line in due_date(date(2026, 6, 1), bare, CALENDAR).lines]
    assert labels == ["起算", "期限"]


def test_a_weekday_off_is_called_a_holiday():
    due = due_date(date(2026, 9, 6), a_rule(1, "month"), CALENDAR)
    assert due.lines[2] == Line("顺延", "节假日，顺延至下一工作日", date(2026, 10, 8))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 6, 19), date(2026, 6, 21), "6月19日至21日"),
        (date(2026, 4, 6), date(2026, 4, 6), "4月6日"),
        (date(2026, 5, 31), date(2026, 6, 2), "5月31日至6月2日"),
        (date(2025, 12, 31), date(2026, 1, 2), "2025年12月31日至2026年1月2日"),
    ],
)
def test_spans_in_words(first, last, text):
    assert span_text(first, last) == text
    assert day_text(first) in text
