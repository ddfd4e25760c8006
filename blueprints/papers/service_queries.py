"""Documents not yet served, and what waits for their service."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from peewee import JOIN, fn

from blueprints.papers.queries import is_unserved
from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    Clock,
    ClockPause,
    ClockState,
    Document,
    Institution,
    Office,
    ProofOfService,
)
from rules.periods import describe

PAGE = 50


class Unserved(NamedTuple):
    """A document not yet served. days: since it was issued. together: how many of its case wait."""

    id: int
    number: str
    name: str
    institution: str
    address: str
    office: str
    office_id: int
    case_id: int
    issued_on: date
    days: int
    together: int
    waits: str


def unserved(offices: Sequence[int], hand: Hand, *, page: int = 1) -> tuple[list[Unserved], int]:
    """Return one page of the documents not yet served, the oldest first, and how many there are in all.

    Each says which clock waits for it. Six statements, whatever the rows.
    """
    query = _waiting().where(Document.office.in_(offices))
    columns = (
        *(Document.id, Document.number, Document.name, Document.issued_on, Case.book),
        *(Institution.name.alias("institution"), Institution.address, Office.name.alias("office")),
        *(Document.office.alias("office_id"), Document.case.alias("case_id")),
    )
    ordered = query.select(*columns).order_by(Document.issued_on, Document.id)
    rows = list(ordered.paginate(page, PAGE).namedtuples())
    counted = dict(
        _waiting()
        .select(Document.case, fn.COUNT(Document.id))
        .where(Document.case.in_([row.case_id for row in rows]))
        .group_by(Document.case)
        .tuples()
    )
    waits = waiting_clocks(rows, hand)
    return [_row(row, counted, waits, hand.today) for row in rows], query.count()


def _row(row: Any, counted: dict[int, int], waits: dict[int, str], today: date) -> Unserved:
    same = {
        name: getattr(row, name)
        for name in ("id", "number", "name", "institution", "address", "office", "office_id", "case_id")
    }
    return Unserved(
        **same,
        issued_on=row.issued_on,
        days=(today - row.issued_on).days,
        together=counted.get(row.case_id, 1),
        waits=waits.get(row.id, ""),
    )


def _waiting() -> Any:
    return (
        Document.select(Document)
        .join(Case)
        .join(Institution)
        .switch(Document)
        .join(Office, on=(Document.office == Office.id))
        .switch(Document)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id))
        .where(is_unserved())
    )


def others_unserved(document: Document) -> list[Document]:
    """Return the other documents of the same case and office that are not served, the oldest first."""
    same = (Document.case == document.case_id) & (Document.office == document.office_id)
    rows = _waiting().where(same, Document.id != document.id)
    return list(rows.order_by(Document.id)) if document.case_id else []


def waiting_clocks(documents: Sequence[Any], hand: Hand) -> dict[int, str]:
    """Return, by document id, which clock begins or stands still once it is served, in words."""
    ids = [document.id for document in documents]
    starts = (
        Clock.select(Clock.document, Clock.rule, Case.book)
        .join(Case)
        .where(Clock.document.in_(ids), Clock.state == ClockState.WAITING)
    )
    pauses = (
        ClockPause.select(ClockPause.document, Clock.rule, Case.book)
        .join(Clock)
        .join(Case)
        .where(ClockPause.document.in_(ids), ClockPause.from_on.is_null())
    )
    told: dict[int, list[str]] = {}
    for rows, sentence in ((starts, "{name}（{amount}）起算"), (pauses, "{name}停表")):
        for document, rule, book in rows.tuples():
            clock = hand.books[book].clocks[rule]
            told.setdefault(document, []).append(sentence.format(name=clock.name, amount=describe(clock)))
    return {document: "、".join(sentences) for document, sentences in told.items()}


def people_of(document: Document) -> list[tuple[str, str]]:
    """Return (name, who that is) of those at the institution who may sign for a document."""
    if not document.case_id:
        return []
    institution = document.case.institution
    application = Application.get_or_none(Application.case == document.case_id)
    people = [
        (application.contact if application else "", "联系人"),
        (institution.contact, "联系人"),
        *(
            (person.name if person else "", label)
            for person, label in (
                (institution.legal_representative, "法定代表人"),
                (institution.principal, "主要负责人"),
            )
        ),
    ]
    return list({name: (name, label) for name, label in people if name}.values())
