"""Draw the first edition of annex 12 and of the notices of exits: `python -m documents.build_exits`.

Like build_templates.py it overwrites what the office changed in Word. Annex 12 says for its kind of
institution what was chosen (readings C-48). No annex prints the notices: they follow annex 4.
Numbers of the law come with the data.
"""

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt
from docx.table import Table

from documents.build_application import put, tick
from documents.build_templates import DAY_GAP, HEAD, Row, each, sign
from documents.paper import (
    LABEL_WIDTH,
    TEXT_WIDTH,
    add_row,
    fill,
    finish,
    keep_with_next,
    line,
    new_paper,
    ruled_table,
)
from documents.render import TEMPLATES

COLUMNS = (38, 49, 38, 49)
ROW = 12.0
WISHES = (("suspend", "中止医保协议"), ("terminate", "解除医保协议"), ("not_renew", "不再续签医保协议"))
# What the pledge asks for; with nothing chosen yet, as annex 12 prints it.
ASKS = (
    "{{ {'suspend': '协议中止，暂停时间从', 'terminate': '协议解除，解除时间从', "
    "'not_renew': '协议不再续签，不再续签时间从'}.get(wish, '协议解除，暂停时间从') }}"
)


def exit_form(name: str, labels: dict[str, str], who: str) -> None:
    """Draw annex 12 for one kind of institution. labels: where they differ from those of the other kind."""
    paper = new_paper(top=20, right=18, bottom=15, left=18)
    paper.styles["文书标题"].paragraph_format.space_after = Pt(12)
    line(paper.add_paragraph(style="文书标题"), "定点医药机构定点资格退出申请表")
    table = ruled_table(paper, *COLUMNS)
    _two(table, labels["name"], "institution", "机构级别", "level")
    _two(table, "地址", "address", "机构等级", "grade")
    _two(table, "所在区县", "district", "邮政编码", "postcode")
    _two(table, "机构类别", "category", "经营类别", "profit")
    _two(table, "所有制形式", "ownership", "床位", "beds")
    _two(table, "统一社会信用代码证照名称", "uscc_paper", "统一社会信用代码", "uscc")
    _two(table, labels["licence"], "licence_no", "注册类型", "registration_type")
    _two(table, "法定代表人\n(身份证号)", "legal_representative", "主要负责人\n(身份证号)", "principal")
    _two(table, "许可证有效期限", f"valid_until or '{DAY_GAP}'", "申请定点险种", "insurances")
    _long(table, labels["scope"], "scope", "申请理由", "reason")
    boxes = "　　".join(tick(f"wish == '{key}'", f" {label}") for key, label in WISHES)
    put(table, (0, 0, "申请事项", "小表项目"), (1, 3, boxes), height=ROW)
    _pledge(table, who)
    finish(paper)
    paper.save(TEMPLATES / name)


def _two(table: Table, label: str, key: str, other: str, other_key: str) -> None:
    put(
        table,
        (0, 0, label, "小表项目"),
        (1, 1, f"{{{{ {key} }}}}"),
        (2, 2, other, "小表项目"),
        (3, 3, f"{{{{ {other_key} }}}}"),
        height=ROW,
    )


def _long(table: Table, label: str, key: str, other: str, other_key: str) -> None:
    """Add a row of two long texts; it may run over the foot of the page."""
    cells = add_row(table, 26, splits=True).cells
    for offset, (name, value) in ((0, (label, key)), (2, (other, other_key))):
        fill(cells[offset], "小表项目", name)
        fill(cells[offset + 1], "小表文字", f"{{{{ {value} }}}}")


def _pledge(table: Table, who: str) -> None:
    wanted = (
        "　　本机构自愿按照政策规定及相关要求，提交有关资料，申请{{ region or '＿＿＿＿' }}医疗保障定点"
        f"{who}{ASKS}{{{{ from_on or '＿＿＿＿＿＿＿＿' }}}}开始，并郑重承诺："
    )
    truth = "　　本机构所提交资料全部真实有效，如有虚假成分，愿意承担一切相应的责任。"
    signed = (
        "法定代表人（签名）：",
        "",
        "主要负责人（签名）：",
        "",
        "实际控制人（签名）：\t（单位盖章）",
        "",
    )
    dated = f"\t申请日期：{{{{ asked_on or '{DAY_GAP}' }}}}"
    cell = add_row(table, 92, splits=True).cells[0].merge(table.rows[-1].cells[3])
    fill(cell, "小表文字", wanted, truth, "", *signed, dated)
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.line_spacing = Pt(20)
    for paragraph in cell.paragraphs[3:]:
        paragraph.paragraph_format.left_indent = Mm(8)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(96), WD_TAB_ALIGNMENT.LEFT)
        paragraph.paragraph_format.keep_with_next = True


def letter(name: str, title: str, rows: tuple[Row, ...]) -> None:
    """Draw a notice about an agreement, in two copies: like those of annex 4, but closer set."""
    paper = new_paper(top=22, bottom=18)
    paper.styles["文书标题"].paragraph_format.space_after = Pt(10)
    paper.add_paragraph('{%p for copy in ("送达定点医药机构", "经办机构留存") %}')
    whose = line(paper.add_paragraph(style="联次"), "（{{ copy }}）")
    heading = line(paper.add_paragraph(style="文书标题"), title)
    whose.paragraph_format.page_break_before, heading.paragraph_format.page_break_before = True, False
    table = ruled_table(paper, LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH)
    for label, height, *texts in (*HEAD_ROWS, *rows):
        row = add_row(table, height, splits=height > ROW)
        fill(row.cells[0], "清单项目", label)
        fill(row.cells[1], "清单文字", *texts)
    keep_with_next(table.rows[-1])
    remark = line(
        paper.add_paragraph(style="注"), "注：本通知一式两份，一份送达定点医药机构，一份经办机构留存"
    )
    remark.paragraph_format.space_after = Pt(10)
    remark.paragraph_format.keep_with_next = True
    sign(paper)
    paper.add_paragraph("{%p endfor %}")
    paper.save(TEMPLATES / name)


