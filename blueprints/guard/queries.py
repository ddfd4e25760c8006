"""The lists of the guard: penalties and handling, disputes, what follows from an end; of offices in scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN

from lifecycle import follow_ups, guard
from lifecycle.hand import Hand
from models import (
    Case,
    Dispute,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    Handling,
    Institution,
    Matter,
    Office,
    Person,
    RightsBlock,
    Staff,
)

MOST = 300  # lines on a page
FOLLOW_WORDS = {
    FollowUpKind.BRANCH: "连锁分支",
    FollowUpKind.CITY: "报备",
    FollowUpKind.REGION: "函告",
    FollowUpKind.PERSON: "人员",
    FollowUpKind.PUBLICATION: "公布名单",
}


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to. state: open, done or nothing for all; q: part of an institution's name."""

    state: str = "open"
    kind: str = ""
    office: int | None = None
    q: str = ""

    def offices(self, scope: Sequence[int]) -> list[int]:
        return [self.office] if self.office in scope else list(scope)


def handlings(scope: Sequence[int], asked: Asked, today: date) -> list[Handling]:
    """Return the penalties and handlings asked for, newest first, with institution and office joined."""
    rows = (
        Handling.select(Handling, Institution, Office)
        .join(Institution)
        .join(Office)
        .where(Institution.office.in_(asked.offices(scope)))
    )
    if asked.state in ("open", "done"):
        rows = rows.where(guard.is_open(today) if asked.state == "open" else ~guard.is_open(today))
    if asked.kind:
        rows = rows.where(Handling.kind == asked.kind)
    if asked.q:
        rows = rows.where(Institution.search_key.contains(asked.q.lower()))
    return list(rows.order_by(Handling.started_on.desc(), Handling.id.desc()).limit(MOST))


def disputes(scope: Sequence[int], asked: Asked) -> list[Dispute]:
    """Return the disputes asked for, newest first, with institution and office joined."""
    rows = (
        Dispute.select(Dispute, Institution, Office)
        .join(Institution)
        .join(Office)
        .where(Institution.office.in_(asked.offices(scope)))
    )
    if asked.state in ("open", "done"):
        rows = rows.where(Dispute.closed_on.is_null(asked.state == "open"))
    if asked.kind:
        rows = rows.where(Dispute.path == asked.kind)
    if asked.q:
        rows = rows.where(Institution.search_key.contains(asked.q.lower()))
    return list(rows.order_by(Dispute.filed_on.desc(), Dispute.id.desc()).limit(MOST))


def of_institution(institution: Institution, hand: Hand) -> dict[str, Any]:
    """Return what the panel of an institution shows: handlings, disputes, and the words for them."""
    is_open = guard.is_open(hand.today).alias("is_open")
    mine = Handling.select(Handling, is_open).where(Handling.institution == institution.id)
    rows = list(mine.order_by(Handling.started_on.desc(), Handling.id.desc()))
    quarrels = Dispute.select().where(Dispute.institution == institution.id)
    return {
        "handlings": rows,
        "disputes": list(quarrels.order_by(Dispute.filed_on.desc(), Dispute.id.desc())),
        "open": {row.id for row in rows if row.is_open},
        **words_of(hand),
    }


def words_of(hand: Hand) -> dict[str, dict[str, str]]:
    """Return measures and remedies in words, of every book: a row keeps its key when the book changes."""
    books = list(hand.books.values())
    return {
        "measures": {f"{m.of}:{m.key}": m.label for book in books for m in book.measures},
        "articles": {f"{m.of}:{m.key}": m.article for book in books for m in book.measures},
        "paths": {c.key: c.label for book in reversed(books) for c in book.choices_of("remedy")},
    }


def handling_in(scope: Sequence[int], handling_id: int) -> Handling | None:
    """Return a penalty or handling of an institution in scope, or None."""
    return _in(Handling, scope, handling_id)


def dispute_in(scope: Sequence[int], dispute_id: int) -> Dispute | None:
    return _in(Dispute, scope, dispute_id)


def _in(model: Any, scope: Sequence[int], row_id: int) -> Any:
    return (
        model.select(model, Institution, Office)
        .join(Institution)
        .join(Office)
        .where(model.id == row_id, Institution.office.in_(list(scope)))
        .first()
    )


