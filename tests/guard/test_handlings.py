"""Penalties, agreement handling and disputes of an institution, and what they bring."""

from datetime import date

import pytest

from lifecycle import case_checks, guard
from lifecycle.errors import Conflict, NotAllowed
from models import Dispute, Event, Handling, Role
from tests.builders import MONDAY, a_city, an_application, an_institution, an_office, hand_of
from tests.page import log_in

TYPED = {
    "measure": "handling:damages",
    "clause": "协议第二十条第三款",
    "authority": "安澜县医疗保险事业中心",
    "number": "安医保处〔2026〕1号",
    "facts": "串换项目结算",
    "amount": "12,345.67",
    "started_on": "2026-02-20",
    "ended_on": "2026-08-20",
}
QUARREL = {
    "about": "解除",
    "path": "reconsideration",
    "body": "安澜县人民政府",
    "number": "安政复〔2026〕3号",
    "filed_on": "2026-02-25",
    "claim": "请求撤销解除协议的决定",
}


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def a_penalty(institution=None, **given):
    values = {
        "kind": "penalty",
        "measure": "fine",
        "clause": "第三十八条",
        "authority": "县医保局",
        "number": "安医保罚〔2026〕2号",
        "facts": "超标准收费",
        "amount": 500_000,
        "started_on": date(2026, 2, 1),
        "ended_on": None,
        **given,
    }
    return guard.save_handling(values, hand=hand_of(Role.CLERK), institution=institution or an_institution())


def names(page):
    return [row.one("th").text for row in page.one("tbody").all("tr")] if page.all("tbody") else []


@pytest.mark.clause("LC-23-5")
def test_a_handling_is_recorded_with_measure_clause_authority_amount_and_days(clerk):
    institution = an_institution()
    page = clerk.post(f"/institutions/{institution.id}/handlings/new", data=TYPED)
    assert page.location == f"/institutions/{institution.id}#handlings"
    row = Handling.get()
    assert (row.kind, row.measure, row.clause, row.amount) == (
        "handling",
        "damages",
        "协议第二十条第三款",
        1_234_567,
    )
    assert (row.started_on, row.ended_on, row.is_performed) == (date(2026, 2, 20), date(2026, 8, 20), False)
    panel = clerk.get(f"/institutions/{institution.id}").one(id="handlings").text
    assert "要求定点医疗机构按照医保协议约定支付违约金，12,345.67 元" in panel
    assert "1 项未了结，期间不得变更信息" in panel
    assert Event.select().where(Event.action == "add_handling").count() == 1


@pytest.mark.clause("LC-23-5")
def test_it_stays_open_until_performed_and_until_its_period_is_over(app):
    row = a_penalty(ended_on=date(2026, 3, 31))
    institution, hand = row.institution, hand_of(Role.CLERK)
    assert guard.open_handling(institution, date(2026, 1, 31)) == []
    assert guard.open_handling(institution, MONDAY) == [row]
    assert guard.open_handling(institution, date(2026, 4, 1)) == [row]
    guard.perform(row, on=MONDAY, hand=hand, version=1)
    assert guard.open_handling(institution, date(2026, 3, 31)) == [row]
    assert guard.open_handling(institution, date(2026, 4, 1)) == []
    with pytest.raises(Conflict, match="已登记于 2026-03-02 履行完毕"):
        guard.perform(Handling.get(), on=MONDAY, hand=hand)


def test_full_performance_is_recorded_on_its_day(clerk):
    row = a_penalty()
    url = f"/handlings/{row.id}"
    assert "登记履行完毕" in clerk.get(url).text
    clerk.post(f"{url}/perform", status=422, data={"on": "2026-03-03", "version": "1"})
    clerk.post(f"{url}/perform", data={"on": "2026-03-01", "version": "1"})
    assert (Handling.get().is_performed, Handling.get().performed_on) == (True, date(2026, 3, 1))
    assert "2026-03-01 履行完毕" in clerk.get(url).text


