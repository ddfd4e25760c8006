"""The wizard 协议变更及终止申请 from the institution's log-in to the agreement that is signed again."""

import random
from datetime import date
from io import BytesIO

import pytest

from lifecycle import checks
from models import (
    Agreement,
    Attachment,
    Case,
    ExitRequest,
    RightsBlock,
    Role,
    ServiceCategory,
    Suspension,
    Termination,
)
from tests.builders import an_institution, night, system_hand
from tests.lifecycle import chengdu
from tests.page import log_in
from tests.portal.test_cases import PDF
from tests.providers import a_provider, log_in_as
from tests.test_access import urls
from tests.test_any_bytes import NASTY, nasty_forms


def provider(client, case):
    """Log the institution's own account in."""
    client.post("/log-out")
    known = case.institution.members.first()
    return log_in_as(client, known.user if known else a_provider(case.institution))


def staff(client, *roles, name=""):
    client.post("/log-out")
    return log_in(client, *roles, office=chengdu.the_office(), name=name)


def form(case, **given):
    values = {
        "wish": "terminate",
        "type": "停业",
        "reason": "经营者退休",
        "files": (BytesIO(PDF), "停业公告.pdf"),
    }
    return {**values, "version": Case.get_by_id(case.id).version, **given}


def asked(client, case, status=302, **given):
    """File a request by page as the institution and return its case."""
    page = provider(client, case).post(
        f"/my/agreements/{case.id}/request", status=status, data=form(case, **given)
    )
    return page if status != 302 else ExitRequest.select().order_by(ExitRequest.id.desc()).get().case


def step(client, case, action, role, status=302, **given):
    version = Case.get_by_id(case.id).version
    return staff(client, role).post(
        f"/cases/{case.id}/steps/{action}",
        status=status,
        data={"on": given.pop("on", "2026-03-02"), "version": version, **given},
    )


def approved(client, case, **given):
    """Ask by page, let it be reviewed and approved; return the request."""
    request = asked(client, case, **given)
    step(client, request, "review_exit", Role.REVIEWER)
    step(client, request, "approve_exit", Role.MANAGER)
    return fresh(request)


def waiting(client, role, case):
    """Return the row of the case on the worklist of `role`, or nothing."""
    rows = staff(client, role).get("/worklist/").one(id="worklist").all("tr")
    ends = (f"/cases/{case.id}", f"/agreements/{case.id}")
    return "".join(row.text for row in rows if any(a.attrs["href"].endswith(ends) for a in row.all("a")))


def fresh(case):
    return Case.get_by_id(case.id)


def stands(case):
    return (fresh(case).state, fresh(case).flag)


