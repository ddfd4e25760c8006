"""Making, changing, closing and unlocking accounts; each leaves an event in the stream of the accounts."""

import secrets
from collections.abc import Mapping
from typing import Any

from peewee import fn
from werkzeug.security import generate_password_hash

from blueprints import words
from blueprints.settings import user_queries
from lifecycle import accounts, audit
from lifecycle.accounts import Change
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Misfit, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.setup import one_time_password
from models import Level, Office, Role, User, UserRole

STREAM = "accounts"
ALONE = {Role.ADMIN, Role.AUDITOR}  # neither can do the other's work, nor any other
LABELS = {
    "username": "用户名",
    "name": "姓名",
    "office": "单位",
    "post": "职务",
    "phone": "电话",
    "roles": "岗位",
}


def create_user(values: Mapping[str, Any], *, hand: Hand) -> tuple[User, str]:
    """Make an account and return it with its one-time password, which is kept nowhere.

    values: username, name, office (id), post, phone, roles. Raises Misfit if one of them cannot be.
    """
    password = one_time_password()
    password_hash = generate_password_hash(password)
    with write_tx():
        office = _office_in_reach(values["office"], hand)
        _check(values, office, None, hand)
        row = {name: values[name] or "" for name in ("username", "name", "post", "phone")}
        user = User.create(
            **row, office=office, password_hash=password_hash, session_key=secrets.token_hex(8)
        )
        _set_roles(user, values["roles"])
        audit.record(STREAM, "create_user", hand=hand, username=user.username, after=_told(user))
    return user, password


def change_user(user: User, values: Mapping[str, Any], *, hand: Hand, version: int | None) -> User:
    """Change an account and return the fresh row.

    Raises Misfit if a value cannot be, Conflict (with what stands now) if a colleague was faster.
    """
    with write_tx():
        user = locked(User, user.id)
        before = _told(user)
        if user.version != version:
            raise Conflict(_what_stands(before))
        office = _office_in_reach(values["office"], hand)
        _check(values, office, user, hand)
        for name in ("username", "name", "post", "phone"):
            setattr(user, name, values[name] or "")
        user.office, user.version = office, user.version + 1
        user.save()
        _set_roles(user, values["roles"])
        after = _told(user)
        changed = [name for name in after if after[name] != before[name]]
        audit.record(
            STREAM,
            "change_user",
            hand=hand,
            username=user.username,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return user


def reset_password(user: User, *, hand: Hand, version: int | None) -> tuple[User, str]:
    """Give `user` a new one-time password and return both; every session of the account ends, a lock too."""
    password = one_time_password()
    return _settle(user, "reset_password", accounts.new_password(password), hand, version), password


def unlock(user: User, *, hand: Hand, version: int | None) -> User:
    """End the lock after too many wrong passwords before its time."""
    return _settle(user, "unlock", accounts.unlock, hand, version)


def close_account(user: User, *, hand: Hand, version: int | None) -> User:
    """Close an account, which ends its sessions.

    Raises Unmet while cases are open in its name, and for the actor's own account.
    """

    def change(row: User) -> None:
        if row.id == hand.actor.id:
            raise Unmet(["不能停用自己的账号，请另一位系统管理员办理"])
        if sentence := _work_left(row, "停用"):
            raise Unmet([sentence])
        accounts.close(row)

    return _settle(user, "close_account", change, hand, version)


def reopen_account(user: User, *, hand: Hand, version: int | None) -> User:
    """Open a closed account again, under its old password."""
    return _settle(user, "reopen_account", accounts.reopen, hand, version)


def _settle(user: User, action: str, change: Change, hand: Hand, version: int | None) -> User:
    with write_tx():
        user = locked(User, user.id)
        _office_in_reach(user.office_id, hand)
        if user.version != version:
            raise Conflict("刚才有人改过这个账号，本次没有办理。请核对现在的状态后再办")
        change(user)
        user.version += 1
        user.save()
        audit.record(STREAM, action, hand=hand, username=user.username, name=user.name)
    return user


def _check(values: Mapping[str, Any], office: Office, user: User | None, hand: Hand) -> None:
    """Refuse what cannot be, beside its field."""
    taken = User.select().where(fn.LOWER(User.username) == values["username"].lower())
    if taken.where(User.id != user.id).exists() if user else taken.exists():
        raise Misfit("username", f"用户名“{values['username']}”已有人使用，请换一个")
    roles = set(values["roles"])
    if roles & ALONE and len(roles) > 1:
        raise Misfit("roles", "系统管理员、审计员不能兼任其他岗位，请只选一个")
    if Role.CITY in roles and office.level != Level.CITY:
        raise Misfit("roles", "市级复审岗只设在市级经办机构")
    if user:
        _check_move(user, office, roles, hand)


def _check_move(user: User, office: Office, roles: set[str], hand: Hand) -> None:
    is_self = user.id == hand.actor.id
    if is_self and Role.ADMIN not in roles:
        raise Misfit("roles", "不能取消自己的系统管理员岗位，请另一位系统管理员办理")
    if user.office_id == office.id and not roles <= ALONE:
        return
    if sentence := _work_left(user, "调动"):
        raise Misfit("roles" if user.office_id == office.id else "office", sentence)
    if is_self and user.office_id != office.id:
        raise Misfit("office", "不能调动自己，请另一位系统管理员办理")


def _work_left(user: User, what: str) -> str:
    count, agreements = user_queries.open_work(user)
    if not count:
        return ""
    some = f"（其中履行中的协议 {agreements} 件）" if agreements else ""
    return f"{user.name}名下还有 {count} 件在办{some}，请先由负责人移交给别人，再{what}"


def _office_in_reach(office_id: int, hand: Hand) -> Office:
    office = Office.get_by_id(office_id)
    if hand.actor.office_id not in (office.id, office.parent_id):
        raise NotAllowed(f"{office.name}不归您管理，请找该单位的系统管理员")
    return office


def _set_roles(user: User, roles: list[str]) -> None:
    UserRole.delete().where(UserRole.user == user, UserRole.role.not_in(list(roles))).execute()
    held = set(user_queries.roles_of(user))
    for role in roles:
        if role not in held:
            UserRole.create(user=user, role=role)


def _told(user: User) -> dict[str, str]:
    """Return the account in the words of the staff, for the trail."""
    row = {name: getattr(user, name) for name in ("username", "name", "post", "phone")}
    roles = "、".join(words.ROLES[role] for role in user_queries.roles_of(user))
    return row | {"office": user.office.name, "roles": roles}


def _what_stands(now: Mapping[str, str]) -> str:
    values = "，".join(f"{label} {now[name] or '空'}" for name, label in LABELS.items())
    return (
        f"刚才有人先改过这个用户，您填的还没有保存。现在的内容：{values}。核对后再点一次保存，即以您填的为准"
    )
