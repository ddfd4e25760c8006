"""Books: what they may speak of, what the loader refuses, the lawyer's examples, the amounts of the law."""

import re
import shutil
from datetime import date
from pathlib import Path

import chinese_calendar
import pytest

from lifecycle.cases import FIRST_STATE
from lifecycle.conditions import CONDITIONS, TIMED
from lifecycle.papers import FREEZE
from lifecycle.workdays import FIRST_YEAR, _published_days
from models import CaseState, Matter, Role
from rules.book import BOOKS, load_book, load_books
from rules.calendar import WorkCalendar
from rules.periods import due_date
from rules.shape import BookError

ALL = load_books()
LIAOCHENG = ALL["liaocheng-2023"]

HEAD = """
id = "small"
name = "小规程"
effective_from = 2026-01-01
source = "试〔2026〕1号"
issued_on = 2026-01-01
issuers = ["试点局"]
cites = []
notes = []
"""
STATES = """
[[state]]
key = "draft"
label = "草稿"
matter = "application"
[[state]]
key = "filed"
label = "已收件"
matter = "application"
"""
CLOCK = """
[[clock]]
key = "check"
name = "审查"
kind = "limit"
amount = 5
unit = "workday"
article = "第一条"
"""
STEP = """
[[step]]
action = "file"
label = "收件"
matter = "application"
origins = ["draft"]
target = "filed"
roles = ["clerk"]
article = "第一条"
"""


def write_book(root: Path, rows: str, head: str = HEAD) -> Path:
    folder = root / "small"
    folder.mkdir(exist_ok=True)
    (folder / "book.toml").write_text(head, encoding="utf-8")
    (folder / "rows.toml").write_text(rows, encoding="utf-8")
    return folder


def refused(root: Path, rows: str, head: str = HEAD) -> str:
    """Return what the loader says about a book it must refuse."""
    with pytest.raises(BookError) as refusal:
        load_book(write_book(root, rows, head))
    return str(refusal.value)


def the_calendar() -> WorkCalendar:
    """The calendar as the product seeds it."""
    years = [year for year in range(FIRST_YEAR, 2027) if _published_days(year) is not None]
    days = {row["day"]: row["is_workday"] for year in years for row in _published_days(year)}
    return WorkCalendar(days, years)


CALENDAR = the_calendar()


