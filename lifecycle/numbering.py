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


def document_number(office: Office, word: str, on: date, hand: Hand) -> tuple[int, str]:
    """Return the sequence number and the printed one, such as (41, 安医保受字〔2026〕41号)."""
    seq = next_number(office, word, on.year)
    printed = hand.region_of(office).number_format.format(code=office.code, word=word, year=on.year, n=seq)
    return seq, printed


def case_number(office: Office, on: date) -> str:
    """Return the next case number of the office, such as 2026-0412."""
    return f"{on.year}-{next_number(office, '办件', on.year):04d}"
