"""Logging in and out, the lock after too many failures, a new password, the look of the frame."""

import secrets
from datetime import timedelta
from typing import Any

from werkzeug.security import generate_password_hash

from lifecycle import audit, moment, passwords
from lifecycle.db import locked, write_tx
from lifecycle.errors import Unmet
from lifecycle.memberships import is_of_provider
from lifecycle.passwords import LOCK, MOST_FAILURES
from models import Role, User, UserRole

STREAM = "accounts"
WRONG = "用户名或密码不对，请重新输入"
CLOSED = "账号已停用，不能登录。需要恢复的，请找{}"


def log_in(username: str, password: str, *, address: str) -> User:
    """Return the user whose name and password these are.

    Raises Unmet, in words that do not say which of the two was wrong; each failure is counted and is an
    event, and one more than MOST_FAILURES in a row locks the account for LOCK (readings X-20).
    """
    user = User.get_or_none(User.username == username)
    fits = passwords.is_right(user.password_hash if user else None, password)
    with write_tx():
        refusal = _admit(locked(User, user.id), fits, address) if user else _refuse_stranger(address)
    if refusal:
        raise Unmet([refusal])
    return User.get_by_id(user.id)


def log_out(user: User, *, is_idle: bool = False) -> None:
    """Leave the trace of the end of a session."""
    with write_tx():
        _tell(user, "idle_out" if is_idle else "log_out")


def change_password(user: User, old: str, new: str) -> User:
    """Give `user` the password `new` and return the fresh row; every session but the one that goes on ends.

    Raises Unmet if `old` is wrong, which counts as a failed log-in, or if `new` breaks a rule.
    """
    fits = passwords.is_right(user.password_hash, old)
    is_administrator = UserRole.select().where(UserRole.user == user, UserRole.role == Role.ADMIN).exists()
    broken = passwords.gaps(new, username=user.username, is_administrator=is_administrator)
    if fits and old == new:
        broken.append("新密码不能和原密码相同")
    refusals = broken or _replace(user, fits, generate_password_hash(new))
    if refusals:
        raise Unmet(refusals)
    return User.get_by_id(user.id)


def _replace(user: User, fits: bool, password_hash: str) -> list[str]:
    with write_tx():
        user = locked(User, user.id)
        if still := _lock_left(user):
            return [still]
        if not fits:
            return [_fail(user, "") or "原密码不对，请重新输入"]
        user.password_hash, user.session_key = password_hash, secrets.token_hex(8)
        user.must_change_password, user.failures = False, 0
        user.save()
        _tell(user, "change_password")
    return []


def set_narrow(user: User, *, is_narrow: bool) -> None:
    """Fold or unfold the menu for `user`; no version, it is nobody else's business."""
    with write_tx():
        User.update(is_nav_narrow=is_narrow).where(User.id == user.id).execute()


def set_large(user: User, *, is_large: bool) -> None:
    """Show everything larger, or in the usual size, to `user`."""
    with write_tx():
        User.update(is_large=is_large).where(User.id == user.id).execute()


def _admit(user: User, fits: bool, address: str) -> str:
    """Let `user` in, or return the sentence of the refusal."""
    if left := _lock_left(user):
        _tell_failure(user, address, "locked")
        return left
    if not fits:
        return _fail(user, address) or WRONG
    if not user.is_active:
        _tell_failure(user, address, "closed")
        return CLOSED.format(_keeper(user))
    user.failures, user.locked_until = 0, None
    user.save(only=[User.failures, User.locked_until])
    _tell(user, "log_in", address=address)
    return ""


def _fail(user: User, address: str) -> str:
    """Count one failure; return the sentence about the lock if this one locked the account."""
    user.failures += 1
    is_too_many = user.failures > MOST_FAILURES
    if is_too_many:
        user.failures, user.locked_until = 0, moment.now() + LOCK
    user.save(only=[User.failures, User.locked_until])
    _tell_failure(user, address, "locks" if is_too_many else "wrong")
    return _lock_left(user)


def _lock_left(user: User) -> str:
    if user.locked_until is None or user.locked_until <= moment.now():
        return ""
    minutes = -(-(user.locked_until - moment.now()) // timedelta(minutes=1))
    until = f"{user.locked_until:%H:%M}，还有 {minutes} 分钟"
    return f"输错次数过多，账号锁定到 {until}。急用的，请{_keeper(user)}解锁"


def _keeper(user: User) -> str:
    """Return who keeps the account of `user`: of an institution, its own administrator."""
    return "本机构的机构管理员" if is_of_provider(user) else "系统管理员"


def _refuse_stranger(address: str) -> str:
    """A name that nobody has is not kept: it may be a password typed into the wrong field."""
    _append("log_in_failed", "未登录", {"username": "", "address": address, "why": "wrong"})
    return WRONG


def _tell_failure(user: User, address: str, why: str) -> None:
    _append("log_in_failed", "未登录", {"username": user.username, "address": address, "why": why})


def _tell(user: User, action: str, **change: Any) -> None:
    _append(action, user.name, {"username": user.username, **change}, actor=user.id)


def _append(action: str, name: str, change: dict[str, Any], actor: int | None = None) -> None:
    audit.append(STREAM, action, actor=actor, actor_name=name, on=moment.today(), change=change)
