"""Every table, enum, constraint and index, in the order a story is told.

People and offices, institutions and persons with their papers and staff, provider accounts, what an office
adds to its books, cases, evidence (materials, checks, sheets, attachments), papers and their service, clocks
and bans, publication, decision, negotiation, agreement, calendar, numbers, jobs, audit.
Not in here: rules, queries, any method but a property of three lines. Dates end _on, times _at (naive, in the
office's zone), booleans begin is_.
"""

import json
from enum import StrEnum
from functools import partial

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)
from peewee import JSONField as PeeweeJSONField

db = SqliteDatabase(None)

# Chinese must stay readable and searchable in the file (no \uXXXX).
JSONField = partial(PeeweeJSONField, dumps=partial(json.dumps, ensure_ascii=False))


class BaseModel(Model):
    """All tables live in one database."""

    class Meta:
        database = db
        legacy_table_names = False


def one_of(column: str, enum: type[StrEnum]) -> Check:
    """Return a CHECK that keeps `column` inside `enum`; the database is the last guard."""
    allowed = ", ".join(f"'{member}'" for member in enum)
    return Check(f"{column} in ({allowed})")


# --- People and offices ---


class Level(StrEnum):
    CITY = "city"
    COUNTY = "county"


class Role(StrEnum):
    CLERK = "clerk"
    REVIEWER = "reviewer"
    AGREEMENT = "agreement"
    MANAGER = "manager"
    LEADER = "leader"
    CITY = "city"
    PROVIDER = "provider"
    PROVIDER_ADMIN = "provider_admin"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Office(BaseModel):
    """A health-insurance agency, 经办机构."""

    name = CharField(80)
    code = CharField(20)  # 机关代字, the head of every document number
    level = CharField(10, default=Level.COUNTY)
    parent = ForeignKeyField("self", null=True, backref="children", on_delete="RESTRICT")
    region = CharField(40)
    district = CharField(40, default="")  # 所属辖区 as printed
    address = CharField(120, default="")
    phone = CharField(30, default="")
    closing_time = CharField(5, default="17:30")
    department = CharField(80, default="")  # 同级医疗保障行政部门
    is_set_up = BooleanField(default=False)  # false until the first administrator filled the office page
    version = IntegerField(default=1)
    division = CharField(6, default="")  # 行政区划代码, digits 2 to 7 of a designation code
    hours = CharField(120, default="")  # 办公时间, for the service guide
    directions = CharField(160, default="")  # 交通指引
    website = CharField(120, default="")  # 状态查询网址
    complaint_phone = CharField(30, default="")
    hides_officers = BooleanField(default=True)  # providers see posts instead of names

    class Meta:
        constraints = [one_of("level", Level), Check("level = 'county' or parent_id is null")]


Office.add_index(Office.index(Office.code, unique=True, name="office_code"))


class User(BaseModel):
    """An account. Never deleted: who left is closed, so that the trail keeps its names."""

    username = CharField(40)
    name = CharField(40)
    office = ForeignKeyField(Office, backref="users", on_delete="RESTRICT")
    password_hash = CharField(200)
    post = CharField(40, default="")  # 职务
    phone = CharField(30, default="")
    is_active = BooleanField(default=True)
    must_change_password = BooleanField(default=True)
    failures = IntegerField(default=0)
    locked_until = DateTimeField(null=True)
    session_key = CharField(40, default="")  # changes with the password: other sessions end
    is_large = BooleanField(default=False)
    is_nav_narrow = BooleanField(default=False)
    away_until = DateField(null=True)  # leave of absence, inclusive
    version = IntegerField(default=1)

    class Meta:
        constraints = [Check("failures >= 0")]


User.add_index(User.index(User.username, unique=True, name="user_username"))


class UserRole(BaseModel):
    """A role of a user; small offices give several to one person."""

    user = ForeignKeyField(User, backref="roles", on_delete="RESTRICT")
    role = CharField(16)

    class Meta:
        constraints = [one_of("role", Role)]


UserRole.add_index(UserRole.index(UserRole.user, UserRole.role, unique=True, name="user_role_once"))


class LeadingGroupMember(BaseModel):
    """A member of the office's 定点管理领导小组 (第五条)."""

    office = ForeignKeyField(Office, backref="leading_group", on_delete="RESTRICT")
    name = CharField(40)
    post = CharField(60, default="")
    is_chair = BooleanField(default=False)
    user = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    left_on = DateField(null=True)


# --- Institutions and persons ---


class Kind(StrEnum):
    MEDICAL = "medical"
    PHARMACY = "pharmacy"


class Person(BaseModel):
    """A natural person known by document number: stored encrypted, found by its HMAC."""

    name = CharField(40)
    id_cipher = BlobField()
    id_digest = CharField(64)
    id_masked = CharField(20)


Person.add_index(Person.index(Person.id_digest, unique=True, name="person_id_digest"))


class Institution(BaseModel):
    """A hospital, clinic or pharmacy, 医药机构."""

    office = ForeignKeyField(Office, backref="institutions", on_delete="RESTRICT")
    kind = CharField(10)
    name = CharField(120)
    search_key = CharField(300)  # name, pinyin initials and codes in one column, lower case
    uscc = CharField(18)
    licence_no = CharField(40, default="")
    national_code = CharField(12, default="")
    category = CharField(40, default="")  # 医疗机构类别 or 药店分类
    grade = CharField(20, default="")  # 等级
    ownership = CharField(20, default="")  # 所有制形式
    is_public = BooleanField(default=False)
    is_for_profit = BooleanField(null=True)
    business_model = CharField(10, default="")  # 连锁 / 单体
    beds = IntegerField(null=True)
    address = CharField(160)
    operating_since = DateField(null=True)
    contact = CharField(40, default="")
    phone = CharField(30, default="")
    legal_representative = ForeignKeyField(Person, null=True, backref="represents", on_delete="RESTRICT")
    principal = ForeignKeyField(Person, null=True, backref="directs", on_delete="RESTRICT")
    controller = ForeignKeyField(Person, null=True, backref="controls", on_delete="RESTRICT")
    version = IntegerField(default=1)
    profile = JSONField(default=dict)  # what the book's fields of the register ask for, by key
    parent = ForeignKeyField(
        "self", null=True, backref="branches", on_delete="RESTRICT"
    )  # 所属机构、连锁总部
    settlement = ForeignKeyField("self", null=True, backref="settles_for", on_delete="RESTRICT")  # 结算机构
    approved_on = DateField(null=True)  # 行政审批部门批准之日

    class Meta:
        constraints = [
            one_of("kind", Kind),
            Check("beds is null or beds >= 0"),
            Check("parent_id is null or parent_id <> id"),
            Check("settlement_id is null or settlement_id <> id"),
        ]


# Village clinics run by one township hospital share its credit code; licence number tells them apart.
Institution.add_index(
    Institution.index(Institution.uscc, Institution.licence_no, unique=True, name="institution_once")
)
Institution.add_index(
    Institution.index(Institution.office, Institution.search_key, name="institution_search")
)


