"""The register of documents (文书登记簿) in the scope of some offices."""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, fn

from models import Case, Document, DocumentState, Institution, Office, ProofOfService, User

PAGE = 50


def documents(
    offices: Sequence[int], *, text: str = "", kind: str = "", state: str = "", page: int = 1
) -> tuple[list[Any], int]:
    """Return one page of the register, newest first, as namedtuples, and how many rows there are in all.

    state: `open` not yet served, `served`, `voided`, or empty for all. Two statements, whatever the rows.
    """
    query = (
        Document.select(
            Document.id,
            Document.number,
            Document.name,
            Document.state,
            Document.void_reason,
            Document.issued_on,
            Document.is_to_serve,
            Case.id.alias("case_id"),
            fn.COALESCE(Institution.name, "").alias("institution"),
            Office.name.alias("office"),
            ProofOfService.served_on,
            ProofOfService.way,
        )
        .join(Case, JOIN.LEFT_OUTER)
        .join(Institution, JOIN.LEFT_OUTER)
        .switch(Document)
        .join(Office, on=(Document.office == Office.id))
        .switch(Document)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id))
        .where(Document.office.in_(offices))
    )
    if text:
        query = query.where(Document.number.contains(text) | Institution.search_key.contains(text.lower()))
    if kind:
        query = query.where(Document.kind == kind)
    query = _in_state(query, state)
    rows = query.order_by(Document.id.desc()).paginate(page, PAGE).namedtuples()
    return list(rows), query.count()


def _in_state(query: Any, state: str) -> Any:
    if state == "open":
        return query.where(
            Document.is_to_serve, Document.state == DocumentState.ISSUED, ProofOfService.id.is_null()
        )
    if state == "served":
        return query.where(ProofOfService.id.is_null(False))
    if state == "voided":
        return query.where(Document.state == DocumentState.VOIDED)
    return query


def kinds(offices: Sequence[int]) -> list[tuple[str, str]]:
    """Return (kind, name) of the documents the offices have issued."""
    rows = Document.select(Document.kind, Document.name).where(Document.office.in_(offices)).distinct()
    return sorted(rows.tuples())


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


def gaps(offices: Sequence[int]) -> list[tuple[str, str, int, int, int]]:
    """Return (office, word, year, numbers given, highest) of every series: equal where there is no gap."""
    rows = (
        Document.select(
            Office.name, Document.word, Document.year, fn.COUNT(Document.id), fn.MAX(Document.seq)
        )
        .join(Office)
        .where(Document.office.in_(offices))
        .group_by(Office.name, Document.word, Document.year)
        .order_by(Office.name, Document.year.desc(), Document.word)
    )
    return list(rows.tuples())
