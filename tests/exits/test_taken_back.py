"""An end or a suspension that was wrong is taken back from the page of the agreement, with its reason."""

from datetime import date

import pytest

from models import Case, Event, Role, Suspension
from tests.builders import night
from tests.exits.pages import again, signed
from tests.lifecycle.stations import day
from tests.lifecycle.test_exits import agreed, asked, ends, imposed
from tests.page import log_in


def lapsed(case):
    agreed(asked(case, "suspend"))
    night(day(9, 1))
    night(date(2027, 3, 1))
    return "suspended_requested"


def resumed(case):
    imposed(case, ends_on=day(6, 30))
    night(day(7, 1))
    return "suspended_imposed"


def ended(case):
    ends(case)
    return "active"


@pytest.mark.clause("LC-29-7", "LC-29-2", "LC-30-1")
@pytest.mark.parametrize("wrong", [lapsed, resumed, ended])
def test_what_rests_on_a_wrong_day_is_taken_back_by_the_manager_by_page(client, at, wrong):
    case = signed()
    before = wrong(case)
    at(2027, 3, 3)
    url = f"/cases/{case.id}/take-back"
    page = log_in(client, Role.MANAGER).get(f"/agreements/{case.id}")
    assert [link.attrs["href"] for link in page.one("section", id="standing").all("a", href=url)] == [url]
    form = {"version": Case.get_by_id(case.id).version, "reason": ""}
    browser = again(client, Role.MANAGER)
    browser.post(url, status=422, data=form)
    browser.post(url, data={**form, "reason": "日期有误"})
    assert (Case.get_by_id(case.id).state, Case.get_by_id(case.id).closed_on) == (before, None)
    assert Event.get(Event.action == "take_back").reason == "日期有误"


def test_the_window_and_a_new_agreement_are_offered_no_such_link(client, at):
    case, other = signed(), signed(kind="pharmacy")
    imposed(case)
    at(2026, 6, 2)
    for role, row in ((Role.CLERK, case), (Role.MANAGER, other)):
        page = log_in(client, role).get(f"/agreements/{row.id}")
        assert "撤回" not in page.one("section", id="standing").text
        client.post("/log-out")
    assert Suspension.select().count() == 1
