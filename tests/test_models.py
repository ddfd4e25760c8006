"""The database refuses what may never be: every CHECK, every unique and partial unique index of models.py."""

from datetime import date

import peewee
import pytest

from models import (
    TABLES,
    Agreement,
    Application,
    Attachment,
    Ban,
    CalendarDay,
    CalendarYear,
    CapacityEstimate,
    Case,
    CaseCheck,
    CaseMaterial,
    CaseSheet,
    ChangeRequest,
    Clock,
    ClockPause,
    Complaint,
    Credential,
    Decision,
    Dispute,
    Document,
    Event,
    ExitRequest,
    ExtraCondition,
    Filing,
    FollowUp,
    FundYear,
    GroupMember,
    Handling,
    Institution,
    Invitation,
    JobRun,
    LongTask,
    Membership,
    NoticeCase,
    NumberSeries,
    Office,
    Person,
    ProofOfService,
    PublicNotice,
    RectificationItem,
    Replacement,
    RightsBlock,
    RuleNote,
    Seal,
    ServiceCategory,
    SheetMark,
    SheetSignature,
    Staff,
    StepTaken,
    Suspension,
    Termination,
    User,
    UserRole,
)
from tests.least import DAY, NOON, a

ENUMS = [
    (Office, "level"),
    (UserRole, "role"),
    (Institution, "kind"),
    (Case, "matter"),
    (Case, "state"),
    (Credential, "kind"),
    (ExtraCondition, "kind"),
    (Application, "channel"),
    (Application, "policy"),
    (CaseMaterial, "state"),
    (CaseCheck, "list"),
    (CaseCheck, "finding"),
    (LongTask, "state"),
    (Suspension, "kind"),
    (Suspension, "state"),
    (RectificationItem, "state"),
    (Termination, "ban_class"),
    (FollowUp, "kind"),
    (FollowUp, "state"),
    (ExitRequest, "wish"),
    (RightsBlock, "scope"),
    (Handling, "kind"),
    (Dispute, "path"),
    (CaseSheet, "stage"),
    (SheetMark, "finding"),
    (Document, "state"),
    (ProofOfService, "way"),
    (Clock, "state"),
    (Filing, "kind"),
    (PublicNotice, "kind"),
]

