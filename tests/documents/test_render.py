from io import BytesIO

import pytest
from docx import Document
from docx.table import Table
from docxtpl import DocxTemplate
from jinja2 import UndefinedError

from documents.forms import FORMS, blank
from documents.render import ENVIRONMENT, TEMPLATES, render

ADDRESSEE = {
    "number": "安医保受字〔2026〕41号",
    "institution": "安澜县孟桥镇中心卫生院",
    "address": "安澜县孟桥镇兴桥路9号",
}
ISSUER = {"office": "安澜县医疗保障中心", "office_phone": "0635-5550106", "issued_on": "2026年7月3日"}
NOTE = "注：本通知一式两份，一份送达申请机构，一份经办机构留存"
SIGNATURES = [
    "签收人： | 经办机构（盖章）/安澜县医疗保障中心",
    "联系电话： | 联系电话：0635-5550106",
    "签收时间：　　年　　月　　日 | 经办日期：2026年7月3日",
]
HEAD = [
    "文书编号 | 安医保受字〔2026〕41号",
    "机构名称 | 安澜县孟桥镇中心卫生院",
    "机构地址 | 安澜县孟桥镇兴桥路9号",
]
IN_TWO_COPIES = (
    "acceptance_notice",
    "correction_notice",
    "refusal_notice",
    "unqualified_notice",
    "supplement_notice",
)


def lines(docx: bytes) -> list[str]:
    """Return what is printed, top to bottom; cells of a row parted by |, paragraphs of a cell by /."""
    printed = []
    for block in Document(BytesIO(docx)).iter_inner_content():
        if isinstance(block, Table):
            printed += [" | ".join(_text(cell) for cell in _cells(row)) for row in block.rows]
        elif block.text:
            printed.append(block.text)
    return printed


def _cells(row):
    return [cell for i, cell in enumerate(row.cells) if i == 0 or cell._tc is not row.cells[i - 1]._tc]


def _text(cell):
    return "/".join(paragraph.text for paragraph in cell.paragraphs)


def both_copies(page: list[str]) -> list[str]:
    """The sheet twice, each marked with who keeps it."""
    return ["（送达申请机构）", *page, "（经办机构留存）", *page]


def printed(kind: str, **data) -> list[str]:
    return lines(render(FORMS[kind].template, data))


@pytest.mark.clause("LC-A04-1-1", "LC-A04-1-2")
def test_acceptance_notice_prints_annex_4_1():
    page = [
        "医药机构医疗保障定点申请受理通知书",
        *HEAD,
        "办理事项 | 医药机构医疗保障定点申请",
        "备　　注 | 　　你单位按照《聊城市医保定点申请材料清单》已报送所需材料，请即时将申请材料完整、准确、"
        "规范上传至山东省定点医药机构动态管理系统，并配合好后续审核评估工作，因主观原因影响整体进度的，后果自负。",
        NOTE,
        *SIGNATURES,
    ]
    assert printed("acceptance_notice", **ADDRESSEE, **ISSUER) == both_copies(page)


@pytest.mark.clause("LC-A04-2-1")
def test_correction_notice_lists_what_is_missing_and_says_by_when():
    missing = [
        {"title": "医疗机构工作人员花名册；", "note": "未盖章"},
        {"title": "内部管理制度和财务制度文本", "note": ""},
    ]
    page = [
        "医药机构医疗保障定点申请材料\n补正补齐通知书",
        *HEAD,
        "补正补齐材料 | 1. 医疗机构工作人员花名册（未盖章）/2. 内部管理制度和财务制度文本",
        "备　　注 | 申请机构应在5个工作日内补正补齐，逾期视为放弃此次申请",
        NOTE,
        *SIGNATURES,
    ]
    assert printed(
        "correction_notice", **ADDRESSEE, **ISSUER, missing=missing, term="5个工作日"
    ) == both_copies(page)


@pytest.mark.clause("LC-A04-3-1")
def test_refusal_notice_gives_each_ground_with_its_article():
    grounds = [
        {"text": "未依法履行行政处罚责任的；", "article": "第十条（三）", "note": "罚款未缴清"},
        {"text": "其他不予受理的情形", "article": "", "note": ""},
    ]
    page = [
        "聊城市医保定点申请不予受理通知书",
        *HEAD,
        "办理事项 | 医药机构医疗保障定点申请不予受理",
        "不予受理原因 | 1. 未依法履行行政处罚责任的（第十条（三））。罚款未缴清/2. 其他不予受理的情形",
        "备　　注 | 材料当面退还",
        NOTE,
        *SIGNATURES,
    ]
    assert printed(
        "refusal_notice", **ADDRESSEE, **ISSUER, grounds=grounds, remark="材料当面退还"
    ) == both_copies(page)


