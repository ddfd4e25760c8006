"""A case as its institution sees it: plain words, periods and papers, nothing of the office's inside."""

from datetime import date
from io import BytesIO

import pytest

from blueprints.portal import story
from lifecycle import audit, papers
from lifecycle.db import write_tx
from models import Attachment, Case, CaseMaterial, Document, Office, Role, StepTaken
from tests.builders import (
    MONDAY,
    a_file,
    a_group,
    an_accepted,
    an_application,
    clock_of,
    hand_of,
    miss,
    receive_all,
    serve_last,
    step,
)
from tests.page import log_in
from tests.providers import a_provider, log_in_as

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SECRET = "内部意见不得外传"


def corrected(**fields):
    """A case whose correction notice names item 2, served on Monday."""
    case = an_application(**fields)
    receive_all(case)
    row = miss(case, 2, "缺第二页")
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    serve_last(case, MONDAY)
    return case, row


def supply(provider, case, row, status=302):
    url = f"/my/cases/{case.id}/materials/{row.id}/files"
    return provider.post(url, status=status, data={"files": (BytesIO(PDF), "补.pdf")})


def provider_of(client, case, *roles):
    return log_in_as(client, a_provider(case.institution, *roles))


def test_the_state_stands_in_plain_words_with_the_clock_that_runs(client):
    case = an_application()
    page = provider_of(client, case).get(f"/my/cases/{case.id}")
    assert page.one(id="standing").text == "已提交，经办机构正在核对材料是否齐全。"
    clock = page.one(id=f"clock-{clock_of(case, 'completeness_check').id}")
    assert ("2026年3月9日" in clock.text, "怎么算的" in clock.text) == (True, True)
    assert page.one("p", class_="whose").text == "对经办机构"


@pytest.mark.clause("ZJ-12-1")
def test_a_case_is_found_by_its_number_beside_the_offices_telephones(client):
    case = an_application()
    Office.update(complaint_phone="0635-12345", website="ybj.example").where(
        Office.id == case.office
    ).execute()
    other = an_application()
    provider = provider_of(client, case)
    page = provider.get(f"/my?number={case.number}")
    assert "已提交，经办机构正在核对材料是否齐全" in page.one(id="cases").text
    assert "没有这个编号的办件" in provider.get(f"/my?number={other.number}").one(id="cases").text
    for text in ("咨询 0635-5550106", "投诉 0635-12345", "状态查询 ybj.example"):
        assert text in page.text


def test_a_correction_is_asked_answered_and_handed_in(client, app):
    case, row = corrected()
    provider = provider_of(client, case)
    home = provider.get("/my").one(id="to-do")
    assert ("补正材料" in home.text, "剩 5 个工作日" in home.text) == (True, True)
    page = provider.get(f"/my/cases/{case.id}")
    assert "缺第二页" in page.one(id=f"material-{row.id}").text
    assert [field.attrs["id"] for field in page.all("input", type="file")] == [f"files-{row.id}"]

    refused = provider.post(f"/my/cases/{case.id}/supplement", status=422, data={"version": case.version})
    assert "第 2 项还没有上传补正的文件" in refused.text
    supply(provider, case, row)
    provider.post(f"/my/cases/{case.id}/supplement", data={"version": case.version})

    case = Case.get_by_id(case.id)
    assert (case.state, case.handler.name) == ("filed", "clerk")
    assert (clock_of(case, "correction").state, clock_of(case, "completeness_check").started_on) == (
        "met",
        date(2026, 3, 2),
    )
    supply(provider, case, row, status=403)
    clerk = log_in(app.test_client(), Role.CLERK)
    assert "补.pdf" in clerk.get(f"/cases/{case.id}").text


def test_only_the_named_rows_are_open(client):
    case, row = corrected()
    provider = provider_of(client, case)
    other = CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 1)
    supply(provider, case, other, status=403)
    assert Attachment.select().count() == 0
    supply(provider, case, row)
    assert Attachment.get().material_id == row.id


def test_a_file_taken_out_again_answers_nothing(client):
    case, row = corrected()
    provider = provider_of(client, case)
    supply(provider, case, row)
    provider.post(f"/my/cases/{case.id}/files/{Attachment.get().id}/remove")
    provider.post(f"/my/cases/{case.id}/supplement", status=422, data={"version": case.version})
    assert Case.get_by_id(case.id).state == "correction_requested"


def test_a_stale_page_hands_nothing_in(client):
    case, row = corrected()
    provider = provider_of(client, case)
    supply(provider, case, row)
    provider.post(f"/my/cases/{case.id}/supplement", status=409, data={"version": case.version - 1})
    assert Case.get_by_id(case.id).state == "correction_requested"


def test_what_the_window_ticks_while_it_checks_is_not_shown_before_a_notice_says_it(client):
    case = an_application()
    miss(case, 2, SECRET)
    page = provider_of(client, case).get(f"/my/cases/{case.id}")
    assert (SECRET in page.text, "须补正" in page.text) == (False, False)


def test_an_application_is_withdrawn_with_a_reason(client):
    case = an_application()
    provider = provider_of(client, case)
    url = f"/my/cases/{case.id}/withdraw"
    refused = provider.post(url, status=422, data={"reason": " ", "version": case.version})
    assert "请写明撤回原因" in refused.one(id="withdraw").text
    provider.post(url, data={"reason": "暂缓开业", "version": case.version})
    page = provider.get(f"/my/cases/{case.id}")
    assert Case.get_by_id(case.id).state == "withdrawn"
    assert ("许大夫撤回申请" in page.one(id="timeline").text, page.all(id="withdraw")) == (True, [])