def test_the_calendar_of_the_examples_is_the_published_one():
    assert all(
        CALENDAR.is_workday(day) == chinese_calendar.is_workday(day)
        for day in map(date.fromordinal, range(date(2020, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
    )


@pytest.mark.parametrize("book", ALL.values(), ids=lambda book: book.id)
def test_every_book_speaks_only_of_things_the_code_knows(book):
    steps = book.steps
    states = {s for step in steps for s in (*step.origins, step.target)} - {"", "back"}
    assert states | set(book.states) <= set(CaseState)
    assert {role for row in (*steps, *book.states.values()) for role in row.roles} <= set(Role)
    needs = {need for step in steps for need in step.needs}
    assert {need for need in needs if ":" not in need} <= set(CONDITIONS)
    assert {need.partition(":")[0] for need in needs if ":" in need} <= set(TIMED)
    assert {row.matter for row in (*steps, *book.states.values(), *book.stations)} <= set(Matter)
    assert {step.opens for step in steps} - {""} <= set(Matter)
    assert {also.action for step in steps for also in step.also} <= {step.action for step in steps}
    assert {state.station for state in book.states.values()} - {""} <= {s.key for s in book.stations}
    contents = {paper.content for paper in book.documents.values()} - {""}
    assert contents <= set(FREEZE)


def test_a_rule_is_cited_for_one_kind_or_for_all():
    assert LIAOCHENG.article_of("other_conditions") == "第六条（七）、第七条（八）"
    assert LIAOCHENG.article_of("other_conditions", "pharmacy") == "第七条（八）"
    assert LIAOCHENG.article_of("leading_group", "pharmacy") == "第五条"
    assert ALL["zhanjiang-2021"].article_of("leading_group") == ""


def test_screens_and_books_point_to_the_same_rules():
    root, pattern = BOOKS.parent.parent, re.compile(r'(?:article_of|provisions_of)\("(\w+)"')
    files = [
        *root.glob("lifecycle/*.py"),
        *root.glob("blueprints/**/*.py"),
        *root.glob("templates/**/*.html"),
    ]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    known = {row.key for book in ALL.values() for row in book.provisions}
    assert set(pattern.findall(text)) <= known
    assert {key for key in known if f'"{key}"' not in text} == set()  # a key may be named by a constant


@pytest.mark.parametrize("book", ALL.values(), ids=lambda book: book.id)
def test_every_state_of_a_book_can_be_reached_and_every_end_is_closed(book):
    first = {state for state in FIRST_STATE.values() if state in book.states}
    reached = {step.target for step in book.steps} | first | {"annulled"}
    assert set(book.states) <= reached
    left = {origin for step in book.steps for origin in step.origins if not step.reopens}
    closed = {step.target for step in book.steps if step.closes}
    assert {state for state in reached - {"", "back"} if state not in left} <= closed | {"annulled"}


EXAMPLES = [
    pytest.param(book, example, id=f"{example.clock} {example.start} {example.why}")
    for book in ALL.values()
    for example in book.examples
]


@pytest.mark.parametrize(("book", "example"), EXAMPLES)
def test_example_of_the_lawyer(book, example):
    assert due_date(example.start, book.clocks[example.clock], CALENDAR).on == example.due_on


@pytest.mark.parametrize(
    ("clock", "kind", "amount", "unit", "rolls"),
    [
        pytest.param("operating_wait", "wait", 3, "month", False, id="B-01"),
        pytest.param("completeness_check", "limit", 5, "workday", False, id="D-01"),
        pytest.param("correction", "limit", 5, "workday", False, id="D-02"),
        pytest.param("evaluation", "limit", 3, "month", True, id="D-03"),
        pytest.param("result_notice", "wait", 7, "workday", False, id="D-04"),
        pytest.param("rectify_earliest", "wait", 3, "month", False, id="D-05"),
        pytest.param("rectify_latest", "limit", 6, "month", True, id="D-06"),
        pytest.param("reapply_ban", "ban", 1, "year", False, id="D-07"),
        pytest.param("supervision", "wait", 5, "workday", False, id="D-08"),
        pytest.param("negotiation", "limit", 7, "workday", False, id="D-09"),
        pytest.param("signing", "limit", 1, "month", True, id="D-10"),
        pytest.param("term", "cap", 1, "year", False, id="D-11"),
        pytest.param("term_start", "wait", 0, "day", False, id="next term"),
        pytest.param("change_request", "limit", 30, "workday", False, id="D-16"),
        pytest.param("change_check", "limit", 30, "workday", False, id="D-17"),
        pytest.param("system_connection", "limit", 15, "workday", False, id="D-12"),
        pytest.param("commitment", "limit", 10, "workday", False, id="D-13"),
        pytest.param("inactivity", "cap", 180, "day", False, id="B-13"),
        pytest.param("contributions", "wait", 3, "month", False, id="B-02"),
        pytest.param("contract_term", "wait", 1, "year", False, id="B-03"),
        pytest.param("suspension_start", "wait", 0, "day", False, id="suspension planned"),
        pytest.param("suspension_end", "cap", 0, "day", False, id="suspension imposed"),
        pytest.param("suspension_cap", "cap", 180, "day", False, id="D-20"),
        pytest.param("exit_day", "wait", 0, "day", False, id="exit agreed to"),
        pytest.param("exit_notice", "wait", 3, "month", False, id="D-19"),
        pytest.param("fraud_ban", "ban", 3, "year", False, id="B-04"),
        pytest.param("illegality_ban", "ban", 3, "year", False, id="B-05"),
        pytest.param("breach_ban", "ban", 1, "year", False, id="B-06"),
        pytest.param("person_ban", "ban", 5, "year", False, id="B-07"),
    ],
)
@pytest.mark.clause("LC-12-0b", "LC-12-2b", "LC-13-1", "LC-14b-3d", "LC-14b-3h", "LC-14b-3i", "LC-14b-3l")
@pytest.mark.clause("LC-14b-5b", "LC-15-1", "LC-16-1", "LC-16-4", "LC-17-1")
@pytest.mark.clause("LC-10-5", "LC-10-6", "LC-10-7", "LC-10-8")
def test_the_periods_of_the_liaocheng_regulation(clock, kind, amount, unit, rolls):
    rule = LIAOCHENG.clocks[clock]
    assert (rule.kind, rule.amount, rule.unit, rule.rolls) == (kind, amount, unit, rolls)


def test_the_table_above_names_every_clock_of_the_book():
    marks = test_the_periods_of_the_liaocheng_regulation.pytestmark
    rows = next(mark for mark in marks if mark.name == "parametrize").args[1]
    assert {row.values[0] for row in rows} == set(LIAOCHENG.clocks)


def test_a_small_book_is_loaded_whole(tmp_path):
    book = load_book(write_book(tmp_path, STATES + CLOCK + STEP))
    assert (book.id, book.effective_from, list(book.clocks)) == ("small", date(2026, 1, 1), ["check"])
    assert book.step("application", "draft", "file", {}).label == "收件"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(CLOCK + 'colour = "red"\n', "ClockRule check: ['colour']", id="unknown key"),
        pytest.param(CLOCK.replace("amount = 5", ""), "amount", id="missing key"),
        pytest.param(
            CLOCK.replace("amount = 5", 'amount = "5"'), "ClockRule.amount: '5'", id="text for a number"
        ),
        pytest.param(CLOCK.replace("amount = 5", "amount = true"), "ClockRule.amount: True", id="truth"),
        pytest.param(CLOCK.replace('name = "审查"', "name = 1"), "ClockRule.name: 1", id="number for a text"),
        pytest.param(
            CLOCK.replace('name = "审查"', "name = { a = 1 }"), "ClockRule.name", id="table for a text"
        ),
        pytest.param(STEP.replace('["clerk"]', '"clerk"'), "Step.roles: 'clerk'", id="text for a list"),
        pytest.param(STEP.replace('["clerk"]', "[1]"), "Step.roles", id="number in a list of texts"),
        pytest.param(STEP + 'starts = "check"\n', "Step.starts", id="text for rows"),
        pytest.param(STEP + 'starts = ["check"]\n', "Step.starts", id="texts for rows"),
        pytest.param(
            STEP + 'starts = [{ clock = "check", at = "noon" }]\n', "Start", id="unknown key inside"
        ),
        pytest.param(STEP + 'when = "medical"\n', "Step.when", id="text for a guard"),
        pytest.param(CLOCK.replace("workday", "fortnight"), "unit or kind", id="unknown unit"),
        pytest.param(CLOCK.replace('"limit"', '"wish"'), "unit or kind", id="unknown kind"),
        pytest.param(CLOCK + CLOCK, "check stands twice", id="a key twice"),
        pytest.param("[[clok]]\nkey = 'x'\n", "[[clok]]", id="unknown table"),
        pytest.param("[clock]\nkey = 'x'\n", "[[clock]]", id="a table that is no list"),
        pytest.param("[[clock]\n", "rows.toml", id="no TOML"),
    ],
)
def test_a_row_of_the_wrong_shape_is_refused_by_name(tmp_path, rows, told):
    sentence = refused(tmp_path, STATES + rows)
    assert told in sentence
    assert sentence.startswith("small")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(STEP.replace('"filed"', '"flown"'), "file: unknown state flown", id="target"),
        pytest.param(STEP.replace('["draft"]', '["drift"]'), "file: unknown state drift", id="origin"),
        pytest.param(STEP + 'issues = "letter"\n', "file: unknown document letter", id="document"),
        pytest.param(STEP + 'meets = ["chek"]\n', "file: unknown clock chek", id="met clock"),
        pytest.param(
            STEP + 'starts = [{ clock = "chek" }]\n', "file: unknown clock chek", id="started clock"
        ),
        pytest.param(STEP + 'resumes = ["chek"]\n', "file: unknown clock chek", id="resumed clock"),
        pytest.param(STEP + 'bans = ["chek"]\n', "file: unknown clock chek", id="ban"),
        pytest.param(STEP + 'auto = "after chek"\n', "file: unknown clock chek", id="automatic clock"),
        pytest.param(STEP + 'needs = ["over:chek"]\n', "file: unknown clock chek", id="wait in a need"),
        pytest.param(STEP + 'needs = ["paused:chek"]\n', "file: unknown clock chek", id="stop in a need"),
        pytest.param(STEP + 'needs = ["running:chek"]\n', "file: unknown clock chek", id="clock in a need"),
        pytest.param(
            STEP + 'starts = [{ clock = "check", when = "end-of:chek" }]\n', "unknown clock chek", id="end of"
        ),
        pytest.param(
            STEP + 'starts = [{ clock = "check", when = "sreved" }]\n',
            "file: unknown start sreved",
            id="start",
        ),
        pytest.param(
            STEP + 'starts = [{ clock = "check", when = "served" }]\n',
            "file: unknown start served",
            id="service of no document",
        ),
        pytest.param(STEP.replace('roles = ["clerk"]', ""), "file: unknown roles", id="nobody may take it"),
    ],
)
def test_a_step_that_names_what_the_book_lacks_is_refused(tmp_path, rows, told):
    assert told in refused(tmp_path, STATES + CLOCK + rows)


