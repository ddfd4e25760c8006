"""Publishing a list of institutions under a number of its own."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from blueprints import words
from blueprints.rolls import queries
from lifecycle import audit, papers
from lifecycle.db import write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Document, FollowUp, FollowUpKind, FollowUpState, Matter, Office

REPORTED = "new"  # the ends of agreements open their own report with the step


def publish(roll: str, first: date, *, medium: str, hand: Hand) -> Document:
    """Return the numbered list `roll` of the month of `first` as it stands today, frozen.

    What its cases owed to the public is done with it; a county's list of new institutions opens the report
    to the city (第五条（二）3). Raises Unmet for an empty list and without a medium, NotAllowed where the
    region's book knows no such list.
    """
    office = hand.actor.office
    book = hand.book_for(office, Matter.AGREEMENT)
    kind = queries.ROLLS[roll]
    if kind.document not in book.documents:
        raise NotAllowed(f"{book.name}没有规定公布{kind.label}")
    if not medium:
        raise Unmet(["请填写公布的媒介，如单位网站、公告栏"])
    with write_tx():
        rows = queries.entries(office, roll, first)
        if not rows:
            raise Unmet(["这个月没有要公布的机构"])
        document = papers.register(
            office,
            book,
            kind.document,
            hand=hand,
            on=hand.today,
            frozen=_frozen(roll, first, rows, medium, hand),
        )
        _settle(rows, document, hand)
        if roll == REPORTED:
            _report(rows, document, office, hand)
    return document


def _frozen(roll: str, first: date, rows: Sequence[Any], medium: str, hand: Hand) -> dict[str, Any]:
    office = hand.actor.office
    return {
        "roll": roll,
        "title": queries.ROLLS[roll].label,
        "day": queries.ROLLS[roll].day,
        "month": f"{first.year}年{first.month}月",
        "office": office.name,
        "published_on": f"{hand.today.year}年{hand.today.month}月{hand.today.day}日",
        "medium": medium,
        "phone": office.phone,
        "entries": [
            {
                "no": number,
                "name": row.name,
                "kind": words.KINDS[row.kind],
                "address": row.address,
                "types": hand.books[row.book].type_labels(row.types),
                "on": row.on.isoformat(),
            }
            for number, row in enumerate(rows, 1)
        ],
    }


def _settle(rows: Sequence[Any], document: Document, hand: Hand) -> None:
    """The publication each of these cases owed is done with this list."""
    FollowUp.update(
        state=FollowUpState.DONE,
        done_on=hand.today,
        number=document.number,
        done_by=hand.actor,
        version=FollowUp.version + 1,
    ).where(
        FollowUp.case.in_([row.case_id for row in rows]),
        FollowUp.kind == FollowUpKind.PUBLICATION,
        FollowUp.state == FollowUpState.OPEN,
    ).execute()


def _report(rows: Sequence[Any], document: Document, office: Office, hand: Hand) -> None:
    """Open the county's report to the city, once for each institution on the list."""
    if office.parent_id is None:
        return
    mine = [row.case_id for row in rows]
    known = {
        row[0]
        for row in FollowUp.select(FollowUp.case)
        .where(FollowUp.case.in_(mine), FollowUp.kind == FollowUpKind.CITY)
        .tuples()
    }
    article = document_article(document, hand)
    for case_id in mine:
        if case_id not in known:
            text = f"向{office.parent.name}报备{document.data['title']}（{document.number}）"
            FollowUp.create(case=case_id, kind=FollowUpKind.CITY, text=text[:200], article=article)
    audit.record(f"office:{office.id}", "open_report", hand=hand, number=document.number, cases=len(mine))


def document_article(document: Document, hand: Hand) -> str:
    """Return the article of a list's kind of document."""
    return hand.book_for(document.office, Matter.AGREEMENT).documents[document.kind].article
