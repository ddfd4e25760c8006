"""One out, one in (第二十七条): who links what, what a link answers, and the estimate of the fund."""

from datetime import date

import pytest

from blueprints.replacements import queries
from lifecycle import capacity, exits, fund, replacement, screening
from lifecycle.corrections import take_back
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Application, CapacityEstimate, Case, Event, Kind, Replacement, Role
from tests.builders import a_city, an_application, an_office, hand_of, step
from tests.exits.pages import signed
from tests.lifecycle.stations import an_agreement

TODAY = date(2026, 7, 2)
ENDED = date(2026, 7, 1)
ARTICLE = "第二十七条"


@pytest.fixture(autouse=True)
def july(app, at):  # noqa: ARG001
    at(2026, 7, 2)
    an_office(parent=a_city())


def manager(**fields):
    return hand_of(Role.MANAGER, today=TODAY, **fields)


def an_exit(**fields) -> Case:
    """An agreement terminated on 1 July."""
    case = signed(**{"types": ("inpatient",), **fields})
    ground = "tm04" if case.institution.kind == Kind.MEDICAL else "tp05"
    given = {
        "grounds": [ground],
        "evidence": {ground: "市医保局决定"},
        "decided_by": "领导小组会议",
        "effective_on": ENDED,
        "ban_class": "illegality",
        "ban_reason": "查实",
    }
    return exits.terminate(case, given, hand=hand_of(Role.MANAGER, today=ENDED))


def an_entry(types=("inpatient",), **fields) -> Case:
    return an_application(types=types, on=TODAY, **fields)


def link(entry: Case, out: Case, **given) -> Replacement:
    return replacement.link(entry, out, **{"note": "", "hand": manager(), **given})


def close_the_year() -> None:
    fund.save_year(an_office(), 2025, {"target": 100, "spent": 200}, version=0, hand=manager())


def the_guard(case: Case) -> screening.Answer:
    me = hand_of(Role.CLERK, today=TODAY)
    application = Application.get(Application.case == case)
    ground = next(row for row in me.book_of(case).grounds if row.check.get("name") == "fund")
    return screening.answers(application, me, [ground], TODAY)[ground.key]


@pytest.mark.clause("LC-27-1")
def test_the_guard_of_the_fund_is_answered_by_a_linked_exit(app):
    out, entry = an_exit(), an_entry()
    close_the_year()
    assert the_guard(entry).finding == "hit"
    assert "退一进一的先关联退出机构" in the_guard(entry).lines[-1]
    link(entry, out)
    told = f"已关联退出机构：{out.institution.name}（协议 {out.number}，2026-07-01 已解除，第二十七条）"
    answer = the_guard(entry)
    assert (answer.finding, told in answer.lines) == ("clear", True)
    application = Application.get(Application.case == entry)
    assert fund.warnings(application, manager())[1:] == [told]


@pytest.mark.clause("LC-27-1")
def test_a_link_stands_in_the_trail_of_both_cases_with_its_article(app):
    out, entry = an_exit(), an_entry()
    row = link(entry, out, note="同镇卫生院停业")
    assert (row.entry_id, row.exit_id, row.made_on, row.made_by) == (entry.id, out.id, TODAY, manager().actor)
    events = list(Event.select().where(Event.action == "link_replacement").order_by(Event.id))
    assert [(event.case_id, event.article, event.reason) for event in events] == [
        (entry.id, ARTICLE, "同镇卫生院停业"),
        (out.id, ARTICLE, "同镇卫生院停业"),
    ]


@pytest.mark.clause("LC-27-1")
def test_an_exit_serves_one_entry_only_and_an_entry_takes_one_exit(app):
    out, entry = an_exit(), an_entry()
    link(entry, out)
    with pytest.raises(Conflict, match=entry.number):
        link(an_entry(), out)
    with pytest.raises(Conflict, match=out.institution.name):
        link(entry, an_exit())
    assert Replacement.select().count() == 1


def test_the_place_of_an_application_that_failed_is_free_again(app):
    out, failed, entry = an_exit(), an_entry(), an_entry()
    link(failed, out)
    step(failed, "withdraw", Role.CLERK, TODAY, reason="机构撤回")
    assert [row.taker for row in queries.exits(an_office(), 2026, manager())] == [None]
    link(entry, out)
    assert replacement.taker_of(out).entry == entry
    assert Event.select().where(Event.action == "unlink_replacement").count() == 2
    with pytest.raises(Unmet):
        link(failed, an_exit())


def test_only_what_ended_and_is_of_the_same_kind_can_be_linked(app):
    entry, out = an_entry(), an_exit()
    for other in (an_agreement(), an_exit(kind=Kind.PHARMACY, types=("outpatient_pooling",)), entry):
        with pytest.raises(Unmet):
            link(entry, other)
    with pytest.raises(Unmet):
        link(out, out)


