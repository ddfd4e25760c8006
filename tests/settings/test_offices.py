"""Offices: the first page of all, the code, a county below the city, and the leading group."""

from datetime import date

import pytest

from models import Event, LeadingGroupMember, Office, Role
from tests.builders import a_city, a_user, an_office
from tests.page import log_in


@pytest.fixture
def admin(client):
    return log_in(client, Role.ADMIN)


def form(office=None, **values):
    given = {
        "name": "安澜县医疗保险事业中心",
        "code": "安医保",
        "level": "county",
        "parent": 0,
        "region": "liaocheng",
        "district": "安澜县",
        "department": "安澜县医疗保障局",
        "address": "安澜县文昌路 1 号",
        "phone": "0635-5550106",
        "closing_time": "17:30",
        "hides_officers": "y",
        "version": office.version if office else "",
    }
    return {**given, **values}


def group(office, *members, **values):
    """The rows of the leading group as the page sends them: (name, post, is_chair, left_on)."""
    given = {"version": Office.get_by_id(office.id).version, **values}
    for index, (name, post, is_chair, left_on) in enumerate(members):
        given |= {f"members-{index}-name": name, f"members-{index}-post": post}
        given |= {f"members-{index}-left_on": left_on} | (
            {f"members-{index}-is_chair": "y"} if is_chair else {}
        )
    return given


def names(office):
    rows = (
        LeadingGroupMember.select().where(LeadingGroupMember.office == office).order_by(LeadingGroupMember.id)
    )
    return [(row.name, row.post, row.is_chair, row.left_on) for row in rows]


def last_event():
    return Event.select().where(Event.stream == "offices").order_by(Event.id.desc()).get()


def test_the_first_administrator_fills_the_office_page_and_is_led_there_no_more(client):
    office = an_office("（请填写经办机构名称）", "医保", is_set_up=False)
    browser = log_in(client, Role.ADMIN, office=office)
    page = browser.get(f"/settings/offices/{office.id}")
    assert page.one("h1").text == "设置本单位"
    assert page.one("input", id="name").attrs["value"] == ""
    browser.post(f"/settings/offices/{office.id}", data=form(office, closing_time="9：05"))
    fresh = Office.get_by_id(office.id)
    assert (fresh.name, fresh.code, fresh.is_set_up) == ("安澜县医疗保险事业中心", "安医保", True)
    assert fresh.closing_time == "09:05"
    assert browser.get("/", 302).location != f"/settings/offices/{office.id}"


