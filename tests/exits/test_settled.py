"""The last settlement of each provider, typed or imported, is what the 180 days are counted from."""

from datetime import date

import pytest

from models import Agreement, Institution, Role, SettlementDay
from tests.builders import night
from tests.exits.pages import signed
from tests.page import log_in
from tests.settlements.test_import import a_file, go, upload

PROPOSED = "建议研究解除协议"


def typed(browser, case, on):
    """Type the day on the page of the agreement."""
    version = Agreement.get(Agreement.case == case).version
    form = {"settle-settled_on": on.isoformat(), "settle-version": version}
    browser.post(f"/agreements/{case.id}/settle", data=form)


def imported(browser, case, on):
    """Import a workbook of one row."""
    mine = case.institution
    row = ("", mine.uscc, mine.name, on)
    go(browser, upload(browser, a_file([row]), as_of=on.isoformat()))


def told(browser, case):
    return browser.get(f"/agreements/{case.id}").one("section", id="settlement").text


@pytest.mark.clause("LC-31-16")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
@pytest.mark.parametrize("way", [typed, imported])
def test_a_settlement_that_is_recorded_moves_the_180_days(client, at, kind, way):
    at(2026, 11, 3)  # day 181 since the agreement began
    case = signed(kind=kind)
    night(date(2026, 11, 3))
    browser = log_in(client, Role.AGREEMENT)
    assert "生效以来未登记结算，已 181 日" in told(browser, case)
    assert PROPOSED in told(browser, case)
    way(browser, case, date(2026, 11, 1))
    row = Agreement.get(Agreement.case == case)
    assert (row.last_settled_on, row.idle_since) == (date(2026, 11, 1), None)
    assert "最近结算 2026年11月1日，距今 2 日" in told(browser, case)
    assert PROPOSED not in told(browser, case)
    assert [day.settled_on for day in SettlementDay.select()] == [date(2026, 11, 1)]


@pytest.mark.clause("LC-31-16")
def test_every_standing_agreement_is_listed_with_its_last_settlement_or_none(client, at):
    at(2026, 7, 1)
    silent, told_of = signed(), signed(kind="pharmacy")
    browser = log_in(client, Role.AGREEMENT)
    typed(browser, told_of, date(2026, 6, 1))
    rows = {row.one("th").text: row.text for row in browser.get("/settlements/").one("tbody").all("tr")}
    assert rows.keys() == {institution.name for institution in Institution.select()}
    assert "06-01" in rows[told_of.institution.name]
    assert "30 日" in rows[told_of.institution.name]
    assert "56 日" in rows[silent.institution.name]
