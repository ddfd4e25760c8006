"""The window: one form for annex 2 with its checks, the list of applications."""

from datetime import date

import pytest

from demo import numbers
from lifecycle import bans, vault
from models import Application, Case, CaseMaterial, Institution, Person, Role
from tests.builders import (
    a_draft,
    a_person,
    an_application,
    an_institution,
    an_office,
    hand_of,
    step,
)
from tests.page import log_in

NUMBER = numbers.resident_id(7001)
TYPED = {
    "kind": "medical",
    "name": "安澜沙堤颐康医院",
    "uscc": numbers.credit_code(7001),
    "licence_no": "PDY70388137159917A1001",
    "address": "安澜县沙堤镇文昌街 66 号",
    "category": "专科医院",
    "blank_grade_level": "二级",
    "blank_grade_rank": "乙",
    "ownership": "私营",
    "is_for_profit": "yes",
    "beds": "80",
    "types": ["inpatient", "outpatient_pooling"],
    "features": ["dialysis"],
    "count_dialysis_machine": "12",
    "operating_since": "2024-05-01",
    "received_on": "2026-03-02",
    "legal_representative": "陶云峰",
    "legal_representative_id": NUMBER,
    "contact": "闫晓东",
    "phone": "13863502715",
}


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def refused(clerk, url="/applications/new", status=422, **typed):
    return clerk.post(url, status=status, data={**TYPED, **typed})


def refusal(page):
    """The refusal above the form; the frame keeps two more in templates."""
    return page.all("div", id="refusal")[0]


def as_seen(clerk, **typed):
    """The form with what it says about the register acknowledged, as the page beside it does by itself."""
    data = {**TYPED, **typed}
    page = clerk.swap("post", "/applications/duplicates", data=data)
    return {**data, "seen": page.one("input", name="seen").attrs["value"]}


def error_under(page, name):
    return page.one("div", id=f"{name}-error").text


@pytest.mark.clause("LC-A02-1", "LC-A02-2", "LC-A02-3", "LC-A02-4")
def test_a_whole_form_becomes_a_filed_case_with_institution_person_and_materials(clerk):
    page = clerk.post("/applications/new", data=TYPED)
    case = Case.get()
    assert page.location == f"/cases/{case.id}"
    assert (case.state, case.opened_on, case.handler.name) == ("filed", date(2026, 3, 2), "clerk")
    institution = case.institution
    assert (institution.name, institution.is_for_profit, institution.beds) == ("安澜沙堤颐康医院", True, 80)
    assert (institution.grade, institution.ownership, institution.category) == (
        "二级乙等",
        "私营",
        "专科医院",
    )
    application = Application.get()
    assert (application.types, application.features) == (["inpatient", "outpatient_pooling"], ["dialysis"])
    assert application.counts == {"dialysis_machine": 12, "bed": 80}
    assert (application.operating_since, application.applied_on) == (date(2024, 5, 1), date(2026, 3, 2))
    assert CaseMaterial.select().count() == 12


def test_the_resident_id_is_nowhere_in_the_clear_but_finds_the_person(clerk):
    clerk.post("/applications/new", data=TYPED)
    person = Person.get()
    assert NUMBER.encode() not in bytes(person.id_cipher)
    assert person.id_digest == vault.digest(NUMBER)
    draft = clerk.get(f"/applications/new?institution={Institution.get().id}", status=200)
    assert NUMBER not in draft.html
    shown = draft.one("input", id="legal_representative_id").attrs["value"]
    assert shown == f"{NUMBER[:4]}{'*' * 10}{NUMBER[-4:]}"


