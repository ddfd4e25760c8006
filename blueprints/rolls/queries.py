"""Who stands on a list of a month, and the lists that were published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from peewee import JOIN, Expression, fn

from models import (
    Agreement,
    Application,
    Case,
    Document,
    Institution,
    Matter,
    Office,
    Suspension,
    SuspensionState,
    Termination,
)
from rules.periods import add_period

DAY = "%Y-%m-%d"


@dataclass(frozen=True)
class Roll:
    """A kind of list: what it is called, what its day is, the kind of document of the book."""

    label: str
    day: str
    document: str


ROLLS: Mapping[str, Roll] = MappingProxyType(
    {
        "new": Roll("新增定点医药机构名单", "签订日期", "designation_publication"),
        "suspended": Roll("中止医保协议医药机构名单", "中止开始", "suspension_publication"),
        "terminated": Roll("解除医保协议医药机构名单", "解除日期", "termination_publication"),
    }
)


def month_of(text: str, today: date) -> date:
    """Return the first day of the month `text` (2026-05), or of the month of `today`."""
    year, _, month = text.partition("-")
    known = year.isdecimal() and month.isdecimal() and len(text) == len("2026-05") and 1 <= int(month) <= 12
    return date(int(year), int(month), 1) if known and int(year) >= 1949 else today.replace(day=1)


def entries(office: Office, roll: str, first: date) -> list[Any]:
    """Return the agreements of `office` that came onto the list in the month of `first`, by day and name.

    Rows: case_id, name, kind, address, types, book, on.
    """
    query, day = _rows(roll)
    last = add_period(first, 1, "month")
    return list(
        query.where(Case.office == office, day >= first, day < last)
        .order_by(day, Institution.name, Case.id)
        .namedtuples()
    )


def _follows() -> Expression:
    """Return the clause of the agreements that follow another: a renewal designates nobody anew."""
    before = Case.alias()
    return fn.EXISTS(before.select().where(before.id == Case.origin, before.matter == Matter.AGREEMENT))


def _rows(roll: str) -> tuple[Any, Expression]:
    model, day, clause = {
        "new": (Agreement, Agreement.signed_on, (Agreement.own_number == "") & ~_follows()),
        "suspended": (
            Suspension,
            Suspension.starts_on,
            Suspension.state.not_in([SuspensionState.PLANNED, SuspensionState.CANCELLED]),
        ),
        "terminated": (Termination, Termination.effective_on, Termination.revoked_at.is_null()),
    }[roll]
    own = Application.alias()  # an agreement that no application led to keeps its types itself
    columns = (
        Case.id.alias("case_id"),
        Case.book,
        Institution.name,
        Institution.kind,
        Institution.address,
        fn.COALESCE(own.types, Application.types).alias("types"),
        day.alias("on"),
    )
    query = (
        model.select(*columns)
        .join(Case, on=(model.case == Case.id))
        .join(Institution)
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER, on=(Application.case == Case.origin))
        .switch(Case)
        .join(own, JOIN.LEFT_OUTER, on=(own.case == Case.id))
        .where(clause)
    )
    return query, day


def published(office: Office, roll: str) -> list[Document]:
    """Return the lists of this kind that the office published, newest first."""
    kind = ROLLS[roll].document
    rows = Document.select().where(Document.office == office, Document.kind == kind)
    return list(rows.order_by(Document.id.desc()).limit(24))


def document(scope: Sequence[int], document_id: int) -> Document | None:
    """Return a published list in `scope`, or None."""
    kinds = [roll.document for roll in ROLLS.values()]
    return Document.get_or_none(
        Document.id == document_id, Document.kind.in_(kinds), Document.office.in_(list(scope))
    )
