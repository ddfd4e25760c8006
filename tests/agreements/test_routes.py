"""Negotiation, signing and standing agreements by page."""

from datetime import date
from io import BytesIO

import pytest

from models import Agreement, Attachment, Case, Document, Institution, Negotiation, Role
from tests.builders import a_file, an_office
from tests.lifecycle.stations import TERM, a_case_at, an_agreement, day
from tests.page import log_in

PDF = b"%PDF-1.4\n%%EOF\n"
ANNEX_10 = {
    "held_on": "2026-04-24",
    "place": "三楼会议室",
    "negotiators": "郑国栋、周敏",
    "counterparts": "陶云峰",
    "subject": "医保协议签订事宜",
    "content": "就费用结算协商",
    "opinion": "同意",
    "is_agreed": "yes",
}


def signed(**fields):
    """An agreement with the row of what was signed, on 6 May for a year."""
    case = an_agreement(**fields)
    document = Document.get(Document.case == case)
    days = {name: date.fromisoformat(on) for name, on in TERM.items()}
    return Agreement.create(case=case, document=document, text_version="2026版", **days)


def typed(case, **given):
    return {**ANNEX_10, "version": case.version, **given}


@pytest.mark.clause("LC-15-2", "LC-A10-1", "LC-A10-2")
def test_the_negotiation_page_asks_for_annex_10_and_moves_the_case_to_signing(client, at):
    at(2026, 4, 24)
    case = a_case_at("negotiation")
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/cases/{case.id}/negotiation"
    labels = [node.text.lstrip("*") for node in browser.get(url).one("main").all("label")]
    assert labels[:4] == ["时间", "地点", "谈判人", "被谈判人"]
    assert {"谈判主题", "谈判内容", "谈判意见"} <= set(labels)
    browser.post(url, data=typed(case))
    assert Case.get_by_id(case.id).state == "signing"
    assert Negotiation.get().opinion == "同意"


@pytest.mark.clause("LC-16-2")
def test_no_consensus_wants_its_reason_and_keeps_what_was_typed(client, at):
    at(2026, 4, 24)
    case = a_case_at("negotiation")
    browser = log_in(client, Role.LEADER)
    url = f"/agreements/cases/{case.id}/negotiation"
    page = browser.post(url, status=422, data=typed(case, is_agreed="no"))
    assert page.one("div", id="field-reason").one("div", class_="error").text == "未达成一致的，请写明原因"
    assert page.one("textarea", id="content").text == "就费用结算协商"
    browser.post(url, data=typed(case, is_agreed="no", reason="机构不接受结算标准"))
    assert Case.get_by_id(case.id).state == "not_agreed"


def test_a_negotiation_outside_its_stage_says_so_and_is_refused(client, at):
    at(2026, 4, 24)
    case = a_case_at("supervision_notice")
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/cases/{case.id}/negotiation"
    assert "办件不在协商谈判环节" in browser.get(url).text
    page = browser.post(url, status=409, data=typed(case))
    assert page.one("main").one("div", id="refusal").text
    assert Negotiation.select().count() == 0


@pytest.mark.clause("LC-16-4", "LC-16-5")
def test_signing_by_page_shows_the_usual_term_and_opens_the_agreement(client, at):
    at(2026, 5, 6)
    case = a_case_at("signing")
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/cases/{case.id}/signing"
    assert browser.get(url).one("div", id="usual-term").text == "2026年5月6日至2027年5月5日"
    asked = browser.swap(
        "get", f"/agreements/cases/{case.id}/usual-term?signed_on=2026-05-06&starts_on=2026-06-01"
    )
    assert asked.text.strip() == "2026年6月1日至2027年5月31日"
    form = {"signed_on": "2026-05-06", "text_version": "2026版", "version": case.version}
    answer = browser.post(url, data={**form, "signed_text": (BytesIO(PDF), "协议.pdf")})
    agreement = Agreement.get()
    assert answer.location == f"/agreements/{agreement.case_id}"
    assert (agreement.ends_on, Attachment.get().purpose) == (date(2027, 5, 5), "signed_text")
    page = browser.get(answer.location)
    assert "安医保协字〔2026〕1号" in page.one("dl", class_="facts").text
    assert page.one("section", id="clocks").all("article")


