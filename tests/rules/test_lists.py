"""The lists of the Liaocheng book: types, features, materials, grounds, documents, and the staffing count."""

from decimal import Decimal

import pytest

from rules.book import BOOKS, load_book
from rules.form_rows import Staffing
from rules.staffing import required


@pytest.fixture(scope="module")
def book():
    return load_book(BOOKS / "liaocheng-2023")


def test_a_pharmacy_cannot_apply_for_inpatient_or_chronic_designation(book):
    assert {type_.label: type_.kinds for type_ in book.types} == {
        "住院": ("medical",),
        "门诊统筹": ("medical", "pharmacy"),
        "医保个人账户": ("medical", "pharmacy"),
        "门诊慢性病": ("medical",),
        "谈判药（特药）": ("pharmacy",),
        "其他": ("medical", "pharmacy"),
    }


def test_a_designation_type_implies_its_feature(book):
    assert {feature.type: (feature.key, feature.kind) for feature in book.features if feature.type} == {
        "inpatient": ("inpatient", "medical"),
        "outpatient_pooling": ("outpatient", "medical"),
        "personal_account": ("personal_account", "medical"),
        "chronic_outpatient": ("chronic", "medical"),
        "negotiated_drug": ("negotiated_drug", "pharmacy"),
    }
    assert {f.type for f in book.features if f.type} <= {type_.key for type_ in book.types}


def test_only_outpatient_service_and_prescription_drugs_are_ticked_beforehand(book):
    assert [f.key for f in book.features if f.default] == ["outpatient", "prescription_drug"]


def test_every_feature_is_asked_for_by_a_row_of_its_kind(book):
    kinds = {sheet.key: sheet.kind for sheet in book.sheets.values()}
    asked = {(row.feature, row.kind) for row in book.materials if row.feature}
    asked |= {(row.feature, kinds[row.sheet]) for row in book.rows if row.feature}
    assert {(feature.key, feature.kind) for feature in book.features} == asked


@pytest.mark.clause(
    "LC-08-1", "LC-08-2a", "LC-08-2b", "LC-08-2c", "LC-08-3a", "LC-08-4", "LC-08-5", "LC-08-6"
)
@pytest.mark.clause("LC-08-7", "LC-A05-1-01", "LC-A05-1-02", "LC-A05-1-03", "LC-A05-1-04", "LC-A05-1-05")
@pytest.mark.clause("LC-A05-1-06", "LC-A05-1-07")
def test_every_medical_institution_hands_in_rows_1_to_7(book):
    rows = [row for row in book.materials_for("medical") if not row.feature]
    assert [(row.form, row.no, row.title, row.article) for row in rows] == [
        ("5-1", 1, "医药机构医疗保障定点申请表", "第八条（一）"),
        (
            "5-1",
            2,
            "《医疗机构执业许可证》副本或备案证复印件；卫生技术人员执业证、专业技术职称证复印件",
            "第八条（二）",
        ),
        ("5-1", 3, "医疗机构工作人员花名册（盖章的PDF版）", "第八条（三）"),
        ("5-1", 4, "医疗服务场所的不动产权证或租赁合同（协议）复印件", "第八条（四）"),
        ("5-1", 5, "医药机构医疗保障定点信息系统承诺书", "第八条（五）"),
        ("5-1", 6, "与医疗保障政策对应的内部管理制度和财务制度文本", "第八条（六）"),
        ("5-1", 7, "纳入定点后使用医疗保障基金的预测性分析报告", "第八条（七）"),
    ]


@pytest.mark.clause("LC-08-8-1", "LC-08-8-2", "LC-08-8-3a", "LC-08-8-3b", "LC-A05-1-08", "LC-A05-1-09")
@pytest.mark.clause("LC-A05-1-10", "LC-A05-1-11", "LC-A05-1-12")
def test_rows_8_to_12_depend_on_what_the_medical_institution_does(book):
    rows = [row for row in book.materials_for("medical") if row.feature]
    assert [(row.no, row.title, row.feature, row.applies) for row in rows] == [
        (
            8,
            "配备大型医疗仪器的，同时提供大型医疗设备清单（包括名称、型号、数量、购进时间等）及配置许可证复印件",
            "large_equipment",
            "",
        ),
        (9, "提供《母婴保健技术服务执业许可证》副本原件", "obstetrics", "妇产专业"),
        (
            10,
            "医师、护士等人员相关专业进修、培训证复印件",
            "special_training",
            "血液透析、康复、全科医学、重症医学（ICU）、妇产（含终止妊娠）、疼痛诊疗",
        ),
        (
            11,
            "聊城市医保定点医疗机构门诊慢性病收治申请表和收治范围、服务能力承诺书",
            "chronic",
            "门诊慢性病定点",
        ),
        (
            12,
            "如执业范围含非基本医疗服务，但不作为主要执业范围，应书面进行承诺",
            "non_basic_service",
            "门诊统筹定点",
        ),
    ]


