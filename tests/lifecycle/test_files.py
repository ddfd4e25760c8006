"""What may be stored: each file that cannot be taken is told why, and nothing of it stays."""

import struct
import zipfile
import zlib
from datetime import date
from io import BytesIO

import pytest

from lifecycle import content_types, files, materials
from lifecycle.content_types import MEGABYTE
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Attachment, CaseMaterial, Event, Role
from tests.builders import an_application, hand_of, miss, receive_all, step
from tests.providers import a_provider, provider_hand

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


def a_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def a_png(width=1, height=1):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (a_chunk(b"IHDR", head), a_chunk(b"IDAT", zlib.compress(b"\0\0")), a_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_jpeg(width=16, height=16, tail=b""):
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\x01\x01\x00\x00\x3f\x00"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame
        + b"\xff\xda" + struct.pack(">H", len(scan) + 2) + scan + b"\x12\x34\xff\xd9" + tail
    )  # fmt: skip


def a_box(name, data=b"", brand=b""):
    data = brand + data
    return struct.pack(">I", len(data) + 8) + name + data


def an_mp4(brand=b"isom"):
    return a_box(b"ftyp", b"\0\0\0\1isom", brand) + a_box(b"moov", b"x") + a_box(b"mdat", b"picture")


def an_archive(way=zipfile.ZIP_DEFLATED, **members):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", way) as archive:
        for name, data in {"word/document.xml": b"<w/>", **members}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def a_bomb(megabytes):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>")
        archive.writestr("word/media/big.bin", bytes(megabytes * MEGABYTE))
    return buffer.getvalue()


TAKEN = {
    "执业许可证.pdf": (PDF, content_types.PDF),
    "门头.jpg": (a_jpeg(), content_types.JPEG),
    "手机.JPEG": (a_jpeg(tail=b"SEFH-phone-data-SEFT"), content_types.JPEG),
    "截图.png": (a_png(), content_types.PNG),
    "制度.docx": (an_archive(), content_types.DOCX),
    "报表.docx": (an_archive(**{"word/embeddings/sheet1.xlsx": an_archive()}), content_types.DOCX),
}


@pytest.fixture
def row(app):
    case = an_application()
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 2)


def supply(row, name, content, **given):
    return materials.supply(row, [(name, content)], hand=given.pop("hand", hand_of(Role.CLERK)), **given)


def stored(app):
    """How many files lie on disk, and how many rows and upload events there are."""
    on_disk = len(list((app.config["INSTANCE"] / "attachments").iterdir()))
    return on_disk, Attachment.select().count(), Event.select().where(Event.action == "upload").count()


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_that_is_what_its_name_says_is_taken(app, row, name):
    content, kind = TAKEN[name]
    attachment = supply(row, name, content)[0]
    assert (attachment.content_type, attachment.filename, attachment.size) == (kind, name, len(content))
    assert (attachment.material, attachment.purpose, files.is_whole(attachment)) == (row, "material", True)
    assert len(attachment.stored_as) == 32
    assert stored(app) == (1, 1, 1)


@pytest.mark.clause("LC-09-4c")
def test_a_video_of_the_rooms_is_taken(app):
    case = an_application(kind="pharmacy")
    row = CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 4)
    assert supply(row, "室内全景.mp4", an_mp4())[0].content_type == "video/mp4"


