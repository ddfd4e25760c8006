"""Negotiation, signing, and what is kept up while an agreement stands, as operations."""

from datetime import date

import pytest

from blueprints.agreements import operations, queries
from blueprints.agreements.operations import Signing, Upload
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import Agreement, Attachment, Case, Document, Event, Negotiation, Role
from tests.builders import clock_of, hand_of, night
from tests.lifecycle.stations import a_case_at, day, standing

RECORD = {
    "place": "三楼会议室",
    "negotiators": "郑国栋、周敏",
    "counterparts": "陶云峰",
    "subject": "医保协议签订事宜",
    "content": "就费用结算、信息系统对接协商",
    "opinion": "同意",
}
SIGNED = day(5, 6)
SCAN = Upload("协议.pdf", b"%PDF-1.4\n%%EOF\n")


def negotiate(case, on, *, is_agreed=True, today=None, **given):
    hand = hand_of(Role.AGREEMENT, today=today or on)
    return operations.negotiate(case, RECORD, held_on=on, is_agreed=is_agreed, hand=hand, **given)


def sign(case, on=SIGNED, today=None, upload=SCAN, reason="", **term):
    hand = hand_of(Role.AGREEMENT, today=today or on)
    signing = Signing(on, term.pop("text_version", "2026版"), **term)
    return operations.sign(case, signing, hand=hand, upload=upload, reason=reason)


def settle(agreement, on, today):
    fresh = Agreement.get_by_id(agreement.id)
    operations.settle(fresh, settled_on=on, hand=hand_of(Role.AGREEMENT, today=today), version=fresh.version)


def open_renewal(agreement, today):
    operations.open_renewal(
        agreement,
        basis="年度考核尚未完成",
        approved_by="郑国栋",
        hand=hand_of(Role.MANAGER, today=today),
        version=agreement.version,
    )


def state(agreement):
    return Case.get_by_id(agreement.case_id).state


@pytest.mark.clause("LC-15-1", "LC-15-2", "LC-16-1", "LC-A10-1", "LC-A10-2")
def test_a_negotiation_keeps_annex_10_and_the_month_for_signing_runs_from_its_day(app):
    case = a_case_at("negotiation")
    negotiate(case, day(4, 24), today=day(4, 27), reason="周五谈判，周一录入")
    record = Document.get(Document.case == case, Document.kind == "negotiation_record")
    wanted = {
        **RECORD,
        "held_on": "2026年4月24日",
        "institution": case.institution.name,
        "district": "安澜县",
    }
    assert {key: record.data[key] for key in wanted} == wanted
    assert clock_of(case, "signing").due_on == day(5, 25)
    assert clock_of(case, "negotiation").ended_on == day(4, 24)


@pytest.mark.clause("LC-16-2")
def test_a_negotiation_without_consensus_ends_the_case_with_its_reason(app):
    case = a_case_at("negotiation")
    with pytest.raises(Unmet):
        negotiate(case, day(4, 24), is_agreed=False)
    assert Negotiation.select().count() == 0
    negotiate(case, day(4, 24), is_agreed=False, reason="机构不接受结算标准")
    assert Case.get_by_id(case.id).state == "not_agreed"
    assert Negotiation.get().is_agreed is False


@pytest.mark.clause("LC-16-4", "LC-16-5", "LC-17-1")
def test_signing_opens_the_agreement_for_a_year_with_its_number_and_text(app):
    case = a_case_at("signing")
    agreement = sign(case)
    assert (agreement.starts_on, agreement.ends_on) == (SIGNED, date(2027, 5, 5))
    assert (agreement.text_version, agreement.document.number) == ("2026版", "安医保协字〔2026〕1号")
    assert standing(agreement.case) == {
        "term": ("running", date(2027, 5, 5)),
        "system_connection": ("running", day(5, 26)),
        "commitment": ("running", day(5, 19)),
    }
    assert Case.get_by_id(case.id).state == "designated"
    assert agreement.case.origin_id == case.id


def test_the_usual_term_ends_with_the_year_where_the_region_says_so(app):
    agreement = sign(a_case_at("signing", options={"term": "calendar_year_end"}))
    assert agreement.ends_on == day(12, 31)


@pytest.mark.clause("LC-16-4")
def test_an_unusual_term_wants_its_reason(app):
    case = a_case_at("signing")
    with pytest.raises(Unmet) as refusal:
        sign(case, ends_on=day(12, 31))
    assert refusal.value.sentences == ("有效期与通常的 2027-05-05 届满不同，请写明理由",)
    agreement = sign(case, ends_on=day(12, 31), term_reason="与全市统一到期")
    assert (agreement.ends_on, agreement.term_reason) == (day(12, 31), "与全市统一到期")


def test_a_refused_signing_leaves_no_file_and_no_agreement(app):
    case = a_case_at("signing")
    with pytest.raises(Unmet):
        sign(case, upload=None)
    with pytest.raises(BadDay):
        sign(case, on=day(4, 20), today=day(5, 6), reason="早于谈判")
    with pytest.raises(Unmet):
        sign(case, upload=Upload("协议.exe", b"MZ"))
    assert list((app.config["INSTANCE"] / "attachments").iterdir()) == []
    assert (Attachment.select().count(), Agreement.select().count()) == (0, 0)


