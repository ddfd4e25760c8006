"""The list of agreements as an Excel file: what is filtered; one taken over has its number."""

from io import BytesIO

from python_calamine import CalamineWorkbook

from models import Event, Role
from tests.builders import an_office
from tests.imports.ledgers import a_row
from tests.imports.test_ledger import imported
from tests.page import log_in


def cells(browser, url):
    """The rows of the exported sheet below its heading."""
    book = CalamineWorkbook.from_filelike(BytesIO(browser.get(url).data))
    return book.get_sheet_by_index(0).to_python()[2:]


def test_the_export_holds_what_the_list_shows(client):
    browser = log_in(client, Role.AGREEMENT)
    imported(browser, [a_row(1), a_row(3), a_row(4, 机构名称="=1+1")])
    heading, *rows = cells(browser, "/agreements/export?kind=medical&sort=name")
    assert [heading[column] for column in (1, 3, 6, 7)] == ["机构", "协议编号", "终止日期", "状态"]
    assert [(row[1], row[3], row[6].isoformat(), row[7]) for row in rows] == [
        ("=1+1", "安医协〔2026〕4号", "2026-12-31", "协议有效"),
        ("安澜县沙堤镇第1卫生室", "安医协〔2026〕1号", "2026-12-31", "协议有效"),
    ]
    event = Event.select().order_by(Event.id.desc()).get()
    assert (event.action, event.change) == ("export", {"what": "医保协议_有效", "rows": 2})


def test_an_agreement_taken_over_is_found_by_the_number_on_its_paper(client):
    browser = log_in(client, Role.AGREEMENT)
    imported(browser, [a_row(1), a_row(3)])
    page = browser.get("/agreements/?q=〔2026〕3号")
    assert [row.one("th").text for row in page.one("tbody").all("tr")] == ["安澜县康民大药房3店"]
    assert "安医协〔2026〕3号" in browser.get(page.one("tbody").one("a").attrs["href"]).text


def test_another_countys_agreements_are_not_in_the_file(client):
    imported(log_in(client, Role.AGREEMENT), [a_row(1)])
    client.post("/log-out")
    other = an_office("清源县医疗保险事业中心", "清医保")
    assert len(cells(log_in(client, Role.AGREEMENT, office=other), "/agreements/export")) == 1
