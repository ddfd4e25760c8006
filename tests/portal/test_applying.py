"""An institution applies by itself: draft, materials, submission; at no other day and for nobody else."""

from datetime import date
from io import BytesIO

import pytest

from lifecycle import intake, steps
from lifecycle.errors import BadDay, NotAllowed
from models import Application, Attachment, Case, CaseMaterial, Event, Institution, Role, User
from tests.builders import a_user, an_application, an_institution
from tests.page import log_in
from tests.providers import a_provider, log_in_as, provider_hand

TYPED = {
    "licence_no": "PDY70388137159917A1001",
    "address": "安澜县沙堤镇文昌街 66 号",
    "category": "专科医院",
    "blank_grade_level": "二级",
    "blank_grade_rank": "乙",
    "ownership": "私营",
    "is_for_profit": "yes",
    "beds": "80",
    "types": ["outpatient_pooling"],
    "operating_since": "2024-05-01",
    "contact": "闫晓东",
    "phone": "13863502715",
}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def institution(app):  # noqa: ARG001
    a_user(Role.CLERK)
    return an_institution(name="安澜颐康医院", contact="闫晓东")


@pytest.fixture
def provider(client, institution):
    browser = log_in_as(client, a_provider(institution))
    browser.url = f"/my/institutions/{institution.id}/apply"
    return browser


def held(page):
    """The values that a form page holds, as a browser would post them."""
    form = page.one("form", id="application-form")
    data = {}
    for node in form.all("input"):
        if node.attrs.get("type") in ("checkbox", "radio"):
            if "checked" in node.attrs:
                data.setdefault(node.attrs["name"], []).append(node.attrs["value"])
        elif node.attrs.get("name"):
            data[node.attrs["name"]] = node.attrs.get("value", "")
    return data


def applied(provider, **typed):
    """Fill in and keep the whole form; return the draft."""
    provider.post(provider.url, data={**held(provider.get(provider.url)), **TYPED, **typed})
    return Case.get()


def upload(provider, case, material, content=PDF, name="许可证.pdf", status=302):
    return provider.post(
        f"/my/cases/{case.id}/materials/{material.id}/files",
        status=status,
        data={"files": (BytesIO(content), name)},
    )


def submit(provider, case, status=302):
    version = Application.get(Application.case == case).version
    return provider.post(f"/my/cases/{case.id}/submit", status=status, data={"application_version": version})


def test_the_form_starts_with_what_the_register_knows(provider, institution):
    page = provider.get(provider.url)
    assert page.one("input", id="name").attrs["value"] == "安澜颐康医院"
    assert page.one("input", id="address").attrs["value"] == institution.address
    assert "*" in page.one("input", id="legal_representative_id").attrs["value"]
    assert page.all("input", id="received_on") == []


@pytest.mark.clause("ZJ-05-1")
def test_a_whole_application_is_filed_online_on_the_day_it_is_submitted(provider, institution):
    case = applied(provider)
    assert (case.state, case.is_on_behalf, case.institution_id) == ("draft", False, institution.id)
    upload(provider, case, CaseMaterial.get(CaseMaterial.case == case))

    page = submit(provider, case)

    case = Case.get_by_id(case.id)
    application = Application.get(Application.case == case)
    assert page.location == f"/my/cases/{case.id}"
    assert (case.state, case.opened_on, case.handler.name) == ("filed", date(2026, 3, 2), "clerk")
    assert (application.channel, application.applied_on, application.types) == (
        "online",
        date(2026, 3, 2),
        ["outpatient_pooling"],
    )
    event = Event.get(Event.action == "file")
    assert (event.actor_name, event.on) == ("许大夫", date(2026, 3, 2))
    assert "经办机构正在核对材料是否齐全" in provider.get(f"/my/cases/{case.id}").text


def test_a_draft_is_put_aside_half_filled_and_resumed(provider):
    first = {**held(provider.get(provider.url)), "operating_since": "", "contact": "闫晓东"}
    provider.post(provider.url, data={**first, "draft": "1"})
    case = Case.get()
    page = provider.get(f"/my/cases/{case.id}/draft")
    assert page.one("input", id="contact").attrs["value"] == "闫晓东"
    refused = submit(provider, case, status=422)
    assert "处需要修改" in refused.text
    assert refused.one("input", id="contact").attrs["value"] == "闫晓东"
    provider.post(f"/my/cases/{case.id}/draft", data={**held(page), **TYPED})
    submit(provider, case)
    assert Case.get_by_id(case.id).state == "filed"


def test_what_is_wrong_is_told_beside_its_field(provider):
    page = provider.post(provider.url, status=422, data={**TYPED, "types": [], "phone": "12"})
    assert "至少选择一项" in page.one(id="field-types").text
    assert "手机号应为 11 位" in page.one(id="phone-error").text
    assert Case.select().count() == 0


def test_name_and_credit_code_stay_those_of_the_register(provider, institution):
    case = applied(provider, name="别的名字", uscc="91371500MA3C000000")
    submit(provider, case)
    row = Institution.get_by_id(institution.id)
    assert (row.name, row.uscc) == (institution.name, institution.uscc)


