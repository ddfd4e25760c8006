"""Backup while others write, verification, restore; nothing is touched by a backup that is not whole."""

import hashlib
import json
import sqlite3
import zipfile
from threading import Event as Flag
from threading import Thread

import pytest

from lifecycle import backup, checks, files, workdays
from lifecycle.steps import take_step
from models import Attachment, Case, db
from tests.builders import a_draft, hand_of, system_hand
from tests.lifecycle.stations import a_case_at, day

PDF = b"%PDF-1.7 signed %%EOF"


@pytest.fixture
def instance(app):
    return app.config["INSTANCE"]


def with_a_file():
    case = a_case_at("accepted")
    hand = hand_of("clerk")
    return files.store_file(case, purpose="evidence", filename="证据.pdf", content=PDF, hand=hand)


def rows_in(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("select count(*) from event").fetchone()[0]
    finally:
        connection.close()


def folder(instance):
    """Every file of the data folder with its content, but for SQLite's own scratch files."""
    return {
        path.relative_to(instance): path.read_bytes()
        for path in sorted(instance.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_backup_holds_database_and_attachments_and_not_the_key(instance, tmp_path):
    row = with_a_file()
    written = backup.write(instance, tmp_path / "b.zip")
    with zipfile.ZipFile(written) as archive:
        assert sorted(archive.namelist()) == [
            f"attachments/{row.stored_as}",
            "dingdian.sqlite3",
            "sums.json",
        ]
        assert archive.read(f"attachments/{row.stored_as}") == PDF
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "instance"]


def test_a_backup_under_writing_is_whole_and_restores(app, instance, tmp_path):
    drafts = [a_draft() for _ in range(40)]
    hand, stop, filed = hand_of("clerk", today=day(3, 2)), Flag(), []

    def write():
        with db.connection_context():
            for draft in drafts:
                if stop.is_set():
                    return
                filed.append(take_step(draft, "file", hand=hand).id)

    writer = Thread(target=write)
    writer.start()
    paths = [backup.write(instance, tmp_path / f"{n}.zip") for n in range(3)]
    stop.set()
    writer.join()
    db.close()
    backup.restore(instance, paths[-1])
    db.connect()
    assert Case.select().where(Case.state == "filed").count() <= len(filed)
    assert list(checks.problems(system_hand(day(3, 2)))) == []


def test_a_restore_puts_everything_back_and_keeps_what_it_replaced(instance, tmp_path):
    row = with_a_file()
    written = backup.write(instance, tmp_path / "b.zip")
    case = take_step(row.case, "withdraw", hand=hand_of("clerk", today=day(3, 3)), reason="停业")
    files.path_of(row).unlink()
    db.close()
    aside = backup.restore(instance, written)
    workdays.forget()
    db.connect()
    assert (Case.get_by_id(case.id).state, files.is_whole(Attachment.get())) == ("accepted", True)
    assert rows_in(aside / "dingdian.sqlite3") > rows_in(instance / "dingdian.sqlite3")
    assert (instance / "key").exists()


def broken(path, tmp_path, how):
    """Return a copy of the backup `path`, broken one way."""
    bad = tmp_path / "bad.zip"
    raw = bytearray(path.read_bytes())
    if how == "cut off":
        bad.write_bytes(raw[: len(raw) // 2])
    elif how == "no archive":
        bad.write_bytes(b"hello")
    elif how == "bits flipped":
        for n in range(2000, 2400):
            raw[n] ^= 0xFF
        bad.write_bytes(raw)
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                if not (how == "no sums" and name == "sums.json"):
                    content = old.read(name)
                    new.writestr(
                        name, b"x" + content if how == "another file" and "attach" in name else content
                    )
            if how == "one file more":
                new.writestr("../key", b"0" * 64)
    return bad


@pytest.mark.parametrize(
    "how", ["cut off", "no archive", "bits flipped", "no sums", "another file", "one file more"]
)
def test_a_broken_backup_is_refused_and_touches_nothing(instance, tmp_path, how):
    with_a_file()
    written = backup.write(instance, tmp_path / "b.zip")
    bad = broken(written, tmp_path, how)
    db.close()
    before = folder(instance)
    with pytest.raises(backup.BackupBroken):
        backup.restore(instance, bad)
    assert folder(instance) == before
    db.connect()


def test_whichever_byte_is_damaged_the_answer_is_that_the_backup_is_broken(instance, tmp_path):
    with_a_file()
    raw, bad = backup.write(instance, tmp_path / "b.zip").read_bytes(), tmp_path / "bad.zip"
    refused = 0
    for place in range(5, len(raw), len(raw) // 60):
        bad.write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
        try:
            backup.verify(bad)
        except backup.BackupBroken:
            refused += 1
    assert refused > 50  # what is left are bytes that nobody reads, such as the hour of packing


def test_a_backup_whose_database_is_none_is_refused(instance, tmp_path):
    bad, junk = tmp_path / "bad.zip", b"SQLite format 3\0" + b"junk" * 500
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("dingdian.sqlite3", junk)
        archive.writestr("sums.json", json.dumps({"dingdian.sqlite3": hashlib.sha256(junk).hexdigest()}))
    with pytest.raises(backup.BackupBroken):
        backup.verify(bad)


def test_the_nightly_backup_keeps_the_newest_fourteen(instance, at):
    for n in range(1, 18):
        at(2026, 3, n)
        backup.nightly(instance)
    names = sorted(path.name for path in (instance / "backups").iterdir())
    assert names == [f"dingdian-202603{n:02d}.zip" for n in range(4, 18)]
