"""Papers with their validity: recorded, changed, ended; each with an event."""

from datetime import date

import pytest

from lifecycle import credentials
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Credential, Event, Role
from tests.builders import an_institution, an_office, hand_of

LICENCE = {
    "kind": "licence",
    "title": "医疗机构执业许可证",
    "number": "PDY1",
    "valid_from": date(2024, 1, 1),
    "valid_until": date(2026, 12, 31),
}


def a_credential(**fields):
    institution = fields.pop("institution", None) or an_institution()
    return credentials.save({**LICENCE, **fields}, hand=hand_of(Role.CLERK), institution=institution)


def actions(institution):
    return [e.action for e in Event.select().where(Event.stream == f"institution:{institution.id}")]


def test_a_paper_is_recorded_and_told(app):
    row = a_credential()
    assert (row.version, actions(row.institution)) == (1, ["add_credential"])
    assert Event.get().change["after"]["valid_until"] == "2026-12-31"


def test_a_change_is_told_with_before_and_after_and_saving_the_same_is_not(app):
    row = a_credential()
    hand = hand_of(Role.AGREEMENT)
    credentials.save(LICENCE, hand=hand, institution=row.institution, credential=row, version=1)
    assert actions(row.institution) == ["add_credential"]
    credentials.save(
        {"valid_until": date(2029, 12, 31)}, hand=hand, institution=row.institution, credential=row, version=1
    )
    event = Event.get(Event.action == "change_credential")
    assert (event.change["before"], event.change["after"]) == (
        {"valid_until": "2026-12-31"},
        {"valid_until": "2029-12-31"},
    )


def test_a_stale_version_is_told(app):
    row = a_credential()
    hand = hand_of(Role.CLERK)
    credentials.save({"note": "一"}, hand=hand, institution=row.institution, credential=row, version=1)
    with pytest.raises(Conflict, match="同事刚刚改动了"):
        credentials.save({"note": "二"}, hand=hand, institution=row.institution, credential=row, version=1)
    assert Credential.get().note == "一"


def test_a_paper_that_ends_before_it_begins_is_refused(app):
    with pytest.raises(Unmet, match="不能早于"):
        a_credential(valid_until=date(2023, 12, 31))
    assert Credential.select().count() == 0


def test_an_ended_paper_has_a_reason_and_is_changed_no_more(app):
    row = a_credential()
    hand = hand_of(Role.CLERK)
    with pytest.raises(Unmet, match="停用原因"):
        credentials.end(row, hand=hand, reason="")
    credentials.end(row, hand=hand, reason="换发新证", version=1)
    kept = Credential.get()
    assert (kept.ended_on, kept.ended_reason) == (date(2026, 3, 2), "换发新证")
    with pytest.raises(Unmet, match="已于 2026-03-02 停用"):
        credentials.end(row, hand=hand, reason="再来一次")
    with pytest.raises(Unmet, match="停用"):
        credentials.save({"note": "x"}, hand=hand, institution=row.institution, credential=row)


def test_another_offices_papers_are_not_touched(app):
    foreign = an_institution(office=an_office("别县医保中心", "别医保"))
    with pytest.raises(NotAllowed):
        a_credential(institution=foreign)
    assert Credential.select().count() == 0
