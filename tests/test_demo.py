"""The demo: made by the real steps, in every state, and sound."""

from datetime import datetime

import pytest
from peewee import fn

import demo
from app import create_app
from lifecycle import checks, moment, sweep, workdays
from models import Case, CaseState, Clock, Institution, Matter, User, UserRole, db


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The demo as of a Thursday in September 2026, built once."""
    moment.move_to(datetime(2026, 9, 24, 9, 0))  # noqa: DTZ001
    app = create_app(tmp_path_factory.mktemp("demo"))
    app.config["KEEP_CONNECTION"] = True
    with app.app_context():
        db.connect(reuse_if_open=True)
        world = demo.make(app)
        yield app, world
        db.close()
    workdays.forget()


def test_the_demo_has_a_city_two_counties_and_about_120_institutions(county):
    _, world = county
    assert len(world.offices) == 3
    assert 110 <= Institution.select().count() <= 130


def test_the_demo_stands_in_every_state_that_an_application_can_be_in(county):
    states = {row[0] for row in Case.select(Case.state).where(Case.matter == Matter.APPLICATION).tuples()}
    agreements = {"new", "active", "extended", "expired", "annulled"}
    assert states == set(CaseState) - agreements
    assert Case.select().where(Case.matter == Matter.APPLICATION).count() >= 60


def test_some_of_the_demo_is_overdue_and_some_lapses_tonight(county):
    _, world = county
    overdue = Clock.select().where(
        Clock.state == "running", Clock.kind == "limit", Clock.due_on < world.today
    )
    tonight = Clock.select().where(
        Clock.state == "running", Clock.rule == "correction", Clock.due_on == world.today
    )
    assert overdue.count() >= 4
    assert tonight.count() >= 1


def test_the_demo_has_an_account_for_each_role_in_each_county(county):
    rows = (
        User.select(User.office, fn.COUNT(fn.DISTINCT(UserRole.role)))
        .join(UserRole)
        .where(User.username != "system")
        .group_by(User.office)
        .tuples()
    )
    assert all(roles >= 6 for _, roles in rows)


def test_every_invariant_holds_in_the_demo(county):
    app, world = county
    rules = app.extensions["rules"]
    assert list(checks.problems(sweep.system_hand(world.today, rules.books, rules.regions))) == []


def test_the_next_night_takes_only_what_lapses(county):
    app, world = county
    rules = app.extensions["rules"]
    hand = sweep.system_hand(world.today, rules.books, rules.regions)
    assert sweep.run(hand, dry_run=True).lines == []
