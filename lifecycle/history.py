"""What important fields of an institution said before they changed (曾用名 and the like), and in which words.

Which fields are important the book says: its rows with is_important, of the register's columns and blanks.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import moment
from lifecycle.hand import Hand
from models import FormerValue, Institution
from rules.book import Book
from rules.form_rows import Field

# What a column says in words, where that is not the value itself.
SAID: Mapping[str, Mapping[Any, str]] = {
    "is_public": {True: "公立", False: "非公立"},
    "is_for_profit": {True: "营利", False: "非营利"},
}

# By key: what identifies the value, and what is shown of it.
Snapshot = Mapping[str, tuple[Any, str]]


def important(book: Book, kind: str) -> list[Field]:
    """Return the rows whose change is important information (重要信息) for `kind`, in book order."""
    owners = ("column", "institution")
    return [row for row in book.fields if row.is_important and row.of in owners and kind in row.kinds]


def snapshot(row: Institution, book: Book) -> Snapshot:
    """Return what the name and the important fields of `row` say now; personal numbers masked.

    The name is kept whatever the book says: it is what people look for.
    """
    said = {blank.key: _said(row, blank) for blank in important(book, row.kind)}
    return {"name": (row.name, row.name), **said}


def keep(row: Institution, before: Snapshot, book: Book, *, hand: Hand, on: date) -> None:
    """Write down every important field that said something else in `before`; `on` is the day of the change.

    What was empty is no former value. Inside the transaction of the change.
    """
    after, most = snapshot(row, book), FormerValue.value.max_length
    for key, (identity, text) in before.items():
        if text and after[key][0] != identity:
            FormerValue.create(
                institution=row,
                field=key,
                value=text if len(text) <= most else f"{text[: most - 1]}…",
                until_on=on,
                recorded_by=hand.actor,
                recorded_at=moment.now(),
            )


def former_names(institution: Institution) -> list[str]:
    """Return the names the institution had (曾用名), newest first."""
    rows = (
        FormerValue.select(FormerValue.value)
        .where(FormerValue.institution == institution.id, FormerValue.field == "name")
        .order_by(FormerValue.id.desc())
    )
    return [value for (value,) in rows.tuples()]


def in_words(blank: Field, value: Any) -> str:
    """Return `value` of a blank as it is read on a page: lists joined, numbers with their unit."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return f"{value} {blank.unit}" if blank.unit and blank.type == "number" else str(value)


def text_of(row: Institution, blank: Field) -> str:
    """Return what a field of the register says now, in words; personal numbers masked."""
    return _said(row, blank)[1]


def value_text(blank: Field, value: Any) -> str:
    """Return what a field would say in words if the register held `value`."""
    return SAID[blank.key].get(value, "") if blank.key in SAID else in_words(blank, value)


def _said(row: Institution, blank: Field) -> tuple[Any, str]:
    if blank.of == "institution":
        value = row.profile.get(blank.key)
        return value, in_words(blank, value)
    value = getattr(row, blank.key)
    if hasattr(value, "id_masked"):
        return value.id, f"{value.name} {value.id_masked}"
    return value, value_text(blank, value)
