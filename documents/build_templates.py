"""Draw the first edition of the Word forms: `python -m documents.build_templates`.

Run it only to begin anew: it overwrites templates/, and with it whatever the office changed there in Word.
The wording is that of the annexes of 聊医保发〔2023〕18号; numbers of days come with the data.
"""

from typing import Any

from docx.document import Document as Paper
from docx.shared import Pt
from docx.table import Table

from documents.paper import (
    LABEL_WIDTH,
    TEXT_WIDTH,
    add_row,
    fill,
    finish,
    keep_with_next,
    line,
    new_paper,
    repeat_on_every_page,
    ruled_table,
)
from documents.render import TEMPLATES

DAY_GAP = "　　年　　月　　日"
TWO_COPIES = "注：本通知一式两份，一份送达申请机构，一份经办机构留存"
NUMBER = ("文书编号", 14, "{{ number }}")
INSTITUTION = ("机构名称", 14, "{{ institution }}")
ADDRESS = ("机构地址", 14, "{{ address }}")
HEAD = (NUMBER, INSTITUTION, ADDRESS)

SHORT = 24  # mm; a higher row may run over the foot of the page
Row = tuple[Any, ...]  # label, height in mm, texts


def notice(name: str, title: str, rows: tuple[Row, ...], note: str = TWO_COPIES, **wording: str) -> None:
    """Draw a notice as annex 4 prints it: title, table, note, signature area; twice, on a page each."""
    paper = new_paper()
    # 一式两份: each sheet says whose it is (LC-A04-1-3).
    paper.add_paragraph('{%p for copy in ("送达申请机构", "经办机构留存") %}')
    whose = line(paper.add_paragraph(style="联次"), "（{{ copy }}）")
    heading = line(paper.add_paragraph(style="文书标题"), title)
    whose.paragraph_format.page_break_before, heading.paragraph_format.page_break_before = True, False
    table = ruled_table(paper, LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH)
    for label, height, *texts in rows:
        row = add_row(table, height, splits=height > SHORT)
        fill(row.cells[0], "表格项目", label)
        fill(row.cells[1], "表格文字", *texts)
    keep_with_next(table.rows[-1])
    remark = line(paper.add_paragraph(style="注"), note).paragraph_format
    remark.space_after, remark.keep_with_next = Pt(16), True
    sign(paper, **wording)
    paper.add_paragraph("{%p endfor %}")
    paper.save(TEMPLATES / name)


def sign(paper: Paper, signed: str = "签收时间", seal: str = "经办机构（盖章）") -> None:
    """Draw the signature area: who received it on the left, the office's seal on the right."""
    table = ruled_table(paper, 78, 78, rule="nil")
    lines = (
        (18, ("签收人：",), (seal, "{{ office }}")),
        (10, ("联系电话：",), ("联系电话：{{ office_phone }}",)),
        (10, (f"{signed}：{DAY_GAP}",), (f'经办日期：{{{{ issued_on or "{DAY_GAP}" }}}}',)),
    )
    for height, left, right in lines:
        row = add_row(table, height)
        fill(row.cells[0], "签收", *left)
        fill(row.cells[1], "签收", *right)
        for cell in row.cells:
            cell.vertical_alignment = None
    keep_with_next(*table.rows)
    finish(paper)


def each(key: str, text: str) -> tuple[str, ...]:
    """Return the lines that print `text` for every entry of the list `key`; if it has none, an empty line."""
    return f"{{%p for item in {key} %}}", text, "{%p else %}", "", "{%p endfor %}"


