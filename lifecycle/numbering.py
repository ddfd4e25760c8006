"""Gapless numbers: one series per office, word and year, growing in the transaction that uses the number."""

from datetime import date

from lifecycle.hand import Hand
from models import NumberSeries, Office, db


def next_number(office: Office, word: str, year: int) -> int:
    """Return the next number of the series, from 1 on, without gaps: a rollback gives it back.

    Raises RuntimeError outside a transaction.
    """
    if not db.in_transaction():
        raise RuntimeError("a number can only be given in the transaction that uses it")
    series, _ = NumberSeries.get_or_create(office=office, word=word, year=year)
    NumberSeries.update(last=NumberSeries.last + 1).where(NumberSeries.id == series.id).execute()
    return NumberSeries.get_by_id(series.id).last


def next_numbers(office: Office, word: str, year: int, count: int) -> range:
    """Return the next `count` numbers of the series. Raises as `next_number` does."""
    if not count:
        return range(0)
    first = next_number(office, word, year)
    series = (NumberSeries.office == office) & (NumberSeries.word == word) & (NumberSeries.year == year)
    NumberSeries.update(last=NumberSeries.last + count - 1).where(series).execute()
    return range(first, first + count)


def document_number(office: Office, word: str, on: date, hand: Hand) -> tuple[int, str]:
    """Return the sequence number and the printed one, such as (41, 安医保受字〔2026〕41号)."""
    seq = next_number(office, word, on.year)
    printed = hand.region_of(office).number_format.format(code=office.code, word=word, year=on.year, n=seq)
    return seq, printed


def case_number(office: Office, on: date) -> str:
    """Return the next case number of the office, such as 2026-0412."""
    return case_numbers(office, on, 1)[0]


def case_numbers(office: Office, on: date, count: int) -> list[str]:
    """Return the next `count` case numbers of the office."""
    return [f"{on.year}-{number:04d}" for number in next_numbers(office, "办件", on.year, count)]
