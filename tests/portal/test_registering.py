"""From the office's invitation to the first account, as both sides see it."""

import re

import pytest

from blueprints.portal import user_queries
from lifecycle import invitations
from models import Event, Invitation, Membership, Role, User
from tests.builders import an_institution, an_office, hand_of
from tests.page import Browser, log_in
from tests.providers import a_provider, log_in_as

GOOD = {
    "name": "王晓",
    "phone": "13800000001",
    "username": "anlan-wang",
    "password": "Yiyuan-2026!",
    "again": "Yiyuan-2026!",
}


def code_on(page):
    return page.one("strong").text


def invited(institution=None):
    institution = institution or an_institution()
    return invitations.invite(institution, "王晓", hand=hand_of(Role.CLERK, office=institution.office))


def test_the_office_invites_and_reads_the_code_once(app, client):
    institution = an_institution(contact="王晓")
    clerk = log_in(client, Role.CLERK)
    assert clerk.get(f"/institutions/{institution.id}").one(
        "a", href=f"/institutions/{institution.id}/accounts"
    )

    page = clerk.post(f"/institutions/{institution.id}/invitations", status=200, data={"name": "王晓"})

    code = code_on(page.one(id="code"))
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
    assert "http://localhost/register" in page.one(id="code").text
    assert code not in clerk.get(f"/institutions/{institution.id}/accounts").text
    assert Browser(app.test_client()).post("/register", data={**GOOD, "code": code}).location == "/log-in"
    assert Membership.get().institution_id == institution.id
    shown = clerk.get(f"/institutions/{institution.id}/accounts")
    assert "anlan-wang" in shown.text
    assert "已注册" in shown.text


def test_an_invitation_without_a_name_is_refused_beside_the_field(client):
    institution = an_institution()
    page = log_in(client, Role.CLERK).post(
        f"/institutions/{institution.id}/invitations", status=422, data={"name": " "}
    )
    assert "请输入姓名" in page.one(id="invitations").text
    assert Invitation.select().count() == 0


def test_the_new_account_begins_at_its_own_pages(client):
    row, code = invited()
    browser = Browser(client)
    browser.post("/register", data={**GOOD, "code": code})
    browser.post("/log-in", data={"username": GOOD["username"], "password": GOOD["password"]})
    assert browser.get("/", status=302).location == "/my"
    page = browser.get("/my")
    assert page.one("h1").text == row.institution.name
    assert [link.text for link in page.one("nav", class_="sidenav").all("a")] == ["我的办件", "本机构用户"]
    assert "现在没有要您办理的事" in page.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "aaaa-bbbb-cccc-dddd", "邀请码不对、已用过或已过期"),
        ("username", "TAKEN", "已有人使用"),
        ("password", "short", "新密码至少 8 个字符"),
        ("again", "other", "两次输入的密码不一致"),
        ("phone", "12", "手机号应为 11 位"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_typing_stays(client, field, value, sentence):
    User.update(username="taken").where(User.id == a_provider().id).execute()
    _, code = invited()
    data = {**GOOD, "code": code, field: value}
    if field == "password":
        data["again"] = value
    page = Browser(client).post("/register", status=422, data=data)
    assert sentence in page.one(id=f"{field}-error").text
    assert page.one("input", id="name").attrs["value"] == "王晓"
    assert User.select().where(User.username == "anlan-wang").count() == 0


def test_guessing_a_code_locks_and_leaves_events(client):
    _, code = invited()
    browser = Browser(client)
    for _ in range(6):
        browser.post("/register", status=422, data={**GOOD, "code": "xxxx"})
    assert "以后再试" in browser.post("/register", status=422, data={**GOOD, "code": code}).text
    assert Event.select().where(Event.action == "invitation_failed").count() == 7


def test_the_office_takes_an_invitation_back_and_closes_accounts(app, client):
    row, code = invited()
    user = a_provider(row.institution)
    provider = log_in_as(app.test_client(), user)
    clerk = log_in(client, Role.CLERK)
    base = f"/institutions/{row.institution_id}"
    clerk.post(f"{base}/invitations/{row.id}/revoke")
    assert "不必再撤" in clerk.post(f"{base}/invitations/{row.id}/revoke", status=422).text
    Browser(app.test_client()).post("/register", status=422, data={**GOOD, "code": code})

    clerk.post(f"{base}/accounts/{user.id}/close", data={"version": 1})

    assert provider.get("/my", status=302).location.startswith("/log-in")
    clerk.post(f"{base}/accounts/{user.id}/remove")
    assert user_queries.users([row.institution_id]) == []


def test_a_further_institution_is_joined_with_its_code(client):
    second = an_institution(name="安澜县第二人民医院")
    _, code = invited(second)
    browser = log_in_as(client, a_provider())
    browser.post("/my/join", status=422, data={"code": "xxxx"})
    browser.post("/my/join", data={"code": code})
    page = browser.get("/my")
    assert "安澜县第二人民医院" in page.text
    chosen = browser.get(f"/my?institution={second.id}")
    assert chosen.one("nav", aria_label="选择机构").one("a", aria_current="page").text == "安澜县第二人民医院"
    browser.get(f"/my?institution={an_institution().id}", status=404)


def test_another_office_neither_sees_nor_invites(client):
    institution = an_institution()
    row, _ = invited(institution)
    stranger = log_in(client, Role.CLERK, office=an_office("清源县医疗保险事业中心", "清医保"))
    stranger.get(f"/institutions/{institution.id}/accounts", status=404)
    stranger.post(f"/institutions/{institution.id}/invitations", status=404, data={"name": "王晓"})
    stranger.post(f"/institutions/{institution.id}/invitations/{row.id}/revoke", status=404)


def test_whoever_is_logged_in_does_not_register_again(client):
    browser = log_in_as(client, a_provider())
    assert browser.get("/register", status=302).location == "/"
