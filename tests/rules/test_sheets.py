"""The tick tables of the Liaocheng book (annex 7 and 8): every row, how it is checked, what it must meet."""

import pytest

from rules.book import BOOKS, load_book
from rules.form_rows import Staffing


@pytest.fixture(scope="module")
def book():
    return load_book(BOOKS / "liaocheng-2023")


def indicators(book, sheet):
    """Return key, group and indicator of each row, in order."""
    return [(row.key, row.group, row.indicator) for row in book.rows_of(sheet)]


def texts(book, sheet, column):
    """Return the texts of a column, each with the keys of the rows that share it."""
    shared = {}
    for row in book.rows_of(sheet):
        shared.setdefault(getattr(row, column), []).append(row.key)
    return shared


def conditions(book, sheet):
    """Return the rows that may be answered 不适用, each with the feature that switches it on."""
    return {row.key: row.feature for row in book.rows_of(sheet) if row.may_be_na}


def test_the_heads_of_the_three_sheets(book):
    assert {
        sheet.key: (sheet.stage, sheet.kind, sheet.form, sheet.title) for sheet in book.sheets.values()
    } == {
        "desk_medical": ("desk", "medical", "7-1", "医疗机构医疗保障定点审核评价表"),
        "desk_pharmacy": ("desk", "pharmacy", "7-2", "零售药店医疗保障定点审核评价表"),
        "on_site_medical": ("on_site", "medical", "8-1、8-2", "医疗机构医疗保障定点现场评估表"),
    }
    assert [(sheet.rule, sheet.sign_label) for sheet in book.sheets.values()] == [
        ("存在一项不符合要求，此次审核评价不予通过", "审核评价人"),
        ("存在一项不符合要求，此次审核评价不予通过", "审核评价人"),
        ("有一项不合格的，拟定为评估不合格；评估小组另有意见的，写明理由", "现场评估人员"),
    ]


def test_a_pharmacy_has_no_on_site_sheet(book):
    assert book.sheet_for("on_site", "pharmacy") is None


