"""The staff manual: its images are there and none is left over, its periods are those of the book."""

import re
from pathlib import Path

import pytest

from rules.book import load_books
from rules.periods import describe

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "docs" / "manual.md"
PAGES = (MANUAL, ROOT / "README.md")
IMAGE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")


def images(page):
    """Return the files that the page shows."""
    return [(page.parent / link).resolve() for link in IMAGE.findall(page.read_text(encoding="utf-8"))]


def periods():
    """Return name → (length, article) from the manual's table of periods."""
    _, table = MANUAL.read_text(encoding="utf-8").split("### 期限一览\n\n")
    lines = table.split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: (length, article) for name, length, article, *_ in rows}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_image_of_the_page_exists(page):
    assert images(page)
    assert [path.name for path in images(page) if not path.is_file()] == []


def test_every_screenshot_is_shown_somewhere():
    shown = {path for page in PAGES for path in images(page)}
    assert {path.name for path in (MANUAL.parent / "shots").iterdir() if path.resolve() not in shown} == set()


def test_every_chapter_has_one_to_three_screenshots():
    chapters = re.split(r"^## (?=\d)", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(chapters) == 18
    assert {title.split("\n")[0] for title in chapters if not 1 <= len(IMAGE.findall(title)) <= 3} == set()


def test_the_contents_lead_to_the_headings():
    text = MANUAL.read_text(encoding="utf-8")
    headings = {title.replace(" ", "-") for title in re.findall(r"^## (.+)$", text, flags=re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == headings


def test_the_table_of_periods_is_the_books():
    clocks = load_books()["liaocheng-2023"].clocks.values()
    assert periods() == {rule.name: (describe(rule), rule.article) for rule in clocks}


def test_what_ends_by_itself_is_called_so_in_the_table():
    book = load_books()["liaocheng-2023"]
    by_itself = {book.clocks[step.auto_clock].name for step in book.steps if step.auto}
    table = MANUAL.read_text(encoding="utf-8").split("### 期限一览\n\n")[1].split("\n\n")[0]
    called = {line.split("|")[1].strip() for line in table.splitlines() if "| 自动：" in line}
    assert called == by_itself
