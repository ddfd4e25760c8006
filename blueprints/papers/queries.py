"""The register of documents (文书登记簿) in the scope of some offices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from peewee import JOIN, fn

from models import (
    Attachment,
    Case,
    Document,
    DocumentState,
    Institution,
    NumberSeries,
    Office,
    ProofOfService,
    User,
)

PAGE = 50
STATES: Mapping[str, str] = MappingProxyType({"open": "待送达", "served": "已送达", "voided": "已作废"})


@dataclass(frozen=True)
class Asked:
    """What the register is narrowed to; empty means all. state: a key of STATES."""

    text: str = ""
    kind: str = ""
    state: str = ""
    year: int = 0

    def url(self, **changes: Any) -> dict[str, Any]:
        """Return the filters as arguments of an address, changed by `changes`; empty ones left out."""
        values = {"text": self.text, "kind": self.kind, "state": self.state, "year": self.year, **changes}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Series:
    """A series of numbers. lacking: numbers that no document has, up to the highest that was given."""

    office: str
    word: str
    year: int
    count: int
    voided: int
    top: int
    lacking: tuple[int, ...]


def documents(offices: Sequence[int], asked: Asked, *, page: int = 1) -> tuple[list[Any], int]:
    """Return one page of the register, newest first, as namedtuples, and how many rows there are in all.

    Two statements, whatever the rows.
    """
    query = _narrowed(_register(offices), asked)
    return list(query.paginate(page, PAGE).namedtuples()), query.count()


def all_documents(offices: Sequence[int], asked: Asked) -> list[Any]:
    """Return the whole register as narrowed, newest first, as namedtuples."""
    return list(_narrowed(_register(offices), asked).namedtuples())


def _register(offices: Sequence[int]) -> Any:
    scan = Attachment.select(Attachment.id).where(
        Attachment.document == Document.id, Attachment.removed_at.is_null()
    )
    return (
        Document.select(
            Document.id,
            Document.number,
            Document.name,
            Document.state,
            Document.void_reason,
            Document.issued_on,
            Document.is_to_serve,
            User.name.alias("issued_by"),
            Case.id.alias("case_id"),
            fn.COALESCE(Institution.name, "").alias("institution"),
            Office.name.alias("office"),
            ProofOfService.served_on,
            ProofOfService.way,
            ProofOfService.recipient,
            fn.EXISTS(scan).alias("has_scan"),
        )
        .join(Case, JOIN.LEFT_OUTER)
        .join(Institution, JOIN.LEFT_OUTER)
        .switch(Document)
        .join(Office, on=(Document.office == Office.id))
        .switch(Document)
        .join(User, on=(Document.issued_by == User.id))
        .switch(Document)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id))
        .where(Document.office.in_(offices))
        .order_by(Document.id.desc())
    )


def _narrowed(query: Any, asked: Asked) -> Any:
    for word in asked.text.lower().split():
        query = query.where(Document.number.contains(word) | Institution.search_key.contains(word))
    if asked.kind:
        query = query.where(Document.kind == asked.kind)
    if asked.year:
        query = query.where(Document.year == asked.year)
    if asked.state == "open":
        return query.where(is_unserved())
    if asked.state == "served":
        return query.where(ProofOfService.id.is_null(False), Document.state == DocumentState.ISSUED)
    return query.where(Document.state == DocumentState.VOIDED) if asked.state == "voided" else query


def is_unserved() -> Any:
    """Return the clause of an issued document that waits for service; ProofOfService is joined."""
    return Document.is_to_serve & (Document.state == DocumentState.ISSUED) & ProofOfService.id.is_null()


def state_label(row: Any) -> str:
    """Return where a document of the register stands, in words."""
    if row.state == DocumentState.VOIDED:
        return STATES["voided"]
    if row.served_on:
        return STATES["served"]
    return STATES["open"] if row.is_to_serve else "存档"


def kinds(offices: Sequence[int]) -> list[tuple[str, str]]:
    """Return (kind, name) of the documents the offices have issued."""
    rows = Document.select(Document.kind, Document.name).where(Document.office.in_(offices)).distinct()
    return sorted(rows.tuples())


def years(offices: Sequence[int]) -> list[int]:
    """Return the years in which the offices have issued documents, the newest first."""
    rows = Document.select(Document.year).where(Document.office.in_(offices)).distinct().tuples()
    return sorted((year for (year,) in rows), reverse=True)


def document(document_id: int, offices: Sequence[int]) -> Document | None:
    """Return a document in scope with its case, institution and who issued it, or None."""
    return (
        Document.select(Document, User, Office)
        .join(User)
        .switch(Document)
        .join(Office)
        .where(Document.id == document_id, Document.office.in_(offices))
        .first()
    )


def proof(document: Document) -> ProofOfService | None:
    return ProofOfService.get_or_none(ProofOfService.document == document)


def scans(document: Document) -> list[Attachment]:
    """Return the scans of the proof of service, the one in force last."""
    rows = Attachment.select(Attachment, User).join(User).where(Attachment.document == document)
    return list(rows.order_by(Attachment.id))


def gaps(offices: Sequence[int]) -> list[Series]:
    """Return every series of numbers with what is missing in it, voided documents counted as present.

    The highest number is the one the series has given, so that a missing last document is found too.
    """
    given = {
        (office, word, year): last
        for office, word, year, last in NumberSeries.select(
            NumberSeries.office, NumberSeries.word, NumberSeries.year, NumberSeries.last
        ).tuples()
    }
    rows = (
        Document.select(
            Office.id,
            Office.name,
            Document.word,
            Document.year,
            fn.COUNT(Document.id),
            fn.SUM(Document.state == DocumentState.VOIDED),
            fn.MAX(Document.seq),
        )
        .join(Office)
        .where(Document.office.in_(offices))
        .group_by(Office.id, Document.word, Document.year)
        .order_by(Office.name, Document.year.desc(), Document.word)
    )
    found = []
    for office, name, word, year, count, voided, highest in rows.tuples():
        top = max(highest, given.get((office, word, year), 0))
        lacking = _lacking(office, word, year, top) if count != top else ()
        found.append(Series(name, word, year, count, voided, top, lacking))
    return found


def _lacking(office: int, word: str, year: int, top: int) -> tuple[int, ...]:
    rows = Document.select(Document.seq).where(
        Document.office == office, Document.word == word, Document.year == year
    )
    return tuple(sorted(set(range(1, top + 1)) - {seq for (seq,) in rows.tuples()}))
