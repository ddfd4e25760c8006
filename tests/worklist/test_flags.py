"""Whose work a case is while something stands open in it."""

from datetime import date

from models import Case, Role, Suspension
from tests.builders import night, step
from tests.exits.pages import signed
from tests.lifecycle.test_exits import agreed, asked, imposed
from tests.page import log_in

ANSWER = "批复继续履行申请"


def todos(client, role, tab="todo"):
    """What the person of `role` reads in the column of what is to be done."""
    table = log_in(client, role).get(f"/worklist/?tab={tab}").all("table")
    return [link.text for one in table for link in one.all("a")]


def resting():
    """An agreement suspended at the institution's wish since 1 September."""
    case = signed()
    step(case, "record_connection", Role.AGREEMENT, date(2026, 5, 7))
    agreed(asked(case, "suspend"))
    night(date(2026, 9, 1))
    return Case.get_by_id(case.id)


def test_a_request_to_resume_is_the_manager_s_work_until_it_is_answered(client, at):
    case = resting()
    step(case, "request_resumption", Role.CLERK, date(2026, 9, 10))
    at(2026, 9, 10)
    assert ANSWER in todos(client, Role.MANAGER)
    assert todos(client, Role.AGREEMENT) == []
    assert ANSWER in todos(client, Role.AGREEMENT, "doing")
    data = {"starts_on": "2026-09-01"}
    step(case, "refuse_resumption", Role.MANAGER, date(2026, 9, 10), reason="整改未完成", data=data)
    assert ANSWER not in todos(client, Role.MANAGER)
    assert "跟进继续履行申请" in todos(client, Role.AGREEMENT)


def test_that_an_agreement_is_not_to_be_renewed_hides_no_work_and_makes_none(client, at):
    case = signed()
    step(case, "record_connection", Role.AGREEMENT, date(2026, 5, 7))
    agreed(asked(case, "not_renew"))
    night(date(2026, 9, 1))
    at(2026, 9, 2)
    assert Case.get_by_id(case.id).flag == "not_renewing"
    assert todos(client, Role.AGREEMENT) == todos(client, Role.MANAGER) == []
    imposed(Case.get_by_id(case.id), date(2026, 9, 2), date(2026, 12, 31))
    assert Suspension.get().state == "active"
    assert "跟进整改，到期恢复" in todos(client, Role.AGREEMENT)
