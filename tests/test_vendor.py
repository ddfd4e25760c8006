"""What others wrote is served as they released it, and everything a page loads lies on this box."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import flask_bootstrap
import pytest

STATIC = Path(__file__).parent.parent / "static"
VENDOR = STATIC / "vendor"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
FILES = tomllib.loads((VENDOR / "VERSIONS.toml").read_text(encoding="utf-8"))["file"]


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["name"])
def test_a_vendored_file_is_the_one_that_was_released(entry):
    assert sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["name"])
def test_a_vendored_file_brings_its_licence(entry):
    assert (VENDOR / entry["licence_file"]).read_text(encoding="utf-8").strip()


def test_nothing_lies_in_the_vendor_folder_without_an_entry():
    listed = {"VERSIONS.toml"} | {entry[key] for entry in FILES for key in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == listed


@pytest.mark.parametrize(
    "name",
    ["css/bootstrap.min.css", "css/font/bootstrap-icons.min.css", "css/font/fonts/bootstrap-icons.woff2"],
)
def test_bootstrap_and_its_icons_come_with_the_package(name):
    assert (BOOTSTRAP / name).stat().st_size > 0


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_our_style_sheets_ask_for_nothing_the_policy_refuses(path):
    text = path.read_text(encoding="utf-8")
    comments_gone = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert re.findall(r"data:|https?:|@import|url\(", comments_gone) == []
