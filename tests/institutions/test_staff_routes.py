"""The roster at the window: taken on, changed, left, revealed, exported in the columns that are printed."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from demo import numbers
from lifecycle import staff
from models import Event, Role, Staff
from tests.builders import a_person, an_institution, an_office, hand_of
from tests.page import log_in

NUMBER = numbers.resident_id(8201)
TYPED = {"name": "杜鹃", "resident_id": NUMBER, "gender": "女", "category": "nurse", "remark": "在职"}


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def a_member(institution=None, name="杜鹃", number=NUMBER, **values):
    institution = institution or an_institution()
    category = "nurse" if institution.kind == "medical" else "clerk"
    return staff.save(
        {"gender": "女", "category": category, "remark": "在职", **values},
        hand=hand_of(Role.CLERK, office=institution.office),
        institution=institution,
        person=(name, number),
    )


def heads(page):
    """The printed columns of the roster on the page: those before ours."""
    return [th.text for th in page.one("thead").all("th")][:-3]


def sheet(page):
    return CalamineWorkbook.from_filelike(BytesIO(page.data)).get_sheet_by_index(0).to_python()


MEDICAL = ["姓名", "性别", "身份证号", "人员类别", "职称", "所在科室", "备注"]
PHARMACY = ["姓名", "性别", "身份证号", "人员类别", "备注"]


def choices(page, name):
    return [option.text for option in page.one("select", id=name).all("option")][1:]


@pytest.mark.clause("LC-08-3b")
def test_the_roster_of_a_medical_institution_has_the_printed_columns_and_choices(clerk):
    row = a_member(title="护师", department="内科")
    url = f"/institutions/{row.institution_id}/staff"
    assert heads(clerk.get(url)) == MEDICAL
    form = clerk.get(f"{url}/new")
    assert [
        label in "、".join(choices(form, "category")) for label in ("医师", "护士", "药学", "影像", "检验")
    ] == [True] * 5
    assert choices(form, "remark")[:5] == ["在职", "退休", "自主择业", "劳务派遣", "第二执业"]
    lines = sheet(clerk.get(f"{url}/export"))
    assert lines[2:] == [MEDICAL, ["杜鹃", "女", row.person.id_masked, "护士", "护师", "内科", "在职"]]


@pytest.mark.clause("LC-09-3b")
def test_the_roster_of_a_pharmacy_has_neither_title_nor_department(clerk):
    row = a_member(an_institution("pharmacy"))
    url = f"/institutions/{row.institution_id}/staff"
    assert heads(clerk.get(url)) == PHARMACY
    form = clerk.get(f"{url}/new")
    assert (form.all("input", id="title"), form.all("input", id="department")) == ([], [])
    assert choices(form, "category") == ["执业药师", "执业中药师", "药师（士）", "营业员", "其他"]
    assert choices(form, "remark")[:4] == ["在职", "退休", "劳务派遣", "自主择业"]
    lines = sheet(clerk.get(f"{url}/export"))
    assert lines[2:] == [PHARMACY, ["杜鹃", "女", row.person.id_masked, "营业员", "在职"]]


def test_somebody_is_taken_on_and_the_next_one_at_once(clerk):
    url = f"/institutions/{an_institution().id}/staff"
    answer = clerk.post(f"{url}/new", data={**TYPED, "contract_until": "2027年3月31日", "again": "1"})
    row = Staff.get()
    assert (answer.location, row.person.name, row.contract_until) == (f"{url}/new", "杜鹃", date(2027, 3, 31))
    page = clerk.get(url)
    assert (NUMBER in page.html, row.person.id_masked in page.text) == (False, True)


def test_a_wrong_number_and_a_contract_that_ends_too_early_are_told_and_the_typing_stays(clerk):
    url = f"/institutions/{an_institution().id}/staff/new"
    typed = {**TYPED, "resident_id": "123", "contract_from": "2026-01-01", "contract_until": "2025-01-01"}
    page = clerk.post(url, status=422, data={**typed, "category": "clerk"})
    links = [a.attrs["href"] for a in page.one(id="refusal").all("a")]
    assert links == ["#resident_id", "#category", "#contract_until"]
    assert (page.one("input", id="name").attrs["value"], Staff.select().count()) == ("杜鹃", 0)


def test_who_stands_on_the_roster_already_is_told(clerk):
    row = a_member()
    page = clerk.post(f"/institutions/{row.institution_id}/staff/new", status=422, data=TYPED)
    assert "已在花名册上" in page.one(id="refusal").text


def test_a_change_keeps_the_masked_number(clerk):
    row = a_member()
    url = f"/institutions/{row.institution_id}/staff/{row.id}"
    masked = clerk.get(url).one("input", id="resident_id").attrs["value"]
    clerk.post(url, data={**TYPED, "resident_id": masked, "remark": "退休", "version": "1"})
    assert (Staff.get().remark, Staff.get().person) == ("退休", row.person)
    stale = clerk.post(
        url, status=409, data={**TYPED, "resident_id": masked, "title": "护师", "version": "1"}
    )
    assert "同事刚刚改动了" in stale.one(id="refusal").text
    assert stale.one("input", id="title").attrs["value"] == "护师"


def test_who_left_is_read_but_counted_no_more(clerk):
    row = a_member()
    url = f"/institutions/{row.institution_id}/staff"
    clerk.post(f"{url}/{row.id}/leave", status=422, data={"leave-on": "2026-03-09"})
    clerk.post(f"{url}/{row.id}/leave", status=422, data={"leave-on": "昨天"})
    clerk.post(f"{url}/{row.id}/leave", data={"leave-on": "2026-03-01", "leave-version": "1"})
    page = clerk.get(url)
    assert ("在册 0 人" in page.text, "2026-03-01 离职" in page.text) == (True, True)
    assert len(sheet(clerk.get(f"{url}/export"))) == 3
    assert "已离职 1 人" in clerk.get(f"/institutions/{row.institution_id}").one(id="staff").text


def test_a_reveal_shows_one_number_and_is_an_event(clerk):
    row = a_member()
    other = a_member(row.institution, "白薇", numbers.resident_id(8202))
    page = clerk.post(f"/institutions/{row.institution_id}/staff/{row.id}/reveal", status=200)
    assert (NUMBER in page.text, numbers.resident_id(8202) in page.text) == (True, False)
    assert other.person.id_masked in page.text
    assert Event.get(Event.action == "reveal_id").change["name"] == "杜鹃"


def test_the_roster_says_where_else_somebody_works(clerk):
    row = a_member(an_institution(name="甲医院"))
    a_member(an_institution(name="乙医院"))
    a_member(an_institution(name="丙医院", office=an_office("别县医保中心", "别医保")))
    page = clerk.get(f"/institutions/{row.institution_id}/staff").one("tbody").text
    assert ("乙医院（护士）" in page, "别县医保中心登记的机构（护士）" in page, "丙医院" in page) == (
        True,
        True,
        False,
    )


def test_the_roster_takes_as_many_statements_for_three_as_for_one(clerk, statements):
    institution = an_institution()
    url = f"/institutions/{institution.id}/staff"
    seen = []
    for wanted in (1, 3):
        while Staff.select().count() < wanted:
            person = a_person(f"人{wanted}")
            Staff.create(institution=institution, person=person, category="nurse")
        clerk.get(url)
        with statements() as lines:
            clerk.get(url)
        seen.append(len(lines))
    assert seen[0] == seen[1]


def test_reviewers_read_the_roster_but_do_not_write_it(client):
    row = a_member()
    reviewer = log_in(client, Role.REVIEWER)
    assert reviewer.get(f"/institutions/{row.institution_id}/staff").all("a", text="登记人员") == []
    reviewer.post(f"/institutions/{row.institution_id}/staff/new", status=403)


def test_where_the_book_prints_no_roster_there_is_none(client):
    office = an_office("湛江某区医保中心", "湛医保", region="zhanjiang")
    institution = an_institution("pharmacy", office=office)
    clerk = log_in(client, Role.CLERK, office=office)
    assert clerk.get(f"/institutions/{institution.id}").one(id="staff").all("a") == []
    for place in ("staff", "staff/new", "staff/export", "staff/import", "staff/template"):
        clerk.get(f"/institutions/{institution.id}/{place}", status=404)