EVE = date(2026, 3, 1)
SAME_CASE = {"case": Case, "agreement": Case}  # one row for both
OPEN_HAS_NO_END = "(state in ('running', 'waiting', 'paused')) = (ended_on is null)"
CHECKS = [
    (Office, "level = 'county' or parent_id is null", {"level": "city", "parent": Office}),
    (User, "failures >= 0", {"failures": -1}),
    (Institution, "beds is null or beds >= 0", {"beds": -1}),
    (Institution, "parent_id is null or parent_id <> id", {"id": 900, "parent": 900}),
    (Institution, "settlement_id is null or settlement_id <> id", {"id": 900, "settlement": 900}),
    (
        Credential,
        "valid_from is null or valid_until is null or valid_until >= valid_from",
        {"valid_from": DAY, "valid_until": date(2026, 3, 1)},
    ),
    (Credential, "(ended_on is null) = (ended_reason = '')", {"ended_on": DAY}),
    (Credential, "(ended_on is null) = (ended_reason = '')", {"ended_reason": "换证"}),
    (
        Staff,
        "contract_from is null or contract_until is null or contract_until >= contract_from",
        {"contract_from": DAY, "contract_until": date(2026, 3, 1)},
    ),
    (Invitation, "(used_at is null) = (used_by_id is null)", {"used_at": NOON}),
    (Invitation, "(used_at is null) = (used_by_id is null)", {"used_by": User}),
    (FundYear, "target is null or target > 0", {"target": 0}),
    (FundYear, "spent is null or spent >= 0", {"spent": -1}),
    (FundYear, "capacity_tenths is null or capacity_tenths >= 0", {"capacity_tenths": -1}),
    (Application, "(policy = '') = (policy_reason = '')", {"policy": "major_project"}),
    (Application, "(policy = '') = (policy_reason = '')", {"policy_reason": "市重大项目"}),
    (CaseMaterial, "is_original_seen = (original_seen_on is not null)", {"is_original_seen": True}),
    (CaseMaterial, "is_original_seen = (original_seen_on is not null)", {"original_seen_on": DAY}),
    (CaseMaterial, "answered_on is null or asked_on is not null", {"answered_on": DAY}),
    (CaseCheck, "finding = '' or marked_by_id is not null", {"finding": "clear"}),
    (CaseSheet, "(feedback_on is null) = (feedback_to = '')", {"feedback_on": DAY}),
    (CaseSheet, "(feedback_on is null) = (feedback_to = '')", {"feedback_to": "院长"}),
    (Suspension, "ends_on is null or ends_on >= starts_on", {"ends_on": EVE}),
    (Suspension, "(state in ('planned', 'active')) = (over_on is null)", {"over_on": DAY}),
    (Suspension, "(state in ('planned', 'active')) = (over_on is null)", {"state": "ended"}),
    (RectificationItem, "(state = 'required') = (checked_on is null)", {"checked_on": DAY}),
    (RectificationItem, "(state = 'required') = (checked_on is null)", {"state": "done"}),
    (FollowUp, "(state = 'done') = (done_on is not null)", {"state": "done"}),
    (FollowUp, "(state = 'done') = (done_on is not null)", {"done_on": DAY}),
    (FollowUp, "state <> 'declined' or reason <> ''", {"state": "declined"}),
    (ExitRequest, "until_on is null or until_on >= from_on", {"until_on": EVE}),
    (ExitRequest, "case_id <> agreement_id", SAME_CASE),
    (CapacityEstimate, "amount >= 0", {"amount": -1}),
    (CapacityEstimate, "basis <> ''", {"basis": ""}),
    (Replacement, "entry_id <> exit_id", {"entry": Case, "exit": Case}),
    (ChangeRequest, "case_id <> agreement_id", SAME_CASE),
    (ChangeRequest, "is_general or found_on is not null or approved_on is not null", {"approved_on": None}),
    (
        ChangeRequest,
        "asked_on is null or approved_on is null or asked_on >= approved_on",
        {"asked_on": EVE},
    ),
    (ChangeRequest, "(found_on is null) = (found_how = '')", {"found_on": DAY}),
    (ChangeRequest, "(found_on is null) = (found_how = '')", {"found_how": "检查"}),
    (ChangeRequest, "hindered_until is null or hindered_from is not null", {"hindered_until": DAY}),
    (
        ChangeRequest,
        "hindered_until is null or hindered_until >= hindered_from",
        {"hindered_from": DAY, "hindered_until": EVE},
    ),
    (ChangeRequest, "(verified_on is null) = (findings = '')", {"verified_on": DAY}),
    (ChangeRequest, "(verified_on is null) = (findings = '')", {"findings": "属实"}),
    (Agreement, "counts_from is null or counts_from <= starts_on", {"counts_from": date(2026, 3, 3)}),
    (RightsBlock, "until_on is null or until_on >= from_on", {"until_on": EVE}),
    (RightsBlock, "not is_final or until_on is null", {"is_final": True, "until_on": DAY}),
    (RightsBlock, "(lifted_on is null) = (lifted_reason = '')", {"lifted_on": DAY}),
    (RightsBlock, "(lifted_on is null) = (lifted_reason = '')", {"lifted_reason": "错"}),
    (Handling, "ended_on is null or ended_on >= started_on", {"ended_on": EVE}),
    (Handling, "is_performed = (performed_on is not null)", {"is_performed": True}),
    (Handling, "is_performed = (performed_on is not null)", {"performed_on": DAY}),
    (Dispute, "closed_on is null or closed_on >= filed_on", {"closed_on": EVE, "outcome": "撤回"}),
    (Dispute, "(closed_on is null) = (outcome = '')", {"closed_on": DAY}),
    (Dispute, "(closed_on is null) = (outcome = '')", {"outcome": "维持"}),
    (LongTask, "done >= 0", {"done": -1}),
    (LongTask, "total >= 0", {"total": -1}),
    (Case, "round >= 1", {"round": 0}),
    (Case, "closed_on is not null or handler_id is not null", {"handler": None}),
    (CaseMaterial, "(state = 'received') = (received_on is not null)", {"state": "received"}),
    (CaseMaterial, "(state = 'received') = (received_on is not null)", {"received_on": DAY}),
    (SheetMark, "finding = '' or marked_by_id is not null", {"finding": "pass"}),
    (Document, "(state = 'voided') = (void_reason <> '')", {"state": "voided"}),
    (Document, "(state = 'voided') = (void_reason <> '')", {"void_reason": "错"}),
    (Document, "seq >= 1", {"seq": 0}),
    (Clock, OPEN_HAS_NO_END, {"ended_on": DAY}),
    (Clock, OPEN_HAS_NO_END, {"state": "met"}),
    (Clock, "state <> 'waiting' or started_on is null", {"state": "waiting"}),
    (Clock, "state <> 'running' or (started_on is not null and due_on is not null)", {"due_on": None}),
    (Clock, "state <> 'running' or (started_on is not null and due_on is not null)", {"started_on": None}),
    (Clock, "state <> 'paused' or due_on is null", {"state": "paused"}),
    (Clock, "not is_lead or ended_on is null", {"is_lead": True, "state": "met", "ended_on": DAY}),
    (
        ClockPause,
        "from_on is null or until_on is null or until_on >= from_on",
        {"from_on": DAY, "until_on": date(2026, 3, 1)},
    ),
    (Ban, "(institution_id is null) <> (person_id is null)", {"institution": None}),
    (Ban, "(institution_id is null) <> (person_id is null)", {"person": Person}),
    (Ban, "until_on >= from_on", {"until_on": date(2026, 3, 1)}),
    (Ban, "(lifted_on is null) = (lifted_reason = '')", {"lifted_on": DAY}),
    (Ban, "(lifted_on is null) = (lifted_reason = '')", {"lifted_reason": "错"}),
    (Complaint, "(verified_on is null) = (is_effective is null)", {"verified_on": DAY}),
    (Complaint, "(verified_on is null) = (is_effective is null)", {"is_effective": True}),
    (Agreement, "ends_on >= starts_on", {"ends_on": date(2026, 3, 1)}),
    (
        Agreement,
        "not is_renewal_open or (renewal_basis <> '' and renewal_approved_by <> '')",
        {"is_renewal_open": True, "renewal_basis": "履约良好"},
    ),
]

