"""Drafts that keep whatever was typed, what differs from the register, mistakes put right in time."""

import pytest

from models import Application, Case, Event, Institution, Role
from tests.builders import (
    a_draft,
    a_person,
    an_accepted,
    an_application,
    an_institution,
    an_office,
    step,
)
from tests.intake.test_routes import NUMBER, TYPED, as_seen, error_under, refusal
from tests.page import log_in

MASKED = f"{NUMBER[:4]}{'*' * 10}{NUMBER[-4:]}"


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def value_of(page, name):
    return page.one("input", id=name).attrs["value"]


def versions_on(page):
    return {name: page.one("input", name=name).attrs["value"] for name in ("version", "application_version")}


def test_a_draft_keeps_right_and_wrong_alike_and_is_resumed_where_it_was_left(clerk):
    half = {
        **TYPED,
        "draft": "1",
        "phone": "1386350",
        "beds": "约 80",
        "operating_since": "去年",
        "t_departments-1-beds": "四十",
        "blank_chronic_a": "很多",
    }
    clerk.post("/applications/new", data=half)
    case = Case.get()
    page = clerk.get(f"/applications/{case.id}/draft")
    for name in ("phone", "beds", "operating_since", "blank_chronic_a", "contact", "address"):
        assert value_of(page, name) == half[name]
    assert value_of(page, "t_departments-1-beds") == "四十"
    assert [box.attrs["value"] for box in page.all("input", name="types") if "checked" in box.attrs] == half[
        "types"
    ]
    assert value_of(page, "legal_representative_id") == MASKED
    assert page.all("div", class_="error") == []


def test_a_draft_of_a_new_institution_leaves_no_more_than_its_name_in_the_register(clerk):
    clerk.post("/applications/new", data={**TYPED, "draft": "1"})
    row = Institution.get()
    assert (row.name, row.uscc, row.address, row.legal_representative) == (
        TYPED["name"],
        TYPED["uscc"],
        "",
        None,
    )
    assert NUMBER not in str(Application.get().draft)
    assert [e.change for e in Event.select() if NUMBER in str(e.change)] == []


def test_what_a_draft_holds_is_filed_with_the_number_that_was_masked_meanwhile(clerk):
    clerk.post("/applications/new", data={**TYPED, "draft": "1"})
    case = Case.get()
    seen = versions_on(clerk.get(f"/applications/{case.id}/draft"))
    clerk.post(f"/applications/{case.id}/draft", data={**TYPED, **seen, "legal_representative_id": MASKED})
    case = Case.get()
    assert (case.state, case.institution.legal_representative.id_masked) == ("filed", MASKED)
    assert Application.get().draft == {}


def test_a_draft_of_a_known_institution_leaves_the_register_as_it_is(clerk):
    institution = an_institution(name="安澜沙堤颐康医院")
    chosen = {**TYPED, "institution": str(institution.id), "version": "1", "draft": "1", "name": "改过的名称"}
    clerk.post("/applications/new", data=chosen)
    assert Institution.get().name == "安澜沙堤颐康医院"
    page = clerk.get(f"/applications/{Case.get().id}/draft")
    assert value_of(page, "name") == "改过的名称"
    assert "台账为“安澜沙堤颐康医院”" in page.one("div", id="field-name").text


def test_a_draft_without_a_name_or_with_a_wrong_code_is_refused(clerk):
    page = clerk.post("/applications/new", status=422, data={**TYPED, "draft": "1", "name": ""})
    assert error_under(page, "name") == "请填写单位名称"
    clerk.post("/applications/new", status=422, data={**TYPED, "draft": "1", "uscc": "123"})
    assert Case.select().count() == 0


def test_drafts_have_a_tab_of_their_own_that_leads_back_to_the_form(clerk):
    draft = a_draft(name="草稿医院")
    an_application(name="已收件的医院")
    page = clerk.get("/applications?open=draft")
    assert [th.text for th in page.all("th", scope="row")] == ["草稿医院"]
    assert page.all("a", href=f"/applications/{draft.id}/draft")


# --- What differs from the register ---


def test_everything_known_is_filled_in_with_the_rows_of_the_last_application(clerk):
    rows = {"t_departments-1-name": "消化内科", "t_departments-1-beds": "80"}
    clerk.post("/applications/new", data={**TYPED, **rows})
    case = Case.get()
    step(case, "withdraw", Role.CLERK, case.opened_on, reason="机构书面提出")
    page = clerk.get(f"/applications/new?institution={case.institution_id}")
    assert (value_of(page, "beds"), value_of(page, "contact")) == ("80", "闫晓东")
    assert value_of(page, "t_departments-1-name") == "消化内科"
    assert value_of(page, "count_dialysis_machine") == "12"
    assert value_of(page, "legal_representative_id") == MASKED
    assert [box for box in page.all("input", name="types") if "checked" in box.attrs] == []


