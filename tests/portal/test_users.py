"""The users of an institution, as its administrator keeps them (附件8-4)."""

import pytest

from blueprints.portal import user_queries
from lifecycle import moment, passwords
from models import Event, Membership, Role, User, UserRole
from tests.builders import PASSWORD, an_institution
from tests.page import Browser
from tests.providers import BOTH, a_provider, log_in_as

NEW = {"username": "li-min", "name": "李敏", "phone": "13800000002", "roles": [Role.PROVIDER], "password": ""}


@pytest.fixture
def admin(client):
    """The administrator of an institution, logged in; `.institution` is it."""
    institution = an_institution(name="安澜县第一人民医院")
    browser = log_in_as(client, a_provider(institution))
    browser.institution = institution
    return browser


def a_colleague(admin, name="李敏", **fields):
    user = a_provider(admin.institution, Role.PROVIDER, name=name)
    if fields:
        User.update(**fields).where(User.id == user.id).execute()
    return User.get_by_id(user.id)


def roles_of(user):
    return sorted(row.role for row in UserRole.select().where(UserRole.user == user))


@pytest.mark.clause("SZ-A4-1-1", "SZ-A4-1-3")
def test_saving_shows_account_and_password_once(admin):
    page = admin.post("/my/users/new", status=200, data={**NEW, "institution": admin.institution.id})
    account, password = (node.text for node in page.one(id="password-shown").all("strong"))
    user = User.get(User.username == "li-min")
    assert (account, len(password)) == ("li-min", 12)
    assert passwords.is_right(user.password_hash, password)
    assert password not in admin.get(f"/my/users/{user.id}").text
    assert all(password not in str(event.change) for event in Event.select())


@pytest.mark.clause("SZ-A4-1-1")
def test_a_typed_first_password_is_kept_and_a_weak_one_refused(admin):
    values = {**NEW, "institution": admin.institution.id}
    weak = admin.post("/my/users/new", status=422, data={**values, "password": "12345678"})
    assert "三类" in weak.one(id="password-error").text
    page = admin.post("/my/users/new", status=200, data={**values, "password": "Yiyuan-2026!"})
    assert "Yiyuan-2026!" in page.one(id="password-shown").text


@pytest.mark.clause("SZ-A4-1-3")
@pytest.mark.parametrize("field", ["username", "name", "phone", "roles", "institution"])
def test_every_field_but_the_password_is_mandatory(admin, field):
    values = {**NEW, "institution": admin.institution.id, field: []}
    page = admin.post("/my/users/new", status=422, data=values)
    assert "is-invalid" in page.one(id=f"field-{field}").attrs["class"]
    assert User.select().where(User.username == "li-min").count() == 0


@pytest.mark.clause("SZ-A4-1-2")
def test_the_picker_offers_the_own_institutions_alone(admin):
    foreign = an_institution()
    page = admin.get("/my/users/new")
    assert [option.text for option in page.one("select", id="institution").all("option")] == [
        "安澜县第一人民医院"
    ]
    admin.post("/my/users/new", status=422, data={**NEW, "institution": foreign.id})
    assert Membership.select().where(Membership.institution == foreign).count() == 0


@pytest.mark.clause("SZ-A4-2-1")
@pytest.mark.parametrize("asked", ["李", "-李敏", ""])
def test_users_are_found_by_name_or_account_and_show_their_roles(admin, asked):
    a_colleague(admin)
    a_provider(name="别家的李敏")
    page = admin.swap("get", f"/my/users?q={asked}")
    names = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert names == (["李敏"] if asked else ["李敏", "许大夫"])
    assert "机构经办人" in page.one("tbody").text


@pytest.mark.clause("SZ-A4-2-1")
def test_roles_are_ticked(admin):
    user = a_colleague(admin)
    admin.post(f"/my/users/{user.id}/roles", data={"roles": list(BOTH), "version": user.version})
    assert roles_of(user) == ["provider", "provider_admin"]
    page = admin.post(f"/my/users/{user.id}/roles", status=422, data={"roles": ["manager"], "version": "2"})
    assert "不在列表里" in page.one(id="field-roles").text
    admin.post(f"/my/users/{user.id}/roles", status=409, data={"roles": [Role.PROVIDER], "version": "1"})
    assert roles_of(user) == ["provider", "provider_admin"]


