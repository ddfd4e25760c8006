"""What an institution may wish for itself, how far ahead, and what the consent of the office brings."""

from datetime import date

import pytest

from lifecycle import exits
from lifecycle.errors import Unmet
from models import Ban, Case, Document, ExitRequest, Role, Termination
from rules.book import load_books
from tests.builders import night, step
from tests.documents.test_exits import printed
from tests.exits.pages import again, signed
from tests.exits.test_requests import ASKED, answered, url
from tests.lifecycle.stations import day
from tests.lifecycle.test_exits import agreed, asked, fresh
from tests.page import log_in

BOOK = load_books()["liaocheng-2023"]
CONSENT = {"medical": ("tm13", "第三十一条（十三）"), "pharmacy": ("tp16", "第三十二条（十六）")}


@pytest.mark.clause("LC-33-1")
@pytest.mark.parametrize(
    ("asked_on", "earliest"),
    [
        (date(2026, 6, 1), date(2026, 9, 1)),
        (date(2026, 5, 31), date(2026, 8, 31)),
        (date(2026, 8, 31), date(2026, 11, 30)),  # there is no 31 November
        (date(2026, 9, 1), date(2026, 12, 1)),
        (date(2026, 11, 28), date(2027, 2, 28)),
        (date(2026, 11, 30), date(2027, 2, 28)),  # counted back, 28 November would be the last day
        (date(2026, 12, 1), date(2027, 3, 1)),
        (date(2027, 11, 30), date(2028, 2, 29)),  # a leap year
        (date(2026, 7, 1), date(2026, 10, 1)),  # a public holiday: no day is added
    ],
)
def test_three_months_ahead_run_to_the_same_day_or_the_months_end(asked_on, earliest):
    eve = date.fromordinal(earliest.toordinal() - 1)
    assert exits.earliest_timely(asked_on, BOOK) == earliest
    assert [exits.is_late(asked_on, on, BOOK) for on in (eve, earliest)] == [True, False]


@pytest.mark.clause("LC-33-1")
@pytest.mark.parametrize("wish", ["suspend", "terminate", "not_renew"])
@pytest.mark.parametrize(("asked_on", "is_late"), [(day(11, 30), False), (day(12, 1), True)])
def test_each_wish_is_taken_late_and_marked(app, wish, asked_on, is_late):
    request = asked(signed(), wish, asked_on, date(2027, 2, 28))
    assert (request.state, ExitRequest.get().is_late) == ("exit_filed", is_late)


@pytest.mark.clause("LC-31-13", "LC-32-16", "LC-33-5")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_who_asks_for_the_end_is_ended_once_the_office_agrees_and_bears_no_ban(app, kind):
    case, (key, article) = signed(kind=kind), CONSENT[kind]
    request = asked(case, "terminate")
    night(day(9, 2))
    assert (fresh(case).state, Termination.select().count()) == ("active", 0)
    agreed(request, on=day(9, 3))
    night(day(9, 3))
    ended = Termination.get()
    assert (fresh(case).state, ended.grounds, ended.ban_class) == ("terminated", [key], "none")
    assert ended.evidence == {key: f"2026-06-01 申请，{request.number}"}
    assert Ban.select().count() == 0
    text = {row.key: row.text for row in BOOK.grounds}[key]
    notice = printed("termination_notice")
    assert f"1.{text}。依据：{article}。事实和证据：2026-06-01申请，{request.number}" in notice
    assert Document.get(Document.kind == "exit_reply").case == request


@pytest.mark.clause("LC-31-13", "LC-32-16", "LC-33-5")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_who_asks_for_the_end_and_is_refused_stays_under_agreement(app, kind):
    case = signed(kind=kind)
    request = asked(case, "terminate")
    with pytest.raises(Unmet, match="请写明理由"):
        step(request, "refuse_exit", Role.MANAGER, day(6, 3))
    step(request, "refuse_exit", Role.MANAGER, day(6, 3), reason="费用尚未清算")
    night(day(9, 1))
    assert (fresh(case).state, Termination.select().count()) == ("active", 0)
    assert "费用尚未清算" in printed("exit_reply")


@pytest.mark.clause("LC-33-3")
@pytest.mark.parametrize("wish", ["suspend", "terminate"])
def test_a_public_hospital_is_refused_with_the_article_and_all_it_typed_is_kept(client, at, wish):
    at(2026, 6, 1)
    case = signed(is_public=True)
    typed = {**ASKED, "wish": wish, "type": "停业", "version": case.version}
    page = log_in(client, Role.CLERK).post(url(case), status=422, data=typed)
    refusal = page.one("main").one("div", id="refusal").text
    assert "公立医疗机构不得主动提出中止或解除医保协议（第三十三条）" in refusal
    kept = {name: page.one("input", id=name).attrs["value"] for name in ("asked_on", "from_on", "type")}
    assert kept == {name: typed[name] for name in kept}
    assert page.one("input", id="insurance").attrs["value"] == typed["insurance"]
    assert page.one("textarea", id="reason").text == typed["reason"]
    chosen = [box.attrs["value"] for box in page.all("input", name="wish") if "checked" in box.attrs]
    assert chosen == [wish]
    assert (ExitRequest.select().count(), Case.select().where(Case.matter == "exit").count()) == (0, 0)


@pytest.mark.parametrize("fields", [{"is_public": False}, {"kind": "pharmacy"}])
@pytest.mark.parametrize("wish", ["suspend", "terminate"])
def test_who_is_no_public_hospital_may_wish_for_all_three(client, at, wish, fields):
    at(2026, 6, 1)
    case = signed(**fields)
    browser = log_in(client, Role.CLERK)
    assert "公立医疗机构" not in browser.get(url(case)).one("main").text
    browser.post(url(case), data={**ASKED, "wish": wish, "version": case.version})
    assert ExitRequest.get().wish == wish


def test_a_public_hospital_that_will_not_renew_is_warned_and_goes_at_its_last_day(client, at):
    at(2026, 6, 1)
    case = signed(is_public=True)
    browser = log_in(client, Role.CLERK)
    assert "只能登记不再续签" in browser.get(url(case)).one("div", class_="flash-warn").text
    browser.post(
        url(case),
        data={**ASKED, "wish": "not_renew", "from_on": "2027-05-06", "version": case.version},
    )
    request = ExitRequest.get().case
    assert answered(client, at, request, "approve_exit", (2026, 6, 3)).state == "approved"
    night(date(2027, 5, 5))
    assert fresh(case).state == "active"
    night(date(2027, 5, 6))
    assert fresh(case).state == "expired"


def test_a_public_hospital_stays_bound_when_its_owner_changes_after_the_wish(client, at):
    at(2026, 6, 1)
    case = signed()
    request = asked(case, "terminate")
    type(case.institution).update(is_public=True).execute()
    form = {"on": "2026-06-01", "version": Case.get_by_id(request.id).version}
    page = again(client, Role.MANAGER).post(f"/cases/{request.id}/steps/approve_exit", status=422, data=form)
    assert "第三十三条" in page.text
    assert fresh(request).state == "exit_filed"