def test_an_exit_whose_end_was_taken_back_answers_nothing(app):
    out, entry = an_exit(), an_entry()
    close_the_year()
    link(entry, out)
    take_back(out, hand=hand_of(Role.MANAGER, today=TODAY), reason="文书有误")
    assert the_guard(entry).finding == "hit"
    assert [
        row.is_asked for row in queries.balance(an_office(), 2026, manager()).entries if row.case == entry
    ]


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGREEMENT, Role.LEADER])
def test_only_a_manager_links(app, role):
    entry, out = an_entry(), an_exit()
    with pytest.raises(NotAllowed):
        link(entry, out, hand=hand_of(role, today=TODAY))
    link(entry, out)
    with pytest.raises(NotAllowed):
        replacement.unlink(entry, exit_id=out.id, version=1, reason="错", hand=hand_of(role, today=TODAY))


def test_another_offices_exit_or_entry_is_not_linked(app):
    other = an_office("邻川县中心", "邻医保", parent=a_city())
    entry, out = an_entry(), an_exit()
    foreign = an_entry(office=other)
    with pytest.raises(NotAllowed, match="本单位管理"):
        link(foreign, out, hand=manager(office=other))
    with pytest.raises(NotAllowed, match="负责人"):
        link(entry, out, hand=manager(office=other))


def test_a_region_without_the_rule_links_nothing(app):
    zhanjiang = an_office("湛江市中心", "湛医保", region="zhanjiang", district="市直")
    hand = manager(office=zhanjiang)
    entry = an_application(office=zhanjiang, on=TODAY)
    assert replacement.article_of(hand.book_of(entry)) == ""
    with pytest.raises(NotAllowed, match="没有规定"):
        link(entry, an_exit(), hand=hand)


def test_a_link_is_ended_with_a_reason_by_whoever_saw_it_as_it_stands(app):
    out, entry = an_exit(), an_entry()
    link(entry, out)
    with pytest.raises(Unmet):
        replacement.unlink(entry, exit_id=out.id, version=1, reason="", hand=manager())
    for exit_id, version in ((out.id, 2), (0, 1)):
        with pytest.raises(Conflict):
            replacement.unlink(entry, exit_id=exit_id, version=version, reason="选错", hand=manager())
    replacement.unlink(entry, exit_id=out.id, version=1, reason="选错", hand=manager())
    assert Replacement.select().count() == 0
    event = Event.get(Event.action == "unlink_replacement")
    assert (event.case_id, event.reason, event.article) == (entry.id, "选错", ARTICLE)


@pytest.mark.clause("LC-27-1")
def test_the_exits_of_a_year_tell_day_way_types_and_taker(app):
    out, entry = an_exit(types=("inpatient", "outpatient_pooling")), an_entry()
    link(entry, out)
    lapsed = an_agreement()
    Case.update(state="expired", closed_on=date(2025, 12, 31)).where(Case.id == lapsed.id).execute()
    (row,) = queries.exits(an_office(), 2026, manager())
    assert (row.case, row.case.closed_on, row.way, row.labels, row.taker) == (
        out,
        ENDED,
        "解除协议",
        "住院、门诊统筹",
        entry,
    )
    (before,) = queries.exits(an_office(), 2025, manager())
    assert (before.case, before.way, before.is_inpatient, before.is_free) == (lapsed, "到期终止", False, True)


@pytest.mark.clause("LC-27-1")
@pytest.mark.parametrize(
    ("state", "is_counted"),
    [("terminated", True), ("lapsed_180", True), ("expired", True), ("renewed", False), ("annulled", False)],
)
def test_an_agreement_that_goes_on_or_never_was_is_no_exit(app, state, is_counted):
    case = an_agreement()
    Case.update(state=state, closed_on=ENDED).where(Case.id == case.id).execute()
    assert len(queries.exits(an_office(), 2026, manager())) == is_counted


def test_the_types_of_an_agreement_come_over_its_terms(app):
    first = an_agreement(types=("inpatient",))
    Case.update(state="renewed", closed_on=ENDED).where(Case.id == first.id).execute()
    values = {name: getattr(first, name) for name in ("matter", "office", "institution", "book", "region")}
    values |= {"options": {}, "state": "terminated", "opened_on": ENDED, "stage_on": ENDED}
    Case.create(**values, number="X9", origin=first, handler=None, closed_on=ENDED)
    (row,) = queries.exits(an_office(), 2026, manager())
    assert row.types == ("inpatient",)


def test_an_institution_that_holds_an_agreement_again_has_not_left(app):
    out = an_exit()
    other = an_agreement()
    Case.update(institution=out.institution_id).where(Case.id == other.id).execute()
    assert queries.exits(an_office(), 2026, manager()) == ()


