"""The trail: chained, append only, sealed; inside the transaction of its change; without personal numbers."""

import json
import sqlite3

import peewee
import pytest

from lifecycle import audit, bans, checks
from lifecycle.db import write_tx
from models import Case, Event, Person, Seal, db
from tests.builders import a_person, an_application, hand_of, night, step, system_hand
from tests.lifecycle.stations import a_case_at, an_agreement, day


def tamper(app, statement, *values):
    """Change the file as somebody would who holds it open beside the product."""
    db.close()
    raw = sqlite3.connect(app.config["INSTANCE"] / "dingdian.sqlite3")
    for table in ("event", "seal"):
        for verb in ("update", "delete"):
            raw.execute(f"drop trigger if exists {table}_no_{verb}")
    raw.execute(statement, values)
    raw.commit()
    raw.close()
    db.connect()


def test_a_step_is_told_with_actor_day_article_and_what_changed(app):
    case = a_case_at("accepted")
    event = Event.get(Event.action == "accept")
    assert (event.stream, event.case, event.actor, event.actor_name, event.on, event.article) == (
        f"case:{case.id}",
        case,
        case.handler,
        "clerk",
        day(3, 3),
        "第十二条（一）",
    )
    assert event.change == {
        "label": "受理",
        "state": ["filed", "accepted"],
        "data": {},
        "document": "安医保受字〔2026〕1号",
    }


def test_the_chain_holds_after_a_whole_life(app):
    agreement = an_agreement()
    night(agreement.closed_on or day(6, 1))
    assert list(audit.broken_links()) == []
    assert list(checks.problems(system_hand(day(6, 1)))) == []
    seqs = [e.seq for e in Event.select().where(Event.case == agreement).order_by(Event.id)]
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update event set reason = '另一个理由' where id = 3", "event 3 was altered"),
        ("update event set legal_on = '2026-01-01' where id = 3", "event 3 was altered"),
        ("update event set recorded_at = '2026-01-01 09:00:00' where id = 3", "event 3 was altered"),
        ("update event set actor_name = '别人' where id = 3", "event 3 was altered"),
        ("update event set change = '{}' where id = 3", "event 3 was altered"),
        ("update event set digest = hex(zeroblob(32)) where id = 3", "event 3 was altered"),
        ("delete from event where id = 3", "event 3 is missing before 4"),
    ],
)
def test_an_altered_or_missing_event_is_named(app, statement, told):
    case = a_case_at("accepted")
    assert Event.get_by_id(3).stream == f"case:{case.id}"
    tamper(app, statement)
    assert f"case:{case.id}: {told}" in list(audit.broken_links())


def test_a_removed_tail_is_betrayed_by_the_seal(app):
    an_application()
    night(day(3, 2))
    assert list(audit.broken_links()) == []
    tamper(app, "delete from event where id = (select max(id) from event)")
    assert list(audit.broken_links()) == ["seal of 2026-03-02: the events it fixed have changed"]


def test_a_rewritten_chain_is_betrayed_by_the_seal(app):
    an_application()
    night(day(3, 2))
    event = Event.select().order_by(Event.id.desc()).get()
    event.reason = "另一个理由"
    digest = audit._digest(audit._link_of(event))
    tamper(app, "update event set reason = ?, digest = ? where id = ?", event.reason, digest, event.id)
    assert list(audit.broken_links()) == ["seal of 2026-03-02: the events it fixed have changed"]


def test_a_removed_seal_is_betrayed_by_the_next(app):
    an_application()
    for n in (2, 3, 4):
        night(day(3, n))
    tamper(app, "delete from seal where day = '2026-03-03'")
    assert list(audit.broken_links()) == ["seal of 2026-03-04: the events it fixed have changed"]


@pytest.mark.parametrize("table", ["event", "seal"])
@pytest.mark.parametrize("statement", ["update {} set id = id + 100", "delete from {}"])
def test_the_database_refuses_to_change_the_trail(app, table, statement):
    an_application()
    night(day(3, 2))
    with pytest.raises(peewee.IntegrityError, match=f"{table} is append only"):
        db.execute_sql(statement.format(table))
    assert (Event.select().count() > 0, Seal.select().count()) == (True, 1)


def test_an_event_outside_a_transaction_is_a_fault_of_the_program(app):
    with pytest.raises(RuntimeError):
        audit.record("office:1", "anything", hand=hand_of("clerk"))
    assert Event.select().count() == 0


def test_an_event_falls_with_its_change(app):
    hand = hand_of("clerk")
    with write_tx(), db.atomic() as tx:
        audit.record("office:1", "anything", hand=hand)
        tx.rollback()
    assert Event.select().count() == 0
    with write_tx():
        first = audit.record("office:1", "anything", hand=hand)
    assert (first.seq, first.prev) == (1, audit.GENESIS)


def test_no_event_holds_a_personal_number(app):
    number = "371500199001010011"
    person = a_person("陶云峰", number)
    case = an_application(legal_representative=person)
    hand = hand_of("manager", today=day(3, 3))
    bans.impose(
        "person_ban",
        hand=hand,
        office=case.office,
        book=hand.book_of(case),
        from_on=day(3, 3),
        reason="原机构严重违法",
        person=person,
    )
    step(case, "withdraw", "clerk", day(3, 3), reason="停业")
    told = json.dumps(list(Event.select().dicts()), ensure_ascii=False, default=str)
    assert number not in told
    assert Person.get().id_masked == "3715**********0011"
    files = [path for path in app.config["INSTANCE"].rglob("*") if path.is_file()]
    assert [path.name for path in files if number.encode() in path.read_bytes()] == []


def test_the_invariants_name_what_is_broken(app):
    case = a_case_at("accepted")
    Case.update(state="correction_requested").where(Case.id == case.id).execute()
    db.execute_sql("update clock set is_lead = 0")
    db.execute_sql("update number_series set last = last + 1 where word = '受'")
    assert list(checks.problems(system_hand(day(3, 3)))) == [
        f"case {case.number} stands in correction_requested without its clock correction",
        f"case {case.number} shows none of its clocks in the lists",
        "documents of office 2, 受 2026: 1 numbers, highest 1, series at 2",
    ]
