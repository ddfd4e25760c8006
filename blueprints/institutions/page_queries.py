"""One institution with all that hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from lifecycle import bans, history, register, renewals
from lifecycle.hand import Hand
from models import (
    Agreement,
    Application,
    Ban,
    Case,
    Clock,
    ClockPause,
    Credential,
    Document,
    FormerValue,
    Institution,
    Matter,
    Office,
    Person,
    ProofOfService,
    Staff,
    User,
)
from rules.book import Book


@dataclass(frozen=True)
class Former:
    """What an important field said, until when, and who wrote the change down."""

    label: str
    value: str
    until_on: date
    by: str


def agreements(institution: Institution) -> list[Any]:
    """Return the agreements of an institution, newest first; at the end what waits or never came to be."""
    rows = (
        Agreement.select(
            Agreement.signed_on,
            Agreement.starts_on,
            Agreement.ends_on,
            Case.id.alias("case_id"),
            Case.number.alias("case_number"),
            Case.state,
            Case.book,
            Case.closed_on,
            fn.COALESCE(Document.number, Agreement.own_number).alias("number"),
        )
        .join(Case)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER, on=(Agreement.document == Document.id))
        .order_by(Case.state.in_(renewals.NOT_HELD), Agreement.starts_on.desc(), Agreement.id.desc())
    )
    return _of(institution, rows)


def _of(institution: Institution, rows: ModelSelect) -> list[Any]:
    """Return those of `rows`, which join Case, that belong to a case of the institution."""
    return list(rows.where(Case.institution == institution.id).namedtuples())


def cases(institution: Institution) -> list[Any]:
    """Return the cases of an institution but its agreements, open ones first, with the clock of each."""
    rows = (
        Case.select(
            Case.id,
            Case.number,
            Case.matter,
            Case.state,
            Case.book,
            Case.closed_on,
            Application.types,
            User.name.alias("handler"),
            Clock.due_on,
            Clock.yellow_on,
            Clock.state.alias("clock_state"),
            Clock.kind,
            ClockPause.from_on.alias("paused_on"),
        )
        .join(User, JOIN.LEFT_OUTER, on=(Case.handler == User.id))
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id))
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=(Clock.case == Case.id) & Clock.is_lead)
        .join(ClockPause, JOIN.LEFT_OUTER, on=(ClockPause.clock == Clock.id) & ClockPause.until_on.is_null())
        .where(Case.matter != Matter.AGREEMENT)
        .order_by(Case.closed_on.is_null().desc(), Case.id.desc())
    )
    return _of(institution, rows)


@dataclass(frozen=True)
class BanLine:
    """A ban with its sentence. is_ours: the user's office may end it; state: in words, once it is over."""

    ban: Ban
    sentence: str
    is_standing: bool
    state: str


def ban_lines(institution: Institution, hand: Hand) -> list[BanLine]:
    """Return the bans of the institution and of its persons, standing ones first, then the newest."""
    forbids = bans.forbids(institution, hand.today)
    rows = (
        Ban.select(Ban, Office, Person, forbids.alias("is_standing"))
        .join(Office)
        .switch(Ban)
        .join(Person, JOIN.LEFT_OUTER, on=(Ban.person == Person.id))
        .where(forbids | _about(institution))
        .order_by(Ban.id.desc())
    )
    lines = [_line(ban, bool(ban.is_standing), hand) for ban in rows]
    return sorted(lines, key=lambda line: not line.is_standing)


def _line(ban: Ban, is_standing: bool, hand: Hand) -> BanLine:
    state = ""
    if ban.lifted_on:
        state = f"{ban.lifted_on.isoformat()} 解除：{ban.lifted_reason}"
    elif not is_standing:
        state = "未到起算日期" if ban.from_on > hand.today else "已期满"
    return BanLine(ban, bans.sentence(ban, hand.books[ban.book]), is_standing, state)


def _about(institution: Institution) -> Expression:
    people = [getattr(institution, f"{role}_id") for role in register.PERSONS]
    return (Ban.institution == institution.id) | Ban.person.in_([person for person in people if person])


def ban_of(institution: Institution, ban_id: int, hand: Hand) -> Ban | None:
    """Return the ban if it is one of those the institution's page shows."""
    return next((line.ban for line in ban_lines(institution, hand) if line.ban.id == ban_id), None)


def persons(institution: Institution) -> Mapping[str, Person]:
    """Return the persons of an institution by role, in one statement."""
    ids = {role: getattr(institution, f"{role}_id") for role in register.PERSONS}
    rows = {
        person.id: person for person in Person.select().where(Person.id.in_([i for i in ids.values() if i]))
    }
    return {role: rows[person_id] for role, person_id in ids.items() if person_id}


def branches(institution: Institution) -> list[Any]:
    """Return the institutions that hang on this one: its branches, and those it settles for."""
    rows = (
        Institution.select(
            Institution.id,
            Institution.name,
            Institution.parent,
            Institution.settlement,
            Institution.office,
            Office.name.alias("office_name"),
        )
        .join(Office)
        .where((Institution.parent == institution.id) | (Institution.settlement == institution.id))
        .order_by(Institution.name)
    )
    return list(rows.namedtuples())


def documents(institution: Institution) -> list[Any]:
    """Return the documents (文书) of an institution's cases, newest first, with the day of service."""
    rows = (
        Document.select(
            Document.id,
            Document.number,
            Document.name,
            Document.issued_on,
            Document.is_to_serve,
            Document.state,
            ProofOfService.served_on,
        )
        .join(Case)
        .switch(Document)
        .join(ProofOfService, JOIN.LEFT_OUTER)
        .order_by(Document.id.desc())
    )
    return _of(institution, rows)


def former_values(institution: Institution, book: Book) -> list[Former]:
    """Return what important fields said before, newest first, under their printed names."""
    labels = {row.key: row.label for row in history.important(book, institution.kind)}
    rows = (
        FormerValue.select(FormerValue, User.name.alias("by"))
        .join(User)
        .where(FormerValue.institution == institution.id)
        .order_by(FormerValue.until_on.desc(), FormerValue.id.desc())
    )
    return [
        Former(
            "曾用名" if row.field == "name" else labels.get(row.field, row.field),
            row.value,
            row.until_on,
            row.by,
        )
        for row in rows.objects()
    ]


def credentials(institution: Institution) -> list[Credential]:
    """Return the papers of an institution: those in force by their last day, ended ones behind."""
    return list(
        Credential.select()
        .where(Credential.institution == institution.id)
        .order_by(
            Credential.ended_on.is_null(False),
            Credential.valid_until.is_null(),
            Credential.valid_until,
            Credential.id,
        )
    )


def staff(institution: Institution) -> list[Staff]:
    """Return the roster with its persons: who is at work by category, who left behind."""
    return list(
        Staff.select(Staff, Person)
        .join(Person)
        .where(Staff.institution == institution.id)
        .order_by(Staff.left_on.is_null(False), Staff.category, Staff.id)
    )


def staff_member(institution: Institution, staff_id: int) -> Staff | None:
    """Return a row of the institution's roster."""
    return (
        Staff.select(Staff, Person)
        .join(Person)
        .where(Staff.institution == institution.id, Staff.id == staff_id)
        .first()
    )


def credential(institution: Institution, credential_id: int) -> Credential | None:
    """Return a paper of the institution."""
    return Credential.get_or_none(Credential.institution == institution.id, Credential.id == credential_id)