@pytest.mark.clause("LC-08-8-1")
def test_only_the_maternal_care_licence_must_be_seen_in_the_original(book):
    assert [row.key for row in book.materials if row.original] == ["m9"]


@pytest.mark.clause(
    "LC-09-1", "LC-09-2a", "LC-09-2b", "LC-09-2c", "LC-09-2d", "LC-09-2e", "LC-09-3a", "LC-09-4a"
)
@pytest.mark.clause(
    "LC-09-4b", "LC-09-5", "LC-09-6", "LC-A05-2-01", "LC-A05-2-02", "LC-A05-2-03", "LC-A05-2-04"
)
@pytest.mark.clause("LC-A05-2-05", "LC-A05-2-06")
def test_every_pharmacy_hands_in_rows_1_to_6(book):
    rows = [row for row in book.materials_for("pharmacy") if not row.feature]
    assert [(row.form, row.no, row.title, row.article) for row in rows] == [
        ("5-2", 1, "医保定点医药机构申请表", "第九条（一）"),
        (
            "5-2",
            2,
            "《药品经营许可证》副本和《营业执照》复印件；"
            "法定代表人、主要负责人或实际控制人身份证复印件；"
            "药学技术人员的注册证、专业技术职称证、营业人员的从业证（上岗证）复印件及其劳动合同复印件；"
            "医保专（兼）职管理人员的劳动合同复印件",
            "第九条（二）",
        ),
        ("5-2", 3, "零售药店工作人员花名册（盖章的PDF版）", "第九条（三）"),
        (
            "5-2",
            4,
            "经营场所的不动产权证或租赁合同（协议）复印件；户外正面照片和室内全景电子视频",
            "第九条（四）",
        ),
        ("5-2", 5, "医药机构医疗保障定点信息系统承诺书", "第九条（五）"),
        ("5-2", 6, "与医疗保障政策对应的内部管理制度和财务制度文本", "第九条（六）"),
    ]


@pytest.mark.clause("LC-09-7-1a", "LC-09-7-1b", "LC-09-7-1c", "LC-09-7-2", "LC-A05-2-07", "LC-A05-2-08")
def test_the_commitment_the_annex_forgets_follows_its_printed_rows(book):
    rows = [row for row in book.materials_for("pharmacy") if row.feature]
    assert [(row.no, row.title, row.feature, row.applies, row.article) for row in rows] == [
        (
            7,
            "提供取得谈判药（特药）品种经销权的证明材料及物流、配送、销售条件的书面报告",
            "negotiated_drug",
            "谈判药（特药）定点",
            "第九条（七）1",
        ),
        (
            8,
            "报送内部门诊处方管理规范及样本或上线医保处方流转系统佐证材料",
            "prescription_drug",
            "零售药店应凭处方销售医保目录内处方药",
            "第九条（七）2",
        ),
        (9, "依规经营承诺书", "negotiated_drug", "谈判药（特药）定点", "第九条（七）1"),
    ]


def offered(book, kind, *types):
    """Return the keys of the grounds of refusal offered for an application."""
    return [g.key for g in book.grounds_for("refusal", {"kind": kind, "types": frozenset(types)})]


BOTH = ["g4", "g5", "g6", "g7", "g8", "g9", "g10", "incomplete", "reapply"]


@pytest.mark.clause("LC-10-0")
@pytest.mark.parametrize(
    ("kind", "types", "expected"),
    [
        pytest.param(
            "medical", ["outpatient_pooling"], ["g1a", "g1b", "g2", *BOTH], id="outpatient: no fund ground"
        ),
        pytest.param(
            "medical", ["personal_account"], ["g1a", "g1b", "g2", *BOTH], id="account only is 普通门诊 too"
        ),
        pytest.param(
            "medical",
            ["inpatient", "outpatient_pooling"],
            ["g1a", "g2", "g3", *BOTH, "fund_limit"],
            id="inpatient: the fund grounds, not that of 普通门诊",
        ),
        pytest.param("pharmacy", ["personal_account"], BOTH, id="pharmacy: only (四) to (十)"),
        pytest.param("pharmacy", ["negotiated_drug"], BOTH, id="pharmacy for negotiated drugs: the same"),
    ],
)
def test_only_the_grounds_that_apply_are_offered(book, kind, types, expected):
    assert offered(book, kind, *types) == expected


