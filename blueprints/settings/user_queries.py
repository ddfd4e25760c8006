"""Users of the offices in reach, and what hangs on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from lifecycle import moment
from lifecycle.memberships import is_staff
from models import Case, Matter, Office, Role, User, UserRole

PAGE = 50
STATES = {"active": "在用", "locked": "锁定", "closed": "停用"}
ORDERS = {
    "name": (User.name, User.id),
    "-name": (User.name.desc(), User.id),
    "username": (User.username,),
    "-username": (User.username.desc(),),
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    text: str = ""
    office: int | None = None
    role: str = ""
    state: str = ""
    sort: str = "name"
    page: int = 1


def users(scope: Sequence[int], filters: Filters) -> tuple[list[Any], int]:
    """Return one page of the users and how many there are in all, in two statements."""
    base = User.select().where(*_clauses(scope, filters))
    roles = UserRole.select(fn.GROUP_CONCAT(UserRole.role)).where(UserRole.user == User.id)
    rows = (
        base.select(
            User.id,
            User.username,
            User.name,
            User.post,
            User.phone,
            User.is_active,
            User.locked_until,
            User.must_change_password,
            Office.name.alias("office"),
            roles.alias("roles"),
        )
        .join(Office)
        .order_by(*ORDERS.get(filters.sort, ORDERS["name"]))
        .paginate(filters.page, PAGE)
    )
    return list(rows.namedtuples()), base.count()


def _clauses(scope: Sequence[int], filters: Filters) -> list[Any]:
    clauses = [User.office.in_(scope), User.username != "system", is_staff()]
    clauses += [User.name.contains(word) | User.username.contains(word) for word in filters.text.split()]
    if filters.office:
        clauses.append(User.office == filters.office)
    if filters.role:
        clauses.append(User.id.in_(UserRole.select(UserRole.user).where(UserRole.role == filters.role)))
    if filters.state == "closed":
        clauses.append(~User.is_active)
    elif filters.state == "locked":
        clauses += [User.is_active, User.locked_until > moment.now()]
    elif filters.state == "active":
        clauses.append(User.is_active)
    return clauses


def user_of(user_id: int, scope: Sequence[int]) -> User | None:
    """Return the user of staff if the office is in reach; nobody for the account of the system."""
    return (
        User.select(User, Office)
        .join(Office)
        .where(User.id == user_id, User.office.in_(scope), User.username != "system", is_staff())
        .first()
    )


def roles_of(user: User) -> list[str]:
    """Return the roles of `user` in the order of the staff's list."""
    held = {row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user).tuples()}
    return [role for role in Role if role in held]


def offices(scope: Sequence[int]) -> list[tuple[int, str]]:
    """Return id and name of the offices in reach."""
    return list(
        Office.select(Office.id, Office.name).where(Office.id.in_(scope)).order_by(Office.id).tuples()
    )


def open_work(user: User) -> tuple[int, int]:
    """Return how many cases are open in the name of `user`, and how many of them are standing agreements."""
    rows = Case.select(Case.matter, fn.COUNT(Case.id)).where(Case.handler == user, Case.closed_on.is_null())
    counts = dict(rows.group_by(Case.matter).tuples())
    return sum(counts.values()), counts.get(Matter.AGREEMENT, 0)
