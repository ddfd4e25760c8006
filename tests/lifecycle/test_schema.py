"""Migrations lead to what models.py says, after a copy of the file."""

import sqlite3

import pytest
from peewee import SqliteDatabase

from lifecycle import schema
from lifecycle.db import open_database
from models import TABLES, TRIGGERS, BaseModel, Case, db
from tests.builders import an_application


def shape(execute):
    """Tables, indexes and triggers as SQLite keeps them, without the migrations' own table."""
    rows = execute("select type, name, sql from sqlite_master where sql is not null").fetchall()
    return {
        (kind, name): " ".join(sql.replace("IF NOT EXISTS ", "").split())
        for kind, name, sql in rows
        if "migration" not in name
    }


def test_the_migrated_file_has_the_shape_of_the_models(app):
    migrated = shape(db.execute_sql)
    fresh = SqliteDatabase(":memory:")
    with fresh.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        fresh.create_tables(TABLES)
        for trigger in TRIGGERS:
            fresh.execute_sql(trigger)
        declared = shape(fresh.execute_sql)
    assert {name.lower(): sql.lower() for (_, name), sql in migrated.items()} == {
        name.lower(): sql.lower() for (_, name), sql in declared.items()
    }


def test_every_model_is_in_the_list_of_tables():
    assert set(BaseModel.__subclasses__()) == set(TABLES)


def test_every_index_of_the_models_exists_under_its_own_name(app):
    named = {index._name for model in TABLES for index in model._meta.fields_to_index()}
    existing = {row[0] for row in db.execute_sql("select name from sqlite_master where type = 'index'")}
    assert named <= existing


@pytest.fixture
def folder(tmp_path):
    """The migrations with one more to come."""
    target = tmp_path / "migrations"
    target.mkdir()
    for path in schema.MIGRATIONS.glob("*.py"):
        (target / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (target / "0099_note.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('create table extra (id integer)')\n", encoding="utf-8"
    )
    return target


def test_a_pending_migration_runs_after_a_copy_of_the_file(app, folder):
    case = an_application()
    path = app.config["INSTANCE"] / "dingdian.sqlite3"
    assert schema.migrate(path) == []
    assert not list(path.parent.glob("*-before-*"))
    assert schema.migrate(path, folder) == ["0099_note"]
    copy = sqlite3.connect(path.with_name("dingdian-before-0099_note.sqlite3"))
    assert copy.execute("select number from 'case'").fetchall() == [(case.number,)]
    assert copy.execute("select count(*) from sqlite_master where name = 'extra'").fetchone() == (0,)
    copy.close()
    assert Case.get().number == case.number


def test_a_new_file_is_made_whole_and_a_second_start_changes_nothing(app, tmp_path):
    open_database(tmp_path / "new.sqlite3")
    with db.connection_context():
        assert schema.migrate(tmp_path / "new.sqlite3") != []
        first = shape(db.execute_sql)
        assert schema.migrate(tmp_path / "new.sqlite3") == []
        assert shape(db.execute_sql) == first
    assert not list(tmp_path.glob("*-before-*"))


FIRST_FILE = """
insert into office values (1, '局', '安医保', 'county', null, 'liaocheng', '安澜县',
    '', '', '17:30', '', 1, 1);
insert into user values (1, 'li', '李', 1, '', '', '', 1, 0, 0, null, '', 0, 0, null, 1);
insert into user_role values (1, 1, 'clerk');
insert into institution values (1, 1, 'medical', '县医院', '', 'X', '', '', '', '', '', 0, null, '', 80,
    '', null, '', '', null, null, null, 1);
insert into "case" values (1, '2026-0001', 'application', 1, 1, 'b', 'r', '{}', 'filed', '', 1, 1, null, 1,
    '2026-03-02', '2026-03-02', null, 1);
insert into application values (1, 1, '[]', '[]', '{}', null, null, '', '', '', '', 1);
insert into case_material values (1, 1, 'm9', 9, '原件', 'received', '2026-03-03', 1, '', 1,
    '2026-03-04 10:00:00', 1);
insert into case_material values (2, 1, 'm1', 1, '表', 'pending', null, 0, '', null, null, 1);
"""


def test_a_file_of_the_first_release_keeps_its_rows_and_fills_the_new_columns(app, tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    initial = schema.MIGRATIONS / "0001_initial.py"
    (first / initial.name).write_text(initial.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "old.sqlite3"
    open_database(path)
    with db.connection_context():
        schema.migrate(path, first)
        for statement in FIRST_FILE.split(";\n"):
            if statement.strip():
                db.execute_sql(statement)
        assert schema.migrate(path) != []
        assert db.execute_sql("pragma foreign_key_check").fetchall() == []
        rows = db.execute_sql(
            "select key, is_original_seen, original_seen_on, original_seen_by_id from case_material"
        )
        assert rows.fetchall() == [("m9", 1, "2026-03-03", 1), ("m1", 0, None, None)]
        assert db.execute_sql("select channel, answers from application").fetchall() == [("window", "{}")]
        assert db.execute_sql("select hides_officers, code from office").fetchall() == [(1, "安医保")]
        assert Case.get().institution.profile == {}
    assert list(tmp_path.glob("old-before-*"))