@pytest.mark.clause("CD-3-1-1", "CD-3-2-1", "CD-3-3-1", "CD-3-3-2", "CD-3-3-3", "CD-3-3-4", "CD-3-3-6")
def test_a_pause_of_two_categories_goes_from_the_log_in_to_the_agreement_signed_again(client, at):
    chengdu.categories()
    case = chengdu.signed()
    home = provider(client, case).get("/my")
    menu = [link.text for link in home.one("nav", aria_label="主菜单").all("a")]
    assert "协议变更及终止申请" in menu
    page = provider(client, case).get("/my/agreements?year=2026&kind=clinic")
    row = page.one("li", id=f"agreement-{case.id}")
    links = {link.text: link.attrs["href"] for link in row.all("a")}
    assert list(links) == ["终止", "变更", "暂停提供服务"]
    page = provider(client, case).get(links["暂停提供服务"])
    labels = [field.text for field in page.one("form", enctype="multipart/form-data").all("label")]
    for name in ("相关资料文件", "协议终止类型", "申请理由", *chengdu.CATEGORIES):
        assert any(name in label for label in labels), name
    request = asked(client, case, wish="suspend", type="", categories=["门诊特殊疾病", "日间手术"])
    shown = provider(client, case).get(f"/my/cases/{request.id}")
    assert "待审核、审批" in shown.one("h1").text
    assert "停业公告.pdf" in shown.one("section", id="exit").text
    assert stands(request) == ("exit_filed", "")

    assert "审核" in waiting(client, Role.REVIEWER, request)
    step(client, request, "approve_exit", Role.MANAGER, status=409)
    step(client, request, "review_exit", Role.REVIEWER)
    assert waiting(client, Role.REVIEWER, request) == ""
    assert "审批" in waiting(client, Role.MANAGER, request)
    at(2026, 3, 5)
    step(client, request, "approve_exit", Role.MANAGER, on="2026-03-05")
    blocks = RightsBlock.select().where(RightsBlock.case == case).order_by(RightsBlock.id)
    assert [(row.scope, row.subject, row.from_on, row.lifted_on) for row in blocks] == [
        ("category", "门诊特殊疾病", date(2026, 3, 5), None),
        ("category", "日间手术", date(2026, 3, 5), None),
    ]
    assert (stands(request), stands(case)) == (("carried_out", ""), ("active", "must_resign"))
    assert "待机构重新发起协议申请" in waiting(client, Role.AGREEMENT, case)
    assert "须重新签订" in staff(client, Role.AGREEMENT).get(f"/agreements/{case.id}").one("h1").text
    staff(client, Role.AGREEMENT).post(f"/exits/agreements/{case.id}/resign", status=409, data=resigned(case))

    row = provider(client, case).get("/my/agreements").one("li", id=f"agreement-{case.id}")
    assert "已暂停：门诊特殊疾病、日间手术" in row.text
    (again,) = row.all("form")
    provider(client, case).post(again.attrs["action"], data={"version": fresh(case).version})
    assert stands(case) == ("active", "resign_asked")
    browser = staff(client, Role.AGREEMENT)
    assert "重新签订协议" in waiting(client, Role.AGREEMENT, case)
    page = browser.get(f"/agreements/{case.id}")
    assert f"/exits/agreements/{case.id}/resign" in [
        a.attrs["href"] for a in page.one("section", id="standing").all("a")
    ]
    page = browser.get(f"/exits/agreements/{case.id}/resign")
    assert page.one("input", id="ends_on").attrs["value"] == "2026-12-31"
    browser.post(f"/exits/agreements/{case.id}/resign", data=resigned(case))
    new = Agreement.select().order_by(Agreement.id.desc()).get()
    assert (stands(case), stands(new.case)) == (("renewed", ""), ("active", ""))
    assert (new.starts_on, new.ends_on, new.case.origin_id) == (date(2026, 3, 5), chengdu.YEAR_END, case.id)
    assert [row.lifted_on for row in blocks.clone()] == [date(2026, 3, 5)] * 2
    page = provider(client, case).get("/my/agreements?kind=clinic")
    assert "已暂停" not in page.text
    assert [link.text for link in page.one("li", id=f"agreement-{new.case_id}").all("a")] == list(links)


def resigned(case):
    return {
        "signed_on": "2026-03-05",
        "ends_on": "2026-12-31",
        "text_version": "2026年度协议（重签）",
        "signed_text": (BytesIO(PDF), "签署文本.pdf"),
        "version": fresh(case).version,
    }


@pytest.mark.clause("CD-3-2-2")
def test_a_termination_ends_the_agreement_and_nothing_is_signed_again(client):
    case = chengdu.signed()
    request = approved(client, case)
    assert (stands(request), stands(case)) == (("carried_out", ""), ("terminated", ""))
    row = Termination.get(Termination.case == case)
    assert (row.effective_on, row.ban_class) == (date(2026, 3, 2), "none")
    page = provider(client, case).get("/my/agreements")
    assert page.one("li", id=f"agreement-{case.id}").all("a") == []
    staff(client, Role.AGREEMENT).post(f"/exits/agreements/{case.id}/resign", status=409, data=resigned(case))


