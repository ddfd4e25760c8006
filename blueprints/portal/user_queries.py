"""The users of institutions, and the invitations that led to them."""

from collections.abc import Collection
from typing import Any

from peewee import fn

from models import Institution, Invitation, Membership, User, UserRole

MOST = 200  # nobody's staff list is longer; the search narrows it


def users(institutions: Collection[int], text: str = "") -> list[Any]:
    """Return the users of the institutions by name, with roles and institutions, in one statement."""
    roles = UserRole.select(fn.GROUP_CONCAT(UserRole.role)).where(UserRole.user == User.id)
    wanted = [Membership.institution.in_(list(institutions)), Membership.ended_on.is_null()]
    wanted += [User.name.contains(word) | User.username.contains(word) for word in text.split()]
    rows = (
        User.select(
            User.id,
            User.username,
            User.name,
            User.phone,
            User.is_active,
            User.locked_until,
            User.must_change_password,
            User.version,
            roles.alias("roles"),
            fn.GROUP_CONCAT(Institution.name, "、").alias("institutions"),
        )
        .join(Membership, on=(Membership.user == User.id))
        .join(Institution)
        .where(*wanted)
        .group_by(User.id)
        .order_by(User.is_active.desc(), User.name, User.id)
        .limit(MOST)
    )
    return list(rows.namedtuples())


def user_of(user_id: int, institutions: Collection[int]) -> User | None:
    """Return the user if the account works for one of the institutions."""
    works_there = Membership.select(Membership.user).where(
        Membership.institution.in_(list(institutions)), Membership.ended_on.is_null()
    )
    return User.get_or_none(User.id == user_id, User.id.in_(works_there))


def roles_of(user: User) -> list[str]:
    return [row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user).tuples()]


def institutions(ids: Collection[int]) -> list[Institution]:
    """Return the institutions by name."""
    return list(Institution.select().where(Institution.id.in_(list(ids))).order_by(Institution.name))


def institutions_of(user: User, ids: Collection[int]) -> list[Institution]:
    """Return those of the institutions `ids` that the user works for."""
    rows = (
        Institution.select()
        .join(Membership)
        .where(Membership.user == user, Membership.ended_on.is_null(), Institution.id.in_(list(ids)))
    )
    return list(rows.order_by(Institution.name))


def invitations(institution: Institution) -> list[Invitation]:
    """Return the invitations of the institution, newest first, with who wrote them."""
    rows = Invitation.select(Invitation, User).join(User, on=Invitation.created_by)
    return list(rows.where(Invitation.institution == institution).order_by(Invitation.id.desc()).limit(20))


def invitation(institution: Institution, invitation_id: int) -> Invitation | None:
    return Invitation.get_or_none(Invitation.id == invitation_id, Invitation.institution == institution)
