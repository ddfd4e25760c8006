"""Offices in reach, what hangs on one, and its leading group."""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, fn

from lifecycle.memberships import is_staff
from models import LeadingGroupMember, Level, Office, User

Parent = Office.alias("parent")


def offices(scope: Sequence[int]) -> list[Any]:
    """Return the offices in reach with users and leading group counted, the city first, in one statement."""
    users = User.select(fn.COUNT(User.id)).where(
        User.office == Office.id, User.is_active, User.username != "system", is_staff()
    )
    members = LeadingGroupMember.select(fn.COUNT(LeadingGroupMember.id)).where(
        LeadingGroupMember.office == Office.id, LeadingGroupMember.left_on.is_null()
    )
    rows = (
        Office.select(
            Office.id,
            Office.name,
            Office.code,
            Office.level,
            Office.region,
            Office.district,
            Office.phone,
            Office.is_set_up,
            Parent.name.alias("parent"),
            users.alias("users"),
            members.alias("members"),
        )
        .join(Parent, JOIN.LEFT_OUTER, on=(Office.parent == Parent.id))
        .where(Office.id.in_(scope))
        .order_by(Office.level, Office.id)
    )
    return list(rows.namedtuples())


def office_of(office_id: int, scope: Sequence[int]) -> Office | None:
    """Return the office if it is in reach."""
    return Office.get_or_none(Office.id == office_id, Office.id.in_(scope))


def cities(besides: Office | None) -> list[tuple[int, str]]:
    """Return id and name of the city offices that `besides` could stand under."""
    rows = Office.select(Office.id, Office.name).where(Office.level == Level.CITY).order_by(Office.id)
    return list((rows.where(Office.id != besides.id) if besides else rows).tuples())


def has_offices_below(office: Office) -> bool:
    return Office.select().where(Office.parent == office).exists()


def members(office: Office) -> list[LeadingGroupMember]:
    """Return the leading group as it was entered, those who left at the end."""
    return list(
        LeadingGroupMember.select()
        .where(LeadingGroupMember.office == office)
        .order_by(
            LeadingGroupMember.left_on.is_null(False),
            LeadingGroupMember.is_chair.desc(),
            LeadingGroupMember.id,
        )
    )
