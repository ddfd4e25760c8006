"""The one blueprint of changes, what every page of it may ask, and who may report."""

from typing import Any

from flask import Blueprint
from flask_login import current_user

from blueprints import change_facts
from blueprints.web import case_or_404, found, hand
from models import Case, Institution, Matter, Role
from rules.book import Book

bp = Blueprint("changes", __name__, url_prefix="/changes")

REPORTERS = (Role.CLERK, Role.AGREEMENT, Role.REVIEWER)
KEEPERS = (Role.CLERK, Role.AGREEMENT)


def agreement_or_404(case_id: int) -> tuple[Case, Book]:
    """Return the case of an agreement in the user's scope and the book its changes go by; else answer 404."""
    case = case_or_404(case_id)
    agreement = found(case if case.matter == Matter.AGREEMENT else None)
    return agreement, found(change_facts.book_of(agreement.office, hand()))


def change_or_404(case_id: int) -> tuple[Case, change_facts.Change]:
    """Return the case of a change in the user's scope, and what it says; any other id answers 404."""
    case = case_or_404(case_id)
    return case, found(change_facts.change_of(case, hand()) if case.matter == Matter.CHANGE else None)


@bp.app_template_global()
def change_of(case: Case) -> change_facts.Change | None:
    """Return what a case of this matter asks to change, for its page."""
    return change_facts.change_of(case, hand()) if case.matter == Matter.CHANGE else None


@bp.app_template_global()
def changes_under(agreement: Case) -> list[change_facts.Line]:
    return change_facts.of_agreement(agreement, hand())


@bp.app_template_global()
def changes_by(institution: Institution) -> list[change_facts.Line]:
    return change_facts.of_institution(institution, hand())


@bp.app_template_global()
def may_report(office: Any) -> bool:
    """Return whether this person may report a change to `office`: the own, if its region knows changes."""
    is_own = office.id == current_user.office.id
    return is_own and current_user.has(*REPORTERS) and change_facts.book_of(office, hand()) is not None


bp.add_app_template_global(change_facts.evaluation_of, "evaluation_of")
