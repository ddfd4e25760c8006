"""Service: by each way, several at once, with the scan; what is not served yet."""

from datetime import date
from io import BytesIO

import pytest

from lifecycle import files, papers
from lifecycle.db import write_tx
from models import Attachment, Case, Document, Event, ProofOfService, Role
from tests.builders import MONDAY, an_accepted, an_application, an_office, hand_of, miss, serve_last, step
from tests.documents.test_annexes import text_of
from tests.page import log_in

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SERVED = {"served_on": "2026-03-02", "way": "direct", "recipient": "许某", "address": "窗口"}


def a_correction(**fields) -> tuple[Case, Document]:
    case = an_application(**fields)
    miss(case, 3, "缺盖章")
    case = step(case, "request_correction", Role.CLERK, case.opened_on)
    return case, Document.get(Document.case == case)


def another(case: Case, on: date = MONDAY) -> Document:
    """One more notice of the case that is not served."""
    hand = hand_of(Role.CLERK, office=case.office, today=on)
    with write_tx():
        return papers.issue(case, "refusal_notice", hand=hand, on=on, step=None, data={"grounds": []})


def a_scan(name: str = "回执.pdf", content: bytes = PDF) -> tuple[BytesIO, str]:
    return BytesIO(content), name


@pytest.mark.clause("LC-A06-1", "LC-12-4")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"way": "direct"}, ("direct", "")),
        ({"way": "mail", "tracking": "EMS 1052 3377"}, ("mail", "邮寄单号 EMS 1052 3377")),
        ({"way": "mail", "tracking": "SF1", "note": "本人签收"}, ("mail", "邮寄单号 SF1；本人签收")),
        ({"way": "other", "note": "电子送达"}, ("other", "电子送达")),
    ],
)
def test_each_way_of_service_is_recorded_with_its_scan_in_one_form(client, typed, kept):
    case, document = a_correction()
    data = {**SERVED, **typed, "scan": a_scan()}
    log_in(client, Role.CLERK).post(f"/documents/{document.id}/serve", data=data)
    proof = ProofOfService.get(ProofOfService.document == document)
    scan = Attachment.get(Attachment.document == document)
    assert (proof.way, proof.note) == kept
    assert (scan.purpose, scan.filename, files.path_of(scan).read_bytes()) == ("receipt", "回执.pdf", PDF)
    assert scan.case_id == case.id


@pytest.mark.clause("LC-A06-1")
@pytest.mark.parametrize(
    ("way", "ticked"),
    [
        ("direct", "√直接送达□寄送□其他方式"),
        ("mail", "□直接送达√寄送□其他方式"),
        ("other", "□直接送达□寄送√其他方式"),
    ],
)
def test_the_proof_prints_to_be_signed_before_and_as_recorded_after(client, way, ticked):
    case, document = a_correction()
    clerk = log_in(client, Role.CLERK)
    url = f"/documents/{document.id}"
    head = f"通知书送达回执机构名称{case.institution.name}文书编号{document.number}送达地址"
    before = text_of(clerk.get(f"{url}/proof/word").data)
    assert before == (
        f"{head}{case.institution.address.replace(' ', '')}送达方式□直接送达□寄送□其他方式"
        "受送人签名年月日受送人电话送达日期年月日备注"
    )
    clerk.post(f"{url}/serve", data={**SERVED, "way": way, "phone": "13806350001", "note": "已核身份"})
    assert text_of(clerk.get(f"{url}/proof/word").data) == (
        f"{head}窗口送达方式{ticked}受送人签名许某2026年3月2日受送人电话13806350001"
        "送达日期2026年3月2日备注已核身份"
    )


def test_a_tracking_number_without_mail_is_refused_beside_its_field(client):
    _, document = a_correction()
    data = {**SERVED, "tracking": "SF1"}
    page = log_in(client, Role.CLERK).post(f"/documents/{document.id}/serve", 422, data=data)
    assert "请选“寄送”" in page.one(id="field-tracking").text
    assert ProofOfService.select().count() == 0


def test_a_scan_that_is_no_document_stops_the_whole_and_keeps_the_typing(client, app):
    _, document = a_correction()
    before = sorted(files.folder().iterdir())
    data = {**SERVED, "scan": a_scan("回执.pdf", b"MZ\x90\x00")}
    page = log_in(client, Role.CLERK).post(f"/documents/{document.id}/serve", 422, data=data)
    assert page.one("input", name="recipient").attrs["value"] == "许某"
    assert "回执.pdf" in page.one(id="refusal").text
    assert (ProofOfService.select().count(), Attachment.select().count()) == (0, 0)
    assert sorted(files.folder().iterdir()) == before


