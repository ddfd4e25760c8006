"""An office of the third region: its pages speak its procedure alone, and it knows nothing of applying."""

import re
from io import BytesIO

import pytest

from models import Case, ExitRequest, Role
from rules.book import load_books
from rules.region import load_regions
from tests.builders import hand_of
from tests.lifecycle import chengdu
from tests.page import log_in
from tests.portal.test_cases import PDF
from tests.providers import a_provider, log_in_as

ALL = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)
FOREIGN = re.compile(
    "聊城|湛江|山东省|附件1[0-2]|附件\\d-|集体决策|市级复审|监督公示|审核评价|现场评估|迟交|180"
    "|(?:解除|中止)医保协议|第[一二三四五六七八九十百]+条"
)


@pytest.fixture
def case(app):  # noqa: ARG001
    chengdu.categories()
    return chengdu.signed()


@pytest.fixture
def request_case(client, case):
    browser = log_in_as(client, a_provider(case.institution))
    data = {"wish": "suspend", "reason": "装修", "categories": ["日间手术"], "version": case.version}
    data["files"] = (BytesIO(PDF), "说明.pdf")
    browser.post(f"/my/agreements/{case.id}/request", data=data)
    client.post("/log-out")
    return ExitRequest.get().case


@pytest.fixture
def browser(client, request_case):
    return log_in(client, *ALL, office=request_case.office)


@pytest.mark.parametrize(
    "path",
    [
        "/worklist/",
        "/agreements/",
        "/agreements/{agreement}",
        "/exits/",
        "/exits/agreements/{agreement}/request",
        "/exits/agreements/{agreement}/resign",
        "/cases/{request}",
        "/cases/{request}/steps/review_exit",
        "/cases/{request}/history",
        "/settings/offices",
        "/settings/categories",
        "/documents/",
        "/documents/forms",
        "/dashboard/",
        "/institutions/{institution}",
        "/alerts",
        "/follow-ups",
    ],
)
def test_no_page_of_the_office_speaks_another_regions_law(browser, request_case, path):
    agreement = request_case.origin
    url = path.format(
        agreement=agreement.id, request=request_case.id, institution=request_case.institution_id
    )
    page = browser.get(url)
    assert FOREIGN.findall(page.one("main").text) == []


@pytest.mark.parametrize(
    "path", ["/my", "/my/agreements", "/my/agreements/{agreement}/request", "/my/cases/{request}"]
)
def test_no_page_of_the_institution_speaks_another_regions_law(client, request_case, path):
    user = request_case.institution.members.get().user
    browser = log_in_as(client, user)
    page = browser.get(path.format(agreement=request_case.origin_id, request=request_case.id))
    assert FOREIGN.findall(page.one("main").text) == []


def test_there_is_no_applying_where_the_procedure_has_no_rules_of_it(client, browser, request_case):
    for path in ("/applications", "/applications/new", "/notices/"):
        browser.get(path, status=404)
    assert {"定点申请", "公示与决策"} & set(_labels(browser)) == set()
    assert {"协议管理", "中止与退出"} <= set(_labels(browser))
    client.post("/log-out")
    provider = log_in_as(client, request_case.institution.members.get().user)
    assert "提出定点申请" not in provider.get("/my").text
    provider.get(f"/my/institutions/{request_case.institution_id}/apply", status=404)
    assert not hand_of(Role.CLERK, office=request_case.office).serves(request_case.office, "application")
    assert Case.select().where(Case.matter == "application").count() == 0


def _labels(browser):
    return [a.text for a in browser.get("/worklist/").one("nav", aria_label="主菜单").all("a")]


def test_the_window_registers_a_request_without_day_notice_or_insurance(client, case):
    browser = log_in(client, *ALL, office=case.office)
    url = f"/exits/agreements/{case.id}/request"
    page = browser.get(url)
    names = {field.attrs.get("name") for field in page.one("main").all("input")}
    assert names & {"from_on", "until_on", "insurance"} == set()
    data = {
        "wish": "terminate",
        "asked_on": "2026-03-02",
        "reason": "停业",
        "type": "停业",
        "version": case.version,
    }
    browser.post(url, data=data)
    row = ExitRequest.get()
    assert (row.wish, row.is_late, row.case.state) == ("terminate", False, "exit_filed")
    step = f"/cases/{row.case_id}/steps/review_exit"
    version = Case.get_by_id(row.case_id).version
    told = browser.post(step, status=422, data={"on": "2026-03-02", "version": version})
    assert "还没有相关资料文件" in told.text


@pytest.mark.clause("CD-3-2-1")
def test_signing_again_is_an_option_of_the_region():
    regions = load_regions(load_books())
    assert {key: region.options["resign"] for key, region in regions.items()} == {
        "chengdu": True,
        "liaocheng": False,
        "zhanjiang": False,
    }


def test_where_signing_again_is_off_the_pause_alone_follows(client, case):
    Case.update(options={**case.options, "resign": False}).where(Case.id == case.id).execute()
    browser = log_in_as(client, a_provider(case.institution))
    data = {
        "wish": "change",
        "reason": "换科室",
        "files": (BytesIO(PDF), "说明.pdf"),
        "version": case.version,
    }
    browser.post(f"/my/agreements/{case.id}/request", data=data)
    client.post("/log-out")
    request = ExitRequest.get().case
    for role, action in ((Role.REVIEWER, "review_exit"), (Role.MANAGER, "approve_exit")):
        browser = log_in(client, role, office=case.office)
        version = Case.get_by_id(request.id).version
        browser.post(f"/cases/{request.id}/steps/{action}", data={"on": "2026-03-02", "version": version})
        client.post("/log-out")
    assert (Case.get_by_id(case.id).state, Case.get_by_id(case.id).flag) == ("active", "")
