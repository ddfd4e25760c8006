"""An Excel file as it came, told by its content: its visible sheets as rows of cells, or why it is refused.

The reader is compiled and trusts what a file says of itself. So an xlsx is unpacked and looked through first:
no zip bomb, no cell far out that would make the reader reserve the whole sheet, no formula without a result.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook

from lifecycle.errors import Unmet

MEGABYTE = 1024 * 1024
MAX_SIZE = 20 * MEGABYTE
MAX_UNPACKED = 120 * MEGABYTE
MAX_ROWS = 20_000
MAX_COLUMNS = 200
SPARE = 20  # rows of titles and notes
XLS, XLSX = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"

CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d+)["']""")
SHEET = re.compile(rb"""<(?:\w+:)?sheet\b[^>]*?\b\w+:id\s*=\s*["']([^"']+)["']""")
TARGET = re.compile(rb"""<Relationship\b[^>]*>""")

Place = tuple[int, int]


@dataclass(frozen=True)
class Broken:
    """A cell whose formula has no result."""


def sheets(content: bytes) -> Iterator[list[list[Any]]]:
    """Yield the visible sheets, each from its first row and column on.

    Raises Unmet with a sentence for what is no Excel file, damaged, locked or too large.
    """
    content, broken = _looked_through(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        for number, about in enumerate(book.sheets_metadata):
            if str(about.visible).endswith(".Visible") and str(about.typ).endswith(".WorkSheet"):
                yield _rows(book.get_sheet_by_name(about.name), broken.get(number, ()))
    except (Unmet, GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # what the reader cannot stand comes as a panic, which is no Exception
        raise Unmet([_why(error)]) from None


def _why(error: BaseException) -> str:
    if type(error).__name__ == "PasswordError":
        return "文件设有密码，请取消密码后再上传"
    return "文件已损坏或格式不对，请用 Excel 打开后另存为 xlsx 再上传"


def _looked_through(content: bytes) -> tuple[bytes, dict[int, list[Place]]]:
    if not content:
        raise Unmet(["文件是空的，请重新选择"])
    if len(content) > MAX_SIZE:
        raise Unmet([f"文件超过 {MAX_SIZE // MEGABYTE} MB，请分成几个文件导入"])
    if content.startswith(XLSX):
        return _unpacked(content)
    if content.startswith(XLS):
        return content, {}
    raise Unmet(["这不是 Excel 文件（可能是网页或文本另存的 .xls），请用 Excel 打开后另存为 xlsx 再上传"])


def _rows(sheet: CalamineSheet, broken: Sequence[Place]) -> list[list[Any]]:
    if sheet.height > MAX_ROWS + SPARE:
        raise Unmet([f"“{sheet.name}”超过 {MAX_ROWS:,} 行，请分成几个文件导入"])
    if sheet.width > MAX_COLUMNS:
        raise Unmet([f"“{sheet.name}”超过 {MAX_COLUMNS} 列，请用下载的模板填写"])
    rows = sheet.to_python(skip_empty_area=False)
    for row, column in broken:
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = Broken()
    return rows


def _unpacked(content: bytes) -> tuple[bytes, dict[int, list[Place]]]:
    """Return the workbook with its members unpacked, and by sheet the cells whose formula has no result."""
    stream, members = BytesIO(), {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(stream, "w") as plain:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise Unmet(["文件解开后过大，请分成几个文件导入"])
            for entry in archive.infolist():
                member = archive.read(entry)  # never more than the entry says, or its sum is wrong
                plain.writestr(entry.filename, member)
                members[entry.filename] = member
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        raise Unmet(["文件已损坏，请用 Excel 打开后另存为 xlsx 再上传"]) from None
    broken = {name: _inspect(member) for name, member in members.items() if b"sheetData" in member}
    names = enumerate(_sheet_names(members))
    return stream.getvalue(), {number: broken[name] for number, name in names if name in broken}


def _sheet_names(members: dict[str, bytes]) -> list[str]:
    """Return the members of the sheets in the order of the workbook."""
    targets = {}
    for relation in TARGET.findall(members.get("xl/_rels/workbook.xml.rels", b"")):
        named = {key: _attribute(relation, key) for key in (b"Id", b"Target")}
        targets[named[b"Id"]] = named[b"Target"].lstrip("/").removeprefix("xl/")
    order = SHEET.findall(members.get("xl/workbook.xml", b""))
    return [f"xl/{targets.get(key.decode(errors='replace'), '')}" for key in order]


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"""\b%s\s*=\s*["']([^"']*)["']""" % name, tag)
    return match[1].decode(errors="replace") if match else ""


def _inspect(sheet: bytes) -> list[Place]:
    """Return the cells of a sheet whose formula has no result. Raises Unmet for a cell too far out."""
    for letters, digits in set(PLACE.findall(sheet)):
        if len(digits) > 7 or int(digits) > MAX_ROWS + SPARE:
            where = digits.decode()[:9]
            raise Unmet([f"表格超过 {MAX_ROWS:,} 行（第 {where} 行还有内容或格式），请删除多余的行"])
        if _column(letters) >= MAX_COLUMNS:
            where = letters.decode()
            raise Unmet([f"表格超过 {MAX_COLUMNS} 列（{where} 列还有内容或格式），请删除多余的列"])
    if b't="e"' not in sheet and b"<f" not in sheet:
        return []
    return list(_broken_cells(sheet))


def _broken_cells(sheet: bytes) -> Iterator[Place]:
    for attributes, inside in CELL.findall(sheet):
        is_without_result = b"<f" in inside and b"<v>" not in inside
        place = PLACE.search(attributes) if is_without_result or b't="e"' in attributes else None
        if place:
            yield int(place[2]) - 1, _column(place[1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
