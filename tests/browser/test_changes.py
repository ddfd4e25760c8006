"""A change of information at the window: found in the list, typed, late at once, received and confirmed."""

import pytest
from playwright.sync_api import expect

from models import ChangeRequest, Institution, Role
from tests.browser.desks import Desks, submit
from tests.exits.pages import signed

pytestmark = pytest.mark.browser


def test_a_change_goes_from_the_list_to_the_register(app, open_page, at):
    agreement = signed()
    at(2026, 7, 20)
    desks = Desks(open_page)
    tab = desks.of(Role.CLERK, "赵敏", url="/changes/")
    tab.click("text=登记变更")
    tab.fill("#choice-q", agreement.institution.name[:3])
    tab.keyboard.press("Enter")
    tab.locator("table a", has_text="登记变更").first.click()
    tab.fill("[name=approved_on]", "2026-06-01")
    tab.press("[name=approved_on]", "Tab")
    expect(tab.locator("#days")).to_contain_text("逾期：申请变更的最后一天是2026年7月14日")
    tab.fill("[name=approved_on]", "2026-06-15")
    tab.press("[name=approved_on]", "Tab")
    expect(tab.locator("#days")).not_to_contain_text("逾期")
    tab.fill("[name=approved_by]", "县行政审批服务局")
    tab.fill("[name=after_beds]", "很多")
    submit(tab)
    expect(tab.locator("#field-after_beds .error")).to_have_text("请填写数字")
    tab.fill("[name=after_beds]", "120")
    submit(tab)
    expect(tab.locator("#change")).to_contain_text("120 张")
    tab.locator("text=均已收到").click()
    expect(tab.locator("#h-materials + span")).to_contain_text("2 项齐全")
    desks.case_url = tab.url
    desks.step(desks.of(Role.MANAGER, "高永成"), "确认变更")
    assert Institution.get_by_id(agreement.institution_id).beds == 120
    assert ChangeRequest.get().case.state == "change_confirmed"


def test_axe_finds_nothing_on_the_form_and_the_case(app, open_page, sign_in, violations, at):
    agreement = signed()
    at(2026, 7, 20)
    tab = open_page(bypass_csp=True)
    sign_in(tab, Role.CLERK)
    tab.goto(f"/changes/agreements/{agreement.id}/new")
    tab.fill("[name=approved_on]", "2026-06-15")
    submit(tab)
    assert violations(tab) == []
    tab.fill("[name=after_beds]", "120")
    submit(tab)
    expect(tab.locator("#change")).to_be_visible()
    assert violations(tab) == []
    tab.goto("/changes/")
    assert violations(tab) == []
