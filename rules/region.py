"""A region: which book serves which matter, and which options of the law are on there."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.book import Book
from rules.shape import BookError, build

REGIONS = Path(__file__).parent / "regions"

# What a region may decide, and between which values; a guard of a step may name any of these keys.
OPTIONS: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "on_site": ("all_medical", "inpatient_only"),
        "leading_group": (True, False),
        "city_review": (True, False),
        "supervision_notice": (True, False),
        "term": ("one_year", "calendar_year_end"),
        "resign": (True, False),  # a change or pause that was agreed to wants a new agreement
    }
)


@dataclass(frozen=True)
class Region:
    """One region. number_format: placeholders code, word, year, n."""

    id: str
    name: str
    books: Mapping[str, str]
    options: Mapping[str, Any]
    number_format: str
    province_system: str


def load_region(path: Path, books: Mapping[str, Book]) -> Region:
    """Return the region in `path`.

    Raises BookError, naming file and key, for an unknown option or value and for a book that is not there.
    """
    region = build(Region, tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    if region.options.keys() != OPTIONS.keys():
        raise BookError(f"{path.name}: options {sorted(region.options.keys() ^ OPTIONS.keys())}")
    for key, value in region.options.items():
        if value not in OPTIONS[key]:
            raise BookError(f"{path.name}: option {key} = {value!r}")
    for matter, book in region.books.items():
        if book not in books:
            raise BookError(f"{path.name}: {matter}: no book {book}")
    return region


def load_regions(books: Mapping[str, Book], root: Path = REGIONS) -> Mapping[str, Region]:
    """Return every region under `root` by id. Raises BookError as load_region does."""
    return MappingProxyType({path.stem: load_region(path, books) for path in sorted(root.glob("*.toml"))})
