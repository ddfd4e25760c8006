"""Accounts of institutions: invited by the office, kept by their own administrator, and by nobody else."""

import pytest

from blueprints.cases import queries as case_queries
from blueprints.review import queries as review_queries
from blueprints.settings import office_queries, user_queries
from blueprints.worklist import queries as worklist_queries
from lifecycle import cases, invitations, memberships, moment
from lifecycle.errors import Conflict, Misfit, NotAllowed, Unmet
from models import Event, Invitation, Membership, Role, User, UserRole
from tests.builders import an_application, an_institution, an_office, hand_of
from tests.providers import a_provider, provider_hand

GOOD = "Yiyuan-2026!"


def typed(**fields):
    return {"username": "anlan-wang", "name": "王晓", "phone": "13800000001", "password": GOOD, **fields}


def new_user(institution, **fields):
    values = {"institution": institution.id, "roles": [Role.PROVIDER], "password": "", **fields}
    return typed(**values)


def roles_of(user):
    return sorted(row.role for row in UserRole.select().where(UserRole.user == user))


def events(action):
    return [event.change for event in Event.select().where(Event.action == action).order_by(Event.id)]


def invited(institution=None):
    institution = institution or an_institution()
    return invitations.invite(institution, "王晓", hand=hand_of(Role.CLERK, office=institution.office))


# --- Invitations ---


def test_an_invitation_opens_the_first_account_its_administrator(app):
    row, code = invited()

    user = invitations.accept(code.upper().replace("-", " "), typed(), address="10.0.0.8")

    assert memberships.institutions_of(user) == {row.institution_id}
    assert roles_of(user) == ["provider", "provider_admin"]
    assert (user.office_id, user.must_change_password) == (row.institution.office_id, False)
    assert Invitation.get_by_id(row.id).used_by_id == user.id
    assert events("accept_invitation") == [{"username": "anlan-wang", "institution": row.institution.name}]


def test_the_code_stands_nowhere_in_the_database_and_in_no_event(app):
    row, code = invited()
    assert code not in row.digest
    assert all(code not in str(event.change) for event in Event.select())


def test_an_invitation_opens_one_account_only(app):
    _, code = invited()
    invitations.accept(code, typed(), address="10.0.0.8")
    with pytest.raises(Misfit) as refusal:
        invitations.accept(code, typed(username="another"), address="10.0.0.8")
    assert refusal.value.field == "code"
    assert User.select().where(User.username == "another").count() == 0


def test_an_invitation_taken_back_or_too_old_opens_nothing(app, at):
    row, code = invited()
    _, old = invited()
    invitations.revoke(row, hand=hand_of(Role.MANAGER))
    with pytest.raises(Misfit):
        invitations.accept(code, typed(), address="10.0.0.8")
    at(2026, 3, 16)
    with pytest.raises(Misfit):
        invitations.accept(old, typed(), address="10.0.0.9")
    with pytest.raises(Unmet):
        invitations.revoke(row, hand=hand_of(Role.MANAGER))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "Anlan-Wang-2026"}, "password"),
        ({"username": "TAKEN"}, "username"),
    ],
)
def test_a_refused_registration_leaves_the_invitation_open(app, fields, field):
    a_user = a_provider(name="x")
    User.update(username="taken").where(User.id == a_user.id).execute()
    row, code = invited()
    with pytest.raises(Misfit) as refusal:
        invitations.accept(code, typed(**fields), address="10.0.0.8")
    assert refusal.value.field == field
    assert invitations.is_open(Invitation.get_by_id(row.id))


def test_guessing_codes_leaves_events_and_locks_the_address_for_ten_minutes(app, at):
    _, code = invited()
    for _ in range(6):
        with pytest.raises(Misfit):
            invitations.accept("aaaa-bbbb-cccc-dddd", typed(), address="10.0.0.8")
    with pytest.raises(Misfit) as refusal:
        invitations.accept(code, typed(), address="10.0.0.8")
    assert refusal.value.sentences == ("输错次数过多，请在 09:10 以后再试，或联系经办机构",)
    assert [change["why"] for change in events("invitation_failed")] == [*["wrong"] * 5, "locks", "locked"]
    assert invitations.accept(code, typed(), address="10.0.0.9").username == "anlan-wang"  # another machine
    at(2026, 3, 2, 9, 11)
    _, fresh = invited()
    assert invitations.accept(fresh, typed(username="later"), address="10.0.0.8").username == "later"


