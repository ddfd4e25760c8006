"""Files that only the product itself reads again: encrypted, under random names, beside the attachments."""

import secrets

from lifecycle import files, vault


def put_away(content: bytes) -> str:
    """Keep `content` encrypted and return the name under which it lies."""
    name = secrets.token_hex(16)
    (files.folder() / name).write_bytes(vault.seal_bytes(content))
    return name


def fetch(name: str) -> bytes:
    """Return what was put away. Raises FileNotFoundError once it was thrown away."""
    return vault.reveal_bytes((files.folder() / name).read_bytes())


def throw_away(name: str) -> None:
    """Remove it; nothing happens if it is gone already."""
    (files.folder() / name).unlink(missing_ok=True)
