"""Annexes 2, 3 and 5 filled from the rows of a case."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document as Word

from documents import filled
from documents.across import UNFINISHED, across
from documents.forms import FORMS
from documents.render import render
from models import Application, Case, CaseMaterial, Institution, Kind
from tests.builders import a_draft, a_person, an_application, miss, receive_all
from tests.documents.test_annexes import BOOK, text_of

DEPARTMENTS = [
    {"code": f"{no:02}00", "name": name, "beds": 10 + no, "physicians": 4, "seniors": 2, "nurses": 6}
    for no, name in enumerate(
        ("内科", "外科", "妇产科", "儿科", "康复医学科", "重症医学科", "中医科", "急诊科"), 1
    )
]


def printed(application: Application, legal_id: str | None = None) -> str:
    data = filled.application_form(application, BOOK, legal_id)
    return text_of(render(FORMS["application_form"].template, data))


def answered(case: Case, **values) -> Application:
    Application.update(**values).where(Application.case == case).execute()
    return Application.get(Application.case == case)


@pytest.mark.clause("LC-A02-1", "LC-A02-2", "LC-A02-3", "LC-A02-4", "LC-A02-7", "LC-A02-9")
def test_annex_2_of_a_hospital_is_filled_from_register_and_application(app):
    case = a_draft(
        types=("inpatient", "outpatient_pooling", "chronic_outpatient"),
        name="安澜县沙堤镇中心卫生院",
        ownership="国有",
        category="乡镇卫生院",
        is_for_profit=False,
        legal_representative=a_person("陶云峰"),
    )
    application = answered(
        case,
        contact="司马相如",
        phone="0635-5550188",
        answers={"grade_level": "二级", "grade_rank": "甲", "chronic_a": 3, "chronic_b": 12},
    )
    text = printed(application)
    masked = case.institution.legal_representative.id_masked
    for line in (
        "单位名称安澜县沙堤镇中心卫生院单位地址安澜县沙堤镇文昌街66号",
        f"姓名陶云峰联系人司马相如法定代表人身份证号{masked}联系电话0635-5550188",
        "☑住院☑门诊统筹☐医保个人账户☑其他:门诊慢性病",
        "正式运营时间2024年5月1日申请时间2026年3月2日",
        "所有制形式国有医疗机构类别乡镇卫生院经营性质☐营利☑非营利床位数80",
        "☐三级等☑二级甲等☐一级等☐未定级",
        "甲类：3种乙类：12种",
        "☐连锁☐单体",
        "☐西药☐中成药☐中药饮片☐特药",
        "已满3个月",
    ):
        assert line in text


@pytest.mark.clause("LC-A02-5", "LC-A02-6")
def test_more_departments_than_the_annex_prints_go_on_and_clinics_have_no_beds(app):
    clinics = [{"code": "01", "name": "全科诊室", "physicians": 2, "physician_note": "含返聘1人"}]
    application = answered(
        a_draft(types=("inpatient",)), tables={"departments": DEPARTMENTS, "clinics": clinics}
    )
    text = printed(application)
    assert "".join(f"{n}{n:02}00{d['name']}{10 + n}426" for n, d in enumerate(DEPARTMENTS, 1)) in text
    assert "门诊诊室(可添加附表)101全科诊室---2含返聘1人2---3---门诊慢性病" in text


@pytest.mark.clause("LC-A02-8")
def test_annex_2_of_a_pharmacy_ticks_model_drugs_and_class_and_leaves_the_hospital_part_empty(app):
    case = a_draft(
        Kind.PHARMACY, types=("personal_account", "negotiated_drug"), business_model="连锁", beds=9
    )
    application = answered(case, answers={"drugs": ["西药", "特药"], "pharmacy_class": "2类"})
    text = printed(application)
    assert "☐住院☐门诊统筹☑医保个人账户☑其他:谈判药（特药）" in text
    assert "经营模式☑连锁☐单体经营药品☑西药☐中成药☐中药饮片☑特药零售药店分类☐1类☑2类☐3类" in text
    assert "所有制形式医疗机构类别经营性质☐营利☐非营利床位数医疗机构机构等级☐三级等" in text


def test_the_whole_personal_number_is_printed_only_when_it_is_handed_in(app):
    application = Application.get(Application.case == a_draft())
    whole = "371502199001010017"
    assert (whole in printed(application), whole in printed(application, whole)) == (False, True)


@pytest.mark.parametrize(
    ("registered", "answers", "printed_as"),
    [
        ("三级甲等", {}, ("三级", "甲")),
        ("二级", {}, ("二级", "")),
        ("未定级", {}, ("未定级", "")),
        ("", {}, ("", "")),
        ("三级甲等", {"grade_level": "一级", "grade_rank": "乙等"}, ("一级", "乙")),
    ],
)
def test_the_grade_is_the_answer_or_else_the_registers(app, registered, answers, printed_as):
    application = answered(a_draft(grade=registered), answers=answers)
    data = filled.application_form(application, BOOK)
    assert (data["grade_level"], data["grade_rank"]) == printed_as


def test_what_annex_2_still_lacks_is_named_in_its_order(app):
    case = a_draft(Kind.PHARMACY, types=(), legal_representative=None, address="", phone="")
    Institution.update(operating_since=None).where(Institution.id == case.institution_id).execute()
    application = answered(case, operating_since=None)
    data = filled.application_form(application, BOOK)
    assert filled.lacking(data, Kind.PHARMACY) == [
        *("单位地址", "法定代表人（主要负责人）姓名", "法定代表人身份证号", "联系人", "联系电话"),
        *("申请定点类型", "正式运营时间", "经营模式", "经营药品", "零售药店分类"),
    ]


def test_unfinished_stands_across_every_page_and_changes_no_word(app):
    data = filled.application_form(Application.get(Application.case == a_draft()), BOOK)
    plain = render(FORMS["application_form"].template, data)
    marked = across(plain, UNFINISHED)
    headers = [section.header._element.xml for section in Word(BytesIO(marked)).sections]
    assert [f'string="{UNFINISHED}"' in xml for xml in headers] == [True]
    assert text_of(marked) == text_of(plain)


@pytest.mark.clause("LC-A05-1-0", "LC-A05-1-09", "LC-12-1b")
def test_the_material_list_ticks_what_came_and_adds_the_extra_rows_at_the_end(app):
    case = an_application()
    receive_all(case)
    miss(case, 3)
    CaseMaterial.create(case=case, key="x1", no=0, title="法人授权书", is_extra=True, basis="代办")
    rows = CaseMaterial.select().where(CaseMaterial.case == case)
    data = filled.material_list(
        rows, BOOK.materials, kind="medical", institution="某医院", number="安医保受字〔2026〕1号"
    )
    ticked = [row["no"] for row in data["rows"] if row["received"]]
    assert ticked == ["1", "2", "4", "5", "6", "7"]
    assert data["rows"][8]["applies"] == "妇产专业"
    assert data["rows"][-1] == {"received": False, "no": "13", "title": "法人授权书", "applies": "代办"}


@pytest.mark.clause("LC-A05-2-0")
def test_a_pharmacys_list_is_annex_5_2_with_the_articles_rows_behind_it(app):
    case = an_application(Kind.PHARMACY, types=("personal_account",))
    rows = CaseMaterial.select().where(CaseMaterial.case == case)
    data = filled.material_list(rows, BOOK.materials, kind="pharmacy", institution="某药房", number="")
    assert (data["title"], len(data["rows"]), data["rows"][-1]["title"]) == (
        "零售药店医疗保障定点申请材料清单",
        9,
        "依规经营承诺书",
    )


def test_days_are_printed_as_the_forms_print_them():
    assert (filled.long_day(date(2026, 3, 2)), filled.long_day(None)) == ("2026年3月2日", "")