@pytest.mark.clause("LC-27-1")
def test_the_entries_of_a_year_tell_which_want_an_exit(app):
    asking, linked, inclined, plain = (an_entry(), an_entry(), an_entry(), an_entry(("outpatient_pooling",)))
    an_application(types=("inpatient",), on=date(2025, 11, 3))
    link(linked, an_exit())
    close_the_year()
    Application.update(policy="major_project", policy_reason="市重大项目").where(
        Application.case == inclined
    ).execute()
    view = queries.balance(an_office(), 2026, manager())
    mine = {row.case.id: row for row in view.entries}
    assert plain.id not in mine
    told = [mine[case.id].is_asked for case in (asking, linked, inclined)]
    assert told == [True, False, False]
    assert view.entries[0].case == asking
    assert mine[linked.id].exit is not None


def test_without_the_guard_nothing_is_asked(app):
    an_entry()
    (row,) = queries.balance(an_office(), 2026, manager()).entries
    assert not row.is_asked


# --- the estimate ---


def estimate(amount=1_000_000_00, on=TODAY, **given) -> CapacityEstimate:
    values = {"estimated_on": on, "amount": amount, "basis": "基金收支预算"}
    office = given.pop("office", None) or an_office()
    return capacity.save_estimate(office, 2026, values, **{"hand": manager(), **given})


@pytest.mark.clause("LC-27-2")
def test_an_estimate_keeps_its_day_and_its_author(app):
    assert manager().actor.id == 1  # a colleague who was there before
    author = hand_of(Role.MANAGER, today=TODAY, name="后来的负责人")
    row = estimate(hand=author)
    assert (row.estimated_on, row.amount, row.written_by.name, row.version) == (
        TODAY,
        1_000_000_00,
        "后来的负责人",
        1,
    )
    event = Event.get(Event.action == "save_capacity_estimate")
    assert (event.stream, event.article, event.on, event.change["after"]["amount"]) == (
        "offices",
        ARTICLE,
        TODAY,
        1_000_000_00,
    )


@pytest.mark.clause("LC-27-2")
def test_an_estimate_put_right_keeps_its_author_and_tells_both_amounts(app):
    row = estimate()
    other = hand_of(Role.MANAGER, today=TODAY, name="接任")
    row = estimate(5, estimate=row, version=1, hand=other)
    assert (row.amount, row.version, row.written_by) == (5, 2, manager().actor)
    event = Event.select().where(Event.action == "save_capacity_estimate").order_by(Event.id.desc()).get()
    assert (event.actor_name, event.change["before"]["amount"], event.change["after"]["amount"]) == (
        "接任",
        1_000_000_00,
        5,
    )
    with pytest.raises(Conflict):
        estimate(6, estimate=row, version=1)


@pytest.mark.clause("LC-27-2")
def test_the_newest_estimate_of_the_office_and_year_counts(app):
    estimate(3, date(2026, 2, 1))
    newest = estimate(2)
    estimate(9, date(2026, 3, 1))
    assert capacity.estimates(an_office(), 2026)[0] == newest
    assert capacity.estimates(an_office(), 2025) == []


def test_an_estimate_of_a_day_to_come_is_refused(app):
    with pytest.raises(BadDay):
        estimate(on=date(2026, 7, 3))


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGREEMENT, Role.LEADER])
def test_only_the_offices_own_manager_estimates(app, role):
    with pytest.raises(NotAllowed):
        estimate(hand=hand_of(role, today=TODAY))
    with pytest.raises(NotAllowed):
        estimate(office=an_office("邻川县中心", "邻医保"))


@pytest.mark.clause("LC-24-4", "LC-27-2")
def test_the_forecasts_of_linked_and_accepted_entries_use_the_estimate(app):
    estimate(100)
    linked, filed, refused, accepted = an_entry(), an_entry(), an_entry(), an_entry()
    untold = an_entry()
    link(linked, an_exit())
    for case, amount in ((linked, 30), (filed, 1), (refused, 2), (accepted, 90)):
        Application.update(forecast=amount).where(Application.case == case).execute()
    for case in (accepted, untold):
        Case.update(state="accepted").where(Case.id == case.id).execute()
    step(refused, "withdraw", Role.CLERK, TODAY, reason="机构撤回")
    view = queries.balance(an_office(), 2026, manager())
    assert {row.case.id for row in view.counted} == {linked.id, accepted.id, untold.id}
    assert (view.used, view.untold, view.left) == (120, 1, -20)


def test_without_an_estimate_nothing_is_said_to_be_left(app):
    assert queries.balance(an_office(), 2026, manager()).left is None
