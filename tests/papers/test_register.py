"""The register of documents: filters, export, numbers without gap, one number for one document."""

import zipfile
from io import BytesIO

import pytest
from flask import current_app
from peewee import IntegrityError
from python_calamine import CalamineWorkbook

from lifecycle import papers
from models import Document, Event, NumberSeries, Role
from tests.builders import MONDAY, an_accepted, an_application, hand_of, miss, serve_last, step
from tests.page import log_in


def numbers(page) -> list[str]:
    return [row.one("th").text for row in page.one("tbody").all("tr")]


def three_documents() -> list[Document]:
    """A served acceptance, an open acceptance, a correction voided and issued anew."""
    serve_last(an_accepted(), MONDAY)
    an_accepted()
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    papers.reissue(Document.get(Document.case == case), hand=hand_of(Role.CLERK), reason="材料名称有误")
    return list(Document.select().order_by(Document.id))


def test_the_register_is_narrowed_by_kind_year_state_and_text(client):
    served, waiting, voided, fresh = three_documents()
    Document.update(year=2025).where(Document.id == waiting.id).execute()
    clerk = log_in(client, Role.CLERK)
    for query, expected in (
        ("", [fresh, voided, waiting, served]),
        ("kind=correction_notice", [fresh, voided]),
        ("year=2025", [waiting]),
        ("year=2026&kind=acceptance_notice", [served]),
        ("state=open", [fresh, waiting]),
        ("state=served", [served]),
        ("state=voided", [voided]),
        ("text=补字", [fresh, voided]),
        (f"text={waiting.case.institution.name}", [waiting]),
    ):
        page = clerk.get(f"/documents/?{query}")
        assert numbers(page) == [document.number for document in expected], query
    assert "没有符合条件的文书" in clerk.get("/documents/?year=2024").text


def test_what_is_filtered_is_what_is_exported_and_the_export_is_an_event(client):
    served, *_ = three_documents()
    clerk = log_in(client, Role.CLERK)
    answer = clerk.get("/documents/export?kind=acceptance_notice&state=served")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[3:]] == [served.number]
    assert rows[3][6:10] == ["已送达", served.issued_on, "直接送达", "许某"]
    event = Event.select().where(Event.action == "export").get()
    assert event.change == {"what": "文书登记簿", "rows": 1}


def test_pages_of_the_register_follow_each_other_without_loss(client):
    first = Document.get(Document.case == an_accepted())
    row = {name: value for name, value in first.__data__.items() if name != "id"}
    more = [{**row, "seq": n, "number": f"{n}号"} for n in range(2, 53)]
    Document.insert_many(more).execute()
    clerk = log_in(client, Role.CLERK)
    newest, oldest = clerk.get("/documents/"), clerk.get("/documents/?page=2")
    assert numbers(newest) + numbers(oldest) == [f"{n}号" for n in range(52, 1, -1)] + [first.number]


@pytest.mark.clause("LC-A04-3-2")
def test_the_database_refuses_one_number_for_two_documents_of_an_office_and_kind(app):
    first, second = (Document.get(Document.case == an_accepted()) for _ in range(2))
    assert (first.number, second.number) == ("安医保受字〔2026〕1号", "安医保受字〔2026〕2号")
    with pytest.raises(
        IntegrityError, match="document.office_id, document.word, document.year, document.seq"
    ):
        Document.update(seq=first.seq).where(Document.id == second.id).execute()


@pytest.mark.clause("LC-A04-3-2")
def test_no_two_kinds_of_document_share_a_series(app):
    for book in current_app.extensions["rules"].books.values():
        words = [kind.word for kind in book.documents.values()]
        assert len(words) == len(set(words)), book.id


def test_a_void_leaves_no_gap_and_a_lost_number_is_named(client):
    three_documents()
    clerk = log_in(client, Role.CLERK)
    assert [
        [c.text for c in row.all("td")] for row in clerk.get("/documents/gaps").one("tbody").all("tr")
    ] == [
        ["受", "2026", "2", "0", "2", "连续"],
        ["补", "2026", "2", "1", "2", "连续"],
    ]
    Document.update(seq=5).where(Document.word == "补", Document.seq == 2).execute()
    NumberSeries.update(last=3).where(NumberSeries.word == "受").execute()
    rows = clerk.get("/documents/gaps").one("tbody").all("tr")
    assert [row.all("td")[-1].text for row in rows] == ["缺 1 个号：3", "缺 3 个号：2、3、4"]


def test_a_voided_document_prints_with_the_word_across(client):
    *_, voided, _fresh = three_documents()
    answer = log_in(client, Role.CLERK).get(f"/documents/{voided.id}/word")
    with zipfile.ZipFile(BytesIO(answer.data)) as word:
        headers = [word.read(name).decode() for name in word.namelist() if "header" in name]
    assert ['string="作废"' in header for header in headers] == [True]