def test_what_is_wrong_is_told_in_page_order_and_what_was_typed_stays(clerk):
    page = refused(clerk, uscc=TYPED["uscc"][:-1] + "?", types=[], phone="1386350271", name="安澜新院")
    links = [a.attrs["href"] for a in refusal(page).all("a")]
    assert links == ["#uscc", "#types", "#phone"]
    assert refusal(page).text.startswith("未提交，有 3 处需要修改，已填内容都保留着")
    assert error_under(page, "types") == "至少选择一项"
    assert error_under(page, "phone") == "手机号应为 11 位，现为 10 位"
    assert page.one("input", id="name").attrs["value"] == "安澜新院"
    assert page.one("input", id="phone").attrs["value"] == "1386350271"
    assert page.one("input", id="legal_representative_id").attrs["value"] == NUMBER
    assert Institution.select().count() == 0


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("uscc", TYPED["uscc"][:17], "统一社会信用代码应为 18 位，现为 17 位"),
        ("legal_representative_id", NUMBER[:17], "身份证号应为 18 位，现为 17 位"),
        ("phone", "0635-12", "固定电话应为区号加 7 至 8 位号码，如 0635-1234567"),
    ],
)
def test_a_field_is_checked_where_it_is_typed(clerk, name, value, sentence):
    answer = clerk.swap("post", f"/applications/check/{name}", data={**TYPED, name: value})
    assert (answer.roots[0].attrs["id"], error_under(answer, name)) == (f"field-{name}", sentence)
    assert answer.one("input").attrs["value"] == value


def test_only_checked_fields_can_be_asked_about(clerk):
    clerk.post("/applications/check/address", status=404, data=TYPED)


def test_the_day_of_receipt_says_until_when_it_must_be_answered(clerk):
    answer = clerk.swap("post", "/applications/check/received_on", data={**TYPED, "received_on": "2026-3-2"})
    hint = answer.one("div", id="received_on-hint").text
    assert hint == "收件审查 5 个工作日，截至 2026年3月9日"


def test_a_receipt_before_today_asks_why_it_is_typed_late(clerk):
    asked = clerk.swap("post", "/applications/check/received_on", data={**TYPED, "received_on": "2026-02-27"})
    assert asked.one("input", id="reason").attrs["name"] == "reason"
    page = refused(clerk, received_on="2026-02-27")
    assert error_under(page, "reason") == "收件日期早于今天，请写明补录原因"
    clerk.post("/applications/new", data={**TYPED, "received_on": "2026-02-27", "reason": "窗口停电"})
    assert Case.get().stage_on == date(2026, 2, 27)


def test_a_receipt_after_today_is_refused(clerk):
    assert error_under(refused(clerk, received_on="2026-03-03"), "received_on") == "收件日期不能晚于今天"


@pytest.mark.clause("LC-06-1")
def test_a_hospital_younger_than_three_months_is_warned_of_and_still_registered(clerk):
    young = {**TYPED, "operating_since": "2025-12-08"}
    answer = clerk.swap("post", "/applications/check/operating_since", data=young)
    warning = answer.one("div", id="operating_since-warning").text
    assert warning.startswith("至收件日满 3 个月还差 7 日（2026年3月9日起满足第六条（一）")
    clerk.post("/applications/new", data=young)
    assert Case.get().state == "filed"


@pytest.mark.clause("LC-07-1")
def test_a_pharmacy_is_measured_by_the_same_three_months(clerk):
    pharmacy = {**TYPED, "kind": "pharmacy", "operating_since": "2025-12-01"}
    checks = clerk.swap("post", "/applications/duplicates", data=pharmacy).text
    assert "正式运营已满 3 个月" in checks
    checks = clerk.swap(
        "post", "/applications/duplicates", data={**pharmacy, "operating_since": "2025-12-02"}
    )
    assert "还差 1 日" in checks.text


def test_a_pharmacy_has_a_form_of_its_own(clerk):
    page = clerk.get("/applications/new?kind=pharmacy")
    assert (page.all("input", id="beds"), page.all("input", name="count_bed")) == ([], [])
    typed = {**TYPED, "kind": "pharmacy", "types": ["personal_account"], "features": []}
    typed |= {"blank_drugs": ["西药", "中成药"], "blank_pharmacy_class": "2类"}
    clerk.post("/applications/new", status=422, data=typed)
    clerk.post("/applications/new", data={**typed, "business_model": "连锁"})
    row = Institution.get()
    assert (row.business_model, row.category, CaseMaterial.select().count()) == ("连锁", "2类", 9)


