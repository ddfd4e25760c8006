"""Settlement rights of persons and departments: suspended, ended, given back; the agreement stays."""

from datetime import date

import pytest

from lifecycle import guard
from lifecycle.errors import Conflict, NotAllowed
from models import Agreement, Case, RightsBlock, Role, Staff
from tests.builders import a_person, hand_of
from tests.least import a
from tests.lifecycle import stations
from tests.page import log_in

TYPED = {
    "scope": "department",
    "staff": "",
    "subject": "骨科",
    "is_final": "no",
    "from_on": "2026-03-02",
    "until_on": "2026-08-31",
    "decided_by": "主任办公会",
    "reason": "违反协议第十二条，串换诊疗项目",
}
VALUES = {
    "scope": "department",
    "subject": "骨科",
    "is_final": False,
    "from_on": date(2026, 6, 1),
    "until_on": None,
    "reason": "串换诊疗项目",
    "decided_by": "主任办公会",
}


def an_agreement(**fields):
    case = stations.an_agreement(**fields)
    a(Agreement, case=case, signed_on=VALUES["from_on"], ends_on=date(2027, 5, 5))
    return case


@pytest.fixture
def manager(client):
    return log_in(client, Role.MANAGER, Role.AGREEMENT)


@pytest.mark.clause("LC-34-1")
def test_a_department_loses_its_rights_and_the_agreement_goes_on(manager):
    case = an_agreement()
    before = Case.get_by_id(case.id)
    page = manager.post(f"/agreements/{case.id}/rights/new", data=TYPED)
    assert page.location == f"/agreements/{case.id}#rights"
    row = RightsBlock.get()
    assert (row.scope, row.subject, row.is_final, row.until_on) == (
        "department",
        "骨科",
        False,
        date(2026, 8, 31),
    )
    after = Case.get_by_id(case.id)
    assert (after.state, after.version, after.closed_on) == (before.state, before.version, None)
    panel = manager.get(f"/agreements/{case.id}").one(id="rights").text
    assert "科室（部门） 骨科：中止医保结算资格" in panel


@pytest.mark.clause("LC-34-1")
def test_a_person_of_the_roster_loses_them_for_good_and_gets_them_back_with_a_reason(manager):
    case = an_agreement()
    person = Staff.create(
        institution=case.institution, person=a_person("杜鹃"), category="physician", department="骨科"
    )
    given = {"scope": "person", "staff": str(person.id), "subject": "", "is_final": "yes", "until_on": ""}
    manager.post(f"/agreements/{case.id}/rights/new", data={**TYPED, **given})
    row = RightsBlock.get()
    assert (row.staff, row.subject, row.is_final) == (person, "杜鹃", True)
    manager.post(f"/rights/{row.id}/lift", status=422, data={"reason": "", "version": "1"})
    manager.post(f"/rights/{row.id}/lift", data={"reason": "复核后撤销", "version": "1"})
    row = RightsBlock.get()
    assert (row.lifted_on, row.lifted_reason) == (date(2026, 3, 2), "复核后撤销")
    assert "恢复：复核后撤销" in manager.get(f"/agreements/{case.id}").one(id="rights").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scope": ""}, "scope-0"),
        ({"subject": ""}, "subject"),
        ({"is_final": "yes"}, "until_on"),
        ({"until_on": "2026-03-01"}, "until_on"),
        ({"decided_by": ""}, "decided_by"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(manager, given, field):
    page = manager.post(f"/agreements/{an_agreement().id}/rights/new", status=422, data={**TYPED, **given})
    links = [a.attrs["href"].removesuffix("-0") for a in page.one(id="refusal").all("a")]
    assert links == [f"#{field.removesuffix('-0')}"]
    assert RightsBlock.select().count() == 0


def test_the_same_department_is_not_blocked_twice_at_once(app):
    case, hand = an_agreement(), hand_of(Role.MANAGER)
    row = guard.block_rights(case, VALUES, hand=hand)
    with pytest.raises(Conflict, match="须先恢复"):
        guard.block_rights(case, VALUES, hand=hand)
    guard.lift_rights(row, hand=hand, reason="已整改", version=1)
    guard.block_rights(case, VALUES, hand=hand)
    with pytest.raises(Conflict):
        guard.lift_rights(row, hand=hand, reason="又一次", version=1)


def test_a_pharmacy_has_no_rights_of_departments(manager):
    case = an_agreement(kind="pharmacy")
    with pytest.raises(NotAllowed, match="只有定点医疗机构"):
        guard.block_rights(case, VALUES, hand=hand_of(Role.MANAGER))
    assert manager.get(f"/agreements/{case.id}").all(id="rights") == []