@pytest.mark.clause("LC-A09-1", "LC-A09-2")
def test_unqualified_notice_prints_annex_9_with_the_terms_of_the_book():
    data = {
        "number": "安医保评字〔2026〕3号",
        "institution": "安澜县孟桥镇中心卫生院",
        "result": "再次评估不合格",
        "reasons": "未配备医保管理人员",
        "advice": "补配人员",
        "query": "山东省定点医药机构动态管理系统",
        "wait_term": "3个月",
        "ban_term": "1年",
    }
    page = [
        "医药机构医疗保障定点评估不合格告知书",
        "告知书编号 | 安医保评字〔2026〕3号",
        "机构名称 | 安澜县孟桥镇中心卫生院",
        "办理事项 | 医药机构定点申请",
        "评估结果 | 再次评估不合格。",
        "不合格理由 | 未配备医保管理人员",
        "整改建议 | 补配人员",
        "查询方式 | 登录山东省定点医药机构动态管理系统",
        "备　　注 | 1. 本告知书一式两份，一份送达申请机构，一份由经办机构留存；/"
        "2. 评估不合格告知书出据后，整改3个月后可以再次申请评估；再次评估仍不合格的，1年内不得再次申请。",
        "注：本告知书一式两份，一份送达申请机构，一份经办机构留存",
        "签收人： | 经办机构（盖章）：/安澜县医疗保障中心",
        "联系电话： | 联系电话：0635-5550106",
        "签收日期：　　年　　月　　日 | 经办日期：2026年7月3日",
    ]
    assert printed("unqualified_notice", **data, **ISSUER) == both_copies(page)


def test_supplement_notice_says_that_the_period_of_evaluation_stands_still():
    matter, materials = "医药机构医疗保障定点申请", ["住院病历首页", "护士执业证变更记录"]
    page = [
        "医药机构医疗保障定点评估补充材料通知书",
        *HEAD,
        "办理事项 | 医药机构医疗保障定点申请",
        "需补充材料 | 1. 住院病历首页/2. 护士执业证变更记录",
        "备　　注 | 　　请按上列内容补充材料。补充材料的时间不计入评估期限：自本通知送达之日起暂停计算，"
        "至收到补充材料之日止。",
        NOTE,
        *SIGNATURES,
    ]
    assert printed(
        "supplement_notice", **ADDRESSEE, **ISSUER, matter=matter, materials=materials
    ) == both_copies(page)


SERVED = {"recipient": "", "phone": "", "served_on": "", "note": ""}


@pytest.mark.clause("LC-A06-1")
@pytest.mark.parametrize(
    ("way", "row"),
    [
        ("直接送达", "√直接送达 | □寄送 | □其他方式"),
        ("寄送", "□直接送达 | √寄送 | □其他方式"),
        ("其他方式", "□直接送达 | □寄送 | √其他方式"),
        ("公告送达", "□直接送达 | □寄送 | √其他方式：公告送达"),
        ("", "□直接送达 | □寄送 | □其他方式"),
    ],
)
def test_proof_of_service_ticks_the_way_and_leaves_room_to_sign(way, row):
    assert [
        line.replace("　", "") for line in printed("proof_of_service", **ADDRESSEE, way=way, **SERVED)
    ] == [
        "通知书送达回执",
        "机构名称 | 安澜县孟桥镇中心卫生院",
        "文书编号 | 安医保受字〔2026〕41号",
        "送达地址 | 安澜县孟桥镇兴桥路9号",
        f"送达方式 | {row}",
        "受送人签名 | 年月日",
        "受送人电话 | ",
        "送达日期 | 年月日",
        "备注 | ",
    ]


@pytest.mark.clause("LC-A10-1", "LC-A10-2")
def test_negotiation_record_ends_with_the_opinion_and_seal_of_the_provider():
    data = {
        "held_on": "2026年8月20日",
        "place": "三楼会议室",
        "institution": "孟桥镇中心卫生院",
        "district": "孟桥镇",
        "negotiators": "王建国、李敏",
        "counterparts": "赵志强",
        "subject": "年度协议",
        "content": "一、服务范围",
        "opinion": "同意",
    }
    assert printed("negotiation_record", **data) == [
        "医药机构医疗保障定点协商谈判记录表",
        "时　　间 | 2026年8月20日 | 地　　点 | 三楼会议室",
        "医药机构名称 | 孟桥镇中心卫生院 | 所属辖区 | 孟桥镇",
        "谈判人 | 王建国、李敏",
        "被谈判人 | 赵志强",
        "谈判主题 | 年度协议",
        "谈判内容 | 一、服务范围",
        "谈判意见\n（定点医药\n机构填写） | 同意//医药机构单位（签章）：/谈判日期：",
    ]


