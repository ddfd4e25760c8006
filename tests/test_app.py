"""Starting the product: the data folder, the first account, the demo beside it, and a book that is wrong."""

import stat
from pathlib import Path

import pytest

import app as product
from lifecycle import setup
from models import CalendarYear, Office, Role, User, UserRole
from rules.book import BookError


def test_the_first_start_makes_an_administrator_with_a_password_shown_once(app):  # noqa: ARG001
    password = setup.first_administrator()
    admin = User.get(User.username == "admin")
    assert len(password) == 12
    assert (admin.must_change_password, admin.office.is_set_up) == (True, False)
    assert UserRole.get(UserRole.user == admin).role == Role.ADMIN
    assert setup.first_administrator() is None
    assert Office.select().count() == 1


def test_the_key_file_is_for_its_owner_alone_and_lies_outside_the_database(app):
    key = app.config["INSTANCE"] / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 64


def test_the_first_start_seeds_the_published_years(app):  # noqa: ARG001
    years = [row[0] for row in CalendarYear.select(CalendarYear.year).order_by(CalendarYear.year).tuples()]
    assert years == [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026]


def test_the_demo_never_uses_the_real_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DINGDIAN_INSTANCE", str(tmp_path / "data"))
    assert product.default_instance() == tmp_path / "data"
    assert product._demo_instance() == tmp_path / "data-demo"


def test_a_key_file_of_the_wrong_size_stops_the_start(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ValueError, match="64 bytes"):
        product.create_app(tmp_path)


def test_a_wrong_book_stops_the_start_and_names_file_and_key(tmp_path):
    folder = tmp_path / "wrong-2030"
    folder.mkdir()
    source = Path(product.__file__).parent / "rules" / "books" / "liaocheng-2023"
    for path in source.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes().replace(b'"liaocheng-2023"', b'"wrong-2030"'))
    clocks = (folder / "clocks.toml").read_text(encoding="utf-8")
    (folder / "clocks.toml").write_text(clocks.replace("amount = 5", "amuont = 5", 1), encoding="utf-8")
    with pytest.raises(BookError, match=r"clocks\.toml.*amuont"):
        product.load_books(tmp_path)
