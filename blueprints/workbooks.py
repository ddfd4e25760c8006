"""Excel files that somebody hands in, read by their headings: xls and xlsx, whatever the file is called.

What a cell means is said by the readers at the end; each returns a plain value or raises ValueError with the
sentence for the person who has to put the cell right. Nothing is stored here.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from blueprints.excel_file import Broken, sheets
from lifecycle.errors import Unmet
from rules.days import parse_day

HEADING_WITHIN = 20  # rows: titles and notes may stand above the heading
BLANKS = re.compile(r"[\s\u3000*＊]+")


@dataclass(frozen=True)
class Line:
    """A row below the heading: its number in the sheet, its cells in the file's order and by heading."""

    number: int
    cells: tuple[Any, ...]
    by_heading: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """What a sheet holds: the headings as written, the rows that are not empty."""

    headings: tuple[str, ...]
    lines: list[Line]


def read(content: bytes, known: Sequence[str], *, needed: Collection[str], ignored: Collection[str]) -> Table:
    """Return the rows of the first sheet that has the heading, whatever stands above it.

    known: the headings this table can have, in any order; ignored: more of them, whose cells nobody reads.

    Raises Unmet with a sentence for each reason: no Excel file, damaged, locked, too large, no heading,
    a heading missing, unknown or there twice, no rows.
    """
    found = None
    for rows in sheets(content):
        start = _heading_row(rows, known)
        if start is not None:
            found = rows[start:], start
            break
    if found is None:
        raise Unmet([f"没有找到表头：表头一行应有“{'”“'.join(needed)}”等列，请用下载的模板填写"])
    rows, start = found
    headings = _headings(rows[0], known, needed, ignored)
    lines = list(_lines(rows[1:], headings, start + 2))
    if not lines:
        raise Unmet(["表头下面没有数据"])
    return Table(headings, lines)


def _heading_row(rows: Sequence[Sequence[Any]], known: Sequence[str]) -> int | None:
    """Return the row among the first ones that has the most known headings, at least three."""
    names = set(known)
    hits = [len(names & {_heading(cell) for cell in row}) for row in rows[:HEADING_WITHIN]]
    return hits.index(max(hits)) if hits and max(hits) >= min(3, len(names)) else None


def _heading(cell: Any) -> str:
    return BLANKS.sub("", cell) if isinstance(cell, str) else ""


def _headings(
    row: Sequence[Any], known: Sequence[str], needed: Collection[str], ignored: Collection[str]
) -> tuple[str, ...]:
    headings = tuple(_heading(cell) if isinstance(cell, str) else str(cell) for cell in row)
    while headings and not headings[-1]:
        headings = headings[:-1]
    named = [name for name in headings if name]
    gaps = []
    if missing := [name for name in needed if name not in named]:
        gaps.append(f"缺少这些列：{'、'.join(missing)}")
    if unknown := [name[:40] for name in named if name not in known and name not in ignored]:
        gaps.append(f"认不出这些列：{'、'.join(unknown)}。请改成模板里的名称，或删除这些列")
    if twice := sorted({name for name in named if named.count(name) > 1}):
        gaps.append(f"这些列出现了两次：{'、'.join(twice)}")
    if gaps:
        raise Unmet(gaps)
    return headings


def _lines(rows: Sequence[Sequence[Any]], headings: Sequence[str], first: int) -> Iterator[Line]:
    for number, row in enumerate(rows, start=first):
        cells = tuple(row[: len(headings)])
        if any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in cells):
            yield Line(
                number, cells, {name: cell for name, cell in zip(headings, cells, strict=False) if name}
            )


# --- What a cell means ---


def text_of(cell: Any) -> str:
    """Return a cell as text without blanks around it; a whole number without decimals."""
    _demand_result(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    return str(cell).replace("\x00", "").strip()


def code_of(cell: Any) -> str:
    """Return a code or number as text. Raises ValueError if Excel holds it as a number: digits were lost."""
    _demand_result(cell)
    if isinstance(cell, int | float):
        raise ValueError("单元格是数字格式，长号码的末几位和开头的 0 已经丢失；请设为文本格式后重新填写号码")
    if isinstance(cell, date | datetime | timedelta):
        raise ValueError("单元格是日期格式，请设为文本格式后重新填写号码")
    text = text_of(cell)
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+\d+", text):
        raise ValueError(f"“{text}”是科学计数，号码已不完整；请设为文本格式后重新填写号码")
    return text


def day_of(cell: Any) -> date | None:
    """Return a day, or None for an empty cell. Raises ValueError for what is none."""
    _demand_result(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return parse_day(cell.isoformat())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell == int(cell) and 19490101 <= cell <= 20991231:
            return parse_day(str(int(cell)))
        raise ValueError(f"“{text_of(cell)}”是数字不是日期，请把单元格设为日期格式，或写成 2026-03-05")
    text = text_of(cell)
    return parse_day(text) if text else None


def count_of(cell: Any) -> int | None:
    """Return a whole number from 0 to 100,000, or None for an empty cell. Raises ValueError otherwise."""
    text = text_of(cell)
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > 100_000:
        raise ValueError(f"“{text[:20]}”不是整数，请填写 0 至 100000 的整数")
    return int(text)


def _demand_result(cell: Any) -> None:
    if isinstance(cell, Broken):
        raise ValueError("单元格的公式没有结果（如 #N/A、#REF!），请改为填写数值")
