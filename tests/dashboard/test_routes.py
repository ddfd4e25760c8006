"""The dashboard as its readers see it: figures, the rows behind them, whose they are, and the export."""

import re
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest

from blueprints.agreements import operations
from blueprints.agreements.operations import Signing, Upload
from models import Agreement, Case, Event, Role, User
from tests.builders import (
    MONDAY,
    a_city,
    an_accepted,
    an_application,
    an_office,
    hand_of,
    miss,
    night,
    receive_all,
    serve_last,
    step,
)
from tests.lifecycle.stations import a_case_at, day
from tests.page import log_in

LATE = (2026, 3, 12)  # three workdays after the last day of what was received on Monday 2 March
AUTUMN = date(2026, 11, 17)


def a_county(code="河医保", name="河湾县"):
    return an_office(f"{name}医疗保险事业中心", code, district=name, parent=a_city())


def an_older(**fields):
    """An application received on 23 February, its last day the worked Saturday 28 February."""
    return an_application(on=MONDAY - timedelta(days=7), **fields)


def a_signed_agreement(**fields):
    """The agreement signed on 6 May for a year, with fields changed; and its case."""
    scan = Upload("协议.pdf", b"%PDF-1.4\n%%EOF\n")
    hand = hand_of(Role.AGREEMENT, today=day(5, 6))
    signing = Signing(day(5, 6), "2026版")
    agreement = operations.sign(a_case_at("signing"), signing, hand=hand, upload=scan)
    if fields:
        Agreement.update(**fields).where(Agreement.id == agreement.id).execute()
    return agreement.case


def dashboard(app, *roles, query="", **kwargs):
    """The page as somebody sees it who logs in now."""
    return log_in(app.test_client(), *(roles or (Role.MANAGER,)), **kwargs).get(f"/dashboard/{query}")


def links(page, start="/dashboard/rows"):
    """Every figure that is a link to rows: (number, address)."""
    found = [(node.text.replace(",", ""), node.attrs["href"]) for node in page.all("a")]
    return [(int(text), url) for text, url in found if url.startswith(start) and text.isdecimal()]


def row_names(page):
    return [node.text for node in page.one(id="rows").all("th", scope="row")]


def figure(page, label):
    """The value of one of the six figures at the top."""
    cards = [a for a in page.one(id="figures").all("a") if a.one("span", class_="label").text == label]
    return cards[0].one("span", class_="value").text


def cells(page, region, name):
    """The texts of the row `name` in a table of the page."""
    rows = [tr for tr in page.one(id=region).all("tr") if tr.children[0].text.startswith(name)]
    assert len(rows) == 1, page.one(id=region).text
    return [cell.text for cell in rows[0].children[1:]]


def test_every_figure_leads_to_as_many_rows(client, at):
    an_office(parent=a_city())
    an_older()
    an_application()
    an_application(office=a_county())
    an_accepted()
    at(*LATE)
    browser = log_in(client, Role.MANAGER, office=a_city())
    page = browser.get("/dashboard/")
    figures = links(page)
    assert len(figures) >= 12
    for number, url in figures:
        rows = browser.get(url)
        assert len(row_names(rows)) == number, url
        assert rows.one("h2", id="h-rows").text


def test_overdue_cases_stand_under_their_office_and_station(app, at):
    an_older()
    an_application()
    an_accepted()
    at(*LATE)
    page = dashboard(app, Role.LEADER)
    heads = [th.text for th in page.one(id="overdue").one("thead").all("th")]
    row = dict(zip(heads[1:], cells(page, "overdue", "安澜县"), strict=True))
    assert (row["收件审查"], row["受理"], row["超期"], row["在办"]) == ("2", "0", "2", "3")
    assert (figure(page, "超期"), figure(page, "在办")) == ("2件", "3件")
    assert "最长超期 9 个工作日" in page.one(id="figures").text


def test_what_comes_due_is_counted_by_clock_and_workdays(app):
    an_application()
    page = dashboard(app)
    assert cells(page, "coming", "收件审查")[:3] == ["1", "1", "1"]
    assert figure(page, "5 个工作日内到期") == "1件"
    assert "至 3月9日" in page.one(id="figures").text


