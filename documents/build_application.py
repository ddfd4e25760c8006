"""Draw the first edition of annexes 2 and 3: `python -m documents.build_application`.

Like build_templates.py it overwrites what the office changed in Word. Numbers of the law come with the data.
"""

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from documents.paper import add_row, fill, finish, line, new_paper, ruled_table
from documents.render import TEMPLATES

DAY = "　　　年　　月　　日"
ON, OFF = "☑", "☐"
# The ten columns of the table of departments, in mm; the other rows join them.
WIDTHS = (29, 10, 17, 32, 12, 12, 19, 16, 12, 15)
HEIGHT = 7.4
DEPARTMENT = (
    "序号",
    "科室\n编码",
    "科室名称",
    "开展\n床位",
    "医师\n数量",
    "医师中\n级及以\n上职称",
    "医师\n备注",
)
NURSES = ("护士\n数量", "护士\n备注")
ENTRY = ("no", "code", "name", "beds", "physicians", "seniors", "physician_note", "nurses", "nurse_note")


def tick(condition: str, label: str) -> str:
    """Return the placeholder of a box, ticked where `condition` holds, and its label."""
    return f"{{{{ '{ON}' if {condition} else '{OFF}' }}}}{label}"


def one_of(key: str, *labels: str) -> tuple[str, ...]:
    """Return a box for each label, ticked where the text `key` says it."""
    return tuple(tick(f"{key} == '{label}'", label) for label in labels)


def put(
    table: Table, *parts: tuple[int, int, str] | tuple[int, int, str, str], height: float = HEIGHT
) -> None:
    """Add a row whose cells join the columns first to last, both included; a fourth part names the style."""
    cells = add_row(table, height).cells
    for first, last, text, *style in parts:
        fill(cells[first].merge(cells[last]), style[0] if style else "小表文字", *text.split("\f"))


def pair(table: Table, label: str, value: str, other: str, other_value: str) -> None:
    """Add a row of two labels with their values, parted where annex 2 parts it."""
    put(
        table,
        (0, 0, label, "小表项目"),
        (1, 4, value),
        (5, 6, other, "小表项目"),
        (7, 9, other_value),
        height=HEIGHT + 1,
    )


def application_form() -> None:
    """Draw annex 2."""
    paper = new_paper(top=20, right=18, bottom=12, left=18)
    paper.styles["文书标题"].paragraph_format.space_after = Pt(10)
    line(paper.add_paragraph(style="文书标题"), "医药机构医疗保障定点申请表")
    table = ruled_table(paper, *WIDTHS)
    _head(table)
    put(table, (0, 9, "医疗机构", "小表项目"))
    _medical(table)
    put(table, (0, 9, "零售药店", "小表项目"))
    _pharmacy(table)
    _pledge(table)
    finish(paper)
    paper.save(TEMPLATES / "application_form.docx")


def _head(table: Table) -> None:
    put(table, (0, 0, "单位名称", "小表项目"), (1, 9, "{{ institution }}"))
    put(table, (0, 0, "单位地址", "小表项目"), (1, 9, "{{ address }}"))
    pair(table, "法定代表人(主要负责人)姓名", "{{ legal_representative }}", "联系人", "{{ contact }}")
    pair(table, "法定代表人\n身份证号", "{{ legal_id }}", "联系电话", "{{ phone }}")
    types = "　".join(tick(f"'{label}' in types", label) for label in ("住院", "门诊统筹", "医保个人账户"))
    other = f"　{tick('other_types', '其他:')}{{{{ other_types or '＿＿＿＿＿＿' }}}}"
    put(table, (0, 0, "申请定点类型", "小表项目"), (1, 9, types + other))
    pair(
        table,
        "正式运营时间",
        f"{{{{ operating_since or '{DAY}' }}}}",
        "申请时间",
        f"{{{{ applied_on or '{DAY}' }}}}",
    )


def _medical(table: Table) -> None:
    pair(table, "所有制形式", "{{ ownership }}", "医疗机构类别", "{{ category }}")
    pair(table, "经营性质", "　　".join(one_of("profit", "营利", "非营利")), "床位数", "{{ beds }}")
    rank = "{{{{ {{'{0}': grade_rank ~ ''}}.get(grade_level) or '　　' }}}}"
    levels = [
        tick(f"grade_level == '{level}'", f"{level}{rank.format(level)}等")
        for level in ("三级", "二级", "一级")
    ]
    levels += one_of("grade_level", "未定级")
    _in_four(table, "医疗机构机构等级", levels)
    head = add_row(table, 14).cells
    for cell, label in zip(head, ("住院科室\n(可添加附表)", *DEPARTMENT, *NURSES), strict=True):
        fill(cell, "小表项目", label)
    joined_down(head[0], "restart")
    _rows(table, "departments", "", "{{ row.beds }}")
    # vm: docxtpl joins this cell with its copies.
    _rows(table, "clinics", "{% vm %}门诊诊室\n(可添加附表)", "---")
    put(
        table,
        (0, 0, "门诊慢性病\n(附表4)", "小表项目"),
        (1, 9, "甲类：{{ chronic_a or '＿＿＿' }}种　　　　乙类：{{ chronic_b or '＿＿＿' }}种"),
        height=HEIGHT + 1,
    )


