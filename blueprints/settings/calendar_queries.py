"""A year as the calendar page shows it, and what a change of the calendar moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from lifecycle.hand import Hand
from models import CalendarDay, CalendarYear, Case, Clock, Event, Institution, db
from rules.calendar import FIXED_REST, ONE_DAY, WorkCalendar

LOG = 10
MOST_MOVED = 500
CHANGES = ("override_day", "import_year")


@dataclass(frozen=True)
class Cell:
    """A day in its month. kind: holiday, makeup, rest or empty; is_by_hand: set by the office."""

    day: date
    kind: str
    is_today: bool
    title: str
    is_by_hand: bool


@dataclass(frozen=True)
class Month:
    number: int
    workdays: int
    weeks: list[list[Cell | None]]


@dataclass(frozen=True)
class Holiday:
    """A holiday of the year: its rest days as stretches, the days worked for it."""

    name: str
    rest: list[str]
    worked: list[str]


@dataclass(frozen=True)
class Year:
    number: int
    workdays: int
    months: list[Month]
    holidays: list[Holiday]
    is_published: bool
    notice: str
    version: int


def year_of(number: int, calendar: WorkCalendar, today: date) -> Year:
    """Return the year `number` as it stands, in two statements."""
    row = CalendarYear.get_or_none(CalendarYear.year == number)
    first, last = date(number, 1, 1), date(number, 12, 31)
    named = {
        day.day: day
        for day in CalendarDay.select().where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    }
    months = [_month(number, month, named, calendar, today) for month in range(1, 13)]
    return Year(
        number=number,
        workdays=sum(month.workdays for month in months),
        months=months,
        holidays=_holidays(named, calendar, number),
        is_published=number in calendar.published,
        notice=row.notice if row else "",
        version=row.version if row else 0,
    )


def _month(
    year: int, number: int, named: Mapping[date, CalendarDay], calendar: WorkCalendar, today: date
) -> Month:
    day, cells = date(year, number, 1), []
    while day.month == number:
        cells.append(_cell(day, named.get(day), calendar, today))
        day += ONE_DAY
    lead: list[Cell | None] = [None] * cells[0].day.weekday()
    padded = lead + cells
    padded += [None] * (-len(padded) % 7)
    weeks = [padded[start : start + 7] for start in range(0, len(padded), 7)]
    return Month(number, sum(calendar.is_workday(cell.day) for cell in cells), weeks)


def _cell(day: date, row: CalendarDay | None, calendar: WorkCalendar, today: date) -> Cell:
    kind = _kind(day, row, calendar)
    name = row.name if row else ""
    by_hand = bool(row and row.is_override)
    words = {"holiday": "放假", "makeup": "上班"}.get(kind, "")
    title = "，".join(text for text in (name, words, "本单位修改" if by_hand else "") if text)
    return Cell(day, kind, day == today, title, by_hand)


def _kind(day: date, row: CalendarDay | None, calendar: WorkCalendar) -> str:
    is_weekday = day.weekday() < 5
    if calendar.is_workday(day):
        return "" if is_weekday else "makeup"
    is_fixed = day.year not in calendar.published and (day.month, day.day) in FIXED_REST
    return "holiday" if is_weekday or is_fixed or (row and row.name) else "rest"


def _holidays(named: Mapping[date, CalendarDay], calendar: WorkCalendar, year: int) -> list[Holiday]:
    if not named and year not in calendar.published:
        return _provisional_holidays(year)
    groups: dict[str, tuple[list[date], list[date]]] = {}
    for day, row in named.items():
        is_usual = row.is_workday == (day.weekday() < 5) and not row.name
        if not is_usual:
            groups.setdefault(row.name or "其他", ([], []))[bool(row.is_workday)].append(day)
    in_order = sorted(groups.items(), key=lambda group: (group[1][0] or group[1][1])[0])
    return [Holiday(name, _stretches(rest), _days(worked)) for name, (rest, worked) in in_order]


def _provisional_holidays(year: int) -> list[Holiday]:
    names = {1: "元旦", 5: "劳动节", 10: "国庆节"}
    days = {month: [date(year, m, d) for m, d in FIXED_REST if m == month] for month in names}
    return [Holiday(name, _stretches(days[month]), []) for month, name in names.items()]


def _stretches(days: Sequence[date]) -> list[str]:
    """Return days as 2月15日至23日, one text a run."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [_run(run[0], run[-1]) for run in runs]


