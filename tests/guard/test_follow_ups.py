"""What follows from an end, one by one: publication, report, letters, and the branches of a chain."""

from datetime import date

import pytest

from lifecycle import exits, follow_ups
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Agreement, Case, FollowUp, Institution, Office, Role, Termination
from tests.builders import a_city, a_person, an_institution, an_office, hand_of
from tests.least import a
from tests.lifecycle.stations import an_agreement
from tests.page import log_in

END = date(2026, 7, 1)
TYPED = {
    "facts": "总部实际控制人组织串换药品，已查实",
    "decided_by": "领导小组会议",
    "ban_class": "illegality",
    "ban_reason": "查实骗取医保基金",
}


def ends(case, **given):
    data = {
        "grounds": ["tp04"],
        "evidence": {"tp04": "市医保局 聊医保罚字〔2026〕3号"},
        "decided_by": "领导小组会议",
        "effective_on": END,
        "ban_class": "illegality",
        "ban_reason": "查实骗取医保基金",
        **given,
    }
    return exits.terminate(case, data, hand=hand_of(Role.MANAGER, today=END))


def a_branch(n, controller, like, office=None):
    """Another pharmacy under agreement with the same controller."""
    office = office or like.office
    shop = an_institution("pharmacy", f"康民大药房分店{n:02}", controller=controller, office=office)
    case = a(
        Case,
        number=f"L{n}",
        matter="agreement",
        office=office,
        institution=shop,
        book=like.book,
        region=like.region,
        options=like.options,
        state="active",
        opened_on=date(2026, 5, 6),
        stage_on=date(2026, 5, 6),
    )
    a(Agreement, case=case, signed_on=date(2026, 5, 6), starts_on=date(2026, 5, 6), ends_on=date(2027, 5, 5))
    return case


def a_chain(branches=13, strangers=0):
    """A pharmacy terminated because of its controller; so many branches of ours and of another county."""
    controller = a_person("钱总")
    head = an_agreement(kind="pharmacy", name="康民大药房总店")
    Institution.update(controller=controller).where(Institution.id == head.institution_id).execute()
    ours = [a_branch(n, controller, head) for n in range(branches)]
    other = an_office("清源县医保中心", "清医保", parent=a_city())
    theirs = [a_branch(50 + n, controller, head, other) for n in range(strangers)]
    ends(Case.get_by_id(head.id), is_by_persons=True)
    return Case.get_by_id(head.id), ours, theirs


def rows(kind=""):
    query = FollowUp.select().order_by(FollowUp.id)
    return list(query.where(FollowUp.kind == kind) if kind else query)


@pytest.fixture
def manager(client, at):
    def enter(**kwargs):
        at(2026, 7, 1)
        return log_in(client, Role.MANAGER, **kwargs)

    return enter


@pytest.mark.clause("LC-32-15")
def test_a_chain_of_fourteen_pharmacies_ends_branch_by_branch_on_one_date(app, manager):
    _head, ours, _ = a_chain(branches=13)
    found = rows("branch")
    assert len(found) == 13
    browser = manager()
    url = f"/follow-ups/{found[0].id}/branches"
    page = browser.get(url)
    boxes = page.all("input", name="branches")
    assert [len(boxes), [box for box in boxes if "checked" in box.attrs]] == [13, []]
    assert "共 13 家，解除日期同为 2026-07-01" in page.text
    browser.post(url, status=422, data=TYPED)
    assert Termination.select().count() == 1
    chosen = [str(row.id) for row in found[:12]]
    browser.post(url, data={**TYPED, "branches": chosen})
    states = {case.id: Case.get_by_id(case.id).state for case in ours}
    assert sorted(states.values()) == ["active"] + ["terminated"] * 12
    ended = Termination.select().where(Termination.case.in_(ours))
    assert {(row.effective_on, tuple(row.grounds), row.ban_class) for row in ended} == {
        (END, ("tp15",), "illegality")
    }
    assert [row.state for row in rows("branch")] == ["done"] * 12 + ["open"]
    assert (
        len(browser.get(url.replace(str(found[0].id), str(found[12].id))).all("input", name="branches")) == 1
    )