def notices() -> None:
    """Draw annexes 4-1, 4-2, 4-3 and 9, and the notice that asks for more during the evaluation."""
    accepted = (
        "　　你单位按照《聊城市医保定点申请材料清单》已报送所需材料，请即时将申请材料完整、准确、规范上传至"
        "山东省定点医药机构动态管理系统，并配合好后续审核评估工作，因主观原因影响整体进度的，后果自负。"
    )
    matter = ("办理事项", 14, "医药机构医疗保障定点申请")
    notice(
        "acceptance_notice.docx",
        "医药机构医疗保障定点申请受理通知书",
        (*HEAD, matter, ("备　　注", 62, accepted)),
    )
    missing = (
        "{{ loop.index }}. {{ item.title|trim('；。') }}{% if item.note %}（{{ item.note }}）{% endif %}"
    )
    term = '申请机构应在{{ term or "＿＿＿＿" }}内补正补齐，逾期视为放弃此次申请'
    notice(
        "correction_notice.docx",
        "医药机构医疗保障定点申请材料\n补正补齐通知书",
        (*HEAD, ("补正补齐材料", 64, *each("missing", missing)), ("备　　注", 20, term)),
    )
    ground = (
        "{{ loop.index }}. {{ item.text|trim('；。') }}{% if item.article %}（{{ item.article }}）{% endif %}"
        "{% if item.note %}。{{ item.note }}{% endif %}"
    )
    refused = ("办理事项", 14, "医药机构医疗保障定点申请不予受理")
    reasons = ("不予受理原因", 58, *each("grounds", ground))
    notice(
        "refusal_notice.docx",
        "聊城市医保定点申请不予受理通知书",
        (*HEAD, refused, reasons, ("备　　注", 22, "{{ remark }}")),
    )
    supplement_notice()
    unqualified_notice()


def supplement_notice() -> None:
    """Draw the request for more materials. No annex prints it; it follows the form of annex 4."""
    pause = (
        "　　请按上列内容补充材料。补充材料的时间不计入评估期限：自本通知送达之日起暂停计算，"
        "至收到补充材料之日止。"
    )
    wanted = ("需补充材料", 56, *each("materials", "{{ loop.index }}. {{ item }}"))
    notice(
        "supplement_notice.docx",
        "医药机构医疗保障定点评估补充材料通知书",
        (*HEAD, ("办理事项", 14, "{{ matter }}"), wanted, ("备　　注", 34, pause)),
    )


def unqualified_notice() -> None:
    """Draw annex 9."""
    both = "评估不合格/再次评估不合格"
    waits = (
        '2. 评估不合格告知书出据后，整改{{ wait_term or "＿＿＿＿" }}后可以再次申请评估；'
        '再次评估仍不合格的，{{ ban_term or "＿＿＿＿" }}内不得再次申请。'
    )
    notice(
        "unqualified_notice.docx",
        "医药机构医疗保障定点评估不合格告知书",
        (
            ("告知书编号", 10, '{{ number or "（受理号）" }}'),
            ("机构名称", 10, "{{ institution }}"),
            ("办理事项", 10, "医药机构定点申请"),
            ("评估结果", 10, f'{{{{ result or "{both}" }}}}。'),
            ("不合格理由", 30, "{{ reasons }}"),
            ("整改建议", 25, "{{ advice }}"),
            ("查询方式", 10, "登录{{ query }}"),
            ("备　　注", 36, "1. 本告知书一式两份，一份送达申请机构，一份由经办机构留存；", waits),
        ),
        "注：本告知书一式两份，一份送达申请机构，一份经办机构留存",
        signed="签收日期",
        seal="经办机构（盖章）：",
    )


def proof_of_service() -> None:
    """Draw annex 6; the chosen way is ticked, any way that is not one of the first two counts as 其他."""
    paper, table = _titled_table("通知书送达回执", LABEL_WIDTH, 36, 32, 52)
    other = (
        "{% if way in ('', '直接送达', '寄送') %}□其他方式"
        "{% else %}√其他方式{% if way != '其他方式' %}：{{ way }}{% endif %}{% endif %}"
    )
    tick = "{{ '√' if way == '%s' else '□' }}%s"
    unsigned = f"　　　　　　　　　{DAY_GAP}"
    rows = (
        ("机构名称", 16, "{{ institution }}"),
        ("文书编号", 16, "{{ number }}"),
        ("送达地址", 20, "{{ address }}"),
        ("送达方式", 16, tick % ("直接送达", "直接送达"), tick % ("寄送", "寄送"), other),
        (
            "受送人签名",
            24,
            f"{{{{ recipient + '　　' + served_on if recipient else '{unsigned}' }}}}",
        ),
        ("受送人电话", 16, "{{ phone }}"),
        ("送达日期", 16, f"{{{{ served_on or '{unsigned}' }}}}"),
        ("备　　注", 40, "{{ note }}"),
    )
    _labelled_rows(table, rows)
    finish(paper)
    paper.save(TEMPLATES / "proof_of_service.docx")