def _run(first: date, last: date) -> str:
    start = f"{first.month}月{first.day}日"
    if first == last:
        return start
    return f"{start}至{'' if first.month == last.month else f'{last.month}月'}{last.day}日"


def _days(days: Iterable[date]) -> list[str]:
    """Return days as 2月14日, 28日: the month once."""
    parts, month = [], 0
    for day in days:
        parts.append(f"{day.day}日" if day.month == month else f"{day.month}月{day.day}日")
        month = day.month
    return parts


def provisional_clocks(scope: Sequence[int]) -> int:
    """Return how many open clocks in `scope` have a provisional last day."""
    query = Clock.select(fn.COUNT(Clock.id)).join(Case)
    return query.where(
        Clock.ended_on.is_null(),
        Clock.is_provisional,
        Clock.due_on.is_null(False),
        Case.office.in_(list(scope)),
    ).scalar()


# --- What changed ---

# The clocks that a change moved were written right behind it, in its own transaction.
MOVED_BY = (
    "select c.id, (select count(*) from event m where m.id > c.id and m.id < coalesce("
    "(select e.id from event e where e.id > c.id and e.action <> 'calendar_moved_clock' order by e.id"
    " limit 1), 9223372036854775807)) from event c where c.id in ({})"
)


@dataclass(frozen=True)
class Change:
    """A line of the change log as the timeline macro wants it, and where its moved clocks are listed."""

    id: int
    when: str
    iso: str
    text: str
    detail: str
    kind: str
    moved: int


def change_log() -> list[Change]:
    """Return the newest changes of the calendar, in two statements."""
    rows = list(
        Event.select()
        .where(Event.stream == "calendar", Event.action.in_(CHANGES))
        .order_by(Event.seq.desc())
        .limit(LOG)
    )
    moved = _moved_counts([row.id for row in rows])
    return [_told(row, moved.get(row.id, 0)) for row in rows]


def _moved_counts(event_ids: Sequence[int]) -> dict[int, int]:
    if not event_ids:
        return {}
    sql = MOVED_BY.format(",".join("?" * len(event_ids)))
    return dict(db.execute_sql(sql, tuple(event_ids)).fetchall())


def _told(row: Event, moved: int) -> Change:
    change = row.change
    effect = f"重算后 {moved} 个到期日有变化" if moved else "没有到期日变化"
    if row.action == "import_year":
        text, detail = f"导入 {change.get('year')} 年安排", change.get("notice", "")
    else:
        day = date.fromisoformat(change["day"])
        text = f"将 {day.year}年{day.month}月{day.day}日 改为{'上班' if change['is_workday'][1] else '放假'}"
        detail = row.reason
    return Change(
        id=row.id,
        when=row.at.date().isoformat(),
        iso=row.at.isoformat(),
        text=f"{row.actor_name}{text}",
        detail="；".join(part for part in (detail, effect) if part),
        kind="key" if row.action == "import_year" else "",
        moved=moved,
    )


def change_of(event_id: int) -> Change | None:
    row = Event.get_or_none(Event.id == event_id, Event.stream == "calendar", Event.action.in_(CHANGES))
    return _told(row, _moved_counts([row.id])[row.id]) if row else None


@dataclass(frozen=True)
class MovedClock:
    """A clock that a change moved, as the page lists it."""

    case_id: int
    case_number: str
    institution: str
    clock: str
    before: str
    after: str


def moved_by(change: Change, scope: Sequence[int], hand: Hand) -> list[MovedClock]:
    """Return the clocks in `scope` that `change` moved, at most MOST_MOVED."""
    rows = (
        Event.select(Event.change, Case.id.alias("case_id"), Case.number, Case.book, Institution.name)
        .join(Case)
        .join(Institution)
        .where(Event.id > change.id, Event.id <= change.id + change.moved, Case.office.in_(list(scope)))
        .order_by(Event.id)
        .limit(MOST_MOVED)
        .namedtuples()
    )
    return [
        MovedClock(
            row.case_id,
            row.number,
            row.name,
            _clock_name(row.book, row.change["clock"], hand),
            *_days_of(row),
        )
        for row in rows
    ]


def _clock_name(book: str, rule: str, hand: Hand) -> str:
    known = hand.books[book].clocks.get(rule) if book in hand.books else None
    return known.name if known else rule


def _days_of(row: Any) -> tuple[str, str]:
    before, after = row.change["due_on"]
    return before or "未定", after or "未定"
