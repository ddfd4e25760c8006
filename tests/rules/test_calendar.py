"""Working days against chinesecalendar's own answers and against counting day by day."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import WorkCalendar

DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(730)]
SETTLED = {day: chinese_calendar.is_workday(day) for day in DAYS}
CALENDAR = WorkCalendar(SETTLED, {2025, 2026})
FIXED_REST = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}

days = st.dates(date(2024, 11, 1), date(2028, 3, 1))


def is_worked(day):
    """Say it day by day, as the notice and readings 1.3-9 do."""
    if day in SETTLED:
        return SETTLED[day]
    return day.weekday() < 5 and (day.month, day.day) not in FIXED_REST


def each_day(after, until):
    return [after + timedelta(days=n) for n in range(1, (until - after).days + 1)]


@given(days)
def test_a_day_is_worked_as_the_notice_says(day):
    assert CALENDAR.is_workday(day) == is_worked(day)


@given(days, st.integers(0, 60))
def test_the_nth_workday_after_is_found_by_walking(day, n):
    reached, left = day, n
    while left:
        reached += timedelta(days=1)
        left -= is_worked(reached)
    assert CALENDAR.workday_after(day, n) == reached


@given(days, st.integers(0, 60))
def test_the_nth_workday_before_is_found_by_walking_back(day, n):
    reached, left = day, n
    while left:
        reached -= timedelta(days=1)
        left -= is_worked(reached)
    assert CALENDAR.workday_before(day, n) == reached


@given(days)
def test_a_rest_day_moves_to_the_next_workday(day):
    reached = day
    while not is_worked(reached):
        reached += timedelta(days=1)
    assert CALENDAR.workday_from(day) == reached


@given(days, days)
def test_workdays_are_counted_without_the_first_and_with_the_last_day(after, until):
    assert CALENDAR.count_workdays(after, until) == sum(map(is_worked, each_day(after, until)))


@given(days, days)
def test_makeup_days_are_the_worked_weekend_days(after, until):
    expected = [day for day in each_day(after, until) if is_worked(day) and day.weekday() > 4]
    assert CALENDAR.makeup_days(after, until) == expected


@given(days, days)
def test_rest_stretches_hold_every_weekday_off_and_no_workday(after, until):
    stretches = CALENDAR.rest_stretches(after, until)
    inside = [day for first, last in stretches for day in each_day(first - timedelta(days=1), last)]
    span = each_day(after, until)
    assert {day for day in span if day.weekday() < 5 and not is_worked(day)} <= set(inside) <= set(span)
    assert not any(map(is_worked, inside))
    assert len(inside) == len(set(inside))


def test_2026_has_248_workdays():
    assert CALENDAR.count_workdays(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_the_holidays_and_makeup_days_of_2026():
    year = (date(2025, 12, 31), date(2026, 12, 31))
    assert CALENDAR.rest_stretches(*year) == [
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ]
    assert CALENDAR.makeup_days(*year) == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_a_stretch_is_told_only_as_far_as_it_was_skipped():
    assert CALENDAR.rest_stretches(date(2026, 10, 3), date(2026, 10, 6)) == [
        (date(2026, 10, 4), date(2026, 10, 6))
    ]
    assert CALENDAR.rest_stretches(date(2026, 6, 19), date(2026, 6, 24)) == []  # only the weekend is left


@pytest.mark.parametrize(("month", "day"), sorted(FIXED_REST))
def test_fixed_holidays_of_an_unpublished_year_are_rest_days(month, day):
    assert not CALENDAR.is_workday(date(2027, month, day))


def test_the_third_of_may_of_an_unpublished_year_is_worked():
    assert CALENDAR.is_workday(date(2027, 5, 3))
    assert CALENDAR.is_workday(date(2027, 2, 8))  # Spring Festival is not known yet


def test_a_published_year_needs_only_its_exceptions():
    exceptions = {day: is_on for day, is_on in SETTLED.items() if is_on != (day.weekday() < 5)}
    lean = WorkCalendar(exceptions, {2025, 2026})
    assert [day for day in DAYS if lean.is_workday(day) != SETTLED[day]] == []


def test_a_published_year_has_no_fixed_holidays_of_its_own():
    assert WorkCalendar({}, {2027}).is_workday(date(2027, 1, 1))


def test_the_office_may_set_a_day_of_an_unpublished_year():
    calendar = WorkCalendar({date(2027, 1, 1): True, date(2027, 2, 8): False}, ())
    assert calendar.is_workday(date(2027, 1, 1))
    assert not calendar.is_workday(date(2027, 2, 8))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 1), date(2026, 12, 31), False),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2024, 12, 31), date(2025, 1, 1), True),
        (date(2027, 1, 1), date(2026, 12, 31), False),
    ],
)
def test_a_span_is_provisional_if_it_touches_an_unpublished_year(first, last, expected):
    assert CALENDAR.is_provisional(first, last) is expected


def test_the_first_and_the_last_year_can_be_asked():
    assert not CALENDAR.is_workday(date(2004, 1, 1))
    assert CALENDAR.workday_after(date(2100, 12, 31), 30) == date(2101, 2, 11)
    assert CALENDAR.rest_stretches(date(2004, 1, 1), date(2004, 1, 2)) == []
    for outside in (date(2003, 12, 31), date(2102, 1, 1)):
        with pytest.raises(ValueError):
            CALENDAR.is_workday(outside)
    with pytest.raises(ValueError):
        CALENDAR.workday_after(date(2101, 12, 30), 30)
    with pytest.raises(ValueError):
        CALENDAR.workday_after(date(2026, 1, 1), -1)
