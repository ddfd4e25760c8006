"""The lists an office publishes: who stands on them, their number, what they settle and what they open."""

from datetime import date

import pytest

from lifecycle import exits
from models import Agreement, Document, FollowUp, Office, Role
from tests.builders import a_city, an_office, hand_of
from tests.lifecycle.stations import an_agreement
from tests.page import log_in


def terminated(case, on=date(2026, 7, 1)):
    given = {
        "grounds": ["tm04"],
        "evidence": {"tm04": "聊医保罚字〔2026〕3号"},
        "decided_by": "领导小组会议",
        "effective_on": on,
        "ban_class": "none",
    }
    return exits.terminate(case, given, hand=hand_of(Role.MANAGER, today=on, office=case.office))


def signed(**fields):
    """An agreement with what its text says, signed on 6 May."""
    case = an_agreement(**fields)
    day = date(2026, 5, 6)
    Agreement.create(
        case=case, signed_on=day, starts_on=day, ends_on=date(2027, 5, 5), text_version="2026 年版"
    )
    return case


def below_a_city():
    Office.update(parent=a_city()).where(Office.id == an_office().id).execute()


def publish(browser, roll, month, status=302, medium="单位网站"):
    return browser.post("/rolls/publish", status, data={"list": roll, "month": month, "medium": medium})


@pytest.mark.clause("LC-05-2-3", "LC-05-2-4")
def test_a_countys_list_of_new_institutions_is_numbered_and_opens_the_report_to_the_city(client, at):
    below_a_city()
    case = signed()
    at(2026, 6, 1)
    browser = log_in(client, Role.AGREEMENT)
    assert case.institution.name in browser.get("/rolls?list=new&month=2026-05").text
    assert "没有要公布的机构" in browser.get("/rolls?list=new&month=2026-04").text
    printed = browser.get(publish(browser, "new", "2026-05").location)
    document = Document.get(Document.kind == "designation_publication")
    assert (document.number in printed.text, case.institution.name in printed.text) == (True, True)
    report = FollowUp.get(FollowUp.kind == "city")
    assert (report.case, report.state, document.number in report.text) == (case, "open", True)


@pytest.mark.clause("LC-05-1-4", "LC-31-0")
def test_the_citys_list_of_terminated_institutions_settles_the_publication_they_owed(client, at):
    city = a_city()
    case = terminated(an_agreement(office=city))
    at(2026, 7, 2)
    browser = log_in(client, Role.MANAGER, office=city)
    publish(browser, "terminated", "2026-07")
    document = Document.get(Document.kind == "termination_publication")
    owed = FollowUp.get(FollowUp.kind == "publication")
    assert (owed.case, owed.state, owed.number) == (case, "done", document.number)
    assert FollowUp.select().where(FollowUp.kind == "city").count() == 0


@pytest.mark.clause("LC-05-2-3")
def test_a_suspended_institution_stands_on_the_list_of_its_month(client, at):
    case = an_agreement()
    given = {
        "grounds": ["s2"],
        "evidence": {"s2": "逾期未报"},
        "decided_by": "主任办公会",
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 8, 31),
    }
    exits.suspend(case, given, hand=hand_of(Role.MANAGER, today=date(2026, 6, 1)), reason="补录")
    at(2026, 6, 2)
    browser = log_in(client, Role.AGREEMENT)
    assert case.institution.name in browser.get("/rolls?list=suspended&month=2026-06").text
    publish(browser, "suspended", "2026-06")
    assert Document.get(Document.kind == "suspension_publication").data["entries"][0]["on"] == "2026-06-01"


def test_an_empty_list_and_one_without_a_medium_are_refused_with_the_typing_kept(client, at):
    signed()
    at(2026, 6, 1)
    browser = log_in(client, Role.AGREEMENT)
    assert "没有要公布的机构" in publish(browser, "new", "2026-04", 422).one(id="refusal").text
    refused = publish(browser, "new", "2026-05", 422, medium=" ")
    assert "请填写公布的媒介" in refused.one(id="refusal").text
    assert refused.one(id="month").attrs["value"] == "2026-05"
    assert Document.select().where(Document.kind == "designation_publication").count() == 0


def test_another_offices_list_is_not_found(client, at):
    signed()
    at(2026, 6, 1)
    publish(log_in(client, Role.AGREEMENT), "new", "2026-05")
    document = Document.get(Document.kind == "designation_publication")
    stranger = log_in(client, Role.AGREEMENT, office=an_office("白塔县医疗保险事业中心", "白医保"))
    stranger.get(f"/rolls/{document.id}", 404)
    stranger.get("/rolls/none", 404)


def test_a_list_takes_a_fixed_number_of_statements(client, at, statements):
    signed()
    at(2026, 6, 1)
    browser = log_in(client, Role.AGREEMENT)
    browser.get("/rolls?month=2026-05")
    with statements() as one:
        browser.get("/rolls?month=2026-05")
    signed()
    signed(kind="pharmacy")
    at(2026, 6, 1)
    browser = log_in(client, Role.AGREEMENT)
    with statements() as three:
        browser.get("/rolls?month=2026-05")
    assert len(three) == len(one)