@pytest.mark.parametrize(
    ("role", "code"), [(Role.REVIEWER, "安医保"), (Role.CLERK, "清医保"), (Role.PROVIDER_ADMIN, "安医保")]
)
def test_only_clerk_and_manager_of_the_own_office_invite(app, role, code):
    institution = an_institution()
    hand = hand_of(role, office=an_office("某县医疗保险事业中心", code))
    with pytest.raises(NotAllowed):
        invitations.invite(institution, "王晓", hand=hand)


def test_one_account_may_work_for_several_institutions(app):
    user, second = a_provider(), an_institution()
    _, code = invited(second)
    invitations.join(code, hand=provider_hand(user), address="10.0.0.8")
    assert second.id in memberships.institutions_of(user)
    _, again = invited(second)
    with pytest.raises(Unmet):
        invitations.join(again, hand=provider_hand(user), address="10.0.0.8")


# --- The administrator of an institution ---


@pytest.mark.clause("SZ-A4-1-1", "SZ-A4-1-3")
def test_a_new_user_gets_a_password_typed_or_made_that_is_shown_once(app):
    institution = an_institution()
    hand = provider_hand(a_provider(institution))

    user, made = memberships.create_user(new_user(institution), hand=hand)
    other, chosen = memberships.create_user(
        new_user(institution, username="second", password=GOOD), hand=hand
    )

    assert (len(made), chosen) == (12, GOOD)
    assert (user.must_change_password, other.must_change_password) == (True, True)
    assert all(word not in str(event.change) for event in Event.select() for word in (made, GOOD))
    assert Membership.get(Membership.user == user).institution_id == institution.id


@pytest.mark.clause("SZ-A4-1-2")
def test_an_administrator_makes_users_of_the_own_institution_only(app):
    hand = provider_hand(a_provider())
    with pytest.raises(NotAllowed):
        memberships.create_user(new_user(an_institution()), hand=hand)


def test_who_is_no_administrator_makes_nobody(app):
    institution = an_institution()
    hand = provider_hand(a_provider(institution, Role.PROVIDER))
    with pytest.raises(NotAllowed):
        memberships.create_user(new_user(institution), hand=hand)


@pytest.mark.parametrize("roles", [[], [Role.CLERK], [Role.PROVIDER, Role.MANAGER]])
def test_no_role_but_those_of_an_institution_can_be_given(app, roles):
    institution = an_institution()
    admin = provider_hand(a_provider(institution))
    user = a_provider(institution, Role.PROVIDER, name="乙")
    with pytest.raises(Misfit):
        memberships.create_user(new_user(institution, roles=roles), hand=admin)
    with pytest.raises(Misfit):
        memberships.set_roles(user, roles, hand=admin, version=1)
    assert roles_of(user) == ["provider"]


ACTS = {
    "reset": lambda user, hand: memberships.reset_password(user, hand=hand, version=user.version),
    "unlock": lambda user, hand: memberships.unlock(user, hand=hand, version=user.version),
    "close": lambda user, hand: memberships.close_account(user, hand=hand, version=user.version),
    "roles": lambda user, hand: memberships.set_roles(user, [Role.PROVIDER], hand=hand, version=user.version),
}


@pytest.mark.clause("SZ-A4-3-1")
@pytest.mark.parametrize("act", ACTS)
def test_an_administrator_keeps_accounts_of_the_own_institution_alone(app, act):
    institution = an_institution()
    admin = provider_hand(a_provider(institution))
    own, foreign = a_provider(institution, Role.PROVIDER, name="乙"), a_provider(name="丙")
    shared = a_provider(institution, Role.PROVIDER, name="丁")
    Membership.create(user=shared, institution=foreign.memberships.get().institution)
    ACTS[act](own, admin)
    for user in (foreign, shared):  # who also works elsewhere would hand over the other institution as well
        with pytest.raises(NotAllowed):
            ACTS[act](user, admin)


@pytest.mark.parametrize("act", ACTS)
def test_a_plain_user_keeps_nobody(app, act):
    institution = an_institution()
    plain = provider_hand(a_provider(institution, Role.PROVIDER, name="乙"))
    with pytest.raises(NotAllowed):
        ACTS[act](a_provider(institution), plain)