def test_an_unusual_end_without_reason_keeps_the_page(client, at):
    at(2026, 5, 6)
    case = a_case_at("signing")
    a_file(case, "signed_text")
    form = {"signed_on": "2026-05-06", "ends_on": "2026-12-31", "text_version": "2026版"}
    page = log_in(client, Role.AGREEMENT).post(
        f"/agreements/cases/{case.id}/signing", status=422, data={**form, "version": case.version}
    )
    assert "请写明理由" in page.one("main").one("div", id="refusal").text
    assert page.one("input", id="ends_on").attrs["value"] == "2026-12-31"
    assert Agreement.select().count() == 0


def test_the_list_shows_standing_agreements_and_finds_by_name_and_number(client, at):
    at(2026, 6, 1)
    one, other = signed(), signed()
    browser = log_in(client, Role.CLERK)
    assert len(browser.get("/agreements/").one("tbody").all("tr")) == 2
    for asked in (one.case.institution.name, one.document.number):
        region = browser.swap("get", f"/agreements/?q={asked}")
        assert [row.one("th").text for row in region.one("tbody").all("tr")] == [one.case.institution.name]
    assert "没有找到" in browser.get("/agreements/?q=没有的").text
    assert "没有协议" in browser.get("/agreements/?chosen=idle").text
    assert other.document.number == "安医保协字〔2026〕2号"


def test_the_filters_of_the_list_count_and_show_the_same_rows(client, at):
    at(2027, 4, 1)
    signed()
    idle = signed()
    Agreement.update(idle_since=day(11, 17)).where(Agreement.id == idle.id).execute()
    page = log_in(client, Role.CLERK).get("/agreements/?chosen=idle")
    tabs = [(a.parts[0], a.one("span").text) for a in page.one("nav", class_="tabs").all("a")]
    assert tabs == [
        ("有效", "2"),
        ("临近到期", "2"),
        ("到期顺延", "0"),
        ("中止", "0"),
        ("长期未结算", "1"),
        ("未完成对接", "2"),
        ("已终止", "0"),
    ]
    assert [row.one("th").text for row in page.one("tbody").all("tr")] == [idle.case.institution.name]


def test_the_list_asks_as_many_statements_for_one_agreement_as_for_many(client, at, statements):
    at(2026, 6, 1)
    signed()
    browser = log_in(client, Role.CLERK)
    browser.get("/agreements/")
    with statements() as one:
        browser.get("/agreements/")
    for _ in range(3):
        signed()
    with statements() as many:
        browser.get("/agreements/")
    assert len(one) == len(many)


def test_a_settlement_is_recorded_and_a_future_one_refused_on_the_page(client, at):
    at(2026, 6, 1)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/{agreement.case_id}/settle"
    page = browser.post(url, status=422, data={"settle-settled_on": "2026-06-02", "settle-version": 1})
    assert page.one("main").one("div", id="refusal").text == "结算日期不能晚于今天"
    assert page.one("input", id="settle-settled_on").attrs["value"] == "2026-06-02"
    browser.post(url, data={"settle-settled_on": "2026-05-29", "settle-version": 1})
    assert "距今 3 日" in browser.get(f"/agreements/{agreement.case_id}").one("section", id="settlement").text


def test_181_days_without_settlement_show_as_a_proposal_with_its_article(client, at):
    at(2026, 11, 17)
    agreement = signed()
    Agreement.update(last_settled_on=day(5, 20)).where(Agreement.id == agreement.id).execute()
    text = (
        log_in(client, Role.AGREEMENT)
        .get(f"/agreements/{agreement.case_id}")
        .one("section", id="settlement")
        .text
    )
    assert "超过 180 日未发生医保费用结算" in text
    assert "第三十一条（二）、第三十二条（八）" in text


