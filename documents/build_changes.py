"""Draw the first edition of annexes 11-1 and 11-2: `python -m documents.build_changes`.

Like build_templates.py it overwrites what the office changed in Word.
"""

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt
from docx.table import Table

from documents.build_application import joined_down, put
from documents.build_templates import DAY_GAP
from documents.paper import add_row, fill, finish, line, new_paper, ruled_table
from documents.render import TEMPLATES

# Label, value, label, value; what changes parts the three columns after the first in the middle.
WIDTHS = (36, 51, 18, 18, 51)
HEIGHT = 11.0

MEDICAL = (
    ("机构名称", "{{ institution }}", "所在区", "{{ district }}"),
    ("机构地址", "{{ address }}", "邮政编码", "{{ postcode }}"),
    ("所有制形式", "{{ ownership }}", "经营等级", "{{ grade }}"),
    ("经营类别", "{{ profit }}", "服务对象", "{{ served }}"),
    ("执业许可证\n登记号", "{{ licence_no }}", "统一社会信用代码", "{{ uscc }}"),
    ("法定代表人\n(身份证号)", "{{ legal_representative }}", "联系电话", "{{ legal_phone }}"),
    ("主要负责人\n(身份证号)", "{{ principal }}", "联系电话", "{{ principal_phone }}"),
    ("床位数", "{{ beds }}", "诊疗科目及\n大型诊疗项目", "{{ services }}"),
)
PHARMACY = (
    *MEDICAL[:2],
    ("经营形式", "{{ business_model }}", "零售药店分类", "{{ pharmacy_class }}"),
    ("药品经营\n许可证号", "{{ licence_no }}", "统一社会信用代码", "{{ uscc }}"),
    *MEDICAL[5:7],
)
DRUGS = (
    "西药：{{ western_drugs or '＿＿＿' }}种　　中成药：{{ patent_drugs or '＿＿＿' }}种　　"
    "中药饮片：{{ tcm_drugs or '＿＿＿' }}种"
)
ASKED_FOR = "　　本机构自愿按照政策规定及相关要求，提交有关资料，申请"
MEDICAL_PLEDGE = (
    ASKED_FOR + "{{ region or '＿＿＿＿' }}医疗机构医疗保障定点信息变更，并郑重承诺：本机构不在医保行政处罚、"
    "协议处理期间，所提交资料全部真实有效，如有虚假成分，愿意承担一切相应责任。"
)
PHARMACY_PLEDGE = (
    ASKED_FOR
    + "{{ region or '＿＿＿＿市' }}医疗保障定点医药机构信息变更，并郑重承诺：本机构不在医保行政处罚、"
    "协议处理期间，且所提交资料全部真实有效，如有虚假成分，愿意承担一切相应责任。"
)


def change_form(name: str, title: str, head: tuple[tuple[str, ...], ...], pledge: str) -> None:
    """Draw annex 11 for one kind of institution: `head` says its rows of two labels with their values."""
    paper = new_paper(top=20, right=18, bottom=15, left=18)
    paper.styles["文书标题"].paragraph_format.space_after = Pt(12)
    line(paper.add_paragraph(style="文书标题"), title)
    table = ruled_table(paper, *WIDTHS)
    for label, value, other, other_value in head:
        put(
            table,
            (0, 0, label, "小表项目"),
            (1, 1, value),
            (2, 3, other, "小表项目"),
            (4, 4, other_value),
            height=HEIGHT,
        )
    if head is PHARMACY:
        put(table, (0, 0, "经营药品", "小表项目"), (1, 4, DRUGS), height=HEIGHT)
    _changes(table)
    _pledge(table, pledge)
    finish(paper)
    paper.save(TEMPLATES / name)


def _changes(table: Table) -> None:
    """Add the rows of what changes, one for each entry of `items`."""
    labels = ("变更项目", "变更前", "变更后")
    spans = ((0, 0), (1, 2), (3, 4))
    put(table, *((*span, text, "小表项目") for span, text in zip(spans, labels, strict=True)), height=HEIGHT)
    fill(add_row(table, 1).cells[0], "小表项目", "{%tr for item in items %}")
    parts = [(0, 0, "{{ item.label }}", "小表项目")]
    put(table, *parts, (1, 2, "{{ item.before }}"), (3, 4, "{{ item.after }}"), height=HEIGHT)
    fill(add_row(table, 1).cells[0], "小表项目", "{%tr endfor %}")


def _pledge(table: Table, text: str) -> None:
    """Add the pledge and, under it, who signs: one row on paper, so that no page parts them."""
    signed = (
        "法定代表人（签名）：\t（申请单位盖章）",
        "",
        "主要负责人（签名）：",
        "",
        f"实际控制人（签名）：\t{{{{ asked_on or '{DAY_GAP}' }}}}",
    )
    for texts, height, how in (((text,), 28, "restart"), (signed, 44, "continue")):
        cells = add_row(table, height).cells
        fill(cells[0], "小表项目", "变更承诺" if how == "restart" else "")
        joined_down(cells[0], how)
        cell = cells[1].merge(cells[4])
        fill(cell, "小表文字", *texts)
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.line_spacing = Pt(20)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(76), WD_TAB_ALIGNMENT.LEFT)
            paragraph.paragraph_format.keep_with_next = True


if __name__ == "__main__":
    change_form("change_form_medical.docx", "医疗机构医疗保障定点信息变更申请表", MEDICAL, MEDICAL_PLEDGE)
    change_form("change_form_pharmacy.docx", "零售药店医疗保障定点信息变更申请表", PHARMACY, PHARMACY_PLEDGE)
