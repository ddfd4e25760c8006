"""The register's form: blanks of the book, links, checks while typing, former values."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from demo import numbers
from lifecycle import credentials, register
from models import Event, FormerValue, Institution, Role, Staff
from tests.builders import a_person, an_institution, an_office, hand_of
from tests.page import log_in

NUMBER = numbers.resident_id(8301)


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def a_registered(name="安澜双柳骨科医院", kind="medical", **fields):
    """An institution written by the register's own door, so that its search key is whole."""
    known = an_institution(kind, name=name, **fields)
    more = {"is_for_profit": True} if kind == "medical" else {"business_model": "单体"}
    return register.save_institution(more, hand=hand_of(Role.CLERK, office=known.office), institution=known)


def form_of(page):
    return page.one("form", id="register-form")


def typed(page, **values):
    """The fields of the form as they stand, changed by `values`."""
    form = form_of(page)
    given = {
        i.attrs["name"]: i.attrs.get("value", "")
        for i in form.all("input")
        if i.attrs.get("type") not in ("radio", "checkbox") or "checked" in i.attrs
    }
    given |= {t.attrs["name"]: t.text for t in form.all("textarea")}
    return {**given, **values}


def saved(clerk, institution, **values):
    url = f"/institutions/{institution.id}/edit"
    clerk.post(url, data=typed(clerk.get(url), **values))
    return Institution.get_by_id(institution.id)


def labels(page):
    form = form_of(page)
    marks = [node.text for node in (*form.all("label"), *form.all("span", class_="label"))]
    return {mark.removeprefix("*").split("（")[0] for mark in marks}


CHANGE_FORM = """
    所在区县 邮政编码 服务对象 诊疗科目 大型诊疗项目 法定代表人联系电话
    主要负责人联系电话 单位名称 单位地址 所有制形式 等级 经营性质 执业许可证登记号
    统一社会信用代码 法定代表人 身份证号 主要负责人 床位数
"""
PHARMACY_FORM = """
    单位名称 所在区县 单位地址 邮政编码 经营模式 零售药店分类 药品经营许可证号
    统一社会信用代码 法定代表人 法定代表人联系电话 主要负责人 主要负责人联系电话
    经营药品：西药 经营药品：中成药 经营药品：中药饮片
"""
CHENGDU_CLINIC = """
    定点编号 单位名称 所有制形式 医疗机构类别 经营性质 等级 医院性质 经济类型
    建筑面积 卫生技术人员总数 医院护士总数 收费等级 科室总面积 法定代表人 医师总数
    科室数量 单位地址 医保办负责人 医保办负责人电话 法定代表人联系电话 联系电话
"""
CHENGDU_SHOP = """
    定点编号 单位名称 药店经济类型 经营模式 建筑面积 执业药师数 药学技术人员总数
    销售人员总数 法定代表人联系电话 主要负责人 主要负责人联系电话 法定代表人 单位地址
    医保办负责人 医保办负责人电话
"""


def test_the_register_holds_every_blank_of_the_change_forms(clerk):
    page = clerk.get(f"/institutions/{a_registered().id}/edit")
    assert set(CHANGE_FORM.split()) - labels(page) == set()
    shop = clerk.get(f"/institutions/{a_registered('康民大药房', 'pharmacy').id}/edit")
    assert set(PHARMACY_FORM.split()) - labels(shop) == set()


@pytest.mark.clause("CD-2-3-F1")
def test_the_register_holds_the_base_data_of_a_clinic(clerk):
    page = clerk.get(f"/institutions/{a_registered().id}/edit")
    assert set(CHENGDU_CLINIC.split()) - labels(page) == set()


@pytest.mark.clause("CD-2-3-F3")
def test_the_register_holds_the_base_data_of_a_pharmacy(clerk):
    page = clerk.get(f"/institutions/{a_registered('康民大药房', 'pharmacy').id}/edit")
    assert set(CHENGDU_SHOP.split()) - labels(page) == set()


def test_blanks_are_kept_and_shown_under_their_heading(clerk):
    row = saved(
        clerk, a_registered(), blank_postcode="252000", blank_floor_area="120.5", blank_departments="内科"
    )
    assert row.profile == {"postcode": "252000", "floor_area": 120.5, "departments": "内科"}
    page = clerk.get(f"/institutions/{row.id}").one(id="profile").text
    assert [
        part for part in ("邮政编码252000", "建筑面积120.5 平方米", "诊疗科目内科") if part not in page
    ] == []
    again = clerk.get(f"/institutions/{row.id}/edit")
    assert again.one("input", id="blank_floor_area").attrs["value"] == "120.5"


def test_what_another_book_asked_for_stays_in_the_profile(clerk):
    row = saved(clerk, a_registered(profile={"old": "保留", "postcode": "1"}), blank_postcode="")
    assert row.profile == {"old": "保留"}


