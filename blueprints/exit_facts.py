"""What annex 12 prints of an institution, and an exit request told: for the form and the page of its case."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from blueprints.register_fields import LICENCES
from lifecycle import exits
from lifecycle.hand import Hand
from models import Case, ExitRequest, ExitWish, Kind
from rules.book import Book

CAP = "suspension_cap"
# What annex 12 prints from the register's own blanks, in its order.
BLANKS = ("level", "district", "postcode", "registration_type", "departments")


@dataclass(frozen=True)
class Request:
    """An exit request as its case's page shows it."""

    row: ExitRequest
    wish: str
    agreement: Case
    name: str  # of what is asked for, in the book's words
    is_dated: bool  # it names its day; else it holds from the day it is agreed to
    earliest: date | None
    capped_on: date | None  # the last day of a suspension on request


def request_of(case: Case, hand: Hand) -> Request | None:
    """Return the exit request of a case, or None for any other case."""
    row = (
        ExitRequest.select(ExitRequest, Case)
        .join(Case, on=ExitRequest.agreement)
        .where(ExitRequest.case == case)
    )
    asked = row.first()
    if asked is None:
        return None
    book = hand.book_of(case)
    cap = book.clocks.get(CAP)
    last = asked.from_on + timedelta(days=cap.amount) if cap and asked.wish == ExitWish.SUSPEND else None
    return Request(
        row=asked,
        wish=exits.wishes(book).get(asked.wish, ""),
        agreement=asked.agreement,
        name=name_of(book),
        is_dated=exits.is_dated(book),
        earliest=exits.earliest_timely(asked.asked_on, book),
        capped_on=last,
    )


def name_of(book: Book) -> str:
    """Return what the book calls a request of an institution to leave, or to change how it serves."""
    return next((row.name for row in book.provisions_of("exit")), "退出申请")


def printed_facts(case: Case, hand: Hand) -> list[tuple[str, str]]:
    """Return what annex 12 prints of the institution, as (label, value); empty ones left out."""
    mine = case.institution
    labels = {row.key: row.label for row in hand.book_of(case).fields if row.key in BLANKS}
    told: list[tuple[str, Any]] = [
        ("医疗机构名称" if mine.kind == Kind.MEDICAL else "药店名称", mine.name),
        ("机构等级", mine.grade),
        ("地址", mine.address),
        ("机构类别", mine.category),
        ("经营类别", {True: "营利性", False: "非营利性"}.get(mine.is_for_profit, "")),
        ("所有制形式", mine.ownership),
        ("床位", mine.beds),
        ("统一社会信用代码", mine.uscc),
        (LICENCES[Kind(mine.kind)], mine.licence_no),
        *((label, (mine.profile or {}).get(key)) for key, label in labels.items()),
        ("法定代表人", _named(mine.legal_representative)),
        ("主要负责人", _named(mine.principal)),
        ("实际控制人", _named(mine.controller)),
    ]
    return [(label, _shown(value)) for label, value in told if value not in (None, "", [])]


def _named(person: Any) -> str:
    return (
        f"{person.name}（{person.id_masked}）"
        if person and person.id_masked
        else (person.name if person else "")
    )


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
