"""The six areas of article 4, each with a place in the menu where its institutions stand."""

from datetime import date

import pytest

from models import Role
from tests.builders import an_application
from tests.exits.pages import signed
from tests.lifecycle.stations import a_case_at
from tests.lifecycle.test_exits import ends, imposed
from tests.page import log_in


def suspended(**fields):
    case = signed(**fields)
    imposed(case, date(2026, 6, 1), date(2026, 8, 31))
    return case


def terminated(**fields):
    case = signed(**fields)
    ends(case)
    return case


def followed(page, label):
    """The address behind a line of the menu or a tab."""
    links = [a for nav in page.all("nav") for a in nav.all("a") if a.text.rstrip("0123456789") == label]
    assert len(links) == 1, label
    return links[0].attrs["href"]


@pytest.mark.clause("LC-04-1")
@pytest.mark.parametrize(
    ("made", "way", "word", "works"),
    [
        pytest.param(an_application, ["定点申请"], "已收件", "/steps/accept", id="定点申请"),
        pytest.param(
            lambda **f: a_case_at("desk_review", **f), ["定点申请"], "审核评价", "/sheets/desk", id="审核评估"
        ),
        pytest.param(
            lambda **f: a_case_at("signing", **f), ["定点申请"], "待签约", "/signing", id="协议签订"
        ),
        pytest.param(signed, ["协议管理"], "有效", "/renewal", id="动态管理"),
        pytest.param(suspended, ["协议管理", "中止"], "中止", "/steps/resume_early", id="协议中止"),
        pytest.param(terminated, ["协议管理", "已终止"], "已解除", "/ended", id="协议解除"),
    ],
)
def test_each_of_the_six_areas_is_reached_from_the_menu(client, at, made, way, word, works):
    case = made(name="安澜县仁济医院")
    at(2026, 7, 2)
    roles = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)
    browser = log_in(client, *roles)
    page = browser.get("/worklist/")
    for label in way:
        page = browser.get(followed(page, label))
    row = next(row for row in page.one("main").one("tbody").all("tr") if "安澜县仁济医院" in row.text)
    assert word in row.text
    opened = browser.get(row.all("a")[0].attrs["href"])
    assert f"{case.id}" in row.all("a")[0].attrs["href"]
    assert works in opened.html
