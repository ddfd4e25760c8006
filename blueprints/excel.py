"""Lists as Excel files: a heading with office, time and person, then the rows. Text stays text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What somebody typed is never a formula, a link or a number: =1+1 stays text, a code keeps its digits.
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Table:
    """One sheet: its name and title, the columns as (heading, width in characters), the rows.

    is_blank: a template; what is typed into it stays text, so that long numbers keep their digits.
    """

    name: str
    title: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Any]]
    is_blank: bool = False


def workbook(tables: Iterable[Table], *, office: str, person: str, at: datetime) -> BytesIO:
    """Return the file of `tables`, each under a heading that says whose it is, when made and by whom."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, PLAIN) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F2F2"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "text": book.add_format({"num_format": "@"}),
        }
        about = f"{office}　{at:%Y-%m-%d %H:%M} 导出　{person}"
        for table in tables:
            _write(book.add_worksheet(table.name), table, about, looks)
    stream.seek(0)
    return stream


def _write(sheet: Any, table: Table, about: str, looks: dict[str, Any]) -> None:
    sheet.write_string(0, 0, table.title, looks["title"])
    sheet.write_string(1, 0, about)
    for column, (heading, width) in enumerate(table.columns):
        sheet.set_column(column, column, width, looks["text"] if table.is_blank else None)
        sheet.write_string(2, column, heading, looks["head"])
    for line, row in enumerate(table.rows, start=3):
        for column, value in enumerate(row):
            _put(sheet, line, column, value, looks)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.repeat_rows(2)
    sheet.fit_to_pages(1, 0)


def _put(sheet: Any, line: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), looks["day"])  # noqa: DTZ001
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif value:
        sheet.write_string(line, column, str(value), looks["text"])
