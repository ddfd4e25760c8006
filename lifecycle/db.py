"""The one door for writing, and how the database file is opened."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from models import BaseModel, db

T = TypeVar("T", bound=BaseModel)

PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": "full",
    "busy_timeout": 10_000,
    "cache_size": -64_000,
}

_one_writer = threading.RLock()


def open_database(path: Path) -> None:
    """Point the models at the SQLite file `path`; connections are per thread."""
    if not db.is_closed():
        db.close()
    db.init(str(path), pragmas=PRAGMAS)


@contextmanager
def write_tx() -> Iterator[None]:
    """Run a block as one transaction that no other writer interrupts; inside another one, as part of it.

    On SQLite the outermost is BEGIN IMMEDIATE under a process-wide lock, so a read in it can be relied on.
    """
    with _one_writer:
        if db.in_transaction():
            with db.atomic():
                yield
            return
        with db.atomic("IMMEDIATE"):
            yield


def locked(model: type[T], row_id: int) -> T:
    """Return the row as it stands now, held until the transaction ends. Raises DoesNotExist."""
    if not db.in_transaction():
        raise RuntimeError("a row can only be held inside write_tx()")
    return model.get_by_id(row_id)
