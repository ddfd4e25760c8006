"""The working-day calendar in the database: seeded, overridden, imported, and its effect on due days."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from peewee import fn

from lifecycle import audit, clocks
from lifecycle.db import write_tx
from lifecycle.errors import Unmet
from lifecycle.hand import Hand
from models import CalendarDay, CalendarYear, Case, Clock, ClockState
from rules.calendar import WorkCalendar

FIRST_YEAR = 2019
HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
SEED_NOTICE = "国务院办公厅历年通知（随产品预置）"

_cache: dict[int, WorkCalendar] = {}


@dataclass(frozen=True)
class Moved:
    """A clock whose last day changed because the calendar did."""

    case_number: str
    clock: str
    before: date | None
    after: date | None


def seed(last_year: int) -> int:
    """Write the published years from 2019 to `last_year` that are not there yet; return how many days.

    A year the package does not know is left out: it is counted provisionally.
    """
    written = 0
    known = {row[0] for row in CalendarYear.select(CalendarYear.year).tuples()}
    for year in range(FIRST_YEAR, last_year + 1):
        days = _published_days(year) if year not in known else None
        if days is None:
            continue
        CalendarYear.create(year=year, notice=SEED_NOTICE, is_published=True)
        CalendarDay.insert_many(days).execute()
        written += len(days)
    return written


def _published_days(year: int) -> list[dict[str, object]] | None:
    """Return the days of `year` that differ from the week's pattern, or None if the year is not known."""
    rows = []
    day = date(year, 1, 1)
    try:
        while day.year == year:
            works = chinese_calendar.is_workday(day)
            _, name = chinese_calendar.get_holiday_detail(day)
            if works != (day.weekday() < 5) or (name and not works):
                rows.append({"day": day, "is_workday": works, "name": HOLIDAY_NAMES.get(name or "", "")})
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return rows


def current() -> WorkCalendar:
    """Return the calendar as it stands, built once for each state of the tables."""
    state = (
        CalendarYear.select(fn.COUNT(CalendarYear.id) * 1_000_000 + fn.SUM(CalendarYear.version)).scalar()
        or 0
    )
    if state not in _cache:
        days = dict(CalendarDay.select(CalendarDay.day, CalendarDay.is_workday).tuples())
        published = {
            row[0] for row in CalendarYear.select(CalendarYear.year).where(CalendarYear.is_published).tuples()
        }
        _cache.clear()
        _cache[state] = WorkCalendar(days, published)
    return _cache[state]


def forget() -> None:
    """Drop the built calendar; for a database that was replaced."""
    _cache.clear()


def override(day: date, *, is_workday: bool, name: str, reason: str, hand: Hand) -> list[Moved]:
    """Set one day by hand and return the clocks whose last day moved. Raises Unmet without a reason."""
    if not reason:
        raise Unmet(["请写明修改原因"])
    with write_tx():
        before = CalendarDay.get_or_none(CalendarDay.day == day)
        _put_day(day, is_workday, name, is_override=True)
        _touch_year(day.year)
        audit.record(
            "calendar",
            "override_day",
            hand=hand,
            on=hand.today,
            reason=reason,
            day=day,
            is_workday=[before.is_workday if before else day.weekday() < 5, is_workday],
        )
        return recompute_all(hand)


def import_year(year: int, notice: str, rows: Iterable[tuple[date, str, bool]], *, hand: Hand) -> list[Moved]:
    """Replace the days of `year` by the published ones and return the clocks whose last day moved.

    rows: day, name, is_rest. The year counts as published from then on.
    """
    with write_tx():
        CalendarDay.delete().where(fn.strftime("%Y", CalendarDay.day) == str(year)).execute()
        count = 0
        for day, name, is_rest in rows:
            _put_day(day, not is_rest, name, is_override=False)
            count += 1
        CalendarYear.get_or_create(year=year)
        CalendarYear.update(notice=notice, is_published=True).where(CalendarYear.year == year).execute()
        _touch_year(year)
        audit.record("calendar", "import_year", hand=hand, year=year, notice=notice, days=count)
        return recompute_all(hand)


def parse_year(text: str, year: int) -> list[tuple[date, str, bool]]:
    """Return the rows of a CSV with the columns date, name, isOffDay (a heading may lead).

    Raises Unmet with a sentence for each bad line: no date, another year, a day twice, unclear third column.
    """
    rows: dict[date, tuple[date, str, bool]] = {}
    gaps = []
    for number, cells in enumerate(csv.reader(io.StringIO(text)), start=1):
        values = [cell.strip().lstrip("\ufeff") for cell in cells]
        if not any(values) or (number == 1 and values[0].lower() in ("date", "日期")):
            continue
        try:
            day, name, is_rest = _read_line(values, year)
        except ValueError as error:
            gaps.append(f"第 {number} 行：{error}")
            continue
        if day in rows:
            gaps.append(f"第 {number} 行：{day.isoformat()} 重复")
        rows[day] = (day, name, is_rest)
    if not rows and not gaps:
        gaps.append("文件里没有日期")
    if gaps:
        raise Unmet(gaps)
    return list(rows.values())


REST_WORDS = {
    "true": True,
    "1": True,
    "休": True,
    "放假": True,
    "false": False,
    "0": False,
    "班": False,
    "上班": False,
}


def _read_line(values: list[str], year: int) -> tuple[date, str, bool]:
    if len(values) < 3:
        raise ValueError("应有日期、名称、是否放假三列")
    try:
        day = date.fromisoformat(values[0].replace("/", "-"))
    except ValueError:
        raise ValueError(f"日期“{values[0]}”认不出，请写成 {year}-10-01") from None
    if day.year != year:
        raise ValueError(f"{day.isoformat()} 不在 {year} 年")
    if values[2].lower() not in REST_WORDS:
        raise ValueError(f"“{values[2]}”认不出，请写 休 或 班")
    return day, values[1][:40], REST_WORDS[values[2].lower()]


def _put_day(day: date, is_workday: bool, name: str, *, is_override: bool) -> None:
    CalendarDay.delete().where(CalendarDay.day == day).execute()
    CalendarDay.create(day=day, is_workday=is_workday, name=name, is_override=is_override)


def _touch_year(year: int) -> None:
    """Count the change of a year and forget what was built: a rolled-back state must not pass for it."""
    forget()
    CalendarYear.get_or_create(year=year)
    CalendarYear.update(version=CalendarYear.version + 1).where(CalendarYear.year == year).execute()


def recompute_all(hand: Hand) -> list[Moved]:
    """Compute every open clock by the calendar as it stands now and return those whose last day moved.

    Ended clocks keep their days (readings 1.3-9). Each move is an event of its case.
    """
    hand = Hand(hand.actor, hand.roles, hand.today, current(), hand.books, hand.regions)
    moved = []
    running = (
        Clock.select(Clock, Case)
        .join(Case)
        .where(Clock.ended_on.is_null(), Clock.state != ClockState.WAITING)
    )
    for clock in running.order_by(Clock.id):
        before, after = clocks.recompute(clock, hand)
        if before == after:
            continue
        clocks.choose_lead(clock.case)
        moved.append(Moved(clock.case.number, clock.rule, before, after))
        audit.record(
            audit.of_case(clock.case),
            "calendar_moved_clock",
            hand=hand,
            case=clock.case,
            clock=clock.rule,
            due_on=[before, after],
        )
    return moved