@pytest.mark.clause("LC-19-5")
def test_a_renewal_is_marked_and_taken_off_by_page(client, at):
    at(2027, 4, 1)
    agreement = signed()
    browser = log_in(client, Role.MANAGER)
    url = f"/agreements/{agreement.case_id}/renewal"
    page = browser.post(
        url, status=422, data={"action": "open", "open-basis": "年度考核中", "open-version": 1}
    )
    assert page.one("input", id="open-basis").attrs["value"] == "年度考核中"
    browser.post(
        url,
        data={"action": "open", "open-basis": "年度考核中", "open-approved_by": "郑国栋", "open-version": 1},
    )
    page = browser.get(f"/agreements/{agreement.case_id}")
    assert "续签办理中" in page.one("h1").text
    browser.post(url, data={"action": "close", "close-reason": "机构不再续签", "close-version": 2})
    assert Agreement.get_by_id(agreement.id).is_renewal_open is False


@pytest.mark.clause("LC-17-1")
def test_the_connection_is_recorded_once(client, at):
    at(2026, 5, 20)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    form = {"on-on": "2026-05-20", "on-version": agreement.case.version}
    url = f"/agreements/{agreement.case_id}"
    browser.post(f"{url}/connection", data=form)
    page = browser.get(url)
    assert page.all("section", id="connection") == []
    assert "05-20 办结" in page.one("section", id="clocks").text


@pytest.mark.clause("LC-16-3")
def test_the_signed_agreement_is_filed_from_its_page(client, at):
    at(2026, 5, 20)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    form = {"kind": "department", "filed_on": "2026-05-20", "number": "安医保备〔2026〕9号"}
    region = browser.swap("post", f"/decisions/cases/{agreement.case_id}/filings", data=form)
    assert "安医保备〔2026〕9号" in region.text
    page = browser.get(f"/agreements/{agreement.case_id}")
    assert "报同级医疗保障行政部门备案" in page.one("section", id="filings").one("tbody").text


def test_a_foreign_agreement_is_not_found(client, at):
    at(2026, 5, 20)
    agreement = signed()
    other = an_office("清河县医疗保险事业中心", "清医保")
    browser = log_in(client, Role.AGREEMENT, office=other)
    browser.get(f"/agreements/{agreement.case_id}", status=404)
    browser.post(f"/agreements/{agreement.case_id}/settle", status=404)
    browser.get(f"/agreements/cases/{agreement.case.origin_id}/signing", status=404)


def test_an_application_is_no_agreement(client):
    case = a_case_at("qualified")
    log_in(client, Role.AGREEMENT).get(f"/agreements/{case.id}", status=404)


def test_the_terms_of_one_designation_are_shown_together(client, at):
    at(2027, 6, 1)
    old = signed()
    case = Case.create(
        **{
            **{
                name: getattr(old.case, name)
                for name in ("matter", "office", "institution", "book", "region")
            },
            "number": "2027-0001",
            "options": old.case.options,
            "state": "active",
            "handler": old.case.handler,
            "origin": old.case,
            "opened_on": date(2027, 5, 6),
            "stage_on": date(2027, 5, 6),
        }
    )
    Agreement.create(
        case=case,
        signed_on=date(2027, 5, 6),
        starts_on=date(2027, 5, 6),
        ends_on=date(2028, 5, 5),
        text_version="2027版",
    )
    page = log_in(client, Role.CLERK).get(f"/agreements/{case.id}")
    rows = page.one("section", aria_labelledby="h-terms").all("li")
    assert [row.one("span").text for row in rows] == ["2026-05-06 至 2027-05-05", "2027-05-06 至 2028-05-05"]
    assert Institution.select().count() == 1