@pytest.mark.clause("LC-10-1a", "LC-10-1b", "LC-10-2", "LC-10-3", "LC-10-4")
def test_the_grounds_of_article_10_are_worded_as_printed(book):
    printed = [(g.text, g.article) for g in book.grounds if g.article.startswith("第十条")]
    assert printed == [
        ("以医疗美容、辅助生殖、生活照护、种植牙等非基本医疗服务为主要执业范围的", "第十条（一）"),
        ("申请定点类型为普通门诊且执业范围含有非基本医疗服务的", "第十条（一）"),
        ("基本医疗服务未执行医疗保障行政部门制定的医药价格政策的", "第十条（二）"),
        ("申请定点类别含住院且基金使用预测性分析超出当年辖区内医疗保障基金可承受范围的", "第十条（三）"),
        ("未依法履行行政处罚责任的", "第十条（四）"),
        ("以弄虚作假等不正当手段申请医药机构定点，自发现之日起未满3年的", "第十条（五）"),
        ("因违法违规被解除协议未满3年或已满3年但未完全履行行政处罚责任的", "第十条（六）"),
        ("因严重违反医保协议约定而被解除协议未满1年或已满1年但未完全履行违约责任的", "第十条（七）"),
        (
            "法定代表人、主要负责人或实际控制人曾因严重违法违规导致原定点医药机构解除医保协议，未满5年的",
            "第十条（八）",
        ),
        ("法定代表人、主要负责人或实际控制人被列入失信人名单的", "第十条（九）"),
        ("法律、法规规定的其他不予受理的情形", "第十条（十）"),
    ]


def test_a_ground_that_is_an_earlier_failing_names_the_ban_that_proves_it(book):
    bans = {g.key: (g.ban, book.clocks[g.ban].kind) for g in book.grounds if g.ban}
    assert bans == {
        "g5": ("fraud_ban", "ban"),
        "g6": ("illegality_ban", "ban"),
        "g7": ("breach_ban", "ban"),
        "g8": ("person_ban", "ban"),
        "reapply": ("reapply_ban", "ban"),
    }


def test_the_kinds_of_documents_and_their_forms(book):
    assert {d.key: (d.form, d.template, d.copies) for d in book.documents.values()} == {
        "acceptance_notice": ("4-1", "acceptance_notice.docx", 2),
        "correction_notice": ("4-2", "correction_notice.docx", 2),
        "refusal_notice": ("4-3", "refusal_notice.docx", 2),
        "supplement_notice": ("", "supplement_notice.docx", 2),
        "unqualified_notice": ("9", "unqualified_notice.docx", 2),
        "result_publication": ("", "", 1),
        "supervision_publication": ("", "", 1),
        "negotiation_record": ("10", "negotiation_record.docx", 2),
        "agreement": ("", "", 2),
        "suspension_notice": ("", "suspension_notice.docx", 2),
        "resumption_notice": ("", "resumption_notice.docx", 2),
        "termination_notice": ("", "termination_notice.docx", 2),
        "exit_reply": ("", "exit_reply.docx", 2),
        "designation_publication": ("", "", 1),
        "suspension_publication": ("", "", 1),
        "termination_publication": ("", "", 1),
    }


def test_no_two_kinds_of_documents_share_a_number_series(book):
    words = [document.word for document in book.documents.values()]
    assert words[:9] == ["受", "补", "不受", "补充", "评", "公示", "监公示", "谈", "协"]
    assert words[9:] == ["中止", "恢复", "解除", "退", "新公", "止公", "解公"]
    assert len(set(words)) == len(words)


NURSES = Staffing(per="bed", ratio="0.3", who="护士", least=3)


@pytest.mark.parametrize(
    ("staffing", "count", "expected"),
    [
        pytest.param(NURSES, 10, 3, id="0.3 × 10 is 3"),
        pytest.param(Staffing("bed", "1.1", "护士"), 10, 11, id="exact: floats would make it 12"),
        pytest.param(NURSES, 11, 4, id="3.3 is rounded up"),
        pytest.param(NURSES, 5, 3, id="1.5 is raised to the 3 that are needed at least"),
        pytest.param(NURSES, 0, 3, id="without beds still the 3"),
        pytest.param(NURSES, 90, 27, id="exact at 90 beds"),
        pytest.param(Staffing("dialysis_machine", "0.5", "护士"), 7, 4, id="3.5 is rounded up"),
        pytest.param(Staffing("rehabilitation_bed", "0.4", "康复治疗师"), 5, 2, id="0.4 × 5 is 2"),
        pytest.param(Staffing("inpatient_department", "3", "执业医师"), 4, 12, id="3 in each department"),
        pytest.param(Staffing("rehabilitation_bed", "0.5", "康复治疗师"), 0, 0, id="no beds, nobody"),
    ],
)
def test_the_number_of_people_required(staffing, count, expected):
    assert required(staffing, count) == expected


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="bed: -1"):
        required(NURSES, -1)


def test_every_staffing_standard_counts_something_known_by_an_exact_ratio(book):
    standards = [row.staffing for row in book.rows if row.staffing]
    known = {"bed", "rehabilitation_bed", "dialysis_machine", "inpatient_department", "chronic_room"}
    assert {standard.per for standard in standards} == known
    assert all(Decimal(standard.ratio) > 0 for standard in standards)
