"""What registering and marking write, and what they refuse."""

from datetime import date

import pytest

from demo import numbers
from lifecycle import intake
from lifecycle.errors import BadDay, NotAllowed, Unmet
from models import Application, Case, Event, Institution, Role
from tests.builders import a_draft, an_application, hand_of

TYPED = {
    "institution": {
        "kind": "medical",
        "name": "安澜沙堤颐康医院",
        "uscc": numbers.credit_code(6001),
        "licence_no": "PDY1",
        "address": "安澜县沙堤镇",
    },
    "persons": {"legal_representative": ("陶云峰", numbers.resident_id(6001))},
    "application": {
        "types": ["outpatient_pooling"],
        "features": [],
        "operating_since": date(2024, 5, 1),
        "applied_on": date(2026, 3, 2),
    },
}


def test_an_application_is_registered_whole_or_not_at_all(app):
    late = intake.Typed(**TYPED, received_on=date(2026, 2, 27))
    with pytest.raises(BadDay):
        intake.register_application(late, hand=hand_of(Role.CLERK))
    assert (Institution.select().count(), Case.select().count(), Event.select().count()) == (0, 0, 0)


def test_an_application_without_types_cannot_be_filed(app):
    empty = {**TYPED, "application": {**TYPED["application"], "types": []}}
    with pytest.raises(Unmet, match="请选择申请定点类型"):
        intake.register_application(intake.Typed(**empty), hand=hand_of(Role.CLERK))
    assert Institution.select().count() == 0


def test_a_draft_that_was_filed_meanwhile_is_not_changed(app):
    case = an_application()
    with pytest.raises(NotAllowed, match="不能再改草稿"):
        intake.change_draft(case, intake.Typed(**TYPED), hand=hand_of(Role.CLERK))


def test_a_draft_stays_a_draft_until_it_is_submitted(app):
    case = a_draft()
    before = case.institution.name
    typed = intake.Typed(**TYPED, is_draft=True, form={"name": ["安澜沙堤颐康医院"], "phone": ["1"]})
    assert intake.change_draft(case, typed, hand=hand_of(Role.CLERK)).state == "draft"
    assert Institution.get_by_id(case.institution_id).name == before
    draft = Application.get().draft
    assert (draft["form"], draft["is_new"]) == ({"name": ["安澜沙堤颐康医院"], "phone": ["1"]}, False)
    assert list(draft["ids"]) == ["legal_representative"]
    assert numbers.resident_id(6001) not in str(draft)
