"""Draw the first edition of Zhanjiang's forms: `python -m documents.build_zhanjiang`.

Like build_templates.py it overwrites what the office changed in Word. The application form is laid out as
the guide of 湛社保〔2021〕296号 prints it; receipt and notices, which it does not print, follow the
other notices.
"""

from docx.table import Table

from documents.build_application import put
from documents.build_templates import DAY_GAP, HEAD, INSTITUTION, NUMBER, each, notice
from documents.paper import add_row, fill, finish, line, new_paper, ruled_table
from documents.render import TEMPLATES

COPIES = "注：本文书一式两份，一份送达申请机构，一份经办机构留存"
WIDTHS = (30, 22, 42, 24, 20, 18, 18)
ROW = 9.5


def application() -> None:
    """Draw 湛江市医疗保障定点医疗机构申请表."""
    paper = new_paper(top=20, right=18, bottom=15, left=18)
    line(paper.add_paragraph(style="文书标题"), "湛江市医疗保障定点医疗机构申请表")
    line(paper.add_paragraph(style="表上文字"), f'申请日期：{{{{ applied_on or "{DAY_GAP}" }}}}')
    table = ruled_table(paper, *WIDTHS)
    _register(table)
    _request(table)
    _people(table)
    put(table, (0, 0, "医疗机构地理位置简图", "小表项目"), (1, 6, "{{ sketch }}"), height=60)
    finish(paper)
    paper.save(TEMPLATES / "zhanjiang_application.docx")


def _one(table: Table, label: str, value: str, height: float = ROW) -> None:
    put(table, (0, 0, label, "小表项目"), (1, 6, value), height=height)


def _two(table: Table, label: str, value: str, other: str, other_value: str) -> None:
    put(
        table,
        (0, 0, label, "小表项目"),
        (1, 2, value),
        (3, 3, other, "小表项目"),
        (4, 6, other_value),
        height=ROW,
    )


def _register(table: Table) -> None:
    _one(table, "医疗机构名称", "{{ institution }}")
    _two(table, "医疗机构性质", "{{ nature }}", "法人代表", "{{ legal_representative }}")
    _two(table, "联系人", "{{ contact }}", "联系电话", "{{ phone }}")
    _one(table, "医疗机构地址及邮政编码", "{{ address }}")
    gap = "　　　　　"
    area = (
        f"{{{{ area_county or '{gap}' }}}}区（县、市）"
        f"{{{{ area_township or '{gap}' }}}}街道（乡镇）{{{{ area_community or '{gap}' }}}}社区"
    )
    _one(table, "所属区域", area)
    _one(table, "医疗机构执业许可证登记号", "{{ licence_no }}")
    _one(table, "医疗机构诊疗项目核定表批号", "{{ approval_no }}")
    _one(table, "诊疗科目", "{{ departments }}")
    _one(table, "主要医疗器材", "{{ equipment }}")


def _count(key: str) -> str:
    return f"{{{{ {key} or '　　' }}}}人"


def _request(table: Table) -> None:
    staff = (
        f"总人数{_count('staff_total')}，其中：执业医师{_count('staff_physicians')}，"
        f"执业护士{_count('staff_nurses')}，其他医药技人员{_count('staff_others')}。"
    )
    _one(table, "医护人员情况", staff)
    put(
        table,
        (0, 0, "单位社保代码", "小表项目"),
        (1, 2, "{{ insurance_code }}"),
        (3, 3, "参保人数", "小表项目"),
        (4, 4, "{{ insured_count }}"),
        (5, 5, "经营场所面积", "小表项目"),
        (6, 6, "{{ floor_area }}"),
        height=ROW,
    )
    signed = f"法人代表签字：　　　　　　　{DAY_GAP}"
    requested = f"{{{{ requested }}}}\f\f（申请单位印章）\f{signed}"
    put(table, (0, 0, "申请内容", "小表项目"), (1, 6, requested), height=34)
    opinion = f'{{{{ opinion }}}}\f\f（印章）\f{{{{ opinion_on or "{DAY_GAP}" }}}}'
    put(table, (0, 0, "医保经办机构审核意见", "小表项目"), (1, 6, opinion), height=30)


def _people(table: Table) -> None:
    head = (
        (0, 0, "参保情况\n（可另附表）", "小表项目"),
        (1, 1, "姓名", "小表项目"),
        (2, 3, "身份证号码", "小表项目"),
        (4, 5, "参保代码", "小表项目"),
        (6, 6, "参保时间", "小表项目"),
    )
    put(table, *head, height=ROW)
    fill(add_row(table, 1).cells[0], "小表项目", "{%tr for row in people %}")
    put(
        table,
        (0, 0, "{{ row.no }}", "小表项目"),
        (1, 1, "{{ row.name }}", "小表项目"),
        (2, 3, "{{ row.resident_id }}", "小表项目"),
        (4, 5, "{{ row.insured_code }}", "小表项目"),
        (6, 6, "{{ row.insured_since }}", "小表项目"),
        height=7,
    )
    fill(add_row(table, 1).cells[0], "小表项目", "{%tr endfor %}")


def notices() -> None:
    """Draw the receipt, the one-time notice, the refusal and the result."""
    received = "{{ loop.index }}. {{ item.title|trim('；。') }}"
    accepted = "　　你单位提交的申请材料符合受理条件，予以受理。"
    notice(
        "zhanjiang_receipt.docx",
        "定点医疗机构申请受理回执",
        (*HEAD, ("收到材料", 84, *each("materials", received)), ("备　　注", 20, accepted)),
        COPIES,
    )
    missing = (
        "{{ loop.index }}. {{ item.title|trim('；。') }}{% if item.note %}（{{ item.note }}）{% endif %}"
    )
    again = "　　以上为一次性告知的全部内容，请补正后提交。"
    notice(
        "zhanjiang_one_time_notice.docx",
        "定点医疗机构申请材料\n一次性告知书",
        (*HEAD, ("需补正材料", 72, *each("missing", missing)), ("备　　注", 20, again)),
        COPIES,
    )
    ground = (
        "{{ loop.index }}. {{ item.text|trim('；。') }}{% if item.article %}（{{ item.article }}）{% endif %}"
    )
    notice(
        "zhanjiang_refusal.docx",
        "定点医疗机构申请\n不予受理告知书",
        (*HEAD, ("不予受理理由", 58, *each("grounds", ground)), ("备　　注", 30, "{{ remark }}")),
        COPIES,
    )
    waits = (
        '　　自本告知书送达之日起，整改{{ wait_term or "＿＿＿＿" }}后可再次组织评估；'
        '评估仍不合格的，{{ ban_term or "＿＿＿＿" }}内不得再次申请。'
    )
    rows = (
        NUMBER,
        INSTITUTION,
        ("评估结果", 12, "{{ result }}"),
        ("理　　由", 40, "{{ reasons }}"),
        ("整改建议", 40, "{{ advice }}"),
        ("备　　注", 26, waits),
    )
    notice("zhanjiang_result.docx", "定点医疗机构评估结果告知书", rows, COPIES)


if __name__ == "__main__":
    application()
    notices()
