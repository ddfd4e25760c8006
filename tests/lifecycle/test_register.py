"""The door of the register: institutions and persons, encrypted, found again, audited."""

import json

import pytest

from demo import numbers
from lifecycle import register, vault
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Event, Institution, Person, Role
from rules.identity import mask_id
from tests.builders import an_institution, an_office, hand_of

VALUES = {
    "kind": "medical",
    "name": "安澜沙堤颐康医院",
    "uscc": numbers.credit_code(9001),
    "licence_no": "PDY70388137159917A1001",
    "address": "安澜县沙堤镇文昌街 66 号",
}
NUMBER = numbers.resident_id(9001)


def a_registered(**fields):
    return register.save_institution(
        {**VALUES, **fields}, hand=hand_of(Role.CLERK), persons={"legal_representative": ("陶云峰", NUMBER)}
    )


def events_of(institution, action):
    return list(Event.select().where(Event.stream == f"institution:{institution.id}", Event.action == action))


def test_an_institution_is_found_by_name_initials_pinyin_and_codes(app):
    key = a_registered(national_code="H37159900218").search_key
    sought = ("颐康", "alsdykyy", "yikang", VALUES["uscc"].lower(), "pdy70388", "h371599")
    assert [part for part in sought if part not in key] == []


def test_the_key_of_a_long_name_fits_its_column_and_keeps_the_codes(app):
    key = register.search_key("安" * 120, "91371599MADH60TL25")
    assert (len(key) <= 300, "91371599madh60tl25" in key) == (True, True)


def test_a_resident_id_is_stored_encrypted_and_masked(app):
    person = a_registered().legal_representative
    row = Person.get_by_id(person.id)
    assert NUMBER.encode() not in bytes(row.id_cipher)
    assert (vault.reveal(row.id_cipher), row.id_masked) == (NUMBER, f"{NUMBER[:4]}{'*' * 10}{NUMBER[-4:]}")


def test_the_same_number_is_the_same_person_in_another_institution(app):
    one = a_registered()
    other = a_registered(name="安澜沙堤颐康诊所", uscc=numbers.credit_code(9002), licence_no="")
    assert one.legal_representative == other.legal_representative
    assert Person.select().where(Person.id_digest == vault.digest(NUMBER)).count() == 1


def test_a_known_number_under_another_name_is_refused(app):
    a_registered()
    with pytest.raises(Unmet, match="已登记在“陶云峰”名下"):
        register.save_person("陶云锋", NUMBER, hand=hand_of(Role.CLERK))


def test_events_hold_what_changed_with_personal_numbers_masked(app):
    institution = a_registered()
    number = numbers.resident_id(9003)
    register.save_institution(
        {"beds": 120},
        hand=hand_of(Role.MANAGER),
        institution=institution,
        persons={"legal_representative": ("许长河", number)},
        version=1,
    )
    [event] = events_of(institution, "change_institution")
    masked = f"许长河 {number[:4]}{'*' * 10}{number[-4:]}"
    assert event.change["after"] == {"beds": 120, "legal_representative": masked}
    assert event.change["before"]["beds"] is None
    text = "".join(json.dumps(e.change) for e in Event.select())
    assert NUMBER not in text
    assert number not in text


def test_saving_nothing_new_leaves_no_event_and_no_version(app):
    institution = a_registered()
    same = {"legal_representative": ("陶云峰", "")}
    again = register.save_institution(
        VALUES, hand=hand_of(Role.CLERK), institution=institution, persons=same, version=1
    )
    assert (again.version, events_of(institution, "change_institution")) == (1, [])


def test_a_stale_version_is_told_and_nothing_is_written(app):
    institution = a_registered()
    hand = hand_of(Role.CLERK)
    register.save_institution({"beds": 100}, hand=hand, institution=institution, version=1)
    with pytest.raises(Conflict, match="同事刚刚改动了"):
        register.save_institution({"beds": 200}, hand=hand, institution=institution, version=1)
    assert Institution.get_by_id(institution.id).beds == 100


def test_twins_and_other_offices_rows_are_refused(app):
    a_registered()
    with pytest.raises(register.Registered, match="请从台账选用"):
        a_registered(name="另一家")
    foreign = an_institution(office=an_office("别县医疗保险事业中心", "别医保"))
    with pytest.raises(NotAllowed):
        register.save_institution({"beds": 1}, hand=hand_of(Role.CLERK), institution=foreign)


def test_a_corrected_name_of_a_kept_person_is_an_event(app):
    institution = a_registered()
    register.save_institution(
        {},
        hand=hand_of(Role.CLERK),
        institution=institution,
        persons={"legal_representative": ("陶云锋", "")},
    )
    assert Institution.get_by_id(institution.id).legal_representative.name == "陶云锋"
    assert Event.select().where(Event.action == "rename_person").get().change["name"] == ["陶云峰", "陶云锋"]


def test_a_person_without_a_number_is_refused(app):
    with pytest.raises(Unmet, match="身份证号"):
        register.save_institution(VALUES, hand=hand_of(Role.CLERK), persons={"principal": ("邵启明", "")})
    assert Institution.select().count() == 0


def test_a_reveal_returns_the_number_and_leaves_an_event(app):
    institution = a_registered()
    assert register.reveal(institution, "legal_representative", hand=hand_of(Role.REVIEWER)) == NUMBER
    [event] = events_of(institution, "reveal_id")
    assert (event.change["role"], event.change["id"]) == (
        "legal_representative",
        institution.legal_representative.id_masked,
    )
    with pytest.raises(Unmet):
        register.reveal(institution, "principal", hand=hand_of(Role.REVIEWER))


def test_a_number_corrected_where_the_mask_hides_it_is_saved_and_told(app):
    row, hand = an_institution(), hand_of(Role.CLERK)
    first, second = reads_the_same()
    register.save_institution({}, persons={"principal": ("岳玉兰", first)}, hand=hand, institution=row)
    register.save_institution({}, persons={"principal": ("岳玉兰", second)}, hand=hand, institution=row)
    told = Event.select().where(Event.action == "change_institution").order_by(Event.id.desc()).get()
    saved = Institution.get_by_id(row.id)
    assert register.reveal(saved, "principal", hand=hand) == second
    assert told.change["after"]["principal"].endswith("（证件号码已更正）")


def reads_the_same():
    """Two resident ids with valid check digits that differ only where the mask hides them."""
    known = {}
    for n in range(1, 12_000):
        number = numbers.resident_id(n * 1_000 + 7)
        if (other := known.setdefault(mask_id(number), number)) != number:
            return other, number
    raise AssertionError("no two numbers read the same")