def test_a_draft_needs_a_name_and_a_code_and_is_filed_later(clerk):
    little = {"kind": "medical", "name": "安澜颐康医院", "uscc": TYPED["uscc"], "draft": "1"}
    clerk.post("/applications/new", data=little)
    case = Case.get()
    assert case.state == "draft"
    page = clerk.get(f"/applications/{case.id}/draft")
    assert page.one("input", id="name").attrs["value"] == "安澜颐康医院"
    seen = {name: page.one("input", name=name).attrs["value"] for name in ("version", "application_version")}
    clerk.post(f"/applications/{case.id}/draft", data={**TYPED, **seen})
    assert Case.get().state == "filed"
    clerk.get(f"/applications/{case.id}/draft", status=404)


def test_a_stale_draft_is_told_and_the_typing_stays(clerk):
    case = a_draft()
    stale = {**TYPED, "version": "1", "application_version": "0", "name": "改过的名称"}
    page = clerk.post(f"/applications/{case.id}/draft", status=409, data=stale)
    assert "同事刚刚改动了" in refusal(page).text
    assert page.one("input", id="name").attrs["value"] == "改过的名称"


def test_a_masked_number_means_keep_it_and_a_new_one_replaces_it(clerk):
    person = a_person("陶云峰", NUMBER)
    institution = an_institution(name="安澜沙堤颐康医院", legal_representative=person)
    chosen = {"institution": str(institution.id), "uscc": institution.uscc, "version": "1"}
    chosen["legal_representative_id"] = person.id_masked
    clerk.post("/applications/new", data=as_seen(clerk, **chosen))
    assert Institution.get_by_id(institution.id).legal_representative == person
    assert Case.get().institution == institution


def test_an_open_application_of_the_same_institution_is_refused_with_a_link(clerk):
    case = an_application()
    page = clerk.get(f"/applications/new?institution={case.institution_id}")
    assert refusal(page).one("a").attrs["href"] == f"/cases/{case.id}"
    chosen = {**TYPED, "institution": str(case.institution_id), "version": "1"}
    page = clerk.post("/applications/new", status=409, data=chosen)
    assert refusal(page).one("a").attrs["href"] == f"/cases/{case.id}"
    assert Case.select().count() == 1


def test_an_institution_that_is_in_the_register_is_to_be_picked_there(clerk):
    known = an_institution(uscc=TYPED["uscc"], licence_no=TYPED["licence_no"])
    page = refused(clerk)
    assert refusal(page).one("a").attrs["href"] == f"/applications/new?institution={known.id}"


def test_like_institutions_are_found_by_name_code_and_person(clerk):
    an_institution(name="安澜沙堤颐康诊所")
    an_institution(name="沙堤眼科", uscc=TYPED["uscc"])
    an_institution(name="城关药店", legal_representative=a_person("陶云峰", NUMBER))
    an_institution(name="毫不相干的医院")
    answer = clerk.swap("post", "/applications/duplicates", data=TYPED)
    found = [item.text for item in answer.one("section", aria_labelledby="h-duplicates").all("li")]
    assert [text.split("选用")[0] for text in found] == [
        "沙堤眼科信用代码相同",
        "城关药店法定代表人或负责人相同",
        "安澜沙堤颐康诊所名称相近",
    ]


def test_a_foreign_twin_is_told_by_its_office_without_a_link(clerk):
    an_institution(name="别县医院", uscc=TYPED["uscc"], office=an_office("别县医保中心", "别医保"))
    answer = clerk.swap("post", "/applications/duplicates", data=TYPED)
    first = answer.one("section", aria_labelledby="h-duplicates").one("li")
    assert (first.text, first.all("a")) == ("由别县医保中心登记的机构信用代码相同", [])