FEATURE = '[[feature]]\nkey = "beds"\nlabel = "床位"\nkind = "medical"\n'
MATERIAL = (
    '[[material]]\nkey = "m1"\nkind = "medical"\nform = "5-1"\nno = 1\ntitle = "表"\narticle = "第一条"\n'
)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(MATERIAL + 'feature = "bed"\n', "m1: unknown feature bed", id="feature of a material"),
        pytest.param(MATERIAL + MATERIAL, "m1 stands twice", id="a material twice"),
        pytest.param(FEATURE + FEATURE, "beds stands twice", id="a feature twice"),
        pytest.param(
            FEATURE + 'type = "inpatient"\n', "beds: unknown type inpatient", id="type of a feature"
        ),
        pytest.param(
            '[[example]]\nstart = 2026-03-02\nclock = "chek"\ndue_on = 2026-03-09\nwhy = "x"\n',
            "example: unknown clock chek",
            id="clock of an example",
        ),
    ],
)
def test_a_list_that_names_what_the_book_lacks_is_refused(tmp_path, rows, told):
    assert told in refused(tmp_path, STATES + CLOCK + rows)


@pytest.mark.parametrize(
    ("one", "other", "is_refused"),
    [
        pytest.param("", "", True, id="no guards"),
        pytest.param("when = { round = 1 }", "", True, id="one guard"),
        pytest.param("when = { round = 1 }", "when = { kind = 'medical' }", True, id="guards on other facts"),
        pytest.param("when = { round = 1 }", "when = { round = 2 }", False, id="other values"),
        pytest.param("when = { round = [1, 2] }", "when = { round = [2, 3] }", True, id="lists that meet"),
        pytest.param("when = { types = 'a' }", "when = { types = 'b' }", True, id="two types at once"),
        pytest.param("when = { types = 'a' }", "when = { types = '!a' }", False, id="a type and its absence"),
    ],
)
def test_two_rows_of_one_action_that_could_match_at_once_are_refused(tmp_path, one, other, is_refused):
    rows = STATES + STEP + one + "\n" + STEP + other + "\n"
    if is_refused:
        assert refused(tmp_path, rows) == "small: steps file and file could match at once"
    else:
        assert len(load_book(write_book(tmp_path, rows)).steps) == 2


def test_two_automatic_steps_after_one_clock_are_refused(tmp_path):
    auto = STEP.replace('roles = ["clerk"]', 'auto = "after check"')
    rows = STATES + CLOCK + auto + auto.replace('"file"', '"drop"')
    assert refused(tmp_path, rows) == "small: steps file and drop could match at once"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        pytest.param(HEAD.replace("small", "large"), "id is large", id="another folder's id"),
        pytest.param(HEAD + 'author = "x"\n', "['author']", id="unknown key"),
        pytest.param(HEAD.replace("effective_from = 2026-01-01", ""), "['effective_from']", id="missing key"),
        pytest.param(HEAD.replace("2026-01-01", '"2026-01-01"'), "effective_from", id="a day as text"),
    ],
)
def test_a_head_of_the_wrong_shape_is_refused(tmp_path, head, told):
    assert told in refused(tmp_path, STATES, head)


def test_the_digest_changes_with_a_single_byte(tmp_path):
    folder = tmp_path / LIAOCHENG.id
    shutil.copytree(BOOKS / LIAOCHENG.id, folder)
    assert load_book(folder).digest == LIAOCHENG.digest
    with (folder / "clocks.toml").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert load_book(folder).digest != LIAOCHENG.digest
