"""Papers of an institution, and the list of what expires: 30, 60, 90 days, expired."""

from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from lifecycle import credentials
from models import Credential, Event, Role, Staff
from tests.builders import MONDAY, a_city, a_person, an_institution, an_office, hand_of
from tests.page import log_in

TYPED = {"kind": "licence", "title": "医疗机构执业许可证", "number": "PDY1", "valid_until": "2026-12-31"}


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def a_credential(days, institution=None, kind="licence", title="医疗机构执业许可证"):
    """A paper whose last day is `days` after today."""
    institution = institution or an_institution()
    return credentials.save(
        {"kind": kind, "title": title, "valid_until": MONDAY + timedelta(days=days)},
        hand=hand_of(Role.CLERK, office=institution.office),
        institution=institution,
    )


def titles(page):
    return [row.all("td")[3].text for row in page.one("tbody").all("tr")] if page.all("tbody") else []


def test_a_paper_is_recorded_changed_and_ended(clerk):
    institution = an_institution()
    url = f"/institutions/{institution.id}/credentials"
    assert clerk.post(f"{url}/new", data=TYPED).location == f"/institutions/{institution.id}#credentials"
    row = Credential.get()
    clerk.post(f"{url}/{row.id}", data={**TYPED, "valid_until": "", "version": "1"})
    assert Credential.get().valid_until is None
    assert "长期有效" in clerk.get(f"/institutions/{institution.id}").one(id="credentials").text
    clerk.post(f"{url}/{row.id}/end", status=422, data={"end-reason": ""})
    clerk.post(f"{url}/{row.id}/end", data={"end-reason": "换发新证", "end-version": "2"})
    section = clerk.get(f"/institutions/{institution.id}").one(id="credentials").text
    assert "2026-03-02 停用" in section
    assert "换发新证" in clerk.get(f"{url}/{row.id}").text


def test_what_is_wrong_is_told_and_the_typing_stays(clerk):
    url = f"/institutions/{an_institution().id}/credentials/new"
    typed = {**TYPED, "title": "", "valid_from": "2027-01-01", "number": "证 1"}
    page = clerk.post(url, status=422, data=typed)
    assert [a.attrs["href"] for a in page.one(id="refusal").all("a")] == ["#title", "#valid_until"]
    assert page.one("input", id="number").attrs["value"] == "证 1"


def test_a_stale_paper_is_told_and_the_typing_stays(clerk):
    row = a_credential(10)
    url = f"/institutions/{row.institution_id}/credentials/{row.id}"
    clerk.post(url, data={**TYPED, "version": "1"})
    page = clerk.post(url, status=409, data={**TYPED, "note": "我的备注", "version": "1"})
    assert "同事刚刚改动了" in page.one(id="refusal").text
    assert page.one("input", id="note").attrs["value"] == "我的备注"


def test_what_expires_stands_soonest_first_in_30_60_and_90_days(clerk):
    for days in (90, 30, 0, 31, 91, -1, 60):
        a_credential(days, title=f"证{days}")
    assert titles(clerk.get("/institutions/expiring")) == ["证0", "证30"]
    assert titles(clerk.get("/institutions/expiring?within=60")) == ["证0", "证30", "证31", "证60"]
    assert titles(clerk.get("/institutions/expiring?within=90"))[-1] == "证90"
    page = clerk.get("/institutions/expiring?within=0")
    assert (titles(page), "已过期 1 日" in page.text) == (["证-1"], True)
    assert [span.text for span in page.one("nav", class_="tabs").all("span")] == ["1", "2", "4", "5"]


def test_labour_contracts_that_end_stand_on_the_same_list(clerk):
    institution = an_institution(name="甲医院")
    a_credential(20, institution, title="租赁合同", kind="premises")
    Staff.create(
        institution=institution,
        person=a_person("杜鹃"),
        category="nurse",
        contract_until=MONDAY + timedelta(days=10),
    )
    Staff.create(
        institution=institution,
        person=a_person("白薇"),
        category="nurse",
        contract_until=MONDAY + timedelta(days=9),
        left_on=MONDAY,
    )
    assert titles(clerk.get("/institutions/expiring")) == ["杜鹃的劳动合同", "租赁合同"]
    assert titles(clerk.get("/institutions/expiring?kind=staff")) == ["杜鹃的劳动合同"]
    assert titles(clerk.get("/institutions/expiring?kind=premises")) == ["租赁合同"]


def test_an_ended_paper_is_watched_no_more(clerk):
    row = a_credential(5)
    credentials.end(row, hand=hand_of(Role.CLERK), reason="注销")
    assert "30 日内没有到期" in clerk.get("/institutions/expiring").text


def test_a_county_sees_its_own_and_a_city_narrows_to_one_county(app):
    county = an_office("河湾县医保中心", "河医保", parent=a_city())
    a_credential(5, an_institution(office=county), title="河湾的证")
    a_credential(6, an_institution(office=a_city()), title="市直的证")
    a_credential(7, title="安澜的证")
    city = log_in(app.test_client(), Role.CLERK, office=a_city())
    assert titles(city.get("/institutions/expiring")) == ["河湾的证", "市直的证"]
    assert titles(city.get(f"/institutions/expiring?office={county.id}")) == ["河湾的证"]
    own = log_in(app.test_client(), Role.CLERK)
    assert titles(own.get(f"/institutions/expiring?office={county.id}")) == ["安澜的证"]


def test_the_list_goes_out_as_a_workbook_and_that_is_an_event(clerk):
    a_credential(5, an_institution(name="=甲医院"))
    page = clerk.get("/institutions/expiring/export")
    lines = CalamineWorkbook.from_filelike(BytesIO(page.data)).get_sheet_by_index(0).to_python()
    assert (lines[3][0], lines[3][5]) == ("=甲医院", "剩 5 日")
    assert Event.get(Event.action == "export").change == {"what": "证照与合同到期清单", "rows": 1}


def test_the_list_takes_as_many_statements_for_three_as_for_one(clerk, statements):
    seen = []
    for _ in range(2):
        a_credential(5)
        with statements() as lines:
            clerk.get("/institutions/expiring")
        seen.append(len(lines))
        a_credential(6)
    assert seen[0] == seen[1]


def test_whatever_is_asked_is_answered(clerk):
    for query in ("within=7", "within=x", "kind=☃", "office=9", "within=" + "9" * 40):
        clerk.get(f"/institutions/expiring?{query}")
    clerk.swap("get", "/institutions/expiring?within=60")
