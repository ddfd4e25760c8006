"""Repeating rows of a book's tables as form rows: `t_<table>-<n>-<column>`, with buttons to add and remove.

The buttons submit the form (add_row, remove_row), so that everything typed comes along, with JavaScript or
without. Rows in which nothing is filled in are ignored. What is kept is a list of rows by column, for JSON.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.fields import stripped
from rules.form_rows import Column, Table

SHOWN = 3  # so many rows stand open for typing
MOST_ROWS = 200
MOST = 100_000  # nothing in a row is counted beyond that
LONGEST = 60


@dataclass(frozen=True)
class Cell:
    """One cell as a page shows it. text: as it was typed, wrong or not."""

    id: str
    column: Column
    text: str = ""
    error: str = ""

    @property
    def value(self) -> str | int | None:
        """What is kept of it: a number as such, nothing for an empty cell or one that is wrong."""
        if not self.text or self.error:
            return None
        return int(_plain(self.text)) if self.column.type == "number" else self.text


@dataclass(frozen=True)
class Row:
    """One row, counted from 1 as printed (序号)."""

    no: int
    cells: tuple[Cell, ...]
    is_new: bool = False  # just added: the page puts the cursor there

    @property
    def values(self) -> dict[str, Any]:
        return {cell.column.key: cell.value for cell in self.cells if cell.value is not None}

    @property
    def is_empty(self) -> bool:
        return not any(cell.text for cell in self.cells)


@dataclass(frozen=True)
class FormTable:
    """A table of the book with the rows of one form."""

    table: Table
    rows: tuple[Row, ...]
    error: str = ""

    @property
    def values(self) -> list[dict[str, Any]]:
        """The rows in which something is filled in, by column."""
        return [row.values for row in self.rows if row.values]

    @property
    def is_in_use(self) -> bool:
        """Whether its rows stand open: something is filled in, wrong, or a row was just added."""
        return bool(self.values or self.errors or any(row.is_new for row in self.rows))

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """(id, label, message) of every error, in the order of the page, like HouseForm.errors_flat."""
        whole = [(f"table-{self.table.key}", self.table.label, self.error)] if self.error else []
        return whole + [
            (cell.id, f"{self.table.label}第 {row.no} 行{cell.column.label}", cell.error)
            for row in self.rows
            for cell in row.cells
            if cell.error
        ]


def table_values(form_data: Any, table: Table) -> list[dict[str, Any]]:
    """Return the filled rows of `table` in a posted form, numbers as such; a wrong cell is left out."""
    return posted(form_data, table).values


def posted(form_data: Any, table: Table) -> FormTable:
    """Return `table` as it was posted, each cell checked; add_row and remove_row are done."""
    typed = _typed(form_data, table)
    gone = form_data.get("remove_row", "")
    typed = [texts for n, texts in typed if f"{table.key}-{n}" != gone]
    is_adding = form_data.get("add_row", "") == table.key and len(typed) < MOST_ROWS
    rows = [_row(table, no, texts) for no, texts in enumerate(typed, start=1)]
    error = f"最多填写 {MOST_ROWS} 行" if len(rows) > MOST_ROWS else ""
    rows = _filled_up(table, rows[:MOST_ROWS], 1 if is_adding else 0)
    return FormTable(table, tuple(rows), error)


def stored(values: Mapping[str, Sequence[Mapping[str, Any]]], table: Table) -> FormTable:
    """Return `table` as a form shows what is kept by table key, with empty rows to go on."""
    rows = [
        _row(table, no, {key: str(value) for key, value in row.items()})
        for no, row in enumerate(values.get(table.key, ()), start=1)
    ]
    return FormTable(table, tuple(_filled_up(table, rows, 0)))


def is_changing_rows(form_data: Any) -> bool:
    """Return whether the form was posted by a button that adds or removes a row, not to be saved."""
    return "add_row" in form_data or "remove_row" in form_data


def sum_warnings(table: FormTable, counts: Mapping[str, int | None], names: Mapping[str, str]) -> list[str]:
    """Return a sentence for each column whose sum is not the count it ought to be (readings C-55).

    counts: by the key that the book's `sums` names; names: what the form calls them. A table without any such
    number, or a count that is not filled in, says nothing.
    """
    told = []
    for key, count in table.table.sums.items():
        column = next(column for column in table.table.columns if column.key == key)
        numbers = [row[key] for row in table.values if key in row]
        if numbers and counts.get(count) is not None and sum(numbers) != counts[count]:
            wanted = f"{names.get(count, '')} {counts[count]}"
            told.append(f"{table.table.label}{column.label}合计 {sum(numbers)}，与{wanted} 不同，请核对")
    return told


def _typed(form_data: Any, table: Table) -> list[tuple[int, dict[str, str]]]:
    """Return number and texts of each posted row, in the order of their numbers."""
    head = f"t_{table.key}-"
    keys = {column.key for column in table.columns if not column.is_blank}
    rows: dict[int, dict[str, str]] = {}
    for name in form_data:
        if not name.startswith(head):
            continue
        number, _, key = name.removeprefix(head).partition("-")
        if key in keys and number.isascii() and number.isdigit() and len(number) < 6:
            rows.setdefault(int(number), {})[key] = stripped(form_data[name]) or ""
    return sorted(rows.items())


def _filled_up(table: Table, rows: list[Row], added: int) -> list[Row]:
    empty = range(len(rows) + 1, max(len(rows) + added, SHOWN) + 1)
    return rows + [_row(table, no, {}, is_new=bool(added) and no == len(rows) + 1) for no in empty]


def _row(table: Table, no: int, texts: Mapping[str, str], *, is_new: bool = False) -> Row:
    is_filled = any(texts.values())
    cells = [_cell(table, no, column, texts.get(column.key, ""), is_filled) for column in table.columns]
    return Row(no, tuple(cells), is_new)


def _cell(table: Table, no: int, column: Column, text: str, is_filled: bool) -> Cell:
    error = ""
    if is_filled and not text and column.is_required:
        error = f"请填写{column.label}"
    elif text:
        error = _refused(column, text)
    return Cell(f"t_{table.key}-{no}-{column.key}", column, text, error)


def _refused(column: Column, text: str) -> str:
    if column.type == "number":
        plain = _plain(text)
        if not (plain.isascii() and plain.isdigit()):
            return "请填写整数"
        return "" if len(plain) < 9 and int(plain) <= MOST else "数目不对，请核对"
    if column.choices and text not in column.choices:
        return f"请填写{'、'.join(column.choices)}之一"
    return "" if len(text) <= LONGEST else f"不超过 {LONGEST} 字"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(",", "").strip()


def rows_of(tables: Iterable[FormTable]) -> dict[str, list[dict[str, Any]]]:
    """Return the filled rows of each table by its key; a table without any is left out."""
    return {table.table.key: table.values for table in tables if table.values}