class FormerValue(BaseModel):
    """What an important field of an institution said before it was changed (曾用名 and the like)."""

    institution = ForeignKeyField(Institution, backref="former_values", on_delete="RESTRICT")
    field = CharField(40)  # column of Institution or key of its profile
    value = CharField(400)  # as shown; personal numbers masked
    until_on = DateField()  # the day of the change
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    recorded_at = DateTimeField()


class CredentialKind(StrEnum):
    LICENCE = "licence"  # 执业许可证、药品经营许可证
    REGISTRATION = "registration"  # 营业执照、法人登记证
    PREMISES = "premises"  # 不动产权证、租赁合同
    CONTRACT = "contract"  # 其他合同
    EQUIPMENT = "equipment"  # 大型设备配置许可证
    OTHER = "other"


class Credential(BaseModel):
    """A paper of an institution with its validity (证照、合同). Without an end it is valid for ever."""

    institution = ForeignKeyField(Institution, backref="credentials", on_delete="RESTRICT")
    kind = CharField(16)
    title = CharField(80)
    number = CharField(60, default="")
    issuer = CharField(80, default="")
    valid_from = DateField(null=True)
    valid_until = DateField(null=True)  # last day, inclusive
    note = CharField(200, default="")
    ended_on = DateField(null=True)  # replaced or withdrawn: no longer watched
    ended_reason = CharField(100, default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("kind", CredentialKind),
            Check("valid_from is null or valid_until is null or valid_until >= valid_from"),
            Check("(ended_on is null) = (ended_reason = '')"),
        ]


Credential.add_index(
    Credential.index(Credential.valid_until, where=Credential.ended_on.is_null(), name="credential_expiry")
)


class Staff(BaseModel):
    """A person at work in an institution (花名册). Rosters and headcounts are views of these rows."""

    institution = ForeignKeyField(Institution, backref="staff", on_delete="RESTRICT")
    person = ForeignKeyField(Person, backref="posts", on_delete="RESTRICT")
    gender = CharField(4, default="")
    category = CharField(20)  # key of the book's staff categories: physician, nurse…
    title = CharField(40, default="")  # 职称
    department = CharField(40, default="")
    remark = CharField(40, default="")  # 在职、退休、第二执业…
    is_registered_here = BooleanField(default=False)  # 第一注册地 or 注册地 is this institution
    is_insurance_manager = BooleanField(default=False)  # 专（兼）职医保管理人员
    is_full_time = BooleanField(default=True)
    contract_from = DateField(null=True)
    contract_until = DateField(null=True)  # last day, inclusive; null: without fixed term
    insured_code = CharField(30, default="")
    insured_since = DateField(null=True)
    left_on = DateField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            Check("contract_from is null or contract_until is null or contract_until >= contract_from"),
        ]


# Somebody stands once on a roster while at work there.
Staff.add_index(
    Staff.index(
        Staff.institution, Staff.person, unique=True, where=Staff.left_on.is_null(), name="staff_once"
    )
)


# --- Accounts of providers ---


class Membership(BaseModel):
    """That an account of a provider works for an institution."""

    user = ForeignKeyField(User, backref="memberships", on_delete="RESTRICT")
    institution = ForeignKeyField(Institution, backref="members", on_delete="RESTRICT")
    ended_on = DateField(null=True)


Membership.add_index(
    Membership.index(
        Membership.user,
        Membership.institution,
        unique=True,
        where=Membership.ended_on.is_null(),
        name="membership_once",
    )
)


class Invitation(BaseModel):
    """The office's invitation to an institution to open its first account; the code is kept as a digest."""

    institution = ForeignKeyField(Institution, backref="invitations", on_delete="RESTRICT")
    digest = CharField(64)
    name = CharField(40)
    created_by = ForeignKeyField(User, on_delete="RESTRICT")
    created_at = DateTimeField()
    expires_at = DateTimeField()
    used_at = DateTimeField(null=True)
    used_by = ForeignKeyField(User, null=True, backref="invitations_used", on_delete="RESTRICT")
    revoked_at = DateTimeField(null=True)

    class Meta:
        constraints = [Check("(used_at is null) = (used_by_id is null)")]


Invitation.add_index(Invitation.index(Invitation.digest, unique=True, name="invitation_digest"))


# --- What an office adds to its books ---


class FundYear(BaseModel):
    """The fund of an office's pooling area in one year (第二十四条): the base of the guard."""

    office = ForeignKeyField(Office, backref="fund_years", on_delete="RESTRICT")
    year = IntegerField()
    target = IntegerField(null=True)  # 总额控制指标, 分
    spent = IntegerField(null=True)  # 实际支出, 分
    income = IntegerField(null=True)  # 基金收入, 分
    capacity_tenths = IntegerField(null=True)  # 可支撑能力, tenths of a month
    note = CharField(200, default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            Check("target is null or target > 0"),
            Check("spent is null or spent >= 0"),
            Check("capacity_tenths is null or capacity_tenths >= 0"),
        ]


FundYear.add_index(FundYear.index(FundYear.office, FundYear.year, unique=True, name="fund_year_once"))


