"""The whole path of an application by its steps, with the clocks on the way."""

from datetime import date

from models import Case, Role
from tests.builders import (
    a_city,
    a_file,
    a_group,
    a_signed_sheet,
    an_application,
    an_office,
    clock_of,
    miss,
    night,
    receive_all,
    serve_last,
    step,
)


def test_a_county_hospital_walks_from_receipt_to_an_active_agreement(app):
    an_office(parent=a_city())
    case = an_application(types=["inpatient"])
    receive_all(case)
    case = step(case, "accept", Role.CLERK, date(2026, 3, 3))
    assert clock_of(case, "evaluation").due_on == date(2026, 6, 3)
    a_group(case)
    case = step(case, "start_desk_review", Role.REVIEWER, date(2026, 3, 4), name="孙立群")
    a_signed_sheet(case, "desk")
    case = step(case, "conclude_desk_review", Role.REVIEWER, date(2026, 3, 10), name="孙立群")
    assert case.state == "on_site"
    a_signed_sheet(case, "on_site")
    case = step(case, "conclude_on_site", Role.REVIEWER, date(2026, 3, 20), name="孙立群")
    case = step(case, "qualify", Role.MANAGER, date(2026, 3, 23))
    case = step(case, "publish_result", Role.AGREEMENT, date(2026, 3, 24))
    assert clock_of(case, "result_notice").due_on == date(2026, 4, 2)
    assert night(date(2026, 4, 2)) == []
    assert len(night(date(2026, 4, 3))) == 1
    case = Case.get_by_id(case.id)
    assert case.state == "proposed_pass"
    case = step(case, "approve", Role.MANAGER, date(2026, 4, 8), data={"meeting": 1})
    assert case.state == "city_review"
    case = step(case, "pass_city_review", Role.CITY, date(2026, 4, 10))
    case = step(case, "approve_final", Role.MANAGER, date(2026, 4, 13), data={"meeting": 1})
    case = step(case, "publish_list", Role.AGREEMENT, date(2026, 4, 14))
    night(date(2026, 4, 22))
    assert clock_of(case, "negotiation").due_on == date(2026, 4, 30)
    case = step(case, "agree", Role.AGREEMENT, date(2026, 4, 24), data={"negotiation": {"held_on": "x"}})
    assert clock_of(case, "signing").due_on == date(2026, 5, 25)
    a_file(case, "signed_text")
    days = {"signed_on": "2026-05-06", "starts_on": "2026-05-06", "ends_on": "2027-05-05"}
    case = step(case, "sign", Role.AGREEMENT, date(2026, 5, 6), data=days)
    agreement = Case.get(Case.origin == case)
    assert (case.state, agreement.state) == ("designated", "active")
    assert clock_of(agreement, "term").due_on == date(2027, 5, 5)
    assert clock_of(agreement, "system_connection").due_on == date(2026, 5, 26)


def test_an_unanswered_correction_lapses_the_night_after_its_last_day(app):
    case = an_application()
    miss(case, 3)
    case = step(case, "request_correction", Role.CLERK, date(2026, 3, 4))
    assert clock_of(case, "correction").state == "waiting"
    serve_last(case, date(2026, 3, 5))
    assert clock_of(case, "correction").due_on == date(2026, 3, 12)
    assert night(date(2026, 3, 12)) == []
    assert len(night(date(2026, 3, 13))) == 1
    case = Case.get_by_id(case.id)
    assert (case.state, case.closed_on) == ("abandoned_correction", date(2026, 3, 13))