def test_the_first_office_may_be_the_city(client):
    office = an_office("（请填写）", "医保", is_set_up=False)
    browser = log_in(client, Role.ADMIN, office=office)
    browser.post(f"/settings/offices/{office.id}", data=form(office, level="city"))
    assert Office.get_by_id(office.id).level == "city"


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"name": ""}, "name", "请输入单位名称"),
        ({"code": "安 医保"}, "code", "不能有空格"),
        ({"code": "白医保"}, "code", "已由白塔县医疗保险事业中心使用"),
        ({"closing_time": "25:00"}, "closing_time", "请写成 17:30"),
        ({"address": " "}, "address", "请输入地址"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field_and_the_rest_stays(admin, values, field, told):
    office = an_office()
    an_office("白塔县医疗保险事业中心", "白医保")
    given = form(office, **{"department": "新的部门", **values})
    page = admin.post(f"/settings/offices/{office.id}", 422, data=given)
    assert told in page.one(id=f"{field}-error").text
    assert page.one("input", id="department").attrs["value"] == "新的部门"
    assert Office.get_by_id(office.id).department == ""


def test_a_changed_office_leaves_what_was_and_what_is(admin):
    office = an_office()
    admin.post(f"/settings/offices/{office.id}", data=form(office, department="", phone="0635-1"))
    event = last_event()
    assert (event.action, event.change["before"], event.change["after"]) == (
        "save_office",
        {"phone": "0635-5550106"},
        {"phone": "0635-1"},
    )


def test_a_stale_office_page_is_told_what_stands_now(admin):
    office = an_office()
    stale = form(office, phone="0635-1")
    admin.post(f"/settings/offices/{office.id}", data=form(office, phone="0635-2"))
    page = admin.post(f"/settings/offices/{office.id}", 409, data=stale)
    assert "电话 0635-2" in page.one(id="refusal").text
    assert page.one("input", id="phone").attrs["value"] == "0635-1"


def test_the_city_adds_a_county_below_itself(client):
    city = a_city()
    browser = log_in(client, Role.ADMIN, office=city)
    browser.post("/settings/offices/new", data=form(name="白塔县医保中心", code="白医保"))
    added = Office.get(Office.code == "白医保")
    assert (added.level, added.parent_id, added.is_set_up) == ("county", city.id, True)
    assert "白塔县医保中心" in browser.get("/settings/offices").text


def test_a_county_adds_no_office(admin):
    page = admin.post("/settings/offices/new", 403, data=form(code="白医保"))
    assert "由市级经办机构的系统管理员增加" in page.one(id="refusal").text
    assert "由市级经办机构的系统管理员增加" in admin.get("/settings/offices/new", 403).one(id="refusal").text
    assert "增加县" not in admin.get("/settings/offices").text


def test_an_office_out_of_reach_is_not_found(admin):
    other = an_office("白塔县医疗保险事业中心", "白医保")
    admin.get(f"/settings/offices/{other.id}", 404)
    admin.post(f"/settings/offices/{other.id}", 404, data=form(other))
    admin.post(f"/settings/offices/{other.id}/leading-group", 404, data=group(other))
    assert "白塔县" not in admin.get("/settings/offices").text


@pytest.mark.clause("LC-05-0-1")
def test_the_manager_registers_the_leading_group_of_the_own_office(client):
    office = an_office()
    browser = log_in(client, Role.MANAGER)
    rows = [("郑国栋", "主任", True, ""), ("许某", "副主任", False, "2026年2月27日"), ("", "", False, "")]
    url = f"/settings/offices/{office.id}/leading-group"
    browser.post(url, data=group(office, *rows))
    assert names(office) == [("郑国栋", "主任", True, None), ("许某", "副主任", False, date(2026, 2, 27))]
    event = last_event()
    assert (event.action, event.article) == ("save_leading_group", "第五条")
    assert event.change["after"] == ["郑国栋（主任，组长）", "许某（副主任，2026-02-27 离任）"]


def test_a_manager_changes_neither_the_office_nor_the_group_of_another(client):
    city = a_city()
    below = an_office("白塔县医疗保险事业中心", "白医保", parent=city)
    browser = log_in(client, Role.MANAGER, office=city)
    assert "还没有登记领导小组" in browser.get(f"/settings/offices/{below.id}").text
    browser.post(f"/settings/offices/{city.id}", 403, data=form(city))
    url = f"/settings/offices/{below.id}/leading-group"
    page = browser.post(url, 403, data=group(below, ("郑国栋", "主任", True, "")))
    assert "由该单位维护" in page.one(id="refusal").text
    assert names(below) == []


def test_a_row_is_added_and_removed_without_javascript_and_nothing_is_saved_yet(admin):
    office = an_office()
    url = f"/settings/offices/{office.id}/leading-group"
    typed = group(office, ("郑国栋", "主任", True, ""), ("许某", "副主任", False, ""))
    more = admin.post(url, 200, data={**typed, "add": "1"})
    assert [row.attrs["value"] for row in named_inputs(more)] == ["郑国栋", "许某", ""]
    fewer = admin.post(url, 200, data={**typed, "remove": "members-0"})
    assert [row.attrs["value"] for row in named_inputs(fewer)] == ["许某"]
    assert names(office) == []


def named_inputs(page):
    return [node for node in page.all("input") if node.attrs.get("name", "").endswith("-name")]


def test_a_row_is_added_by_a_swap(admin):
    office = an_office()
    url = f"/settings/offices/{office.id}/leading-group"
    typed = group(office, ("郑国栋", "主任", True, ""))
    page = admin.swap("post", url, data={**typed, "add": "1"})
    assert len(named_inputs(page)) == 2


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("郑国栋", "", True, ""), ("许某", "", True, "")], "组长只能有一位"),
        ([("郑国栋", "", False, "2026-03-03")], "离任日期还没有到"),
        ([("", "主任", False, "")], "请输入姓名"),
        ([("郑国栋", "", False, "昨天")], "认不出"),
    ],
)
def test_a_group_that_cannot_be_is_refused_and_the_rows_stay(admin, rows, told):
    office = an_office()
    page = admin.post(f"/settings/offices/{office.id}/leading-group", 422, data=group(office, *rows))
    assert told in page.text
    assert [row.attrs["value"] for row in named_inputs(page)] == [row[0] for row in rows]
    assert names(office) == []


def test_two_people_saving_one_group_the_second_is_told(admin):
    office = an_office()
    stale = group(office, ("许某", "", False, ""))
    url = f"/settings/offices/{office.id}/leading-group"
    admin.post(url, data=group(office, ("郑国栋", "", False, "")))
    assert "刚才有人改过" in admin.post(url, 409, data=stale).one(id="refusal").text
    assert [row[0] for row in names(office)] == ["郑国栋"]


def test_the_list_asks_the_same_number_of_statements_for_one_and_thirty(client, statements):
    city, counts = a_city(), []
    browser = log_in(client, Role.ADMIN, office=city)
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            office = an_office(f"{number} 县", f"{number} 医保", parent=city)
            a_user(Role.CLERK, office=office)
        with statements() as seen:
            browser.get("/settings/offices")
        counts.append(len(seen))
    assert counts[0] == counts[1]
