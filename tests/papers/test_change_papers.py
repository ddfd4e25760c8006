"""Annex 11 from the screens: offered empty, printed from the case of a change, said to be unfinished."""

import pytest

from models import Event, Role
from tests.documents.test_annexes import text_of
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_changes import APPROVED, reported
from tests.page import log_in


@pytest.mark.clause("LC-A11-1-1", "LC-A11-2-1")
def test_the_empty_forms_of_a_change_are_offered(client):
    clerk = log_in(client, Role.CLERK)
    page = clerk.get("/documents/forms")
    for key, title in (("medical", "医疗机构"), ("pharmacy", "零售药店")):
        url = f"/documents/forms/change_form_{key}"
        assert url in [a.attrs["href"] for a in page.all("a")]
        assert text_of(clerk.get(url).data).startswith(f"{title}医疗保障定点信息变更申请表")


@pytest.mark.clause("LC-A11-2-2", "LC-A11-2-3")
def test_the_case_of_a_change_prints_annex_11_and_the_print_is_noted(client):
    case = reported(an_agreement(kind="pharmacy"), asked_on=APPROVED)
    clerk = log_in(client, Role.CLERK)
    menu = clerk.get(f"/cases/{case.id}").one(id="print-menu")
    links = [a.attrs["href"] for a in menu.all("a") if "/forms/" in a.attrs["href"]]
    assert links == [f"/documents/cases/{case.id}/forms/change_form"]
    assert "东阿康宁医院" in text_of(clerk.get(links[0]).data)
    noted = Event.get(Event.case == case.id, Event.action == "print")
    assert noted.change["name"] == "附件11-2 定点信息变更申请表"
    assert "印有“未完成”" in clerk.get(f"/cases/{case.id}").text


def test_an_agreement_prints_no_annex_11(client):
    case = an_agreement()
    log_in(client, Role.CLERK).get(f"/documents/cases/{case.id}/forms/change_form", 404)
