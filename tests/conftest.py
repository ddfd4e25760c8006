"""A fresh data folder for every test: real SQLite file, real key file, real files."""

import logging
import shutil
from contextlib import contextmanager
from datetime import datetime

import pytest
from flask import g

from app import create_app, open_instance
from lifecycle import long_tasks, moment, workdays
from models import db

MORNING = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - the product's times are naive Asia/Shanghai


@pytest.fixture(scope="session")
def _product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("product")
    moment.move_to(MORNING)
    app = create_app(folder)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    db.close()
    app.before_request_funcs.setdefault(None, []).insert(0, _forget_the_last_request)
    return app, folder


def _forget_the_last_request():
    """The tests hold one application context; what a request keeps in `g` must end with it all the same."""
    for name in ("hand", "scope", "_login_user"):
        g.pop(name, None)


@pytest.fixture
def app(_product, tmp_path):
    """The application on an instance of its own, the clock at Monday 2026-03-02 09:00."""
    product, folder = _product
    shutil.copytree(folder, tmp_path / "instance")
    moment.move_to(MORNING)
    open_instance(product, tmp_path / "instance")
    with product.app_context():
        db.connect(reuse_if_open=True)
        product.config["KEEP_CONNECTION"] = True
        yield product
        long_tasks.join_all()  # a thread must not meet the next test's data
        product.config["KEEP_CONNECTION"] = False
        db.close()
    workdays.forget()
    moment.move_to(None)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def at():
    """Move the product's clock: at(2026, 3, 9) is nine in the morning of that day."""
    return lambda *parts: moment.move_to(datetime(*parts, *((9,) if len(parts) == 3 else ())))  # noqa: DTZ001


@pytest.fixture
def statements(app):
    """Count SQL statements: `with statements() as seen: ...; len(seen)`."""

    class _Keep(logging.Handler):
        def __init__(self):
            super().__init__()
            self.seen = []

        def emit(self, record):
            self.seen.append(record.getMessage())

    @contextmanager
    def counting():
        logger, keep = logging.getLogger("peewee"), _Keep()
        logger.addHandler(keep)
        logger.setLevel(logging.DEBUG)
        try:
            yield keep.seen
        finally:
            logger.removeHandler(keep)
            logger.setLevel(logging.WARNING)

    return counting
