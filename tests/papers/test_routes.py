"""The register of documents: service, its correction, voiding, Word files."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document as Word

from models import Case, Document, ProofOfService, Role
from tests.builders import MONDAY, an_accepted, an_application, clock_of, miss, night, serve_last, step
from tests.page import log_in

SERVED = {
    "served_on": "2026-03-02",
    "way": "direct",
    "recipient": "许某",
    "phone": "13806350001",
    "address": "窗口",
}


def a_correction(on: date = MONDAY) -> tuple[Case, Document]:
    case = an_application(on=on)
    miss(case, 3, "缺盖章")
    case = step(case, "request_correction", Role.CLERK, on)
    return case, Document.get(Document.case == case)


@pytest.mark.clause("LC-12-4", "LC-A06-1", "LC-A06-2", "LC-12-2b")
def test_recording_the_proof_of_service_starts_the_five_workdays(client):
    case, document = a_correction()
    clerk = log_in(client, Role.CLERK)
    assert clock_of(case, "correction").state == "waiting"
    assert document.number in clerk.get("/documents/?state=open").text
    clerk.post(f"/documents/{document.id}/serve", data=SERVED)
    proof = ProofOfService.get(ProofOfService.document == document)
    assert (proof.served_on, proof.way, proof.recipient, proof.phone, proof.address) == (
        MONDAY, "direct", "许某", "13806350001", "窗口",
    )  # fmt: skip
    assert (clock_of(case, "correction").state, clock_of(case, "correction").due_on) == (
        "running",
        date(2026, 3, 9),
    )
    assert document.number in clerk.get("/documents/?state=served").one("table").text
    assert not clerk.get("/documents/?state=open").all("table")


def test_a_served_day_before_issue_or_after_today_is_refused_and_the_typing_stays(client):
    _, document = a_correction()
    clerk = log_in(client, Role.CLERK)
    for day, sentence in (("2026-03-01", "不能早于出具日期"), ("2026-03-03", "不能晚于今天")):
        page = clerk.post(f"/documents/{document.id}/serve", 422, data={**SERVED, "served_on": day})
        assert sentence in page.one(id="refusal").text
        assert page.one("input", name="recipient").attrs["value"] == "许某"
    assert ProofOfService.select().count() == 0


def test_a_served_day_corrected_afterwards_takes_a_lapse_back(client, at):
    case, document = a_correction()
    serve_last(case, MONDAY)
    night(date(2026, 3, 10))
    assert Case.get_by_id(case.id).state == "abandoned_correction"
    at(2026, 3, 11)
    clerk = log_in(client, Role.CLERK)
    page = clerk.get(f"/documents/{document.id}/serve/correct")
    version = page.one("input", name="version").attrs["value"]
    data = {"served_on": "2026-03-09", "reason": "回执为 9 日签收", "version": version}
    clerk.post(f"/documents/{document.id}/serve/correct", data=data)
    assert Case.get_by_id(case.id).state == "correction_requested"
    assert clock_of(case, "correction").due_on == date(2026, 3, 16)
    assert night(date(2026, 3, 16)) == []
    assert len(night(date(2026, 3, 17))) == 1
    stale = clerk.post(f"/documents/{document.id}/serve/correct", 409, data=data)
    assert "同事" in stale.one(id="refusal").text


def test_a_voided_notice_keeps_its_number_and_its_successor_waits_for_service(client):
    case, document = a_correction()
    serve_last(case, MONDAY)
    clerk = log_in(client, Role.CLERK)
    clerk.post(f"/documents/{document.id}/void", data={"reason": "材料名称有误"})
    old, fresh = Document.select().where(Document.case == case).order_by(Document.id)
    assert [(d.number, d.state) for d in (old, fresh)] == [
        ("安医保补字〔2026〕1号", "voided"),
        ("安医保补字〔2026〕2号", "issued"),
    ]
    assert (clock_of(case, "correction").document_id, clock_of(case, "correction").state) == (
        fresh.id,
        "waiting",
    )


@pytest.mark.clause("LC-12-2a", "LC-A04-2-1")
def test_the_correction_notice_lists_every_missing_item_at_once_in_two_copies(client):
    case = an_application()
    for no, note in ((3, "缺盖章"), (4, "合同过期")):
        miss(case, no, note)
    step(case, "request_correction", Role.CLERK, MONDAY)
    document = Document.get(Document.case == case)
    answer = log_in(client, Role.CLERK).get(f"/documents/{document.id}/word")
    text = "\n".join(
        cell.text for table in Word(BytesIO(answer.data)).tables for row in table.rows for cell in row.cells
    )
    assert text.count("安医保补字〔2026〕1号") >= 2
    assert "医疗机构工作人员花名册（盖章的PDF版）" in text
    assert "合同过期" in text
    assert "5个工作日" in text


def test_the_register_costs_the_same_for_one_row_and_for_thirty(client, statements):
    a_correction()
    clerk = log_in(client, Role.CLERK)
    clerk.get("/documents/")
    with statements() as one:
        clerk.get("/documents/")
    for _ in range(29):
        a_correction()
    with statements() as thirty:
        clerk.get("/documents/")
    assert len(one) == len(thirty)


def test_every_number_is_accounted_for_in_the_gap_report(client):
    an_accepted()
    an_accepted()
    page = log_in(client, Role.CLERK).get("/documents/gaps")
    assert [cell.text for cell in page.one("tbody").all("td")] == ["受", "2026", "2", "0", "2", "连续"]