def test_a_draft_changed_by_a_colleague_meanwhile_is_not_submitted_unseen(provider):
    case = applied(provider)
    Application.update(version=7).where(Application.case == case).execute()
    provider.post(f"/my/cases/{case.id}/submit", status=409, data={"application_version": "1"})
    assert Case.get_by_id(case.id).state == "draft"


def test_an_open_application_is_shown_instead_of_a_second_one(provider):
    typed = {**held(provider.get(provider.url)), **TYPED}
    case = applied(provider)
    assert provider.get(provider.url, status=302).location == f"/my/cases/{case.id}"
    assert "已有在办的定点申请" in provider.post(provider.url, status=409, data=typed).text
    assert provider.get("/my").all("a", href=provider.url) == []


def test_nobody_applies_for_an_institution_that_is_not_the_own(provider):
    foreign = an_institution()
    url = f"/my/institutions/{foreign.id}"
    provider.get(f"{url}/apply", status=404)
    provider.post(f"{url}/apply", status=404, data=TYPED)
    provider.post(f"{url}/rows/departments", status=404, data=TYPED)
    assert Case.select().count() == 0


def test_an_institution_does_not_backdate(institution):
    user = a_provider(institution)
    hand = provider_hand(user)
    case = intake.register_application(
        intake.Typed({}, {}, {"operating_since": None, "types": ["outpatient_pooling"]}, is_draft=True),
        hand=hand,
        institution=institution,
    )
    Application.update(operating_since=date(2024, 5, 1)).where(Application.case == case).execute()
    with pytest.raises(BadDay):
        steps.take_step(case, "file", hand=hand, on=date(2026, 2, 27), reason="昨天就交了")
    with pytest.raises(NotAllowed):
        steps.take_step(case, "file", hand=provider_hand(a_provider(an_institution())))


def test_the_least_busy_clerk_gets_a_case_that_comes_in(provider):
    an_application()  # of the clerk
    away, free = a_user(Role.CLERK, name="卜经"), a_user(Role.CLERK, name="韩雪")
    User.update(away_until=date(2026, 3, 2)).where(User.id == away.id).execute()
    assert User.get_by_id(applied_of(provider).handler_id) == free


def applied_of(provider):
    provider.post(provider.url, data={**held(provider.get(provider.url)), **TYPED})
    return Case.select().order_by(Case.id.desc()).get()


def test_without_a_clerk_the_institution_is_told_to_call_the_office(provider):
    User.update(is_active=False).where(User.username.startswith("clerk")).execute()
    page = provider.post(provider.url, status=422, data={**held(provider.get(provider.url)), **TYPED})
    assert "还没有受理岗账号，请电话联系经办机构" in page.text


def test_an_administrator_alone_does_not_file(client, institution):
    browser = log_in_as(client, a_provider(institution, Role.PROVIDER_ADMIN))
    browser.get(f"/my/institutions/{institution.id}/apply", status=403)
    assert browser.get("/my").all("a", href=f"/my/institutions/{institution.id}/apply") == []


# --- Files ---


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00", "许可证.pdf"),
        (b"", "空.pdf"),
        (b"<html></html>", "许可证.jpg"),
        (b"PK\x03\x04zz", "表.docx"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_kept(provider, content, name):
    case = applied(provider)
    row = CaseMaterial.get(CaseMaterial.case == case)
    upload(provider, case, row, content, name, status=422)
    assert Attachment.select().count() == 0


def test_a_file_is_taken_out_again_while_it_is_a_draft(provider):
    case = applied(provider)
    row = CaseMaterial.get(CaseMaterial.case == case)
    upload(provider, case, row, name="../../许可证.pdf")
    file = Attachment.get()
    assert file.filename == "许可证.pdf"
    assert provider.get(f"/my/cases/{case.id}/files/{file.id}").data == PDF
    provider.post(f"/my/cases/{case.id}/files/{file.id}/remove")
    assert "许可证.pdf" not in provider.get(f"/my/cases/{case.id}").one(id="materials").text
    provider.get(f"/my/cases/{case.id}/files/{file.id}", status=404)


def test_once_submitted_nothing_is_added_or_taken_out(provider):
    case = applied(provider)
    row = CaseMaterial.get(CaseMaterial.case == case)
    upload(provider, case, row)
    submit(provider, case)
    upload(provider, case, row, status=403)
    provider.post(f"/my/cases/{case.id}/files/{Attachment.get().id}/remove", status=403)
    provider.get(f"/my/cases/{case.id}/draft", status=404)
    assert Attachment.get().removed_at is None


# --- At the office ---


def test_the_office_is_not_asked_about_a_draft_that_the_institution_still_writes(app, provider):
    case = applied(provider)
    clerk = log_in(app.test_client(), Role.CLERK)
    pages = ("/worklist/", "/worklist/?tab=doing", "/applications", "/dashboard/")
    assert [url for url in pages if "安澜颐康医院" in clerk.get(url).text] == []
    submit(provider, case)
    assert [url for url in pages[:3] if "安澜颐康医院" in clerk.get(url).text] == list(pages[:3])
