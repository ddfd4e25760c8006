"""The next term of an agreement: it follows without a gap, begins by itself, and takes over what goes on."""

from datetime import date, timedelta

import pytest

from blueprints import reminders
from blueprints.rolls import queries as rolls
from lifecycle import change_cases, corrections, exits, follow_ups, idle, renewals, settlements
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import (
    Agreement,
    Application,
    Case,
    ChangeRequest,
    Document,
    ExitRequest,
    Role,
    Suspension,
)
from tests.builders import a_file, hand_of, night, step, system_hand
from tests.lifecycle.stations import TERM, an_agreement, standing
from tests.lifecycle.test_changes import part
from tests.lifecycle.test_exits import asked, ends, imposed

LAST = date(2027, 5, 5)
FIRST = LAST + timedelta(days=1)
SIGNED = date(2027, 4, 6)
NEXT = {
    "signed_on": SIGNED,
    "starts_on": FIRST,
    "ends_on": date(2028, 5, 5),
    "text_version": "2027版",
}


def a_term(**fields):
    """An agreement with what was signed, from 6 May 2026 for a year; its renewal's text is there."""
    case = an_agreement(**fields)
    days = {name: date.fromisoformat(on) for name, on in TERM.items()}
    Agreement.create(case=case, document=Document.get(Document.case == case), text_version="2026版", **days)
    a_file(case, "signed_text")
    return case


def renewed(case, on=SIGNED, **given):
    """The case of the next term, signed on `on`."""
    hand = hand_of(Role.AGREEMENT, today=on)
    return renewals.renew(case, {**NEXT, "signed_on": on, **given}, hand=hand).case


def state(case):
    return Case.get_by_id(case.id).state


def open_renewal():
    Agreement.update(is_renewal_open=True, renewal_basis="年度考核", renewal_approved_by="郑国栋").execute()


def extended(on=date(2027, 6, 1)):
    """An agreement that runs on after its end, and the case of its next term, signed on `on`."""
    case = a_term()
    open_renewal()
    night(FIRST)
    assert state(case) == "extended"
    return case, renewed(case, on)


@pytest.mark.clause("LC-19-3b")
@pytest.mark.parametrize("days", [-1, 1])
def test_the_next_term_follows_without_a_gap(app, days):
    case = a_term()
    with pytest.raises(Unmet, match="自 2027-05-06 起，与原协议首尾相接"):
        renewed(case, starts_on=FIRST + timedelta(days=days))
    assert Agreement.select().count() == 1


@pytest.mark.clause("LC-19-3b")
def test_the_next_term_is_numbered_waits_and_keeps_the_link_to_the_old_one(app):
    case = a_term()
    after = renewed(case)
    assert (state(case), after.state, after.origin) == ("active", "new", case)
    assert Document.get(Document.case == after).number == "安医保协字〔2027〕1号"
    assert standing(after) == {"term_start": ("running", LAST)}
    assert "system_connection" not in standing(after)
    assert Application.get(Application.case == after).types == ["outpatient_pooling"]


@pytest.mark.clause("LC-19-3b")
def test_it_begins_by_itself_on_its_day_and_the_old_one_ends_the_same_night(app):
    case = a_term()
    after = renewed(case)
    night(LAST)
    assert [state(row) for row in (case, after)] == ["active", "new"]
    night(FIRST)
    assert [state(row) for row in (case, after)] == ["renewed", "active"]
    assert Case.get_by_id(case.id).closed_on == FIRST
    assert standing(after) == {"term": ("running", date(2028, 5, 5))}


@pytest.mark.clause("LC-19-3b", "LC-19-5")
def test_an_extended_agreement_is_followed_at_once(app):
    case, after = extended()
    assert [state(row) for row in (case, after)] == ["renewed", "active"]
    assert Agreement.get(Agreement.case == after).starts_on == FIRST
    assert standing(after) == {"term": ("running", date(2028, 5, 5))}


def test_no_next_term_before_the_day_it_was_signed_or_without_its_text(app):
    case = an_agreement()
    days = {name: date.fromisoformat(on) for name, on in TERM.items()}
    Agreement.create(case=case, text_version="2026版", **days)
    with pytest.raises(Unmet, match="签署的协议文本"):
        renewed(case)
    a_file(case, "signed_text")
    with pytest.raises(BadDay):
        renewals.renew(case, NEXT, hand=hand_of(Role.AGREEMENT, today=date(2027, 4, 5)))
    assert Agreement.select().count() == 1


@pytest.mark.clause("LC-19-4")
def test_an_agreement_that_nobody_renewed_ends_though_another_was(app):
    case, other = a_term(), a_term()
    renewed(case)
    night(FIRST)
    assert [state(row) for row in (case, other)] == ["renewed", "expired"]