@pytest.mark.clause("CD-3-2-1")
@pytest.mark.parametrize(("wish", "state"), [("change", "active"), ("suspend", "suspended_requested")])
def test_a_change_and_a_pause_of_everything_have_to_be_signed_again(client, wish, state):
    chengdu.categories()
    case = chengdu.signed()
    approved(client, case, wish=wish, type="")
    assert stands(case) == (state, "must_resign")
    assert RightsBlock.select().count() == 0
    held = [row.state for row in Suspension.select().where(Suspension.case == case)]
    assert held == (["active"] if wish == "suspend" else [])
    provider(client, case).post(
        f"/my/agreements/{case.id}/apply-again", data={"version": fresh(case).version}
    )
    at_signing = resigned(case) | {"signed_on": "2026-03-02"}
    staff(client, Role.AGREEMENT).post(f"/exits/agreements/{case.id}/resign", data=at_signing)
    assert stands(case) == ("renewed", "")
    assert [row.state for row in Suspension.select()] == (["ended"] if wish == "suspend" else [])


@pytest.mark.clause("CD-3-3-4")
def test_a_pause_of_every_category_in_use_is_a_pause_of_everything(client):
    chengdu.categories("门诊特殊疾病", "个人账户")
    case = chengdu.signed()
    approved(client, case, wish="suspend", type="", categories=["门诊特殊疾病", "个人账户"])
    assert (stands(case), RightsBlock.select().count()) == (("suspended_requested", "must_resign"), 0)


@pytest.mark.clause("CD-3-3-6")
def test_who_reviewed_a_request_does_not_approve_it(client):
    case = chengdu.signed()
    request = asked(client, case)
    both = staff(client, Role.REVIEWER, Role.MANAGER)
    for action, status in (("review_exit", 302), ("approve_exit", 403)):
        data = {"on": "2026-03-02", "version": fresh(request).version}
        both.post(f"/cases/{request.id}/steps/{action}", status=status, data=data)
    assert stands(request) == ("exit_filed", "reviewed")
    assert stands(case) == ("active", "")


def test_what_is_refused_or_taken_back_leaves_the_agreement_as_it_is(client):
    case = chengdu.signed()
    request = asked(client, case)
    step(client, request, "refuse_exit", Role.REVIEWER, reason="资料不全")
    assert (stands(request), stands(case)) == (("exit_refused", ""), ("active", ""))
    request = asked(client, case)
    data = {"reason": "不再停业", "version": fresh(request).version}
    provider(client, case).post(f"/my/cases/{request.id}/withdraw-exit", data=data)
    assert (stands(request), stands(case)) == (("exit_withdrawn", ""), ("active", ""))


@pytest.mark.clause("CD-3-3-3")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": ""}, "type"),
        ({"reason": ""}, "reason"),
        ({"wish": "not_renew"}, "wish"),
        ({"files": (BytesIO(b""), "")}, "files"),
        ({"categories": ["日间手术"]}, "categories"),
    ],
    ids=["type", "reason", "wish", "files", "categories"],
)
def test_what_the_form_lacks_stands_beside_its_field(client, given, field):
    chengdu.categories()
    case = chengdu.signed()
    page = asked(client, case, status=422, **given)
    assert "is-invalid" in page.one("div", id=f"field-{field}").attrs["class"]
    assert ExitRequest.select().count() == 0


def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_kept(client):
    case = chengdu.signed()
    page = asked(client, case, status=422, files=(BytesIO(b"MZ\x90\x00"), "公告.pdf"))
    assert page.one("textarea", id="reason").text == "经营者退休"
    assert (ExitRequest.select().count(), Attachment.select().count()) == (0, 0)