def test_what_differs_is_told_field_by_field_before_the_register_follows(clerk):
    person = a_person("陶云峰", NUMBER)
    institution = an_institution(beds=60, grade="一级甲等", legal_representative=person, is_for_profit=False)
    same = {"name": institution.name, "uscc": institution.uscc, "licence_no": institution.licence_no}
    same |= {"address": institution.address, "phone": institution.phone, "version": "1"}
    chosen = {**TYPED, **same, "institution": str(institution.id), "legal_representative": "陶云锋"}
    chosen["legal_representative_id"] = MASKED
    page = clerk.post("/applications/new", status=422, data=chosen)
    told = [
        "经营性质：台账为“非营利”，本次填写“营利”",
        "床位数：台账为“60”，本次填写“80”",
        "医疗机构机构等级：台账为“一级”，本次填写“二级”",
        "医疗机构机构等级（等）：台账为“甲”，本次填写“乙”",
        "法定代表人：台账为“陶云峰”，本次填写“陶云锋”",
    ]
    assert "有 5 处与台账不同" in refusal(page).text
    assert [sentence in refusal(page).text for sentence in told] == [True] * 5
    assert "台账为“60”" in page.one("div", id="field-beds").text
    assert Institution.get().beds == 60
    clerk.post("/applications/new", data={**chosen, "seen": page.one("input", name="seen").attrs["value"]})
    assert (Institution.get().beds, Institution.get().grade) == (80, "二级乙等")
    assert Event.select().where(Event.action == "change_institution").count() == 1


def test_the_numbers_that_differ_are_masked(clerk):
    institution = an_institution(legal_representative=a_person("陶云峰"))
    data = {**TYPED, "institution": str(institution.id), "version": "1"}
    aside = clerk.swap("post", "/applications/duplicates", data=data)
    panel = aside.one("section", aria_labelledby="h-others").text
    assert f"法定代表人身份证号：{MASKED}" in panel
    assert NUMBER not in aside.html


# --- Put right before acceptance ---


def test_a_mistake_is_put_right_with_a_reason_and_told_in_the_history(clerk):
    clerk.post("/applications/new", data=TYPED)
    case = Case.get()
    assert clerk.get(f"/cases/{case.id}").all("a", href=f"/applications/{case.id}/amend")
    page = clerk.get(f"/applications/{case.id}/amend")
    assert (value_of(page, "count_dialysis_machine"), page.all("input", id="received_on")) == ("12", [])
    right = {**TYPED, **versions_on(page), "case": str(case.id), "legal_representative_id": MASKED}
    right |= {"count_dialysis_machine": "2", "features": ["dialysis", "large_equipment"]}
    url = f"/applications/{case.id}/amend"
    assert error_under(clerk.post(url, status=422, data=right), "reason") == "请写明修改原因"
    clerk.post(url, data={**right, "reason": "录入有误"})
    application = Application.get()
    assert (application.counts["dialysis_machine"], Case.get().state) == (2, "filed")
    event = Event.get(Event.action == "amend_application")
    assert (event.reason, sorted(event.change["changed"])) == ("录入有误", ["counts", "features"])
    assert "修改申请信息" in clerk.get(f"/cases/{case.id}").one("section", id="timeline").text
    clerk.post(url, status=409, data={**right, "reason": "再改"})


def test_after_acceptance_nothing_is_put_right_any_more(clerk):
    case = an_accepted()
    url = f"/applications/{case.id}/amend"
    assert clerk.get(f"/cases/{case.id}").all("a", href=url) == []
    clerk.get(url, status=404)
    clerk.post(url, status=403, data=as_seen(clerk, reason="改"))


# --- Where to go, and how it came ---


@pytest.mark.clause("LC-05-1-2")
def test_a_municipal_institution_is_sent_to_the_city_and_registered_there(client):
    city = an_office(
        "市医疗保险事业中心", "市医保", level="city", district="市直", address="聊城市东昌路 1 号"
    )
    county = an_office(parent=city)
    institution = an_institution(
        name="市人民医院", office=city, uscc=TYPED["uscc"], licence_no=TYPED["licence_no"]
    )
    page = log_in(client, Role.CLERK).post("/applications/new", status=422, data=TYPED)
    assert "市医疗保险事业中心" in refusal(page).text
    client.post("/log-out")
    clerk = log_in(client, Role.CLERK, office=city)
    clerk.post("/applications/new", data=as_seen(clerk, institution=str(institution.id), version="1"))
    assert Case.get().office == city
    client.post("/log-out")
    of_county = an_institution(name="安澜县医院", office=county)
    page = log_in(client, Role.CLERK, office=city).get(f"/applications/new?institution={of_county.id}")
    assert f"“安澜县医院”由{county.name}经办" in refusal(page).text


@pytest.mark.clause("ZJ-05-5")
def test_the_channel_is_recorded_shown_filtered_and_exported(clerk):
    clerk.post("/applications/new", data={**TYPED, "channel": "online"})
    case = Case.get()
    assert (Application.get().channel, case.is_on_behalf) == ("online", True)
    assert "网上，经办机构代填" in clerk.get(f"/cases/{case.id}").one("dl", class_="facts").text
    an_application(name="窗口来的医院")
    names = {
        channel: [th.text for th in clerk.get(f"/applications?channel={channel}").all("th", scope="row")]
        for channel in ("window", "online")
    }
    assert names == {"window": ["窗口来的医院"], "online": [TYPED["name"]]}
    clerk.post("/applications/new", status=422, data={**TYPED, "channel": "邮寄"})
