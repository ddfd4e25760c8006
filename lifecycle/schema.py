"""Bringing a database file up to the present shape: numbered migrations, after a copy of the file."""

import os
import sqlite3
from pathlib import Path

from playhouse.migrations import Runner

from models import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(path: Path, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is pending in `folder` to the open database at `path` and return the names.

    The file is copied beside itself first, unless nothing is pending. On MigrationError it is as before.
    """
    runner = Runner(db, str(folder))
    pending = [row.name for row in runner.status() if not row.applied]
    if pending and runner.applied():
        copy_database(path, path.with_name(f"{path.stem}-before-{pending[0]}.sqlite3"))
    return runner.up()


def copy_database(path: Path, to: Path) -> None:
    """Copy a live SQLite file in one step, whatever others write; `to` appears only when it is whole."""
    partial = to.with_suffix(".partial")
    source, target = sqlite3.connect(path), sqlite3.connect(partial)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    os.replace(partial, to)
