"""Users: who may be what, whose they are, the one-time password, lock, close, hand-over first."""

import pytest

from lifecycle import moment
from models import Event, Role, User, UserRole
from tests.builders import PASSWORD, a_city, a_user, an_application, an_office
from tests.page import Page, log_in


@pytest.fixture
def admin(client):
    return log_in(client, Role.ADMIN)


def form(office=None, **values):
    given = {"username": "sun", "name": "孙立群", "office": (office or an_office()).id, "roles": [Role.CLERK]}
    return {**given, **values}


def of(user, **values):
    """The form of a user as the page sends it."""
    roles = [row.role for row in UserRole.select().where(UserRole.user == user)]
    row = {name: getattr(user, name) for name in ("username", "name", "post", "phone", "version")}
    return {**row, "office": user.office_id, "roles": roles, **values}


def created(page):
    """The one-time password that the page shows."""
    return page.one(id="password").one("strong").text


def events():
    return [
        (e.action, e.change) for e in Event.select().where(Event.stream == "accounts").order_by(Event.seq)
    ]


def test_a_new_user_gets_a_one_time_password_that_is_shown_once(admin, app):
    page = admin.post("/settings/users/new", 200, data=form(post="科员", roles=[Role.CLERK, Role.REVIEWER]))
    user, password = User.get(User.username == "sun"), created(page)
    assert (user.name, user.post, user.must_change_password) == ("孙立群", "科员", True)
    assert sorted(row.role for row in user.roles) == ["clerk", "reviewer"]
    assert password not in admin.get(f"/settings/users/{user.id}").text
    assert password not in str(events())
    answer = app.test_client().post("/log-in", data={"username": "sun", "password": password})
    assert answer.status_code == 302


def test_making_a_user_is_an_event_with_what_it_became(admin):
    admin.post("/settings/users/new", 200, data=form())
    action, change = events()[-1]
    assert (action, change["after"]["roles"], change["username"]) == ("create_user", "受理岗", "sun")