@pytest.mark.clause("SZ-A4-2-1")
def test_roles_are_ticked_and_the_own_administration_stays(app):
    institution = an_institution()
    admin = a_provider(institution)
    user = a_provider(institution, Role.PROVIDER, name="乙")
    hand = provider_hand(admin)
    memberships.set_roles(user, [Role.PROVIDER, Role.PROVIDER_ADMIN], hand=hand, version=1)
    assert roles_of(user) == ["provider", "provider_admin"]
    with pytest.raises(Misfit):
        memberships.set_roles(admin, [Role.PROVIDER], hand=hand, version=1)


def test_a_stale_page_changes_nothing(app):
    institution = an_institution()
    user = a_provider(institution, Role.PROVIDER, name="乙")
    with pytest.raises(Conflict):
        memberships.close_account(user, hand=provider_hand(a_provider(institution)), version=9)
    assert User.get_by_id(user.id).is_active


@pytest.mark.clause("SZ-A4-4-3")
def test_an_administrator_ends_a_lock_before_its_time(app):
    institution = an_institution()
    user = a_provider(institution, Role.PROVIDER, name="乙")
    User.update(locked_until=moment.now() + memberships.passwords.LOCK).where(User.id == user.id).execute()
    assert (
        memberships.unlock(user, hand=provider_hand(a_provider(institution)), version=1).locked_until is None
    )


@pytest.mark.clause("SZ-A4-5-1")
def test_an_administrator_closes_an_account_but_not_the_own(app):
    institution = an_institution()
    admin, user = a_provider(institution), a_provider(institution, Role.PROVIDER, name="乙")
    closed = memberships.close_account(user, hand=provider_hand(admin), version=1)
    assert (closed.is_active, closed.session_key == "k") == (False, False)
    with pytest.raises(Unmet):
        memberships.close_account(admin, hand=provider_hand(admin), version=1)
    assert memberships.reopen_account(closed, hand=provider_hand(admin), version=2).is_active


def test_the_office_closes_accounts_of_its_institutions_alone(app):
    user, elsewhere = a_provider(), an_office("清源县医疗保险事业中心", "清医保")
    with pytest.raises(NotAllowed):
        memberships.close_account(user, hand=hand_of(Role.CLERK, office=elsewhere), version=1)
    assert not memberships.close_account(user, hand=hand_of(Role.CLERK), version=1).is_active


def test_with_the_last_membership_the_account_ends(app):
    first, second = an_institution(), an_institution()
    user = a_provider(first)
    Membership.create(user=user, institution=second)
    memberships.end_membership(user, first, hand=hand_of(Role.MANAGER))
    assert (memberships.institutions_of(user), User.get_by_id(user.id).is_active) == ({second.id}, True)
    memberships.end_membership(user, second, hand=hand_of(Role.MANAGER))
    assert (memberships.institutions_of(user), User.get_by_id(user.id).is_active) == (frozenset(), False)
    with pytest.raises(Conflict):
        memberships.end_membership(user, second, hand=hand_of(Role.MANAGER))


# --- Nobody of a provider among the staff ---


def test_no_list_of_the_staff_offers_an_account_of_a_provider(app):
    case = an_application()
    user = a_provider(case.institution, name="陌生人")
    for role in Role:  # even if a row of roles said otherwise
        UserRole.get_or_create(user=user, role=role)
    office = case.office_id
    assert user not in case_queries.colleagues(case)
    assert user.id not in [row[0] for row in worklist_queries.colleagues([office], moment.today())]
    assert user.id not in [row.id for row in review_queries.reviewers(case)]
    assert user_queries.user_of(user.id, [office]) is None
    assert user.id not in [row.id for row in user_queries.users([office], user_queries.Filters())[0]]
    known = User.select().where(User.office == office, memberships.is_staff()).count()
    assert office_queries.offices([office])[0].users == known


def test_no_case_is_handed_over_to_an_account_of_a_provider(app):
    case = an_application()
    user = a_provider(case.institution)
    with pytest.raises(NotAllowed):
        cases.hand_over([case.id], user, hand=hand_of(Role.MANAGER), reason="请假")
