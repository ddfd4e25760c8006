"""A ground of suspension or termination by page: its box, its blank, and what stands in the notice."""

from datetime import date

from models import Agreement, Ban, Case, Document, Role, Termination
from tests.builders import an_institution
from tests.documents.test_exits import printed
from tests.exits.pages import signed
from tests.least import a
from tests.page import log_in

FACT = "市医保局聊医保字〔2026〕3号"
# readings C-46: what the page proposes to the person who decides, and the ban that follows if it is chosen
PROPOSED = {
    "illegality": "，建议：违法违规",
    "breach": "，建议：严重违约",
    "none": "，建议：不限制再次申请",
    "": "",
}
BANS = {"illegality": ["illegality_ban"], "breach": ["breach_ban"], "none": [], "": []}


def beside(case, kind):
    """The agreement of another institution, of this kind, with the same office."""
    fields = {name: getattr(case, name) for name in ("office", "book", "region", "options")}
    other = a(Case, matter="agreement", institution=an_institution(kind), state="active", **fields)
    a(Agreement, case=other, ends_on=date(2027, 5, 5))
    return other


def url(case, use):
    return f"/exits/agreements/{case.id}/{use}"


def offered(browser, case, use, key):
    """What stands beside the box of a ground; nothing where it is not offered."""
    return [label.text for label in browser.get(url(case, use)).all("label", for_=f"ground-{key}")]


def decided(case, use, key, **given):
    """What a manager types on 1 July 2026 to suspend or terminate on one ground."""
    days = {"starts_on": "2026-07-01", "ends_on": "2026-08-31"}
    end = {"effective_on": "2026-07-01", "ban_class": "none", "ban_reason": "查实"}
    return {
        **(days if use == "suspension" else end),
        "grounds": key,
        f"evidence_{key}": FACT,
        "decided_by": "领导小组会议",
        "version": Case.get_by_id(case.id).version,
        **given,
    }


def refused(browser, case, use, key):
    """What stands beside the blank of a ground that was left empty; the rest stays typed."""
    page = browser.post(url(case, use), status=422, data=decided(case, use, key, **{f"evidence_{key}": " "}))
    assert page.one("input", id="decided_by").attrs["value"] == "领导小组会议"
    field = page.one("div", id=f"field-evidence_{key}")
    return field.one("label").text, field.one("div", class_="error").text


def state(case):
    return Case.get_by_id(case.id).state


def notice(case, kind):
    """The notice of this kind that was issued to the case, as it is printed without spaces."""
    assert Document.get(Document.kind == kind).case == case
    return printed(kind)


def ends_an_agreement(client, kind, ground, article):
    """Walk a ground of termination from its box to the notice: its own kind, its evidence, its words."""
    key, text, asks, proposed = ground
    no, _, words = text.partition("）")
    case, browser = signed(kind=kind), log_in(client, Role.MANAGER)
    other = beside(case, "pharmacy" if kind == "medical" else "medical")
    assert offered(browser, case, "termination", key) == [f"{words}（{article}{no}）{PROPOSED[proposed]}）"]
    assert offered(browser, other, "termination", key) == []
    browser.post(url(other, "termination"), status=422, data=decided(other, "termination", key))
    assert refused(browser, case, "termination", key) == (asks, f"请填写“{asks}”")
    assert (state(case), state(other)) == ("active", "active")
    given = decided(case, "termination", key, ban_class=proposed or "none")
    browser.post(url(case, "termination"), data=given)
    assert (state(case), Termination.get().grounds) == ("terminated", [key])
    assert [ban.rule for ban in Ban.select()] == BANS[proposed]
    printed_ground = f"1.{words}。依据：{article}{no}）。事实和证据：{FACT}"
    assert printed_ground in notice(case, "termination_notice")