def test_one_agreement_has_one_next_term(app):
    case = a_term()
    renewed(case)
    with pytest.raises(Conflict):
        renewed(case)


# --- What goes on ---


def test_days_without_settlement_count_on_from_the_earlier_term(app):
    case, never = a_term(), a_term()
    hand = hand_of(Role.AGREEMENT, today=date(2027, 3, 1))
    agreement = Agreement.get(Agreement.case == case)
    settlements.record(agreement, settled_on=date(2027, 2, 1), hand=hand, version=agreement.version)
    later = [renewed(row) for row in (case, never)]
    night(FIRST)
    counts = [idle.count_of(Agreement.get(Agreement.case == row), system_hand(FIRST)) for row in later]
    assert [row.since for row in counts] == [date(2027, 2, 1), date(2026, 5, 6)]
    assert [row.days for row in counts] == [94, 365]


def test_suspensions_of_the_earlier_term_are_left_out_of_the_days_without_settlement(app):
    case = a_term()
    imposed(case, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 31))
    night(date(2027, 2, 1))
    after = renewed(case)
    night(FIRST)
    count = idle.count_of(Agreement.get(Agreement.case == after), system_hand(FIRST))
    assert (count.days, count.paused) == (334, 31)


def test_the_first_day_of_unbroken_terms_is_kept_over_several(app):
    case = a_term()
    after = renewed(case)
    night(FIRST)
    a_file(after, "signed_text")
    days = {"starts_on": date(2028, 5, 6), "ends_on": date(2029, 5, 5)}
    third = renewed(after, date(2028, 4, 6), **days)
    night(date(2028, 5, 6))
    assert state(third) == "active"
    assert Agreement.get(Agreement.case == third).counts_from == date(2026, 5, 6)
    assert Application.get(Application.case == third).types == ["outpatient_pooling"]


@pytest.mark.clause("LC-31-01")
def test_imposed_suspensions_count_anew_within_the_next_term(app):
    case = a_term()
    imposed(case)
    night(date(2026, 9, 1))
    assert len(exits.counted_suspensions(case)) == 1
    after = renewed(case)
    night(FIRST)
    assert exits.counted_suspensions(after) == []


@pytest.mark.parametrize("is_extended", [False, True])
def test_open_changes_and_exit_requests_go_on_under_the_next_term(app, is_extended):
    case = a_term()
    hand = hand_of(Role.CLERK, today=date(2027, 4, 1))
    told = {"items": [part(case, "name", "东阿康宁医院")], "approved_on": hand.today, "approved_by": "局"}
    change = change_cases.report(case, told, hand=hand, reason="补录")
    wish = asked(case, "terminate", hand.today, date(2027, 8, 1))
    if is_extended:
        open_renewal()
        night(FIRST)
    after = renewed(case, FIRST if is_extended else SIGNED)
    night(FIRST)
    assert [Case.get_by_id(row.id).origin for row in (change, wish)] == [after, after]
    assert (ChangeRequest.get().agreement, ExitRequest.get().agreement) == (after, after)
    assert [state(row) for row in (change, wish)] == ["change_draft", "exit_filed"]


# --- What keeps it from beginning ---


def test_a_term_whose_agreement_is_terminated_before_never_begins(app):
    case = a_term()
    after = renewed(case, date(2026, 6, 10))
    ends(case)
    assert (state(after), Case.get_by_id(after.id).closed_on) == ("not_begun", date(2026, 7, 1))
    night(FIRST)
    assert state(after) == "not_begun"


def test_a_suspension_that_outlasts_the_term_ends_the_next_one_with_it(app):
    case = a_term()
    after = renewed(case)
    imposed(case, starts_on=date(2027, 4, 20), ends_on=date(2027, 6, 30))
    night(FIRST)
    assert [state(row) for row in (case, after)] == ["expired", "not_begun"]


def test_taking_the_renewal_back_annuls_the_waiting_term(app):
    case = a_term()
    open_renewal()
    after = renewed(case)
    assert not Agreement.get(Agreement.case == case).is_renewal_open
    hand = hand_of(Role.MANAGER, today=SIGNED)
    corrections.take_back(Case.get_by_id(case.id), hand=hand, reason="登错机构")
    assert [state(row) for row in (case, after)] == ["active", "annulled"]
    assert Document.get(Document.case == after).state == "voided"
    assert Agreement.get(Agreement.case == case).is_renewal_open
    again = renewed(case)
    night(FIRST)
    assert [state(row) for row in (case, after, again)] == ["renewed", "annulled", "active"]


