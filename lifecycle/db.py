"""The one door for writing, and how the database file is opened."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from peewee import Field, JSONField

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


def insert_all(model: type[T], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by field names; what a row leaves out is the field's default, or null.

    One prepared statement for all: building SQL for thousands of rows costs more than running it.
    Raises RuntimeError outside a transaction.
    """
    if not db.in_transaction():
        raise RuntimeError("many rows can only be written inside write_tx()")
    fields = [field for field in model._meta.sorted_fields if not field.primary_key]
    marks = ", ".join("json(?)" if isinstance(field, JSONField) else "?" for field in fields)
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    sql = f'insert into "{model._meta.table_name}" ({names}) values ({marks})'  # noqa: S608 - names of the models
    db.cursor().executemany(sql, [_stored(row, fields) for row in rows])


def _stored(row: Mapping[str, Any], fields: Sequence[Field]) -> list[Any]:
    """Return the values of a row as the database keeps them."""
    values = []
    for field in fields:
        value = row[field.name] if field.name in row else _default(field)
        is_json = isinstance(field, JSONField)
        values.append(json.dumps(value, ensure_ascii=False) if is_json else field.db_value(value))
    return values


def _default(field: Field) -> Any:
    return field.default() if callable(field.default) else field.default


def locked(model: type[T], row_id: int) -> T:
    """Return the row as it stands now, held until the transaction ends. Raises DoesNotExist."""
    if not db.in_transaction():
        raise RuntimeError("a row can only be held inside write_tx()")
    return model.get_by_id(row_id)
