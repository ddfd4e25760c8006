"""What the register knows when a ledger is held against it: a few statements for any number of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, chunked, fn

from lifecycle.register import PERSONS
from models import Agreement, Application, Case, CaseState, Document, Institution, Matter, Office, Person

BATCH = 500


@dataclass(frozen=True)
class KnownPerson:
    """A person without the number itself."""

    id: int
    name: str
    digest: str
    masked: str


@dataclass(frozen=True)
class Known:
    """An institution of the office. values: its columns; persons: by role."""

    id: int
    version: int
    values: dict[str, Any]
    persons: dict[str, KnownPerson]


@dataclass(frozen=True)
class Holder:
    """Who holds a designation code."""

    id: int
    name: str


@dataclass(frozen=True)
class Standing:
    """The agreement in force of an institution."""

    case_id: int
    agreement_id: int
    types: tuple[str, ...]
    signed_on: date
    starts_on: date
    ends_on: date
    own_number: str
    last_settled_on: date | None
    is_taken_over: bool  # the paper was not issued by this product


@dataclass(frozen=True)
class Register:
    """Everything a row can meet."""

    own: dict[tuple[str, str], Known]  # by credit code and licence
    by_uscc: dict[str, list[Known]]
    foreign: dict[tuple[str, str], str]  # → name of the office
    codes: dict[str, Holder]
    people: dict[str, KnownPerson]  # by digest
    standing: dict[int, Standing]  # by institution
    stamp: tuple[Any, ...]


def load(office: Office, digests: set[str]) -> Register:
    """Return what `office` and its neighbours have registered; people: of `digests` and of its own rows."""
    stamp = stamp_now()
    rows = list(Institution.select().where(Institution.office == office).order_by(Institution.id).dicts())
    ids = {row[role] for row in rows for role in PERSONS if row[role]}
    people = {**_people(Person.id, ids), **_people(Person.id_digest, digests)}
    by_id = {person.id: person for person in people.values()}
    own = [_known(row, by_id) for row in rows]
    by_uscc: dict[str, list[Known]] = {}
    for known in own:
        by_uscc.setdefault(known.values["uscc"], []).append(known)
    return Register(
        own={(known.values["uscc"], known.values["licence_no"]): known for known in own},
        by_uscc=by_uscc,
        foreign=_foreign(office),
        codes=_codes(),
        people=people,
        standing=_standing(office),
        stamp=stamp,
    )


def stamp_now() -> tuple[Any, ...]:
    """Return what differs once anything was written that a plan stands on."""
    tables = (Institution, Case, Agreement)
    stamps = [m.select(fn.COUNT(m.id), fn.MAX(m.id), fn.SUM(m.version)).tuples().get() for m in tables]
    return (*stamps, Person.select(fn.COUNT(Person.id), fn.MAX(Person.id)).tuples().get())


def _known(row: dict[str, Any], people: dict[int, KnownPerson]) -> Known:
    persons = {role: people[row[role]] for role in PERSONS if row[role]}
    return Known(row["id"], row["version"], row, persons)


def _people(column: Any, wanted: Iterable[Any]) -> dict[str, KnownPerson]:
    found = {}
    for batch in chunked(sorted(wanted), BATCH):
        rows = Person.select(Person.id, Person.name, Person.id_digest, Person.id_masked)
        for row in rows.where(column.in_(batch)).tuples():
            found[row[2]] = KnownPerson(*row)
    return found


def _foreign(office: Office) -> dict[tuple[str, str], str]:
    rows = Institution.select(Institution.uscc, Institution.licence_no, Office.name).join(Office)
    return {(uscc, no): name for uscc, no, name in rows.where(Institution.office != office).tuples()}


def _codes() -> dict[str, Holder]:
    rows = Institution.select(Institution.national_code, Institution.id, Institution.name)
    return {code: Holder(*who) for code, *who in rows.where(Institution.national_code != "").tuples()}


def _standing(office: Office) -> dict[int, Standing]:
    applied = (Application.case == Case.id) | (Application.case == Case.origin)
    rows = (
        Agreement.select(
            Case.institution,
            Case.id,
            Agreement.id,
            Application.types,
            Agreement.signed_on,
            Agreement.starts_on,
            Agreement.ends_on,
            Agreement.own_number,
            Agreement.last_settled_on,
            Document.id,
        )
        .join(Case)
        .join(Application, JOIN.LEFT_OUTER, on=applied)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER)
        .where(Case.office == office, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
        .where(Case.state != CaseState.NEW)
        .order_by(Case.id)
    )
    return {
        institution: Standing(case, agreement, tuple(types or ()), *rest, is_taken_over=document is None)
        for institution, case, agreement, types, *rest, document in rows.tuples()
    }
