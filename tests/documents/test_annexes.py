"""The forms beside the annexes of 聊医保发〔2023〕18号: every printed word is there, in the printed order."""

import re
from io import BytesIO

import pytest
from docx import Document
from docx.table import Table

from documents import printing
from rules.book import load_books

BOOK = load_books()["liaocheng-2023"]
SIGNED = ["签收人：", "经办机构（盖章）", "联系电话：", "联系电话：", "签收时间：", "经办日期："]
COPIES = "注：本通知一式两份，一份送达申请机构，一份经办机构留存"
NOTICE = ["文书编号", "机构名称", "机构地址"]
# The annexes word for word, top to bottom, cell after cell; blanks and spaces left out.
ANNEXES = {
    "application_form": [
        *("医药机构医疗保障定点申请表", "单位名称", "单位地址", "法定代表人(主要负责人)姓名", "联系人"),
        *("法定代表人身份证号", "联系电话", "申请定点类型", "住院", "门诊统筹", "医保个人账户", "其他:"),
        *("正式运营时间", "年月日", "申请时间", "年月日"),
        *("医疗机构", "所有制形式", "医疗机构类别", "经营性质", "营利", "非营利", "床位数"),
        *("医疗机构机构等级", "三级等", "二级等", "一级等", "未定级"),
        *(
            "住院科室(可添加附表)",
            "序号",
            "科室编码",
            "科室名称",
            "开展床位",
            "医师数量",
            "医师中级及以上职称",
        ),
        *("医师备注", "护士数量", "护士备注", "1", "2", "3", "4", "5"),
        *(
            "门诊诊室(可添加附表)",
            "1",
            "---",
            "2",
            "3",
            "---",
            "门诊慢性病(附表4)",
            "甲类：",
            "种乙类：",
            "种",
        ),
        *("零售药店", "经营模式", "连锁", "单体", "经营药品", "西药", "中成药", "中药饮片", "特药"),
        *("零售药店分类", "1类", "2类", "3类", "承诺:"),
        "本单位在注册地址依法正式运营已满3个月,具备医保定点全部申请条件,现自愿申请成为医保定点医药机构,"
        "所提供的材料准备、真实、有效。如有不实或存在违规经营情形,自动放弃医保定点申请。",
        *("法定代表人(主要负责人)签字:", "(单位盖章)", "年月日"),
    ],
    "commitment_medical": [
        *("医药机构医疗保障定点信息系统承诺书", "医疗机构名称", "信息承诺"),
        "具备符合医保协议管理要求的信息系统技术和接口改造能力，协议签订后，实现与医保信息系统有效对接，"
        "按要求向医保信息系统传送全部就诊人员相关信息，能够为参保人提供联网直接结算。",
        "编码承诺",
        "协议签订后，设立医保药品、诊疗项目、医疗服务设施、医用耗材、疾病病种等基础数据库，"
        "按规定使用国家统一的医保编码。",
        *("单位盖章", "（申请单位印章）", "承诺人签字"),
        "医保协议签订后，医药机构10个工作日内未履行上述承诺，自动放弃医保定点资格。",
        *("法人代表（承诺人）：", "年月日"),
    ],
    "commitment_pharmacy": [
        *("医药机构医疗保障定点信息系统承诺书", "零售药店名称", "信息承诺"),
        "具备符合医保协议管理要求的信息系统技术和接口改造能力，协议签订后，实现与医保信息系统有效对接，"
        "为参保人员提供直接联网结算。",
        "编码承诺",
        "协议签订后，建立医保药品等基础数据库，按规定使用国家统一的医保编码。",
        *("单位盖章", "（申请单位印章）", "承诺人签字"),
        "医保协议签订后，医药机构10个工作日内未履行上述承诺，自动放弃医保定点资格。",
        *("法人代表（承诺人）：", "年月日"),
    ],
    "acceptance_notice": [
        *("医药机构医疗保障定点申请受理通知书", *NOTICE, "办理事项", "医药机构医疗保障定点申请", "备注"),
        "你单位按照《聊城市医保定点申请材料清单》已报送所需材料，请即时将申请材料完整、准确、规范上传至"
        "山东省定点医药机构动态管理系统，并配合好后续审核评估工作，因主观原因影响整体进度的，后果自负。",
        *(COPIES, *SIGNED),
    ],
    "correction_notice": [
        *("医药机构医疗保障定点申请材料补正补齐通知书", *NOTICE, "补正补齐材料", "备注"),
        *("申请机构应在5个工作日内补正补齐，逾期视为放弃此次申请", COPIES, *SIGNED),
    ],
    "refusal_notice": [
        *("聊城市医保定点申请不予受理通知书", *NOTICE, "办理事项", "医药机构医疗保障定点申请不予受理"),
        *("不予受理原因", "备注", COPIES, *SIGNED),
    ],
    "material_list_medical": [
        *("医疗机构医疗保障定点申请材料清单", "在提供材料前打“√”", "序号", "材料名称", "其他"),
        *("1", "医药机构医疗保障定点申请表"),
        *("2", "《医疗机构执业许可证》副本或备案证复印件；卫生技术人员执业证、专业技术职称证复印件"),
        *("3", "医疗机构工作人员花名册（盖章的PDF版）"),
        *("4", "医疗服务场所的不动产权证或租赁合同（协议）复印件"),
        *("5", "医药机构医疗保障定点信息系统承诺书"),
        *("6", "与医疗保障政策对应的内部管理制度和财务制度文本"),
        *("7", "纳入定点后使用医疗保障基金的预测性分析报告"),
        "8",
        "配备大型医疗仪器的，同时提供大型医疗设备清单（包括名称、型号、数量、购进时间等）及配置许可证复印件",
        *("9", "提供《母婴保健技术服务执业许可证》副本原件", "妇产专业"),
        *("10", "医师、护士等人员相关专业进修、培训证复印件"),
        "血液透析、康复、全科医学、重症医学（ICU）、妇产（含终止妊娠）、疼痛诊疗",
        *("11", "聊城市医保定点医疗机构门诊慢性病收治申请表和收治范围、服务能力承诺书", "门诊慢性病定点"),
        *("12", "如执业范围含非基本医疗服务，但不作为主要执业范围，应书面进行承诺", "门诊统筹定点"),
    ],
    "material_list_pharmacy": [
        *("零售药店医疗保障定点申请材料清单", "在提供材料前打“√”", "序号", "材料名称", "其他"),
        *("1", "医保定点医药机构申请表"),
        "2",
        "《药品经营许可证》副本和《营业执照》复印件；法定代表人、主要负责人或实际控制人身份证复印件；"
        "药学技术人员的注册证、专业技术职称证、营业人员的从业证（上岗证）复印件及其劳动合同复印件；"
        "医保专（兼）职管理人员的劳动合同复印件",
        *("3", "零售药店工作人员花名册（盖章的PDF版）"),
        *("4", "经营场所的不动产权证或租赁合同（协议）复印件；户外正面照片和室内全景电子视频"),
        *("5", "医药机构医疗保障定点信息系统承诺书"),
        *("6", "与医疗保障政策对应的内部管理制度和财务制度文本"),
        "7",
        "提供取得谈判药（特药）品种经销权的证明材料及物流、配送、销售条件的书面报告",
        "谈判药（特药）定点",
        *("8", "报送内部门诊处方管理规范及样本或上线医保处方流转系统佐证材料"),
        "零售药店应凭处方销售医保目录内处方药",
    ],
    "proof_of_service": [
        *("通知书送达回执", "机构名称", "文书编号", "送达地址"),
        *("送达方式", "直接送达", "寄送", "其他方式"),
        *("受送人签名", "年月日", "受送人电话", "送达日期", "年月日", "备注"),
    ],
}


