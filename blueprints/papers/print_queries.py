"""The cases picked for a batch of papers."""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, fn

from models import Case, Document, DocumentState, Institution, Office

MOST = 200  # cases in one zip


def picked(case_ids: Sequence[int], offices: Sequence[int]) -> list[Any]:
    """Return the picked cases in scope with how many issued documents each has, by number, as namedtuples."""
    rows = (
        Case.select(
            Case.id,
            Case.number,
            Case.state,
            Case.book,
            Institution.name,
            Office.name.alias("office"),
            fn.COUNT(Document.id).alias("documents"),
        )
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(
            Document,
            JOIN.LEFT_OUTER,
            on=(Document.case == Case.id) & (Document.state == DocumentState.ISSUED),
        )
        .where(Case.id.in_([i for i in case_ids if 0 < i < 2**62][:MOST]), Case.office.in_(list(offices)))
        .group_by(Case.id)
        .order_by(Case.number)
    )
    return list(rows.namedtuples())
