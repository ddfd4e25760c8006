"""A refused form of suspension, end or exit says at its head how much is to be put right, and links there."""

from datetime import date

import pytest

from models import Role
from tests.builders import night, step
from tests.exits.pages import signed
from tests.lifecycle.test_exits import agreed, asked, imposed
from tests.page import log_in


@pytest.mark.parametrize(
    ("role", "name", "lead", "fields"),
    [
        (Role.MANAGER, "suspension", "未中止，有 2 处需要修改", ["grounds", "decided_by"]),
        (Role.MANAGER, "termination", "未解除，有 3 处需要修改", ["grounds", "decided_by", "ban_class"]),
        (Role.CLERK, "request", "未登记，有 3 处需要修改", ["wish", "from_on", "reason"]),
    ],
)
def test_the_head_of_a_refused_form_leads_to_its_blanks(client, at, role, name, lead, fields):
    case = signed()
    at(2026, 6, 1)
    day = {"asked_on": "2026-06-01", "starts_on": "2026-06-01", "ends_on": "2026-08-31"}
    given = day | {"effective_on": "2026-06-01"}
    page = log_in(client, role).post(f"/exits/agreements/{case.id}/{name}", status=422, data=given)
    told = page.one(id="refusal")
    assert told.text.startswith(lead)
    assert [link.attrs["href"] for link in told.all("a")] == [f"#{field}" for field in fields]
    for field in fields:
        page.one(id=field)


def test_a_mark_of_what_was_put_right_is_told_in_words(client, at):
    case = signed()
    row = imposed(case)
    at(2026, 6, 2)
    browser = log_in(client, Role.AGREEMENT)
    given = {"state": "done", "on": "2026-06-02", "note": "已核", "version": "1"}
    browser.post(f"/exits/agreements/{case.id}/items/{row.items.get().id}", data=given)
    assert "登记整改核查" in browser.get(f"/agreements/{case.id}").one(id="timeline").text


def test_the_longest_period_that_a_request_to_resume_met_did_not_run_out(client, at):
    case = signed()
    agreed(asked(case, "suspend"))
    night(date(2026, 9, 1))
    step(case, "request_resumption", Role.CLERK, date(2026, 9, 10))
    at(2026, 9, 10)
    told = log_in(client, Role.CLERK).get(f"/agreements/{case.id}").one(id="clocks").text
    assert "申请中止的最长期限09-10 办结" in told
    assert "期满" not in told