def test_an_administrator_reads_but_does_not_act(client):
    case, row = corrected()
    admin = provider_of(client, case, Role.PROVIDER_ADMIN)
    page = admin.get(f"/my/cases/{case.id}")
    assert page.all("input", type="file") == []
    assert page.all(id="withdraw") == []
    supply(admin, case, row, status=403)


def test_documents_meant_for_the_institution_are_downloaded(client):
    case = an_accepted()
    document = Document.get(Document.case == case)
    provider = provider_of(client, case)
    page = provider.get(f"/my/cases/{case.id}").one(id="documents")
    assert (document.number in page.text, "待送达" in page.text) == (True, True)
    word = provider.get(f"/my/cases/{case.id}/documents/{document.id}/word")
    assert word.data[:2] == b"PK"
    serve_last(case, MONDAY)
    assert "03-02 送达" in provider.get(f"/my/cases/{case.id}").one(id="documents").text


def test_a_document_kept_inside_or_voided_before_service_is_not_there(client):
    case = an_accepted()
    document = Document.get(Document.case == case)
    provider = provider_of(client, case)
    Document.update(is_to_serve=False).where(Document.id == document.id).execute()
    provider.get(f"/my/cases/{case.id}/documents/{document.id}/word", status=404)
    Document.update(is_to_serve=True).where(Document.id == document.id).execute()
    fresh = papers.reissue(document, hand=hand_of(Role.CLERK, today=MONDAY), reason="写错")
    provider.get(f"/my/cases/{case.id}/documents/{document.id}/word", status=404)
    assert fresh.number in provider.get(f"/my/cases/{case.id}").text


def test_evidence_and_other_files_of_the_office_are_not_there(client):
    case = an_accepted()
    provider = provider_of(client, case)
    files = {purpose: a_file(case, purpose) for purpose in ("evidence", "receipt", "other")}
    for file in files.values():
        provider.get(f"/my/cases/{case.id}/files/{file.id}", status=404)
    assert "扫描件.pdf" not in provider.get(f"/my/cases/{case.id}").text


def a_reviewed_case():
    """A case with what must stay inside: names, a reason, a complaint, an event with an internal note."""
    case = an_application()
    receive_all(case)
    case = step(case, "accept", Role.CLERK, MONDAY, name="卜经办")
    a_group(case, "孙立群", "韩雪")
    case = step(case, "start_desk_review", Role.MANAGER, MONDAY, name="戚主任", reason=SECRET)
    with write_tx():
        audit.record(
            audit.of_case(case), "urge", hand=hand_of(Role.MANAGER), case=case, reason=SECRET, note=SECRET
        )
    return case


@pytest.mark.parametrize("hides", [True, False])
def test_officers_are_named_only_where_the_office_does_not_hide_them(client, hides):
    case = a_reviewed_case()
    Office.update(hides_officers=hides).where(Office.id == case.office_id).execute()
    page = provider_of(client, case).get(f"/my/cases/{case.id}")
    assert ("戚主任" in page.text, "卜经办" in page.text) == (not hides, not hides)
    assert ("经办机构工作人员受理" in page.text) == hides


def test_no_reason_of_an_internal_step_and_no_note_is_shown(client):
    case = a_reviewed_case()
    provider = provider_of(client, case)
    for url in (f"/my/cases/{case.id}", "/my"):
        html = provider.get(url).html
        assert [text for text in (SECRET, "孙立群", "韩雪", "督办") if text in html] == []


def test_a_complaint_is_not_told_in_the_history(client):
    case = a_reviewed_case()
    Case.update(state="notice_investigation", held_state="public_notice").where(Case.id == case.id).execute()

    StepTaken.create(
        case=case, action="receive_complaint", label="登记举报", origin="public_notice",
        target="notice_investigation", on=MONDAY, at=case.steps.get().at, actor=case.handler,
    )  # fmt: skip
    page = provider_of(client, case).get(f"/my/cases/{case.id}")
    assert "举报" not in page.text
    assert "公示后正在核实有关情况" in page.text


def test_every_state_of_an_application_is_told_in_plain_words(app):
    books = app.extensions["rules"].books.values()
    states = {state.key for book in books for state in book.states.values() if state.matter == "application"}
    assert states - set(story.PLAIN) == set()


def test_a_case_asks_the_same_for_one_and_many_files(client, statements):
    case = an_application()
    provider = provider_of(client, case)

    def asked():
        with statements() as seen:
            provider.get(f"/my/cases/{case.id}")
        return len(seen)

    few = asked()
    for row in CaseMaterial.select().where(CaseMaterial.case == case).limit(3):
        Attachment.update(material=row).where(Attachment.id == a_file(case, "material").id).execute()
    assert asked() == few


def test_home_asks_the_same_for_one_and_many_cases(client, statements):
    case = an_application()
    provider = provider_of(client, case)

    def asked():
        with statements() as seen:
            provider.get("/my")
        return len(seen)

    few = asked()
    for _ in range(3):
        Case.update(closed_on=MONDAY, state="withdrawn").where(Case.closed_on.is_null()).execute()
        an_application(institution=case.institution)
    assert asked() == few