class CapacityEstimate(BaseModel):
    """What the fund of an office can bear (精准测算基金可承受范围), with its day and author (第二十七条)."""

    office = ForeignKeyField(Office, backref="capacity_estimates", on_delete="RESTRICT")
    year = IntegerField()
    estimated_on = DateField()
    amount = IntegerField()  # 分 that new designations may cost in the year
    basis = TextField()
    written_by = ForeignKeyField(User, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [Check("amount >= 0"), Check("basis <> ''")]


class ExtraCondition(BaseModel):
    """A condition that a higher authority added to article 6 or 7 (第六条（七）、第七条（八）)."""

    office = ForeignKeyField(Office, backref="extra_conditions", on_delete="RESTRICT")
    kind = CharField(10)
    text = CharField(300)
    basis = CharField(120)  # the document it rests on
    is_active = BooleanField(default=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [one_of("kind", Kind)]


class RuleNote(BaseModel):
    """An interpretation of a row of a book, kept by the city office (第三十九条)."""

    book = CharField(60)
    row = CharField(80)  # kind and key of the row, clock:correction
    text = TextField()
    source = CharField(120, default="")
    written_by = ForeignKeyField(User, on_delete="RESTRICT")
    written_at = DateTimeField()
    version = IntegerField(default=1)


RuleNote.add_index(RuleNote.index(RuleNote.book, RuleNote.row, unique=True, name="rule_note_once"))


# --- Cases ---


class Matter(StrEnum):
    APPLICATION = "application"
    AGREEMENT = "agreement"
    CHANGE = "change"
    EXIT = "exit"


class CaseState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    CORRECTION_REQUESTED = "correction_requested"
    ACCEPTED = "accepted"
    DESK_REVIEW = "desk_review"
    ON_SITE = "on_site"
    RESULT_PENDING = "result_pending"
    RECTIFICATION = "rectification"
    QUALIFIED = "qualified"
    PUBLIC_NOTICE = "public_notice"
    NOTICE_INVESTIGATION = "notice_investigation"
    PROPOSED_PASS = "proposed_pass"  # noqa: S105 - a state, not a password
    CITY_REVIEW = "city_review"
    FINAL_DECISION = "final_decision"
    LISTED = "listed"
    SUPERVISION_NOTICE = "supervision_notice"
    NEGOTIATION = "negotiation"
    SIGNING = "signing"
    DESIGNATED = "designated"
    ABANDONED_CORRECTION = "abandoned_correction"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REJECTED_FRAUD = "rejected_fraud"
    FAILED_FINAL = "failed_final"
    ABANDONED_RECTIFICATION = "abandoned_rectification"
    NOT_SELECTED = "not_selected"
    NOT_AGREED = "not_agreed"
    ABANDONED_SIGNING = "abandoned_signing"
    ABANDONED_COMMITMENT = "abandoned_commitment"
    NEW = "new"
    ACTIVE = "active"
    EXTENDED = "extended"
    EXPIRED = "expired"
    RENEWED = "renewed"
    NOT_BEGUN = "not_begun"
    ANNULLED = "annulled"
    SUSPENDED_IMPOSED = "suspended_imposed"
    SUSPENDED_REQUESTED = "suspended_requested"
    SUSPENDED_ENTITY = "suspended_entity"
    LAPSED_180 = "lapsed_180"
    TERMINATED = "terminated"
    EXIT_DRAFT = "exit_draft"
    EXIT_FILED = "exit_filed"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    EXIT_REFUSED = "exit_refused"
    EXIT_WITHDRAWN = "exit_withdrawn"
    CHANGE_DRAFT = "change_draft"
    CHANGE_FILED = "change_filed"
    CHANGE_CHECKING = "change_checking"
    ENTITY_EVALUATION = "entity_evaluation"
    CHANGE_CONFIRMED = "change_confirmed"
    CHANGE_REFUSED = "change_refused"
    CHANGE_WITHDRAWN = "change_withdrawn"
    CHANGE_NOTIFIED = "change_notified"


class Case(BaseModel):
    """One matter of one institution at one office, under the book and options it was opened with (办件)."""

    number = CharField(20)
    matter = CharField(20)
    office = ForeignKeyField(Office, backref="cases", on_delete="RESTRICT")
    institution = ForeignKeyField(Institution, backref="cases", on_delete="RESTRICT")
    book = CharField(60)
    region = CharField(40)
    options = JSONField()
    state = CharField(30)
    held_state = CharField(30, default="")
    flag = CharField(20, default="")  # what stands open besides the state: a key of the book's flags
    round = IntegerField(default=1)
    handler = ForeignKeyField(User, null=True, backref="cases", on_delete="RESTRICT")
    origin = ForeignKeyField("self", null=True, backref="opened_cases", on_delete="RESTRICT")
    is_on_behalf = BooleanField(default=True)  # typed by the office for the provider
    opened_on = DateField()
    stage_on = DateField()  # the legal day of the last change of state
    closed_on = DateField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("matter", Matter),
            one_of("state", CaseState),
            Check("round >= 1"),
            Check("closed_on is not null or handler_id is not null"),  # every open case has a handler
        ]


Case.add_index(Case.index(Case.office, Case.number, unique=True, name="case_number"))
Case.add_index(Case.index(Case.office, Case.state, name="case_open_state", where=Case.closed_on.is_null()))
# One application of an institution at a time.
Case.add_index(
    Case.index(
        Case.institution,
        unique=True,
        name="case_one_open_application",
        where=(Case.closed_on.is_null()) & (Case.matter == "application"),
    )
)


class Replacement(BaseModel):
    """One out, one in (退一进一, 第二十七条): an application in the place of an agreement that ended."""

    entry = ForeignKeyField(Case, backref="replaces", on_delete="RESTRICT")
    exit = ForeignKeyField(Case, backref="replaced_by", on_delete="RESTRICT")
    made_on = DateField()
    made_by = ForeignKeyField(User, on_delete="RESTRICT")
    note = CharField(200, default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [Check("entry_id <> exit_id")]


Replacement.add_index(Replacement.index(Replacement.entry, unique=True, name="replacement_entry"))
Replacement.add_index(Replacement.index(Replacement.exit, unique=True, name="replacement_exit"))


class Channel(StrEnum):
    WINDOW = "window"
    ONLINE = "online"


class Policy(StrEnum):
    NONE = ""
    REGIONAL_CENTRE = "regional_centre"
    NATIONAL_POLICY = "national_policy"
    MAJOR_PROJECT = "major_project"


class Application(BaseModel):
    """What was applied for (annex 2), beside its case."""

    case = ForeignKeyField(Case, backref="applications", on_delete="RESTRICT")
    types = JSONField(default=list)
    features = JSONField(default=list)
    counts = JSONField(default=dict)  # beds, dialysis machines…: what staffing rules multiply with
    operating_since = DateField(null=True)
    applied_on = DateField(null=True)
    contact = CharField(40, default="")
    phone = CharField(30, default="")
    other_type = CharField(60, default="")
    note = TextField(default="")
    version = IntegerField(default=1)
    answers = JSONField(default=dict)  # the book's fields of the application, by key
    tables = JSONField(default=dict)  # the book's repeating rows: key → list of rows
    draft = JSONField(default=dict)  # the form of a draft as it was left; resident ids sealed
    channel = CharField(8, default=Channel.WINDOW)
    policy = CharField(20, default=Policy.NONE)  # 政策倾斜 (第二十五条)
    policy_reason = CharField(300, default="")
    is_old_policy = BooleanField(default=False)  # 按原有政策执行 (第三十七条)
    forecast = IntegerField(null=True)  # predicted use of the fund in a year, 分
    forecast_opinion = CharField(300, default="")  # 基金可承受范围评估 (第二十四条第二款)

    class Meta:
        constraints = [
            one_of("channel", Channel),
            one_of("policy", Policy),
            Check("(policy = '') = (policy_reason = '')"),
        ]


Application.add_index(Application.index(Application.case, unique=True, name="application_case"))


class StepTaken(BaseModel):
    """A step that a case has taken (历程). Its legal day may be corrected; the events keep both values."""

    case = ForeignKeyField(Case, backref="steps", on_delete="RESTRICT")
    action = CharField(40)
    label = CharField(60)
    origin = CharField(30)
    target = CharField(30)
    round = IntegerField(default=1)
    on = DateField(column_name="legal_on")
    at = DateTimeField(column_name="recorded_at")
    actor = ForeignKeyField(User, on_delete="RESTRICT")
    reason = TextField(default="")
    data = JSONField(default=dict)
    before = JSONField(default=dict)  # case and clocks as they stood, for taking the step back
    undone_at = DateTimeField(null=True)


StepTaken.add_index(StepTaken.index(StepTaken.case, StepTaken.id, name="step_taken_case"))


# --- Evidence: materials, review groups, sheets, attachments ---


class MaterialState(StrEnum):
    PENDING = "pending"
    RECEIVED = "received"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class CaseMaterial(BaseModel):
    """A row of the material list of a case (annex 5)."""

    case = ForeignKeyField(Case, backref="materials", on_delete="RESTRICT")
    key = CharField(20)  # row of the book
    no = IntegerField()
    title = CharField(300)
    state = CharField(16, default=MaterialState.PENDING)
    received_on = DateField(null=True)
    is_original_seen = BooleanField(default=False)
    note = CharField(200, default="")  # what is missing, as the correction notice will print it
    marked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    marked_at = DateTimeField(null=True)
    version = IntegerField(default=1)
    is_extra = BooleanField(default=False)  # added for this case (包括但不限于), not a row of the book
    basis = CharField(120, default="")  # of an extra row: what it is asked for after
    original_seen_on = DateField(null=True)
    original_seen_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    asked_on = DateField(null=True)  # named in the last correction notice
    answered_on = DateField(null=True)  # supplied since

    class Meta:
        constraints = [
            one_of("state", MaterialState),
            Check("(state = 'received') = (received_on is not null)"),
            Check("is_original_seen = (original_seen_on is not null)"),
            Check("answered_on is null or asked_on is not null"),
        ]


CaseMaterial.add_index(
    CaseMaterial.index(CaseMaterial.case, CaseMaterial.key, unique=True, name="case_material_once")
)


class CheckList(StrEnum):
    CONDITION = "condition"  # 基本条件, articles 6 and 7
    SCREENING = "screening"  # 不予受理情形, article 10


class CheckFinding(StrEnum):
    OPEN = ""
    CLEAR = "clear"  # condition met; ground not present
    HIT = "hit"  # condition not met; ground present
    NOT_APPLICABLE = "not_applicable"


class CaseCheck(BaseModel):
    """What a person found about a condition or a ground of refusal before acceptance."""

    case = ForeignKeyField(Case, backref="checks", on_delete="RESTRICT")
    list = CharField(10)
    key = CharField(40)  # row of the book, or x and the id of an ExtraCondition
    finding = CharField(16, default=CheckFinding.OPEN)
    evidence = CharField(400, default="")
    checked_on = DateField(null=True)  # the day of the inquiry, 查询日期
    marked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    marked_at = DateTimeField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("list", CheckList),
            one_of("finding", CheckFinding),
            Check("finding = '' or marked_by_id is not null"),
        ]


CaseCheck.add_index(
    CaseCheck.index(CaseCheck.case, CaseCheck.list, CaseCheck.key, unique=True, name="case_check_once")
)


class GroupMember(BaseModel):
    """A member of the 审核评估小组 of a case in one round, with the field of expertise (第十四条)."""

    case = ForeignKeyField(Case, backref="group", on_delete="RESTRICT")
    round = IntegerField()
    user = ForeignKeyField(User, on_delete="RESTRICT")
    field = CharField(20, default="")  # 医疗保障、医药卫生、财务管理、信息技术
    pledged_at = DateTimeField(null=True)  # 廉洁保密承诺
    left_at = DateTimeField(null=True)
    team = IntegerField(null=True)  # 第几组, where a region inspects in several teams


GroupMember.add_index(
    GroupMember.index(
        GroupMember.case,
        GroupMember.round,
        GroupMember.user,
        unique=True,
        name="group_member_once",
        where=GroupMember.left_at.is_null(),
    )
)


class Stage(StrEnum):
    DESK = "desk"
    ON_SITE = "on_site"


class Finding(StrEnum):
    OPEN = ""
    PASS = "pass"  # noqa: S105 - a finding, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class CaseSheet(BaseModel):
    """A tick table of a case in one round (annex 7 or 8)."""

    case = ForeignKeyField(Case, backref="sheets", on_delete="RESTRICT")
    sheet = CharField(30)  # key in the book
    stage = CharField(10)
    round = IntegerField()
    visited_on = DateField(null=True)
    remark = TextField(default="")
    version = IntegerField(default=1)
    feedback_on = DateField(null=True)  # 当场反馈
    feedback_to = CharField(40, default="")  # 机构在场负责人
    feedback = TextField(default="")
    report = TextField(default="")  # 考察报告

    class Meta:
        constraints = [one_of("stage", Stage), Check("(feedback_on is null) = (feedback_to = '')")]


CaseSheet.add_index(
    CaseSheet.index(CaseSheet.case, CaseSheet.stage, CaseSheet.round, unique=True, name="case_sheet_once")
)


class SheetMark(BaseModel):
    """One row of a sheet with its finding."""

    sheet = ForeignKeyField(CaseSheet, backref="marks", on_delete="RESTRICT")
    row = CharField(20)  # key in the book
    no = IntegerField()
    finding = CharField(16, default=Finding.OPEN)
    note = CharField(500, default="")
    marked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    marked_at = DateTimeField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("finding", Finding),
            Check("finding = '' or marked_by_id is not null"),
        ]


