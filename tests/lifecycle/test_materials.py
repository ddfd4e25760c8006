"""The material list: which rows a case is asked for, what a mark writes, and what is refused."""

from datetime import date

import pytest

from lifecycle import corrections, material_list, materials
from lifecycle.cases import set_application
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import CaseMaterial, Event, Role
from tests.builders import (
    MONDAY,
    a_draft,
    an_accepted,
    an_application,
    hand_of,
    miss,
    step,
)

PDF = b"%PDF-1.7\n%%EOF\n"


def row_of(case, no):
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def mark(row, state, hand=None, **given):
    return materials.mark_material(row, state=state, hand=hand or hand_of(Role.CLERK), **given)


def conditional(case):
    """Which conditional rows are asked for: no → asked for or not."""
    rows = material_list.material_rows(case, hand_of(Role.CLERK))
    return {row.no: row.state == "pending" for row in rows if row.is_conditional}


def declare(case, features=(), types=("personal_account",)):
    set_application(case, hand=hand_of(Role.CLERK), features=list(features), types=list(types))
    return case


@pytest.mark.parametrize(
    ("no", "features", "types"),
    [
        pytest.param(
            8, ["large_equipment"], [], marks=pytest.mark.clause("LC-08-8-3a", "LC-08-8-3b", "LC-A05-1-08")
        ),
        pytest.param(9, ["obstetrics"], [], marks=pytest.mark.clause("LC-08-8-1", "LC-A05-1-09")),
        pytest.param(10, ["special_training"], [], marks=pytest.mark.clause("LC-08-8-2", "LC-A05-1-10")),
        pytest.param(11, [], ["chronic_outpatient"], marks=pytest.mark.clause("LC-A05-1-11")),
        pytest.param(
            12, ["non_basic_service"], ["outpatient_pooling"], marks=pytest.mark.clause("LC-A05-1-12")
        ),
    ],
)
def test_a_hospital_is_asked_for_a_conditional_material_only_where_it_applies(app, no, features, types):
    case = declare(a_draft(), types=["personal_account"])
    assert conditional(case) == dict.fromkeys(range(8, 13), False)
    asked = conditional(declare(case, features, ["personal_account", *types]))
    assert asked[no]
    assert conditional(declare(case)) == dict.fromkeys(range(8, 13), False)


@pytest.mark.parametrize(
    ("numbers", "features", "types"),
    [
        pytest.param(
            {7, 9},
            [],
            ["negotiated_drug"],
            marks=pytest.mark.clause("LC-09-7-1a", "LC-09-7-1b", "LC-09-7-1c", "LC-A05-2-07"),
        ),
        pytest.param({8}, ["prescription_drug"], [], marks=pytest.mark.clause("LC-09-7-2", "LC-A05-2-08")),
    ],
)
def test_a_pharmacy_is_asked_for_a_conditional_material_only_where_it_applies(app, numbers, features, types):
    case = declare(a_draft(kind="pharmacy"))
    assert conditional(case) == {7: False, 8: False, 9: False}
    asked = conditional(declare(case, features, ["personal_account", *types]))
    assert {no for no, is_asked in asked.items() if is_asked} == numbers


@pytest.mark.parametrize(("kind", "total", "always"), [("medical", 12, 7), ("pharmacy", 9, 6)])
def test_every_row_of_the_annex_stands_on_the_list_once(app, kind, total, always):
    rows = material_list.material_rows(a_draft(kind=kind), hand_of(Role.CLERK))
    assert [row.no for row in rows] == list(range(1, total + 1))
    assert [row.no for row in rows if not row.is_conditional] == list(range(1, always + 1))


def test_a_row_shows_what_the_book_says_about_it(app):
    case = an_application()
    row = material_list.material_rows(case, hand_of(Role.CLERK))[8]
    assert (row.no, row.needs_original, row.is_conditional, row.applies) == (9, True, True, "妇产专业")
    assert (row.state_label, row.files, row.is_editable) == ("不适用", (), True)


def test_a_seen_original_is_told(app):
    row = mark(row_of(an_application(), 9), "received", original_seen=True)
    assert material_list.material_row(row, hand_of(Role.CLERK)).state_label == "已核原件"


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
    assert {row.is_editable for row in material_list.material_rows(case, hand_of(Role.CLERK))} == {False}


def test_the_list_is_read_in_two_statements(app, statements):
    case, hand = an_application(), hand_of(Role.CLERK)
    assert case.office_id
    with statements() as seen:
        rows = material_list.material_rows(case, hand)
    assert (len(rows), len(seen)) == (12, 2)


def test_receiving_the_rest_leaves_marked_rows_alone(app):
    case = an_application()
    mark(row_of(case, 3), "missing")
    assert materials.receive_rest(case, hand=hand_of(Role.CLERK), on=date(2026, 3, 2)) == 6
    assert row_of(case, 3).state == "missing"


# --- Correction: everything at once, answered row by row ---


def asked(case):
    """Which rows stand as asked for: no → (asked on, answered on)."""
    rows = CaseMaterial.select().where(CaseMaterial.case == case, CaseMaterial.asked_on.is_null(False))
    return {row.no: (row.asked_on, row.answered_on) for row in rows}


@pytest.mark.clause("LC-12-2a")
def test_a_correction_is_not_asked_for_before_every_row_was_looked_at(app):
    case = an_application()
    mark(row_of(case, 3), "missing", note="缺骑缝章")
    with pytest.raises(Unmet, match="缺项须一次性告知：第 1、2、4、5、6、7 项还没有核对"):
        step(case, "request_correction", Role.CLERK, MONDAY)


@pytest.mark.clause("LC-12-2a")
def test_a_correction_says_of_every_missing_row_what_is_missing(app):
    case = an_application()
    miss(case, 3, "")
    miss(case, 5, " ")
    miss(case, 6, "缺财务制度")
    with pytest.raises(Unmet, match="第 3、5 项没有写明缺什么"):
        step(case, "request_correction", Role.CLERK, MONDAY)
    assert asked(case) == {}


def test_the_request_marks_exactly_the_missing_rows(app):
    case = an_application()
    miss(case, 3)
    miss(case, 5)
    step(case, "request_correction", Role.CLERK, MONDAY)
    assert asked(case) == {3: (MONDAY, None), 5: (MONDAY, None)}


def test_a_second_request_forgets_the_first(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    mark(row_of(case, 3), "received")
    case = step(case, "receive_supplement", Role.CLERK, MONDAY)
    miss(case, 5)
    step(case, "request_correction", Role.CLERK, MONDAY, reason="新缺项")
    assert asked(case) == {5: (MONDAY, None)}


def test_taking_the_request_back_takes_the_asking_back(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    corrections.take_back(case, hand=hand_of(Role.CLERK), reason="误点", version=case.version)
    assert asked(case) == {}


def test_taking_a_second_request_back_leaves_the_first_as_it_was_answered(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    materials.supply(row_of(case, 3), [("花名册.pdf", PDF)], hand=hand_of(Role.CLERK))
    case = step(case, "receive_supplement", Role.CLERK, MONDAY)
    miss(case, 5)
    case = step(case, "request_correction", Role.CLERK, MONDAY, reason="新缺项")
    corrections.take_back(case, hand=hand_of(Role.CLERK), reason="误点", version=case.version)
    assert asked(case) == {3: (MONDAY, MONDAY)}
