"""What is done to an account, whoever keeps it: a new password, the end of a lock, closing, opening again.

Changes of a row that is already locked. Who may, and the event that tells it, stand with the keepers: the
administrator of the offices (settings), the offices and institutions (memberships.py).
"""

import secrets
from collections.abc import Callable

from werkzeug.security import generate_password_hash

from models import User

Change = Callable[[User], None]


def new_password(password: str) -> Change:
    """Return the change that gives an account `password`, hashed here, before a transaction begins.

    Every session of the account ends, a lock too; the next log-in has to change it.
    """
    password_hash = generate_password_hash(password)

    def change(row: User) -> None:
        row.password_hash, row.session_key = password_hash, secrets.token_hex(8)
        row.must_change_password = True
        unlock(row)

    return change


def unlock(row: User) -> None:
    """End the lock after too many wrong passwords before its time."""
    row.failures, row.locked_until = 0, None


def close(row: User) -> None:
    """Close the account: no log-in any more, its open sessions end."""
    row.is_active, row.session_key = False, secrets.token_hex(8)


def reopen(row: User) -> None:
    """Open a closed account again, under its old password."""
    row.is_active = True
    unlock(row)