def block_in(scope: Sequence[int], block_id: int) -> RightsBlock | None:
    """Return the blocked rights if their agreement lies in scope, or None."""
    rows = RightsBlock.select(RightsBlock, Case).join(Case)
    return rows.where(RightsBlock.id == block_id, Case.office.in_(list(scope))).first()


def at_work(institution: Institution) -> list[Staff]:
    """Return who is on the roster now, by name."""
    rows = Staff.select(Staff, Person).join(Person)
    return list(
        rows.where(Staff.institution == institution.id, Staff.left_on.is_null()).order_by(Person.name)
    )


# --- follow-ups ---

Branch = Institution.alias()
BranchOffice = Office.alias()


@dataclass(frozen=True)
class Follow:
    """A row of what follows.

    is_own_branch: this office terminates it itself; is_gone: the branch's agreement has ended already.
    """

    row: FollowUp
    word: str
    is_mine: bool
    is_own_branch: bool
    is_gone: bool


def follow_ups_of(scope: Sequence[int], asked: Asked, hand: Hand) -> list[Follow]:
    """Return what follows from ends and suspensions, open ones by age; in a fixed number of statements."""
    rows = _follow_query().where(follow_ups.reaches(asked.offices(scope)))
    if asked.state == "open":
        rows = rows.where(FollowUp.state == FollowUpState.OPEN)
    elif asked.state == "done":
        rows = rows.where(FollowUp.state != FollowUpState.OPEN)
    if asked.kind:
        rows = rows.where(FollowUp.kind == asked.kind)
    if asked.q:
        rows = rows.where(Institution.search_key.contains(asked.q.lower()))
    found = list(rows.order_by(FollowUp.case, FollowUp.id).limit(MOST))
    held = _holders({row.institution_id for row in found if row.institution_id})
    mine = hand.actor.office_id
    return [
        Follow(
            row,
            FOLLOW_WORDS[FollowUpKind(row.kind)],
            row.case.office_id == mine,
            mine in held.get(row.institution_id, ()),
            row.kind == FollowUpKind.BRANCH and row.institution_id not in held,
        )
        for row in found
    ]


def follow_in(scope: Sequence[int], follow_id: int) -> FollowUp | None:
    """Return a follow-up that the offices see, or None."""
    return _follow_query().where(FollowUp.id == follow_id, follow_ups.reaches(list(scope))).first()


def _follow_query() -> Any:
    return (
        FollowUp.select(FollowUp, Case, Institution, Branch, BranchOffice)
        .join(Case)
        .join(Institution)
        .switch(FollowUp)
        .join(Branch, JOIN.LEFT_OUTER, on=(FollowUp.institution == Branch.id), attr="institution")
        .join(BranchOffice, JOIN.LEFT_OUTER, on=(Branch.office == BranchOffice.id), attr="office")
    )


def own_branches(hand: Hand, institutions: set[int]) -> set[int]:
    """Return which of `institutions` have a standing agreement with this person's office."""
    mine = hand.actor.office_id
    return {key for key, offices in _holders(institutions).items() if mine in offices}


def _holders(institutions: set[int]) -> dict[int, set[int]]:
    """Return the offices that hold the standing agreements of `institutions`; nothing for one without."""
    rows = Case.select(Case.institution, Case.office).where(
        Case.institution.in_(sorted(institutions)), Case.matter == Matter.AGREEMENT, Case.closed_on.is_null()
    )
    held: dict[int, set[int]] = {}
    for institution, office in rows.tuples():
        held.setdefault(institution, set()).add(office)
    return held


def branches_beside(row: FollowUp, hand: Hand) -> list[FollowUp]:
    """Return the open branches of the same first termination whose agreements this office holds."""
    rows = _follow_query().where(
        FollowUp.case == row.case_id,
        FollowUp.kind == FollowUpKind.BRANCH,
        FollowUp.state == FollowUpState.OPEN,
    )
    if row.case.office_id != hand.actor.office_id:
        rows = rows.where(FollowUp.number != "")
    found = list(rows.order_by(Branch.name, FollowUp.id))
    own = own_branches(hand, {one.institution_id for one in found})
    return [one for one in found if one.institution_id in own]
