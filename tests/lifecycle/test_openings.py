"""Cases opened in batches: the same rows as one by one, only by who may, and not by a step that does more."""

import pytest

from lifecycle import audit, checks
from lifecycle.cases import open_case
from lifecycle.db import insert_all, write_tx
from lifecycle.errors import NotAllowed
from lifecycle.openings import Opening, open_all
from lifecycle.steps import take_step
from models import Agreement, Case, Clock, Event, Institution, Role, StepTaken, db
from tests.builders import MONDAY, an_institution, hand_of, system_hand

DATA = {
    "signed_on": "2026-01-05", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "types": ["inpatient"],
}  # fmt: skip
APART = {"at", "id", "number", "institution", "case", "step", "stream", "prev", "digest"}


def told(case):
    """The rows of a case without what makes it another one."""
    rows = [
        Case.select().where(Case.id == case.id),
        *(m.select().where(m.case == case) for m in (StepTaken, Clock)),
    ]
    events = Event.select().where(Event.case == case).order_by(Event.seq)
    found = [
        [{k: v for k, v in row.items() if k not in APART} for row in query.dicts()]
        for query in (*rows, events)
    ]
    for event in found[-1]:
        event["change"].pop("number", None)
    return found


def test_a_case_opened_in_a_batch_is_the_same_as_one_opened_by_itself(app):
    hand = hand_of(Role.AGREEMENT)
    single = open_case("agreement", an_institution(), office=hand.actor.office, hand=hand, on=hand.today)
    take_step(single, "register_existing", hand=hand, on=hand.today, reason="导入", data=DATA)
    openings = [Opening(an_institution(), DATA) for _ in range(3)]
    cases = open_all(openings, "agreement", "register_existing", hand=hand, reason="导入")
    assert [case.number for case in cases] == ["2026-0002", "2026-0003", "2026-0004"]
    for case, opening in zip(cases, openings, strict=True):
        assert told(case) == told(single)
        assert (case.state, case.version, case.institution) == ("active", 2, opening.institution)
    for case in (single, *cases):
        Agreement.create(
            case=case, text_version="存量协议", **{k: v for k, v in DATA.items() if k != "types"}
        )
    assert list(audit.broken_links()) == []
    assert list(checks.problems(system_hand(MONDAY))) == []


def test_the_next_case_goes_on_with_the_numbers(app):
    hand = hand_of(Role.AGREEMENT)
    open_all([Opening(an_institution(), DATA)] * 2, "agreement", "register_existing", hand=hand)
    assert open_all([], "agreement", "register_existing", hand=hand) == []
    case = open_case("agreement", an_institution(), office=hand.actor.office, hand=hand, on=hand.today)
    assert case.number == "2026-0003"


def test_many_cost_hardly_more_statements_than_few(app, statements):
    hand, counts = hand_of(Role.AGREEMENT), []
    for number in (1, 2, 40):
        openings = [Opening(an_institution(), DATA) for _ in range(number)]
        with statements() as seen:
            open_all(openings, "agreement", "register_existing", hand=hand)
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_rows_written_at_once_are_the_same_as_one_by_one(app):
    fields = {
        "office": hand_of(Role.CLERK).actor.office,
        "kind": "medical",
        "search_key": "x",
        "address": "街",
    }
    fields |= {"profile": {"电子邮箱": "a@b"}, "uscc": "1", "operating_since": MONDAY, "is_public": True}
    with pytest.raises(RuntimeError, match="write_tx"):
        insert_all(Institution, [fields])
    with write_tx():
        Institution.create(name="甲", **fields)
        insert_all(Institution, [{**fields, "name": "乙", "licence_no": "2"}])
    one, many = Institution.select().order_by(Institution.id).dicts()
    apart = {"id": one["id"] + 1, "name": "乙", "licence_no": "2"}
    assert {**one, **apart} == many
    raw = db.execute_sql("select typeof(profile), profile from institution").fetchall()
    assert raw == [("text", '{"电子邮箱":"a@b"}')] * 2


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER, Role.LEADER])
def test_who_may_not_take_the_step_opens_nothing(app, role):
    with pytest.raises(NotAllowed):
        open_all([Opening(an_institution(), DATA)], "agreement", "register_existing", hand=hand_of(role))
    assert Case.select().count() == 0


def test_a_step_that_does_more_than_a_batch_can_is_refused(app):
    with pytest.raises(ValueError, match="more than"):
        open_all([Opening(an_institution(), DATA)], "agreement", "open", hand=hand_of(Role.AGREEMENT))
