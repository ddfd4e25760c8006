"""From what a form says to what a change is: its items, reported, put right or applied for."""

from collections.abc import Mapping, Sequence
from typing import Any

from lifecycle import change_cases, changes, history
from lifecycle.hand import Hand
from models import Case, ChangeRequest, Institution
from rules.book import Book
from rules.form_rows import Field

Free = tuple[str, str, str]


def said(institution: Institution, blanks: Sequence[Field]) -> dict[str, str]:
    """Return what the register says now of each field, in words; personal numbers masked."""
    return {blank.key: history.text_of(institution, blank) for blank in blanks}


def items_of(
    institution: Institution,
    book: Book,
    typed: Mapping[str, Any],
    free: Sequence[Free],
    request: ChangeRequest | None = None,
) -> list[changes.Item]:
    """Return the items of a change; a person told before without a new number keeps the one of `request`."""
    found = []
    for blank in changes.fields(book, institution.kind):
        if blank.key not in typed:
            continue
        value = typed[blank.key]
        if blank.key in changes.PERSONS and not value[1] and request:
            value = (value[0], change_cases.told_number(request, blank.key))
        found.append(changes.item(institution, blank, value))
    return found + [changes.free_item(*row) for row in free]


def report(  # noqa: PLR0913
    agreement: Case,
    given: Mapping[str, Any],
    typed: Mapping[str, Any],
    free: Sequence[Free],
    *,
    book: Book,
    hand: Hand,
    reason: str,
) -> Case:
    """Return the case of the change that was reported. Raises as change_cases.report."""
    items = items_of(agreement.institution, book, typed, free)
    return change_cases.report(agreement, {**given, "items": items}, hand=hand, reason=reason)


def put_right(  # noqa: PLR0913
    request: ChangeRequest,
    given: Mapping[str, Any],
    typed: Mapping[str, Any],
    free: Sequence[Free],
    *,
    hand: Hand,
    version: int,
) -> ChangeRequest:
    """Return the request with what the form says now. Raises as change_cases.put_right."""
    case = request.case
    items = items_of(case.institution, hand.book_of(case), typed, free, request)
    return change_cases.put_right(case, {**given, "items": items}, hand=hand, version=version)
