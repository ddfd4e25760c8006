"""Changing the calendar: a day by hand, a year from the notice. The counting is in lifecycle/."""

import csv
from datetime import date

from peewee import fn

from lifecycle import workdays
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, Unmet
from lifecycle.hand import Hand
from models import CalendarYear, Event
from rules.calendar import FIXED_REST

MOST_TEXT = 100_000


def set_day(day: date, *, is_workday: bool, name: str, reason: str, hand: Hand, version: int) -> Event:
    """Set one day by hand and return the event of the change; open clocks are recomputed with it.

    version: of the whole calendar, as the person saw it. Raises Conflict if it is stale, Unmet if the day
    is so already.
    """
    with write_tx():
        _demand_version(version)
        if workdays.current().is_workday(day) == is_workday:
            raise Unmet([f"{day.isoformat()} 本来就{'上班' if is_workday else '休息'}，不用修改"])
        workdays.override(day, is_workday=is_workday, name=name, reason=reason, hand=hand)
        return _last_change()


def import_year(year: int, notice: str, text: str, *, hand: Hand, version: int) -> Event:
    """Replace the days of `year` by those in `text` and return the event of the change.

    Raises Unmet with one sentence for each bad line, or with the statutory days of fixed date that are not
    among the rest days, Conflict if the calendar was changed meanwhile.
    """
    rows = _read(text, year)
    rest = {day for day, _, is_rest in rows if is_rest}
    fixed = [date(year, month, day) for month, day in FIXED_REST]
    missing = [f"{day.month}月{day.day}日" for day in fixed if day not in rest]
    if missing:
        raise Unmet([f"缺法定假日 {'、'.join(missing)}，请核对是不是全年的安排"])
    with write_tx():
        _demand_version(version)
        workdays.import_year(year, notice, rows, hand=hand)
        return _last_change()


def decoded(content: bytes) -> str:
    """Return the text of an uploaded file: UTF-8, or as Excel on a Chinese Windows saves it. Raises Unmet."""
    if len(content) > MOST_TEXT:
        raise Unmet(["文件太大，一年的安排只有几十行，请核对是不是选错了文件"])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise Unmet(["文件不是文本，请另存为 CSV 后再上传"])


def version() -> int:
    """Return the version of the whole calendar: it grows with every change of any year."""
    return CalendarYear.select(fn.COUNT(CalendarYear.id) + fn.SUM(CalendarYear.version)).scalar() or 0


def _read(text: str, year: int) -> list[tuple[date, str, bool]]:
    if len(text) > MOST_TEXT:
        raise Unmet(["内容太长，请只放一年的日期"])
    try:
        return workdays.parse_year("\n".join(text.splitlines()), year)
    except csv.Error as error:
        raise Unmet(["内容认不出，每行应为：日期,名称,休或班"]) from error


def _demand_version(seen: int) -> None:
    if version() != seen:
        raise Conflict("同事刚刚改动了日历，本次未保存，已填内容都保留着。请看修改记录，核对后再保存")


def _last_change() -> Event:
    return Event.select().where(Event.stream == "calendar").order_by(Event.seq.desc()).get()
