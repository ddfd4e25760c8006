"""Zhanjiang's book against the guide: conditions, materials, periods, topics and form, word by word."""

import pytest

from lifecycle.conditions import CONDITIONS, TIMED
from rules.book import load_books
from rules.region import load_regions

BOOKS = load_books()
BOOK = BOOKS["zhanjiang-2021"]
REGION = load_regions(BOOKS)["zhanjiang"]
TOWNSHIP = {"types": frozenset({"employee"}), "features": frozenset({"township"})}


def conditions(**facts):
    """The conditions that apply, by their printed number."""
    found = {}
    given = {"kind": "medical", "types": frozenset({"employee"}), "features": frozenset(), **facts}
    for row in BOOK.conditions_for(given):
        found[row.no] = "；".join([*([found[row.no]] if row.no in found else []), row.text])
    return found


@pytest.mark.parametrize(
    ("no", "text"),
    [
        pytest.param("1", "正式运营至少3个月", marks=pytest.mark.clause("ZJ-02-1")),
        pytest.param(
            "2",
            "至少有1名取得医师执业证书、乡村医生执业证书或中医（专长）医师资格证书且第一注册地在该医疗机构的医师",
            marks=pytest.mark.clause("ZJ-02-2"),
        ),
        pytest.param(
            "3",
            "主要负责人负责医保工作；配备专（兼）职医保管理人员；100张床位以上的医疗机构应当设内部医保管理部门，安排专职工作人员",
            marks=pytest.mark.clause("ZJ-02-3"),
        ),
        pytest.param(
            "4",
            "具有符合医保协议管理要求的医保管理制度、财务制度、统计信息管理制度、医疗质量安全核心制度等",
            marks=pytest.mark.clause("ZJ-02-4"),
        ),
        pytest.param(
            "5",
            "具有符合医保协议管理要求的信息系统技术和接口标准，实现与医保信息系统有效对接，按要求向医保信息系统传送全部就诊"
            "人员相关信息，能够为参保人提供联网直接结算。设立医保药品、诊疗项目、医疗服务设施、医用耗材、疾病病种、医务人员等"
            "基础数据库，按规定使用国家和省统一的医保编码",
            marks=pytest.mark.clause("ZJ-02-5"),
        ),
        pytest.param(
            "7",
            "所有人员依法参加城镇职工基本医疗保险及其他社会保险，及时足额缴纳社会保险费",
            marks=pytest.mark.clause("ZJ-02-7"),
        ),
        pytest.param(
            "8",
            "符合法律、法规、规章和省级及以上医疗保障行政部门规定的其他条件",
            marks=pytest.mark.clause("ZJ-02-8"),
        ),
    ],
)
def test_a_condition_stands_as_the_guide_prints_it(no, text):
    assert conditions()[no] == text


@pytest.mark.clause("ZJ-02-6")
@pytest.mark.parametrize(
    ("facts", "applies"),
    [
        (TOWNSHIP, True),
        ({"features": frozenset({"township"}), "types": frozenset({"other"})}, False),
        ({"features": frozenset()}, False),
    ],
    ids=["township for employees", "township for others", "in town"],
)
def test_the_township_rule_applies_to_township_institutions_for_employees_alone(facts, applies):
    text = (
        "乡镇卫生院或设在乡镇（村）的医疗机构申请城镇职工医保定点医疗机构资格的，"
        "必须医疗设施条件较好，周围参加城镇职工基本医疗保险人群较多"
    )
    assert (conditions(**facts).get("6") == text) == applies


def test_contributions_need_no_three_months():
    assert [row.check for row in BOOK.conditions if row.no == "7"] == [{}]


MATERIALS = (
    "《湛江市医疗保障定点医疗机构申请表》",
    "医疗机构执业许可证、中医诊所备案证或军队医疗机构为民服务许可证复印件",
    "与医疗保障政策对应的内部管理制度和财务制度文本",
    "与医疗保障政策有关的信息系统相关材料",
    "纳入定点后使用医疗保障基金的预测性分析报告",
    "医疗机构医护药技人员基本情况一览表、卫生人员的执业证书、职称资格证书等",
    "申报上个月的城镇职工社会保险费电子转账专用完税证明或通用缴款书（全体员工参加社会保险的缴费凭证）",
    "省级医疗保障行政部门按相关规定要求提供的其他材料",
)


@pytest.mark.parametrize(
    ("no", "title"),
    [
        pytest.param(no, title, id=f"m{no}", marks=pytest.mark.clause(f"ZJ-06-{no}"))
        for no, title in enumerate(MATERIALS, start=1)
    ],
)
def test_a_material_stands_as_the_guide_prints_it(no, title):
    assert [row.title for row in BOOK.materials_for("medical") if row.no == no] == [title]


