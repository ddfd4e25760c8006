"""Backup and restore of the data folder: online copy of database and attachments, and a check of both.

The key file is not in a backup: it is kept apart, or a stolen backup would open every personal number.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from lifecycle import moment
from lifecycle.schema import copy_database

DATABASE = "dingdian.sqlite3"
ATTACHMENTS = "attachments"
KEEP = 14

# What a damaged archive or database answers with, besides being simply wrong.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    sqlite3.DatabaseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    RuntimeError,
)


class BackupBroken(Exception):
    """A backup is not whole; nothing was replaced."""


def write(instance: Path, to: Path) -> Path:
    """Write a backup of `instance` to the zip `to`, verify it, and return its path.

    Raises BackupBroken if what was written cannot be read back whole.
    """
    with tempfile.TemporaryDirectory(dir=instance) as scratch:
        database = Path(scratch) / DATABASE
        copy_database(instance / DATABASE, database)
        partial = to.with_name(to.name + ".partial")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = {DATABASE: _add(archive, database, DATABASE)}
            for path in sorted((instance / ATTACHMENTS).glob("*")):
                with suppress(FileNotFoundError):  # an upload that was refused meanwhile
                    sums[f"{ATTACHMENTS}/{path.name}"] = _add(archive, path, f"{ATTACHMENTS}/{path.name}")
            archive.writestr("sums.json", json.dumps(sums, sort_keys=True))
    verify(partial)
    os.replace(partial, to)
    return to


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> str:
    content = path.read_bytes()
    archive.writestr(name, content)
    return sha256(content).hexdigest()


def verify(path: Path) -> None:
    """Check every file against its sum, the database by SQLite's own check. Raises BackupBroken."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as scratch:
            sums = json.loads(archive.read("sums.json"))
            if set(archive.namelist()) != {*sums, "sums.json"}:
                raise BackupBroken("备份里的文件与清单不符")
            for name, digest in sums.items():
                if sha256(archive.read(name)).hexdigest() != digest:
                    raise BackupBroken(f"备份里的 {name} 已损坏")
            archive.extract(DATABASE, scratch)
            _check_database(Path(scratch) / DATABASE)
    except UNREADABLE as error:
        raise BackupBroken(f"备份无法读取：{error}") from error


def _check_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        if connection.execute("pragma integrity_check").fetchone()[0] != "ok":
            raise BackupBroken("备份里的数据库已损坏")
    finally:
        connection.close()


def restore(instance: Path, source: Path) -> Path:
    """Replace the data of `instance` by the backup `source` and return where the old data went.

    The product must not be running. Verifies first; on BackupBroken nothing was touched.
    """
    verify(source)
    aside = instance / f"replaced-{moment.now():%Y%m%d-%H%M%S}"
    aside.mkdir()
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", ATTACHMENTS):
        if (instance / name).exists():
            shutil.move(instance / name, aside / name)
    with zipfile.ZipFile(source) as archive:
        names = [name for name in archive.namelist() if name != "sums.json"]
        archive.extractall(instance, members=names)
    (instance / ATTACHMENTS).mkdir(exist_ok=True)
    return aside


def nightly(instance: Path) -> Path:
    """Write tonight's backup into the data folder's `backups` and drop all but the newest fourteen."""
    folder = instance / "backups"
    folder.mkdir(exist_ok=True)
    path = write(instance, folder / f"dingdian-{moment.today():%Y%m%d}.zip")
    for old in sorted(folder.glob("dingdian-*.zip"))[:-KEEP]:
        old.unlink()
    return path
