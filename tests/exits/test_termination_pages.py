"""Ending an agreement by page: the grounds of its kind, what the records speak for, and what follows."""

from datetime import date

import pytest

from lifecycle import idle
from lifecycle.proposals import proposals
from models import (
    Agreement,
    Ban,
    Case,
    Credential,
    FollowUp,
    Handling,
    RectificationItem,
    Role,
    Suspension,
    Termination,
)
from tests.builders import a_user, hand_of, night
from tests.exits.pages import again, signed
from tests.lifecycle.test_exits import imposed
from tests.page import log_in

ENDED = {
    "grounds": "tm04",
    "evidence_tm04": "市医保局 聊医保罚字〔2026〕3号",
    "decided_by": "领导小组会议",
    "effective_on": "2026-07-01",
    "ban_class": "illegality",
    "ban_reason": "查实骗取医保基金",
}


def url(case, name="termination"):
    return f"/exits/agreements/{case.id}/{name}"


def ended(case, **given):
    return {**ENDED, "version": Case.get_by_id(case.id).version, **given}


def found(case, today=date(2026, 7, 1)):
    return {key: row.facts for key, row in proposals(case, hand_of(Role.MANAGER, today=today)).items()}


@pytest.mark.clause("LC-31-0b", "LC-10-6")
def test_a_termination_by_page_ends_the_agreement_and_shows_what_follows(client, at):
    at(2026, 7, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    answer = browser.post(url(case), data=ended(case, is_duty_open="y"))
    assert answer.location == url(case, "ended")
    assert Case.get_by_id(case.id).state == "terminated"
    ban = Ban.get()
    assert (ban.rule, ban.is_duty_open, ban.until_on) == ("illegality_ban", True, date(2029, 7, 1))
    page = browser.get(answer.location)
    rows = page.one("section", id="follow-ups").all("li")
    assert len(rows) == FollowUp.select().count() > 0
    assert "市医保局 聊医保罚字〔2026〕3号" in page.text
    assert "2029-07-01" in page.text
    assert "已解除" in browser.get(f"/agreements/{case.id}").one("section", id="standing").text


@pytest.mark.parametrize(("kind", "count"), [("medical", 16), ("pharmacy", 19)])
def test_only_the_grounds_of_the_kind_are_offered(client, at, kind, count):
    at(2026, 7, 1)
    page = log_in(client, Role.MANAGER).get(url(signed(kind=kind)))
    keys = [node.attrs["value"] for node in page.all("input", name="grounds")]
    assert len(keys) == count
    assert {key[:2] for key in keys} == {"tm" if kind == "medical" else "tp"}
    assert "不限制再次申请" in page.text


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"grounds": []}, "grounds", "请至少选定一项情形"),
        ({"grounds": "tp01"}, "grounds", "有一项选择不在列表里"),
        ({"evidence_tm04": ""}, "evidence_tm04", "请填写“查实部门和文书号”"),
        ({"decided_by": ""}, "decided_by", "请填写决定人或决定会议"),
        ({"effective_on": "2026-07-02"}, "effective_on", "解除日期不能晚于今天"),
        ({"effective_on": "2026-05-05"}, "effective_on", "解除日期早于协议生效日期"),
        ({"ban_class": ""}, "ban_class", "请选择解除后再次申请是否限制"),
        ({"ban_class": "ever"}, "ban_class", "请选择解除后再次申请是否限制"),
        ({"ban_reason": ""}, "ban_reason", "请写明限制申请的事实和依据"),
    ],
)
def test_what_is_missing_stands_beside_its_blank(client, at, given, field, sentence):
    at(2026, 7, 1)
    case = signed()
    page = log_in(client, Role.MANAGER).post(url(case), status=422, data=ended(case, **given))
    assert sentence in page.one("div", id=f"field-{field}").text
    assert page.one("input", id="effective_on").attrs["value"] == given.get("effective_on", "2026-07-01")
    assert Termination.select().count() == 0


def test_a_stale_page_is_a_conflict_and_the_ended_agreement_offers_nothing_more(client, at):
    at(2026, 7, 1)
    case = signed()
    browser = log_in(client, Role.MANAGER)
    page = browser.post(url(case), status=409, data=ended(case, version="0"))
    assert page.one("textarea", id="ban_reason").text == "查实骗取医保基金"
    browser.get(url(case, "ended"), status=404)
    browser.post(url(case), data=ended(case))
    browser.post(url(case), status=409, data=ended(case))
    assert not browser.get(f"/agreements/{case.id}").one("section", id="standing").all("div", class_="steps")


def test_only_the_manager_of_the_office_may_end_it(client, at):
    at(2026, 7, 1)
    case = signed()
    for role in (Role.CLERK, Role.AGREEMENT, Role.LEADER):
        browser = log_in(client, role)
        browser.get(url(case), status=403)
        browser.post(url(case), status=403, data=ended(case))
        client.post("/log-out")
    city = a_user(Role.MANAGER, office=case.office.parent, name="市级")
    log_in(client, Role.MANAGER, office=city.office, name="市级").post(
        url(case), status=403, data=ended(case)
    )
    assert Termination.select().count() == 0


