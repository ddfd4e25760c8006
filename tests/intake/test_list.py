"""The list of applications as a file, and whose drafts it leaves out."""

from io import BytesIO

import pytest
import python_calamine

from lifecycle.cases import open_case, set_application
from models import Case, Event, Institution, Role
from tests.builders import a_draft, an_application, an_institution, step
from tests.page import log_in
from tests.providers import a_provider, provider_hand


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def exported(clerk, query=""):
    """The rows of the file: heading, columns, then a line for each application."""
    file = clerk.get(f"/applications/export?{query}").data
    return python_calamine.load_workbook(BytesIO(file)).get_sheet_by_index(0).to_python()[2:]


def test_the_file_holds_exactly_what_the_list_is_filtered_to(clerk):
    an_application(name="安澜沙堤颐康医院")
    an_application(kind="pharmacy", types=["personal_account"], name="=康民大药房")
    step(an_application(name="撤回的诊所"), "withdraw", Role.CLERK, Case.get().opened_on, reason="机构提出")
    assert [row[0] for row in exported(clerk, "kind=pharmacy")] == ["机构", "=康民大药房"]
    assert exported(clerk, "open=closed")[1][:6] == [
        "撤回的诊所",
        "医疗机构",
        "门诊统筹",
        "窗口",
        "代填",
        "已撤回",
    ]
    assert [row[0] for row in exported(clerk, "sort=name")[1:]] == ["=康民大药房", "安澜沙堤颐康医院"]
    told = Event.select().where(Event.action == "export").order_by(Event.id)
    assert [(e.change["what"], e.change["rows"]) for e in told][0] == ("定点申请", 1)


def test_a_providers_draft_is_its_own_until_it_is_filed(clerk):
    user = a_provider(an_institution(name="自己填的医院"))
    hand = provider_hand(user)
    a_draft(name="窗口的草稿")
    case = a_draft_of(Institution.get(name="自己填的医院"), hand)
    assert (case.is_on_behalf, case.handler.name) == (False, "clerk")

    def names(query):
        return [th.text for th in clerk.get(f"/applications?{query}").all("th", scope="row")]

    assert (names("open=draft"), names("")) == (["窗口的草稿"], ["窗口的草稿"])
    Case.update(state="filed").where(Case.id == case.id).execute()
    assert sorted(names("")) == ["窗口的草稿", "自己填的医院"]
    assert [row[4] for row in exported(clerk, "q=自己填")[1:]] == ["机构自填"]


def a_draft_of(institution, hand):
    case = open_case("application", institution, office=institution.office, hand=hand, on=hand.today)
    set_application(case, hand=hand, types=["outpatient_pooling"], channel="online")
    return case
