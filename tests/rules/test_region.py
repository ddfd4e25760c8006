"""A region says which books serve it and which options are on; the loader refuses what it cannot mean."""

from pathlib import Path

import pytest

from models import Matter
from rules.book import load_books
from rules.region import OPTIONS, REGIONS, load_region, load_regions
from rules.shape import BookError

BOOKS = load_books()
GOOD = (REGIONS / "liaocheng.toml").read_text(encoding="utf-8")


# Zhanjiang's guide is silent about leaving, Chengdu's procedure about applying: neither is offered there.
MATTERS = {
    "liaocheng": set(Matter),
    "zhanjiang": {Matter.APPLICATION, Matter.AGREEMENT},
    "chengdu": {Matter.AGREEMENT, Matter.EXIT},
}


def region_from(folder: Path, text: str):
    path = folder / "test.toml"
    path.write_text(text, encoding="utf-8")
    return load_region(path, BOOKS)


@pytest.mark.parametrize("region", load_regions(BOOKS).values(), ids=lambda region: region.id)
def test_every_region_serves_every_matter_and_decides_every_option(region):
    assert set(region.books) == MATTERS[region.id]
    assert set(region.options) == set(OPTIONS)
    printed = region.number_format.format(code="安医保", word="受", year=2026, n=1)
    assert printed == "安医保受字〔2026〕1号"


def test_a_region_is_known_by_the_name_of_its_file():
    assert {key: region.id for key, region in load_regions(BOOKS).items()} == {
        path.stem: path.stem for path in REGIONS.glob("*.toml")
    }


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("leading_group = true", 'leading_group = "yes"', "leading_group = 'yes'", id="value"),
        pytest.param("leading_group = true", "", "options ['leading_group']", id="option missing"),
        pytest.param(
            "leading_group = true",
            "leading_group = true\nlunch = true",
            "options ['lunch']",
            id="unknown option",
        ),
        pytest.param('name = "聊城市"', 'name = "聊城市"\nmayor = "x"', "['mayor']", id="unknown key"),
        pytest.param('name = "聊城市"', "", "name", id="key missing"),
        pytest.param('name = "聊城市"', "name = 7", "Region.name: 7", id="wrong type"),
        pytest.param(
            'agreement = "liaocheng-2023"', 'agreement = "gone"', "agreement: no book gone", id="no such book"
        ),
    ],
)
def test_a_region_that_says_nonsense_is_refused_with_file_and_key(tmp_path, before, after, told):
    assert GOOD.count(before) >= 1
    with pytest.raises(BookError) as refusal:
        region_from(tmp_path, GOOD.replace(before, after, 1))
    assert str(refusal.value).startswith("test.toml")
    assert told in str(refusal.value)


def test_the_shipped_text_itself_is_accepted(tmp_path):
    assert region_from(tmp_path, GOOD).options["on_site"] == "all_medical"
