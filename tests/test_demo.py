"""The demo: made by the real steps, in every state, and sound."""

from datetime import datetime, timedelta

import pytest
from peewee import fn

import demo
from app import create_app
from blueprints import change_facts
from lifecycle import checks, fund, moment, sweep, workdays
from models import Case, Clock, Credential, FormerValue, Institution, Matter, Staff, User, UserRole, db


def states_of(_county, matter):
    """Return the states in which cases of `matter` stand."""
    return {row[0] for row in Case.select(Case.state).where(Case.matter == matter).tuples()}


def book_states(county, matter):
    """Return the states that the demo's book knows for `matter`."""
    app, _ = county
    states = app.extensions["rules"].books["liaocheng-2023"].states.values()
    return {state.key for state in states if state.matter == matter}


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
    assert states_of(county, Matter.APPLICATION) == book_states(county, Matter.APPLICATION)
    assert Case.select().where(Case.matter == Matter.APPLICATION).count() >= 60


def test_agreements_are_suspended_terminated_and_lapsed_in_every_way(county):
    # A takeover by mistake is annulled; the demo's agreements all come from the applications it shows.
    assert states_of(county, Matter.AGREEMENT) == book_states(county, Matter.AGREEMENT) - {"annulled"}


def test_exit_requests_stand_in_every_state_a_person_can_see(county):
    # Recording the request of annex 12 files it in one go: a draft never outlives its transaction.
    assert states_of(county, Matter.EXIT) == book_states(county, Matter.EXIT) - {"exit_draft"}


def test_changes_stand_in_every_state_and_one_is_late_one_unreported(county):
    app, world = county
    assert states_of(county, Matter.CHANGE) == book_states(county, Matter.CHANGE)
    rules = app.extensions["rules"]
    hand = sweep.system_hand(world.today, rules.books, rules.regions)
    found = change_facts.urgent([office.id for office in world.offices.values()], hand)
    assert sorted(change_facts.how_of(row) for row, _ in found) == ["found", "told"]


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


def test_the_register_knows_people_papers_former_names_and_chains(county):
    _, world = county
    soon = Credential.valid_until.between(world.today, world.today + timedelta(days=30))
    assert Staff.select(Staff.institution).distinct().count() >= 30
    assert Credential.select().where(soon).count() >= 2
    assert FormerValue.select().where(FormerValue.field == "name").count() == 3
    heads = Institution.select().where(Institution.category == "总部")
    assert all(head.branches.count() >= 10 for head in heads)


def test_an_institution_answers_its_correction_by_its_own_account(county):
    user = User.get(User.username == "al-provider")
    institution = user.memberships.get().institution
    assert Case.get(Case.institution == institution).state == "correction_requested"


def test_the_fund_of_one_county_went_over_its_target(county):
    app, world = county
    book = app.extensions["rules"].books["liaocheng-2023"]
    over = [d for d, office in world.offices.items() if fund.guard(office, world.today.year, book).is_over]
    assert over == ["河湾县"]


def test_every_invariant_holds_in_the_demo(county):
    app, world = county
    rules = app.extensions["rules"]
    assert list(checks.problems(sweep.system_hand(world.today, rules.books, rules.regions))) == []


def test_the_next_night_takes_only_what_lapses(county):
    app, world = county
    rules = app.extensions["rules"]
    hand = sweep.system_hand(world.today, rules.books, rules.regions)
    assert sweep.run(hand, dry_run=True).lines == []
