"""The list of terminated institutions that the public is shown: hospitals and pharmacies alike."""

import pytest

from lifecycle import exits
from models import Document, FollowUp, Role
from tests.builders import a_city, hand_of
from tests.lifecycle.stations import an_agreement, day
from tests.lifecycle.test_exits import asked
from tests.page import log_in
from tests.rolls.test_routes import publish


def ends(case, ground):
    given = {
        "grounds": [ground],
        "evidence": {ground: "市医保局聊医保罚字〔2026〕3号"},
        "decided_by": "领导小组会议",
        "effective_on": day(7, 1),
        "ban_class": "none",
    }
    exits.terminate(case, given, hand=hand_of(Role.MANAGER, today=day(7, 1), office=case.office))


@pytest.mark.clause("LC-31-0", "LC-32-0")
@pytest.mark.parametrize(("kind", "ground"), [("medical", "tm04"), ("pharmacy", "tp04")])
def test_a_terminated_institution_is_listed_and_its_publication_is_owed_until_then(client, at, kind, ground):
    city = a_city()
    case = an_agreement(kind=kind, office=city)
    standing = an_agreement(kind=kind, office=city)
    ends(case, ground)
    owed = FollowUp.get(FollowUp.case == case, FollowUp.kind == "publication")
    assert (owed.state, owed.article) == ("open", "第三十一条、第三十二条")
    at(2026, 7, 2)
    browser = log_in(client, Role.MANAGER, office=city)
    page = browser.get("/rolls?list=terminated&month=2026-07")
    assert case.institution.name in page.one("main").text
    assert standing.institution.name not in page.one("main").text
    printed = browser.get(publish(browser, "terminated", "2026-07").location)
    paper = Document.get(Document.kind == "termination_publication")
    assert case.institution.name in printed.text
    assert paper.number in printed.text
    assert [entry["name"] for entry in paper.data["entries"]] == [case.institution.name]
    assert FollowUp.get_by_id(owed.id).state == "done"


@pytest.mark.clause("LC-32-0")
def test_a_pharmacy_that_only_asked_is_not_listed(client, at):
    case = an_agreement(kind="pharmacy")
    asked(case, "terminate")
    at(2026, 7, 2)
    page = log_in(client, Role.MANAGER).get("/rolls?list=terminated&month=2026-07")
    assert case.institution.name not in page.one("main").text