@pytest.mark.clause("SZ-A4-2-2")
def test_a_new_user_has_to_change_the_first_password(app, admin):
    data = {**NEW, "institution": admin.institution.id, "password": "Yiyuan-2026!"}
    admin.post("/my/users/new", status=200, data=data)
    fresh = log_in_as(app.test_client(), User.get(User.username == "li-min"), "Yiyuan-2026!")
    assert fresh.get("/my", status=302).location == "/password"
    change = {"old": "Yiyuan-2026!", "new": "Lushan-7788", "again": "Lushan-7788"}
    fresh.post("/password", data=change)
    assert fresh.get("/my").one("h1").text == "安澜县第一人民医院"


@pytest.mark.clause("SZ-A4-3-1")
def test_a_reset_password_is_shown_once_and_ends_the_sessions(app, admin):
    user = a_colleague(admin)
    colleague = log_in_as(app.test_client(), user)
    page = admin.post(f"/my/users/{user.id}/reset-password", status=200, data={"version": user.version})
    password = page.one(id="password-shown").all("strong")[1].text
    assert password not in admin.get(f"/my/users/{user.id}").text
    assert colleague.get("/my", status=302).location.startswith("/log-in")
    assert log_in_as(app.test_client(), user, password).get("/my", status=302).location == "/password"


@pytest.mark.clause("SZ-A4-4-1", "SZ-A4-4-2", "SZ-A4-4-3")
def test_a_lock_is_shown_with_its_end_and_the_administrator_ends_it(app, admin):
    user, other = a_colleague(admin), Browser(app.test_client())
    for n in range(6):
        page = other.post("/log-in", status=422, data={"username": user.username, "password": "wrong"})
        assert ("锁定到 09:10" in page.text) == (n == 5)
    assert "本机构的机构管理员解锁" in page.text
    assert "锁定到 09:10" in admin.get("/my/users").text
    assert "09:10 自动解除" in admin.get(f"/my/users/{user.id}").text
    admin.post(f"/my/users/{user.id}/unlock", data={"version": user.version})
    log_in_as(app.test_client(), user)


@pytest.mark.clause("SZ-A4-5-1", "SZ-A4-5-2")
def test_a_closed_account_is_out_at_once_and_cannot_log_in(app, admin):
    user = a_colleague(admin)
    colleague = log_in_as(app.test_client(), user)
    admin.post(f"/my/users/{user.id}/close", data={"version": user.version})
    assert colleague.get("/my", status=302).location.startswith("/log-in")
    data = {"username": user.username, "password": PASSWORD}
    refused = Browser(app.test_client()).post("/log-in", status=422, data=data)
    assert "请找本机构的机构管理员" in refused.text
    admin.post(f"/my/users/{user.id}/reopen", data={"version": user.version + 1})
    log_in_as(app.test_client(), user)


def test_the_own_account_is_not_closed(admin):
    own = User.get(User.name == "许大夫")
    assert "停用" not in admin.get(f"/my/users/{own.id}").one(id="main").text
    admin.post(f"/my/users/{own.id}/close", status=422, data={"version": 1})
    assert User.get_by_id(own.id).is_active


@pytest.mark.clause("SZ-A4-3-1")
def test_users_of_other_institutions_are_not_there(admin):
    foreign = a_provider(name="外人")
    admin.get(f"/my/users/{foreign.id}", status=404)
    for act in ("roles", "reset-password", "unlock", "close", "reopen"):
        admin.post(f"/my/users/{foreign.id}/{act}", status=404, data={"version": 1, "roles": [Role.PROVIDER]})
    assert User.get_by_id(foreign.id).version == 1


def test_who_also_works_elsewhere_is_kept_by_the_office(admin):
    shared = a_colleague(admin)
    Membership.create(user=shared, institution=an_institution())
    assert "由经办机构维护" in admin.get(f"/my/users/{shared.id}").text
    admin.post(f"/my/users/{shared.id}/reset-password", status=403, data={"version": 1})


def test_the_list_asks_the_same_for_one_and_many_users(admin, statements):
    def asked():
        with statements() as seen:
            user_queries.users([admin.institution.id])
        return len(seen)

    few = asked()
    for name in ("甲", "乙", "丙"):
        a_colleague(admin, name=name, locked_until=moment.now())
    assert (few, asked()) == (1, 1)
