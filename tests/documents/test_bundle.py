"""One zip for many papers: safe, readable, unique names."""

import zipfile
from hashlib import sha512
from io import BytesIO

import pytest

from documents.bundle import Bundle, safe_name
from lifecycle.errors import Unmet


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("安医保受字〔2026〕41号 受理通知书.docx", "安医保受字〔2026〕41号 受理通知书.docx"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\扫描\\回执.pdf", "C 扫描 回执.pdf"),
        ('甲"乙*丙?.pdf', "甲 乙 丙.pdf"),
        ("回执\u202efdp.exe", "回执 fdp.exe"),
        (" . ", "未命名"),
        ("医" * 200 + ".docx", "医" * 75 + ".docx"),
        ("医" * 200, "医" * 80),
        (".docx", "docx"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(name, safe):
    assert safe_name(name) == safe


def test_names_that_are_taken_are_numbered_and_every_file_is_whole():
    bundle = Bundle()
    paths = [bundle.add("甲医院", "回执.pdf", b"1"), bundle.add("甲医院", "回执.PDF", b"2")]
    paths += [bundle.add("甲医院", "回执.pdf", b"3"), bundle.add("乙医院", "回执.pdf", b"4")]
    assert paths == ["甲医院/回执.pdf", "甲医院/回执(2).PDF", "甲医院/回执(3).pdf", "乙医院/回执.pdf"]
    with zipfile.ZipFile(BytesIO(bundle.content())) as archive:
        assert [(n, archive.read(n)) for n in archive.namelist()] == list(
            zip(paths, [b"1", b"2", b"3", b"4"], strict=True)
        )


def test_a_zip_that_grows_too_large_is_refused_with_what_to_do():
    bundle = Bundle(limit=1024)
    bundle.add("甲", "一.bin", bytes(range(256)))
    with pytest.raises(Unmet, match="请分几次打包"):
        bundle.add(
            "甲", "二.bin", sha512(b"").digest() + b"".join(sha512(bytes([n])).digest() for n in range(32))
        )


def test_the_same_papers_make_the_same_file():
    made = []
    for _ in range(2):
        bundle = Bundle()
        assert bundle.add_all("甲", [("a.txt", b"x"), ("b.txt", b"y")]) == 2
        made.append(bundle.content())
    assert made[0] == made[1]