def test_material_list_ticks_what_was_received():
    rows = [
        {"received": True, "no": 1, "title": "医药机构医疗保障定点申请表", "applies": ""},
        {
            "received": False,
            "no": 9,
            "title": "《母婴保健技术服务执业许可证》副本原件",
            "applies": "妇产专业",
        },
    ]
    heading = {
        "title": "医疗机构医疗保障定点申请材料清单",
        "institution": "某医院",
        "number": "某字〔2026〕1号",
    }
    assert printed("material_list", **heading, rows=rows) == [
        "医疗机构医疗保障定点申请材料清单",
        "机构名称：某医院\n文书编号：某字〔2026〕1号",
        "在提供\n材料前\n打“√” | 序号 | 材料名称 | 其他",
        "√ | 1 | 医药机构医疗保障定点申请表 | ",
        " | 9 | 《母婴保健技术服务执业许可证》副本原件 | 妇产专业",
    ]


@pytest.mark.clause("LC-A04-1-3")
@pytest.mark.parametrize("kind", IN_TWO_COPIES)
def test_both_copies_begin_on_a_page_of_their_own_and_say_whose_they_are(kind):
    paper = Document(BytesIO(render(FORMS[kind].template, blank(kind))))
    begins = [p.text for p in paper.paragraphs if p.paragraph_format.page_break_before]
    assert begins == ["（送达申请机构）", "（经办机构留存）"]


@pytest.mark.parametrize(
    "typed",
    [
        "进销存 <3 个月 & 账实不符 >5%",
        "一、补配人员\n二、改造系统",
        "{{ number }} {% raw %}",
        "“引号”与'单引号'",
    ],
)
def test_text_is_printed_as_typed(typed):
    data = blank("unqualified_notice") | {"reasons": typed}
    assert f"不合格理由 | {typed}" in printed("unqualified_notice", **data)


def test_line_ends_of_windows_and_signs_that_word_cannot_hold_do_no_harm():
    data = blank("unqualified_notice") | {"reasons": "一\r\n二\x07\x0c三\x00"}
    assert "不合格理由 | 一\n二三" in printed("unqualified_notice", **data)


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_uses_exactly_the_keys_it_names(kind):
    form = DocxTemplate(TEMPLATES / FORMS[kind].template)
    form.init_docx()
    assert form.get_undeclared_template_variables(ENVIRONMENT) - {"range"} == FORMS[kind].needs


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, form in FORMS.items() for key in form.needs])
def test_a_missing_key_is_refused_and_not_printed_as_a_blank(kind, key):
    data = blank(kind)
    del data[key]
    with pytest.raises(UndefinedError, match=key):
        printed(kind, **data)


def test_a_missing_key_of_an_entry_is_refused():
    data = blank("correction_notice") | {"missing": [{"title": "花名册"}]}
    with pytest.raises(UndefinedError, match="note"):
        printed("correction_notice", **data)


def test_a_value_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no value"):
        printed("acceptance_notice", **blank("acceptance_notice") | {"address": None})


def test_a_blank_form_leaves_room_to_write():
    page = printed("correction_notice", **blank("correction_notice"))
    assert page[2:6] == ["文书编号 | ", "机构名称 | ", "机构地址 | ", "补正补齐材料 | 1. /2. /3. "]
    assert page[-1] == "签收时间：　　年　　月　　日 | 经办日期：　　年　　月　　日"


def test_a_blank_unqualified_notice_prints_what_annex_9_prints():
    page = printed("unqualified_notice", **blank("unqualified_notice"))
    assert page[2] == "告知书编号 | （受理号）"
    assert page[5] == "评估结果 | 评估不合格/再次评估不合格。"


def test_an_empty_list_still_makes_a_file_word_can_open():
    data = blank("supplement_notice") | {"materials": []}
    assert "需补充材料 | " in printed("supplement_notice", **data)


@pytest.mark.parametrize("kind", FORMS)
def test_chinese_text_is_set_in_the_fonts_of_official_forms(kind):
    styles = Document(TEMPLATES / FORMS[kind].template).styles
    east = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
    fonts = {name: styles[name].element.rPr.rFonts.get(east) for name in ("文书标题", "表格文字")}
    assert fonts == {"文书标题": "方正小标宋简体", "表格文字": "仿宋_GB2312"}
