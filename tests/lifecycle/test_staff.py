"""The roster: one row a person while at work, known by document number, told in events without numbers."""

import json
from datetime import date

import pytest

from demo import numbers
from lifecycle import staff, vault
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Event, Person, Role, Staff
from tests.builders import an_institution, an_office, hand_of

NUMBER = numbers.resident_id(9201)
NURSE = {"gender": "女", "category": "nurse", "title": "护师", "department": "内科", "remark": "在职"}


def a_nurse(institution=None, name="杜鹃", number=NUMBER, **fields):
    return staff.save(
        {**NURSE, **fields},
        hand=hand_of(Role.CLERK),
        institution=institution or an_institution(),
        person=(name, number),
    )


def test_somebody_is_taken_on_encrypted_and_masked(app):
    row = a_nurse()
    assert (row.category, vault.reveal(row.person.id_cipher)) == ("nurse", NUMBER)
    text = "".join(json.dumps(e.change) for e in Event.select())
    assert (NUMBER in text, row.person.id_masked in text) == (False, True)


def test_the_same_number_is_the_same_person_in_two_institutions(app):
    one, other = a_nurse(), a_nurse()
    assert (one.person, Person.select().where(Person.name == "杜鹃").count()) == (other.person, 1)


def test_nobody_stands_twice_on_a_roster_while_at_work(app):
    row = a_nurse()
    with pytest.raises(Unmet, match="已在花名册上"):
        a_nurse(row.institution)
    staff.leave(row, hand=hand_of(Role.CLERK), on=date(2026, 3, 1), version=1)
    again = a_nurse(row.institution)
    assert (Staff.select().count(), again.left_on) == (2, None)


def test_a_known_number_under_another_name_is_refused(app):
    a_nurse()
    with pytest.raises(Unmet, match="已登记在“杜鹃”名下"):
        a_nurse(name="杜娟")
    assert Staff.select().count() == 1


def test_a_change_is_told_and_saving_the_same_is_not(app):
    row = a_nurse()
    hand, same = hand_of(Role.CLERK), {"person": ("杜鹃", ""), "institution": row.institution, "staff": row}
    staff.save(NURSE, hand=hand, version=1, **same)
    assert Event.select().where(Event.action == "change_staff").count() == 0
    staff.save({"title": "主管护师"}, hand=hand, version=1, **same)
    event = Event.get(Event.action == "change_staff")
    assert (event.change["before"], event.change["after"]) == ({"title": "护师"}, {"title": "主管护师"})
    with pytest.raises(Conflict):
        staff.save({"title": "护士"}, hand=hand, version=1, **same)


@pytest.mark.parametrize("on", [date(2026, 3, 3), date(2023, 12, 31)])
def test_nobody_leaves_tomorrow_or_before_the_contract(app, on):
    row = a_nurse(contract_from=date(2024, 1, 1))
    with pytest.raises(BadDay):
        staff.leave(row, hand=hand_of(Role.CLERK), on=on)
    assert Staff.get().left_on is None


def test_who_left_is_changed_no_more(app):
    row = a_nurse()
    staff.leave(row, hand=hand_of(Role.CLERK), on=date(2026, 3, 1))
    with pytest.raises(Unmet, match="已于 2026-03-01 离职"):
        staff.leave(row, hand=hand_of(Role.CLERK), on=date(2026, 3, 2))


def test_a_contract_does_not_end_before_it_begins(app):
    with pytest.raises(Unmet, match="劳动合同期"):
        a_nurse(contract_from=date(2026, 1, 1), contract_until=date(2025, 1, 1))
    assert Staff.select().count() == 0


def test_another_offices_roster_is_not_touched(app):
    with pytest.raises(NotAllowed):
        a_nurse(an_institution(office=an_office("别县医保中心", "别医保")))


def test_a_reveal_returns_the_number_and_leaves_an_event(app):
    row = a_nurse()
    assert staff.reveal(row, hand=hand_of(Role.REVIEWER)) == NUMBER
    assert Event.get(Event.action == "reveal_id").change["id"] == row.person.id_masked
