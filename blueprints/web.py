"""What every feature's routes stand on: who may, what is found, page or partial, whose hand."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, current_app, g, render_template, request
from flask_login import UserMixin, current_user

from blueprints import words
from lifecycle import moment, workdays
from lifecycle.hand import Hand
from lifecycle.memberships import institutions_of
from models import Case, Institution, Office, Role, User, UserRole
from rules.periods import Lamp, lamp

T = TypeVar("T")

# Everybody who works with cases; the administrator and the auditor do not.
STAFF = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER, Role.LEADER, Role.CITY)
EVERYBODY = (*STAFF, Role.ADMIN, Role.AUDITOR)
# The accounts of institutions: their own pages and the own account, nothing else.
PROVIDERS = (Role.PROVIDER, Role.PROVIDER_ADMIN)


class Account(UserMixin):
    """The logged-in user as flask-login sees it: row, roles, office. The id holds the session key,
    so that a changed password ends the other sessions."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.roles = frozenset(
            row[0] for row in UserRole.select(UserRole.role).where(UserRole.user == user).tuples()
        )
        self.name = user.name
        self.office = user.office

    def get_id(self) -> str:
        return f"{self.user.id}:{self.user.session_key}"

    @property
    def role_labels(self) -> list[str]:
        return [label for role, label in words.ROLES.items() if role in self.roles]

    def has(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    @property
    def is_provider(self) -> bool:
        return self.has(*PROVIDERS)


def load_account(account_id: str) -> Account | None:
    """Return the account of a session, or None if it was closed or its password changed since."""
    user_id, _, key = account_id.partition(":")
    user = User.select(User, Office).join(Office).where(User.id == user_id, User.is_active).first()
    return Account(user) if user and user.session_key == key else None


def requires(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only users with one of `roles` into a view; the only place that names roles for a page."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            if not current_user.has(*roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.required_roles = frozenset(roles)
        return guarded

    return decorate


def only_where_served(matter: str) -> Callable[[], None]:
    """Return what a blueprint asks before each request: 404 where the region has no rules of `matter`."""

    def refuse() -> None:
        regions = current_app.extensions["rules"].regions
        if current_user.is_authenticated and matter not in regions[current_user.office.region].books:
            abort(404)

    return refuse


def found(row: T | None) -> T:
    """Return `row`, or answer 404."""
    return row if row is not None else abort(404)


def case_or_404(case_id: int) -> Case:
    """Return the case if it lies in the user's scope; a foreign or unknown id answers 404."""
    case = (
        Case.select(Case, Institution, Office)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .where(Case.id == case_id, Case.office.in_(scope()))
        .first()
    )
    g.matter = found(case).matter  # for the menu
    return case


def institution_or_404(institution_id: int) -> Institution:
    """Return the institution if it lies in the user's scope; a foreign or unknown id answers 404."""
    row = (
        Institution.select(Institution, Office)
        .join(Office)
        .where(Institution.id == institution_id, Institution.office.in_(scope()))
        .first()
    )
    return found(row)


def scope() -> list[int]:
    """Return the ids of the offices whose rows the user may see: the own one, and those below a city.

    No office at all for an account of a provider: it sees what is of its institutions, in blueprints/portal.
    """
    if current_user.is_provider:
        return []
    if "scope" not in g:
        office = current_user.office
        below = Office.select(Office.id).where(Office.parent == office).tuples()
        g.scope = [office.id, *(row[0] for row in below)]
    return g.scope


def hand() -> Hand:
    """Return the user's hand of today: actor, roles, day, calendar, books, regions, own institutions."""
    if "hand" not in g:
        rules = current_app.extensions["rules"]
        g.hand = Hand(
            actor=current_user.user,
            roles=current_user.roles,
            today=moment.today(),
            calendar=workdays.current(),
            books=rules.books,
            regions=rules.regions,
            institutions=institutions_of(current_user.user) if current_user.is_provider else frozenset(),
        )
    return g.hand


def wants_partial() -> bool:
    """True for an htmx swap; False for a page load, a boosted link or a history restore."""
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def render(page: str, partial: str, **context: Any) -> str:
    """Return the partial to an htmx swap, the whole page otherwise."""
    return render_template(partial if wants_partial() else page, **context)


def lamp_of(row: Any) -> Lamp:
    """Return the lamp of a clock, given a row with due_on, yellow_on, kind and clock_state or state."""
    state = getattr(row, "clock_state", None) or row.state
    paused_on = getattr(row, "paused_on", None)
    return lamp(hand().today, row.due_on, row.yellow_on, state, hand().calendar, paused_on, row.kind)
