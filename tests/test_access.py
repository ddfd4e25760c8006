"""Role, route, object: who is let in, and that another county's rows are not there. Complete by test."""

from datetime import date, datetime

import pytest

from models import (
    Attachment,
    Ban,
    CapacityEstimate,
    Case,
    CaseMaterial,
    CaseSheet,
    Complaint,
    Credential,
    Dispute,
    Document,
    ExtraCondition,
    FollowUp,
    Handling,
    LongTask,
    Meeting,
    PublicNotice,
    RectificationItem,
    RightsBlock,
    Role,
    ServiceCategory,
    SheetMark,
    Staff,
    StepTaken,
    Suspension,
    Urge,
    User,
)
from tests.builders import MONDAY, a_city, a_person, a_user, an_accepted, an_office, step
from tests.page import log_in
from tests.roles import WHO_MAY

PLACES = {
    "list_": "screening",
    "key": "g2",
    "stage": "desk",
    "action": "accept",
    "name": "uscc",
    "role": "legal_representative",
}


def urls(app, **ids):
    """Yield (endpoint, method, url) for every route of the role table, with `ids` for its objects."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.endpoint in WHO_MAY:
            values = {name: ids.get(name, PLACES.get(name, 1)) for name in rule.arguments}
            for method in sorted(rule.methods & {"GET", "POST", "PUT"}):
                yield rule, method, rule.build(values)[1]


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SYSTEM])
def test_a_role_gets_exactly_the_routes_of_the_table(app, client, role):
    office = a_city() if role == Role.ADMIN else None  # a county's administrator makes no offices
    browser = log_in(client, role, office=office).client
    wrong = []
    for rule, method, url in urls(app):
        if rule.endpoint in ("accounts.log_out", "accounts.home"):
            continue
        status = browser.open(url, method=method).status_code
        if (status == 403) != (role not in WHO_MAY[rule.endpoint]) or status >= 500:
            wrong.append((rule.endpoint, method, status))
    assert wrong == []


@pytest.fixture
def elsewhere(app):  # noqa: ARG001
    """Rows of another county, one of each kind, by the argument names of the routes."""
    office = an_office("清源县医疗保险事业中心", "清医保")
    case = an_accepted(office=office)
    user = a_user(Role.CLERK, Role.REVIEWER, office=office)
    sheet = CaseSheet.create(case=case, sheet="desk_medical", stage="desk", round=1)
    notice = PublicNotice.create(
        office=office, kind="result", published_on=MONDAY, medium="局官网", phone="1", created_by=user
    )
    at = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    return {
        "case_id": case.id,
        "institution_id": case.institution_id,
        "document_id": Document.get(Document.case == case).id,
        "step_id": StepTaken.get(StepTaken.case == case).id,
        "material_id": CaseMaterial.get(CaseMaterial.case == case).id,
        "mark_id": SheetMark.create(sheet=sheet, row="d01", no=1).id,
        "attachment_id": Attachment.create(
            case=case, purpose="other", filename="a.pdf", stored_as="x", content_type="application/pdf",
            size=1, sha256="0" * 64, uploaded_by=user, uploaded_at=at,
        ).id,
        "notice_id": notice.id,
        "complaint_id": Complaint.create(
            case=case, notice=notice, received_on=MONDAY, content="反映", recorded_by=user
        ).id,
        "meeting_id": Meeting.create(office=office, held_on=MONDAY, chair="某", recorded_by=user).id,
        "ban_id": Ban.create(
            rule="fraud_ban", book="liaocheng-2023", institution=case.institution, office=office,
            from_on=MONDAY, until_on=date(2029, 3, 2), reason="查实",
        ).id,
        "urge_id": Urge.create(case=case, asked_by=user, asked_at=at, text="请尽快办理").id,
        "category_id": ServiceCategory.create(office=office, label="日间手术").id,
        "condition_id": ExtraCondition.create(office=office, kind="medical", text="另有", basis="文").id,
        "estimate_id": CapacityEstimate.create(
            office=office, year=2026, estimated_on=MONDAY, amount=1, basis="预算", written_by=user
        ).id,
        "credential_id": Credential.create(institution=case.institution, kind="other", title="证").id,
        "staff_id": Staff.create(institution=case.institution, person=a_person("某"), category="nurse").id,
        "person_id": case.institution.legal_representative_id,
        "office_id": office.id,
        "user_id": user.id,
        "item_id": RectificationItem.create(
            suspension=Suspension.create(
                case=case, kind="imposed", decided_by="某", decided_on=MONDAY, starts_on=MONDAY
            ),
            text="补报",
        ).id,
        "member_id": 1,
        "handling_id": Handling.create(
            institution=case.institution, office=office, kind="penalty", measure="fine", authority="局",
            facts="事实", started_on=MONDAY, recorded_by=user,
        ).id,
        "dispute_id": Dispute.create(
            institution=case.institution, office=office, about="解除", path="talks", filed_on=MONDAY,
            claim="请求", recorded_by=user,
        ).id,
        "block_id": RightsBlock.create(
            case=case, scope="department", subject="外科", from_on=MONDAY, reason="违规", decided_by="局"
        ).id,
        "follow_id": FollowUp.create(case=case, kind="city", text="报备").id,
        "task_id": LongTask.create(
            office=office, kind="ledger", title="导入台账", created_by=user, created_at=at, result="x"
        ).id,
    }  # fmt: skip


def test_another_countys_object_is_not_there_for_anybody(app, client, elsewhere):
    staff = [Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER, Role.LEADER, Role.CITY]
    found = []
    for roles in (staff, [Role.ADMIN], [Role.AUDITOR]):
        browser = log_in(client, *roles).client
        for rule, method, url in urls(app, **elsewhere):
            if rule.arguments & elsewhere.keys() and set(WHO_MAY[rule.endpoint]) & set(roles):
                status = browser.open(url, method=method).status_code
                if status != 404:
                    found.append((rule.endpoint, method, status))
        browser.post("/log-out")
    assert found == []


def test_a_city_reads_a_countys_case_but_changes_nothing_of_it(client):
    an_office(parent=a_city())
    case = an_accepted(types=["inpatient"])
    document = Document.get(Document.case == case)
    roles = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER, Role.CITY)
    city = log_in(client, *roles, office=a_city()).client
    assert city.get(f"/cases/{case.id}").status_code == 200
    today = {
        "on": "2026-03-02",
        "served_on": "2026-03-02",
        "recipient": "许某",
        "way": "direct",
        "reason": "试",
    }
    to = User.get(User.office == case.office)
    for url in (
        f"/cases/{case.id}/steps/withdraw",
        f"/cases/{case.id}/take-back",
        f"/cases/{case.id}/hand-over",
        f"/documents/{document.id}/serve",
        f"/documents/{document.id}/void",
        f"/decisions/cases/{case.id}/filings",
    ):
        answer = city.post(
            url, data={**today, "to": to.id, "version": "9", "kind": "city", "filed_on": "2026-03-02"}
        )
        assert answer.status_code in (403, 404, 409), (url, answer.status_code)
    assert Case.get_by_id(case.id).state == "accepted"
    assert Document.get_by_id(document.id).state == "issued"


@pytest.mark.clause("LC-05-1-1", "LC-05-1-3")
def test_only_the_city_above_records_the_re_review(client):
    an_office(parent=a_city())
    case = an_accepted(types=["inpatient"])
    Case.update(state="city_review").where(Case.id == case.id).execute()
    county = log_in(client, Role.CITY).client
    assert county.get(f"/decisions/cases/{case.id}/city-review").status_code in (403, 404)
    step(case, "pass_city_review", Role.CITY, MONDAY)
    assert Case.get_by_id(case.id).state == "final_decision"
