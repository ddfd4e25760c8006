"""After a termination: who is stopped at screening, by which ground, to which day, and what stays open."""

from datetime import date, timedelta

import pytest

from lifecycle import bans, case_checks, corrections, exits
from models import Ban, Case, FollowUp, Institution, Role, Termination
from tests.builders import a_person, an_application, an_institution, hand_of
from tests.guard.test_follow_ups import a_branch
from tests.lifecycle.stations import an_agreement, day
from tests.lifecycle.test_bans import refused_on

END = day(7, 1)
POSTS = ("legal_representative", "principal", "controller")
CLASSES = [
    pytest.param("illegality", "g6", date(2029, 7, 1), id="illegality", marks=pytest.mark.clause("LC-10-6")),
    pytest.param("breach", "g7", date(2027, 7, 1), id="breach", marks=pytest.mark.clause("LC-10-7")),
]


def ends(case, ban_class, **given):
    """End an agreement on 1 July 2026 with the class of ban that a person chose."""
    key = "tm06" if case.institution.kind == "medical" else "tp09"
    data = {
        "grounds": [key],
        "evidence": {key: "市医保局聊医保字〔2026〕3号"},
        "decided_by": "领导小组会议",
        "effective_on": END,
        "ban_class": ban_class,
        "ban_reason": "" if ban_class == "none" else "查实的事实",
        **given,
    }
    return exits.terminate(case, data, hand=hand_of(Role.MANAGER, today=END))


def proven(institution, on):
    """The grounds of refusal that the register proves against an application filed on `on`."""
    case = an_application(institution=institution, on=on)
    rows = case_checks.items(case, hand_of(Role.CLERK, today=on), on)
    Case.update(closed_on=on).where(Case.id == case.id).execute()
    return [row.key for row in rows if row.machine.is_hard]


def after(last):
    return last + timedelta(days=1)


@pytest.mark.parametrize(("ban_class", "ground", "last"), CLASSES)
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_an_institution_is_stopped_up_to_the_last_day_of_its_class_and_free_on_the_next(
    app, kind, ban_class, ground, last
):
    case = an_agreement(kind=kind)
    ends(case, ban_class)
    mine = case.institution
    assert (proven(mine, END), proven(mine, last), proven(mine, after(last))) == ([ground], [ground], [])
    assert f"至 {last.isoformat()}" in refused_on(mine, last)[0]
    assert refused_on(mine, after(last)) is None


@pytest.mark.parametrize(("ban_class", "ground", "last"), CLASSES)
def test_a_renamed_institution_under_new_people_is_known_by_its_credit_code(app, ban_class, ground, last):
    case = an_agreement()
    ends(case, ban_class)
    renamed = an_institution(name="安澜县新仁医院", uscc=case.institution.uscc, address="安澜县新华路 1 号")
    assert (proven(renamed, last), proven(renamed, after(last))) == ([ground], [])
    assert refused_on(renamed, last) is not None
    assert refused_on(renamed, after(last)) is None


@pytest.mark.clause("LC-10-8")
@pytest.mark.parametrize("then", POSTS)
@pytest.mark.parametrize("now", POSTS)
def test_each_person_who_led_it_is_stopped_for_five_years_in_whatever_post_now(app, then, now):
    culprit, last = a_person("陶云峰"), date(2031, 7, 1)
    case = an_agreement()
    Institution.update(**{then: culprit}).where(Institution.id == case.institution_id).execute()
    ends(Case.get_by_id(case.id), "none", is_by_persons=True)
    other = an_institution("pharmacy", **{"legal_representative": a_person("许静"), now: culprit})
    assert (proven(other, last), proven(other, after(last))) == (["g8"], [])
    assert refused_on(other, last)[0].startswith("陶云峰")
    assert refused_on(other, after(last)) is None


@pytest.mark.clause("LC-10-8")
def test_people_of_an_end_they_did_not_cause_are_free_at_once(app):
    case = an_agreement()
    ends(case, "illegality")
    other = an_institution("pharmacy", legal_representative=case.institution.legal_representative)
    assert proven(other, END) == []
    assert Ban.select().where(Ban.person.is_null(False)).count() == 0


@pytest.mark.parametrize(
    ("ban_class", "ground", "last"),
    [
        pytest.param("illegality", "g6", date(2029, 7, 1), id="a", marks=pytest.mark.clause("LC-10-6b")),
        pytest.param("breach", "g7", date(2027, 7, 1), id="b", marks=pytest.mark.clause("LC-10-7b")),
    ],
)
def test_a_duty_left_open_at_the_end_stops_beyond_the_last_day_until_it_is_performed(
    app, ban_class, ground, last
):
    case = an_agreement()
    ends(case, ban_class, is_duty_open=True)
    mine, late = case.institution, last.replace(year=last.year + 2)
    assert (proven(mine, after(last)), proven(mine, late)) == ([ground], [ground])
    assert "责任尚未履行完毕" in refused_on(mine, late)[0]
    bans.perform_duty(Ban.get(), hand=hand_of(Role.MANAGER, today=late), reason="已缴清")
    assert (proven(mine, late), refused_on(mine, late)) == ([], None)


def test_a_duty_performed_early_shortens_no_ban(app):
    case = an_agreement()
    ends(case, "breach", is_duty_open=True)
    bans.perform_duty(Ban.get(), hand=hand_of(Role.MANAGER, today=day(8, 1)), reason="已缴清")
    assert proven(case.institution, date(2027, 7, 1)) == ["g7"]


def test_an_end_without_a_class_stops_nobody(app):
    case = an_agreement()
    ends(case, "none")
    assert (Ban.select().count(), proven(case.institution, END)) == (0, [])


def test_a_termination_taken_back_lifts_its_bans(app):
    case = an_agreement()
    ends(case, "illegality", is_by_persons=True)
    hand = hand_of(Role.MANAGER, today=day(7, 2))
    back = corrections.take_back(Case.get_by_id(case.id), hand=hand, reason="复议撤销")
    assert (back.state, proven(case.institution, day(7, 2))) == ("active", [])
    assert {ban.lifted_on for ban in Ban.select()} == {day(7, 2)}


@pytest.mark.clause("LC-32-15")
@pytest.mark.parametrize(("is_by_persons", "proposed"), [(True, 13), (False, 0)])
def test_a_chain_of_fourteen_is_proposed_only_if_its_people_caused_the_end(app, is_by_persons, proposed):
    boss = a_person("钱总")
    head = an_agreement(kind="pharmacy")
    Institution.update(controller=boss).where(Institution.id == head.institution_id).execute()
    branches = [a_branch(n, boss, head) for n in range(13)]
    a_branch(99, a_person("旁人"), head)
    ends(Case.get_by_id(head.id), "breach", is_by_persons=is_by_persons)
    rows = list(FollowUp.select().where(FollowUp.kind == "branch").order_by(FollowUp.id))
    assert len(rows) == proposed
    assert {row.institution_id for row in rows} <= {case.institution_id for case in branches}
    assert {Case.get_by_id(case.id).state for case in branches} == {"active"}
    assert Termination.select().count() == 1
