"""Categories of service that may be paused: a list that the office keeps itself."""

import pytest

from models import Event, Office, Role, ServiceCategory
from tests.builders import an_office
from tests.lifecycle import chengdu
from tests.page import log_in

URL = "/settings/categories"


@pytest.fixture
def manager(client):
    return log_in(client, Role.MANAGER, office=chengdu.the_office())


def shown(browser):
    """Every category of the page with its state."""
    rows = browser.get(URL).one("section", id="categories").all("tr")[1:]
    return [(row.one("th").text, row.all("td")[0].text) for row in rows]


@pytest.mark.clause("CD-3-3-5")
def test_the_office_adds_renames_and_switches_off_and_every_change_leaves_an_event(manager):
    manager.post(URL, data={"label": " 门诊特殊疾病 "})
    manager.post(URL, data={"label": "日间手术"})
    first, second = ServiceCategory.select().order_by(ServiceCategory.id)
    manager.post(f"{URL}/{first.id}", data={"label": "门特", "version": first.version})
    manager.post(f"{URL}/{second.id}/switch", data={"version": second.version})
    assert shown(manager) == [("门特", "启用"), ("日间手术", "已停用")]
    manager.post(f"{URL}/{second.id}/switch", data={"is_active": "y", "version": second.version + 1})
    assert shown(manager) == [("门特", "启用"), ("日间手术", "启用")]
    told = [
        (event.action, event.change["name"])
        for event in Event.select().where(Event.action.contains("category")).order_by(Event.id)
    ]
    assert told == [
        ("add_category", "门诊特殊疾病"),
        ("add_category", "日间手术"),
        ("rename_category", ["门诊特殊疾病", "门特"]),
        ("end_category", "日间手术"),
        ("restore_category", "日间手术"),
    ]


def test_a_name_that_is_empty_or_there_already_is_refused_with_what_was_typed(manager):
    manager.post(URL, data={"label": "日间手术"})
    page = manager.post(URL, status=422, data={"label": "日间手术"})
    assert page.one("input", id="label").attrs["value"] == "日间手术"
    assert "已有类别" in page.one("div", id="field-label").text
    manager.post(URL, status=422, data={"label": ""})
    (row,) = ServiceCategory.select()
    manager.post(f"{URL}/{row.id}", status=422, data={"label": "", "version": row.version})
    assert [row.label for row in ServiceCategory.select()] == ["日间手术"]


def test_the_second_of_two_who_rename_is_told_and_may_save_again(manager):
    (row,) = chengdu.categories("日间手术")
    manager.post(f"{URL}/{row.id}", data={"label": "日间", "version": row.version})
    page = manager.post(f"{URL}/{row.id}", status=409, data={"label": "日间治疗", "version": row.version})
    form = page.one("tr", id=f"category-{row.id}").all("form")[0]
    typed = {field.attrs["name"]: field.attrs.get("value", "") for field in form.all("input")}
    assert typed["label"] == "日间治疗"
    manager.post(f"{URL}/{row.id}", data=typed)
    assert ServiceCategory.get().label == "日间治疗"
    manager.post(f"{URL}/{row.id}/switch", status=409, data={"version": row.version})


def test_another_offices_category_is_not_there_and_a_region_without_pauses_has_no_list(client, manager):
    other = ServiceCategory.create(office=an_office(), label="外单位")
    manager.post(f"{URL}/{other.id}", status=404, data={"label": "改名", "version": 1})
    manager.post(f"{URL}/{other.id}/switch", status=404, data={"version": 1})
    client.post("/log-out")
    browser = log_in(client, Role.MANAGER)
    browser.get(URL, status=404)
    browser.post(URL, status=404, data={"label": "日间手术"})
    assert "暂停服务类别" not in browser.get("/settings/offices").text
    assert Office.get_by_id(other.office_id).region == "liaocheng"
