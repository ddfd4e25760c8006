"""Excel files as they come: read by their headings, told by their content, refused with a sentence."""

import io
import random
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from blueprints import excel_file
from blueprints.workbooks import code_of, count_of, day_of, read, text_of
from lifecycle.errors import Unmet

KNOWN = ("机构名称", "统一社会信用代码", "许可证号", "正式运营时间", "床位数")
HEAD = list(KNOWN)


def a_workbook(rows, fill=None):
    """The bytes of an xlsx with these rows; a tuple is (formula, value)."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_numbers": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_formula(line, column, cell[0], None, cell[1])
                elif isinstance(cell, date):
                    sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    sheet.write(line, column, cell)
        if fill:
            fill(book, sheet)
    return stream.getvalue()


def table(content):
    return read(content, KNOWN, needed=("机构名称",), ignored=("序号",))


def refusal(content):
    with pytest.raises(Unmet) as refused:
        table(content)
    return refused.value.sentences


def test_rows_are_read_by_heading_below_titles_in_any_order_without_the_empty_ones():
    got = table(
        a_workbook([
            ["某县台账"], [], ["序号", "床位数", "机构名称 *", "许可证号"],
            [1, 80, "沙堤镇卫生院", "PDY1"], ["", "  ", ""], [2, "", "文昌街诊所", "PDY2"],
        ])
    )  # fmt: skip
    assert got.headings == ("序号", "床位数", "机构名称", "许可证号")
    assert [(line.number, line.by_heading["机构名称"], line.by_heading["床位数"]) for line in got.lines] == [
        (4, "沙堤镇卫生院", 80.0), (6, "文昌街诊所", ""),
    ]  # fmt: skip


def test_an_old_xls_is_read_whatever_it_is_called():
    got = table((Path(__file__).parent / "imports" / "old.xls").read_bytes())
    assert [line.number for line in got.lines] == [3, 5]
    assert day_of(got.lines[0].by_heading["正式运营时间"]) == date(2024, 5, 1)
    with pytest.raises(ValueError, match="数字格式"):
        code_of(got.lines[1].by_heading["统一社会信用代码"])


def test_the_first_sheet_with_the_heading_is_taken_and_hidden_ones_are_not():
    def fill(book, sheet):
        for name, hidden in (("旧数据", True), ("台账", False)):
            other = book.add_worksheet(name)
            other.write_row(0, 0, HEAD)
            other.write_row(1, 0, [name])
            if hidden:
                other.hide()

    got = table(a_workbook([["填写说明"], ["请看第二张表"]], fill))
    assert [line.by_heading["机构名称"] for line in got.lines] == ["台账"]


def test_unknown_missing_and_doubled_headings_are_named():
    assert refusal(a_workbook([["许可证号", "床位数", "统一社会信用代码", "微信号", "床位数"], ["a"]])) == (
        "缺少这些列：机构名称",
        "认不出这些列：微信号。请改成模板里的名称，或删除这些列",
        "这些列出现了两次：床位数",
    )
    assert refusal(a_workbook([HEAD])) == ("表头下面没有数据",)
    assert "没有找到表头" in refusal(a_workbook([["甲", "乙"], [1, 2]]))[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "这不是 Excel 文件"),
        (b"%PDF-1.7", "这不是 Excel 文件"),
        (b"PK\x03\x04rest", "文件已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "文件已损坏或格式不对"),
    ],
)
def test_what_is_no_workbook_is_refused(content, sentence):
    assert sentence in refusal(content)[0]


def test_an_archive_that_unpacks_to_more_than_allowed_is_refused(monkeypatch):
    monkeypatch.setattr(excel_file, "MAX_UNPACKED", 3_000)
    assert refusal(a_workbook([HEAD, ["a"]])) == ("文件解开后过大，请分成几个文件导入",)


def test_a_bomb_that_lies_about_its_size_is_refused():
    stream = io.BytesIO(a_workbook([HEAD, ["a"]]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 5_000_000)
    content = stream.getvalue().replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert "文件已损坏" in refusal(content)[0]


def test_a_cell_far_out_is_refused_before_anybody_reserves_the_sheet():
    far = a_workbook([HEAD, ["a"]], lambda book, sheet: sheet.write(1_048_575, 0, "x"))
    assert refusal(far) == ("表格超过 20,000 行（第 1048576 行还有内容或格式），请删除多余的行",)
    wide = a_workbook([HEAD, ["a"]], lambda book, sheet: sheet.write(1, 16_383, "x"))
    assert refusal(wide) == ("表格超过 200 列（XFD 列还有内容或格式），请删除多余的列",)


def test_a_formula_counts_by_its_result_and_without_one_says_so():
    got = table(a_workbook([HEAD, [("=A1", "甲诊所"), ("=B9", ""), ("=NA()", "#N/A"), "", ("=1+1", 2)]]))
    cells = got.lines[0].by_heading
    assert (text_of(cells["机构名称"]), count_of(cells["床位数"])) == ("甲诊所", 2)
    with pytest.raises(ValueError, match="公式没有结果"):
        text_of(cells["许可证号"])


@pytest.mark.parametrize(
    ("reader", "cell", "sentence"),
    [
        (code_of, 3.71599e17, "单元格是数字格式"),
        (code_of, "3.71599E+17", "科学计数"),
        (code_of, date(2026, 1, 1), "日期格式"),
        (day_of, 45413.0, "是数字不是日期"),
        (day_of, "二〇二六年", "认不出"),
        (day_of, date(1900, 1, 1), "年份不对"),
        (count_of, "八十", "不是整数"),
        (count_of, 2.5, "不是整数"),
        (count_of, -3.0, "不是整数"),
    ],
)
def test_a_cell_that_cannot_mean_what_its_column_asks_says_so(reader, cell, sentence):
    with pytest.raises(ValueError, match=sentence):
        reader(cell)


def test_what_a_cell_means():
    assert [text_of(c) for c in (13863500001.0, " 甲\x00 ", True, 2.5, "", datetime(2026, 3, 5))] == [  # noqa: DTZ001
        "13863500001", "甲", "是", "2.5", "", "2026-03-05",
    ]  # fmt: skip
    days = (datetime(2026, 3, 5), date(2026, 3, 5), "2026年3月5日", "2026.3.5", 20260305.0)  # noqa: DTZ001
    assert {day_of(c) for c in days} == {date(2026, 3, 5)}
    assert (day_of(""), count_of(""), count_of(80.0), count_of("80")) == (None, None, 80, 80)


def test_no_bytes_of_a_damaged_workbook_are_more_than_a_refusal():
    rng = random.Random(7)
    old = (Path(__file__).parent / "imports" / "old.xls").read_bytes()
    for whole in (a_workbook([HEAD, ["a"]]), old):
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(rng.randrange(1, 30)):
                damaged[rng.randrange(8, len(damaged))] = rng.randrange(256)
            with suppress(Unmet):
                table(bytes(damaged))
