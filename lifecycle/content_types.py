"""What an uploaded file is, told by its bytes; each refusal is one sentence for who uploads it. Pure."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import NoReturn

MEGABYTE = 1024 * 1024
MAX_SIZE = 50 * MEGABYTE
MAX_VIDEO = 200 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_MEMBERS = 5_000
MAX_PIXELS = 120_000_000

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
MP4 = "video/mp4"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The endings under which a type may come, and what a person calls it.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    PNG: ("png",),
    MP4: ("mp4", "m4v"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
}
NAMES = {
    PDF: "PDF",
    JPEG: "JPG 图片",
    PNG: "PNG 图片",
    MP4: "MP4 视频",
    DOCX: "Word 文件",
    XLSX: "Excel 文件",
}
TAKEN = "只能上传 PDF、JPG、PNG、Word（docx）、Excel（xlsx）或 MP4 文件"

# Types that come often and cannot be taken, with what to do about them.
HEADS = {
    b"\xd0\xcf\x11\xe0": "是旧版 Word、Excel 文件或加了密码，请另存为 docx、xlsx（不设密码）后上传",
    b"Rar!": "压缩包不能上传，请逐个上传其中的文件",
    b"7z\xbc\xaf": "压缩包不能上传，请逐个上传其中的文件",
    b"\x1f\x8b": "压缩包不能上传，请逐个上传其中的文件",
    b"GIF8": "GIF 图片不能上传，请另存为 JPG 或 PNG 后上传",
    b"BM": "BMP 图片不能上传，请另存为 JPG 或 PNG 后上传",
    b"II*\x00": "TIFF 图片不能上传，请另存为 JPG 或 PDF 后上传",
    b"MM\x00*": "TIFF 图片不能上传，请另存为 JPG 或 PDF 后上传",
}
PHOTO_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
HEIC = "手机的 HEIC 照片无法在电脑上预览，请在相机设置中改为“兼容性最佳”（JPG）或转成 JPG 后上传"
CUT = "文件不完整或已损坏，请重新扫描、导出后上传"
HIDDEN = "文件里夹带了压缩包，不能上传，请重新导出后上传"


def checked(filename: str, content: bytes) -> str:
    """Return the type of a file that may be stored under `filename`. Raises ValueError with a sentence."""
    if not content:
        raise ValueError("是空文件，请重新选择")
    if len(content) > MAX_VIDEO or (len(content) > MAX_SIZE and content[4:8] != b"ftyp"):
        limit = MAX_VIDEO if content[4:8] == b"ftyp" else MAX_SIZE
        raise ValueError(f"文件超过 {limit // MEGABYTE} MB，请压缩或分开上传")
    kind = content_type(content)
    ending = PurePosixPath(filename).suffix.lower().removeprefix(".")
    if ending not in ENDINGS[kind]:
        shown = f".{ending}" if ending else "没有扩展名"
        raise ValueError(f"文件名是“{shown}”，内容却是{NAMES[kind]}，请核对后用正确的文件名上传")
    return kind


def content_type(content: bytes) -> str:
    """Return the type that the bytes themselves show, whatever the file is called.

    Raises ValueError with a sentence for a type that is not taken and for one that is broken, cut off,
    encrypted, carries macros or another archive, or unpacks to more than 200 MB.
    """
    for head, (kind, check) in KINDS.items():
        if content.startswith(head):
            check(content)
            return kind
    if content[4:8] == b"ftyp":
        _check_video(content)
        return MP4
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    raise ValueError(
        next((told for head, told in HEADS.items() if content.startswith(head)), _untaken(content))
    )


def _untaken(content: bytes) -> str:
    return "PDF 前面混有其他内容，请重新导出后上传" if b"%PDF-" in content[:1024] else TAKEN


class Refused(ValueError):
    """A file that is not taken; the sentence says why and what to do."""


def _refuse(told: str) -> NoReturn:
    raise Refused(told)


# --- PDF and pictures ---


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        _refuse(CUT)
    _demand_no_archive(content)


def _check_jpeg(content: bytes) -> None:
    """Walk the segments to the scan; behind its end phones put data of their own, so the end is searched."""
    at, size = 2, 0
    while True:
        if at + 4 > len(content) or content[at] != 0xFF:
            _refuse(CUT)
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker in FRAMES:
            size = _pixels(*struct.unpack(">HH", content[at + 5 : at + 9].ljust(4, b"\0")))
        if marker == SCAN:
            break
        at += 2 + length
    if not size or content.find(b"\xff\xd9", at) < 0:
        _refuse(CUT)
    _demand_no_archive(content)


FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA


def _check_png(content: bytes) -> None:
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or len(chunks[0][1]) < 8:
        _refuse(CUT)
    _pixels(*struct.unpack(">II", chunks[0][1][:8]))
    if not any(name == b"IDAT" for name, _ in chunks):
        _refuse(CUT)
    _demand_no_archive(content)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG up to IEND. Raises ValueError where one is cut or its checksum is wrong."""
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if len(check) < 4 or zlib.crc32(name + data) != int.from_bytes(check):
            _refuse(CUT)
        yield name, data
        if name == b"IEND":
            return
        at += 12 + length
    _refuse(CUT)