@pytest.mark.clause("LC-A06-2")
def test_several_documents_of_a_case_are_served_together_with_one_scan(client):
    case, document = a_correction()
    second, third = another(case), another(case)
    clerk = log_in(client, Role.CLERK)
    page = clerk.get(f"/documents/{document.id}/serve")
    assert [n.attrs["value"] for n in page.all("input", name="also")] == [str(second.id), str(third.id)]
    data = {**SERVED, "also": [str(second.id)], "scan": a_scan()}
    clerk.post(f"/documents/{document.id}/serve", data=data)
    assert [p.document_id for p in ProofOfService.select()] == [document.id, second.id]
    assert [a.document_id for a in Attachment.select()] == [document.id, second.id]
    refused = clerk.post(f"/documents/{third.id}/serve", 422, data={**SERVED, "also": [str(second.id)]})
    assert "不在列表里" in refused.one(id="field-also").text


def test_together_means_all_or_none(client):
    """The second was served by a colleague in between: the first is not recorded either."""
    case, document = a_correction()
    second = another(case)
    clerk = log_in(client, Role.CLERK)
    Document.update(issued_on=date(2026, 3, 3)).where(Document.id == second.id).execute()
    data = {**SERVED, "also": [str(second.id)], "scan": a_scan()}
    clerk.post(f"/documents/{document.id}/serve", 422, data=data)
    assert (ProofOfService.select().count(), Attachment.select().count()) == (0, 0)


def test_a_scan_can_follow_and_be_replaced_and_the_old_one_stays(client):
    case, document = a_correction()
    clerk = log_in(client, Role.CLERK)
    early = clerk.post(f"/documents/{document.id}/proof/scan", 422, data={"scan": a_scan()})
    assert "请先登记送达" in early.text
    serve_last(case, MONDAY)
    empty = clerk.post(f"/documents/{document.id}/proof/scan", 422, data={})
    assert "请选择" in empty.text
    for name in ("一.pdf", "二.pdf"):
        clerk.post(f"/documents/{document.id}/proof/scan", data={"scan": a_scan(name)})
    first, second = Attachment.select().order_by(Attachment.id)
    assert (first.removed_at is None, second.removed_at, second.replaces_id) == (False, None, first.id)
    shown = clerk.get(f"/documents/{document.id}").one(id="scans")
    assert [link.text for link in shown.all("a")] == ["二.pdf", "一.pdf"]
    assert "更换扫描件" in shown.text


def test_the_scan_of_another_countys_proof_is_not_ours_to_replace(client):
    city = an_office("市医疗保险事业中心", "市医保", level="city", district="市直")
    county = an_office("清源县医疗保险事业中心", "清医保", parent=city)
    case, document = a_correction(office=county)
    serve_last(case, MONDAY)
    clerk = log_in(client, Role.CLERK, office=city)
    clerk.post(f"/documents/{document.id}/proof/scan", 403, data={"scan": a_scan()})
    assert Attachment.select().count() == 0


@pytest.mark.clause("LC-A06-2", "LC-12-2b")
def test_the_unserved_are_listed_by_age_with_the_clock_that_waits(client, at):
    old, notice = a_correction(on=MONDAY)
    at(2026, 3, 5)
    an_accepted(on=date(2026, 3, 4))
    another(old, date(2026, 3, 5))
    clerk = log_in(client, Role.CLERK)
    rows = clerk.get("/documents/unserved").one("tbody").all("tr")
    assert [row.all("td")[0].text for row in rows] == ["3 日", "1 日", "今天"]
    assert "机构补正（5 个工作日）起算" in rows[0].text
    assert [row.all("a")[-1].text for row in rows] == [
        "登记送达（本件 2 份）",
        "登记送达",
        "登记送达（本件 2 份）",
    ]
    clerk.post(f"/documents/{notice.id}/serve?back=unserved", data={**SERVED, "served_on": "2026-03-04"})
    left = clerk.get("/documents/unserved")
    assert len(left.one("tbody").all("tr")) == 2
    assert f"已登记 {notice.number} 送达" in left.text


def test_the_list_of_unserved_costs_the_same_for_one_row_and_for_three(client, statements):
    a_correction()
    clerk = log_in(client, Role.CLERK)
    clerk.get("/documents/unserved")
    with statements() as one:
        clerk.get("/documents/unserved")
    for _ in range(2):
        a_correction()
    with statements() as three:
        clerk.get("/documents/unserved")
    assert len(one) == len(three)


def test_who_may_sign_for_the_institution_is_offered_and_not_presumed(client):
    case, document = a_correction(contact="司马相如")
    page = log_in(client, Role.CLERK).get(f"/documents/{document.id}/serve")
    names = [option.attrs["value"] for option in page.one("datalist").all("option")]
    assert names == ["司马相如", case.institution.legal_representative.name]
    assert page.one("input", name="recipient").attrs.get("value", "") == ""


def test_service_and_scan_leave_their_events(client):
    case, document = a_correction()
    log_in(client, Role.CLERK).post(f"/documents/{document.id}/serve", data={**SERVED, "scan": a_scan()})
    actions = [e.action for e in Event.select().where(Event.case == case).order_by(Event.id.desc()).limit(2)]
    assert actions == ["upload", "serve"]
