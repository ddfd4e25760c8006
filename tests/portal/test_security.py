"""An account of an institution: every route of the staff is shut, every object of others is not there."""

from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from lifecycle import invitations, moment, vault
from models import (
    Attachment,
    CaseMaterial,
    Document,
    Institution,
    Invitation,
    Office,
    Person,
    Role,
    User,
)
from tests.builders import MONDAY, a_file, a_person, a_user, an_accepted, an_application, hand_of, serve_last
from tests.page import Browser
from tests.providers import BOTH, a_provider, log_in_as
from tests.roles import PROVIDERS, WHO_MAY
from tests.test_access import urls

# What an institution reads besides its own pages: forms and guides, nothing of anybody.
SHARED = {"catalogue.guide_page", "papers.blank_form", "papers.blank_forms"}


@pytest.fixture
def own(app):  # noqa: ARG001
    """The own case, with an account that may do all that an institution may."""
    case = an_application()
    return case, a_provider(case.institution)


@pytest.fixture
def foreign(app):  # noqa: ARG001
    """Everything of another institution of the same office, by the argument names of the routes."""
    case = an_accepted()
    material = CaseMaterial.get(CaseMaterial.case == case)
    file = a_file(case, "material")
    Attachment.update(material=material).where(Attachment.id == file.id).execute()
    clerk = hand_of(Role.CLERK)
    account = a_provider(case.institution, name="外人")
    return {
        "case_id": case.id,
        "institution_id": case.institution_id,
        "document_id": Document.get(Document.case == case).id,
        "material_id": material.id,
        "attachment_id": file.id,
        "user_id": account.id,
        "account_id": account.id,
        "invitation_id": invitations.invite(case.institution, "外人", hand=clerk)[0].id,
    }


def test_every_route_of_the_staff_is_shut(app, client, own, foreign):
    browser = log_in_as(client, own[1]).client
    open_ones = []
    for rule, method, url in urls(app, **foreign):
        if not PROVIDERS & set(WHO_MAY[rule.endpoint]):
            status = browser.open(url, method=method).status_code
            if status not in (403, 404):
                open_ones.append((rule.endpoint, method, status))
    assert open_ones == []


def test_the_staff_routes_are_shut_for_the_own_case_too(app, client, own):
    case, user = own
    browser = log_in_as(client, user).client
    for rule, method, url in urls(app, case_id=case.id, institution_id=case.institution_id):
        if not PROVIDERS & set(WHO_MAY[rule.endpoint]):
            assert browser.open(url, method=method).status_code in (403, 404), rule.endpoint


def test_what_is_open_to_an_institution_is_its_own_pages_and_no_more():
    theirs = {endpoint for endpoint, roles in WHO_MAY.items() if PROVIDERS & set(roles)}
    assert {endpoint for endpoint in theirs if not endpoint.startswith(("portal.", "accounts."))} == SHARED


def test_no_object_of_another_institution_is_there(app, client, own, foreign):
    browser = log_in_as(client, own[1]).client
    found, tried = [], 0
    for rule, method, url in urls(app, **foreign):
        if rule.arguments & foreign.keys() and set(BOTH) & set(WHO_MAY[rule.endpoint]):
            status, tried = browser.open(url, method=method).status_code, tried + 1
            if status != 404:
                found.append((rule.endpoint, method, status))
    assert (found, tried > 15) == ([], True)


@pytest.mark.parametrize("name", ["document_id", "material_id", "attachment_id"])
def test_an_object_of_another_case_is_not_there_under_the_own_case(app, client, own, foreign, name):
    case, user = own
    browser = log_in_as(client, user).client
    given = {"case_id": case.id, name: foreign[name]}
    answers = [
        browser.open(url, method=method).status_code
        for rule, method, url in urls(app, **given)
        if rule.endpoint.startswith("portal.") and {"case_id", name} <= rule.arguments
    ]
    assert set(answers) == {404}


def test_no_id_but_the_own_answers_when_all_are_tried(client, own, foreign):  # noqa: ARG001
    case, user = own
    browser = log_in_as(client, user).client
    there = [n for n in range(1, 30) if browser.get(f"/my/cases/{n}").status_code == 200]
    assert there == [case.id]
    assert [n for n in range(1, 30) if browser.get(f"/my/users/{n}").status_code == 200] == [user.id]
    for n in (10**30, 2**63):
        assert browser.get(f"/my/cases/{n}").status_code == 404


