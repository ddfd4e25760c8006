"""Zhanjiang's own forms: the application form cell by cell, blank and filled, and the papers of its path."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document as Word

from documents import case_forms, printing
from models import Application, Case, Document, Institution, Role, Staff
from rules.book import load_books
from tests.builders import a_file, a_person, miss, step
from tests.lifecycle import zhanjiang

BOOK = load_books()["zhanjiang-2021"]
LIAOCHENG = load_books()["liaocheng-2023"]


def text_of(content: bytes) -> str:
    """Every word of the file, its cells in reading order, without spaces."""
    paper = Word(BytesIO(content))
    texts = [paragraph.text for paragraph in paper.paragraphs]
    for table in paper.tables:
        for row in table.rows:
            seen = []
            texts += [c.text for c in row.cells if not (c._tc in seen or seen.append(c._tc))]
    return "".join("".join(texts).split())


@pytest.mark.clause("ZJ-F-1", "ZJ-F-2", "ZJ-F-3", "ZJ-F-4", "ZJ-F-5", "ZJ-F-6", "ZJ-F-7")
def test_the_empty_application_form_prints_every_cell_in_order():
    left = text_of(printing.blank_word("zhanjiang_application", BOOK))
    cells = (
        "湛江市医疗保障定点医疗机构申请表 申请日期： 医疗机构名称 医疗机构性质 法人代表 联系人 联系电话 "
        "医疗机构地址及邮政编码 所属区域 区（县、市） 街道（乡镇） 社区 医疗机构执业许可证登记号 "
        "医疗机构诊疗项目核定表批号 诊疗科目 主要医疗器材 医护人员情况 总人数 人，其中：执业医师 人， "
        "执业护士 人， 其他医药技人员 单位社保代码 参保人数 经营场所面积 申请内容 （申请单位印章） "
        "法人代表签字： 年月日 医保经办机构审核意见 （印章） 年月日 参保情况（可另附表） 姓名 身份证号码 "
        "参保代码 参保时间 医疗机构地理位置简图"
    )
    for words in cells.split(" "):
        assert words in left, f"{words} is missing, or not where the form prints it"
        left = left.split(words, 1)[1]


def test_the_offered_forms_are_those_the_book_names():
    offered = [row.name for row in printing.blanks_of(BOOK)]
    assert offered[:2] == ["湛江市医疗保障定点医疗机构申请表", "所需资料清单"]
    assert all(printing.blank_word(row.key, BOOK) for row in printing.blanks_of(BOOK))
    assert "zhanjiang_application" not in {row.key for row in printing.blanks_of(LIAOCHENG)}


@pytest.mark.clause("ZJ-F-1", "ZJ-F-2", "ZJ-F-3", "ZJ-F-4", "ZJ-F-5", "ZJ-F-6", "ZJ-F-7")
@pytest.mark.usefixtures("app")
def test_the_filled_form_says_what_register_application_and_roster_hold():
    case = zhanjiang.received()
    profile = {
        "nature": "民营",
        "postcode": "524033",
        "area_county": "赤坎",
        "area_township": "寸金",
        "area_community": "海田",
        "approval_no": "湛核2019-7",
        "departments": "内科、中医科",
        "equipment": "彩超一台",
        "insurance_code": "440800123",
        "floor_area": 850,
    }
    answers = {
        "staff_total": 31,
        "staff_physicians": 9,
        "staff_nurses": 14,
        "staff_others": 8,
        "insured_count": 30,
        "requested": "门诊和住院",
    }
    Institution.update(profile=profile, contact="林某").where(Institution.id == case.institution_id).execute()
    Application.update(answers=answers).where(Application.case == case).execute()
    zhanjiang.receive_all(case)
    step(case, "accept", Role.CLERK, zhanjiang.day(3, 2), data={"opinion": "符合条件，同意受理"})
    person = a_person("黄小兰", "110101199003077475")
    Staff.create(
        institution=case.institution,
        person=person,
        category="nurse",
        insured_code="8800123",
        insured_since=date(2024, 5, 1),
    )
    a_file(case, "sketch")
    text = text_of(case_forms.case_form(Case.get_by_id(case.id), "zhanjiang_application", BOOK))
    for words in (
        "申请日期：2026年3月2日",
        "民营",
        "邮编524033",
        "赤坎区（县、市）寸金街道（乡镇）海田社区",
        "湛核2019-7",
        "内科、中医科",
        "彩超一台",
        "总人数31人，其中：执业医师9人，执业护士14人，其他医药技人员8人。",
        "单位社保代码440800123参保人数30经营场所面积850平方米",
        "申请城镇职工医保定点。门诊和住院",
        "符合条件，同意受理（印章）2026年3月2日",
        f"黄小兰{person.id_masked}88001232024-05-01",
        "医疗机构地理位置简图见附件：扫描件.pdf",
    ):
        assert words in text
    assert ("110101199003077475" in text, "未完成" in text) == (False, False)


@pytest.mark.usefixtures("app")
def test_a_form_with_blanks_is_printed_as_unfinished():
    content = case_forms.case_form(zhanjiang.received(), "zhanjiang_application", BOOK)
    assert "未完成" in "".join(
        part.blob.decode("utf-8", "ignore") for part in Word(BytesIO(content)).part.package.parts
    )


@pytest.mark.clause("ZJ-04-2", "ZJ-04-15")
@pytest.mark.usefixtures("app")
def test_the_papers_of_the_path_print_in_the_words_of_the_book():
    case = zhanjiang.accepted()
    miss(case, 7, "缺二月的缴款书")
    step(case, "request_correction", Role.CLERK, zhanjiang.day(3, 4))
    step(case, "receive_supplement", Role.CLERK, zhanjiang.day(3, 5))
    zhanjiang.receive_all(case)
    step(case, "confirm_materials", Role.CLERK, zhanjiang.day(3, 5))
    case = zhanjiang.reviewed(Case.get_by_id(case.id), zhanjiang.day(3, 6), zhanjiang.day(3, 10))
    step(case, "disqualify", Role.MANAGER, zhanjiang.day(3, 23), data=zhanjiang.UNQUALIFIED)
    papers = Document.select().where(Document.case == case).order_by(Document.id)
    receipt, notice, result = (text_of(printing.word(row)) for row in papers)
    assert ("定点医疗机构申请受理回执" in receipt, "湛医保受字〔2026〕1号" in receipt) == (True, True)
    assert "（缺二月的缴款书）" in notice
    assert "整改3个月后可再次组织评估；评估仍不合格的，1年内不得再次申请" in result
    assert not [text for text in (receipt, notice, result) if "聊城" in text or "零售药店" in text]
