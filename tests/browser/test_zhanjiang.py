"""A hospital of Zhanjiang from window to agreement: the office chose the region, nothing else differs."""

from datetime import date

import pytest
from playwright.sync_api import expect

from demo import numbers
from models import Case, CaseSheet, Document, Negotiation, Role
from tests.browser.desks import PDF, Desks, submit, tick_sheet
from tests.builders import a_user, clock_of
from tests.lifecycle import zhanjiang

pytestmark = pytest.mark.browser

HOSPITAL = {
    "name": "赤坎仁和医院",
    "uscc": numbers.credit_code(80001),
    "licence_no": "PDY10001344080217A1001",
    "address": "赤坎区体育北路 21 号",
    "beds": "120",
    "operating_since": "2024-05-01",
    "legal_representative": "许长河",
    "legal_representative_id": numbers.resident_id(8001),
    "contact": "林小玲",
    "phone": "13806350001",
}


@pytest.fixture
def desks(open_page, app):  # noqa: ARG001 - the product must stand before anybody sits down
    office = zhanjiang.the_office()
    for name in ("孙立群", "韩雪"):
        a_user(Role.REVIEWER, office=office, name=name)
    return OwnDesks(open_page)


class OwnDesks(Desks):
    """The desks of the office of this region."""

    def of(self, role, name="", office=None, url=""):
        return super().of(role, name, office or zhanjiang.the_office(), url)


def the_case() -> Case:
    return Case.select().where(Case.matter == "application").get()


def register(desks):
    """Register the hospital at the window and stay on its case page."""
    tab = desks.of(Role.CLERK, url="/applications/new")
    expect(tab.locator("main")).not_to_contain_text("零售药店")
    expect(tab.locator(".page-head")).to_contain_text("《湛江市医疗保障定点医疗机构申请表》")
    for name, value in HOSPITAL.items():
        tab.fill(f"[name={name}]", value)
    for label in ("城镇职工医保", "营利"):
        tab.get_by_label(label, exact=True).check()
    tab.fill("[name=blank_requested]", "门诊和住院")
    submit(tab, "#application-form .form-foot .btn-primary")
    expect(tab.locator("#case")).to_be_visible()
    desks.case_url = tab.url.split("?")[0].split("#")[0].removeprefix(tab.url.split("/cases")[0])
    return tab


def check_and_receive(desks, tab):
    """Answer the conditions one by one and take in every paper."""
    tab.locator("button", has_text="均已收到").click()
    expect(tab.locator("[id^=materials-]")).not_to_contain_text("项未收")
    tab.wait_for_load_state("networkidle")
    zhanjiang.clear(the_case())
    return desks.of(Role.CLERK)


def sheet(desks, stage, fill_foot=None):
    """Tick the sheet of `stage`, fill its foot, sign it as both."""
    url = f"{desks.case_url}/sheets/{stage}"
    two = desks.of(Role.REVIEWER, "韩雪", url=url)
    if two.locator("#pledge button").count():
        submit(two, "#pledge button")
    one = desks.of(Role.REVIEWER, "孙立群", url=url)
    tick_sheet(one)
    if fill_foot:
        fill_foot(desks.of(Role.REVIEWER, "孙立群", url=url))
    for name in ("孙立群", "韩雪"):
        submit(desks.of(Role.REVIEWER, name, url=url), "#sheet-state button")


def tell_and_report(tab):
    """What was found is told on the spot; the report stands under the sheet."""
    tab.fill("[name=feedback_to]", "黄院长")
    tab.fill("[name=feedback]", "制度较全，编码有两处未对应，当场告知")
    tab.fill("[name=report]", "初评和现场考察符合办理条件，建议评为合格")
    submit(tab, "#visit button")


