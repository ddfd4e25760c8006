"""A roster as an institution hands it in (xls, xlsx): every row checked, then all written at once."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from blueprints import workbooks
from lifecycle import staff, vault
from lifecycle.db import write_tx
from lifecycle.errors import Unmet
from lifecycle.hand import Hand
from models import Institution, Person, Staff
from rules import identity
from rules.book import Book
from rules.form_rows import Column

MOST = 2000  # rows in one file
NEEDED = ("name", "resident_id", "category")
IGNORED = ("序号", "编号")
MAX = 40  # characters in a text


@dataclass(frozen=True)
class Wrong:
    """A cell that must be put right: its row in the sheet, its column, what is wrong with it."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Entry:
    """A row that was read: who it is, and the columns of Staff."""

    row: int
    name: str
    resident_id: str
    values: Mapping[str, Any]


@dataclass
class Roster:
    """What a file holds: rows to write, cells that are wrong, who is on the roster but not in it."""

    entries: list[Entry] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: int = 0
    known: int = 0


def read(content: bytes, institution: Institution, book: Book, *, hand: Hand) -> Roster:
    """Return what the file says, every cell checked. Raises Unmet for no such file or too many rows."""
    columns = book.tables_of("staff", institution.kind)[0].columns
    needed = [column.label for column in columns if column.key in NEEDED]
    table = workbooks.read(content, [column.label for column in columns], needed=needed, ignored=IGNORED)
    if len(table.lines) > MOST:
        raise Unmet([f"一次最多导入 {MOST} 人，文件里有 {len(table.lines)} 行，请分开导入"])
    categories = {row.label: row.key for row in book.staff_categories if institution.kind in row.kinds}
    reader, roster = _Reader(columns, categories, hand.today), Roster()
    for line in table.lines:
        entry = reader.entry(line)
        roster.wrong += reader.wrong
        if entry:
            roster.entries.append(entry)
    roster.wrong += _misnamed(roster.entries)
    _compare(roster, institution)
    roster.wrong.sort(key=lambda wrong: wrong.row)
    return roster


def write(roster: Roster, institution: Institution, *, hand: Hand) -> None:
    """Write every row of `roster`: new ones are taken on, known ones changed; all or none.

    Raises Unmet if a cell is wrong, and what staff.save raises.
    """
    if roster.wrong:
        raise Unmet(["文件里有错误，没有导入任何一行"])
    with write_tx():
        known = {row.person.id_digest: row for row in _at_work(institution)}
        for entry in roster.entries:
            row = known.get(vault.digest(entry.resident_id))
            staff.save(
                entry.values,
                hand=hand,
                institution=institution,
                person=(entry.name, entry.resident_id),
                staff=row,
            )


class _Reader:
    """Reads one row after the other; `wrong` holds what was wrong with the last one."""

    def __init__(self, columns: tuple[Column, ...], categories: Mapping[str, str], today: date) -> None:
        self.columns, self.today = columns, today
        self.categories = {_plain(label): key for label, key in categories.items()}
        self.labels = "、".join(categories)
        self.seen: dict[str, int] = {}
        self.wrong: list[Wrong] = []

    def entry(self, line: workbooks.Line) -> Entry | None:
        self.wrong = []
        told = {column.key: self._cell(line, column) for column in self.columns}
        if self.wrong:
            return None
        values = {key: value for key, value in told.items() if key not in ("name", "resident_id")}
        return Entry(line.number, told["name"], told["resident_id"], values)

    def _cell(self, line: workbooks.Line, column: Column) -> Any:
        cell = line.by_heading.get(column.label, "")
        try:
            return self._value(cell, column, line.number)
        except ValueError as error:
            self.wrong.append(Wrong(line.number, column.label, str(error)))
            return ""

    def _value(self, cell: Any, column: Column, number: int) -> Any:
        if column.key == "resident_id":
            return self._number(cell, number)
        if column.type == "day":
            return workbooks.day_of(cell)
        text = workbooks.text_of(cell)
        if column.key in NEEDED and not text:
            raise ValueError(f"请填写{column.label}")
        if len(text) > MAX:
            raise ValueError(f"不超过 {MAX} 字")
        if column.key == "category":
            return self._category(text)
        if text and column.choices and text not in column.choices:
            raise ValueError(f"“{text}”不在选项里，应为 {'、'.join(column.choices)}")
        return text

    def _category(self, text: str) -> str:
        if _plain(text) not in self.categories:
            raise ValueError(f"“{text}”不在选项里，应为 {self.labels}")
        return self.categories[_plain(text)]

    def _number(self, cell: Any, number: int) -> str:
        text = workbooks.code_of(cell)
        if not text:
            raise ValueError("请填写身份证号")
        resident_id = identity.check_resident_id(text, self.today)
        if resident_id in self.seen:
            raise ValueError(f"与第 {self.seen[resident_id]} 行是同一个身份证号")
        self.seen[resident_id] = number
        return resident_id


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def _misnamed(entries: list[Entry]) -> list[Wrong]:
    """Return the rows whose number is known under another name: one of the two is mistyped."""
    rows = {vault.digest(entry.resident_id): entry for entry in entries}
    known = Person.select().where(Person.id_digest.in_(list(rows)))
    pairs = [(rows[person.id_digest], person) for person in known]
    return [
        Wrong(entry.row, "姓名", f"{person.id_masked} 已登记在“{person.name}”名下，与“{entry.name}”不一致")
        for entry, person in pairs
        if person.name != entry.name
    ]


def _compare(roster: Roster, institution: Institution) -> None:
    """Say how many rows are new, how many known, and who stands on the roster but not in the file."""
    digests = {vault.digest(entry.resident_id) for entry in roster.entries}
    at_work = _at_work(institution)
    roster.known = sum(row.person.id_digest in digests for row in at_work)
    roster.added = len(digests) - roster.known
    roster.missing = [row.person.name for row in at_work if row.person.id_digest not in digests]


def _at_work(institution: Institution) -> list[Staff]:
    return list(
        Staff.select(Staff, Person)
        .join(Person)
        .where(Staff.institution == institution.id, Staff.left_on.is_null())
    )