ENDED = {"state": "met", "ended_on": DAY}
CLOSED = {"closed_on": DAY}
UNIQUE = [  # model, index, its columns, what lets a second one be
    (Office, "office_code", ["code"], None),
    (User, "user_username", ["username"], None),
    (UserRole, "user_role_once", ["user", "role"], None),
    (Person, "person_id_digest", ["id_digest"], None),
    (Institution, "institution_once", ["uscc", "licence_no"], None),
    (Staff, "staff_once", ["institution", "person"], {"left_on": DAY}),
    (Membership, "membership_once", ["user", "institution"], {"ended_on": DAY}),
    (Invitation, "invitation_digest", ["digest"], None),
    (FundYear, "fund_year_once", ["office", "year"], None),
    (RuleNote, "rule_note_once", ["book", "row"], None),
    (CaseCheck, "case_check_once", ["case", "list", "key"], None),
    (Case, "case_number", ["office", "number"], None),
    (Case, "case_one_open_application", ["institution"], CLOSED),
    (Application, "application_case", ["case"], None),
    (CaseMaterial, "case_material_once", ["case", "key"], None),
    (GroupMember, "group_member_once", ["case", "round", "user"], {"left_at": NOON}),
    (CaseSheet, "case_sheet_once", ["case", "stage", "round"], None),
    (SheetMark, "sheet_mark_once", ["sheet", "row"], None),
    (SheetSignature, "sheet_signature_once", ["sheet", "user"], {"voided_at": NOON}),
    (Document, "document_number", ["office", "word", "year", "seq"], None),
    (ProofOfService, "proof_of_service_once", ["document"], None),
    (Attachment, "attachment_stored_as", ["stored_as"], None),
    (Clock, "clock_one_open", ["case", "rule"], ENDED),
    (Clock, "clock_one_lead", ["case"], {"is_lead": False}),
    (ClockPause, "clock_pause_one_open", ["clock"], {"until_on": DAY}),
    (NoticeCase, "notice_case_once", ["notice", "case"], None),
    (Decision, "decision_once", ["meeting", "case"], None),
    (Agreement, "agreement_case", ["case"], None),
    (Suspension, "suspension_one_open", ["case"], {"state": "ended", "over_on": DAY}),
    (Termination, "termination_once", ["case"], {"revoked_at": NOON}),
    (ExitRequest, "exit_request_case", ["case"], None),
    (ServiceCategory, "service_category_once", ["office", "label"], None),
    (ChangeRequest, "change_request_case", ["case"], None),
    (Replacement, "replacement_entry", ["entry"], None),
    (Replacement, "replacement_exit", ["exit"], None),
    (CalendarYear, "calendar_year_once", ["year"], None),
    (CalendarDay, "calendar_day_once", ["day"], None),
    (NumberSeries, "number_series_once", ["office", "word", "year"], None),
    (JobRun, "job_run_once", ["job", "day"], None),
    (Event, "event_chain", ["stream", "seq"], None),
    (Seal, "seal_day", ["day"], None),
]
FIRST = {"clock_one_lead": {"is_lead": True}}  # what puts the first row under a partial index
SECOND = {"clock_one_lead": {"is_lead": True, "rule": "another"}}