def text_of(docx: bytes) -> str:
    """Everything that is printed, top to bottom and left to right, without spaces and underlines."""
    parts = []
    for block in Document(BytesIO(docx)).iter_inner_content():
        if isinstance(block, Table):
            seen = set()
            for row in block.rows:
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.add(cell._tc)
                        parts.append(cell.text)
        else:
            parts.append(block.text)
    return re.sub(r"[\s＿]", "", "".join(parts))


@pytest.mark.clause("LC-A02-9", "LC-A03-1", "LC-A03-2", "LC-A03-3", "LC-A04-1-1", "LC-A04-1-2", "LC-A04-2-1")
@pytest.mark.clause("LC-A04-3-1", "LC-A05-1-0", "LC-A05-2-0", "LC-A06-1")
@pytest.mark.parametrize("kind", ANNEXES)
def test_the_empty_form_prints_every_word_of_its_annex_in_order(kind):
    left = text_of(printing.blank_word(kind, BOOK))
    for words in ANNEXES[kind]:
        assert words in left, f"{words} is missing, or not where the annex prints it"
        left = left.split(words, 1)[1]


def test_every_blank_on_the_page_is_one_of_the_compared_annexes_or_belongs_to_the_evaluation():
    offered = {kind for kind, _, _ in printing.BLANKS}
    assert offered - ANNEXES.keys() == {"unqualified_notice", "negotiation_record"}
    assert all(printing.blank_word(kind, BOOK) for kind in offered)


@pytest.mark.clause("LC-A03-1", "LC-A03-2")
def test_a_commitment_prints_only_the_block_of_its_kind():
    medical = text_of(printing.blank_word("commitment_medical", BOOK))
    pharmacy = text_of(printing.blank_word("commitment_pharmacy", BOOK))
    assert ("零售药店名称" in medical, "医疗机构名称" in pharmacy) == (False, False)
