"""A step that takes a step of a linked case with it: both in one transaction, or neither."""

from dataclasses import replace
from datetime import date

import pytest

from lifecycle.errors import NotAllowed
from lifecycle.steps import take_step
from models import Case, Role, StepTaken
from rules.rows import Also, Step
from tests.builders import hand_of
from tests.lifecycle.stations import an_agreement

DAY = date(2026, 6, 1)


def a_hand_whose_book_links(roles):
    """The agreement clerk's hand with a book in which a connected system is noted on the application too."""
    hand = hand_of(Role.AGREEMENT, today=DAY)
    book = hand.books["liaocheng-2023"]
    noted = Step("note_connection", "系统已对接", "application", ("designated",), "", "第十七条", roles=roles)
    linked = [
        replace(s, also=(Also("origin", "note_connection"),)) if s.action == "record_connection" else s
        for s in book.steps
    ]
    return replace(hand, books={**hand.books, book.id: replace(book, steps=(*linked, noted))})


def steps_of(case):
    return [row[0] for row in StepTaken.select(StepTaken.action).where(StepTaken.case == case).tuples()]


def test_a_linked_case_takes_its_step_in_the_same_transaction(app):  # noqa: ARG001
    agreement = an_agreement()
    take_step(agreement, "record_connection", hand=a_hand_whose_book_links(("agreement",)))
    assert steps_of(agreement)[-1] == "record_connection"
    assert steps_of(Case.get_by_id(agreement.origin_id))[-1] == "note_connection"


def test_if_the_linked_case_refuses_neither_step_is_taken(app):  # noqa: ARG001
    agreement = an_agreement()
    before = steps_of(agreement), steps_of(Case.get_by_id(agreement.origin_id))
    with pytest.raises(NotAllowed):
        take_step(agreement, "record_connection", hand=a_hand_whose_book_links(("clerk",)))
    assert (steps_of(agreement), steps_of(Case.get_by_id(agreement.origin_id))) == before