@pytest.mark.parametrize(("model", "column"), ENUMS, ids=lambda x: getattr(x, "__name__", x))
def test_the_database_refuses_a_word_it_does_not_know(app, model, column):
    a(model)
    with pytest.raises(peewee.IntegrityError, match=rf"CHECK constraint failed: {column} in \("):
        a(model, **{column: "nonsense"})


@pytest.mark.parametrize(("model", "check", "fields"), CHECKS, ids=lambda x: getattr(x, "__name__", None))
def test_the_database_refuses_a_row_that_breaks(app, model, check, fields):
    a(model)
    made = {value: a(value) for value in fields.values() if isinstance(value, type)}
    broken = {name: made[value] if isinstance(value, type) else value for name, value in fields.items()}
    with pytest.raises(peewee.IntegrityError) as refusal:
        a(model, **broken)
    assert str(refusal.value) == f"CHECK constraint failed: {check}"


@pytest.mark.parametrize(
    ("model", "index", "columns", "unless"), UNIQUE, ids=lambda x: x if isinstance(x, str) else ""
)
def test_the_database_refuses_a_second(app, model, index, columns, unless):
    first = a(model, **FIRST.get(index, {}))
    same = {column: getattr(first, column) for column in columns} | SECOND.get(index, {})
    names = ", ".join(
        f"{model._meta.table_name}.{model._meta.fields[column].column_name}" for column in columns
    )
    with pytest.raises(peewee.IntegrityError) as refusal:
        a(model, **same)
    assert str(refusal.value) == f"UNIQUE constraint failed: {names}"
    if unless:
        model.update(**unless).where(model.id == first.id).execute()
        assert a(model, **same).id > first.id


def test_every_check_and_every_unique_index_is_broken_above():
    declared = {
        (m, c.sql.removeprefix("CHECK (").removesuffix(")"))
        for m in TABLES
        for c in m._meta.constraints or ()
    }
    enums = {
        (m, text) for m, text in declared if any(text.startswith(f"{c} in ('") and m is e for e, c in ENUMS)
    }
    assert declared - enums == {(model, check) for model, check, _ in CHECKS}
    assert len(enums) == len(ENUMS)
    unique = {i._name for m in TABLES for i in m._meta.fields_to_index() if i._unique}
    assert unique == {index for _, index, _, _ in UNIQUE}


def test_the_database_refuses_a_row_that_points_to_nothing_and_to_delete_what_is_pointed_to(app):
    case = a(Case)
    with pytest.raises(peewee.IntegrityError, match="FOREIGN KEY"):
        a(StepTaken, case=case.id + 100)
    with pytest.raises(peewee.IntegrityError, match="FOREIGN KEY"):
        case.institution.delete_instance()