@pytest.mark.clause("LC-16-1")
def test_a_signature_inside_the_month_may_be_typed_after_the_lapse(app):
    case = a_case_at("signing")
    night(day(5, 26))
    assert Case.get_by_id(case.id).state == "abandoned_signing"
    with pytest.raises(Unmet):
        sign(case, on=day(5, 26), today=day(5, 27), reason="迟到")
    agreement = sign(case, on=day(5, 20), today=day(5, 27), reason="20 日已签，经办人休假未录入")
    assert (Case.get_by_id(case.id).state, agreement.case.state) == ("designated", "active")
    assert agreement.ends_on == date(2027, 5, 19)
    assert clock_of(case, "signing").state == "met"


@pytest.mark.clause("LC-19-5")
def test_an_agreement_is_extended_while_its_renewal_is_open_and_ends_when_that_is_given_up(app):
    agreement = sign(a_case_at("signing"))
    open_renewal(agreement, date(2027, 4, 1))
    night(date(2027, 5, 5))
    assert state(agreement) == "active"
    night(date(2027, 5, 6))
    assert state(agreement) == "extended"
    fresh = Agreement.get_by_id(agreement.id)
    hand = hand_of(Role.AGREEMENT, today=date(2027, 6, 1))
    with pytest.raises(Unmet):
        operations.close_renewal(fresh, reason="", hand=hand, version=fresh.version)
    case = operations.close_renewal(fresh, reason="双方未达成一致", hand=hand, version=fresh.version)
    assert (case.state, case.closed_on) == ("expired", date(2027, 6, 1))


@pytest.mark.clause("LC-19-4")
def test_an_agreement_without_renewal_ends_the_night_after_its_last_day(app):
    agreement = sign(a_case_at("signing"))
    night(date(2027, 5, 6))
    assert state(agreement) == "expired"


def test_a_renewal_given_up_before_the_end_lets_the_agreement_run_to_its_end(app):
    agreement = sign(a_case_at("signing"))
    open_renewal(agreement, date(2027, 4, 1))
    fresh = Agreement.get_by_id(agreement.id)
    hand = hand_of(Role.MANAGER, today=date(2027, 4, 20))
    case = operations.close_renewal(fresh, reason="机构不再续签", hand=hand, version=fresh.version)
    assert case.state == "active"
    night(date(2027, 5, 6))
    assert state(agreement) == "expired"


def test_opening_a_renewal_wants_basis_approver_and_the_version_seen(app):
    agreement = sign(a_case_at("signing"))
    hand = hand_of(Role.AGREEMENT, today=date(2027, 4, 1))
    with pytest.raises(Unmet) as refusal:
        operations.open_renewal(agreement, basis="", approved_by="", hand=hand, version=1)
    assert refusal.value.sentences == ("请写明依据", "请填写批准人")
    with pytest.raises(Conflict):
        operations.open_renewal(agreement, basis="考核中", approved_by="郑国栋", hand=hand, version=7)
    foreign = hand_of(Role.AGREEMENT, office=agreement.case.office.parent, today=date(2027, 4, 1))
    with pytest.raises(NotAllowed):
        operations.open_renewal(agreement, basis="考核中", approved_by="郑国栋", hand=foreign, version=1)


def test_day_181_without_settlement_is_a_proposal_and_never_an_end(app):
    agreement = sign(a_case_at("signing"))
    settle(agreement, day(5, 20), day(6, 1))
    night(day(11, 16))
    assert Agreement.get_by_id(agreement.id).idle_since is None
    assert queries.settlement(Agreement.get_by_id(agreement.id), hand_of(today=day(11, 16))).is_over is False
    night(day(11, 17))
    fresh = Agreement.get_by_id(agreement.id)
    assert fresh.idle_since == day(11, 17)
    assert queries.settlement(fresh, hand_of(today=day(11, 17))).days == 181
    night(day(12, 20))
    assert state(agreement) == "active"


def test_a_later_settlement_takes_the_mark_away_and_an_old_one_does_not(app):
    agreement = sign(a_case_at("signing"))
    night(day(11, 17))
    assert Agreement.get_by_id(agreement.id).idle_since == day(11, 17)
    settle(agreement, day(5, 10), day(11, 18))
    assert Agreement.get_by_id(agreement.id).idle_since == day(11, 17)
    settle(agreement, day(11, 10), day(11, 18))
    fresh = Agreement.get_by_id(agreement.id)
    assert (fresh.idle_since, fresh.last_settled_on) == (None, day(11, 10))
    assert Event.select().where(Event.case == agreement.case_id, Event.action == "settle").count() == 2


def test_a_settlement_is_refused_in_the_future_and_for_a_stale_version(app):
    agreement = sign(a_case_at("signing"))
    hand = hand_of(Role.AGREEMENT, today=day(6, 1))
    with pytest.raises(BadDay):
        operations.settle(agreement, settled_on=day(6, 2), hand=hand, version=1)
    with pytest.raises(Conflict):
        operations.settle(agreement, settled_on=day(6, 1), hand=hand, version=3)
