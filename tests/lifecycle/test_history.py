"""Former values: what important fields said before, found under a former name; no loops of links."""

from datetime import date

import pytest

from demo import numbers
from lifecycle import history, register
from lifecycle.errors import Unmet
from models import FormerValue, Institution, Role
from tests.builders import a_person, an_institution, an_office, hand_of

TUESDAY = date(2026, 3, 3)


def changed(institution, values, on=TUESDAY, **more):
    return register.save_institution(
        values, hand=hand_of(Role.CLERK, today=on), institution=institution, **more
    )


def former(institution):
    rows = FormerValue.select().where(FormerValue.institution == institution).order_by(FormerValue.id)
    return [(row.field, row.value, row.until_on) for row in rows]


def test_a_former_name_is_kept_with_its_day_and_found(app):
    institution = an_institution(name="安澜柳林医院")
    row = changed(institution, {"name": "安澜双柳骨科医院"})
    assert former(row) == [("name", "安澜柳林医院", TUESDAY)]
    assert [part for part in ("双柳", "柳林", "alllyy") if part not in row.search_key] == []


def test_every_important_field_of_a_medical_institution_is_kept_in_words(app):
    head = a_person("许长河")
    institution = an_institution(
        name="甲医院", beds=80, is_for_profit=True, is_public=False, grade="一级", category="综合医院",
        ownership="私有", legal_representative=head, profile={"departments": "内科", "level": "县级"},
    )  # fmt: skip
    changed(
        institution,
        {
            "name": "乙医院", "beds": 120, "is_for_profit": False, "is_public": True, "grade": "二级",
            "category": "专科医院", "ownership": "国有", "address": "新址",
            "profile": {"departments": "内科、外科", "level": "市级"},
        },
        persons={"legal_representative": ("邵启明", numbers.resident_id(9101))},
    )  # fmt: skip
    assert {field: value for field, value, _ in former(institution)} == {
        "name": "甲医院",
        "legal_representative": f"许长河 {head.id_masked}",
        "address": "安澜县沙堤镇文昌街 66 号",
        "beds": "80 张",
        "is_for_profit": "营利",
        "ownership": "私有",
        "is_public": "非公立",
        "grade": "一级",
        "category": "综合医院",
        "departments": "内科",
        "level": "县级",
    }


def test_a_pharmacys_drug_scope_is_important_and_its_phone_is_not(app):
    institution = an_institution("pharmacy", profile={"business_scope": "中成药", "postcode": "252000"})
    changed(institution, {"phone": "13800000000", "profile": {"business_scope": "中成药、中药饮片"}})
    assert former(institution) == [("business_scope", "中成药", TUESDAY)]


def test_what_was_empty_and_a_slip_of_the_pen_are_no_former_values(app):
    institution = an_institution(name="安澜柳林医院", grade="")
    changed(institution, {"grade": "一级"})
    changed(institution, {"name": "安澜双柳医院"}, is_correction=True)
    assert former(institution) == []


def test_a_renamed_person_is_the_same_person(app):
    institution = an_institution(legal_representative=a_person("陶云峰"))
    changed(institution, {}, persons={"legal_representative": ("陶云锋", "")})
    assert former(institution) == []


def test_a_change_may_hold_since_an_earlier_day(app):
    institution = an_institution(beds=80)
    changed(institution, {"beds": 99}, on=TUESDAY)
    register.save_institution(
        {"beds": 100}, hand=hand_of(Role.CLERK, today=TUESDAY), institution=institution, on=date(2026, 2, 1)
    )
    assert former(institution) == [("beds", "80 张", TUESDAY), ("beds", "99 张", date(2026, 2, 1))]


def test_a_long_former_value_fits_its_column(app):
    institution = an_institution(profile={"departments": "内" * 900})
    changed(institution, {"profile": {}})
    [(_, value, _)] = former(institution)
    assert (len(value), value[-1]) == (400, "…")


def test_the_columns_that_are_important_exist(app):
    for book in app.extensions["rules"].books.values():
        names = {row.key for row in book.fields if row.of == "column"}
        assert names <= set(Institution._meta.fields)


@pytest.mark.parametrize("link", ["parent", "settlement"])
def test_links_that_lead_back_are_refused(app, link):
    one, two, three = (an_institution() for _ in range(3))
    changed(two, {link: one})
    changed(three, {link: two})
    with pytest.raises(Unmet, match="不能选本机构"):
        changed(one, {link: three})
    with pytest.raises(Unmet, match="不能选本机构"):
        changed(one, {link: one})
    assert Institution.get_by_id(one.id).__data__[link] is None


def test_a_number_is_read_with_its_unit_and_a_list_joined(app):
    rows = {row.key: row for row in app.extensions["rules"].books["liaocheng-2023"].fields}
    assert history.in_words(rows["floor_area"], 436856) == "436856 平方米"
    assert history.in_words(rows["departments"], ["内科", "外科"]) == "内科、外科"
    assert history.in_words(rows["floor_area"], None) == ""


def test_a_former_name_is_kept_under_every_book(app):
    office = an_office("湛江某区医保中心", "湛医保", region="zhanjiang")
    institution = an_institution(name="坡头卫生院", office=office)
    hand = hand_of(Role.CLERK, today=TUESDAY, office=office)
    register.save_institution({"name": "坡头中心卫生院"}, hand=hand, institution=institution)
    assert former(institution) == [("name", "坡头卫生院", TUESDAY)]
