"""Estimates of what the fund of an office can bear in a year (测算基金可承受范围), the base of 退一进一.

Money in 分. An estimate keeps its day and its author; the newest of a year counts (第二十七条).
"""

from collections.abc import Mapping
from typing import Any

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed
from lifecycle.hand import Hand
from models import CapacityEstimate, Matter, Office, Role, User
from rules.book import Book

RULE = "capacity_estimate"  # the provision of a book
FIELDS = ("estimated_on", "amount", "basis")


def article_of(book: Book) -> str:
    """Return where `book` asks for the estimate; nothing where it does not."""
    return book.article_of(RULE)


def estimates(office: Office, year: int) -> list[CapacityEstimate]:
    """Return the estimates of `office` for `year` with their authors, the one that counts first."""
    rows = CapacityEstimate.select(CapacityEstimate, User).join(User)
    rows = rows.where(CapacityEstimate.office == office, CapacityEstimate.year == year)
    return list(rows.order_by(CapacityEstimate.estimated_on.desc(), CapacityEstimate.id.desc()))


def save_estimate(
    office: Office,
    year: int,
    values: Mapping[str, Any],
    *,
    estimate: CapacityEstimate | None = None,
    version: int = 0,
    hand: Hand,
) -> CapacityEstimate:
    """Return an estimate of `year` as saved: a new one of the actor, or `estimate` put right.

    values: estimated_on, amount (分), basis. Who put it right stands in the event, the author stays. Raises
    NotAllowed unless a manager of `office` asks under a book that knows it, BadDay for a day to come,
    Conflict for a stale `version` (第二十七条).
    """
    article = article_of(hand.book_for(office, Matter.APPLICATION))
    if not article or Role.MANAGER not in hand.roles or hand.actor.office_id != office.id:
        raise NotAllowed("基金可承受范围由本单位负责人登记")
    if values["estimated_on"] > hand.today:
        raise BadDay("测算日期不能晚于今天")
    with write_tx():
        row = locked(CapacityEstimate, estimate.id) if estimate else None
        if row and row.version != version:
            raise Conflict("同事刚刚改动了这项测算，本次未保存，已填内容都保留着；请核对后再保存")
        before = {name: getattr(row, name) for name in FIELDS} if row else {}
        row = row or CapacityEstimate(office=office, year=year, written_by=hand.actor, version=0)
        after = {name: values[name] for name in FIELDS}
        if before != after:
            _write(row, after)
            audit.record(
                "offices",
                "save_capacity_estimate",
                hand=hand,
                on=row.estimated_on,
                article=article,
                office=office.name,
                year=row.year,
                before=before,
                after=after,
            )
    return row


def _write(row: CapacityEstimate, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
