"""Log-in, the lock, the first password, the idle session, and where a session may lead."""

import pytest

from models import Event, Role, User
from tests.builders import PASSWORD, a_user, an_office
from tests.page import Browser, Page, log_in

NEW = "Lushan-7788"


def try_in(client, username, password, status, **data):
    answer = client.post("/log-in", data={"username": username, "password": password, **data})
    assert answer.status_code == status
    page = Page(answer.get_data(as_text=True))
    page.location = answer.headers.get("Location", "")
    return page


def actions():
    return [
        (e.action, e.actor_name) for e in Event.select().where(Event.stream == "accounts").order_by(Event.seq)
    ]


def first_password(*roles, **kwargs):
    user = a_user(*roles, **kwargs)
    User.update(must_change_password=True).where(User.id == user.id).execute()
    return user


def change(client, old, new, status=302, again=None):
    form = {"old": old, "new": new, "again": again or new}
    answer = client.post("/password", data=form)
    assert answer.status_code == status
    return Page(answer.get_data(as_text=True))


def test_the_log_in_page_names_the_office_and_the_lock(client):
    an_office()
    page = Browser(client).get("/log-in")
    assert "安澜县医疗保险事业中心" in page.text
    assert "连续输错超过 5 次，锁定 10 分钟" in page.text


def test_a_clerk_comes_to_the_worklist_and_the_log_in_is_an_event(client):
    user = a_user(Role.CLERK)
    assert try_in(client, user.username, PASSWORD, 302).location == "/"
    assert client.get("/").headers["Location"] == "/worklist/"
    assert actions() == [("log_in", user.name)]


def test_the_auditor_comes_to_the_trail_and_the_administrator_to_the_settings(app):
    for role, url in ((Role.AUDITOR, "/settings/trail"), (Role.ADMIN, "/settings/offices")):
        client = app.test_client()
        log_in(client, role)
        assert client.get("/").headers["Location"] == url


def test_the_first_administrator_is_led_to_the_office_page(client):
    office = an_office("（请填写）", "医保", is_set_up=False)
    user = a_user(Role.ADMIN, office=office)
    assert try_in(client, user.username, PASSWORD, 302, next="/settings/calendar").location == "/"
    assert client.get("/").headers["Location"] == f"/settings/offices/{office.id}"


def test_wrong_password_and_unknown_user_get_the_same_sentence(client):
    user = a_user(Role.CLERK)
    known = try_in(client, user.username, "wrong", 422).one(id="refusal").text
    unknown = try_in(client, "nobody", "wrong", 422).one(id="refusal").text
    assert known == unknown == "用户名或密码不对，请重新输入"
    assert actions() == [("log_in_failed", "未登录")] * 2


def test_what_was_typed_as_an_unknown_username_is_not_kept(client):
    try_in(client, "my-secret-word", "x", 422)
    assert "my-secret-word" not in str([e.change for e in Event.select()])


def test_an_empty_field_is_told_beside_it_and_the_username_stays(client):
    page = try_in(client, "zhang", "", 422)
    assert page.one(id="password-error").text == "请输入密码"
    assert page.one("input", id="username").attrs["value"] == "zhang"


@pytest.mark.clause("SZ-A4-4-1")
def test_the_sixth_wrong_password_locks_and_the_fifth_does_not(client):
    user = a_user(Role.CLERK)
    for _ in range(5):
        assert "用户名或密码不对" in try_in(client, user.username, "wrong", 422).text
    assert User.get_by_id(user.id).locked_until is None
    assert "锁定到 09:10，还有 10 分钟" in try_in(client, user.username, "wrong", 422).text
    assert "锁定到 09:10" in try_in(client, user.username, PASSWORD, 422).text


@pytest.mark.clause("SZ-A4-4-2")
def test_the_lock_ends_by_itself_after_ten_minutes(client, at):
    user = a_user(Role.CLERK)
    for _ in range(6):
        try_in(client, user.username, "wrong", 422)
    at(2026, 3, 2, 9, 9, 30)
    assert "还有 1 分钟" in try_in(client, user.username, PASSWORD, 422).text
    at(2026, 3, 2, 9, 10, 30)
    try_in(client, user.username, PASSWORD, 302)
    assert User.get_by_id(user.id).failures == 0


def test_a_log_in_forgets_the_failures_before_it(client):
    user = a_user(Role.CLERK)
    for _ in range(2):
        for _ in range(5):
            try_in(client, user.username, "wrong", 422)
        try_in(client, user.username, PASSWORD, 302)


@pytest.mark.clause("SZ-A4-5-2")
def test_a_closed_account_cannot_log_in_and_its_session_ends(client, app):
    browser, user = log_in(client, Role.CLERK), a_user(Role.CLERK)
    User.update(is_active=False).where(User.id == user.id).execute()
    assert browser.get("/password", status=302).location.startswith("/log-in")
    assert "已停用" in try_in(app.test_client(), user.username, PASSWORD, 422).text
    assert "用户名或密码不对" in try_in(app.test_client(), user.username, "wrong", 422).text