@pytest.mark.clause("ZJ-06-1", "ZJ-06-2", "ZJ-06-3", "ZJ-06-4", "ZJ-06-5", "ZJ-06-6", "ZJ-06-7", "ZJ-06-8")
def test_the_list_has_eight_items_of_which_only_the_last_depends():
    rows = BOOK.materials_for("medical")
    assert [(row.no, row.feature) for row in rows] == [
        *((no, "") for no in range(1, 8)),
        (8, "provincial_materials"),
    ]


@pytest.mark.parametrize(
    ("clock", "kind", "amount", "unit"),
    [
        pytest.param("operating_wait", "wait", 3, "month", marks=pytest.mark.clause("ZJ-02-1")),
        pytest.param(
            "completeness_check", "limit", 5, "workday", marks=pytest.mark.clause("ZJ-04-3", "ZJ-05-3")
        ),
        pytest.param("evaluation", "limit", 3, "month", marks=pytest.mark.clause("ZJ-08-1")),
        pytest.param("result_notice", "wait", 7, "workday", marks=pytest.mark.clause("ZJ-04-12", "ZJ-05-10")),
        pytest.param(
            "rectify_earliest", "wait", 3, "month", marks=pytest.mark.clause("ZJ-04-16", "ZJ-05-11")
        ),
        pytest.param("reapply_ban", "ban", 1, "year", marks=pytest.mark.clause("ZJ-04-17", "ZJ-05-12")),
        pytest.param("term", "cap", 1, "year", marks=pytest.mark.clause("ZJ-04-19", "ZJ-05-13")),
    ],
)
def test_the_periods_of_the_guide(clock, kind, amount, unit):
    rule = BOOK.clocks[clock]
    assert (rule.kind, rule.amount, rule.unit) == (kind, amount, unit)


def test_the_guide_has_seven_periods_and_none_for_supplements_signing_or_the_end_of_rectification():
    assert len(BOOK.clocks) == 7
    assert {"correction", "signing", "rectify_latest", "supervision", "negotiation"} & set(
        BOOK.clocks
    ) == set()


@pytest.mark.clause("ZJ-04-18")
def test_the_topics_of_the_negotiation_are_those_of_the_guide():
    assert [row.title for row in BOOK.topics] == [
        "双方的权利、义务和责任",
        "服务范围",
        "服务内容",
        "服务质量",
        "支付标准",
        "结算办法",
        "异地就医管理",
        "“互联网+”医保服务",
    ]


@pytest.mark.clause("ZJ-04-6", "ZJ-04-7", "ZJ-04-8", "ZJ-04-9", "ZJ-05-8", "ZJ-05-9")
def test_the_inspection_sheet_asks_for_two_or_three_teams_feedback_and_report():
    sheet = BOOK.sheet_for("on_site", "medical")
    assert (sheet.title, sheet.teams, sheet.feedback, sheet.report) == (
        "湛江市市区申请医保定点医疗机构资格核查表",
        (2, 3),
        True,
        True,
    )


@pytest.mark.clause("ZJ-04-7")
def test_the_inspection_sheet_covers_every_condition():
    text = "".join(row.article for row in BOOK.rows_of("on_site_medical"))
    assert [no for no in range(1, 9) if f"办理条件第{no}项" not in text] == []


@pytest.mark.clause("ZJ-F-6")
def test_the_roster_of_the_form_has_its_four_columns():
    table = next(row for row in BOOK.tables_of("staff", "medical") if row.label == "参保情况")
    assert [column.label for column in table.columns] == ["姓名", "身份证号码", "参保代码", "参保时间"]


@pytest.mark.clause("ZJ-F-1", "ZJ-F-2", "ZJ-F-3", "ZJ-F-4")
def test_the_blanks_of_the_form_are_asked_for():
    labels = {
        row.label for owner in ("institution", "application") for row in BOOK.fields_of(owner, "medical")
    }
    assert labels == {
        *("医疗机构性质", "邮政编码", "所属区域：区（县、市）", "所属区域：街道（乡镇）", "所属区域：社区"),
        *("医疗机构诊疗项目核定表批号", "诊疗科目", "主要医疗器材", "单位社保代码", "经营场所面积"),
        *("医护人员总人数", "其中：执业医师", "执业护士", "其他医药技人员", "参保人数", "申请内容"),
    }


@pytest.mark.clause("ZJ-05-4")
def test_nothing_in_the_book_speaks_of_pharmacies():
    steps = "".join(step.label + step.note for step in BOOK.steps)
    assert (BOOK.kinds, "零售" in steps) == ({"medical"}, False)


def test_a_region_is_told_apart_by_its_options_and_books_alone():
    assert (REGION.books["application"], REGION.options["leading_group"]) == ("zhanjiang-2021", False)
    assert {need.partition(":")[0] for step in BOOK.steps for need in step.needs} <= {*CONDITIONS, *TIMED}
