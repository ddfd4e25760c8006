"""Whole lives of applications in a real browser: each step by the role that takes it, the clock moved."""

from datetime import date

import pytest
from playwright.sync_api import expect

from demo import numbers
from models import Case, Document, Role
from tests.browser.desks import PDF, Desks, submit, tick_sheet
from tests.builders import a_city, a_user, an_institution, an_office, clock_of

pytestmark = pytest.mark.browser


@pytest.fixture
def desks(open_page, app):  # noqa: ARG001 - the product must stand before anybody sits down
    an_office(parent=a_city())
    for name in ("孙立群", "韩雪"):
        a_user(Role.REVIEWER, name=name)
    return Desks(open_page)


def register(desks, kind, fields, types, ticks=()):
    """Register an application at the window and stay on its case page."""
    tab = desks.of(Role.CLERK, url=f"/applications/new?kind={kind}")
    for name, value in fields.items():
        tab.fill(f"[name={name}]", value)
    for label in (*types, *ticks):
        tab.get_by_label(label, exact=True).check()
    submit(tab)
    expect(tab.locator("#case")).to_be_visible()
    desks.case_url = tab.url.split("?")[0].split("#")[0].removeprefix(tab.url.split("/cases")[0])
    return tab


def the_case() -> Case:
    return Case.select().where(Case.matter == "application").get()


def review(desks, stage, label, failed=()):
    """Tick the sheet of `stage` as 孙立群, sign it as both, conclude it."""
    one = desks.of(Role.REVIEWER, "孙立群", url=f"{desks.case_url}/sheets/{stage}")
    tick_sheet(one, failed)
    two = desks.of(Role.REVIEWER, "韩雪", url=f"{desks.case_url}/sheets/{stage}")
    if two.locator("#pledge button").count():
        submit(two, "#pledge button")
    for name in ("孙立群", "韩雪"):
        tab = desks.of(Role.REVIEWER, name, url=f"{desks.case_url}/sheets/{stage}")
        submit(tab, "#sheet-state button")
    desks.step(desks.of(Role.REVIEWER, "孙立群"), label)


def appoint(desks):
    """Appoint the group and begin the desk review."""
    tab = desks.of(Role.REVIEWER, "孙立群", url=f"{desks.case_url}/group")
    for name, field in (("孙立群", "医疗保障"), ("韩雪", "医药卫生")):
        tab.get_by_label(name).select_option(field)
    submit(tab, "button[value=start]")


def publish(desks):
    tab = desks.of(Role.AGREEMENT)
    tab.locator("#next-steps a.btn-primary").click()
    tab.fill("[name=medium]", "局官网")
    submit(tab)


def decide(desks):
    tab = desks.of(Role.MANAGER)
    tab.locator("#next-steps a.btn-primary").click()
    tab.fill("[name=chair]", "高永成")
    tab.fill("[name=others]", "高永成、郑国栋、李长青")
    submit(tab)


def negotiate_and_sign(desks, day):
    tab = desks.of(Role.AGREEMENT)
    tab.locator("#next-steps a.btn-primary").click()
    record = {
        "place": "二楼谈判室",
        "negotiators": "李瑞芳",
        "counterparts": "医保办主任",
        "subject": "定点协议",
        "content": "逐条协商。",
        "opinion": "无异议",
    }
    for name, value in record.items():
        tab.fill(f"[name={name}]", value)
    tab.locator("[name=is_agreed]").first.check()
    submit(tab)
    desks.day(*day)
    tab = desks.of(Role.AGREEMENT)
    tab.locator("#next-steps a.btn-primary").click()
    tab.fill("[name=text_version]", "2026 年版")
    tab.set_input_files("[name=signed_text]", PDF)
    submit(tab)
    return tab