def test_the_account_of_the_system_cannot_log_in(client):
    User.create(username="system", name="系统", office=an_office(), password_hash="", is_active=False)
    for password in ("", "x"):
        try_in(client, "system", password, 422)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "javascript:alert(1)",
    ],
)
def test_an_address_off_this_site_is_not_followed(client, url):
    user = a_user(Role.CLERK)
    assert try_in(client, user.username, PASSWORD, 302, next=url).location == "/"


def test_the_page_that_was_asked_for_comes_after_the_log_in(client):
    user = a_user(Role.CLERK)
    asked = Browser(client).get("/settings/calendar?year=2026", status=302).location
    field = Browser(client).get(asked).one("input", name="next").attrs["value"]
    assert try_in(client, user.username, PASSWORD, 302, next=field).location == "/settings/calendar?year=2026"


def test_logging_out_ends_the_session_and_is_an_event(client):
    browser = log_in(client, Role.CLERK)
    assert browser.post("/log-out").location == "/log-in"
    assert browser.get("/", status=302).location.startswith("/log-in")
    assert [action for action, _ in actions()] == ["log_in", "log_out"]


@pytest.mark.clause("SZ-A4-2-2")
def test_a_one_time_password_opens_nothing_but_the_password_page(client):
    user = first_password(Role.CLERK)
    try_in(client, user.username, PASSWORD, 302, next="/settings/calendar")
    browser = Browser(client)
    for url in ("/", "/settings/calendar"):
        assert browser.get(url, status=302).location == "/password"
    swapped = client.get("/settings/calendar", headers={"HX-Request": "true"})
    assert (swapped.status_code, swapped.headers["HX-Redirect"]) == (403, "/password")
    assert "一次性密码" in browser.get("/password").text
    change(client, PASSWORD, NEW)
    assert browser.get("/", status=302).location == "/worklist/"
    assert not User.get_by_id(user.id).must_change_password


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("Ab1-567", "新密码至少 8 个字符"),
        ("abcdefg1", "三类"),
        ("Clerk-1-xyz", "不能含有用户名"),
        (PASSWORD, "不能和原密码相同"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client, new, told):
    log_in(client, Role.CLERK, username="clerk")
    assert told in change(client, PASSWORD, new, 422).one(id="refusal").text
    try_in(client, "clerk", PASSWORD, 302)


def test_the_administrator_needs_two_characters_more(client):
    log_in(client, Role.ADMIN)
    assert "新密码至少 10 个字符" in change(client, PASSWORD, "Lushan-77", 422).text
    change(client, PASSWORD, "Lushan-778")


def test_two_new_passwords_that_differ_are_told_beside_the_field(client):
    log_in(client, Role.CLERK)
    assert (
        change(client, PASSWORD, NEW, 422, again="x").one(id="again-error").text == "两次输入的新密码不一致"
    )


def test_a_wrong_old_password_counts_as_a_failure(client):
    log_in(client, Role.CLERK)
    for _ in range(5):
        assert "原密码不对" in change(client, "wrong", NEW, 422).text
    assert "锁定到" in change(client, "wrong", NEW, 422).text
    assert "锁定到" in change(client, PASSWORD, NEW, 422).text


def test_a_new_password_ends_the_other_sessions_and_this_one_goes_on(app):
    here, there = app.test_client(), app.test_client()
    log_in(here, Role.CLERK), log_in(there, Role.CLERK)
    change(here, PASSWORD, NEW)
    assert Browser(here).get("/password").one("h1").text == "修改密码"
    assert Browser(there).get("/password", status=302).location.startswith("/log-in")
    assert actions()[-1][0] == "change_password"


def test_half_an_hour_without_anybody_ends_the_session(client, at):
    browser = log_in(client, Role.CLERK)
    at(2026, 3, 2, 9, 30)
    browser.get("/password")
    at(2026, 3, 2, 10, 1)
    answer = client.get("/password", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"][:7]) == (401, "/log-in")
    assert browser.get("/password", status=302).location == "/log-in?next=/password?"
    assert actions()[-1][0] == "idle_out"


def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(client, at):
    log_in(client, Role.CLERK)
    for minute in (10, 20, 29):
        at(2026, 3, 2, 9, minute)
        assert (
            client.get("/password", headers={"HX-Request": "true", "HX-Trigger": "job-3"}).status_code == 200
        )
    at(2026, 3, 2, 9, 31)
    assert client.get("/password").status_code == 302


def test_menu_and_size_are_kept_and_lead_back(client):
    browser, user = log_in(client, Role.CLERK), a_user(Role.CLERK)
    assert browser.post("/menu", data={"next": "/settings/calendar"}).location == "/settings/calendar"
    assert browser.post("/size", data={"next": "//evil.example"}).location == "/"
    fresh = User.get_by_id(user.id)
    assert (fresh.is_nav_narrow, fresh.is_large, fresh.version) == (True, True, user.version)
