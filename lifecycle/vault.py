"""Personal numbers at rest: AES-GCM with a key outside the database, and an HMAC to look them up by."""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_keys: dict[str, bytes] = {}


def open_vault(path: Path) -> None:
    """Read the key file, or make one readable by the owner alone.

    Raises ValueError if the file is not 64 bytes: a wrong key must not start to write.
    """
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(64))
    raw = path.read_bytes()
    if len(raw) != 64:
        raise ValueError(f"key file {path.name} must hold 64 bytes")
    _keys.update(cipher=raw[:32], digest=raw[32:])


def seal(plain: str) -> bytes:
    """Return `plain` encrypted; a new nonce each time, so equal numbers look different."""
    return seal_bytes(plain.encode())


def reveal(cipher: bytes) -> str:
    """Return the plain number. Raises InvalidTag if it was altered or the key is another one."""
    return reveal_bytes(cipher).decode()


def seal_bytes(plain: bytes) -> bytes:
    """Return a whole file encrypted, as `seal` does a number."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_keys["cipher"]).encrypt(nonce, plain, None)


def reveal_bytes(cipher: bytes) -> bytes:
    """Return the plain file. Raises InvalidTag as `reveal` does."""
    return AESGCM(_keys["cipher"]).decrypt(bytes(cipher[:12]), bytes(cipher[12:]), None)


def digest(plain: str) -> str:
    """Return the HMAC by which equal numbers are found, as 64 hexadecimal characters."""
    return hmac.new(_keys["digest"], plain.encode(), sha256).hexdigest()


def secret_key() -> bytes:
    """Return the key that signs sessions, derived from the key file."""
    return hmac.new(_keys["digest"], b"session", sha256).digest()
