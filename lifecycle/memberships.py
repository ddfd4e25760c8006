"""The accounts of institutions: who works for which, and what its own administrator may do with them.

An account of a provider is one that has, or had, a membership; the staff of an office have none. Invitations
to the first account stand in invitations.py, signing in with the accounts of staff.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from peewee import Expression, fn
from werkzeug.security import generate_password_hash

from lifecycle import accounts, audit, passwords
from lifecycle.accounts import Change
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Misfit, NotAllowed, Unmet
from lifecycle.hand import PROVIDERS, Hand
from lifecycle.setup import one_time_password
from models import Institution, Membership, Role, User, UserRole

STREAM = "accounts"
KEEPERS = frozenset({Role.CLERK, Role.MANAGER})  # of the office: they invite and close
LABELS = {Role.PROVIDER: "机构经办人", Role.PROVIDER_ADMIN: "机构管理员"}


def is_staff() -> Expression:
    """Return the clause that keeps a query over User to the staff: nobody who ever worked for a provider."""
    return User.id.not_in(Membership.select(Membership.user))


def is_of_provider(user: User) -> bool:
    """Return whether the account is one of an institution, today or formerly."""
    return Membership.select().where(Membership.user == user.id).exists()


def institutions_of(user: User) -> frozenset[int]:
    """Return the ids of the institutions the account works for now, in one statement."""
    rows = Membership.select(Membership.institution).where(
        Membership.user == user.id, Membership.ended_on.is_null()
    )
    return frozenset(row[0] for row in rows.tuples())


def may_manage(user: User, hand: Hand) -> bool:
    """Return whether the account is this person's to reset, unlock and close.

    For the administrator of institutions: it works for none but those (SZ-A4-3-1). For the office's clerk and
    manager: it works for none but institutions of the office.
    """
    theirs = institutions_of(user)
    if not theirs:
        return False
    if hand.is_provider:
        return Role.PROVIDER_ADMIN in hand.roles and theirs <= hand.institutions
    offices = {row[0] for row in Institution.select(Institution.office).where(_among(theirs)).tuples()}
    return bool(hand.roles & KEEPERS) and offices == {hand.actor.office_id}


def create_user(values: Mapping[str, Any], *, hand: Hand) -> tuple[User, str]:
    """Make an account for one of the actor's institutions and return it with its password (SZ-A4-1-1).

    values: username, name, phone, institution (id), roles, and password, which is made if left empty. It is
    to be shown once and is kept nowhere; the first log-in changes it. Raises Misfit if a value cannot be,
    NotAllowed for a person or an institution out of reach.
    """
    _demand_administrator(hand)
    password = _first_password(values.get("password") or "", values["username"])
    password_hash = generate_password_hash(password)
    with write_tx():
        institution = _own(values["institution"], hand)
        demand_free(values["username"])
        user = open_account(values, institution, password_hash, _roles(values["roles"]))
        _tell("create_user", user, hand, after=told(user) | {"institution": institution.name})
    return user, password


def open_account(
    values: Mapping[str, Any], institution: Institution, password_hash: str, roles: Iterable[str]
) -> User:
    """Write the rows of an account: user, roles, membership. Its office is that of the institution."""
    user = User.create(
        username=values["username"],
        name=values["name"],
        phone=values["phone"],
        office=institution.office_id,
        password_hash=password_hash,
        session_key=secrets.token_hex(8),
    )
    _set_roles(user, roles)
    Membership.create(user=user, institution=institution)
    return user


def set_roles(user: User, roles: Iterable[str], *, hand: Hand, version: int | None) -> User:
    """Give the account these roles of an institution (SZ-A4-2-1). Misfit for none, or for the own."""
    wanted = _roles(roles)

    def change(row: User) -> None:
        if row.id == hand.actor.id and Role.PROVIDER_ADMIN not in wanted:
            raise Misfit("roles", "不能取消自己的机构管理员角色，请本机构另一位管理员办理")
        _set_roles(row, wanted)

    return _settle(user, "change_user", change, hand, version)


def reset_password(user: User, *, hand: Hand, version: int | None, typed: str = "") -> tuple[User, str]:
    """Give the account a new password, typed or made, and return both (SZ-A4-3-1).

    Every session of the account ends, a lock too; the next log-in has to change it.
    """
    password = _first_password(typed, user.username)
    return _settle(user, "reset_password", accounts.new_password(password), hand, version), password


def unlock(user: User, *, hand: Hand, version: int | None) -> User:
    """End the lock after too many wrong passwords before its time (SZ-A4-4-3)."""
    return _settle(user, "unlock", accounts.unlock, hand, version)


def close_account(user: User, *, hand: Hand, version: int | None) -> User:
    """Close the account: no log-in any more, its open sessions end (SZ-A4-5-2). Unmet for the actor's own."""

    def change(row: User) -> None:
        if row.id == hand.actor.id:
            raise Unmet(["不能停用自己的账号，请本机构另一位管理员或经办机构办理"])
        accounts.close(row)

    return _settle(user, "close_account", change, hand, version)