PARTS = {"chief_physicians": "1", "physicians": "3", "nurses": "2", "technicians": "1"}


@pytest.mark.clause("CD-2-3-F2v")
def test_head_counts_are_whole_and_their_sums_are_held_against_the_totals(clerk):
    institution = a_registered()
    url = f"/institutions/{institution.id}"
    blanks = {f"blank_{key}": value for key, value in PARTS.items()}
    told = clerk.post(f"{url}/edit", status=422, data=typed(clerk.get(f"{url}/edit"), blank_nurses="-1"))
    assert "数目不对" in told.one(id="field-blank_nurses").text
    told = clerk.post(f"{url}/edit", status=422, data=typed(clerk.get(f"{url}/edit"), blank_nurses="1.5"))
    assert "请填写整数" in told.one(id="field-blank_nurses").text
    totals = {"blank_all_physicians": "5", "blank_all_nurses": "2", "blank_health_staff": "7"}
    sums = clerk.swap("post", f"{url}/sums", data=typed(clerk.get(f"{url}/edit"), **blanks, **totals))
    assert sums.one(id="sums").text == "医师总数 5，与构成合计 4 不一致，请核对"
    saved(clerk, institution, **blanks, **totals)
    assert "医师总数 5，与构成合计 4 不一致" in clerk.get(url).one(id="profile").text
    saved(clerk, institution, blank_all_physicians="4")
    assert "不一致" not in clerk.get(url).text


def test_a_field_is_checked_while_it_is_typed(clerk):
    url = f"/institutions/{a_registered().id}/check"
    wrong = clerk.swap("post", f"{url}/uscc", data={"uscc": "123"})
    assert (wrong.roots[0].attrs["id"], "应为 18 位" in wrong.text) == ("field-uscc", True)
    area = clerk.swap("post", f"{url}/blank_floor_area", data={"blank_floor_area": "很大"})
    assert (area.roots[0].attrs["id"], "请填写数字" in area.text) == ("field-blank_floor_area", True)
    number = clerk.swap("post", f"{url}/principal_id", data={"principal_id": "1"})
    assert "应为 18 位" in number.text
    for name in ("version", "name", "nothing", "blank_nothing", "legal_representative"):
        clerk.post(f"{url}/{name}", status=404)


def test_a_code_of_another_region_only_warns(clerk):
    institution = a_registered()
    office = institution.office
    office.division = "371599"
    office.save()
    url = f"/institutions/{institution.id}/check/national_code"
    other = clerk.swap("post", url, data={"national_code": "H51010000218"})
    assert "与本地区划 371599 不一致" in other.one("div", class_="warning").text
    assert clerk.swap("post", url, data={"national_code": "h37159900218"}).all("div", class_="warning") == []
    assert "应为 H 加 11 位数字" in clerk.swap("post", url, data={"national_code": "P37159900218"}).text
    assert saved(clerk, institution, national_code="H51010000218").national_code == "H51010000218"


def test_the_parent_is_chosen_from_the_register(clerk):
    head, branch = a_registered("安澜县中心医院"), a_registered("沙堤村卫生室")
    url = f"/institutions/{branch.id}"
    part = clerk.swap("get", f"{url}/choose/parent", query_string={"parent": "中心"})
    assert [radio.attrs["value"] for radio in part.all("input", type="radio")] == [str(head.id)]
    row = saved(clerk, branch, parent="alxzxyy", parent_id="")
    assert row.parent == head
    assert "安澜县中心医院" in clerk.get(url).one(id="links").text
    assert "分支机构沙堤村卫生室" in clerk.get(f"/institutions/{head.id}").one(id="links").text
    assert saved(clerk, branch, parent="", parent_id=str(head.id)).parent is None


def test_a_text_that_means_several_or_none_is_asked_back_and_the_typing_stays(clerk):
    one, other = a_registered("安澜甲医院"), a_registered("安澜乙医院")
    branch = a_registered("沙堤村卫生室")
    url = f"/institutions/{branch.id}/edit"
    page = clerk.post(url, status=422, data=typed(clerk.get(url), settlement="安澜", name="改过的名称"))
    part = page.one(id="choice-settlement")
    assert "有 2 家机构符合" in part.text
    assert {r.attrs["value"] for r in part.all("input", type="radio")} == {str(one.id), str(other.id)}
    assert page.one("input", id="name").attrs["value"] == "改过的名称"
    none = clerk.post(url, status=422, data=typed(clerk.get(url), settlement="没有的医院"))
    assert "台账中没有这家机构" in none.one(id="choice-settlement").text
    clerk.post(url, data=typed(clerk.get(url), settlement="安澜", settlement_id=str(other.id)))
    assert Institution.get_by_id(branch.id).settlement == other


def test_a_link_that_leads_back_is_refused(clerk):
    head, branch = a_registered("安澜县中心医院"), a_registered("沙堤村卫生室")
    saved(clerk, branch, parent="安澜县中心医院")
    url = f"/institutions/{head.id}/edit"
    page = clerk.post(url, status=422, data=typed(clerk.get(url), parent="沙堤村卫生室"))
    assert "不能选本机构" in page.one(id="refusal").text


