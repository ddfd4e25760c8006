"""From receipt to acceptance, correction, refusal, withdrawal (第十二条; readings 2.1)."""

import pytest

from lifecycle.errors import Unmet
from lifecycle.steps import offers
from models import Case, Document, Kind, ProofOfService, Role
from tests.builders import (
    a_draft,
    a_file,
    an_application,
    clock_of,
    hand_of,
    miss,
    night,
    receive_all,
    serve_last,
    step,
)
from tests.lifecycle.stations import a_case_at, day, ended, standing, trace


def the_paper(case):
    return Document.select().where(Document.case == case).order_by(Document.id.desc()).get()


@pytest.mark.clause("LC-12-0b")
def test_receipt_starts_the_check_of_five_workdays_and_the_night_after_marks_it_overdue(app):
    case = an_application(on=day(3, 2))
    assert standing(case) == {"completeness_check": ("running", day(3, 9))}
    night(day(3, 9))
    assert not clock_of(case, "completeness_check").is_overdue
    night(day(3, 10))
    assert clock_of(case, "completeness_check").is_overdue
    assert Case.get_by_id(case.id).state == "filed"


@pytest.mark.clause("LC-12-0a")
def test_a_complete_application_is_accepted_on_the_day_of_receipt(app):
    case = an_application(on=day(3, 2))
    receive_all(case)
    case = step(case, "accept", Role.CLERK, day(3, 2))
    assert (case.state, case.stage_on) == ("accepted", day(3, 2))


@pytest.mark.clause("LC-12-1b", "LC-13-1")
def test_acceptance_issues_the_notice_with_the_list_and_starts_three_months(app):
    case = a_case_at("accepted")
    paper = the_paper(case)
    received = [m.title for m in case.materials.order_by(1) if m.state == "received"]
    assert (paper.kind, [m["title"] for m in paper.data["materials"]]) == ("acceptance_notice", received)
    assert standing(case) == {"evaluation": ("running", day(6, 3))}
    assert ended(case) == {"completeness_check": ("met", day(3, 3))}


@pytest.mark.clause("LC-12-0c")
def test_the_check_has_three_outcomes_besides_withdrawal_and_giving_up(app):
    case = an_application()
    offered = [offer.step.action for offer in offers(case, hand_of(Role.CLERK), dict.fromkeys(Role, ""))]
    assert offered == ["accept", "request_correction", "refuse", "withdraw", "abandon_by_commitment"]


@pytest.mark.clause("LC-12-2a")
def test_one_correction_notice_lists_everything_that_is_missing(app):
    case = an_application()
    miss(case, 3, "缺第二页")
    miss(case, 5, "未盖章")
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    assert [m["note"] for m in the_paper(case).data["missing"]] == ["缺第二页", "未盖章"]
    assert the_paper(case).data["term"] == "5个工作日"


def test_a_correction_without_a_named_gap_is_refused(app):
    with pytest.raises(Unmet) as refusal:
        step(an_application(), "request_correction", Role.CLERK, day(3, 4))
    assert refusal.value.sentences == ("请先在材料清单中把缺少或须更正的标为“缺”",)


def a_requested_correction():
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    serve_last(case, day(3, 5))
    return case


@pytest.mark.clause("LC-12-2b")
def test_an_unanswered_correction_is_deemed_abandoned_after_five_workdays_from_service(app):
    case = a_requested_correction()
    assert standing(case) == {"correction": ("running", day(3, 12))}
    assert night(day(3, 12)) == []
    assert len(night(day(3, 13))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, case.closed_on) == ("abandoned_correction", day(3, 13))
    assert ended(case)["correction"] == ("lapsed", day(3, 13))


def test_an_unserved_correction_never_lapses(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, day(3, 4))
    assert standing(case) == {"correction": ("waiting", None)}
    assert night(day(6, 30)) == []
    assert Case.get_by_id(case.id).state == "correction_requested"


@pytest.mark.clause("LC-12-2c")
def test_a_supplement_starts_a_new_check_that_may_end_in_acceptance(app):
    case = step(a_requested_correction(), "receive_supplement", Role.CLERK, day(3, 11))
    assert standing(case) == {"completeness_check": ("running", day(3, 18))}
    assert ended(case) == {"completeness_check": ("met", day(3, 4)), "correction": ("met", day(3, 11))}
    receive_all(case, day(3, 11))
    assert step(case, "accept", Role.CLERK, day(3, 12)).state == "accepted"


