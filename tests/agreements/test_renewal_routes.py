"""The next term of an agreement by page: signed, shown as waiting, refused with its reason."""

from datetime import date
from io import BytesIO

import pytest

from blueprints.agreements import renewal_queries
from models import Agreement, Attachment, Case, Role
from tests.agreements.test_routes import PDF, signed
from tests.builders import an_office, hand_of, night
from tests.lifecycle.test_exits import agreed, asked
from tests.page import log_in


def form(case, **given):
    fresh = Case.get_by_id(case.id)
    return {"signed_on": "2027-04-06", "text_version": "2027版", "version": fresh.version, **given}


def scan():
    return {"signed_text": (BytesIO(PDF), "续签协议.pdf")}


def kept(app):
    """The names of the files the product holds, the database itself left out."""
    return {path.name for path in app.config["INSTANCE"].rglob("*") if "sqlite" not in path.name}


def renewed(browser, agreement, **given):
    """Register the renewal by page and return the next term."""
    url = f"/agreements/{agreement.case_id}/renew"
    browser.post(url, data={**form(agreement.case), **scan(), **given})
    return Agreement.select().order_by(Agreement.id.desc()).get()


@pytest.mark.clause("LC-19-3b")
def test_the_next_term_is_signed_by_page_and_waits_for_the_day_after_the_last(client, at):
    at(2027, 4, 6)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/{agreement.case_id}/renew"
    page = browser.get(url)
    assert page.one("p", id="starts-on").text == "2027年5月6日"
    assert page.one("div", id="usual-term").text == "2027年5月6日至2028年5月5日"
    answer = browser.post(url, data={**form(agreement.case), **scan()})
    assert answer.location == f"/agreements/{agreement.case_id}"
    page = browser.get(answer.location)
    panel = page.one("section", id="renewal").text
    assert "续签协议 安医保协字〔2027〕1号 自 2027年5月6日 生效" in panel
    assert "已续签" in page.one("h1").text
    terms = page.one("section", aria_labelledby="h-terms").all("li")
    assert [row.one("small").text for row in terms] == ["协议有效", "待生效"]
    after = Agreement.select().order_by(Agreement.id.desc()).get()
    assert (after.starts_on, after.ends_on) == (date(2027, 5, 6), date(2028, 5, 5))
    own = browser.get(f"/agreements/{after.case_id}")
    assert "起由系统自动生效" in own.one("section", id="waiting").text
    assert "续签协议.pdf" in own.text
    assert own.all("section", id="settlement") == []


def test_an_extended_agreement_is_followed_at_once(client, at):
    at(2027, 4, 6)
    agreement = signed()
    Agreement.update(is_renewal_open=True, renewal_basis="考核", renewal_approved_by="郑国栋").execute()
    night(date(2027, 5, 6))
    at(2027, 5, 20)
    browser = log_in(client, Role.AGREEMENT)
    url = f"/agreements/{agreement.case_id}/renew"
    answer = browser.post(url, data={**form(agreement.case, signed_on="2027-05-20"), **scan()})
    after = Agreement.select().order_by(Agreement.id.desc()).get()
    assert answer.location == f"/agreements/{after.case_id}"
    assert [Case.get_by_id(row.case_id).state for row in (agreement, after)] == ["renewed", "active"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ends_on": "2027-12-31"}, "请写明理由"),
        ({"ends_on": "2027-05-01", "term_reason": "试签"}, "协议终止日期早于生效日期"),
        ({"signed_on": "2027-04-01"}, "办理日期早于今天的"),
        ({"signed_text": (BytesIO(b"MZ\x90"), "协议.pdf")}, "没有保存"),
        ({"signed_text": (BytesIO(b""), "")}, "请上传双方签署的协议文本扫描件"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_no_file(app, client, at, given, sentence):
    at(2027, 4, 6)
    agreement = signed()
    before = kept(app)
    data = {**form(agreement.case), **scan(), **given}
    page = log_in(client, Role.AGREEMENT).post(
        f"/agreements/{agreement.case_id}/renew", status=422, data=data
    )
    assert sentence in page.one("main").one("div", id="refusal").text
    assert page.one("input", id="text_version").attrs["value"] == "2027版"
    assert Agreement.select().count() == 1
    assert not Attachment.select().where(Attachment.case == agreement.case_id).exists()
    assert kept(app) == before


def test_a_stale_page_is_told_that_a_colleague_was_faster(client, at):
    at(2027, 4, 6)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    data = {**form(agreement.case), "version": agreement.case.version - 1, **scan()}
    page = browser.post(f"/agreements/{agreement.case_id}/renew", status=409, data=data)
    assert "同事刚刚改动了这份协议" in page.one("main").one("div", id="refusal").text


def test_one_agreement_is_renewed_once(client, at):
    at(2027, 4, 6)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    after = renewed(browser, agreement)
    url = f"/agreements/{agreement.case_id}/renew"
    assert "已登记续签，续签协议自 2027-05-06 生效，不能重复登记" in browser.get(url).text
    browser.post(url, status=403, data={**form(agreement.case), **scan()})
    assert "协议现为“待生效”，不能续签" in browser.get(f"/agreements/{after.case_id}/renew").text


def test_an_institution_that_does_not_renew_is_not_renewed(client, at):
    at(2027, 1, 4)
    agreement = signed()
    asked_on = date(2027, 1, 4)
    agreed(asked(agreement.case, "not_renew", asked_on, date(2027, 4, 5)), asked_on)
    hand = hand_of(Role.AGREEMENT, today=date(2027, 4, 1))
    assert "机构已申请不再续签" in renewal_queries.hindrance(Case.get_by_id(agreement.case_id), hand)
    night(date(2027, 4, 5))
    at(2027, 4, 6)
    browser = log_in(client, Role.AGREEMENT)
    assert "已登记“到期不再续签”，不能续签" in browser.get(f"/agreements/{agreement.case_id}").text
    url = f"/agreements/{agreement.case_id}/renew"
    page = browser.post(url, status=403, data={**form(agreement.case), **scan()})
    assert page.one("main").one("div", id="refusal").text == "已登记“到期不再续签”，不能续签"
    assert Agreement.select().count() == 1


def test_a_waiting_term_is_no_second_standing_agreement(client, at):
    at(2027, 4, 6)
    agreement = signed()
    browser = log_in(client, Role.AGREEMENT)
    before = browser.get("/agreements/")
    renewed(browser, agreement)
    after = browser.get("/agreements/")
    count = [page.one("nav", class_="tabs").all("a")[0].one("span").text for page in (before, after)]
    assert count == ["1", "1"]
    assert [row.one("th").text for row in after.one("tbody").all("tr")] == [agreement.case.institution.name]
    assert "已续签" in after.one("tbody").text
    listed = browser.get("/institutions").one("tbody").text
    assert ("协议有效" in listed, "待生效" in listed) == (True, False)
    own = browser.get(f"/institutions/{agreement.case.institution_id}").one("section", id="agreements")
    assert [row.all("td")[2].text for row in own.one("tbody").all("tr")] == ["协议有效", "待生效"]


def test_another_office_does_not_find_the_page(client, at):
    at(2027, 4, 6)
    agreement = signed()
    other = an_office("清河县医疗保险事业中心", "清医保")
    log_in(client, Role.AGREEMENT, office=other).get(f"/agreements/{agreement.case_id}/renew", status=404)
