"""What expires: papers of institutions and labour contracts of their staff, soonest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import Credential, CredentialKind, Institution, Office, Person, Staff
from rules.periods import Lamp

CONTRACT = "staff"  # the kind under which labour contracts stand on the list
WITHIN = (30, 60, 90)


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to. within: days from today; 0 means: expired already."""

    within: int = 30
    kind: str = ""
    office: int | None = None


@dataclass(frozen=True)
class Expiring:
    """A line: whose paper or contract it is and its last day. staff_id: of a labour contract."""

    institution_id: int
    institution: str
    kind: str
    title: str
    number: str
    valid_until: date
    office: str
    credential_id: int | None = None
    staff_id: int | None = None


def expiring(scope: Sequence[int], asked: Asked, today: date) -> list[Expiring]:
    """Return what has its last day within the days asked for, or had it before today, soonest first."""
    found = [] if asked.kind == CONTRACT else [_paper(row) for row in _papers(scope, asked, today)]
    if asked.kind in ("", CONTRACT):
        found += [_contract(row) for row in _contracts(scope, asked, today)]
    return sorted(found, key=lambda line: (line.valid_until, line.institution))


def _paper(row: Any) -> Expiring:
    return Expiring(
        institution_id=row.institution_id,
        institution=row.institution,
        kind=row.kind,
        title=row.title,
        number=row.number,
        valid_until=row.valid_until,
        office=row.office,
        credential_id=row.credential_id,
    )


def _contract(row: Any) -> Expiring:
    return Expiring(
        institution_id=row.institution_id,
        institution=row.institution,
        kind=CONTRACT,
        title=f"{row.person}的劳动合同",
        number="",
        valid_until=row.contract_until,
        office=row.office,
        staff_id=row.staff_id,
    )


def counts(scope: Sequence[int], asked: Asked, today: date) -> dict[int, int]:
    """Return how many lines stand under each tab: 0 for expired, else the days."""
    lines = expiring(scope, Asked(-1, asked.kind, asked.office), today)
    within = {0: sum(line.valid_until < today for line in lines)}
    for days in WITHIN:
        within[days] = sum(today <= line.valid_until <= today + timedelta(days=days) for line in lines)
    return within


def lamp_of(valid_until: date | None, today: date) -> Lamp:
    """Return the lamp of a paper: expired, near its end, in force, or without an end."""
    if valid_until is None:
        return Lamp("green", "长期有效")
    left = (valid_until - today).days
    if left < 0:
        return Lamp("red", f"已过期 {-left} 日")
    if left == 0:
        return Lamp("yellow", "今日到期")
    return Lamp("yellow" if left <= WITHIN[-1] else "green", f"剩 {left} 日")


def _narrowed(query: Any, until: Any, scope: Sequence[int], asked: Asked, today: date) -> Any:
    """Narrow a query to the offices and days asked for; -1 means: expired or within the longest span."""
    offices = [asked.office] if asked.office in scope else list(scope)
    last = today + timedelta(days=WITHIN[-1] if asked.within < 0 else asked.within)
    query = query.where(Institution.office.in_(offices))
    if asked.within == 0:
        return query.where(until < today)
    return query.where(until <= last) if asked.within < 0 else query.where(until.between(today, last))


def _papers(scope: Sequence[int], asked: Asked, today: date) -> Any:
    query = (
        Credential.select(
            Credential.id.alias("credential_id"),
            Credential.kind,
            Credential.title,
            Credential.number,
            Credential.valid_until,
            Institution.id.alias("institution_id"),
            Institution.name.alias("institution"),
            Office.name.alias("office"),
        )
        .join(Institution)
        .join(Office)
        .where(Credential.ended_on.is_null())
    )
    if asked.kind in set(CredentialKind):
        query = query.where(Credential.kind == asked.kind)
    return _narrowed(query, Credential.valid_until, scope, asked, today).namedtuples()


def _contracts(scope: Sequence[int], asked: Asked, today: date) -> Any:
    query = (
        Staff.select(
            Staff.id.alias("staff_id"),
            Staff.contract_until,
            Person.name.alias("person"),
            Institution.id.alias("institution_id"),
            Institution.name.alias("institution"),
            Office.name.alias("office"),
        )
        .join(Person)
        .switch(Staff)
        .join(Institution)
        .join(Office)
        .where(Staff.left_on.is_null())
    )
    return _narrowed(query, Staff.contract_until, scope, asked, today).namedtuples()