@pytest.mark.clause("LC-32-15")
def test_one_branch_that_cannot_end_leaves_the_others_ended(app, manager):
    _head, ours, _ = a_chain(branches=3)
    found = rows("branch")
    browser = manager()
    Case.update(state="expired").where(Case.id == ours[1].id).execute()
    page = browser.post(
        f"/follow-ups/{found[0].id}/branches",
        status=422,
        data={**TYPED, "branches": [str(row.id) for row in found]},
    )
    assert ours[1].institution.name in page.one(id="refusal").text
    assert [Case.get_by_id(case.id).state for case in ours] == ["terminated", "expired", "terminated"]
    assert [row.state for row in rows("branch")] == ["done", "open", "done"]


def test_another_countys_branch_gets_a_letter_and_is_ended_there_from_the_same_day(app, client, manager):
    _head, _, theirs = a_chain(branches=0, strangers=1)
    row = rows("branch")[0]
    office = Office.get(Office.code == "清医保")
    foreign = hand_of(Role.MANAGER, office=office, today=END)
    with pytest.raises(NotAllowed, match="协议不由本机构管理"):
        follow_ups.terminate_branch(row, TYPED, hand=hand_of(Role.MANAGER, today=END))
    with pytest.raises(Unmet, match="请填写函件"):
        follow_ups.confirm(row, on=END, number="", hand=hand_of(Role.CLERK, today=END))
    other = manager(office=office)
    assert "没有待办的后续事项" in other.get("/follow-ups").text
    follow_ups.confirm(row, on=END, number="安医保函〔2026〕8号", hand=hand_of(Role.CLERK, today=END))
    assert "确认同时解除" in other.get("/follow-ups").text
    other.post(f"/follow-ups/{row.id}/branches", data={**TYPED, "branches": [str(row.id)]})
    assert Case.get_by_id(theirs[0].id).state == "terminated"
    assert Termination.get(Termination.case == theirs[0]).effective_on == END
    assert rows("branch")[0].state == "done"
    assert foreign.actor.office == office


@pytest.mark.clause("LC-05-2-4", "LC-33-4")
def test_publication_report_and_letters_are_done_on_a_day_under_a_number(app, manager):
    case = an_agreement()
    ends(Case.get_by_id(case.id), grounds=["tm04"], evidence={"tm04": "已查实"})
    publication, city, region = rows()
    browser = manager()
    assert "函告其他统筹地区经办机构同时办理" in browser.get("/follow-ups").text
    given = {"on": "2026-07-01", "number": "", "version": "1"}
    browser.post(f"/follow-ups/{publication.id}/confirm", data=given)
    browser.post(f"/follow-ups/{city.id}/confirm", status=422, data=given)
    browser.post(f"/follow-ups/{city.id}/confirm", data={**given, "number": "安医保报〔2026〕5号"})
    browser.post(f"/follow-ups/{region.id}/decline", status=422, data={"version": "1", "reason": ""})
    browser.post(f"/follow-ups/{region.id}/decline", data={"version": "1", "reason": "没有其他地区的协议"})
    assert [(r.kind, r.state, r.done_on, r.number) for r in rows()] == [
        ("publication", "done", END, ""),
        ("city", "done", END, "安医保报〔2026〕5号"),
        ("region", "declined", None, ""),
    ]
    assert "没有待办的后续事项" in browser.get("/follow-ups").text
    assert "不办理：没有其他地区的协议" in browser.get("/follow-ups?state=done").text


def test_a_row_done_by_a_colleague_is_not_done_again(app):
    case = an_agreement()
    ends(Case.get_by_id(case.id), grounds=["tm04"], evidence={"tm04": "已查实"})
    hand = hand_of(Role.MANAGER, today=END)
    follow_ups.confirm(rows()[0], on=END, number="", hand=hand, version=1)
    with pytest.raises(Conflict, match="同事刚刚办理"):
        follow_ups.decline(rows()[0], reason="不办", hand=hand, version=1)


def test_the_list_asks_as_often_for_three_rows_as_for_one(app, manager, statements):
    head, _, _ = a_chain(branches=0)
    browser = manager()

    def counted():
        with statements() as seen:
            browser.get("/follow-ups")
        return len(seen)

    first = counted()
    for _ in range(3):
        FollowUp.create(case=head, kind="branch", text="同时解除", institution=an_institution("pharmacy"))
    assert counted() == first
