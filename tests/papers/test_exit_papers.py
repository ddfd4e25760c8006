"""Documents of exits from the screens: printed, opened from the register, voided and issued anew."""

from datetime import date

import pytest

from models import Document, Event, Role
from tests.documents.test_annexes import text_of
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_exits import agreed, asked, ends, imposed
from tests.page import log_in


@pytest.mark.clause("LC-33-2", "LC-A12-3")
def test_the_case_of_an_exit_prints_annex_12_and_the_print_is_noted(client):
    request = asked(an_agreement(), "not_renew")
    clerk = log_in(client, Role.CLERK)
    menu = clerk.get(f"/cases/{request.id}").one(id="print-menu")
    links = [a.attrs["href"] for a in menu.all("a") if "/forms/" in a.attrs["href"]]
    assert links == [f"/documents/cases/{request.id}/forms/exit_form"]
    text = text_of(clerk.get(links[0]).data)
    assert "申请聊城市医疗保障定点医疗机构协议不再续签，不再续签时间从2026年9月1日开始" in text
    noted = Event.get(Event.case == request.id, Event.action == "print")
    assert noted.change["name"] == "附件12 定点资格退出申请表"


def test_an_agreement_has_no_annex_12(client):
    case = an_agreement()
    log_in(client, Role.CLERK).get(f"/documents/cases/{case.id}/forms/exit_form", 404)


def test_every_document_of_an_exit_opens_from_the_register_and_downloads(client):
    case = an_agreement()
    imposed(case)
    asked_for = asked(case, "terminate", date(2026, 6, 2))
    agreed(asked_for)
    ends(case)
    clerk = log_in(client, Role.CLERK)
    page = clerk.get("/documents/")
    for kind in ("suspension_notice", "termination_notice", "exit_reply"):
        document = Document.get(Document.kind == kind)
        assert document.number in page.text
        own = clerk.get(f"/documents/{document.id}")
        assert document.data["matter"] in own.text
        assert "定点申请" not in own.one("main").text
        assert document.number in text_of(clerk.get(f"/documents/{document.id}/word").data)


def test_a_suspension_notice_is_voided_and_issued_anew_by_page(client):
    case = an_agreement()
    imposed(case)
    first = Document.get(Document.kind == "suspension_notice")
    manager = log_in(client, Role.MANAGER)
    manager.post(f"/documents/{first.id}/void", data={"reason": "起止日期打印有误"})
    fresh = Document.select().where(Document.kind == "suspension_notice").order_by(-Document.id).get()
    assert (Document.get_by_id(first.id).state, fresh.state) == ("voided", "issued")
    words = {"number", "issued_on"}
    assert {k: v for k, v in fresh.data.items() if k not in words} == {
        k: v for k, v in first.data.items() if k not in words
    }
    assert "作废" in manager.get(f"/documents/{first.id}").text
