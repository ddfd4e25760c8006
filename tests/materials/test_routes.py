"""The material list on the case page: marks, row by row."""

from datetime import date

import pytest

from models import CaseMaterial, Event, Role
from tests.builders import an_application, an_office, miss, receive_all, serve_last, step
from tests.page import log_in


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def refusal(page):
    """The refusal above the page; the frame keeps two more in templates."""
    return page.all("div", id="refusal")[0]


def test_another_offices_list_is_not_marked(clerk):
    case = an_application(office=an_office("别县医保中心", "别医保"))
    row = CaseMaterial.get(CaseMaterial.case == case)
    clerk.post(f"/cases/{case.id}/materials/{row.id}", status=404, data={"state": "received"})


def test_a_material_is_marked_row_by_row_and_swaps_itself(clerk):
    case = an_application()
    row = CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 3)
    url = f"/cases/{case.id}/materials/{row.id}"
    answer = clerk.swap("post", url, data={"state": "missing", "note": "缺骑缝章", "version": "1"})
    assert answer.roots[0].attrs["id"] == f"material-{row.id}"
    assert answer.one("input", name="note").attrs["value"] == "缺骑缝章"
    assert answer.headers["HX-Trigger"] == "case-changed"
    clerk.post(url, data={"state": "received", "received_on": "2026-3-1", "version": "2"})
    row = CaseMaterial.get_by_id(row.id)
    assert (row.state, row.received_on, row.marked_by.name) == ("received", date(2026, 3, 1), "clerk")


@pytest.mark.clause("LC-12-2c")
def test_supplements_are_recorded_item_by_item_with_their_days(client, at):
    case = an_application()
    receive_all(case)
    row = miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, date(2026, 3, 2))
    serve_last(case, date(2026, 3, 3))
    at(2026, 3, 6)
    clerk = log_in(client, Role.CLERK)
    data = {"state": "received", "received_on": "2026-03-05", "version": str(row.version)}
    clerk.post(f"/cases/{case.id}/materials/{row.id}", data=data)
    assert CaseMaterial.get_by_id(row.id).received_on == date(2026, 3, 5)
    step(case, "receive_supplement", Role.CLERK, date(2026, 3, 5), reason="昨日收到")
    assert step(case, "accept", Role.CLERK, date(2026, 3, 6)).state == "accepted"


def test_a_colleagues_mark_is_not_overwritten(clerk):
    case = an_application()
    row = CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 1)
    url = f"/cases/{case.id}/materials/{row.id}"
    clerk.post(url, data={"state": "received", "version": "1"})
    told = clerk.swap("post", url, status=409, data={"state": "missing", "version": "1"})
    assert "同事刚刚登记了第 1 项" in refusal(told).text
    assert CaseMaterial.get_by_id(row.id).state == "received"


def test_an_unreadable_day_is_told(clerk):
    case = an_application()
    row = CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 1)
    data = {"state": "received", "received_on": "昨天", "version": "1"}
    told = clerk.swap("post", f"/cases/{case.id}/materials/{row.id}", status=422, data=data)
    assert "日期“昨天”认不出" in refusal(told).text


def test_the_rest_is_received_at_once_with_the_count_on_the_button(clerk):
    case = an_application()
    answer = clerk.swap("post", f"/cases/{case.id}/materials", data={"received_on": "2026-03-02"})
    assert answer.roots[0].attrs["id"] == f"materials-{case.id}"
    assert "7 项齐全，5 项不适用" in answer.text
    assert Event.select().where(Event.action == "mark_material").count() == 7
