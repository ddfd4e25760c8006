"""The trail: what the auditor finds, by what, page by page, and whether the chains hold."""

from datetime import date

import pytest

from lifecycle import audit, moment
from lifecycle.db import write_tx
from models import Event, Role, db
from tests.builders import a_user, an_accepted, an_application, an_office, hand_of
from tests.page import log_in

URL = "/settings/trail"


@pytest.fixture
def auditor(client):
    return log_in(client, Role.AUDITOR)


def lines(page):
    return [[cell.text for cell in row.children] for row in page.one(id="events").all("tr")[1:]]


def texts(page):
    return [line[2] for line in lines(page)]


def happen(count, action="log_out", **row):
    with write_tx():
        for _ in range(count):
            given = {"actor_name": "系统", "on": moment.today(), **row}
            audit.append("accounts", action, **given)


def test_events_come_newest_first_with_who_and_what(auditor):
    case = an_accepted()
    page = auditor.get(URL)
    newest = lines(page)[0]
    assert newest[1:3] == ["clerk", "受理"]
    assert newest[3] == case.number
    assert texts(page)[-1] == "登录"


def test_the_trail_is_the_auditors_alone(client, app):
    for roles in ((Role.ADMIN,), (Role.CLERK, Role.MANAGER)):
        log_in(app.test_client(), *roles).get(URL, status=403)


def test_each_filter_narrows(auditor):
    case, other = an_application(), an_accepted()
    happen(1, "log_in_failed", change={"username": "sun", "why": "locked"}, on=date(2026, 3, 2))
    assert texts(auditor.get(f"{URL}?stream=accounts")) == ["登录失败", "登录"]
    assert {line[3] for line in lines(auditor.get(f"{URL}?number={case.number}"))} == {case.number}
    assert {line[1] for line in lines(auditor.get(f"{URL}?actor=audit"))} == {"auditor"}
    assert texts(auditor.get(f"{URL}?action=log_in_failed")) == ["登录失败"]
    assert other.number in auditor.get(f"{URL}?stream=case").one(id="events").text
    assert "没有符合条件的记录" in auditor.get(f"{URL}?since=2026-03-03").text
    assert texts(auditor.get(f"{URL}?since=2026-3-2&until=2026年3月2日&stream=accounts")) == [
        "登录失败",
        "登录",
    ]


def test_why_a_log_in_failed_is_told_in_words(auditor):
    happen(1, "log_in_failed", change={"username": "sun", "why": "locked", "address": "10.0.0.7"})
    row = lines(auditor.get(f"{URL}?action=log_in_failed"))[0][4]
    assert "用户名 sun" in row
    assert "账号锁定期间" in row


def test_a_day_that_cannot_be_read_is_told_and_stays_typed(auditor):
    page = auditor.get(f"{URL}?since=morgen")
    assert "认不出" in page.one("p", role="alert").text
    assert page.one(id="filter-since").attrs["value"] == "morgen"


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=99999999999999999999999", "before=-1", "stream=x", "action=%00", "number=%25"],
)
def test_an_odd_question_is_answered(auditor, query):
    auditor.get(f"{URL}?{query}")


def test_pages_follow_one_another_without_gap(auditor):
    happen(120)
    seen, url = [], URL
    for _ in range(3):
        page = auditor.swap("get", url)
        seen += [
            row.one("td", title=row.all("td")[2].attrs["title"]).attrs["title"] for row in page.all("tr")[1:]
        ]
        older = page.all("a", rel="next")
        url = older[0].attrs["href"] if older else ""
    assert url == ""
    assert len(seen) == len(set(seen)) == 121


def test_events_of_another_office_are_not_shown(client):
    case = an_accepted()
    other = an_office("河西县医疗保险事业中心", "河医保")
    page = log_in(client, Role.AUDITOR, office=other).get(URL)
    assert case.number not in page.text
    assert [line[1] for line in lines(page)] == ["auditor"]


def test_the_list_asks_the_same_for_one_and_many_events(auditor, statements):
    auditor.get(URL)  # builds the calendar once
    with statements() as few:
        auditor.get(URL)
    an_accepted()
    happen(30)
    with statements() as many:
        auditor.get(URL)
    assert len(few) == len(many)


def test_a_whole_chain_is_told_and_that_it_was_verified_is_an_event(auditor):
    an_accepted()
    assert "还没有核验过" in auditor.get(URL).text
    answer = auditor.post(f"{URL}/verify")
    assert "链条完整" in auditor.get(answer.location).text
    page = auditor.get(URL)
    assert "auditor核验：链条完整" in page.text
    assert texts(page)[0] == "核验审计记录"


def test_an_altered_event_is_named(auditor):
    happen(3)
    db.execute_sql("drop trigger event_no_update")
    Event.update(reason="x").where(Event.stream == "accounts", Event.seq == 2).execute()
    page = auditor.get(auditor.post(f"{URL}/verify").location)
    assert "有 1 处不符" in page.text
    assert page.one(id="broken").text == "accounts：第 2 条被改动过"


def test_a_check_that_never_was_has_no_page(auditor):
    auditor.get(f"{URL}/check", status=404)


def test_a_manager_is_a_person_like_others_in_the_trail(auditor):
    user = a_user(Role.MANAGER)
    with write_tx():
        audit.record("offices", "save_office", hand=hand_of(Role.MANAGER), district=["安澜", "安澜县"])
    row = lines(auditor.get(f"{URL}?stream=offices"))[0]
    assert row[1:4] == [user.name, "修改经办机构", "经办机构设置"]
    assert "安澜 改为 安澜县" in row[4]


def test_codes_read_as_words_and_telephone_numbers_are_masked(auditor):
    with write_tx():
        change = {"after": {"types": ["outpatient_pooling"], "phone": "15006350001"}, "username": "admin"}
        audit.append("accounts", "create_user", actor_name="系统", on=moment.today(), change=change)
    row = lines(auditor.get(URL))[0][4]
    assert "定点类型 门诊统筹；电话 150****0001" in row
    assert row.endswith("用户名admin"), "what somebody typed is no code"