def test_the_list_is_filtered_by_year_and_kind_and_holds_own_agreements_alone(client):
    case, other = chengdu.signed(), chengdu.signed(name="别家门诊部")
    browser = provider(client, case)
    assert other.institution.name not in browser.get("/my/agreements").text
    assert browser.get("/my/agreements?year=2025").all("li", id=f"agreement-{case.id}") == []
    assert browser.get("/my/agreements?kind=pharmacy").all(
        "li", id=f"agreement-{case.id}"
    )  # no such kind: all
    browser.get(f"/my/agreements/{other.id}/request", status=404)
    browser.post(f"/my/agreements/{other.id}/request", status=404, data=form(other))
    browser.post(f"/my/agreements/{other.id}/apply-again", status=404)


def test_only_one_request_about_an_agreement_is_under_way(client):
    case = chengdu.signed()
    request = asked(client, case)
    page = asked(client, case, status=409)
    assert request.number in page.one("main").text


@pytest.mark.clause("CD-3-3-1")
def test_the_administrator_of_accounts_sees_the_list_but_files_nothing(client):
    case = chengdu.signed()
    user = a_provider(case.institution, Role.PROVIDER_ADMIN, name="管理员")
    browser = log_in_as(client, user)
    page = browser.get("/my/agreements")
    assert page.one("li", id=f"agreement-{case.id}").all("a") == []
    browser.get(f"/my/agreements/{case.id}/request", status=403)


def test_where_the_book_takes_requests_at_the_window_alone_there_is_no_such_page(client):
    institution = an_institution()
    browser = log_in_as(client, a_provider(institution))
    browser.get("/my/agreements", status=404)
    assert "退出申请" not in browser.get("/my").one("nav", aria_label="主菜单").text


def test_a_step_taken_back_puts_the_categories_back(client):
    chengdu.categories()
    case = chengdu.signed()
    approved(client, case, wish="suspend", type="", categories=["日间手术"])
    data = {"reason": "点错", "version": fresh(case).version}
    staff(client, Role.MANAGER).post(f"/cases/{case.id}/take-back", data=data)
    (row,) = RightsBlock.select()
    assert (stands(case), row.lifted_reason) == (("active", ""), "步骤已撤回")


def test_an_agreement_that_ends_with_the_year_takes_its_request_along(client):
    case = chengdu.signed()
    request = asked(client, case)
    night(date(2027, 1, 1))
    assert (stands(case), stands(request)) == (("expired", ""), ("exit_withdrawn", ""))


def test_the_list_costs_the_same_for_one_and_for_many(client, statements):
    chengdu.categories()
    case = chengdu.signed()
    browser = provider(client, case)
    browser.get("/my/agreements")
    with statements() as one:
        browser.get("/my/agreements")
    for _ in range(3):
        chengdu.signed(institution=case.institution)
    with statements() as many:
        browser.get("/my/agreements")
    assert len(many) == len(one)


def test_whatever_is_posted_to_these_pages_is_no_fault_of_the_program(app, client):
    rng = random.Random(20261122)
    chengdu.categories()
    case = chengdu.signed()
    (row, *_) = ServiceCategory.select()
    ids = {"case_id": case.id, "category_id": row.id}
    mine = ("portal.exit", "portal.apply_again", "portal.withdraw_exit", "settings.category", "exits.resign")
    faults = []
    for log in (lambda: provider(client, case), lambda: staff(client, Role.AGREEMENT, Role.MANAGER)):
        browser = log()
        for rule, method, url in urls(app, **ids):
            if not rule.endpoint.startswith(mine):
                continue
            for form in nasty_forms(rng, 6):
                form |= {name: rng.choice(NASTY) for name in ("wish", "label", "year", "categories", "type")}
                if method == "GET":
                    form.pop("files"), form.pop("scan")
                    status = browser.client.get(url, query_string=form).status_code
                else:
                    status = browser.client.post(url, data=form).status_code
                faults += [(rule.endpoint, method, status)] if status >= 500 else []
    assert faults == []
    assert list(checks.problems(system_hand(date(2026, 3, 2)))) == []
