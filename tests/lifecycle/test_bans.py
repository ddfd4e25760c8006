"""Whom a ban hits, until when, and what keeps it standing (第十条 (五) to (八); readings 1.3-5)."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from lifecycle import bans
from lifecycle.errors import Unmet
from lifecycle.steps import take_step
from models import Ban, Case, Event, Role
from tests.builders import a_person, an_application, an_institution, an_office, hand_of, receive_all, step
from tests.lifecycle.stations import day


def impose(rule, **given):
    hand = hand_of(Role.MANAGER, today=day(3, 2))
    return bans.impose(
        rule,
        **{
            "hand": hand,
            "office": hand.actor.office,
            "book": hand.books["liaocheng-2023"],
            "from_on": day(3, 2),
            "reason": "协议解除决定书",
            **given,
        },
    )


def refused_on(institution, on):
    """What the window is told when it would accept the institution on `on`; None if it may."""
    case = an_application(institution=institution, on=on)
    receive_all(case, on)
    try:
        step(case, "accept", Role.CLERK, on)
    except Unmet as refusal:
        return refusal.sentences
    finally:
        Case.update(closed_on=on).where(Case.id == case.id).execute()
    return None


@pytest.mark.clause("LC-10-5", "LC-10-6", "LC-10-7", "LC-10-8", "LC-14b-3l")
@pytest.mark.parametrize(
    ("rule", "last", "is_personal"),
    [
        pytest.param("fraud_ban", date(2029, 3, 2), False, id="fraud"),
        pytest.param("illegality_ban", date(2029, 3, 2), False, id="illegality"),
        pytest.param("breach_ban", date(2027, 3, 2), False, id="breach"),
        pytest.param("reapply_ban", date(2027, 3, 2), False, id="second failure"),
        pytest.param("person_ban", date(2031, 3, 2), True, id="person"),
    ],
)
def test_a_ban_holds_through_its_last_day_and_not_a_day_longer(app, rule, last, is_personal):
    institution = an_institution()
    of = {"person": institution.legal_representative} if is_personal else {"institution": institution}
    ban = impose(rule, **of)
    assert (ban.from_on, ban.until_on) == (day(3, 2), last)
    assert bans.standing(institution, day(3, 1)) == []
    assert bans.standing(institution, last) == [ban]
    assert bans.standing(institution, last.replace(day=3)) == []


@pytest.mark.clause("LC-10-6b", "LC-10-7b")
@pytest.mark.parametrize(
    ("rule", "over"), [("illegality_ban", date(2029, 3, 3)), ("breach_ban", date(2027, 3, 3))]
)
def test_an_unperformed_duty_keeps_a_ban_standing_until_it_is_recorded_as_performed(app, rule, over):
    institution = an_institution()
    ban = impose(rule, institution=institution, is_duty_open=True)
    assert bans.standing(institution, over) == [ban]
    assert "，且责任尚未履行完毕" in refused_on(institution, over)[0]
    bans.perform_duty(ban, hand=hand_of(Role.MANAGER), reason="罚款缴清")
    assert bans.standing(institution, over) == []
    assert refused_on(institution, over) is None


@pytest.mark.clause("LC-10-8")
@pytest.mark.parametrize("office_held", ["legal_representative", "principal", "controller"])
def test_a_barred_person_bars_every_institution_the_person_leads(app, office_held):
    person = a_person("陶云峰", "371500199001010011")
    impose("person_ban", person=person)
    same_number = a_person("陶云峰", "371500199001010011")
    other = an_institution("pharmacy", **{"legal_representative": a_person(), office_held: same_number})
    assert refused_on(other, day(4, 1)) == (
        "陶云峰因严重违法违规导致原定点机构解除协议，不予受理（第十条（八）），至 2031-03-02",
    )


def test_a_ban_follows_the_credit_code_to_other_counties(app):
    barred = an_institution()
    impose("breach_ban", institution=barred)
    elsewhere = an_office("邻县医疗保险事业中心", "邻医保")
    again = an_institution(office=elsewhere, uscc=barred.uscc)
    assert len(bans.standing(again, day(4, 1))) == 1
    assert bans.standing(an_institution(), day(4, 1)) == []


def test_a_ban_annulled_is_lifted_with_a_reason_and_leaves_a_trace(app):
    institution, hand = an_institution(), hand_of(Role.MANAGER, today=day(3, 9))
    ban = impose("breach_ban", institution=institution)
    with pytest.raises(Unmet):
        bans.lift(ban, hand=hand, reason="")
    bans.lift(ban, hand=hand, reason="复议撤销")
    row = Ban.get_by_id(ban.id)
    assert (row.lifted_on, row.lifted_reason, bans.standing(institution, day(3, 9))) == (
        day(3, 9),
        "复议撤销",
        [],
    )
    told = [e.action for e in Event.select().where(Event.stream == f"institution:{institution.id}")]
    assert told == ["impose_ban", "lift_ban"]


def test_a_ban_needs_a_reason(app):
    with pytest.raises(Unmet):
        impose("breach_ban", institution=an_institution(), reason="")
    assert Ban.select().count() == 0


def test_a_ban_of_an_older_book_is_told_in_the_words_of_that_book(app):
    case = an_application()
    receive_all(case)
    ban = impose("reapply_ban", institution=case.institution)
    hand = hand_of(Role.CLERK, today=day(3, 3))
    old = hand.books[case.book]
    new = replace(
        old, id="new", clocks=MappingProxyType({k: c for k, c in old.clocks.items() if "ban" not in k})
    )
    Case.update(book="new").where(Case.id == case.id).execute()
    hand = replace(hand, books={**hand.books, "new": new})
    with pytest.raises(Unmet) as refusal:
        take_step(case, "accept", hand=hand)
    assert refusal.value.sentences == (bans.sentence(ban, old),)
