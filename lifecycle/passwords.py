"""What a password must be, and the comparison that takes as long for an unknown user as for a known one."""

import secrets
from datetime import timedelta

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST, SHORTEST_OF_ADMINISTRATOR, CLASSES = 8, 10, 3
LONGEST = 128
MOST_FAILURES = 5  # the next one locks (readings X-20: 超过 excludes the number)
LOCK = timedelta(minutes=10)

_nobody = generate_password_hash(secrets.token_hex(16))


def is_right(password_hash: str | None, password: str) -> bool:
    """Return whether `password` fits; without a hash, False after the same work."""
    fits = check_password_hash(password_hash or _nobody, password)
    return fits and bool(password_hash)


def gaps(password: str, *, username: str, is_administrator: bool) -> list[str]:
    """Return one sentence for each rule that `password` breaks."""
    shortest = SHORTEST_OF_ADMINISTRATOR if is_administrator else SHORTEST
    found = []
    if len(password) < shortest:
        found.append(f"新密码至少 {shortest} 个字符")
    if len(password) > LONGEST:
        found.append(f"新密码不超过 {LONGEST} 个字符")
    if _classes(password) < CLASSES:
        found.append("新密码须含大写字母、小写字母、数字、其他符号中的三类")
    if username.lower() in password.lower():
        found.append("新密码不能含有用户名")
    return found


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdecimal, lambda char: not char.isalnum())
    return sum(any(test(char) for char in password) for test in tests)
