"""Persons by document number, across institutions: where else somebody stands, and as what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecycle import bans, register
from lifecycle.hand import Hand
from models import Ban, Institution, Office, Person, Staff
from rules.book import Book

BATCH = 5000  # ids in one statement; the database takes 32,766 values


@dataclass(frozen=True)
class Post:
    """Somebody's place in an institution. A foreign one is told by its office alone: no name, no id."""

    person_id: int
    institution_id: int | None
    name: str
    role: str  # a key of register.PERSONS, or empty for somebody on the roster
    category: str
    left_on: date | None = None


def posts(person_ids: Sequence[int], scope: Sequence[int]) -> dict[int, list[Post]]:
    """Return where each person stands, inside and outside of `scope`, in two statements for each BATCH."""
    found: dict[int, list[Post]] = {person_id: [] for person_id in person_ids}
    for start in range(0, len(person_ids), BATCH):
        some = person_ids[start : start + BATCH]
        for row in _heads(some):
            for role in register.PERSONS:
                if (person_id := getattr(row, role)) in some:
                    found[person_id].append(_post(person_id, row, scope, role=role))
        for row in _at_work(some):
            found[row.person].append(
                _post(row.person, row, scope, category=row.category, left_on=row.left_on)
            )
    return found


def _heads(person_ids: Sequence[int]) -> list[Any]:
    i, ids = Institution, list(person_ids)
    return list(
        i.select(
            i.id.alias("institution_id"),
            i.name,
            i.office,
            i.legal_representative,
            i.principal,
            i.controller,
            Office.name.alias("office_name"),
        )
        .join(Office)
        .where(i.legal_representative.in_(ids) | i.principal.in_(ids) | i.controller.in_(ids))
        .order_by(i.name)
        .namedtuples()
    )


def _at_work(person_ids: Sequence[int]) -> list[Any]:
    return list(
        Staff.select(
            Staff.person,
            Staff.category,
            Staff.left_on,
            Institution.id.alias("institution_id"),
            Institution.name,
            Institution.office,
            Office.name.alias("office_name"),
        )
        .join(Institution)
        .join(Office)
        .where(Staff.person.in_(list(person_ids)))
        .order_by(Staff.left_on.is_null(False), Institution.name)
        .namedtuples()
    )


def _post(person_id: int, row: Any, scope: Sequence[int], **what: Any) -> Post:
    is_inside = row.office in scope
    name = row.name if is_inside else f"{row.office_name}登记的机构"
    values = {"role": "", "category": "", **what}
    return Post(person_id, row.institution_id if is_inside else None, name, **values)


def elsewhere(
    institution: Institution, person_ids: Sequence[int], scope: Sequence[int]
) -> Mapping[int, list[Post]]:
    """Return where else than in `institution` each person stands today."""
    everywhere = posts(person_ids, scope)
    return {
        person_id: [post for post in rows if post.institution_id != institution.id and not post.left_on]
        for person_id, rows in everywhere.items()
    }


def person_in(scope: Sequence[int], person_id: int) -> tuple[Person, list[Post]] | None:
    """Return the person with all posts, if one of them lies in `scope`."""
    rows = posts([person_id], scope)[person_id]
    person = Person.get_or_none(Person.id == person_id)
    return (person, rows) if person and any(post.institution_id for post in rows) else None


def bans_of(person: Person, books: Mapping[str, Book], hand: Hand) -> list[tuple[Ban, str, bool]]:
    """Return the bans of a person with their sentence and whether they hold today, newest first."""
    rows = Ban.select(Ban, Office).join(Office).where(Ban.person == person.id).order_by(Ban.id.desc())
    return [(ban, bans.sentence(ban, books[ban.book]), _holds(ban, hand.today)) for ban in rows]


def _holds(ban: Ban, today: date) -> bool:
    return not ban.lifted_on and ban.from_on <= today and (ban.until_on >= today or ban.is_duty_open)
