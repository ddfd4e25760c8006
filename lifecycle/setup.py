"""What the first start makes: the first office and administrator, with a password shown once."""

import secrets

from werkzeug.security import generate_password_hash

from lifecycle import audit, moment
from lifecycle.db import write_tx
from models import Level, Office, Role, User, UserRole

# no letters or digits that are read for one another
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password(length: int = 12) -> str:
    """Return a random password that can be dictated."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def first_administrator() -> str | None:
    """Make the first office and its administrator; return the one-time password, or None if there is one."""
    with write_tx():
        if UserRole.select().where(UserRole.role == Role.ADMIN).exists():
            return None
        password = one_time_password()
        office = Office.create(
            name="（请填写经办机构名称）", code="医保", level=Level.COUNTY, region="liaocheng"
        )
        user = User.create(
            username="admin",
            name="系统管理员",
            office=office,
            password_hash=generate_password_hash(password),
            session_key=secrets.token_hex(8),
        )
        UserRole.create(user=user, role=Role.ADMIN)
        audit.append(
            "accounts", "first_start", actor_name="系统", on=moment.today(), change={"username": "admin"}
        )
    return password