@pytest.mark.clause("LC-12-2a")
def test_a_second_correction_notice_needs_a_justification(app):
    case = step(a_requested_correction(), "receive_supplement", Role.CLERK, day(3, 11))
    with pytest.raises(Unmet) as refusal:
        step(case, "request_correction", Role.CLERK, day(3, 12))
    assert refusal.value.sentences == ("已经出具过补正通知书（一次性告知），再次要求补正须写明理由",)
    case = step(case, "request_correction", Role.CLERK, day(3, 12), reason="补正材料有新的错误")
    assert case.state == "correction_requested"


@pytest.mark.clause("LC-12-3")
def test_a_refusal_issues_the_notice_with_its_grounds_and_closes_the_case(app):
    case = step(an_application(), "refuse", Role.CLERK, day(3, 5), data={"grounds": ["g2", "g4"]})
    assert (case.state, case.closed_on, standing(case)) == ("refused", day(3, 5), {})
    assert [g["article"] for g in the_paper(case).data["grounds"]] == ["第十条（二）", "第十条（四）"]


@pytest.mark.clause("LC-10-0")
@pytest.mark.parametrize(
    ("kind", "grounds", "sentence"),
    [
        pytest.param(Kind.MEDICAL, [], "请至少选定一项不予受理情形", id="none chosen"),
        pytest.param(Kind.PHARMACY, ["g2"], "所选情形不适用于该机构", id="not for pharmacies"),
        pytest.param(Kind.MEDICAL, ["g3"], "所选情形不适用于该机构", id="only with inpatient type"),
    ],
)
def test_a_refusal_needs_a_ground_that_applies(app, kind, grounds, sentence):
    case = an_application(kind)
    before = trace(case)
    with pytest.raises(Unmet) as refusal:
        step(case, "refuse", Role.CLERK, day(3, 5), data={"grounds": grounds})
    assert refusal.value.sentences == (sentence,)
    assert trace(case) == before


def test_missing_materials_keep_an_application_from_acceptance_and_are_all_named(app):
    case = an_application()
    receive_all(case)
    titles = [f"材料未齐：{row.no}. {row.title}" for row in (miss(case, 2), miss(case, 4))]
    with pytest.raises(Unmet) as refusal:
        step(case, "accept", Role.CLERK, day(3, 3))
    assert list(refusal.value.sentences) == titles


@pytest.mark.parametrize("state", ["draft", "filed", "correction_requested", "accepted"])
def test_an_application_may_be_withdrawn_until_the_review_begins(app, state):
    if state == "draft":
        case = a_draft()
    elif state == "correction_requested":
        case = a_requested_correction()
    else:
        case = a_case_at(state)
    with pytest.raises(Unmet):
        step(case, "withdraw", Role.CLERK, day(3, 11))
    case = step(case, "withdraw", Role.CLERK, day(3, 11), reason="机构停业")
    assert (case.state, case.closed_on, standing(case)) == ("withdrawn", day(3, 11), {})
    assert {state for state, _ in ended(case).values()} <= {"met", "waived"}


@pytest.mark.clause("LC-12-4")
def test_a_proof_of_service_is_kept_with_the_notice(app):
    case = a_requested_correction()
    proof = ProofOfService.get(ProofOfService.document == the_paper(case))
    assert (proof.served_on, proof.way, proof.recipient) == (day(3, 5), "direct", "许某")


@pytest.mark.clause("LC-A02-10")
@pytest.mark.parametrize("state", ["filed", "correction_requested", "accepted"])
def test_an_untrue_application_is_given_up_by_its_own_commitment_with_evidence(app, state):
    case = a_requested_correction() if state == "correction_requested" else a_case_at(state)
    with pytest.raises(Unmet, match="请先上传证据材料"):
        step(case, "abandon_by_commitment", Role.MANAGER, day(3, 11), reason="床位数不实")
    a_file(case, "evidence")
    with pytest.raises(Unmet, match="请写明理由"):
        step(case, "abandon_by_commitment", Role.MANAGER, day(3, 11))
    case = step(case, "abandon_by_commitment", Role.MANAGER, day(3, 11), reason="床位数不实")
    assert (case.state, case.closed_on, standing(case)) == ("abandoned_commitment", day(3, 11), {})
    assert case.institution.bans.count() == 0