SheetMark.add_index(SheetMark.index(SheetMark.sheet, SheetMark.row, unique=True, name="sheet_mark_once"))


class SheetSignature(BaseModel):
    """A reviewer's signature under a sheet; a later change of a row voids it visibly."""

    sheet = ForeignKeyField(CaseSheet, backref="signatures", on_delete="RESTRICT")
    user = ForeignKeyField(User, on_delete="RESTRICT")
    signed_at = DateTimeField()
    voided_at = DateTimeField(null=True)
    void_reason = CharField(200, default="")


SheetSignature.add_index(
    SheetSignature.index(
        SheetSignature.sheet,
        SheetSignature.user,
        unique=True,
        name="sheet_signature_once",
        where=SheetSignature.voided_at.is_null(),
    )
)


# --- Papers and their service ---


class DocumentState(StrEnum):
    ISSUED = "issued"
    VOIDED = "voided"


class ServiceWay(StrEnum):
    DIRECT = "direct"
    MAIL = "mail"
    OTHER = "other"


class Document(BaseModel):
    """A numbered document with its frozen data (文书). Never altered: voided and issued anew."""

    office = ForeignKeyField(Office, backref="documents", on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, backref="documents", on_delete="RESTRICT")
    step = ForeignKeyField(StepTaken, null=True, backref="documents", on_delete="RESTRICT")
    kind = CharField(30)
    name = CharField(60)
    word = CharField(10)
    year = IntegerField()
    seq = IntegerField()
    number = CharField(60)
    data = JSONField()
    issued_on = DateField()
    is_to_serve = BooleanField(default=True)
    state = CharField(10, default=DocumentState.ISSUED)
    void_reason = CharField(200, default="")
    voided_at = DateTimeField(null=True)
    issued_by = ForeignKeyField(User, on_delete="RESTRICT")

    class Meta:
        constraints = [
            one_of("state", DocumentState),
            Check("(state = 'voided') = (void_reason <> '')"),
            Check("seq >= 1"),
        ]


Document.add_index(
    Document.index(
        Document.office, Document.word, Document.year, Document.seq, unique=True, name="document_number"
    )
)
Document.add_index(Document.index(Document.case, Document.id, name="document_case"))


