"""What registering and marking write, and what they refuse."""

from datetime import date

import pytest

from blueprints.intake import operations
from demo import numbers
from lifecycle import materials
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Case, CaseMaterial, Event, Institution, Role
from tests.builders import a_draft, an_accepted, an_application, hand_of

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


def row_of(case, no):
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def mark(row, state, hand=None, **given):
    return materials.mark_material(row, state=state, hand=hand or hand_of(Role.CLERK), **given)


def test_an_application_is_registered_whole_or_not_at_all(app):
    late = operations.Typed(**TYPED, received_on=date(2026, 2, 27))
    with pytest.raises(BadDay):
        operations.register_application(late, hand=hand_of(Role.CLERK))
    assert (Institution.select().count(), Case.select().count(), Event.select().count()) == (0, 0, 0)


def test_an_application_without_types_cannot_be_filed(app):
    empty = {**TYPED, "application": {**TYPED["application"], "types": []}}
    with pytest.raises(Unmet, match="请选择申请定点类型"):
        operations.register_application(operations.Typed(**empty), hand=hand_of(Role.CLERK))
    assert Institution.select().count() == 0


def test_a_draft_that_was_filed_meanwhile_is_not_changed(app):
    case = an_application()
    with pytest.raises(NotAllowed, match="不能再改草稿"):
        operations.change_draft(case, operations.Typed(**TYPED), hand=hand_of(Role.CLERK))


def test_a_draft_stays_a_draft_until_it_is_submitted(app):
    case = a_draft()
    typed = operations.Typed(**TYPED, is_draft=True)
    assert operations.change_draft(case, typed, hand=hand_of(Role.CLERK)).state == "draft"
    assert Institution.get_by_id(case.institution_id).name == "安澜沙堤颐康医院"


@pytest.mark.parametrize(
    ("feature", "no"),
    [
        pytest.param("large_equipment", 8, marks=pytest.mark.clause("LC-08-8-3a", "LC-08-8-3b")),
        pytest.param("obstetrics", 9, marks=pytest.mark.clause("LC-08-8-1")),
        pytest.param("special_training", 10, marks=pytest.mark.clause("LC-08-8-2")),
    ],
)
def test_a_conditional_material_is_asked_for_where_its_feature_is_ticked(app, feature, no):
    ticked = {**TYPED, "application": {**TYPED["application"], "features": [feature]}}
    case = operations.register_application(operations.Typed(**ticked), hand=hand_of(Role.CLERK))
    conditional = {
        row.no: row.state for row in materials.material_rows(case, hand_of(Role.CLERK)) if row.is_conditional
    }
    assert {n for n, state in conditional.items() if state == "pending"} == {no}


@pytest.mark.clause("LC-09-7-1a", "LC-09-7-1b", "LC-09-7-1c")
def test_the_negotiated_drug_type_asks_a_pharmacy_for_its_three_papers(app):
    plain, special = (
        an_application(kind="pharmacy", types=types) for types in (["personal_account"], ["negotiated_drug"])
    )
    assert [(row_of(case, 7).state, row_of(case, 9).state) for case in (plain, special)] == [
        ("not_applicable", "not_applicable"),
        ("pending", "pending"),
    ]


def test_a_row_shows_what_the_book_says_about_it(app):
    case = an_application()
    row = materials.material_rows(case, hand_of(Role.CLERK))[8]
    assert (row.no, row.needs_original, row.is_conditional, row.applies) == (9, True, True, "妇产专业")
    assert (row.state_label, row.files, row.is_editable) == ("不适用", 0, True)


def test_a_seen_original_is_told(app):
    row = mark(row_of(an_application(), 9), "received", original_seen=True)
    assert materials.material_row(row, hand_of(Role.CLERK)).state_label == "已核原件"


def test_a_mark_is_an_event_with_before_and_after(app):
    mark(row_of(an_application(), 3), "missing", note="缺骑缝章")
    event = Event.select().where(Event.action == "mark_material").get()
    assert event.change["changed"] == {"state": ["pending", "missing"], "note": ["", "缺骑缝章"]}
    assert (event.change["no"], event.article) == (3, "第八条（三）")


def test_marking_the_same_again_leaves_no_event(app):
    row = mark(row_of(an_application(), 3), "received")
    assert mark(row, "received", version=2).version == 2
    assert Event.select().where(Event.action == "mark_material").count() == 1


def test_what_every_applicant_must_hand_in_is_never_not_applicable(app):
    with pytest.raises(Unmet, match="第 1 项必须提交"):
        mark(row_of(an_application(), 1), "not_applicable")


def test_a_material_is_not_received_tomorrow(app):
    with pytest.raises(BadDay):
        mark(row_of(an_application(), 1), "received", on=date(2026, 3, 3))


def test_a_stale_row_is_a_conflict(app):
    row = row_of(an_application(), 1)
    mark(row, "received", version=1)
    with pytest.raises(Conflict):
        mark(row, "missing", version=1)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_materials_are_marked_by_the_window_alone(app, role):
    row = row_of(an_application(), 1)
    with pytest.raises(NotAllowed):
        mark(row, "received", hand=hand_of(role))


def test_after_acceptance_the_list_is_shut(app):
    case = an_accepted()
    with pytest.raises(NotAllowed, match="现在不能改动材料清单"):
        mark(row_of(case, 1), "missing")
    assert {row.is_editable for row in materials.material_rows(case, hand_of(Role.CLERK))} == {False}


def test_the_list_is_read_in_one_statement(app, statements):
    case, hand = an_application(), hand_of(Role.CLERK)
    assert case.office_id
    with statements() as seen:
        rows = materials.material_rows(case, hand)
    assert (len(rows), len(seen)) == (12, 1)


def test_receiving_the_rest_leaves_marked_rows_alone(app):
    case = an_application()
    mark(row_of(case, 3), "missing")
    assert materials.receive_rest(case, hand=hand_of(Role.CLERK), on=date(2026, 3, 2)) == 6
    assert row_of(case, 3).state == "missing"