def test_a_document_without_proof_of_service_waits_with_the_way_to_record_it(app):
    case = an_accepted()
    document = case.documents.get()
    page = dashboard(app)
    waiting = page.one(id="unserved")
    assert document.number in waiting.text
    assert waiting.one("a", href=f"/documents/{document.id}/serve").text == "登记送达"
    serve_last(case, MONDAY)
    page = dashboard(app, Role.LEADER)
    assert "文书都已送达" in page.one(id="unserved").text


def test_what_lapses_tonight_is_listed_on_its_last_day_and_not_before(app, at):
    case = an_application()
    miss(case, 3)
    step(case, "request_correction", Role.CLERK, day(3, 4))
    serve_last(case, day(3, 5))
    at(2026, 3, 11)
    assert "今晚没有自动办理的办件" in dashboard(app).one(id="tonight").text
    at(2026, 3, 12)
    tonight = dashboard(app).one(id="tonight")
    assert tonight.one("a", href=f"/cases/{case.id}").text == case.institution.name
    assert "视为放弃" in tonight.text
    night(day(3, 13))
    assert Case.get_by_id(case.id).closed_on is not None


@pytest.mark.parametrize(
    ("days", "lamp", "over"),
    [(149, None, "0份"), (150, "lamp-yellow", "0份"), (180, "lamp-yellow", "0份"), (181, "lamp-red", "1份")],
)
def test_an_agreement_is_yellow_from_150_and_red_beyond_180_days_unsettled(app, at, days, lamp, over):
    case = a_signed_agreement(last_settled_on=AUTUMN - timedelta(days=days))
    at(2026, 11, 17)
    page = dashboard(app)
    shown = [
        light
        for light in page.one(id="idle").all("span", class_="lamp")
        if lamp in light.attrs["class"].split()
    ]
    assert [light.text for light in shown] == ([f"{days} 日"] if lamp else [])
    assert figure(page, "超过 180 日未结算") == over
    if lamp:
        assert page.one(id="idle").one("a", href=f"/agreements/{case.id}").text == case.institution.name


def test_an_agreement_never_settled_counts_from_its_first_day(app, at):
    a_signed_agreement()
    at(2026, 11, 4)
    idle = dashboard(app).one(id="idle")
    assert ("182 日" in idle.text, "生效，未结算" in idle.text) == (True, True)


def test_an_agreement_is_near_its_end_from_90_days_before(app, at):
    case = a_signed_agreement(ends_on=AUTUMN + timedelta(days=91))
    at(2026, 11, 17)
    assert "90 日内没有届满的协议" in dashboard(app).one(id="ending").text
    at(2026, 11, 18)
    assert cells(dashboard(app), "ending", case.institution.name) == [
        "2027-02-16",
        "90 日",
    ]


def test_limits_kept_and_missed_are_counted_in_the_month_they_ended(app, at):
    an_accepted()
    late = an_older()
    receive_all(late, day(3, 4))
    step(late, "accept", Role.CLERK, day(3, 4))
    at(2026, 3, 5)
    page = dashboard(app)
    assert cells(page, "trend", "2026年3月") == ["2", "1", "50.0%"]
    assert cells(page, "trend", "2026年2月") == ["0", "0", "—"]
    assert figure(page, "3月按期办结率") == "50.0%"
    assert cells(page, "stages", "收件审查")[1:] == ["4.5 日", "5 个工作日", "50.0%"]


def test_a_handler_shows_load_lateness_and_leave(app, at):
    case = an_older()
    done = step(an_application(), "withdraw", Role.CLERK, day(3, 5), reason="停业")
    assert done.handler == case.handler
    User.update(away_until=day(3, 20)).where(User.id == case.handler).execute()
    at(*LATE)
    page = dashboard(app)
    assert cells(page, "people", case.handler.name)[2:] == ["1", "1", "1"]
    assert "请假至 3月20日" in page.one(id="people").text


def test_a_county_sees_its_own_and_the_city_what_lies_below(client):
    an_office(parent=a_city())
    own, other = an_application(), an_application(office=a_county())
    rows = log_in(client, Role.MANAGER).get("/dashboard/rows")
    assert row_names(rows) == [own.institution.name]
    browser = log_in(client, Role.MANAGER, office=a_city())
    assert figure(browser.get("/dashboard/"), "在办") == "2件"
    assert figure(browser.get(f"/dashboard/?office={other.office_id}"), "在办") == "1件"
    assert row_names(browser.get(f"/dashboard/rows?office={other.office_id}")) == [other.institution.name]