def test_rows_are_numbered_through_each_sheet_and_no_key_stands_twice(book):
    for sheet in book.sheets:
        numbers = [row.no for row in book.rows_of(sheet)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len({row.key for row in book.rows}) == len(book.rows)


@pytest.mark.clause("LC-A07-1-01", "LC-A07-1-01b", "LC-A07-1-02", "LC-A07-1-03", "LC-A07-1-04", "LC-A07-1-05")
@pytest.mark.clause("LC-A07-1-06", "LC-A07-1-07", "LC-A07-1-08", "LC-A07-1-09", "LC-A07-1-10", "LC-A07-1-11")
@pytest.mark.clause("LC-A07-1-12")
def test_the_desk_review_of_a_medical_institution_holds_every_row_with_its_method_and_standard(book):
    assert indicators(book, "desk_medical") == [
        ("d01", "医疗机构基本情况", "证照真实、有效，申请信息应与实际相符，申请诊疗科目在许可范围内"),
        (
            "d02",
            "医疗机构基本情况",
            "医疗机构或其法定代表人（主要负责人、实际控制人）信用良好，符合医保定点申请要求的",
        ),
        (
            "d03",
            "医疗机构基本情况",
            "医疗机构及人员按规定参保缴费（职工医保），且至审核评价时，连续足额缴费不少于3个月",
        ),
        ("d04", "医疗机构基本情况", "经营场所独立、固定"),
        ("d05", "监督管理", "有关部门执法监督的相关情况"),
        ("d06", "制度建设", "内部管理制度和财务制度建设"),
        ("d07", "人员情况", "医师信息真实，执业地点、执业范围、注册地与实际相符"),
        ("d08", "人员情况", "护士信息真实，执业地点与实际相符"),
        ("d09", "人员情况", "药学、检验、影像等人员从业资格符合要求"),
        ("d10", "人员情况", "其他从业人员按规定进行培训，并取得相关合格证书"),
        ("d11", "医疗器械", "大型医疗仪器配备情况"),
        ("d12", "慢病定点", "慢病申报是否规范"),
    ]
    assert texts(book, "desk_medical", "method") == {
        (
            "1. 通过山东省卫生健康委员会官网“医疗机构查询”窗口核实医疗机构名称、登记号、地址、诊疗科"
            "目、法定代表人、等级、类别、执业证有效期等信息；2. 通过国家企业信用信息公示系统（山东）"
            "，还可核实营利性医疗机构基础信息、行政处罚信息、异常名录信息、违法失信信息等"
        ): ["d01", "d02"],
        "通过医疗保障业务平台、劳务派遣合同等核实医疗机构及在职人员缴费情况": ["d03"],
        "通过不动产权证或租赁合同（协议）核对": ["d04"],
        "有关部门监督管理和行政执法的相关材料，卫生健康部门医疗机构评审的结果": ["d05"],
        (
            "至少具有符合医保协议管理要求的医保管理制度、财务制度、医疗质量安全核心制度、医保基金安全"
            "风险防范预案及措施"
        ): ["d06"],
        (
            "通过山东省卫生健康委员会官网“注册医师信息查询”核实医师执业证编码、主要执业地点、执业类别"
            "、执业范围等情况，第一注册地在该医疗机构的医师"
        ): ["d07"],
        ("通过山东省卫生健康委员会官网“注册护士信息查询”核实护士执业证编码、所在（注册）医疗机构等情况"): [
            "d08"
        ],
        "通过医技人员职称证件、资格证，核实人员从业资格": ["d09"],
        (
            "血液透析、康复、全科医学、重症医学（ICU）、妇产、疼痛诊疗等专业的，同时提供医师、护士等"
            "人员已取得的相关专业进修、培训证书复印件；具有专（兼）医保管理人员"
        ): ["d10"],
        "大型医疗仪器设备清单（包括名称、型号、数量、购进时间等）及配置许可证复印件": ["d11"],
        (
            "符合聊医保发〔2022〕61号文件规定，按承诺服务范围，填报《聊城市医保定点医疗机构门诊慢性病"
            "收治申请表》"
        ): ["d12"],
    }
    assert texts(book, "desk_medical", "standard") == {
        "存在一项不符合要求，此次审核评价不予通过": ["d01", "d02", "d03", "d04", "d05", "d06"],
        "人员资质不符合要求的，审核评价不予通过": ["d07", "d08", "d09"],
        "有资质人员配备不符合的，审核评价不予通过": ["d10"],
        "不具备条件，审核评价不予通过": ["d11", "d12"],
    }


@pytest.mark.clause("LC-A07-2-00", "LC-A07-2-01", "LC-A07-2-02", "LC-A07-2-03", "LC-A07-2-04", "LC-A07-2-05")
@pytest.mark.clause(
    "LC-A07-2-06", "LC-A07-2-07", "LC-A07-2-08", "LC-A07-2-09", "LC-A07-2-10a", "LC-A07-2-10b"
)
@pytest.mark.clause("LC-A07-2-11")
def test_the_desk_review_of_a_pharmacy_holds_every_row_with_its_method_and_standard(book):
    assert indicators(book, "desk_pharmacy") == [
        ("dp01", "零售药店基本情况", "证照真实、有效，申请信息应与实际相符，经营的药品在许可范围内"),
        (
            "dp02",
            "零售药店基本情况",
            "药店或其法定代表人（主要负责人、实际控制人）信用良好，符合医保定点申请要求的",
        ),
        (
            "dp03",
            "零售药店基本情况",
            "药店及人员按规定参保缴费（职工医保），且至申请日连续足额缴费不少于3个月",
        ),
        ("dp04", "零售药店基本情况", "经营场所独立、固定"),
        ("dp05", "处方质量", "门诊处方记录规范"),
        ("dp06", "制度建设", "内部管理制度和财务制度建设"),
        ("dp07", "人员情况", "执业药师信息真实，注册地、执业地址、执业类别等与实际相符"),
        ("dp08", "人员情况", "药学技术人员信息真实，符合要求"),
        ("dp09", "人员情况", "其他从业人员按规定进行培训，并取得相关合格证"),
        ("dp10a", "人员情况", "经营中药饮片的零售药店"),
        ("dp10b", "人员情况", "经营谈判药（特药）的零售药店"),
        ("dp11", "特药管理", "谈判药（特药）品种经销权"),
    ]
    assert texts(book, "desk_pharmacy", "method") == {
        (
            "通过国家企业信用信息公示系统（山东）核实零售药店基础信息、行政处罚信息、异常名录信息、违"
            "法失信信息等；同时，还可通过相关证照核实药品经营范围等基础信息"
        ): ["dp01", "dp02"],
        "通过医疗保障业务平台、劳务派遣合同等核实药店及在职人员缴费情况": ["dp03"],
        ("通过不动产权证或租赁合同（协议）、提供的视频核实经营场所情况（药品分区分类管理、医保用药标识）"): [
            "dp04"
        ],
        "通过抽查门诊处方评估医疗服务质量，特药门诊处方相关检查、报告是否齐全": ["dp05"],
        (
            "至少具有符合医保协议管理要求的医保药品管理制度、财务制度、医保人员管理制度、医保基金安全"
            "风险防范预案及措施"
        ): ["dp06"],
        (
            "通过国家药品监督管理局执业药师资格认证中心官网“注册人员查询”和花名册核实执业药师的执业类"
            "别、执业单位、注册地、有效时间等情况；查看劳动合同有效期"
        ): ["dp07"],
        "通过药学技术人员资格证件，核实人员职称情况，核实注册地；查看劳动合同有效期": ["dp08"],
        "通过培训合格证，核实人员从业资格；至少两名专（兼）医保管理人员，核实劳动合同有效期": ["dp09"],
        ("经营中药饮片的，还应配备至少1名执业中药师或药师或以上职称的药学技术人员，通过资格证件查验"): [
            "dp10a"
        ],
        "经营谈判药品（或特药）的，至少应配备2名执业药师，通过资格证件查验": ["dp10b"],
        "相关证明材料及物流、配送、销售条件的书面报告、依规经营承诺书": ["dp11"],
    }
    assert texts(book, "desk_pharmacy", "standard") == {
        "存在一项不符合要求，此次审核评价不予通过": ["dp01", "dp02", "dp03", "dp04", "dp05", "dp06"],
        "人员资质不符合要求的，审核评价不予通过": ["dp07", "dp08", "dp09"],
        "有资质人员配备不符合的，审核评价不予通过": ["dp10a", "dp10b"],
        "不具备条件，审核评价不予通过": ["dp11"],
    }


@pytest.mark.clause(
    "LC-A08-1-01", "LC-A08-1-02", "LC-A08-1-03", "LC-A08-1-04a", "LC-A08-1-04b", "LC-A08-1-04c"
)
@pytest.mark.clause(
    "LC-A08-1-04d", "LC-A08-1-04e", "LC-A08-1-05a", "LC-A08-1-05a2", "LC-A08-1-05a3", "LC-A08-1-05b"
)
@pytest.mark.clause(
    "LC-A08-1-05c", "LC-A08-1-05d", "LC-A08-1-05e", "LC-A08-2-01", "LC-A08-2-02", "LC-A08-2-03"
)
@pytest.mark.clause("LC-A08-2-04", "LC-A08-2-05", "LC-A08-2-06", "LC-A08-2-07")
def test_the_on_site_evaluation_holds_every_row_with_its_method_and_standard(book):
    assert indicators(book, "on_site_medical") == [
        ("s1-01", "基本管理情况", "会计科目设置合理，总账、明细账等能够真实反映单位日常运营状况"),
        ("s1-02", "基本管理情况", "设立药品、医用耗材进、销、存台账及药品定期盘点台账"),
        ("s1-03", "基本管理情况", "病历记录、门诊处方、财务档案保存完整"),
        ("s1-04a", "人员实际设置情况", "开放的每个住院科室是否有3名及以上执业医师"),
        ("s1-04b", "人员实际设置情况", "开展门诊业务是否有1名及以上执业医师"),
        ("s1-04c", "人员实际设置情况", "至少1名执业医师第一执业地点为该医疗机构"),
        ("s1-04d", "人员实际设置情况", "住院科室护士配备情况"),
        ("s1-04e", "人员实际设置情况", "康复治疗师配备情况"),
        ("s1-04e2", "人员实际设置情况", "康复治疗师配备情况（康复专业医疗机构）"),
        ("s1-05a", "人员实际设置情况", "门诊慢性病定点门诊诊室医师配备情况"),
        ("s1-05a2", "人员实际设置情况", "门诊慢性病定点门诊诊室医师职称情况"),
        ("s1-05a3", "人员实际设置情况", "门诊慢性病定点门诊诊室护士配备情况"),
        ("s1-05b", "人员实际设置情况", "血液透析中心护士配备情况"),
        ("s1-05c", "人员实际设置情况", "医保个人账户定点医师、护士配备情况"),
        ("s1-05d", "人员实际设置情况", "中药饮片和成药柜人员配备情况"),
        (
            "s1-05e",
            "人员实际设置情况",
            "其他种类医疗机构申请医保定点人员设置情况（必须含1名第一注册地在该医疗机构的医师）",
        ),
        ("s2-01", "医疗服务质量", "病历记录规范"),
        ("s2-02", "医疗服务质量", "门诊处方记录规范"),
        ("s2-03", "信息技术", "信息系统技术和服务接口标准"),
        (
            "s2-04",
            "其他管理情况",
            "医疗质量与安全、药品、医疗器械、医用设备、医用材料、医疗统计、病案、财务等制度落实情况",
        ),
        (
            "s2-05",
            "其他管理情况",
            "药品、医用耗材、医疗器械等购进渠道正规，供应商证照齐全，授权委托书填写完整",
        ),
        ("s2-06", "其他管理情况", "所开设科室的基础设施和仪器设备符合医疗机构基本标准"),
        ("s2-07", "其他管理情况", "开展生育保险服务的"),
    ]
    assert texts(book, "on_site_medical", "method") == {
        "通过财务会计账簿、报表、财务说明、凭证、药品和医用耗材台账、发票等材料评估": ["s1-01", "s1-02"],
        "": ["s1-03"],
        "按照审核评价结果及相关材料到科室逐一了解核实": [
            "s1-04a",
            "s1-04b",
            "s1-04c",
            "s1-04d",
            "s1-04e",
            "s1-04e2",
            "s1-05a",
            "s1-05a2",
            "s1-05a3",
            "s1-05b",
            "s1-05c",
            "s1-05d",
            "s1-05e",
        ],
        "通过抽查住院病历、门诊处方评估医疗机构是否具备与服务功能相适应的诊断、治疗、手术能力": [
            "s2-01",
            "s2-02",
        ],
        "信息技术人员查看医疗机构信息系统和相关材料": ["s2-03"],
        "查阅制度文本与现场记录": ["s2-04"],
        "通过供应商提供的药品、医疗器械、医用耗材的经营许可证及授权委托书等材料进行评估": ["s2-05"],
        "通过开展诊疗项目目录、医疗仪器设备清单及现场查看等评估医疗机构器械设备、药品配备情况": ["s2-06"],
        "查看《母婴保健技术服务执业许可证》，现场核实基本服务条件": ["s2-07"],
    }
    assert texts(book, "on_site_medical", "standard") == {
        ("财务账目相对规范，能够真实反映日常运行情况的评估合格；未建立财务账簿或质量较差的，评估不合格"): [
            "s1-01",
            "s1-02",
        ],
        "": ["s1-03"],
        "开放的每个住院科室有3名及以上执业医师": ["s1-04a"],
        "开展门诊业务有1名及以上执业医师": ["s1-04b"],
        "至少1名第一执业地点为该医疗机构": ["s1-04c"],
        "每床至少配备0.3名护士且不少于3名": ["s1-04d"],
        "每张床位至少配备0.5名康复治疗师": ["s1-04e"],
        "康复专业医疗机构，每张床位至少配备0.4名康复治疗师": ["s1-04e2"],
        "门诊慢性病定点门诊诊室至少2名医师": ["s1-05a"],
        "门诊慢性病定点门诊诊室的医师中至少1名中级以上职称": ["s1-05a2"],
        "门诊慢性病定点门诊诊室，每名执业医师至少配备1名注册护士": ["s1-05a3"],
        "血液透析中心，每台血液透析机至少配备0.5名护士": ["s1-05b"],
        "医保个人账户定点，主要执业地点医师、护士至少各1名（中医诊所可不配备护士）": ["s1-05c"],
        "设置中药饮片和成药柜的，需配备中药士及以上职称的人员": ["s1-05d"],
        "必须含1名第一注册地在该医疗机构的医师": ["s1-05e"],
        "病历完整、记录规范、与服务功能相适应评估合格；否则评估不合格": ["s2-01"],
        "门诊处方完整真实、记录规范、与服务功能相适应评估合格；否则评估不合格": ["s2-02"],
        "具备成熟信息系统技术和能够承接医保接口改造的评估合格；否则评估不合格": ["s2-03"],
        "制度详实、落实到位评估合格；制度简单、缺乏执行评估不合格": ["s2-04"],
        "供应商证照齐全、渠道正规评估合格；委托书填写与实际不符，评估不合格": ["s2-05"],
        "符合医疗机构基本标准的评估合格；部分医疗设备、器械及药品配备不全的评估合格": ["s2-06"],
        "有相关证件在有效期内且具备基本服务条件的评估合格；否则不合格": ["s2-07"],
    }


@pytest.mark.clause("LC-A07-1-11", "LC-A07-1-12", "LC-A07-2-10a", "LC-A07-2-10b", "LC-A07-2-11")
def test_only_rows_with_a_condition_may_be_left_out_of_a_desk_review(book):
    assert conditions(book, "desk_medical") == {"d11": "large_equipment", "d12": "chronic"}
    assert conditions(book, "desk_pharmacy") == {
        "dp10a": "tcm_pieces",
        "dp10b": "negotiated_drug",
        "dp11": "negotiated_drug",
    }


@pytest.mark.clause(
    "LC-A08-1-04a", "LC-A08-1-04b", "LC-A08-1-04d", "LC-A08-1-04e", "LC-A08-1-05a", "LC-A08-1-05b"
)
@pytest.mark.clause(
    "LC-A08-1-05a2",
    "LC-A08-1-05a3",
    "LC-A08-1-05c",
    "LC-A08-1-05d",
    "LC-A08-1-05e",
    "LC-A08-2-01",
    "LC-A08-2-07",
)
def test_only_rows_with_a_condition_may_be_left_out_of_an_on_site_evaluation(book):
    assert conditions(book, "on_site_medical") == {
        "s1-04a": "inpatient",
        "s1-04b": "outpatient",
        "s1-04d": "inpatient",
        "s1-04e": "rehabilitation",
        "s1-04e2": "rehabilitation_specialist",
        "s1-05a": "chronic",
        "s1-05a2": "chronic",
        "s1-05a3": "chronic",
        "s1-05b": "dialysis",
        "s1-05c": "personal_account",
        "s1-05d": "tcm_dispensary",
        "s1-05e": "",
        "s2-01": "inpatient",
        "s2-07": "maternity_insurance",
    }


@pytest.mark.clause(
    "LC-A08-1-04a", "LC-A08-1-04d", "LC-A08-1-04e", "LC-A08-1-05a", "LC-A08-1-05a2", "LC-A08-1-05b"
)
def test_the_staffing_standards(book):
    assert {row.key: row.staffing for row in book.rows if row.staffing} == {
        "s1-04a": Staffing("inpatient_department", "3", "执业医师"),
        "s1-04d": Staffing("bed", "0.3", "护士", least=3),
        "s1-04e": Staffing("rehabilitation_bed", "0.5", "康复治疗师"),
        "s1-04e2": Staffing("rehabilitation_bed", "0.4", "康复治疗师"),
        "s1-05a": Staffing("chronic_room", "2", "医师"),
        "s1-05a2": Staffing("chronic_room", "1", "中级以上职称医师"),
        "s1-05b": Staffing("dialysis_machine", "0.5", "护士"),
    }


def test_where_the_print_is_doubtful_the_evaluator_is_told_how_to_read_it(book):
    assert {row.key: row.advice for row in book.rows if row.advice} == {
        "d03": "算到审核评价当日，中断的不算连续",
        "d06": "第六条（四）还要求统计信息管理制度，缺的同样不符合",
        "d10": "没有所列专业的，只核其他从业人员和医保管理人员",
        "dp03": "算到申请日，中断的不算连续",
        "dp06": "第七条（五）还要求统计信息管理制度和医保费用结算制度，缺的同样不符合",
        "dp10a": "在第七条（二）的至少1名药师之外；又经营谈判药（特药）的，两项都要满足",
        "dp10b": "又经营中药饮片的，两项都要满足",
        "s1-03": "附件没有为本项单列评估方式和标准，现场抽查保存是否完整",
        "s1-04d": "按每个开放的住院科室分别计算，不足1名的进为1名",
        "s1-04e": "按康复床位计算，不足1名的进为1名",
        "s1-04e2": "按康复床位计算，不足1名的进为1名",
        "s1-05b": "不足1名的进为1名",
        "s2-06": "后半句疑为印刷错误：配备不全的建议定为不合格，由评估人员判断",
    }