def _rows(table: Table, key: str, label: str, beds: str) -> None:
    """Add the row that is printed for every entry of the list `key`."""
    fill(add_row(table, 1).cells[0], "小表项目", f"{{%tr for row in {key} %}}")
    cells = add_row(table, 6.2).cells
    fill(cells[0], "小表项目", label)
    if not label:
        joined_down(cells[0], "continue")
    for cell, name in zip(cells[1:], ENTRY, strict=True):
        wide = name in ("name", "physician_note", "nurse_note")
        fill(cell, "小表文字" if wide else "小表项目", beds if name == "beds" else f"{{{{ row.{name} }}}}")
    fill(add_row(table, 1).cells[0], "小表项目", "{%tr endfor %}")


def joined_down(cell: _Cell, how: str) -> None:
    """Join a cell with those below (restart) or with the one above (continue)."""
    merge = OxmlElement("w:vMerge")
    merge.set(qn("w:val"), how)
    properties = cell._tc.get_or_add_tcPr()
    alignment = properties.find(qn("w:vAlign"))
    if alignment is None:
        properties.append(merge)
    else:
        alignment.addprevious(merge)


def _pharmacy(table: Table) -> None:
    models = "　　　　".join(one_of("business_model", "连锁", "单体"))
    put(table, (0, 0, "经营模式", "小表项目"), (1, 9, models))
    drugs = ("西药", "中成药", "中药饮片", "特药")
    _in_four(table, "经营药品", [tick(f"'{drug}' in drugs", drug) for drug in drugs])
    classes = "　　　　".join(one_of("pharmacy_class", "1类", "2类", "3类"))
    put(table, (0, 0, "零售药店分类", "小表项目"), (1, 9, classes))


def _in_four(table: Table, label: str, texts: list[str]) -> None:
    spans = ((1, 2), (3, 3), (4, 6), (7, 9))
    values = [(first, last, text, "小表项目") for (first, last), text in zip(spans, texts, strict=True)]
    put(table, (0, 0, label, "小表项目"), *values)


def _pledge(table: Table) -> None:
    pledge = (
        "　　本单位在注册地址依法正式运营已满{{ operating_term or '＿＿＿＿' }}, 具备医保定点全部申请条件, "
        "现自愿申请成为医保定点医药机构, 所提供的材料准备、真实、有效。如有不实或存在违规经营情形, "
        "自动放弃医保定点申请。"
    )
    signed = "\t法定代表人(主要负责人)签字:\t(单位盖章)"
    cell = add_row(table, 40).cells[0].merge(table.rows[-1].cells[9])
    fill(cell, "小表文字", "承诺:", pledge, "", signed, "", f"\t\t{DAY}")
    for paragraph in cell.paragraphs[1:]:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(12))
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(118), WD_TAB_ALIGNMENT.LEFT)
    cell.paragraphs[3].paragraph_format.keep_with_next = True


MEDICAL_PLEDGE = (
    "具备符合医保协议管理要求的信息系统技术和接口改造能力，协议签订后，实现与医保信息系统有效对接，"
    "按要求向医保信息系统传送全部就诊人员相关信息，能够为参保人提供联网直接结算。"
)
MEDICAL_CODES = (
    "协议签订后，设立医保药品、诊疗项目、医疗服务设施、医用耗材、疾病病种等基础数据库，"
    "按规定使用国家统一的医保编码。"
)
PHARMACY_PLEDGE = (
    "具备符合医保协议管理要求的信息系统技术和接口改造能力，协议签订后，实现与医保信息系统有效对接，"
    "为参保人员提供直接联网结算。"
)
PHARMACY_CODES = "协议签订后，建立医保药品等基础数据库，按规定使用国家统一的医保编码。"


def commitment(name: str, who: str, systems: str, codes: str) -> None:
    """Draw the block of annex 3 for one kind of institution: it signs no other (readings C-49)."""
    paper = new_paper()
    line(paper.add_paragraph(style="文书标题"), "医药机构医疗保障定点信息系统承诺书")
    table = ruled_table(paper, 36, 120)
    cells = add_row(table, 16).cells
    fill(cells[0].merge(cells[1]), "表格文字", f"{who}：{{{{ institution or '＿＿＿＿＿＿＿＿＿＿' }}}}")
    forfeit = (
        "　　医保协议签订后，医药机构{{ connection_term or '＿＿＿＿' }}内未履行上述承诺，"
        "自动放弃医保定点资格。"
    )
    signed = ("　　法人代表（承诺人）：", "", f"　　　　　　　　　　　　{DAY}")
    rows = (
        ("信息承诺", 50, f"　　{systems}"),
        ("编码承诺", 42, f"　　{codes}"),
        ("单位盖章", 38, "　　　　　　　　　　　　（申请单位印章）"),
        ("承诺人签字", 56, forfeit, "", "", *signed),
    )
    for label, height, *texts in rows:
        row = add_row(table, height)
        fill(row.cells[0], "表格项目", label)
        fill(row.cells[1], "表格文字", *texts)
    finish(paper)
    paper.save(TEMPLATES / name)


if __name__ == "__main__":
    application_form()
    commitment("commitment_medical.docx", "医疗机构名称", MEDICAL_PLEDGE, MEDICAL_CODES)
    commitment("commitment_pharmacy.docx", "零售药店名称", PHARMACY_PLEDGE, PHARMACY_CODES)