def test_nothing_of_another_institution_stands_on_any_page(client, own, foreign):
    case, user = own
    browser = log_in_as(client, user)
    name = Institution.get_by_id(foreign["institution_id"]).name
    for url in ("/my", f"/my/cases/{case.id}", "/my/users", "/my/users/new", "/my/users?q=外"):
        page = browser.get(url)
        assert (name in page.html, "外人" in page.one("main").text) == (False, False), url


def test_who_left_the_institution_sees_nothing_of_it(client, own):
    case, user = own
    browser = log_in_as(client, user)
    user.memberships.get().delete_instance()
    assert browser.client.get(f"/my/cases/{case.id}").status_code == 404


@pytest.mark.clause("SZ-A4-2-2")
def test_a_one_time_password_opens_nothing_but_its_change(app, client, own):
    case, user = own
    User.update(must_change_password=True).where(User.id == user.id).execute()
    browser = log_in_as(client, user).client
    for rule, method, url in urls(app, case_id=case.id):
        if rule.endpoint.startswith("portal.") or rule.endpoint.startswith("catalogue."):
            answer = browser.open(url, method=method)
            assert (answer.status_code, answer.headers.get("Location")) == (302, "/password"), rule.endpoint


@pytest.mark.clause("SZ-A4-5-2")
def test_a_closed_account_loses_every_page_at_once(client, own):
    case, user = own
    browser = log_in_as(client, user)
    User.update(is_active=False).where(User.id == user.id).execute()
    assert browser.get(f"/my/cases/{case.id}", status=302).location.startswith("/log-in")


def test_a_session_ends_when_nobody_is_there(client, own):
    browser = log_in_as(client, own[1])
    moment.move_to(datetime(2026, 3, 2, 9, 0) + timedelta(minutes=31))  # noqa: DTZ001
    assert browser.get("/my", status=302).location.startswith("/log-in")


def test_a_word_file_holds_no_personal_number(client):
    case = an_accepted()
    person = a_person()
    Institution.update(legal_representative=person, principal=person).where(
        Institution.id == case.institution_id
    ).execute()
    serve_last(case, MONDAY)
    document = Document.get(Document.case == case)
    word = log_in_as(client, a_provider(case.institution)).get(
        f"/my/cases/{case.id}/documents/{document.id}/word"
    )
    text = "".join(
        ZipFile(BytesIO(word.data)).read(name).decode("utf-8", "ignore")
        for name in ZipFile(BytesIO(word.data)).namelist()
        if name.endswith(".xml")
    )
    numbers = [vault.reveal(row.id_cipher) for row in Person.select()]
    assert [number for number in numbers if number in text] == []


def test_pages_show_the_own_persons_masked(client, own):
    case, user = own
    browser = log_in_as(client, user)
    number = vault.reveal(case.institution.legal_representative.id_cipher)
    for url in ("/my", f"/my/cases/{case.id}", f"/my/institutions/{case.institution_id}/apply"):
        assert number not in browser.client.get(url, follow_redirects=True).get_data(as_text=True)


def test_registering_asks_nothing_of_the_database_about_users_before_the_code_fits(client, own):
    """A stranger must not learn which user names there are."""
    _, user = own
    data = {
        "code": "aaaa-bbbb-cccc-dddd",
        "name": "某",
        "phone": "13800000001",
        "username": user.username,
        "password": "Yiyuan-2026!",
        "again": "Yiyuan-2026!",
    }
    assert "已有人使用" not in Browser(client).post("/register", status=422, data=data).text


def test_an_invitation_is_of_one_institution_of_the_own_office(client, own):
    """The clerk of another office cannot open an account for this one by a foreign invitation id."""
    case, _ = own
    other = an_application()
    row, _ = invitations.invite(other.institution, "王晓", hand=hand_of(Role.CLERK))
    client.post("/log-in", data={"username": a_user(Role.CLERK).username, "password": "Shandong-2026"})
    url = f"/institutions/{case.institution_id}/invitations/{row.id}/revoke"
    assert client.post(url).status_code == 404
    assert Invitation.get_by_id(row.id).revoked_at is None
    assert Office.select().count() == 1
