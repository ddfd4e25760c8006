"""What annex 12 prints of an institution, and an exit request told: for the form and the page of its case."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from blueprints.register_fields import LICENCES
from lifecycle import exits
from lifecycle.hand import Hand
from models import Case, ExitRequest, ExitWish, Kind

WISHES = {
    ExitWish.SUSPEND.value: "中止医保协议",
    ExitWish.TERMINATE.value: "解除医保协议",
    ExitWish.NOT_RENEW.value: "不再续签医保协议",
}
CAP = "suspension_cap"
# What annex 12 prints from the register's own blanks, in its order.
BLANKS = ("level", "district", "postcode", "registration_type", "departments")


@dataclass(frozen=True)
class Request:
    """An exit request as its case's page shows it."""

    row: ExitRequest
    wish: str
    agreement: Case
    earliest: date
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
    last = asked.from_on + timedelta(days=book.clocks[CAP].amount) if asked.wish == ExitWish.SUSPEND else None
    earliest = exits.earliest_timely(asked.asked_on, book)
    return Request(asked, WISHES[asked.wish], asked.agreement, earliest, last)


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