@pytest.mark.clause(
    "LC-12-2a",
    "LC-12-2c",
    "LC-14b-2a",
    "LC-14b-3a",
    "LC-14b-3g",
    "LC-14b-3j",
    "LC-14b-3l2",
    "LC-14b-4c",
    "LC-14b-4d",
)
def test_a_county_hospital_reaches_its_agreement_in_the_second_round(desks, tmp_path):
    tab = register(
        desks,
        "medical",
        {
            "name": "安澜双柳康宁医院",
            "uscc": numbers.credit_code(70001),
            "licence_no": "PDY10001337159917A1001",
            "address": "安澜县双柳镇柳泉路 18 号",
            "beds": "80",
            "operating_since": "2024-05-01",
            "legal_representative": "许长河",
            "legal_representative_id": numbers.resident_id(7001),
            "phone": "13806350001",
        },
        ["二级", "住院", "门诊统筹", "营利"],
    )
    # correction: one item missing, asked for, handed in within the five workdays
    tab.locator("button", has_text="均已收到").click()
    expect(tab.locator("[id^=materials-]")).not_to_contain_text("项未收")
    tab.wait_for_load_state("networkidle")
    row = tab.locator("[id^=materials-] tbody tr").nth(2)
    row.locator("label", has_text="缺").click()
    note = tab.locator("[id^=materials-] tbody tr").nth(2).locator("[name=note]")
    note.fill("缺单位盖章")
    note.press("Tab")
    expect(tab.locator("[id^=materials-]")).to_contain_text("1 项缺")
    tab.wait_for_load_state("networkidle")
    desks.step(desks.of(Role.CLERK), "要求补正")
    with tab.expect_download() as download:
        tab.goto(f"/documents/{Document.get().id}")
        tab.get_by_text("下载 Word").click()
    download.value.save_as(tmp_path / "补正.docx")
    assert (tmp_path / "补正.docx").stat().st_size > 5_000
    desks.serve(desks.of(Role.CLERK))
    desks.day(2026, 3, 5)
    desks.step(desks.of(Role.CLERK), "登记补正材料收到")
    tab = desks.of(Role.CLERK)
    tab.locator("[id^=materials-] tbody tr").nth(2).locator("label", has_text="齐全").click()
    expect(tab.locator("[id^=materials-]")).not_to_contain_text("1 项缺")
    desks.step(desks.of(Role.CLERK), "受理")
    desks.serve(desks.of(Role.CLERK))
    assert clock_of(the_case(), "evaluation").due_on == date(2026, 6, 5)

    # first round: desk review passes, two rows of the on-site sheet do not
    desks.day(2026, 3, 9)
    appoint(desks)
    review(desks, "desk", "审核评价通过")
    desks.day(2026, 3, 16)
    review(desks, "on_site", "现场评估完成", failed=(1, 2))
    desks.day(2026, 3, 18)
    desks.step(desks.of(Role.MANAGER), "评估不合格", reasons="账簿未建立", advice="建立账簿，补录台账")
    desks.serve(desks.of(Role.CLERK))
    assert [clock_of(the_case(), rule).due_on for rule in ("rectify_earliest", "rectify_latest")] == [
        date(2026, 6, 18),
        date(2026, 9, 18),
    ]
    locked = desks.of(Role.CLERK).locator("#next-steps a[aria-disabled]", has_text="登记再次评估申请")
    expect(locked).to_be_visible()

    # second round, from the day after the three months
    desks.day(2026, 6, 22)
    desks.step(desks.of(Role.CLERK), "登记再次评估申请")
    appoint(desks)
    review(desks, "desk", "审核评价通过")
    desks.day(2026, 7, 1)
    review(desks, "on_site", "现场评估完成")
    desks.step(desks.of(Role.MANAGER), "评估合格")

    # publication, decision, the city's review, the final list, supervision
    desks.day(2026, 7, 2)
    publish(desks)
    desks.day(2026, 7, 14)
    assert desks.state() == "拟通过"
    decide(desks)
    assert desks.state() == "待市级复审"
    city = desks.of(Role.CITY, office=a_city(), url=f"/decisions{desks.case_url}/city-review")
    city.locator("[name=is_passed]").first.check()
    submit(city)
    decide(desks)
    publish(desks)
    desks.day(2026, 7, 22)
    assert desks.state() == "待谈判"
    tab = negotiate_and_sign(desks, (2026, 7, 30))
    expect(tab.locator("h1")).to_contain_text("安澜双柳康宁医院")
    agreement = Case.get(Case.matter == "agreement")
    assert (the_case().state, agreement.state) == ("designated", "active")
    assert clock_of(agreement, "term").due_on == date(2027, 7, 29)


@pytest.mark.clause("LC-14b-1c", "LC-05-2-2")
def test_a_chain_pharmacy_reaches_its_agreement_by_desk_review_alone(desks):
    an_institution("pharmacy", "福安堂大药房连锁有限公司安澜车站店")
    register(
        desks,
        "pharmacy",
        {
            "name": "福安堂大药房连锁有限公司安澜沙堤店",
            "uscc": numbers.credit_code(70002),
            "licence_no": "鲁DB6371500021",
            "address": "安澜县沙堤镇文昌街 66 号",
            "operating_since": "2025-05-01",
            "legal_representative": "陶云峰",
            "legal_representative_id": numbers.resident_id(7002),
            "phone": "13806350002",
        },
        ["医保个人账户", "连锁", "西药", "中成药"],
    )
    tab = desks.of(Role.CLERK)
    tab.locator("button", has_text="均已收到").click()
    expect(tab.locator("[id^=materials-]")).not_to_contain_text("项未收")
    tab.wait_for_load_state("networkidle")
    desks.step(desks.of(Role.CLERK), "受理")
    desks.serve(desks.of(Role.CLERK))
    desks.day(2026, 3, 4)
    appoint(desks)
    review(desks, "desk", "审核评价通过")
    assert desks.state() == "待定结果"
    desks.step(desks.of(Role.MANAGER), "评估合格")
    publish(desks)
    desks.day(2026, 3, 16)
    decide(desks)
    publish(desks)
    desks.day(2026, 3, 24)
    negotiate_and_sign(desks, (2026, 3, 30))
    assert the_case().state == "designated"