def test_taking_back_the_renewal_of_an_extended_agreement_lets_it_run_on_with_what_it_gave_away(app):
    case = a_term()
    wish = asked(case, "terminate", date(2027, 4, 1), date(2027, 8, 1))
    open_renewal()
    night(FIRST)
    after = renewed(case, date(2027, 6, 1))
    assert Case.get_by_id(wish.id).origin == after
    hand = hand_of(Role.MANAGER, today=date(2027, 6, 1))
    corrections.take_back(Case.get_by_id(case.id), hand=hand, reason="登错机构")
    assert [state(row) for row in (case, after)] == ["extended", "annulled"]
    assert (Case.get_by_id(wish.id).origin, ExitRequest.get().agreement) == (case, case)
    assert Agreement.get(Agreement.case == case).is_renewal_open


def test_a_next_term_in_which_something_happened_is_not_annulled(app):
    case, after = extended()
    imposed(after, starts_on=date(2027, 6, 2), ends_on=date(2027, 6, 30))
    hand = hand_of(Role.MANAGER, today=date(2027, 6, 2))
    with pytest.raises(NotAllowed, match="已有后续办理"):
        corrections.take_back(Case.get_by_id(case.id), hand=hand, reason="登错机构")
    assert [state(row) for row in (case, after)] == ["renewed", "suspended_imposed"]


# --- Nights and lists ---


def test_ten_single_nights_hand_over_end_and_begin(app):
    cases = [a_term() for _ in range(4)]
    later = [renewed(row) for row in cases[:3]]
    imposed(cases[1], starts_on=date(2027, 4, 20), ends_on=date(2027, 6, 30))
    imposed(cases[2], starts_on=date(2027, 4, 20), ends_on=LAST)
    for n in range(10):
        night(LAST + timedelta(days=n - 3))
    single = [state(row) for row in (*cases, *later)]
    assert single == ["renewed", "expired", "renewed", "expired", "active", "not_begun", "active"]
    closed = [Case.get_by_id(row.id).closed_on for row in cases]
    assert closed == [FIRST] * 4


def test_ten_missed_nights_caught_up_in_one_do_the_same(app):
    cases = [a_term() for _ in range(3)]
    later = [renewed(row) for row in cases[:2]]
    imposed(cases[1], starts_on=date(2027, 4, 20), ends_on=LAST)
    night(FIRST + timedelta(days=9))
    assert [state(row) for row in (*cases, *later)] == ["renewed", "renewed", "expired", "active", "active"]
    assert [Case.get_by_id(row.id).closed_on for row in cases] == [FIRST] * 3
    assert Suspension.get().over_on == FIRST


def test_a_waiting_term_takes_no_settlement_request_change_or_branch(app):
    case = a_term()
    after = renewed(case)
    hand = hand_of(Role.AGREEMENT, Role.CLERK, today=SIGNED)
    mine = Agreement.get(Agreement.case == after)
    with pytest.raises(NotAllowed, match="尚未生效"):
        settlements.record(mine, settled_on=SIGNED, hand=hand, version=mine.version)
    with pytest.raises(NotAllowed, match="尚未生效"):
        asked(after, "terminate", SIGNED, date(2027, 8, 1))
    with pytest.raises(NotAllowed, match="尚未生效"):
        change_cases.report(after, {"items": [], "approved_on": SIGNED}, hand=hand)
    assert [row.case_id for row in idle.agreements(system_hand(SIGNED))] == [case.id]
    assert follow_ups.agreement_of(_row(case), case.office_id) == case


def _row(case):
    return type("Row", (), {"institution_id": case.institution_id})()


def test_what_happens_tonight_names_the_step_that_will_be_taken(app):
    case, other = a_term(), a_term()
    renewed(case)
    hand = hand_of(Role.MANAGER, today=LAST)
    told = [row.sentence for row in reminders.tonight([case.office_id], hand)]
    assert sorted(line.split("“")[1].split("”")[0] for line in told) == sorted(
        ["协议期满，由续签的协议接续", "协议生效", "协议期满，自动终止"]
    )
    assert other.id


def test_a_renewal_is_no_new_designation_on_the_list_of_the_month(app):
    case = a_term()
    renewed(case)
    lists = [rolls.entries(case.office, "new", date(2026 + n, 5 - n, 1)) for n in (0, 1)]
    assert [[row.case_id for row in rows] for rows in lists] == [[case.id], []]
    assert lists[0][0].types == ["outpatient_pooling"]


def test_the_step_of_the_book_asks_for_the_agreement_clerk(app):
    case = a_term()
    with pytest.raises(NotAllowed):
        step(case, "renew", Role.CLERK, SIGNED, data={})