@pytest.mark.parametrize("alone", [Role.ADMIN, Role.AUDITOR])
def test_administrator_and_auditor_hold_no_other_role(admin, alone):
    page = admin.post("/settings/users/new", 422, data=form(roles=[alone, Role.CLERK]))
    assert "不能兼任其他岗位" in page.one(id="roles-error").text
    assert page.one("input", id="name").attrs["value"] == "孙立群"
    assert User.get_or_none(User.username == "sun") is None


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"username": ""}, "username", "请输入用户名"),
        ({"username": "sun li"}, "username", "用户名只用"),
        ({"username": "ADMIN-1"}, "username", "已有人使用"),
        ({"name": ""}, "name", "请输入姓名"),
        ({"roles": []}, "roles", "请至少选一个岗位"),
        ({"roles": [Role.CITY]}, "roles", "只设在市级"),
        ({"roles": [Role.SYSTEM]}, "roles", "不在列表里"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(admin, values, field, told):
    a_user(Role.CLERK, username="admin-1")
    page = admin.post("/settings/users/new", 422, data=form(**values))
    assert told in page.one(id=f"{field}-error").text
    assert "未保存，有 1 处需要修改" in page.one(id="refusal").text


@pytest.mark.clause("SZ-A4-1-2")
def test_the_administrator_of_a_county_reaches_no_other_office(admin):
    other = an_office("白塔县医疗保险事业中心", "白医保")
    stranger = a_user(Role.CLERK, office=other)
    assert "白塔县" not in admin.get("/settings/users").text
    assert "白塔县" not in admin.get("/settings/users/new").text
    admin.get(f"/settings/users/{stranger.id}", 404)
    admin.post("/settings/users/new", 422, data=form(other))
    for action in ("reset-password", "unlock", "close", "reopen"):
        admin.post(f"/settings/users/{stranger.id}/{action}", 404, data={"version": 1})


def test_the_administrator_of_a_city_reaches_the_offices_below(client):
    city = a_city()
    below = an_office("白塔县医疗保险事业中心", "白医保", parent=city)
    clerk = a_user(Role.CLERK, office=below, name="韩雪")
    browser = log_in(client, Role.ADMIN, office=city)
    assert "韩雪" in browser.get("/settings/users").text
    browser.post(f"/settings/users/{clerk.id}", data=of(clerk, post="科长"))
    assert User.get_by_id(clerk.id).post == "科长"


@pytest.mark.clause("SZ-A4-2-1")
def test_users_are_found_by_name_or_account_and_stand_with_their_roles(admin):
    a_user(Role.CLERK, Role.REVIEWER, name="孙立群", username="slq")
    a_user(Role.MANAGER, name="韩雪", username="hanxue")
    rows = admin.get("/settings/users?q=SLQ").one("tbody").all("tr")
    assert [row.all("td")[1].text for row in rows] == ["受理岗、评审员"]
    assert [row.one("th").text for row in admin.get("/settings/users?q=韩").one("tbody").all("tr")] == [
        "韩雪"
    ]


def test_the_list_is_narrowed_by_office_role_and_state(admin):
    user = a_user(Role.CLERK, name="孙立群")
    User.update(is_active=False).where(User.id == user.id).execute()
    assert "孙立群" in admin.swap("get", "/settings/users?state=closed&role=clerk").text
    assert "没有符合条件的用户" in admin.swap("get", "/settings/users?state=active&role=clerk").text
    assert "没有符合条件的用户" in admin.get("/settings/users?office=999").text


def test_the_list_asks_the_same_number_of_statements_for_one_and_thirty(admin, statements):
    counts = []
    for names in ("一", range(30)):
        for name in names:
            a_user(Role.CLERK, Role.REVIEWER, name=f"{name}号")
        with statements() as seen:
            admin.get("/settings/users")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_changed_user_leaves_what_was_and_what_is(admin):
    user = a_user(Role.CLERK, name="孙立群")
    admin.post(f"/settings/users/{user.id}", data=of(user, name="孙立", roles=[Role.MANAGER]))
    action, change = events()[-1]
    assert action == "change_user"
    assert change["before"] == {"name": "孙立群", "roles": "受理岗"}
    assert change["after"] == {"name": "孙立", "roles": "负责人"}


def test_a_stale_form_is_told_what_stands_now_and_the_next_save_counts(admin):
    user = a_user(Role.CLERK, name="孙立群")
    stale = of(user, phone="0635-1")
    admin.post(f"/settings/users/{user.id}", data=of(user, phone="0635-2"))
    page = admin.post(f"/settings/users/{user.id}", 409, data=stale)
    assert "电话 0635-2" in page.one(id="refusal").text
    assert page.one("input", id="phone").attrs["value"] == "0635-1"
    version = page.all("input", name="version")[0].attrs["value"]
    admin.post(f"/settings/users/{user.id}", data={**stale, "version": version})
    assert User.get_by_id(user.id).phone == "0635-1"


@pytest.mark.clause("SZ-A4-3-1")
def test_a_reset_password_is_shown_once_and_ends_the_sessions(admin, app):
    there = app.test_client()
    clerk = log_in(there, Role.CLERK)
    user = a_user(Role.CLERK)
    page = admin.post(f"/settings/users/{user.id}/reset-password", 200, data={"version": user.version})
    assert created(page) not in admin.get(f"/settings/users/{user.id}").text
    assert clerk.get("/password", 302).location.startswith("/log-in")
    assert there.post("/log-in", data={"username": user.username, "password": PASSWORD}).status_code == 422
    answer = there.post("/log-in", data={"username": user.username, "password": created(page)})
    assert answer.status_code == 302
    assert User.get_by_id(user.id).must_change_password


def test_the_same_reset_sent_twice_gives_one_password(admin):
    user = a_user(Role.CLERK)
    admin.post(f"/settings/users/{user.id}/reset-password", 200, data={"version": user.version})
    page = admin.post(f"/settings/users/{user.id}/reset-password", 409, data={"version": user.version})
    assert "本次没有办理" in page.one(id="refusal").text
    assert [action for action, _ in events()].count("reset_password") == 1


@pytest.mark.clause("SZ-A4-4-3")
def test_a_locked_user_is_let_in_by_the_administrator(admin, app):
    user, there = a_user(Role.CLERK), app.test_client()
    for _ in range(6):
        there.post("/log-in", data={"username": user.username, "password": "wrong"})
    page = admin.get(f"/settings/users/{user.id}")
    assert "锁定到 09:10" in page.one("h1").text
    assert "锁定到 09:10" in admin.get("/settings/users?state=locked").text
    admin.post(f"/settings/users/{user.id}/unlock", data={"version": user.version})
    answer = there.post("/log-in", data={"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.clause("SZ-A4-5-1")
def test_a_closed_account_cannot_log_in_until_it_is_reopened(admin, app):
    user, there = a_user(Role.CLERK), app.test_client()
    admin.post(f"/settings/users/{user.id}/close", data={"version": 1})
    answer = there.post("/log-in", data={"username": user.username, "password": PASSWORD})
    assert "已停用" in Page(answer.get_data(as_text=True)).text
    admin.post(f"/settings/users/{user.id}/reopen", data={"version": 2})
    assert there.post("/log-in", data={"username": user.username, "password": PASSWORD}).status_code == 302
    assert [action for action, _ in events() if action.endswith("account")] == [
        "close_account",
        "reopen_account",
    ]


def test_open_cases_keep_an_account_open_and_are_counted(admin):
    cases = [an_application(), an_application()]
    user = cases[0].handler
    page = admin.post(f"/settings/users/{user.id}/close", 422, data={"version": user.version})
    assert "名下还有 2 件在办" in page.one(id="refusal").text
    assert User.get_by_id(user.id).is_active
    page = admin.post(f"/settings/users/{user.id}", 422, data=of(user, roles=[Role.AUDITOR]))
    assert "名下还有 2 件在办" in page.one(id="roles-error").text


def test_an_administrator_neither_closes_nor_degrades_the_own_account(admin):
    me = a_user(Role.ADMIN)
    page = admin.post(f"/settings/users/{me.id}/close", 422, data={"version": me.version})
    assert "不能停用自己的账号" in page.one(id="refusal").text
    page = admin.post(f"/settings/users/{me.id}", 422, data=of(me, roles=[Role.CLERK]))
    assert "不能取消自己的" in page.one(id="roles-error").text


def test_the_account_of_the_system_is_no_user(admin):
    system = User.create(
        username="system", name="系统", office=an_office(), password_hash="", is_active=False
    )
    assert "system" not in admin.get("/settings/users").text
    admin.get(f"/settings/users/{system.id}", 404)


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.AUDITOR])
def test_nobody_else_manages_users(client, role):
    user = a_user(Role.CLERK, name="韩雪")
    log_in(client, role)
    for method, url in (
        ("get", "/settings/users"),
        ("get", f"/settings/users/{user.id}"),
        ("post", f"/settings/users/{user.id}/reset-password"),
    ):
        assert getattr(client, method)(url).status_code == 403
    assert moment.today().year == 2026