def _pixels(height: int, width: int) -> int:
    if not height or not width:
        _refuse(CUT)
    if height * width > MAX_PIXELS:
        _refuse(f"图片超过 {MAX_PIXELS // 1_000_000} 百万像素，请缩小后上传")
    return height * width


def _demand_no_archive(content: bytes) -> None:
    """A file that is a picture from the front and an archive from the back is refused."""
    if zipfile.is_zipfile(BytesIO(content)):
        _refuse(HIDDEN)


KINDS: dict[bytes, tuple[str, Callable[[bytes], None]]] = {
    b"%PDF-": (PDF, _check_pdf),
    b"\xff\xd8\xff": (JPEG, _check_jpeg),
    b"\x89PNG\r\n\x1a\n": (PNG, _check_png),
}


# --- Video ---


def _check_video(content: bytes) -> None:
    brand = content[8:12]
    if brand in PHOTO_BRANDS:
        _refuse(HEIC)
    if brand == b"qt  ":
        _refuse("MOV 视频有的电脑放不出，请转成 MP4 后上传")
    names = [name for name, _ in _boxes(content)]
    if b"moov" not in names or b"mdat" not in names:
        _refuse("视频不完整，请重新拍摄或导出后上传")


def _boxes(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield name and length of the outer boxes of an MP4 file. Raises ValueError where one is cut."""
    at = 0
    while at + 8 <= len(content):
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16])
        length = length or len(content) - at
        if length < 8 or at + length > len(content):
            _refuse("视频不完整，请重新拍摄或导出后上传")
        yield name, length
        at += length


# --- Word and Excel ---

OFFICE_FILES = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
ARCHIVE = re.compile(r"\.(zip|rar|7z|gz|tar|jar|exe|dll|js|vbs|bat|cmd|scr)$", re.IGNORECASE)
INNER = re.compile(r"^(word|xl)/embeddings/[^/]+\.(docx|xlsx)$", re.IGNORECASE)


def _office_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = next((kind for member, kind in OFFICE_FILES.items() if member in names), "")
            if not kind:
                _refuse("压缩包不能上传，请逐个上传其中的文件")
            _check_members(archive, MAX_UNPACKED)
    except Refused:
        raise
    except Exception as error:  # zipfile fails in many ways on bytes that are no archive
        raise Refused(CUT) from error
    return kind


def _check_members(archive: zipfile.ZipFile, room: int, depth: int = 0) -> int:
    """Refuse what Word and Excel never write, and return how much room is left of `room` bytes.

    Every member is read, so that no size is a lie; a document inside a document is looked into once.
    """
    entries = archive.infolist()
    room -= sum(entry.file_size for entry in entries)
    if len(entries) > MAX_MEMBERS or room < 0:
        _refuse(f"文件解开后超过 {MAX_UNPACKED // MEGABYTE} MB，不能上传")
    for entry in entries:
        _check_name(entry)
    if archive.testzip() is not None:
        _refuse(CUT)
    for entry in entries:
        if INNER.match(entry.filename):
            if depth:
                _refuse("文件里层层嵌套了其他文件，不能上传，请拆开后逐个上传")
            with zipfile.ZipFile(BytesIO(archive.read(entry))) as inner:
                room = _check_members(inner, room, depth + 1)
    return room


def _check_name(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        _refuse("文件里有指向外部的路径，不能上传，请重新导出后上传")
    if entry.flag_bits & 1:
        _refuse("文件加了密码，请去掉密码后上传")
    if path.name.lower() == "vbaproject.bin":
        _refuse("文件带有宏，不能上传，请另存为不带宏的 docx、xlsx 后上传")
    if ARCHIVE.search(path.name):
        _refuse(HIDDEN)
