"""The working days of the office: one sorted array, asked by bisection.

In here: which days are worked, counting and stepping over them, and what a count skipped. Not in here: where
the days come from (the office's table) and what a legal period is (periods.py).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from datetime import date, timedelta

FIRST, LAST = date(2004, 1, 1), date(2101, 12, 31)
# Rest days of fixed date in a year that is not published yet (readings 1.3-9).
FIXED_REST = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
ONE_DAY = timedelta(days=1)


class WorkCalendar:
    """Every working day from 2004 to 2101, made once and never changed.

    days: True for a worked day, False for a rest day; a day that is not named follows its year.
    published: the years whose days are settled: what is not named there is Monday to Friday. In any other
        year weekends and the statutory days of fixed date are rest days, provisionally.
    """

    def __init__(self, days: Mapping[date, bool], published: Collection[int]) -> None:
        self.published = frozenset(published)
        worked = {o for o in range(FIRST.toordinal(), LAST.toordinal() + 1) if _is_weekday(o)}
        worked -= {
            date(year, month, day).toordinal()
            for year in range(FIRST.year, LAST.year + 1)
            for month, day in FIXED_REST
            if year not in self.published
        }
        worked -= {day.toordinal() for day, is_workday in days.items() if not is_workday}
        worked |= {day.toordinal() for day, is_workday in days.items() if is_workday and FIRST <= day <= LAST}
        self._workdays = sorted(worked)
        self._holidays = [
            o for o in range(FIRST.toordinal(), LAST.toordinal() + 1) if _is_weekday(o) and o not in worked
        ]
        self._makeups = [o for o in self._workdays if not _is_weekday(o)]

    def is_workday(self, day: date) -> bool:
        """Return whether `day` is worked. Raises ValueError outside 2004 to 2101, as every method here."""
        index = bisect_left(self._workdays, _ordinal(day))
        return index < len(self._workdays) and self._workdays[index] == day.toordinal()

    def workday_after(self, day: date, n: int) -> date:
        """Return the `n`-th working day after `day`, itself not counted (民法典 201); `day` if n is 0."""
        return self._at(bisect_right(self._workdays, _ordinal(day)) + n - 1) if _counted(n) else day

    def workday_before(self, day: date, n: int) -> date:
        """Return the `n`-th working day before `day`, itself not counted; `day` if n is 0."""
        return self._at(bisect_left(self._workdays, _ordinal(day)) - n) if _counted(n) else day

    def workday_from(self, day: date) -> date:
        """Return `day`, or the first working day after it if it is a rest day (民法典 203)."""
        return self._at(bisect_left(self._workdays, _ordinal(day)))

    def count_workdays(self, after: date, until: date) -> int:
        """Return the number of working days in (after, until]; 0 if `until` is not after `after`."""
        left, right = _ordinal(after), _ordinal(until)
        return max(0, bisect_right(self._workdays, right) - bisect_right(self._workdays, left))

    def is_provisional(self, first: date, last: date) -> bool:
        """Return whether a year from `first` to `last`, both included, is not published yet."""
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def rest_stretches(self, after: date, until: date) -> list[tuple[date, date]]:
        """Return the holidays in (after, until] as (first, last) with the weekends they join.

        An ordinary weekend is no holiday; a stretch has a day from Monday to Friday within the bounds.
        """
        stretches: list[tuple[date, date]] = []
        for holiday in self._within(self._holidays, after, until):
            if not stretches or holiday > stretches[-1][1]:
                stretches.append(self._stretch_around(holiday, after, until))
        return stretches

    def makeup_days(self, after: date, until: date) -> list[date]:
        """Return the worked Saturdays and Sundays in (after, until]."""
        return self._within(self._makeups, after, until)

    def _stretch_around(self, holiday: date, after: date, until: date) -> tuple[date, date]:
        index = bisect_left(self._workdays, holiday.toordinal())
        first = date.fromordinal(self._workdays[index - 1]) + ONE_DAY if index else FIRST
        last = self._at(index) - ONE_DAY
        return max(first, after + ONE_DAY), min(last, until)

    def _within(self, ordinals: list[int], after: date, until: date) -> list[date]:
        left, right = bisect_right(ordinals, _ordinal(after)), bisect_right(ordinals, _ordinal(until))
        return [date.fromordinal(ordinal) for ordinal in ordinals[left:right]]

    def _at(self, index: int) -> date:
        if not 0 <= index < len(self._workdays):
            raise ValueError(f"no working day outside {FIRST.year} to {LAST.year}")
        return date.fromordinal(self._workdays[index])


def _is_weekday(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < 5  # day 1 of the calendar was a Monday


def _ordinal(day: date) -> int:
    if not FIRST <= day <= LAST:
        raise ValueError(f"no calendar for {day}")
    return day.toordinal()


def _counted(n: int) -> bool:
    """Return whether there is anything to count. Raises ValueError for a negative number."""
    if n < 0:
        raise ValueError(f"cannot count {n} working days")
    return n > 0