class ProofOfService(BaseModel):
    """The proof that a document was served (annex 6, 送达回执). Its day starts clocks."""

    document = ForeignKeyField(Document, backref="proofs", on_delete="RESTRICT")
    served_on = DateField()
    way = CharField(10, default=ServiceWay.DIRECT)
    address = CharField(160, default="")
    recipient = CharField(40)
    phone = CharField(30, default="")
    note = CharField(200, default="")
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    recorded_at = DateTimeField()
    version = IntegerField(default=1)

    class Meta:
        constraints = [one_of("way", ServiceWay)]


ProofOfService.add_index(
    ProofOfService.index(ProofOfService.document, unique=True, name="proof_of_service_once")
)


class Attachment(BaseModel):
    """A file on disk under a random name. Removed ones stay, marked."""

    case = ForeignKeyField(Case, backref="attachments", on_delete="RESTRICT")
    material = ForeignKeyField(CaseMaterial, null=True, backref="files", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, backref="scans", on_delete="RESTRICT")
    purpose = CharField(20)  # material, evidence, receipt, signed_text, other
    filename = CharField(200)
    stored_as = CharField(64)
    content_type = CharField(80)
    size = IntegerField()
    sha256 = CharField(64)
    uploaded_by = ForeignKeyField(User, on_delete="RESTRICT")
    uploaded_at = DateTimeField()
    removed_at = DateTimeField(null=True)
    removed_reason = CharField(200, default="")
    replaces = ForeignKeyField("self", null=True, backref="replaced_by", on_delete="RESTRICT")
    source = ForeignKeyField(
        "self", null=True, backref="reused_as", on_delete="RESTRICT"
    )  # of an earlier case
    valid_until = DateField(null=True)  # the paper in it is good until; null: no end


Attachment.add_index(Attachment.index(Attachment.stored_as, unique=True, name="attachment_stored_as"))


# --- Clocks and bans ---


class ClockState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    LAPSED = "lapsed"
    WAIVED = "waived"
    CANCELLED = "cancelled"


class Clock(BaseModel):
    """One legal period that runs for or against somebody in a case (期限)."""

    case = ForeignKeyField(Case, backref="clocks", on_delete="RESTRICT")
    rule = CharField(40)  # key in the case's book
    kind = CharField(8)
    party = CharField(10)
    round = IntegerField(default=1)
    step = ForeignKeyField(StepTaken, null=True, backref="clocks", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, backref="clocks", on_delete="RESTRICT")
    after = ForeignKeyField("self", null=True, on_delete="RESTRICT")
    anchor = CharField(40, default="step")  # how the book says it starts, Start.when
    started_on = DateField(null=True)  # null: waits for service of the document
    due_on = DateField(null=True)
    fixed_due_on = DateField(null=True)  # a last day set by agreement or anew, not counted
    yellow_on = DateField(null=True)
    is_provisional = BooleanField(default=False)
    is_overdue = BooleanField(default=False)  # marked by the sweep
    is_lead = BooleanField(default=False)  # the clock that the lists show for the case
    state = CharField(12, default=ClockState.RUNNING)
    ended_on = DateField(null=True)
    note = CharField(200, default="")

    class Meta:
        constraints = [
            one_of("state", ClockState),
            Check("(state in ('running', 'waiting', 'paused')) = (ended_on is null)"),
            Check("state <> 'waiting' or started_on is null"),
            Check("state <> 'running' or (started_on is not null and due_on is not null)"),
            Check("state <> 'paused' or due_on is null"),
            Check("not is_lead or ended_on is null"),
        ]


# Named, because the default name is that of the foreign key's own index, and
# "create index if not exists" would skip this one silently.
Clock.add_index(
    Clock.index(Clock.case, Clock.rule, unique=True, where=Clock.ended_on.is_null(), name="clock_one_open")
)
Clock.add_index(Clock.index(Clock.case, unique=True, where=Clock.is_lead, name="clock_one_lead"))
Clock.add_index(Clock.index(Clock.due_on, where=Clock.ended_on.is_null(), name="clock_open_due"))


class ClockPause(BaseModel):
    """A documented stop of a clock, from service of the request to receipt of the answer."""

    clock = ForeignKeyField(Clock, backref="pauses", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, backref="pauses", on_delete="RESTRICT")
    from_on = DateField(null=True)  # null: the request is not served yet
    until_on = DateField(null=True)

    class Meta:
        constraints = [Check("from_on is null or until_on is null or until_on >= from_on")]


# One stop of a clock at a time.
ClockPause.add_index(
    ClockPause.index(
        ClockPause.clock, unique=True, where=ClockPause.until_on.is_null(), name="clock_pause_one_open"
    )
)


class Ban(BaseModel):
    """A period in which an institution or a person may not be accepted (第十条)."""

    rule = CharField(40)
    book = CharField(60)
    institution = ForeignKeyField(Institution, null=True, backref="bans", on_delete="RESTRICT")
    person = ForeignKeyField(Person, null=True, backref="bans", on_delete="RESTRICT")
    office = ForeignKeyField(Office, on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, backref="bans", on_delete="RESTRICT")
    step = ForeignKeyField(StepTaken, null=True, backref="bans", on_delete="RESTRICT")
    from_on = DateField()
    until_on = DateField()  # the last day on which it holds
    is_duty_open = BooleanField(default=False)  # penalty or liability not performed: holds beyond until_on
    reason = TextField(default="")
    lifted_on = DateField(null=True)
    lifted_reason = CharField(200, default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            Check("(institution_id is null) <> (person_id is null)"),  # of exactly one
            Check("until_on >= from_on"),
            Check("(lifted_on is null) = (lifted_reason = '')"),
        ]


# --- Filing, publication, decision, negotiation, agreement ---


class FilingKind(StrEnum):
    DEPARTMENT = "department"  # 报同级医疗保障行政部门备案
    CITY = "city"  # 向市经办机构报备
    PROVINCE = "province"  # 省动态管理系统维护


class Filing(BaseModel):
    """That something was filed with somebody, on which day, under which number."""

    case = ForeignKeyField(Case, backref="filings", on_delete="RESTRICT")
    kind = CharField(12)
    node = CharField(30)  # the state of the case it is about
    filed_on = DateField()
    number = CharField(60, default="")
    note = CharField(200, default="")
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    recorded_at = DateTimeField()

    class Meta:
        constraints = [one_of("kind", FilingKind)]


class NoticeKind(StrEnum):
    RESULT = "result"
    SUPERVISION = "supervision"


class PublicNotice(BaseModel):
    """A publication: of the result (7 workdays) or of the list for supervision (5 workdays)."""

    office = ForeignKeyField(Office, backref="notices", on_delete="RESTRICT")
    kind = CharField(12)
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    published_on = DateField()
    medium = CharField(80)  # where it was published
    phone = CharField(30, default="")  # 监督电话
    created_by = ForeignKeyField(User, on_delete="RESTRICT")

    class Meta:
        constraints = [one_of("kind", NoticeKind)]