def reopen_account(user: User, *, hand: Hand, version: int | None) -> User:
    """Open a closed account again, under its old password."""
    return _settle(user, "reopen_account", accounts.reopen, hand, version)


def end_membership(user: User, institution: Institution, *, hand: Hand) -> None:
    """End that the account works for `institution`; with the last one the account is closed too.

    Raises NotAllowed for somebody who keeps neither institution nor office, Unmet for the actor's own.
    """
    with write_tx():
        user = locked(User, user.id)
        keeps = hand.roles & KEEPERS and institution.office_id == hand.actor.office_id
        if not keeps and not (Role.PROVIDER_ADMIN in hand.roles and institution.id in hand.institutions):
            raise NotAllowed("只能办理本机构的账号")
        if user.id == hand.actor.id:
            raise Unmet(["不能移出自己，请本机构另一位管理员或经办机构办理"])
        ended = Membership.update(ended_on=hand.today).where(
            Membership.user == user.id,
            Membership.institution == institution.id,
            Membership.ended_on.is_null(),
        )
        if not ended.execute():
            raise Conflict(f"{user.name}已不在{institution.name}，请刷新后核对")
        if not institutions_of(user):
            user.is_active = False
        user.session_key, user.version = secrets.token_hex(8), user.version + 1
        user.save()
        _tell("end_membership", user, hand, institution=institution.name)


def _settle(user: User, action: str, change: Change, hand: Hand, version: int | None) -> User:
    with write_tx():
        user = locked(User, user.id)
        if not may_manage(user, hand):
            raise NotAllowed("只能办理本机构的账号")
        if user.version != version:
            raise Conflict("刚才有人改过这个账号，本次没有办理。请核对现在的状态后再办")
        before = told(user)
        change(user)
        user.version += 1
        user.save()
        after = told(user)
        changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        _tell(action, user, hand, **({"changed": changed} if changed else {}))
    return user


def told(user: User) -> dict[str, str]:
    """Return the account in the words of the staff, for the trail."""
    held = {row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user.id).tuples()}
    roles = "、".join(label for role, label in LABELS.items() if role in held)
    return {"name": user.name, "phone": user.phone, "roles": roles}


def demand_free(username: str) -> None:
    """Raise Misfit if somebody has this user name, in capitals or not."""
    if User.select().where(fn.LOWER(User.username) == username.lower()).exists():
        raise Misfit("username", f"用户名“{username}”已有人使用，请换一个")


def _first_password(typed: str, username: str) -> str:
    """Return the password typed, if it breaks no rule, or one made at random."""
    broken = passwords.gaps(typed, username=username, is_administrator=False) if typed else []
    if broken:
        raise Misfit("password", "；".join(broken))
    return typed or one_time_password()


def _among(ids: Iterable[int]) -> Expression:
    return Institution.id.in_(list(ids))


def _demand_administrator(hand: Hand) -> None:
    if Role.PROVIDER_ADMIN not in hand.roles:
        raise NotAllowed("本机构的账号由机构管理员办理")


def _own(institution_id: int, hand: Hand) -> Institution:
    """Return the institution if the actor works for it (SZ-A4-1-2)."""
    if institution_id not in hand.institutions:
        raise NotAllowed("只能为本机构建立账号")
    return Institution.get_by_id(institution_id)


def _roles(roles: Iterable[str]) -> list[str]:
    chosen = [role for role in LABELS if role in set(roles)]
    if not chosen or set(roles) - PROVIDERS:
        raise Misfit("roles", "请至少选一个角色")
    return chosen


def _set_roles(user: User, roles: Iterable[str]) -> None:
    wanted = list(roles)
    UserRole.delete().where(UserRole.user == user.id, UserRole.role.not_in(wanted)).execute()
    held = {row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user.id).tuples()}
    for role in wanted:
        if role not in held:
            UserRole.create(user=user, role=role)


def _tell(action: str, user: User, hand: Hand, **change: Any) -> None:
    audit.record(STREAM, action, hand=hand, username=user.username, **change)
