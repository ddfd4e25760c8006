"""Accounts of institutions, made as the product makes them, with a cheap password."""

from datetime import date

from flask import current_app

from lifecycle import moment, workdays
from lifecycle.hand import Hand
from lifecycle.memberships import institutions_of
from models import Institution, Membership, Role, User, UserRole
from tests.builders import HASH, PASSWORD, an_institution
from tests.page import Browser

BOTH = (Role.PROVIDER, Role.PROVIDER_ADMIN)


def a_provider(institution: Institution | None = None, *roles: str, name: str = "许大夫") -> User:
    """An account of `institution`; its administrator who also files, unless told otherwise."""
    institution = institution or an_institution()
    user = User.create(
        username=f"p{institution.id}-{name}",
        name=name,
        office=institution.office_id,
        phone="13900000000",
        password_hash=HASH,
        must_change_password=False,
        session_key="k",
    )
    for role in roles or BOTH:
        UserRole.create(user=user, role=role)
    Membership.create(user=user, institution=institution)
    return user


def provider_hand(user: User, today: date | None = None) -> Hand:
    """The hand of a provider's account on `today`."""
    rules = current_app.extensions["rules"]
    roles = frozenset(row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user).tuples())
    own = institutions_of(user)
    day = today or moment.today()
    return Hand(user, roles, day, workdays.current(), rules.books, rules.regions, own)


def log_in_as(client, user: User, password: str = PASSWORD) -> Browser:
    """Log `user` in through the real form and return the client as a browser."""
    answer = client.post("/log-in", data={"username": user.username, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-600:]
    return Browser(client)