def test_an_institution_of_another_office_cannot_be_chosen(clerk):
    foreign = a_registered("别县医院", office=an_office("别县医保中心", "别医保"))
    branch = a_registered("沙堤村卫生室")
    url = f"/institutions/{branch.id}/edit"
    clerk.post(url, status=422, data=typed(clerk.get(url), parent="别县医院", parent_id=str(foreign.id)))
    assert Institution.get_by_id(branch.id).parent is None


def test_a_former_name_is_shown_and_found_and_the_list_says_so(clerk):
    institution = a_registered("安澜柳林医院", beds=80)
    row = saved(clerk, institution, name="安澜双柳骨科医院", beds="120")
    page = clerk.get(f"/institutions/{row.id}")
    assert "曾用名安澜柳林医院至 2026-03-02" in page.one(id="former").text
    assert "床位数80 张至 2026-03-02" in page.one(id="former").text
    for text in ("柳林", "alllyy"):
        found = clerk.get("/institutions", query_string={"q": text}).one("tbody").text
        assert "曾用名：安澜柳林医院" in found
    assert "曾用名：" not in clerk.get("/institutions", query_string={"q": "双柳"}).one("tbody").text


def test_a_slip_of_the_pen_leaves_no_former_name(clerk):
    saved(clerk, a_registered("安澜双流医院"), name="安澜双柳医院", is_correction="y")
    assert FormerValue.select().count() == 0


@pytest.mark.clause("LC-06-3a")
def test_the_principal_is_recorded_with_number_and_shown(clerk):
    row = saved(clerk, a_registered(), principal="邵启明", principal_id=NUMBER)
    assert (row.principal.name, row.principal.id_masked) == ("邵启明", f"{NUMBER[:4]}{'*' * 10}{NUMBER[-4:]}")
    people = clerk.get(f"/institutions/{row.id}").one(id="people").text
    assert f"主要负责人邵启明{row.principal.id_masked}" in people


def test_persons_are_linked_across_institutions_foreign_ones_by_office_alone(clerk):
    person = a_person("许长河", NUMBER)
    one = a_registered("甲医院", legal_representative=person)
    a_registered("乙医院", principal=person)
    a_registered("丙医院", controller=person, office=an_office("别县医保中心", "别医保"))
    text = clerk.get(f"/institutions/{one.id}").one(id="people").text
    assert "许长河另任职于" in text
    assert ("乙医院（主要负责人）" in text, "别县医保中心登记的机构（实际控制人）" in text) == (True, True)
    page = clerk.get(f"/institutions/persons/{person.id}").text
    assert ("甲医院（法定代表人）" in page, "丙医院" in page, NUMBER in page) == (True, False, False)


def test_a_person_of_other_offices_alone_is_not_there(clerk):
    person = a_person("许长河", NUMBER)
    a_registered("丙医院", legal_representative=person, office=an_office("别县医保中心", "别医保"))
    clerk.get(f"/institutions/persons/{person.id}", status=404)
    clerk.get("/institutions/persons/99999", status=404)


def test_the_page_takes_as_many_statements_for_three_rows_as_for_one(clerk, statements):
    head = a_registered("安澜县中心医院", principal=a_person("许长河", NUMBER))
    seen = []
    for n in range(3):
        register.save_institution(
            {"parent": head},
            hand=hand_of(Role.CLERK),
            institution=a_registered(f"村卫生室{n}", principal=head.principal),
        )
        credentials.save({"kind": "other", "title": f"证{n}"}, hand=hand_of(Role.CLERK), institution=head)
        Staff.create(institution=head, person=a_person(f"人{n}"), category="nurse")
        with statements() as lines:
            clerk.get(f"/institutions/{head.id}")
        seen.append(len(lines))
    assert (seen[0] == seen[2], seen[0] <= 20) == (True, True)


def test_the_list_goes_out_as_narrowed_with_masked_numbers_and_that_is_an_event(clerk):
    row = saved(
        clerk, a_registered("安澜柳林医院", legal_representative=a_person("许长河", NUMBER)), name="=骨科医院"
    )
    a_registered("康民大药房", "pharmacy")
    page = clerk.get("/institutions/export?kind=medical")
    lines = CalamineWorkbook.from_filelike(BytesIO(page.data)).get_sheet_by_index(0).to_python()
    heads = dict(zip(lines[2], lines[3], strict=True))
    assert (len(lines), heads["机构"], heads["曾用名"]) == (4, "=骨科医院", "安澜柳林医院")
    assert (heads["法定代表人"], heads["身份证号"]) == ("许长河", row.legal_representative.id_masked)
    assert Event.get(Event.action == "export").change == {"what": "机构台账", "rows": 1}
