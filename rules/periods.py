"""Legal periods, counted as readings 1.3 says: due days with their derivation, pauses and lamps.

In here: pure functions of dates, a clock rule and a calendar. Not in here: which clock starts when (the book)
and what today is (the caller's).
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rules.calendar import WorkCalendar
from rules.rows import ClockRule

UNIT_TEXTS = {"workday": "个工作日", "day": "日", "month": "个月", "year": "年"}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Pause:
    """A documented stop: the request served on `from_on`, the answer received on `until_on` (None: open).

    The days in (from_on, until_on] do not count. `why` opens its line of the derivation: 补充材料.
    """

    from_on: date
    until_on: date | None
    why: str = ""

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError(f"pause ends on {self.until_on}, before it begins on {self.from_on}")


@dataclass(frozen=True)
class Line:
    """One line of a derivation: 起算, 期限, 停表, 顺延, 余量 or 依据, with the day reached so far."""

    label: str
    text: str
    on: date | None


@dataclass(frozen=True)
class Due:
    """The last day on which a rule is met (None while a pause is open), and how it was found."""

    on: date | None
    is_provisional: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Lamp:
    """A signal: `color` red, yellow, green or grey, and the words that carry it."""

    color: str
    text: str


def describe(rule: ClockRule) -> str:
    """Return the length of `rule` in words: 5 个工作日, 3 个月, 1 年, 180 日; without one, as agreed."""
    if not rule.amount:
        return "至约定的日期"
    return f"{rule.amount} {UNIT_TEXTS[rule.unit]}"


def add_period(start: date, amount: int, unit: str) -> date:
    """Return the day `amount` of `unit` (day, month, year) after `start`, or before it if negative.

    Months and years end on the same day number, or on the month's last day if there is none (民法典 202). Add
    to the original start and never chain: 31 January + 1 + 1 month is not + 2 months. Raises ValueError for
    workdays, which need a calendar.
    """
    if unit == "day":
        return start + timedelta(days=amount)
    if unit not in ("month", "year"):
        raise ValueError(f"cannot add {unit} without a calendar")
    year, month = divmod(start.year * 12 + start.month - 1 + amount * (12 if unit == "year" else 1), 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def due_date(
    start: date, rule: ClockRule, calendar: WorkCalendar, pauses: Iterable[Pause] = (), anchor: str = ""
) -> Due:
    """Return the last day on which `rule` is met, until 24:00, with its derivation.

    start: the day of the event, not counted itself (民法典 201). For a backward rule the day of expiry or the
        intended day: the result is the latest day with that much left (readings 1.3-6) and never rolls.
    pauses: what lies before `start` or begins after the due day is ignored, overlaps merge (1.3-11). Workday
        limits do not count the workdays in a pause; to others its calendar days are added before the end
        rolls (203). While a pause is open there is no due day.
    anchor: what happened on `start`, for the line 起算.

    Provisional if a year that decided the result is not published yet; months that do not roll never are.
    """
    if rule.direction == "backward":
        begin, due = Line("起算", anchor or "届满日", start), _count_back(start, rule, calendar)
    else:
        begin = Line("起算", f"{anchor}，当日不计" if anchor else "当日不计", start)
        due = _count(start, rule, calendar, _merged(pauses, start))
    return replace(due, lines=(begin, *due.lines, *_basis(rule, due)))


def first_day_after(
    start: date, rule: ClockRule, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> date | None:
    """Return the first day that is possible once a minimum wait, a public notice or a ban is over.

    The day after its last day, whether worked or not (readings 1.3-5, 1.3-8). None while a pause is open.
    """
    last = due_date(start, rule, calendar, pauses).on
    return last + timedelta(days=1) if last else None


def is_early_enough(asked_on: date, intended_on: date, rule: ClockRule) -> bool:
    """Return whether `asked_on` lies `rule` ahead of `intended_on` (提前3个月; readings 1.3-6)."""
    return add_period(asked_on, rule.amount, rule.unit) <= intended_on


def yellow_from(
    start: date, due: date, rule: ClockRule, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> date:
    """Return the first day on which the lamp is yellow, `start` at the earliest.

    Yellow: at most 3 workdays left or a fifth of the period, whichever is more, the period being the workdays
    from `start` to `due` without the paused ones. A backward period lies between `due` and the later `start`.
    """
    period = calendar.count_workdays(min(start, due), max(start, due))
    for pause in _merged(pauses, start):
        period -= calendar.count_workdays(pause.from_on, min(pause.until_on or due, due))
    first = calendar.workday_before(due + timedelta(days=1), max(3, period // 5) + 1)
    return first if rule.direction == "backward" else max(start, first)


def lamp(
    today: date,
    due: date | None,
    yellow_on: date | None,
    state: str,
    calendar: WorkCalendar,
    paused_on: date | None = None,
    kind: str = "limit",
) -> Lamp:
    """Return the lamp of a clock whose state is running, paused or waiting (for service).

    Only a limit can be overdue; a wait, a cap or a ban that is past is 期满.
    """
    if state == "paused":
        days = (today - paused_on).days if paused_on else 0
        return Lamp("grey", f"停表第 {days} 日" if days > 0 else "今日停表")
    if state == "waiting" or due is None:
        return Lamp("grey", "待送达")
    if today > due:
        return _past(calendar.count_workdays(due, today), kind)
    color = "yellow" if yellow_on and today >= yellow_on else "green"
    if today == due:
        return Lamp(color, "今日到期")
    left = calendar.count_workdays(today, due)
    return Lamp(color, f"剩 {left} 个工作日" if left else f"剩 {(due - today).days} 日")


def remainder(today: date, due: date, calendar: WorkCalendar) -> Line:
    """Return the line 余量: the workdays left after `today`, and what the count skips."""
    left = calendar.count_workdays(today, due)
    return Line("余量", f"{left} 个工作日，自明日起数{_skipped(calendar, today, due)}", None)


def _past(workdays: int, kind: str) -> Lamp:
    if kind != "limit":
        return Lamp("green", "期满")
    return Lamp("red", f"超期 {workdays} 个工作日" if workdays else "已超期")


def _count(start: date, rule: ClockRule, calendar: WorkCalendar, pauses: list[Pause]) -> Due:
    """Return the due day counted forward; `pauses` are merged and begin on `start` at the earliest."""
    end, skipped = _plain_end(start, rule, calendar)
    lines = [Line("期限", describe(rule) + skipped, end)]
    for pause in pauses:
        if pause.from_on > _rolled(end, rule, calendar):
            break
        if pause.until_on is None:
            open_line = Line("停表", f"{pause.why}自 {day_text(pause.from_on)}起，尚未恢复", None)
            return Due(None, False, (*lines, open_line))
        end, text = _extended(end, pause.from_on, pause.until_on, rule, calendar)
        lines.append(
            Line("停表", f"{pause.why} {span_text(pause.from_on, pause.until_on)}，{text}".lstrip(), end)
        )
    due = _rolled(end, rule, calendar)
    if due != end:
        lines.append(Line("顺延", f"{_rest_day_text(end)}，顺延至下一工作日", due))
    return Due(due, _is_provisional(start, end, due, rule, calendar), tuple(lines))


def _plain_end(start: date, rule: ClockRule, calendar: WorkCalendar) -> tuple[date, str]:
    """Return the end before pauses and rolling, and what the count skipped."""
    if rule.unit != "workday":
        return add_period(start, rule.amount, rule.unit), ""
    end = calendar.workday_after(start, rule.amount)
    return end, _skipped(calendar, start, end)


def _extended(
    end: date, from_on: date, until_on: date, rule: ClockRule, calendar: WorkCalendar
) -> tuple[date, str]:
    """Return `end` moved by a pause, in workdays or days as the rule counts, and the words for it."""
    if rule.unit != "workday":
        days = (until_on - from_on).days
        return end + timedelta(days=days), f"加 {days} 日"
    workdays = calendar.count_workdays(from_on, until_on)
    moved = calendar.workday_after(end, workdays)
    return moved, f"其间 {workdays} 个工作日不计{_skipped(calendar, end, moved)}"


def _rolled(end: date, rule: ClockRule, calendar: WorkCalendar) -> date:
    return calendar.workday_from(end) if rule.rolls else end


def _is_provisional(start: date, end: date, due: date, rule: ClockRule, calendar: WorkCalendar) -> bool:
    if rule.unit == "workday":
        return calendar.is_provisional(start + timedelta(days=1), due)
    return rule.rolls and calendar.is_provisional(end, due)


def _count_back(start: date, rule: ClockRule, calendar: WorkCalendar) -> Due:
    """Return the latest day from which `rule` still ends on `start` or before."""
    text = f"提前 {describe(rule)}"
    if rule.unit == "workday":
        on = calendar.workday_before(start, rule.amount)
        text += _skipped(calendar, on, start - timedelta(days=1))
        return Due(on, calendar.is_provisional(on, start - timedelta(days=1)), (Line("期限", text, on),))
    on = add_period(start, -rule.amount, rule.unit)
    if rule.unit != "day" and start.day == monthrange(start.year, start.month)[1]:
        # Later days of that month are clamped to this end too: 3 months before 28 February is 30 November.
        on = on.replace(day=monthrange(on.year, on.month)[1])
    return Due(on, False, (Line("期限", text, on),))


def _merged(pauses: Iterable[Pause], start: date) -> list[Pause]:
    """Return the parts of `pauses` after `start` in order, overlapping ones as one."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.from_on):
        if pause.until_on is not None and pause.until_on <= start:
            continue
        last = merged[-1] if merged else None
        if last and (last.until_on is None or pause.from_on <= last.until_on):
            merged[-1] = _joined(last, pause)
        else:
            merged.append(replace(pause, from_on=max(pause.from_on, start)))
    return merged