def test_a_stale_change_is_told_and_the_typing_stays(clerk):
    row = a_penalty()
    given = {**TYPED, "measure": "penalty:fine", "version": "1"}
    clerk.post(f"/handlings/{row.id}", data=given)
    page = clerk.post(f"/handlings/{row.id}", status=409, data={**given, "facts": "我写的事实"})
    assert "同事刚刚改动了" in page.one(id="refusal").text
    assert page.one("textarea", id="facts").text == "我写的事实"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"measure": "handling:end_pharmacy"}, "measure"),
        ({"clause": ""}, "clause"),
        ({"amount": "十元"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"started_on": "2026-03-03"}, "started_on"),
        ({"ended_on": "2026-02-19"}, "ended_on"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(clerk, given, field):
    url = f"/institutions/{an_institution().id}/handlings/new"
    page = clerk.post(url, status=422, data={**TYPED, **given})
    assert [a.attrs["href"] for a in page.one(id="refusal").all("a")] == [f"#{field}"]
    assert Handling.select().count() == 0


def test_the_ladder_is_that_of_the_kind_of_institution(clerk):
    options = {
        kind: {
            option.attrs["value"]
            for option in clerk.get(f"/institutions/{an_institution(kind).id}/handlings/new")
            .one("select", id="measure")
            .all("option")
        }
        for kind in ("medical", "pharmacy")
    }
    assert "handling:rights" in options["medical"] - options["pharmacy"]
    assert "handling:damages_pharmacy" in options["pharmacy"] - options["medical"]
    assert "penalty:fine" in options["medical"] & options["pharmacy"]


def test_the_list_shows_what_is_open_and_is_narrowed(clerk):
    open_one, done = a_penalty(an_institution(name="甲医院")), a_penalty(an_institution(name="乙医院"))
    a_penalty(an_institution(name="丙医院"), kind="handling", measure="talk")
    guard.perform(done, on=MONDAY, hand=hand_of(Role.CLERK))
    assert names(clerk.get("/handlings")) == ["丙医院", "甲医院"]
    assert names(clerk.get("/handlings?kind=penalty")) == ["甲医院"]
    assert names(clerk.get("/handlings?state=done")) == ["乙医院"]
    assert names(clerk.get("/handlings?state=all&q=乙")) == ["乙医院"]
    assert open_one.is_performed is False


@pytest.mark.parametrize("url", ["/handlings", "/disputes"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(clerk, statements, url):
    def counted():
        institution = an_institution()
        a_penalty(institution)
        guard.save_dispute(QUARREL_ROW, hand=hand_of(Role.CLERK), institution=institution)
        with statements() as seen:
            clerk.get(url)
        return len(seen)

    first, _, third = counted(), counted(), counted()
    assert first == third


QUARREL_ROW = {**QUARREL, "filed_on": date(2026, 2, 25), "outcome": "", "closed_on": None}


@pytest.mark.clause("LC-23-5")
def test_an_unperformed_penalty_speaks_against_acceptance_until_it_is_performed(app):
    case = an_application()
    hand = hand_of(Role.CLERK)

    def machine():
        return case_checks.item(case, "screening", "g4", hand).machine

    assert machine().finding == ""
    row = a_penalty(case.institution)
    assert machine().finding == "hit"
    assert machine().lines == ("县医保局安医保罚〔2026〕2号，2026-02-01，未登记履行完毕",)
    guard.perform(row, on=MONDAY, hand=hand)
    assert machine().finding == ""


def test_a_county_lists_its_own_and_only_the_keeper_records(app):
    county = an_office("河湾县医保中心", "河医保", parent=a_city())
    other = an_institution(office=county, name="河湾医院")
    guard.save_handling(
        {**a_penalty().__data__, "institution": other} | {"kind": "penalty", "measure": "fine"},
        hand=hand_of(Role.CLERK, office=county),
        institution=other,
    )
    city = log_in(app.test_client(), Role.CLERK, office=a_city())
    assert names(city.get("/handlings")) == ["河湾医院"]
    assert city.client.get(f"/institutions/{other.id}/handlings/new").status_code == 403
    with pytest.raises(NotAllowed, match="只能由该机构办理"):
        a_penalty(other)


@pytest.mark.clause("LC-35-1")
def test_a_dispute_takes_one_of_the_four_paths_to_an_outcome(clerk):
    institution = an_institution()
    url = f"/institutions/{institution.id}/disputes/new"
    page = clerk.get(url)
    for path in ("自行协商", "请求同级医疗保障行政部门协调处理", "行政复议", "行政诉讼"):
        assert path in page.one("form", class_="panel").text
    clerk.post(url, data=QUARREL)
    row = Dispute.get()
    assert (row.about, row.path, row.body, row.closed_on) == (
        "解除",
        "reconsideration",
        "安澜县人民政府",
        None,
    )
    assert names(clerk.get("/disputes")) == [institution.name]
    given = {**QUARREL, "version": "1", "outcome": "维持原决定"}
    page = clerk.post(f"/disputes/{row.id}", status=422, data=given)
    assert "结果和办结日期要一起填写" in page.one(id="field-closed_on").text
    clerk.post(f"/disputes/{row.id}", data={**given, "closed_on": "2026-03-02"})
    assert (Dispute.get().outcome, Dispute.get().closed_on) == ("维持原决定", MONDAY)
    assert names(clerk.get("/disputes")) == []
    assert (
        "2026-03-02 办结：维持原决定" in clerk.get(f"/institutions/{institution.id}").one(id="handlings").text
    )