@pytest.mark.clause("LC-31-01")
def test_the_second_imposed_suspension_of_the_term_is_proposed_with_both(client, at):
    case = signed()
    imposed(case)
    night(date(2026, 9, 1))
    assert "tm01" not in found(case, date(2026, 9, 2))
    imposed(Case.get_by_id(case.id), date(2026, 10, 1), date(2026, 10, 31))
    facts = found(case, date(2026, 10, 2))["tm01"]
    assert facts[0] == "本协议有效期内已被中止 2 次"
    assert "2026-06-01 至 2026-08-31，主任办公会决定" in facts[1]
    at(2026, 10, 2)
    page = again(client, Role.MANAGER).get(url(case))
    assert page.all("input", name="grounds")[0].attrs["value"] == "tm01"
    assert "checked" not in page.all("input", name="grounds")[0].attrs
    assert "本协议有效期内已被中止 2 次" in page.one("textarea", id="evidence_tm01").text
    assert Case.get_by_id(case.id).state == "suspended_imposed"


@pytest.mark.clause("LC-31-01b")
def test_what_was_not_put_right_is_proposed_once_found_or_once_the_suspension_is_over(app):
    case = signed()
    imposed(case)
    assert found(case, date(2026, 7, 1)) == {}
    item = RectificationItem.get()
    changed = {"state": "insufficient", "checked_on": date(2026, 7, 1), "note": "缺 5 月"}
    RectificationItem.update(**changed).execute()
    assert found(case)["tm01b"] == ("“补报进销存数据”2026-07-01 核查，整改不到位：缺 5 月",)
    RectificationItem.update(state="required", checked_on=None).execute()
    night(date(2026, 9, 1))
    assert found(case, date(2026, 9, 2))["tm01b"] == (f"“{item.text}”到期未整改",)
    RectificationItem.update(state="done", checked_on=date(2026, 9, 2)).execute()
    assert found(case, date(2026, 9, 2)) == {}


@pytest.mark.clause("LC-30-1", "LC-29-2")
@pytest.mark.parametrize(("ends", "word"), [(False, "不予结算"), (True, "不再结算")])
def test_what_a_suspension_or_an_end_means_for_settlement_is_said_wherever_staff_look(client, at, ends, word):
    at(2026, 7, 1)
    case = signed()
    imposed(case, date(2026, 7, 1), date(2026, 8, 31), today=date(2026, 7, 1))
    if ends:
        log_in(client, Role.MANAGER).post(url(case), data=ended(case))
    mine = case.institution
    browser = again(client, Role.CLERK)
    listed = browser.get("/institutions").one("tbody").one("tr").text
    hits = browser.get("/institutions/search", query_string={"q": mine.name[:3]}, status=302)
    assert hits
    assert word in listed
    page = browser.get(f"/institutions/{mine.id}")
    assert word in page.one("h1").text
    assert word in page.one("section", id="agreements").text
    assert word in browser.get(f"/agreements/{case.id}").one("section", id="standing").text
    signed()
    found = browser.get("/institutions/search", query_string={"q": mine.name[:3]})
    assert word in found.one("section", **{"aria-labelledby": "h-institutions"}).text


@pytest.mark.clause("LC-31-02")
def test_idleness_is_proposed_by_the_radar_s_count_with_suspensions_left_out(app):
    case = signed()
    Agreement.update(idle_since=date(2026, 11, 3)).execute()
    Suspension.create(
        case=case,
        kind="imposed",
        state="ended",
        decided_on=date(2026, 6, 1),
        starts_on=date(2026, 6, 1),
        ends_on=date(2026, 6, 10),
        over_on=date(2026, 6, 11),
    )
    day_180, day_181 = date(2026, 11, 12), date(2026, 11, 13)
    assert found(case, day_180) == {}
    assert found(case, day_181)["tm02"] == (
        "2026-05-06 生效以来没有结算，已 181 日未发生医保费用结算，另有中止 10 日不计",
    )
    counted = idle.count_of(Agreement.get(), hand_of(Role.MANAGER, today=day_181))
    assert (counted.days, counted.paused) == (181, 10)


def test_idleness_papers_and_penalties_are_proposed_from_their_records(app):
    case = signed(kind="pharmacy")
    Agreement.update(idle_since=date(2026, 11, 3)).execute()
    mine = {"institution": case.institution, "kind": "licence", "title": "药品经营许可证"}
    Credential.create(**mine, number="鲁1", valid_until=date(2026, 11, 4))
    Handling.create(
        institution=case.institution,
        office=case.office,
        kind="penalty",
        measure="fine",
        authority="县医疗保障局",
        number="医保罚字1号",
        facts="串换药品",
        started_on=date(2026, 10, 1),
        recorded_by=a_user(Role.CLERK),
    )
    today = date(2026, 11, 5)
    assert set(found(case, today)) == {"tp08", "tp12", "tp13"}
    assert "有效期至 2026-11-04，已过期 1 日" in found(case, today)["tp12"][0]
    assert "已 183 日未发生医保费用结算" in found(case, today)["tp08"][0]
    assert "tp12" not in found(case, date(2026, 11, 4))
    Handling.update(is_performed=True, performed_on=today).execute()
    assert "tp13" not in found(case, today)
