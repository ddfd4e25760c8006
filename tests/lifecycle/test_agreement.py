"""Negotiation, signature, and the agreement to its end (第十五条至第十七条、第十九条)."""

from datetime import date

import pytest

from lifecycle.errors import Unmet
from models import Agreement, Case, Document, Role
from tests.builders import a_file, clock_of, night, step
from tests.lifecycle.stations import NEGOTIATED, TERM, a_case_at, an_agreement, day, ended, standing


def with_terms(case, **fields):
    """The row of what was signed, as the signing page writes it."""
    return Agreement.create(
        **{
            "case": case,
            "signed_on": day(5, 6),
            "starts_on": day(5, 6),
            "ends_on": date(2027, 5, 5),
            "text_version": "2026 版",
            **fields,
        }
    )


RENEWAL = {"is_renewal_open": True, "renewal_basis": "履约良好", "renewal_approved_by": "负责人"}


@pytest.mark.clause("LC-15-2", "LC-16-1")
def test_a_negotiation_leaves_its_record_and_starts_the_month_for_signing(app):
    case = a_case_at("negotiation")
    with pytest.raises(Unmet) as refusal:
        step(case, "agree", Role.AGREEMENT, day(4, 24))
    assert refusal.value.sentences == ("请填写协商谈判记录",)
    case = step(case, "agree", Role.AGREEMENT, day(4, 24), data=NEGOTIATED)
    paper = Document.get(Document.case == case, Document.kind == "negotiation_record")
    assert paper.data["held_on"] == "2026年4月24日"
    assert standing(case) == {"signing": ("running", day(5, 25))}  # 24 May is a Sunday


@pytest.mark.clause("LC-16-2")
def test_a_negotiation_may_end_without_agreement_and_with_a_reason(app):
    case = a_case_at("negotiation")
    with pytest.raises(Unmet) as refusal:
        step(case, "disagree", Role.AGREEMENT, day(4, 24), data=NEGOTIATED)
    assert refusal.value.sentences == ("请写明理由",)
    case = step(case, "disagree", Role.AGREEMENT, day(4, 24), data=NEGOTIATED, reason="价格未谈拢")
    assert (case.state, case.closed_on, standing(case)) == ("not_agreed", day(4, 24), {})


@pytest.mark.clause("LC-16-1")
def test_an_agreement_not_signed_within_a_month_is_deemed_abandoned(app):
    case = a_case_at("signing")
    assert night(day(5, 25)) == []
    assert len(night(day(5, 26))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, case.closed_on) == ("abandoned_signing", day(5, 26))


@pytest.mark.parametrize(
    ("data", "sentences"),
    [
        pytest.param({}, ("请填写签订日期和协议有效期",), id="no term"),
        pytest.param(TERM | {"ends_on": "2026-05-05"}, ("协议终止日期早于生效日期",), id="ends before"),
        pytest.param(TERM | {"signed_on": "2026-05-07"}, ("签订日期须与办理日期一致",), id="another day"),
    ],
)
def test_a_signature_needs_its_term(app, data, sentences):
    case = a_case_at("signing")
    a_file(case, "signed_text")
    with pytest.raises(Unmet) as refusal:
        step(case, "sign", Role.AGREEMENT, day(5, 6), data=data)
    assert refusal.value.sentences == sentences


@pytest.mark.clause("LC-16-5")
def test_a_signature_needs_the_signed_text(app):
    with pytest.raises(Unmet) as refusal:
        step(a_case_at("signing"), "sign", Role.AGREEMENT, day(5, 6), data=TERM)
    assert refusal.value.sentences == ("请上传双方签署的协议文本扫描件",)


@pytest.mark.clause("LC-17-1")
def test_a_signature_opens_the_agreement_with_its_term_and_fifteen_workdays_for_the_connection(app):
    agreement = an_agreement()
    assert (agreement.matter, agreement.state, agreement.origin.state) == (
        "agreement",
        "active",
        "designated",
    )
    assert standing(agreement) == {
        "term": ("running", date(2027, 5, 5)),
        "system_connection": ("running", day(5, 26)),
        "commitment": ("running", day(5, 19)),
    }


@pytest.mark.clause("LC-17-1")
def test_the_connection_is_recorded_once(app):
    agreement = step(an_agreement(), "record_connection", Role.AGREEMENT, day(5, 20))
    assert (agreement.state, ended(agreement)) == (
        "active",
        {"system_connection": ("met", day(5, 20)), "commitment": ("met", day(5, 20))},
    )
    with pytest.raises(Unmet) as refusal:
        step(agreement, "record_connection", Role.AGREEMENT, day(5, 21))
    assert refusal.value.sentences == ("已经登记过了",)


@pytest.mark.clause("LC-A03-4")
def test_a_broken_commitment_of_ten_workdays_is_told_and_takes_nothing_away_by_itself(app):
    agreement = an_agreement()
    assert clock_of(agreement, "commitment").due_on == day(5, 19)
    night(day(5, 19))
    assert not clock_of(agreement, "commitment").is_overdue
    night(day(5, 20))
    assert clock_of(agreement, "commitment").is_overdue
    assert not clock_of(agreement, "system_connection").is_overdue
    assert Case.get_by_id(agreement.id).state == "active"


@pytest.mark.clause("LC-19-4")
def test_an_agreement_without_a_renewal_ends_the_night_after_its_last_day(app):
    agreement = an_agreement()
    with_terms(agreement)
    assert [line for line in night(date(2027, 5, 5)) if "期满" in line] == []
    assert any("协议期满，自动终止" in line for line in night(date(2027, 5, 6)))
    agreement = Case.get_by_id(agreement.id)
    assert (agreement.state, agreement.closed_on) == ("expired", date(2027, 5, 6))
    assert ended(agreement)["term"] == ("met", date(2027, 5, 6))


@pytest.mark.clause("LC-19-5")
def test_an_agreement_whose_renewal_is_open_is_extended_instead(app):
    agreement = an_agreement()
    with_terms(agreement, **RENEWAL)
    assert any("协议有效期顺延" in line for line in night(date(2027, 5, 6)))
    agreement = Case.get_by_id(agreement.id)
    assert (agreement.state, agreement.closed_on) == ("extended", None)
    assert not any("顺延" in line for line in night(date(2028, 5, 6)))


@pytest.mark.clause("LC-19-4")
def test_an_extension_ends_by_a_person_when_no_renewal_is_agreed(app):
    agreement = an_agreement()
    with_terms(agreement, **RENEWAL)
    night(date(2027, 5, 6))
    agreement = step(agreement, "end_extension", Role.MANAGER, date(2027, 6, 1), reason="未达成一致")
    assert (agreement.state, agreement.closed_on, standing(agreement)) == (
        "expired",
        date(2027, 6, 1),
        {},
    )


def idle_lines(on):
    return [line for line in night(on) if "长期未结算" in line]


def test_an_agreement_never_settled_is_proposed_for_termination_on_day_181_after_signing(app):
    agreement = an_agreement()
    row = with_terms(agreement)
    assert idle_lines(day(11, 2)) == []  # day 180
    assert len(idle_lines(day(11, 3))) == 1
    assert idle_lines(day(11, 4)) == []
    row = Agreement.get_by_id(row.id)
    assert (row.idle_since, Case.get_by_id(agreement.id).state) == (day(11, 3), "active")


def test_an_idle_agreement_is_counted_from_its_last_settlement(app):
    with_terms(an_agreement(), last_settled_on=day(6, 30))
    assert idle_lines(day(12, 27)) == []  # day 180
    assert len(idle_lines(day(12, 28))) == 1