@pytest.mark.clause("ZJ-04-1", "ZJ-04-2", "ZJ-04-3", "ZJ-04-4", "ZJ-04-5", "ZJ-04-6", "ZJ-04-7", "ZJ-04-8")
@pytest.mark.clause(
    "ZJ-04-9", "ZJ-04-10", "ZJ-04-11", "ZJ-04-12", "ZJ-04-13", "ZJ-04-14", "ZJ-04-18", "ZJ-04-19"
)
def test_a_hospital_at_the_window_reaches_its_agreement(desks):
    # accepted on the spot, with a receipt
    tab = check_and_receive(desks, register(desks))
    desks.step(tab, "当场受理", opinion="符合条件，同意受理")
    assert [row.name for row in Document.select()] == ["定点医疗机构申请受理回执"]
    assert desks.state() == "已受理"

    # the back office looks again and tells once what is missing; the case stays accepted
    desks.day(2026, 3, 4)
    tab = desks.of(Role.CLERK)
    row = tab.locator("[id^=materials-] tbody tr").nth(6)
    row.locator("label", has_text="缺").click()
    note = tab.locator("[id^=materials-] tbody tr").nth(6).locator("[name=note]")
    note.fill("缺二月的缴款书")
    note.press("Tab")
    expect(tab.locator("[id^=materials-]")).to_contain_text("1 项缺")
    tab.wait_for_load_state("networkidle")
    desks.step(desks.of(Role.CLERK), "一次性告知")
    desks.serve(desks.of(Role.CLERK))
    assert desks.state() == "已受理，待补正"
    expect(desks.of(Role.CLERK, url="/applications").locator("table")).to_contain_text("已受理，待补正")
    desks.day(2026, 3, 20)
    desks.step(desks.of(Role.CLERK), "登记补正材料收到")
    tab = desks.of(Role.CLERK)
    tab.locator("[id^=materials-] tbody tr").nth(6).locator("label", has_text="齐全").click()
    expect(tab.locator("[id^=materials-]")).not_to_contain_text("1 项缺")
    tab.wait_for_load_state("networkidle")
    desks.step(desks.of(Role.CLERK), "后台审核无误")
    assert clock_of(the_case(), "evaluation").due_on == date(2026, 6, 2)

    # the group in two teams; 初评, then on the spot with feedback and report
    tab = desks.of(Role.REVIEWER, "孙立群", url=f"{desks.case_url}/group")
    for number, (name, field) in enumerate((("孙立群", "医疗保障"), ("韩雪", "医药卫生")), start=1):
        tab.get_by_label(name, exact=True).select_option(field)
        tab.get_by_label(f"{name} 组别").select_option(str(number))
    submit(tab, "button[value=start]")
    sheet(desks, "desk")
    desks.step(desks.of(Role.REVIEWER, "孙立群"), "初评完成，转现场考察")
    desks.day(2026, 3, 26)
    sheet(desks, "on_site", tell_and_report)
    told = CaseSheet.get(CaseSheet.stage == "on_site")
    assert (told.feedback_on, told.feedback_to) == (date(2026, 3, 26), "黄院长")
    desks.step(desks.of(Role.REVIEWER, "孙立群"), "现场考察完成，转综合评估")
    assert desks.state() == "综合评估"
    desks.step(desks.of(Role.MANAGER), "评估合格")

    # one notice of seven workdays, then the list to sign
    tab = desks.of(Role.AGREEMENT)
    tab.locator("#next-steps a.btn-primary").click()
    tab.fill("[name=medium]", "局官网")
    submit(tab)
    desks.day(2026, 4, 7)
    assert desks.state() == "公示中"
    desks.day(2026, 4, 8)
    assert desks.state() == "拟签订医保协议"
    board = desks.of(Role.AGREEMENT, url="/notices/?tab=listed")
    expect(board.locator("nav.tabs")).not_to_contain_text("集体决策")
    expect(board.locator("table")).to_contain_text("赤坎仁和医院")

    # every topic settled, signed on paper, in force for a year
    board.get_by_text("协商谈判", exact=True).click()
    negotiate(board)
    desks.day(2026, 4, 15)
    tab = desks.of(Role.AGREEMENT)
    tab.locator("#next-steps a.btn-primary").click()
    tab.fill("[name=text_version]", "2026 年版")
    tab.set_input_files("[name=signed_text]", PDF)
    submit(tab)
    expect(tab.locator("h1")).to_contain_text("赤坎仁和医院")
    agreement = Case.get(Case.matter == "agreement")
    assert (the_case().state, agreement.state) == ("designated", "active")
    assert clock_of(agreement, "term").due_on == date(2027, 4, 14)


def negotiate(tab):
    """Agree on every topic; one left open is told and nothing is lost."""
    record = {"negotiators": "李瑞芳", "counterparts": "黄院长", "content": "逐条协商。", "opinion": "无异议"}
    for name, value in record.items():
        tab.fill(f"[name={name}]", value)
    tab.locator("[name=is_agreed]").first.check()
    topics = tab.locator("[name=topics]")
    for index in range(topics.count() - 1):
        topics.nth(index).check()
    submit(tab)
    expect(tab.locator("#refusal")).to_contain_text("还没有谈妥：“互联网+”医保服务")
    tab.locator("[name=topics]").last.check()
    submit(tab)
    assert Negotiation.get().topics == zhanjiang.TOPICS
