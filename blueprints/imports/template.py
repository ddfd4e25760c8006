"""The ledger workbooks that go out: the empty one to fill in, and the rows that could not be imported."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from blueprints.excel import PLAIN
from blueprints.imports.columns import COLUMNS, REASON, Column
from blueprints.workbooks import Broken, day_of
from rules.form_rows import DesignationType

ROWS = 5_000  # rows that the lists to choose from reach
FIRST = 3  # rows of title, note and heading
NOTE = (
    "从第 4 行起一行一家机构；带 * 的列必填；列的顺序可以调整，不要改列名；"
    "号码请保持文本格式；空着的格子不会清除系统里已有的内容。"
)
HELP = (
    (
        "怎样认定同一家机构",
        "统一社会信用代码和许可证号都相同的，视为同一家：已在台账中的按本表更新，否则新登记。",
    ),
    ("空着的格子", "系统里已有的内容保持不变，不会被清空。"),
    ("号码", "信用代码、许可证号、身份证号、协议编号须为文本格式；数字格式会丢失末几位，导入时会指出。"),
    ("日期", "写成 2026-03-05、2026/3/5、2026年3月5日 都可以。"),
    ("现行协议", "有现行协议的，签订、生效、终止日期和定点类型都要填；没有协议的，协议各列都不填。"),
    ("已期满的协议", "不导入：台账登记的是现行协议，期满未续的请清空协议各列，只登记机构。"),
    ("再次导入", "同一份文件再次导入不会重复登记；已登记协议的起止日期不能通过导入修改。"),
    ("出错的行", "检查后可以下载出错的行，第一列写明原因，改好后直接上传即可。"),
)


def blank(types: Sequence[DesignationType]) -> BytesIO:
    """Return the empty workbook: heading with notes, lists to choose from, a second sheet that explains."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, PLAIN) as book:
        looks = _looks(book)
        sheet = book.add_worksheet("台账")
        sheet.write_string(0, 0, "定点医药机构台账", looks["title"])
        sheet.write_string(1, 0, NOTE, looks["note"])
        for number, column in enumerate(COLUMNS):
            _head(sheet, number, column, looks)
        sheet.set_row(2, 30)
        sheet.freeze_panes(FIRST, 2)
        _explain(book.add_worksheet("填写说明"), types, looks)
    stream.seek(0)
    return stream


def _looks(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"font_color": "#5C6877"}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F2F2", "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "wrong": book.add_format({"font_color": "#B3261E", "text_wrap": True, "valign": "top"}),
    }


def _head(sheet: Any, number: int, column: Column, looks: dict[str, Any]) -> None:
    look = looks["day"] if column.read is day_of else looks["text"]
    sheet.set_column(number, number, column.width, look)
    sheet.write_string(2, number, f"{column.heading}{'*' if column.is_needed else ''}", looks["head"])
    if column.note:
        sheet.write_comment(2, number, column.note)
    if column.choices:
        listed = list({value: word for word, value in reversed(column.choices.items())}.values())[::-1]
        rule = {"validate": "list", "source": listed, "error_title": "请从列表中选择"}
        sheet.data_validation(FIRST, number, FIRST + ROWS - 1, number, rule)


def _explain(sheet: Any, types: Sequence[DesignationType], looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    rows = [*HELP, *(("定点类型", _type_line(kind, name, types)) for kind, name in _kinds())]
    rows += [(column.heading, _about(column)) for column in COLUMNS]
    sheet.write_row(0, 0, ("项目", "说明"), looks["head"])
    for line, (subject, text) in enumerate(rows, start=1):
        sheet.write_string(line, 0, subject, looks["wrap"])
        sheet.write_string(line, 1, text, looks["wrap"])


def _kinds() -> Iterable[tuple[str, str]]:
    return [(value, word) for word, value in COLUMNS[0].choices.items()]


def _type_line(kind: str, name: str, types: Sequence[DesignationType]) -> str:
    return f"{name}可填：{'、'.join(row.label for row in types if kind in row.kinds)}"


def _about(column: Column) -> str:
    parts = ["必填" if column.is_needed else "", column.note]
    parts.append(f"可填：{'、'.join(column.choices)}" if column.choices else "")
    return "；".join(filter(None, parts)) or "没有的不填"


def failed(headings: Sequence[str], rows: Iterable[tuple[str, Sequence[Any]]]) -> bytes:
    """Return the workbook of rows that could not be imported: the reason first, then every cell as it came.

    It can be uploaded again as it is: a number stays a number, so that what is wrong with it stays visible.
    """
    stream = BytesIO()
    old = [number for number, name in enumerate(headings) if name == REASON]
    with xlsxwriter.Workbook(stream, PLAIN) as book:
        looks = _looks(book)
        sheet = book.add_worksheet("出错的行")
        sheet.set_column(0, 0, 60, looks["wrong"])
        sheet.set_column(1, len(headings), 18, looks["text"])
        kept = [name for number, name in enumerate(headings) if number not in old]
        sheet.write_row(0, 0, (REASON, *kept), looks["head"])
        for line, (reason, cells) in enumerate(rows, start=1):
            sheet.write_string(line, 0, reason, looks["wrong"])
            for column, cell in enumerate((c for n, c in enumerate(cells) if n not in old), start=1):
                _put(sheet, line, column, cell, looks)
        sheet.freeze_panes(1, 1)
    return stream.getvalue()


def _put(sheet: Any, line: int, column: int, cell: Any, looks: dict[str, Any]) -> None:
    if isinstance(cell, datetime | date):
        moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        sheet.write_datetime(line, column, moment, looks["day"])
    elif isinstance(cell, bool):
        sheet.write_boolean(line, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    elif isinstance(cell, Broken):
        sheet.write_formula(line, column, "=NA()", None, "#N/A")
    elif cell != "":
        sheet.write_string(line, column, str(cell), looks["text"])