def _joined(one: Pause, other: Pause) -> Pause:
    until_on = max(one.until_on, other.until_on) if one.until_on and other.until_on else None
    why = "、".join(dict.fromkeys(text for text in (one.why, other.why) if text))
    return Pause(one.from_on, until_on, why)


def _basis(rule: ClockRule, due: Due) -> list[Line]:
    """Return the line 依据: the article, that pauses do not count, and what is not certain yet."""
    is_paused = any(line.label == "停表" for line in due.lines)
    notes = (rule.article, is_paused and "停表期间不计入", due.is_provisional and "节假日安排尚未公布，暂估")
    text = "；".join(note for note in notes if note)
    return [Line("依据", text, None)] if text else []


def _skipped(calendar: WorkCalendar, after: date, until: date) -> str:
    """Return what a count of workdays in (after, until] passed over, and the worked weekend days it holds."""
    rest = "、".join(span_text(first, last) for first, last in calendar.rest_stretches(after, until))
    worked = "、".join(
        f"{day_text(day)}（周{WEEKDAYS[day.weekday()]}上班）" for day in calendar.makeup_days(after, until)
    )
    return (f"，跳过 {rest}" if rest else "") + (f"，计入 {worked}" if worked else "")


def _rest_day_text(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}" if day.weekday() > 4 else "节假日"


def day_text(day: date) -> str:
    """Return 6月19日."""
    return f"{day.month}月{day.day}日"


def span_text(first: date, last: date) -> str:
    """Return 6月19日至21日, with the month or the year again where it changes; one day alone as 6月19日."""
    if first == last:
        return day_text(first)
    if first.year != last.year:
        return f"{first.year}年{day_text(first)}至{last.year}年{day_text(last)}"
    return f"{day_text(first)}至{f'{last.day}日' if first.month == last.month else day_text(last)}"