@pytest.mark.parametrize("url", ["/dashboard/", "/dashboard/rows", "/dashboard/export"])
def test_a_foreign_or_unknown_office_is_not_found(client, url):
    foreign = a_county()
    browser = log_in(client, Role.MANAGER)
    for office in (foreign.id, 999, "9" * 30, "安澜县"):
        assert browser.get(f"{url}?office={office}", status=404)


def test_filters_nobody_knows_are_left_out_and_never_a_fault(client):
    case = an_application()
    browser = log_in(client, Role.CLERK)
    for asked in (
        "station=x",
        "rule=%00",
        "lamp=purple",
        "due=7",
        "due=-5",
        "sort=id",
        f"handler={'9' * 40}",
        "page=0",
    ):
        assert row_names(browser.get(f"/dashboard/rows?{asked}")) == [case.institution.name], asked
    assert (
        browser.get(f"/dashboard/rows?page={'9' * 9}&handler=2147483647")
        .one(id="rows")
        .text.startswith("其他经办人")
    )


def test_the_rows_come_in_pages_of_fifty(client):
    for _ in range(51):
        an_application()
    browser = log_in(client, Role.CLERK)
    first = browser.get("/dashboard/rows?lamp=green&sort=name")
    onward = first.one("a", rel="next").attrs["href"]
    second = browser.swap("get", onward)
    assert (len(row_names(first)), len(row_names(second))) == (50, 1)
    assert "第 51–51 件，共 51 件" in second.text


def test_dashboard_and_rows_are_swapped_as_one_region(client):
    browser = log_in(client, Role.MANAGER)
    assert browser.swap("get", "/dashboard/").roots[0].attrs["id"] == "dashboard"
    assert browser.swap("get", "/dashboard/rows").roots[0].attrs["id"] == "rows"


@pytest.mark.parametrize("url", ["/dashboard/", "/dashboard/rows"])
def test_many_cases_ask_as_many_statements_as_one(client, at, statements, url):
    def asked():
        with statements() as seen:
            browser.get(url)
        return len(seen)

    an_older()
    an_accepted()
    at(*LATE)
    browser = log_in(client, Role.MANAGER)
    few = asked()
    for _ in range(6):
        an_older()
        an_accepted()
        case = an_application()
        miss(case, 3)
        step(case, "request_correction", Role.CLERK, day(3, 4))
        serve_last(case, day(3, 5))
    assert asked() == few


def sheet(answer):
    """The texts of the exported file, and whether it holds a formula."""
    with zipfile.ZipFile(BytesIO(answer.data)) as file:
        names = file.namelist()
        strings = file.read("xl/sharedStrings.xml").decode()
        body = file.read("xl/worksheets/sheet1.xml").decode()
    assert "xl/worksheets/sheet1.xml" in names
    return re.findall(r"<t[^>]*>([^<]*)</t>", strings), "<f>" in body, body.count("<row ")


def test_the_export_holds_the_rows_asked_for_and_text_stays_text(client, at):
    an_older(name="=1+1大药房")
    an_accepted(name="不在其中的卫生院")
    at(*LATE)
    browser = log_in(client, Role.MANAGER)
    answer = browser.client.get("/dashboard/export?lamp=red&station=check")
    texts, has_formula, lines = sheet(answer)
    assert (texts[0], has_formula, lines) == ("看板明细（收件审查，超期）", False, 4)
    assert texts[1] == "安澜县医疗保险事业中心　2026-03-12 09:00 导出　manager"
    assert ("=1+1大药房" in texts, "不在其中的卫生院" in texts) == (True, False)
    event = Event.get(Event.action == "export")
    assert event.stream == f"office:{an_office().id}"
    assert event.change == {"what": "看板明细（收件审查，超期）", "rows": 1}


def test_an_office_without_cases_is_told_what_will_be_here(app, client):
    page = dashboard(app)
    assert (figure(page, "在办"), figure(page, "超期"), figure(page, "3月按期办结率")) == ("0件", "0件", "—")
    for region in ("trend", "stages", "coming", "people", "tonight", "unserved", "idle", "ending"):
        assert page.one(id=region).one(class_="empty"), region
    assert "没有符合条件的办件" in log_in(client, Role.MANAGER).get("/dashboard/rows").text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_neither_administrator_nor_auditor_reads_the_dashboard(client, role):
    browser = log_in(client, role)
    for url in ("/dashboard/", "/dashboard/rows", "/dashboard/export"):
        browser.get(url, status=403)
