"""Annexes 11-1 and 11-2 filled from the register and from what an institution reports as changed."""

from io import BytesIO

import pytest
from docx import Document as Word

from documents import case_forms
from lifecycle import changes
from models import Case, ChangeRequest
from tests.builders import a_person
from tests.documents.test_annexes import BOOK, text_of
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_changes import APPROVED, confirmed, part, reported

PROFILE = {
    "district": "安澜县",
    "postcode": "252400",
    "served": "社会",
    "departments": "内科、外科",
    "large_services": "CT、磁共振",
    "legal_representative_phone": "13562000001",
    "principal_phone": "13562000002",
}
HOSPITAL = {
    "name": "安澜县博济医院",
    "grade": "二级甲等",
    "category": "综合医院",
    "ownership": "民营",
    "is_for_profit": False,
    "profile": PROFILE,
}


def an_agreement_of_a_hospital(**fields):
    """All that annex 11-1 asks for stands in the register."""
    people = {"legal_representative": a_person("陶云峰"), "principal": a_person("欧阳若兰")}
    return an_agreement(**{**HOSPITAL, **people, **fields})


def form_of(case):
    return case_forms.case_form(Case.get_by_id(case.id), "change_form", BOOK, region="聊城市")


def is_unfinished(docx):
    return "未完成" in Word(BytesIO(docx)).sections[0].header._element.xml


@pytest.mark.clause("LC-21-3", "LC-A11-1-1", "LC-A11-1-2", "LC-A11-1-3")
def test_annex_11_1_is_filled_from_the_register_and_the_request(app):
    agreement = an_agreement_of_a_hospital()
    mine = agreement.institution
    items = [part(agreement, "name", "东阿康宁医院"), part(agreement, "beds", 120)]
    content = form_of(reported(agreement, asked_on=APPROVED, items=items))
    text = text_of(content)
    for line in (
        "机构名称安澜县博济医院所在区安澜县机构地址安澜县沙堤镇文昌街66号邮政编码252400",
        "所有制形式民营经营等级二级甲等经营类别非营利服务对象社会",
        f"执业许可证登记号{mine.licence_no}统一社会信用代码{mine.uscc}",
        f"法定代表人(身份证号)陶云峰({mine.legal_representative.id_masked})联系电话13562000001",
        f"主要负责人(身份证号)欧阳若兰({mine.principal.id_masked})联系电话13562000002",
        "床位数80诊疗科目及大型诊疗项目内科、外科；CT、磁共振",
        "变更项目变更前变更后名称安澜县博济医院东阿康宁医院床位数80张120张变更承诺",
        "申请聊城市医疗机构医疗保障定点信息变更，并郑重承诺：",
        "实际控制人（签名）：2026年6月1日",
    ):
        assert line in text
    assert not is_unfinished(content)


@pytest.mark.clause("LC-22-3", "LC-A11-2-1", "LC-A11-2-2", "LC-A11-2-3")
def test_annex_11_2_is_filled_from_the_register_and_the_request(app):
    profile = {**PROFILE, "western_drugs": 1200, "patent_drugs": 800}
    people = {"legal_representative": a_person("陶云峰"), "principal": a_person("欧阳若兰")}
    agreement = an_agreement(
        kind="pharmacy", profile=profile, business_model="连锁", category="2类", **people
    )
    items = [part(agreement, "controller", ("岳玉兰", "371524198803071223"))]
    content = form_of(reported(agreement, asked_on=APPROVED, items=items))
    text = text_of(content)
    for line in (
        f"经营形式连锁零售药店分类2类药品经营许可证号{agreement.institution.licence_no}",
        "经营药品西药：1200种中成药：800种中药饮片：种",
        "变更项目变更前变更后实际控制人岳玉兰3715**********1223变更承诺",
        "申请聊城市医疗保障定点医药机构信息变更，并郑重承诺：",
    ):
        assert line in text
    assert "371524198803071223" not in text
    assert not is_unfinished(content)


@pytest.mark.clause("LC-A11-1-2")
def test_annex_11_says_the_same_before_and_after_the_change_is_confirmed(app):
    agreement = an_agreement_of_a_hospital()
    values = {"beds": 120, "departments": "内科", "is_for_profit": True, "principal": ("岳玉兰", "")}
    items = [part(agreement, key, value) for key, value in values.items()]
    case = reported(agreement, asked_on=APPROVED, items=items)
    before = text_of(form_of(case))
    confirmed(case, APPROVED)
    assert Case.get_by_id(agreement.id).institution.beds == 120
    assert text_of(form_of(case)) == before


def test_many_changes_print_a_row_each_and_few_leave_rows_to_write_on(app):
    agreement = an_agreement_of_a_hospital()
    items = [changes.free_item(f"第{no}项", "旧", "新") for no in range(1, 9)]
    many = Word(BytesIO(form_of(reported(agreement, items=items)))).tables[0]
    assert [row.cells[0].text for row in many.rows][9:17] == [f"第{no}项" for no in range(1, 9)]
    few = Word(BytesIO(form_of(reported(agreement)))).tables[0]
    assert [row.cells[0].text for row in few.rows][9:15] == ["名称", "", "", "", "", "变更承诺"]


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({"profile": {**PROFILE, "served": ""}}, ["服务对象"]),
        ({"principal": None, "beds": None}, ["主要负责人", "床位数"]),
        ({"profile": {**PROFILE, "departments": ""}}, []),  # the large services fill the cell
    ],
)
def test_a_form_with_blanks_prints_unfinished_and_says_which(app, fields, labels):
    case = reported(an_agreement_of_a_hospital(**fields), asked_on=APPROVED)
    assert case_forms.lacking(case, BOOK) == labels
    assert is_unfinished(form_of(case)) is bool(labels)


def test_a_form_without_what_changes_is_unfinished(app):
    case = reported(an_agreement_of_a_hospital())
    ChangeRequest.update(items=[]).execute()
    assert case_forms.lacking(case, BOOK) == ["变更项目"]


@pytest.mark.clause("LC-21-2", "LC-22-2")
def test_general_information_is_told_by_letter_without_the_form(app):
    agreement = an_agreement()
    items = [changes.free_item("收费窗口电话", "6350001", "6350002")]
    case = reported(agreement, is_general=True, approved_on=None, items=items)
    assert [case_forms.forms_of(row, BOOK) for row in (case, agreement)] == [[], []]
