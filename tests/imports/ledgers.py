"""Ledger workbooks as an office would hand them in: rows by heading, plausible numbers."""

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import xlsxwriter

from blueprints.imports.columns import HEADINGS
from demo import numbers


def a_row(n: int, **cells: Any) -> dict[str, Any]:
    """Row n: every third one a pharmacy, with an agreement for this year; cells by heading change it."""
    kind = "pharmacy" if n % 3 == 0 else "medical"
    row = {
        "机构类型": "零售药店" if kind == "pharmacy" else "医疗机构",
        "机构名称": f"安澜县康民大药房{n}店" if kind == "pharmacy" else f"安澜县沙堤镇第{n}卫生室",
        "统一社会信用代码": numbers.credit_code(n),
        "许可证号": numbers.licence(n, kind),
        "定点编号": f"{'P' if kind == 'pharmacy' else 'H'}371599{n:05d}",
        "类别": "单体药店" if kind == "pharmacy" else "村卫生室",
        "地址": f"安澜县沙堤镇文昌街 {n} 号",
        "正式运营时间": date(2019, 5, 1),
        "联系人": "许静",
        "联系电话": numbers.mobile(n),
        "法定代表人": f"陶云{n}",
        "法定代表人身份证号": a_resident_id(n),
        "定点类型": "门诊统筹、医保个人账户",
        "协议签订日期": date(2026, 1, 5),
        "协议生效日期": date(2026, 1, 1),
        "协议终止日期": date(2026, 12, 31),
        "协议编号": f"安医协〔2026〕{n}号",
        "最近结算日期": "2026年2月10日",
    }
    return {**row, **cells}


def a_resident_id(n: int) -> str:
    """The n-th resident id, of nobody the builders make; none repeats within 90,000."""
    born = f"{1962 + n // 400 % 30}{1 + n // 30 % 12:02d}{1 + n % 28:02d}"
    body = f"{371500 + n // 1000}{born}{n % 1000:03d}"
    return body + numbers.ric.calc_check_digit(body + "0")


def a_ledger(rows: Iterable[Mapping[str, Any]], headings: Iterable[str] = HEADINGS) -> bytes:
    """The workbook of these rows; the second line of the sheet is the first row."""
    stream, headings = io.BytesIO(), list(headings)
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, headings)
        for line, row in enumerate(rows, start=1):
            for column, heading in enumerate(headings):
                cell = row.get(heading, "")
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    sheet.write(line, column, cell)
    return stream.getvalue()