class NoticeCase(BaseModel):
    """A case in a publication."""

    notice = ForeignKeyField(PublicNotice, backref="entries", on_delete="RESTRICT")
    case = ForeignKeyField(Case, backref="publications", on_delete="RESTRICT")


NoticeCase.add_index(
    NoticeCase.index(NoticeCase.notice, NoticeCase.case, unique=True, name="notice_case_once")
)


class Complaint(BaseModel):
    """A report by the public during a publication, with its verification (举报、异议)."""

    case = ForeignKeyField(Case, backref="complaints", on_delete="RESTRICT")
    notice = ForeignKeyField(PublicNotice, null=True, backref="complaints", on_delete="RESTRICT")
    received_on = DateField()
    complainant = CharField(60, default="")  # empty: anonymous
    phone = CharField(30, default="")
    content = TextField()
    verified_on = DateField(null=True)
    is_effective = BooleanField(null=True)
    findings = TextField(default="")
    settled_on = DateField(null=True)  # the day the case went on because of the conclusion
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [Check("(verified_on is null) = (is_effective is null)")]


class Meeting(BaseModel):
    """A meeting of the leading group (集体决策)."""

    office = ForeignKeyField(Office, backref="meetings", on_delete="RESTRICT")
    held_on = DateField()
    place = CharField(80, default="")
    chair = CharField(40)
    attendees = JSONField(default=list)
    minutes = TextField(default="")
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")


class Decision(BaseModel):
    """What a meeting decided on one case."""

    meeting = ForeignKeyField(Meeting, backref="decisions", on_delete="RESTRICT")
    case = ForeignKeyField(Case, backref="decisions", on_delete="RESTRICT")
    action = CharField(40)  # approve, approve_final, decline
    opinion = TextField(default="")
    votes_for = IntegerField(null=True)
    votes_against = IntegerField(null=True)


Decision.add_index(Decision.index(Decision.meeting, Decision.case, unique=True, name="decision_once"))


class Negotiation(BaseModel):
    """A record of negotiation (annex 10)."""

    case = ForeignKeyField(Case, backref="negotiations", on_delete="RESTRICT")
    held_on = DateField()
    place = CharField(80)
    negotiators = CharField(200)
    counterparts = CharField(200)
    subject = CharField(200)
    content = TextField()
    opinion = TextField(default="")
    topics = JSONField(default=list)  # keys of the book's topics that were settled
    is_agreed = BooleanField()
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    recorded_at = DateTimeField()


class Agreement(BaseModel):
    """What the signed agreement says, beside its case (医保协议)."""

    case = ForeignKeyField(Case, backref="agreements", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    signed_on = DateField()
    starts_on = DateField()
    ends_on = DateField()  # last day, inclusive
    term_reason = CharField(200, default="")  # why the term is not the usual one
    text_version = CharField(60)
    own_number = CharField(60, default="")  # of a paper this product did not number (存量协议)
    counts_from = DateField(null=True)  # first day of the terms that follow one another without a gap
    last_settled_on = DateField(null=True)
    idle_since = DateField(null=True)  # marked by the sweep: proposal to terminate
    is_renewal_open = BooleanField(default=False)
    renewal_basis = CharField(200, default="")
    renewal_approved_by = CharField(40, default="")
    renewal_opened_on = DateField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            Check("ends_on >= starts_on"),
            Check("counts_from is null or counts_from <= starts_on"),
            Check("not is_renewal_open or (renewal_basis <> '' and renewal_approved_by <> '')"),
        ]


Agreement.add_index(Agreement.index(Agreement.case, unique=True, name="agreement_case"))


# --- Suspension, termination, exit requests, and what is watched ---


class SuspensionKind(StrEnum):
    IMPOSED = "imposed"
    REQUESTED = "requested"
    ENTITY = "entity"  # 经营主体变化


class SuspensionState(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"  # 恢复履行
    LAPSED = "lapsed"  # the agreement ended with it
    CONVERTED = "converted"  # 转为解除
    CANCELLED = "cancelled"


class Suspension(BaseModel):
    """A suspension of an agreement (中止): its ground, its days, and how it ended."""

    case = ForeignKeyField(Case, backref="suspensions", on_delete="RESTRICT")
    kind = CharField(10)
    state = CharField(10, default=SuspensionState.ACTIVE)
    grounds = JSONField(default=list)  # keys of the book
    evidence = TextField(default="")
    decided_by = CharField(60, default="")
    decided_on = DateField()
    starts_on = DateField()
    ends_on = DateField(null=True)  # last day, inclusive; null: until somebody decides
    resume_asked_on = DateField(null=True)  # 提出继续履行协议申请
    over_on = DateField(null=True)  # first day on which it no longer holds
    over_reason = CharField(200, default="")
    step = ForeignKeyField(StepTaken, null=True, backref="suspensions", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("kind", SuspensionKind),
            one_of("state", SuspensionState),
            Check("ends_on is null or ends_on >= starts_on"),
            Check("(state in ('planned', 'active')) = (over_on is null)"),
        ]


# One suspension of an agreement at a time.
Suspension.add_index(
    Suspension.index(
        Suspension.case, unique=True, where=Suspension.over_on.is_null(), name="suspension_one_open"
    )
)


class RectificationState(StrEnum):
    REQUIRED = "required"
    DONE = "done"
    INSUFFICIENT = "insufficient"


class RectificationItem(BaseModel):
    """What has to be put right during a suspension (整改事项)."""

    suspension = ForeignKeyField(Suspension, backref="items", on_delete="RESTRICT")
    text = CharField(300)
    due_on = DateField(null=True)
    state = CharField(12, default=RectificationState.REQUIRED)
    checked_on = DateField(null=True)
    note = CharField(200, default="")
    marked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("state", RectificationState),
            Check("(state = 'required') = (checked_on is null)"),
        ]


class BanClass(StrEnum):
    NONE = "none"
    ILLEGALITY = "illegality"
    BREACH = "breach"


class Termination(BaseModel):
    """The termination of an agreement (解除): grounds, evidence, what follows (第三十一、三十二条)."""

    case = ForeignKeyField(Case, backref="terminations", on_delete="RESTRICT")
    grounds = JSONField(default=list)
    evidence = JSONField(default=dict)  # by ground: what was asked for and found
    decided_by = CharField(60)
    decided_on = DateField()
    effective_on = DateField()  # first day without an agreement
    ban_class = CharField(12, default=BanClass.NONE)
    ban_reason = CharField(300, default="")
    is_by_persons = BooleanField(default=False)  # 因人员严重违法违规 (第十条（八）)
    is_duty_open = BooleanField(default=False)
    step = ForeignKeyField(StepTaken, null=True, backref="terminations", on_delete="RESTRICT")
    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    revoked_at = DateTimeField(null=True)  # its step was taken back

    class Meta:
        constraints = [one_of("ban_class", BanClass)]