REFUSED = {
    "nothing in it": ("许可证.pdf", b"", "是空文件"),
    "a wrong type": ("说明.txt", "执业许可证".encode(), "只能上传 PDF、JPG、PNG、Word"),
    "a page of the web": ("a.html", b"<html><script>", "只能上传 PDF、JPG、PNG、Word"),
    "a vector graphic": ("a.svg", b"<svg xmlns='x'/>", "只能上传 PDF、JPG、PNG、Word"),
    "a program": ("a.exe", b"MZ\x90\x00", "只能上传 PDF、JPG、PNG、Word"),
    "an old Word file": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "是旧版 Word、Excel 文件或加了密码"),
    "an archive": ("a.rar", b"Rar!\x1a\x07", "压缩包不能上传，请逐个上传"),
    "a zip": ("a.zip", an_archive().replace(b"word/document.xml", b"word/documint.xml"), "压缩包不能上传"),
    "a gif": ("a.gif", b"GIF89a", "GIF 图片不能上传"),
    "a photo of some phones": ("IMG_1.HEIC", an_mp4(b"heic"), "HEIC 照片无法在电脑上预览"),
    "a picture called a PDF": ("许可证.pdf", a_jpeg(), "文件名是“.pdf”，内容却是JPG 图片"),
    "a PDF called a picture": ("许可证.jpg", PDF, "文件名是“.jpg”，内容却是PDF"),
    "a name without an ending": ("许可证", PDF, "文件名是“没有扩展名”，内容却是PDF"),
    "a cut PDF": ("a.pdf", b"%PDF-1.7\n1 0 obj", "文件不完整或已损坏"),
    "junk before a PDF": ("a.pdf", b"<script>x</script>" + PDF, "PDF 前面混有其他内容"),
    "an archive behind a PDF": ("a.pdf", PDF + an_archive() + b"%%EOF", "文件里夹带了压缩包"),
    "an archive behind a picture": ("a.png", a_png() + an_archive(), "文件里夹带了压缩包"),
    "a cut picture": ("a.jpg", a_jpeg()[:-2], "文件不完整或已损坏"),
    "a picture cut in its head": ("a.jpg", a_jpeg()[:25], "文件不完整或已损坏"),
    "a broken picture": ("a.png", a_png().replace(b"IDAT", b"IDAX"), "文件不完整或已损坏"),
    "a cut PNG": ("a.png", a_png()[:-6], "文件不完整或已损坏"),
    "a picture without size": ("a.png", a_png(0, 5), "文件不完整或已损坏"),
    "a picture of a billion points": ("a.png", a_png(40_000, 30_000), "图片超过 120 百万像素"),
    "a cut video": ("a.mp4", an_mp4()[:-3], "视频不完整"),
    "a video without pictures": ("a.mp4", a_box(b"ftyp", b"\0\0\0\1", b"isom"), "视频不完整"),
    "a video of another kind": ("a.mov", an_mp4(b"qt  "), "MOV 视频有的电脑放不出"),
    "a broken document": ("a.docx", an_archive()[:-30], "文件不完整或已损坏"),
    "a document with a wrong checksum": (
        "a.docx",
        an_archive(zipfile.ZIP_STORED).replace(b"<w/>", b"<w>>"),
        "文件不完整",
    ),
    "macros": ("a.docx", an_archive(**{"word/vbaProject.bin": b"x"}), "文件带有宏"),
    "a program inside": ("a.docx", an_archive(**{"word/x.exe": b"MZ"}), "文件里夹带了压缩包"),
    "a path that leads out": ("a.docx", an_archive(**{"../../etc/cron.d/x": b"x"}), "指向外部的路径"),
    "a document in a document in a document": (
        "a.docx",
        an_archive(**{"word/embeddings/a.docx": an_archive(**{"word/embeddings/b.docx": an_archive()})}),
        "层层嵌套",
    ),
    "a bomb": ("a.docx", a_bomb(201), "文件解开后超过 200 MB"),
    "a bomb in a document": (
        "a.docx",
        an_archive(**{"word/embeddings/a.docx": a_bomb(199), "word/pad.bin": bytes(2 * MEGABYTE)}),
        "文件解开后超过 200 MB",
    ),
    "too many parts": ("a.docx", an_archive(**{f"word/{n}.xml": b"" for n in range(5_000)}), "解开后超过"),
    "too large a scan": ("a.pdf", PDF + bytes(50 * MEGABYTE), "文件超过 50 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_taken_is_told_why_and_leaves_nothing(app, row, what):
    name, content, told = REFUSED[what]
    with pytest.raises(Unmet) as refusal:
        supply(row, name, content)
    assert refusal.value.sentences[0].startswith(f"“{name}”没有保存：")
    assert told in refusal.value.sentences[0]
    assert stored(app) == (0, 0, 0)


def test_a_video_may_be_larger_than_a_scan_but_not_without_end():
    film = an_mp4() + a_box(b"free", bytes(60 * MEGABYTE))
    assert content_types.checked("a.mp4", film) == "video/mp4"
    with pytest.raises(ValueError, match="文件超过 200 MB"):
        content_types.checked("a.mp4", film + a_box(b"free", bytes(141 * MEGABYTE)))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\扫描\\许可证.pdf", "许可证.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_only_the_bare_name_of_a_file_is_kept(app, row, given, kept):
    attachment = supply(row, given, PDF)[0]
    assert attachment.filename == kept
    assert files.path_of(attachment).parent == app.config["INSTANCE"] / "attachments"


def test_several_files_are_stored_all_or_none(app, row):
    with pytest.raises(Unmet, match=r"“第二页.pdf”没有保存"):
        materials.supply(row, [("第一页.pdf", PDF), ("第二页.pdf", b"")], hand=hand_of(Role.CLERK))
    assert stored(app) == (0, 0, 0)
    two = materials.supply(row, [("第一页.pdf", PDF), ("第二页.pdf", PDF)], hand=hand_of(Role.CLERK))
    assert [one.filename for one in two] == ["第一页.pdf", "第二页.pdf"]
    with pytest.raises(Unmet, match="请选择要上传的文件"):
        materials.supply(row, [], hand=hand_of(Role.CLERK))


def test_a_replaced_file_stays_and_names_what_took_its_place(app, row):
    first = supply(row, "旧.pdf", PDF)[0]
    second = supply(row, "新.pdf", PDF + b" ", replaces=first)[0]
    first = Attachment.get_by_id(first.id)
    assert (second.replaces, first.removed_reason) == (first, "替换为“新.pdf”")
    assert first.removed_at is not None
    assert files.path_of(first).read_bytes() == PDF


def test_only_the_window_of_the_office_supplies_and_not_after_the_end(app, row):
    with pytest.raises(NotAllowed, match="第 2 项材料现在不能上传"):
        supply(row, "a.pdf", PDF, hand=hand_of(Role.REVIEWER))
    step(row.case, "withdraw", Role.CLERK, date(2026, 3, 2), reason="书面撤回")
    with pytest.raises(NotAllowed):
        supply(CaseMaterial.get_by_id(row.id), "a.pdf", PDF)


def test_an_uploaded_file_names_its_row_in_the_trail(app, row):
    supply(row, "执业许可证.pdf", PDF)
    event = Event.select().where(Event.action == "upload").get()
    assert (event.change["no"], event.change["filename"]) == (2, "执业许可证.pdf")


def test_exactly_the_asked_rows_are_open_to_the_institution_while_a_correction_is_asked_for(app):
    case = an_application()
    receive_all(case)
    asked = [miss(case, 3), miss(case, 5, "缺法定代表人签名")]
    assert materials.open_rows_for_provider(case) == []
    case = step(case, "request_correction", Role.CLERK, date(2026, 3, 2))
    assert materials.open_rows_for_provider(case) == asked


@pytest.mark.clause("LC-12-2c")
def test_the_institution_supplies_exactly_the_rows_it_was_asked_for(app):
    case = an_application()
    asked, other = miss(case, 3), CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == 5)
    hand = provider_hand(a_provider(case.institution))
    with pytest.raises(NotAllowed):
        supply(asked, "花名册.pdf", PDF, hand=hand)
    step(case, "request_correction", Role.CLERK, date(2026, 3, 2))
    supply(CaseMaterial.get_by_id(asked.id), "花名册.pdf", PDF, hand=hand)
    assert CaseMaterial.get_by_id(asked.id).answered_on == date(2026, 3, 2)
    with pytest.raises(NotAllowed):
        supply(CaseMaterial.get_by_id(other.id), "承诺书.pdf", PDF, hand=hand)
    step(case, "receive_supplement", Role.CLERK, date(2026, 3, 2))
    with pytest.raises(NotAllowed):
        supply(CaseMaterial.get_by_id(asked.id), "再来.pdf", PDF, hand=hand)
    assert stored(app) == (1, 1, 1)


def test_a_file_is_replaced_once(app, row):
    first = supply(row, "旧.pdf", PDF)[0]
    supply(row, "新.pdf", PDF, replaces=first)
    with pytest.raises(Conflict, match="“旧.pdf”刚刚被替换或移除"):
        supply(row, "更新.pdf", PDF, replaces=first)
    assert stored(app) == (2, 2, 2)
