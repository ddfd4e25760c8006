"""The material list as a window works it: files chosen, dropped on their row, looked at, refused."""

import base64
import struct
import zlib

import pytest
from playwright.sync_api import expect

from models import Attachment, CaseMaterial, Role
from tests.browser.desks import PDF, Desks
from tests.builders import an_application

pytestmark = pytest.mark.browser

DROP = """([row, files]) => {
  const moved = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    moved.items.add(new File([bytes], name, { type }));
  }
  for (const kind of ["dragover", "drop"]) {
    row.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: moved }));
  }
}"""


def a_photo(width=900, height=1200):
    """A grey picture that a browser shows."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([90 + 100 * (y // 60 % 2)]) * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def drop(tab, row, *files):
    told = [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]
    tab.evaluate(DROP, [tab.locator(f"#material-{row.id}").element_handle(), told])


def row_of(case, no):
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def test_files_are_dropped_on_their_row_and_shown_beside_it(app, open_page):
    case = an_application()
    licence, roster = row_of(case, 2), row_of(case, 3)
    tab = Desks(open_page).of(Role.CLERK, url=f"/cases/{case.id}/materials")
    drop(
        tab,
        licence,
        ("执业许可证.png", "image/png", a_photo()),
        ("副页.pdf", "application/pdf", PDF["buffer"]),
    )
    links = tab.locator(f"#material-{licence.id} .files a.clip")
    expect(links).to_have_text(["执业许可证.png", "副页.pdf"])
    links.first.click()
    expect(tab.locator("#preview h2")).to_contain_text("第 2 项 执业许可证.png")
    expect(tab.locator("#preview img")).to_be_visible()
    assert tab.locator("#preview img").evaluate("image => image.naturalWidth") == 900
    tab.set_input_files(f"#files-{roster.id}", [PDF])
    expect(tab.locator(f"#material-{roster.id} .files a.clip")).to_have_text(["扫描件.pdf"])
    expect(tab.locator("#preview img")).to_be_visible()  # what is looked at stays
    tab.locator("#preview a", has_text="下一个").click()
    expect(tab.locator("#preview iframe")).to_have_attribute("title", "副页.pdf")
    assert Attachment.select().count() == 3


def test_a_mark_and_a_file_do_not_get_in_each_others_way(app, open_page):
    case = an_application()
    row = row_of(case, 2)
    tab = Desks(open_page).of(Role.CLERK, url=f"/cases/{case.id}")
    tab.set_input_files(f"#files-{row.id}", [PDF])
    expect(tab.locator(f"#material-{row.id} .files a.clip")).to_have_text(["扫描件.pdf"])
    assert CaseMaterial.get_by_id(row.id).state == "pending"
    tab.locator(f"#material-{row.id} label", has_text="齐全").click()
    expect(tab.locator(f"#received-{row.id}")).to_have_value("2026-03-02")
    assert CaseMaterial.get_by_id(row.id).state == "received"
    other = {**PDF, "name": "新的.pdf"}
    tab.set_input_files(f"#material-{row.id} .files input[type=file]", [other])
    expect(tab.locator(f"#material-{row.id} .files a.clip")).to_have_text(["新的.pdf"])
    expect(tab.locator(f"#material-{row.id} .files")).to_contain_text("另有 1 个已替换或移除")


def test_a_file_that_is_refused_is_told_and_the_next_one_goes_through(app, open_page):
    case = an_application()
    row = row_of(case, 2)
    tab = Desks(open_page).of(Role.CLERK, url=f"/cases/{case.id}/materials")
    drop(tab, row, ("照片.HEIC", "image/heic", b"\0\0\0\x18ftypheic" + bytes(12)))
    expect(tab.locator("#refusal[role=alert]")).to_contain_text("“照片.HEIC”没有保存：手机的 HEIC 照片")
    expect(tab.locator(f"#progress-{row.id}")).to_have_text("没有上传")
    drop(tab, row, ("照片.png", "image/png", a_photo(30, 40)))
    expect(tab.locator(f"#material-{row.id} .files a.clip")).to_have_text(["照片.png"])
    expect(tab.locator("#refusal[role=alert]")).to_have_count(0)