Termination.add_index(
    Termination.index(
        Termination.case, unique=True, where=Termination.revoked_at.is_null(), name="termination_once"
    )
)


class FollowUpKind(StrEnum):
    BRANCH = "branch"  # 相同法定代表人、负责人或实际控制人的分支
    CITY = "city"  # 向市经办机构报备
    REGION = "region"  # 函告其他统筹地区
    PERSON = "person"
    PUBLICATION = "publication"


class FollowUpState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class FollowUp(BaseModel):
    """One thing that follows from a suspension or termination, confirmed one by one (C-47)."""

    case = ForeignKeyField(Case, backref="follow_ups", on_delete="RESTRICT")
    kind = CharField(12)
    institution = ForeignKeyField(Institution, null=True, on_delete="RESTRICT")  # of a branch
    person = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
    text = CharField(200)
    article = CharField(60, default="")
    state = CharField(10, default=FollowUpState.OPEN)
    done_on = DateField(null=True)
    number = CharField(60, default="")  # of the letter or report
    reason = CharField(200, default="")
    done_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("kind", FollowUpKind),
            one_of("state", FollowUpState),
            Check("(state = 'done') = (done_on is not null)"),
            Check("state <> 'declined' or reason <> ''"),
        ]


class ExitWish(StrEnum):
    SUSPEND = "suspend"
    TERMINATE = "terminate"
    NOT_RENEW = "not_renew"
    CHANGE = "change"


class ExitRequest(BaseModel):
    """What an institution asks for (annex 12), beside its case of matter exit."""

    case = ForeignKeyField(Case, backref="exit_requests", on_delete="RESTRICT")
    agreement = ForeignKeyField(Case, backref="exits", on_delete="RESTRICT")  # the case of the agreement
    wish = CharField(12)
    asked_on = DateField()
    from_on = DateField()  # 暂停时间从…开始, or the day on which the agreement is to end
    until_on = DateField(null=True)
    reason = TextField()
    type = CharField(60, default="")  # 协议终止类型
    categories = JSONField(default=list)  # 暂停服务类别
    insurance = CharField(60, default="")  # 申请定点险种
    is_late = BooleanField(default=False)
    answers = JSONField(default=dict)
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("wish", ExitWish),
            Check("until_on is null or until_on >= from_on"),
            Check("case_id <> agreement_id"),
        ]


ExitRequest.add_index(ExitRequest.index(ExitRequest.case, unique=True, name="exit_request_case"))


class ServiceCategory(BaseModel):
    """A category of service that an institution may pause (暂停服务类别), kept by the office itself."""

    office = ForeignKeyField(Office, backref="service_categories", on_delete="RESTRICT")
    label = CharField(60)
    is_active = BooleanField(default=True)
    version = IntegerField(default=1)


ServiceCategory.add_index(
    ServiceCategory.index(
        ServiceCategory.office, ServiceCategory.label, unique=True, name="service_category_once"
    )
)


class ChangeRequest(BaseModel):
    """What an institution reports as changed (annex 11), or the office found unreported, beside its case."""

    case = ForeignKeyField(Case, backref="change_requests", on_delete="RESTRICT")
    agreement = ForeignKeyField(Case, backref="changes", on_delete="RESTRICT")  # the case of the agreement
    items = JSONField(default=list)  # {field, label, before, after}; ids of persons sealed
    is_entity = BooleanField(default=False)  # 经营主体发生变化
    is_general = BooleanField(default=False)  # 一般信息: told in writing, not reviewed
    approved_on = DateField(null=True)  # 有关部门批准之日
    approved_by = CharField(80, default="")
    asked_on = DateField(null=True)
    found_on = DateField(null=True)  # 经办机构核查发现, nobody had reported it
    found_how = CharField(200, default="")
    hindered_from = DateField(null=True)  # 行政处罚、协议处理期间不得变更: these days do not count
    hindered_until = DateField(null=True)
    reason = TextField(default="")
    verified_on = DateField(null=True)  # 赴现场核实
    verified_by = CharField(60, default="")
    findings = TextField(default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            Check("case_id <> agreement_id"),
            Check("is_general or found_on is not null or approved_on is not null"),
            Check("asked_on is null or approved_on is null or asked_on >= approved_on"),
            Check("(found_on is null) = (found_how = '')"),
            Check("hindered_until is null or hindered_from is not null"),
            Check("hindered_until is null or hindered_until >= hindered_from"),
            Check("(verified_on is null) = (findings = '')"),
        ]


ChangeRequest.add_index(ChangeRequest.index(ChangeRequest.case, unique=True, name="change_request_case"))


class RightsScope(StrEnum):
    CATEGORY = "category"
    DEPARTMENT = "department"
    PERSON = "person"


class RightsBlock(BaseModel):
    """Settlement rights of a category, department or person suspended or ended (第三十四条)."""

    case = ForeignKeyField(Case, backref="rights_blocks", on_delete="RESTRICT")
    scope = CharField(12)
    subject = CharField(80)  # name of the category, department or person
    staff = ForeignKeyField(Staff, null=True, on_delete="RESTRICT")
    is_final = BooleanField(default=False)  # 终止, not 中止
    from_on = DateField()
    until_on = DateField(null=True)
    reason = TextField()
    decided_by = CharField(60)
    lifted_on = DateField(null=True)
    lifted_reason = CharField(200, default="")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("scope", RightsScope),
            Check("until_on is null or until_on >= from_on"),
            Check("not is_final or until_on is null"),
            Check("(lifted_on is null) = (lifted_reason = '')"),
        ]


class SettlementImport(BaseModel):
    """One import of last settlement days (最近一次医保费用结算)."""

    office = ForeignKeyField(Office, backref="settlement_imports", on_delete="RESTRICT")
    filename = CharField(200)
    as_of = DateField()
    rows = IntegerField()
    changed = IntegerField()
    failed = IntegerField(default=0)
    imported_by = ForeignKeyField(User, on_delete="RESTRICT")
    imported_at = DateTimeField()


class SettlementDay(BaseModel):
    """That fees of an institution were last settled on a day, as one import or one person said."""

    case = ForeignKeyField(Case, backref="settlement_days", on_delete="RESTRICT")  # of the agreement
    settled_on = DateField()
    source = ForeignKeyField(SettlementImport, null=True, backref="days", on_delete="RESTRICT")
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    recorded_at = DateTimeField()


SettlementDay.add_index(SettlementDay.index(SettlementDay.case, SettlementDay.id, name="settlement_day_case"))


class HandlingKind(StrEnum):
    PENALTY = "penalty"  # 行政处罚
    HANDLING = "handling"  # 协议处理


class Handling(BaseModel):
    """An administrative penalty or an agreement handling of an institution (约谈 … 解除)."""

    institution = ForeignKeyField(Institution, backref="handlings", on_delete="RESTRICT")
    office = ForeignKeyField(Office, backref="handlings", on_delete="RESTRICT")
    kind = CharField(10)
    measure = CharField(30)  # key of the book's ladder
    clause = CharField(120, default="")  # the clause of the agreement or law that was broken
    authority = CharField(80)
    number = CharField(60, default="")
    facts = TextField()
    amount = IntegerField(null=True)  # 分
    started_on = DateField()
    ended_on = DateField(null=True)
    is_performed = BooleanField(default=False)  # fully performed
    performed_on = DateField(null=True)
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("kind", HandlingKind),
            Check("ended_on is null or ended_on >= started_on"),
            Check("is_performed = (performed_on is not null)"),
        ]