def only_if(key: str, row: Row) -> tuple[Row, ...]:
    """Return the row, printed only where `key` says something."""
    return (f"{{%tr if {key} %}}", 1), row, ("{%tr endif %}", 1)


HEAD_ROWS: tuple[Row, ...] = (
    *((label, 10, text) for label, _, text in HEAD),
    *only_if("agreement", ("协议编号", 10, "{{ agreement }}")),
    ("办理事项", 10, "{{ matter }}"),
    ("依　　据", 10, "{{ basis }}"),
)
GROUNDS = each(
    "grounds",
    "{{ loop.index }}. {{ item.text|trim('；。') }}。依据：{{ item.article }}。"
    "{% if item.note %}事实和证据：{{ item.note }}{% endif %}",
)
NOT_SETTLED = "中止期间发生的医保费用不予结算（个人账户定点暂停刷取社保卡）。"
PATHS = ("{%p if remedies %}", "争议解决途径：{{ remedies }}。", "{%p endif %}")


def suspension_notice() -> None:
    """Draw the decision to suspend (第二十九条), or to suspend for a change of owner (第二十三条)."""
    days = (
        "自{{ starts_on }}起{% if ends_on %}至{{ ends_on }}止，含起止当日"
        "{% else %}，至重新组织审核评估作出结论之日止{% endif %}"
    )
    goes_on = (
        "{% if ends_on %}中止期结束，未超过协议有效期的，协议继续履行；超过协议有效期的，协议自动终止。"
        "{% else %}中止协议期间，由所属医保经办机构按照审核评估流程重新组织审核评估。{% endif %}"
    )
    letter(
        "suspension_notice.docx",
        "医保协议中止通知书",
        (
            ("中止情形", 30, *GROUNDS),
            *only_if("findings", ("查明事实", 18, "{{ findings }}")),
            ("中止时间", 10, days),
            *only_if("items", ("整改事项", 18, *each("items", "{{ loop.index }}. {{ item }}"))),
            ("结算和告知", 34, NOT_SETTLED, goes_on, *PATHS),
        ),
    )


def resumption_notice() -> None:
    """Draw the notice that an agreement goes on after its suspension."""
    letter(
        "resumption_notice.docx",
        "医保协议继续履行通知书",
        (
            *only_if("suspended_on", ("中止开始", 10, "{{ suspended_on }}")),
            *only_if("asked_on", ("申请继续履行", 10, "{{ asked_on }}")),
            ("继续履行", 10, "自{{ resumed_on }}起继续履行协议"),
            ("事　　由", 24, "{{ reasons }}"),
            ("结算和告知", 24, "自继续履行之日起，医保费用按医保协议结算；" + NOT_SETTLED),
        ),
    )


def termination_notice() -> None:
    """Draw the decision to end the agreement (第三十条 to 第三十二条)."""
    over = (
        "协议解除后，协议关系不再存续，产生的医药费用，医疗保障基金不再结算（个人账户定点停止刷取社保卡）；"
        "解除医保协议的医药机构名单向社会公布。"
    )
    letter(
        "termination_notice.docx",
        "医保协议解除通知书",
        (
            ("解除情形", 36, *GROUNDS),
            ("解除日期", 10, "自{{ effective_on }}起解除"),
            *only_if("ban", ("限制申请", 14, "{{ ban }}")),
            ("结算和告知", 34, over, *PATHS),
        ),
    )


def exit_reply() -> None:
    """Draw the answer to annex 12."""
    days = (
        "{{ {'suspend': '中止', 'terminate': '解除', 'not_renew': '不再续签'}.get(wish, '') }}时间："
        "自{{ from_on }}起{% if until_on %}至{{ until_on }}止{% endif %}"
    )
    capped = "中止时间原则上不得超过{{ cap }}；超过{{ cap }}仍未提出继续履行协议申请的，协议自动终止。"
    over = "协议解除后产生的医药费用，医疗保障基金不再结算（个人账户定点停止刷取社保卡）。"
    told = (
        "{%p if answer == '不同意' %}",
        "医保协议继续履行。",
        "{%p elif wish == 'terminate' %}",
        over,
        "{%p elif wish == 'not_renew' %}",
        "协议有效期满后不再续签，协议终止后产生的医药费用，医疗保障基金不再结算。",
        "{%p else %}",
        NOT_SETTLED + capped,
        "{%p endif %}",
    )
    letter(
        "exit_reply.docx",
        "定点资格退出申请批复",
        (
            ("申请日期", 10, "{{ asked_on }}"),
            ("申请时间", 10, days),
            ("申请理由", 20, "{{ asked_for }}"),
            ("批复意见", 10, "{{ answer }}"),
            *only_if("reasons", ("理　　由", 20, "{{ reasons }}")),
            ("结算和告知", 30, *told, *PATHS),
        ),
    )


MEDICAL = {"name": "医疗机构名称", "licence": "执业许可证登记号", "scope": "诊疗科目"}
PHARMACY = {"name": "零售药店名称", "licence": "药品经营许可证号", "scope": "药品经营范围"}


if __name__ == "__main__":
    exit_form("exit_form_medical.docx", MEDICAL, "医疗机构")
    exit_form("exit_form_pharmacy.docx", PHARMACY, "零售药店")
    suspension_notice()
    resumption_notice()
    termination_notice()
    exit_reply()
