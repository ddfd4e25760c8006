"""An institution on its own pages, from the invitation to the notice it downloads; on a phone as well."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from models import Case, CaseMaterial, Office, Role
from tests.browser.desks import PDF, Desks, submit
from tests.builders import MONDAY, PASSWORD, an_institution, miss
from tests.providers import a_provider

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
ACCOUNT = {"name": "王晓", "phone": "13800000001", "username": "anlan-wang"}
OWN = "Yiyuan-2026!"
FORM = {
    "beds": "80",
    "ownership": "私营",
    "operating_since": "2024-05-01",
    "contact": "王晓",
    "phone": "13863502715",
}


def shot(tab, name):
    """Keep a picture where DINGDIAN_SHOTS says, for whoever looks at the pages."""
    if folder := os.environ.get("DINGDIAN_SHOTS"):
        tab.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def desks(open_page, app):  # noqa: ARG001 - the product must stand before anybody sits down
    return Desks(open_page)


@pytest.fixture
def hospital(app):  # noqa: ARG001
    return an_institution(name="安澜县沙堤镇颐康医养结合服务中心", contact="王晓", category="专科医院")


def log_in(tab, username, password=PASSWORD):
    tab.goto("/log-in")
    tab.fill("[name=username]", username)
    tab.fill("[name=password]", password)
    submit(tab, ".login-card .btn-primary")


def registered(desks, tab, hospital):
    """Invite the institution at the window, register with the code, and stay on the own pages."""
    clerk = desks.of(Role.CLERK, url=f"/institutions/{hospital.id}")
    clerk.locator("a", has_text="机构账号").click()
    submit(clerk, "#invitations .btn-primary")
    code = clerk.locator("#code strong").inner_text()
    shot(clerk, "accounts")
    tab.goto("/log-in")
    tab.locator("a", has_text="去注册").click()
    for name, value in {**ACCOUNT, "code": code, "password": OWN, "again": OWN}.items():
        tab.fill(f"[name={name}]", value)
    shot(tab, "register")
    submit(tab, ".login-card .btn-primary")
    log_in(tab, ACCOUNT["username"], OWN)
    expect(tab.locator("h1")).to_have_text(hospital.name)


def apply(tab):
    """Fill in the form, put up one file, hand it in."""
    tab.locator("a", has_text="提出定点申请").click()
    for name, value in FORM.items():
        tab.fill(f"[name={name}]", value)
    for label in ("二级", "门诊统筹", "营利"):
        tab.get_by_label(label, exact=True).check()
    shot(tab, "apply")
    submit(tab, "#application-form .form-foot .btn-primary")
    shot(tab, "kept")
    tab.locator("#materials input[type=file]").first.set_input_files(PDF)
    submit(tab, "#materials form.upload button >> nth=0")
    expect(tab.locator("#materials")).to_contain_text("已上传 1 个文件")
    shot(tab, "draft")
    submit(tab, "#draft .btn-primary")
    expect(tab.locator("#standing")).to_contain_text("经办机构正在核对材料是否齐全")


def tick_materials(case):
    """Mark all as received: the window's own work has journeys of its own."""
    CaseMaterial.update(
        state="received", received_on=MONDAY, is_original_seen=True, original_seen_on=MONDAY
    ).where(CaseMaterial.case == case, CaseMaterial.state.in_(["pending", "missing"])).execute()


def test_from_the_invitation_to_the_acceptance_notice(desks, open_page, hospital):
    tab = open_page()
    registered(desks, tab, hospital)
    shot(tab, "home-empty")
    apply(tab)
    case = Case.get()

    tick_materials(case)
    miss(case, 2, "许可证副本缺最近一次校验页")
    clerk = desks.of(Role.CLERK, url=f"/cases/{case.id}")
    desks.step(clerk, "要求补正")
    desks.serve(clerk)

    tab.goto("/my")
    expect(tab.locator("#to-do")).to_contain_text("剩 5 个工作日")
    shot(tab, "home")
    tab.locator("#to-do a").click()
    shot(tab, "correction")
    tab.locator("#materials input[type=file]").set_input_files(PDF)
    submit(tab, "#materials form.upload button")
    submit(tab, "#materials > .form-foot .btn-primary")
    expect(tab.locator("#standing")).to_contain_text("经办机构正在核对材料是否齐全")

    tick_materials(case)
    clerk.goto(f"/cases/{case.id}")
    desks.step(clerk, "受理")

    tab.goto(f"/my/cases/{case.id}")
    shot(tab, "accepted")
    expect(tab.locator("h1 .state")).to_have_text("已受理")
    with tab.expect_download() as download:
        tab.locator("#documents a", has_text="受理通知书").click()
    assert download.value.suggested_filename.endswith("受理通知书.docx")
    expect(tab.locator("#timeline")).to_contain_text("经办机构工作人员受理")
    expect(tab.locator("#timeline")).to_contain_text("王晓提交补正材料")
    expect(tab.locator("main")).not_to_contain_text("clerk")


def test_a_phone_shows_every_page_without_scrolling_sideways(open_page, app, hospital):  # noqa: ARG001
    user = a_provider(hospital)
    Office.update(hours="周一至周五 8:30—12:00，14:00—17:30", complaint_phone="0635-12393").execute()
    tab = open_page(**PHONE)
    log_in(tab, user.username)
    apply_url = f"/my/institutions/{hospital.id}/apply"
    for name, url in (
        ("home", "/my"),
        ("users", "/my/users"),
        ("user_new", "/my/users/new"),
        ("user", f"/my/users/{user.id}"),
        ("apply", apply_url),
        ("case", ""),
    ):
        tab.goto(url or f"/my/cases/{a_correction(hospital).id}")
        shot(tab, f"phone-{name}")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


@pytest.mark.parametrize("page", ["/my", "/my/users", "/my/users/new", "case", "apply", "/register"])
def test_axe_finds_nothing(open_page, app, hospital, violations, page):  # noqa: ARG001
    tab = open_page(bypass_csp=True)
    if page != "/register":
        log_in(tab, a_provider(hospital).username)
    url = {"apply": f"/my/institutions/{hospital.id}/apply"}.get(page, page)
    if page == "case":
        url = f"/my/cases/{a_correction(hospital).id}"
    tab.goto(url)
    assert violations(tab) == []


def a_correction(hospital):
    """A case of `hospital` with a correction that runs."""
    from tests.portal.test_cases import corrected  # noqa: PLC0415

    case, _ = corrected(institution=hospital)
    assert (
        CaseMaterial.select().where(CaseMaterial.case == case, CaseMaterial.asked_on.is_null(False)).exists()
    )
    return case