@pytest.mark.clause("LC-10-8")
def test_a_ban_of_a_person_is_seen_at_every_institution_and_does_not_stop_the_receipt(app, clerk):
    hand = hand_of(Role.MANAGER)
    book = hand.books["liaocheng-2023"]
    bans.impose(
        "person_ban",
        hand=hand,
        office=an_office(),
        book=book,
        from_on=date(2024, 3, 1),
        reason="原机构被解除协议",
        person=a_person("陶云峰", NUMBER),
    )
    aside = clerk.swap("post", "/applications/duplicates", data=TYPED)
    told = aside.one("span", class_="text-late").text
    assert "陶云峰" in told
    assert "至 2029-03-01" in told
    clerk.post("/applications/new", data=TYPED)
    assert Case.get().state == "filed"


def test_grounds_that_only_some_types_meet_are_put_beside_the_form(clerk):
    with_beds = clerk.swap("post", "/applications/duplicates", data=TYPED).text
    without = clerk.swap("post", "/applications/duplicates", data={**TYPED, "types": ["personal_account"]})
    assert ("第十条（三）" in with_beds, "第十条（三）" in without.text) == (True, False)


def test_the_list_narrows_by_text_station_kind_and_end(clerk):
    an_application(name="安澜沙堤颐康医院")
    an_application(kind="pharmacy", types=["personal_account"], name="康民大药房")
    withdrawn = an_application(name="撤回的诊所")
    step(withdrawn, "withdraw", Role.CLERK, date(2026, 3, 2), reason="机构书面提出")

    def names(query):
        return sorted(th.text for th in clerk.get(f"/applications?{query}").all("th", scope="row"))

    assert names("") == ["安澜沙堤颐康医院", "康民大药房"]
    assert names("q=颐康") == ["安澜沙堤颐康医院"]
    assert names("kind=pharmacy&station=check") == ["康民大药房"]
    assert names("station=notice") == []
    assert names("open=closed") == ["撤回的诊所"]
    assert names("open=all&q=2026-0003") == ["撤回的诊所"]


def test_the_list_takes_as_many_statements_for_thirty_as_for_one(clerk, statements):
    an_application()
    clerk.get("/applications")
    with statements() as one:
        clerk.get("/applications")
    for _ in range(29):
        an_application()
    with statements() as thirty:
        page = clerk.get("/applications")
    assert (len(page.all("th", scope="row")), len(thirty)) == (30, len(one))


def test_another_offices_applications_are_neither_listed_nor_touched(clerk):
    foreign = an_office("别县医保中心", "别医保")
    case = an_application(office=foreign)
    assert clerk.get("/applications").all("th", scope="row") == []
    clerk.get(f"/applications/new?institution={case.institution_id}", status=404)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER, Role.ADMIN])
def test_only_the_window_registers(client, role):
    browser = log_in(client, role)
    browser.get("/applications/new", status=403)
    browser.post("/applications/new", status=403, data=TYPED)


@pytest.mark.parametrize(
    "typed",
    [
        {"received_on": "1950-01-01", "operating_since": "2099-12-31"},
        {"beds": "9" * 400, "version": "²", "application_version": "9" * 30},
        {"name": "\x00", "uscc": "\ud7ff" * 18, "types": ["x\x00"], "features": ["'"], "is_for_profit": "?"},
        {"legal_representative_id": "１" * 18, "phone": "+86", "institution": "9" * 30, "kind": "☃"},
    ],
)
def test_whatever_is_typed_is_refused_with_a_sentence(clerk, typed):
    clerk.post("/applications/new", status=422, data={**TYPED, "phone": "1", **typed})
    clerk.swap("post", "/applications/duplicates", data={**TYPED, **typed})
    for name in ("received_on", "operating_since", "legal_representative_id", "uscc"):
        clerk.swap("post", f"/applications/check/{name}", data={**TYPED, **typed})
    clerk.get(
        "/applications", query_string={"page": "9" * 30, "office": "9" * 30, "q": "\x00%'", "sort": "x"}
    )