def negotiation_record() -> None:
    """Draw annex 10. The opinion is the provider's, above the place for its seal."""
    paper, table = _titled_table("医药机构医疗保障定点协商谈判记录表", LABEL_WIDTH, 44, 30, 46)
    for left, right in (
        ("时　　间|held_on", "地　　点|place"),
        ("医药机构名称|institution", "所属辖区|district"),
    ):
        cells = add_row(table, 14).cells
        for offset, (label, key) in ((0, left.split("|")), (2, right.split("|"))):
            fill(cells[offset], "表格项目", label)
            fill(cells[offset + 1], "表格文字", f"{{{{ {key} }}}}")
    seal = ("医药机构单位（签章）：", "谈判日期：")
    rows = (
        ("谈判人", 14, "{{ negotiators }}"),
        ("被谈判人", 14, "{{ counterparts }}"),
        ("谈判主题", 14, "{{ subject }}"),
        ("谈判内容", 62, "{{ content }}"),
    )
    _labelled_rows(table, rows)
    opinion = add_row(table, 56, splits=True).cells
    fill(opinion[0], "表格项目", "谈判意见\n（定点医药\n机构填写）")
    fill(opinion[1].merge(opinion[3]), "表格文字", "{{ opinion }}", "", *seal)
    for paragraph in opinion[1].paragraphs[2:]:
        paragraph.paragraph_format.left_indent = Pt(14 * 9)
    finish(paper)
    paper.save(TEMPLATES / "negotiation_record.docx")


def material_list() -> None:
    """Draw annex 5, with a line that says whose list it is: it is handed out beside the acceptance notice."""
    whose = "{{ '机构名称：' if institution }}{{ institution }}{{ '\\n文书编号：' if number }}{{ number }}"
    paper, table = _titled_table("{{ title }}", 22, 12, 80, 42, above=whose)
    head = add_row(table, 18)
    repeat_on_every_page(head)
    for cell, text in zip(head.cells, ("在提供\n材料前\n打“√”", "序号", "材料名称", "其他"), strict=True):
        fill(cell, "清单项目", text)
    fill(add_row(table, 1).cells[0], "清单项目", "{%tr for item in rows %}")
    row = add_row(table, 8).cells
    fill(row[0], "清单项目", "{% if item.received %}√{% endif %}")
    fill(row[1], "清单项目", "{{ item.no }}")
    fill(row[2], "清单文字", "{{ item.title }}")
    fill(row[3], "清单文字", "{{ item.applies }}")
    fill(add_row(table, 1).cells[0], "清单项目", "{%tr endfor %}")
    finish(paper)
    paper.save(TEMPLATES / "material_list.docx")


def _titled_table(title: str, *widths: float, above: str = "") -> tuple[Paper, Table]:
    paper = new_paper()
    line(paper.add_paragraph(style="文书标题"), title)
    if above:
        line(paper.add_paragraph(style="表上文字"), above)
    return paper, ruled_table(paper, *widths)


def _labelled_rows(table: Table, rows: tuple[Row, ...]) -> None:
    """Add rows of one label and either one text over the whole width or one text per column."""
    for label, height, *texts in rows:
        cells = add_row(table, height, splits=height > SHORT).cells
        fill(cells[0], "表格项目", label)
        if len(texts) == 1:
            fill(cells[1].merge(cells[-1]), "表格文字", *texts)
            continue
        for cell, text in zip(cells[1:], texts, strict=True):
            fill(cell, "表格项目", text)


if __name__ == "__main__":
    notices()
    proof_of_service()
    negotiation_record()
    material_list()
