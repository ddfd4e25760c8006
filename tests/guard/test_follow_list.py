"""The list of what follows: what is typed stays where it is refused, and a branch that ended by itself."""

from models import Case, FollowUp
from tests.guard.test_follow_ups import END, a_chain, manager, rows
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_exits import ends

__all__ = ("manager",)  # the fixture


def test_a_refused_row_keeps_its_place_and_what_was_typed(app, manager):
    ends(Case.get_by_id(an_agreement().id), grounds=["tm04"], evidence={"tm04": "已查实"})
    publication, city, region = rows()
    browser = manager()
    given = {"on": "2026-06-30", "number": "", "version": "1"}
    page = browser.post(f"/follow-ups/{city.id}/confirm", status=422, data=given)
    assert page.one(id="refusal").text == "请填写函件或报备的文号"
    typed = [page.one(id=f"follow-{row.id}").one("input", name="on").attrs["value"] for row in (city, region)]
    assert typed == ["2026-06-30", END.isoformat()]
    given = {"version": "7", "reason": "没有其他地区的协议"}
    page = browser.post(f"/follow-ups/{region.id}/decline", status=409, data=given)
    assert page.one(id=f"follow-{region.id}").one("input", name="reason").attrs["value"] == given["reason"]
    assert {row.state for row in rows()} == {"open"}
    assert publication.state == "open"


def test_a_branch_that_ended_by_another_way_is_no_letter_any_more(app, manager):
    _head, ours, _theirs = a_chain(branches=1, strangers=0)
    row = FollowUp.get(FollowUp.kind == "branch")
    browser = manager()
    assert "确认同时解除" in browser.get("/follow-ups").one(id=f"follow-{row.id}").text
    branch = ours[-1]
    given = {"grounds": ["tp05"], "evidence": {"tp05": "另案查实"}}
    ends(Case.get_by_id(branch.id), **given)
    told = browser.get("/follow-ups").one(id=f"follow-{row.id}").text
    assert "该分支的协议已终止" in told
    assert "登记函告" not in told
    given = {"version": str(row.version), "reason": "该分支已另案解除"}
    browser.post(f"/follow-ups/{row.id}/decline", data=given)
    assert FollowUp.get_by_id(row.id).state == "declined"


def test_a_choice_that_was_not_made_is_asked_for_in_our_words(app, manager):
    case = an_agreement()
    page = manager().post(f"/agreements/{case.id}/rights/new", status=422, data={"from_on": "2026-07-01"})
    assert "请选择对象" in page.one(id="field-scope").text
    path = f"/institutions/{case.institution_id}/disputes/new"
    page = manager().post(path, status=422, data={"filed_on": "2026-07-01"})
    assert "请选择途径" in page.one(id="field-path").text