class DisputePath(StrEnum):
    TALKS = "talks"  # 自行协商
    COORDINATION = "coordination"  # 行政部门协调
    RECONSIDERATION = "reconsideration"  # 行政复议
    LITIGATION = "litigation"  # 行政诉讼


class Dispute(BaseModel):
    """A dispute with an institution and the path it takes (第三十五条)."""

    institution = ForeignKeyField(Institution, backref="disputes", on_delete="RESTRICT")
    office = ForeignKeyField(Office, backref="disputes", on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, backref="disputes", on_delete="RESTRICT")
    about = CharField(30)  # 签订、履行、变更、中止、解除
    path = CharField(16)
    body = CharField(80, default="")  # who hears it
    number = CharField(60, default="")
    filed_on = DateField()
    claim = TextField()
    outcome = TextField(default="")
    closed_on = DateField(null=True)
    recorded_by = ForeignKeyField(User, on_delete="RESTRICT")
    version = IntegerField(default=1)

    class Meta:
        constraints = [
            one_of("path", DisputePath),
            Check("closed_on is null or closed_on >= filed_on"),
            Check("(closed_on is null) = (outcome = '')"),
        ]


# --- Calendar, numbers, jobs, reminders ---


class CalendarYear(BaseModel):
    """A year of the calendar; not published: counted provisionally."""

    year = IntegerField()
    notice = CharField(120, default="")  # number of the State Council notice
    is_published = BooleanField(default=False)
    version = IntegerField(default=1)


CalendarYear.add_index(CalendarYear.index(CalendarYear.year, unique=True, name="calendar_year_once"))


class CalendarDay(BaseModel):
    """A day that differs from the week's pattern, or that the office set by hand."""

    day = DateField()
    is_workday = BooleanField()
    name = CharField(40, default="")  # 国庆节
    is_override = BooleanField(default=False)


CalendarDay.add_index(CalendarDay.index(CalendarDay.day, unique=True, name="calendar_day_once"))


class NumberSeries(BaseModel):
    """The last number given, per office, word and year; grows in the step's own transaction."""

    office = ForeignKeyField(Office, on_delete="RESTRICT")
    word = CharField(10)
    year = IntegerField()
    last = IntegerField(default=0)


NumberSeries.add_index(
    NumberSeries.index(
        NumberSeries.office, NumberSeries.word, NumberSeries.year, unique=True, name="number_series_once"
    )
)


class JobRun(BaseModel):
    """The claim of a job for a day: two processes never run it twice."""

    job = CharField(20)
    day = DateField()
    started_at = DateTimeField()
    finished_at = DateTimeField(null=True)
    summary = JSONField(default=dict)


JobRun.add_index(JobRun.index(JobRun.job, JobRun.day, unique=True, name="job_run_once"))


class TaskState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    CHECKED = "checked"  # an import that waits for a person to say go
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LongTask(BaseModel):
    """Work that takes longer than a request: an import, a zip of documents. Its page polls this row."""

    office = ForeignKeyField(Office, backref="long_tasks", on_delete="RESTRICT")
    kind = CharField(24)
    title = CharField(160)
    state = CharField(10, default=TaskState.WAITING)
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    filename = CharField(200, default="")
    stored_as = CharField(64, default="")  # the file that came in
    result = CharField(64, default="")  # the file that came out
    data = JSONField(default=dict)
    error = CharField(300, default="")
    created_by = ForeignKeyField(User, backref="long_tasks", on_delete="RESTRICT")
    created_at = DateTimeField()
    finished_at = DateTimeField(null=True)
    version = IntegerField(default=1)

    class Meta:
        constraints = [one_of("state", TaskState), Check("done >= 0"), Check("total >= 0")]


class Urge(BaseModel):
    """A manager's reminder to the handler of a case (督办)."""

    case = ForeignKeyField(Case, backref="urges", on_delete="RESTRICT")
    asked_by = ForeignKeyField(User, on_delete="RESTRICT")
    asked_at = DateTimeField()
    text = CharField(200)
    answer = CharField(200, default="")
    answered_at = DateTimeField(null=True)


# --- Audit ---


class Event(BaseModel):
    """One thing that happened; a link of its stream's hash chain. Triggers refuse UPDATE and DELETE."""

    stream = CharField(40)
    seq = IntegerField()
    case = ForeignKeyField(Case, null=True, backref="events", on_delete="RESTRICT")
    action = CharField(40)
    actor = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    actor_name = CharField(40)
    on = DateField(column_name="legal_on")
    at = DateTimeField(column_name="recorded_at")
    article = CharField(60, default="")
    reason = TextField(default="")
    change = JSONField(default=dict)
    prev = CharField(64)
    digest = CharField(64)


Event.add_index(Event.index(Event.stream, Event.seq, unique=True, name="event_chain"))
Event.add_index(Event.index(Event.case, Event.id, name="event_case"))


class Seal(BaseModel):
    """The heads of all streams at the end of a night, chained to the seal before."""

    day = DateField()
    events = IntegerField()
    last_event = IntegerField()
    prev = CharField(64)
    digest = CharField(64)


Seal.add_index(Seal.index(Seal.day, unique=True, name="seal_day"))

# Append only, whoever holds the file open.
TRIGGERS = [
    f"create trigger if not exists {table}_no_{verb} before {verb} on {table} "
    f"begin select raise(abort, '{table} is append only'); end"
    for table in ("event", "seal")
    for verb in ("update", "delete")
]

TABLES: list[type[BaseModel]] = [
    Office,
    User,
    UserRole,
    LeadingGroupMember,
    Person,
    Institution,
    FormerValue,
    Credential,
    Staff,
    Membership,
    Invitation,
    FundYear,
    CapacityEstimate,
    ExtraCondition,
    RuleNote,
    Case,
    Replacement,
    Application,
    StepTaken,
    CaseMaterial,
    CaseCheck,
    GroupMember,
    CaseSheet,
    SheetMark,
    SheetSignature,
    Document,
    ProofOfService,
    Attachment,
    Clock,
    ClockPause,
    Ban,
    Filing,
    PublicNotice,
    NoticeCase,
    Complaint,
    Meeting,
    Decision,
    Negotiation,
    Agreement,
    Suspension,
    RectificationItem,
    Termination,
    FollowUp,
    ExitRequest,
    ServiceCategory,
    ChangeRequest,
    RightsBlock,
    SettlementImport,
    SettlementDay,
    Handling,
    Dispute,
    CalendarYear,
    CalendarDay,
    NumberSeries,
    JobRun,
    LongTask,
    Urge,
    Event,
    Seal,
]
