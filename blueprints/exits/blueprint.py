"""The one blueprint of suspension, termination and exit requests; each has its own module of routes."""

from flask import Blueprint

from blueprints import words
from blueprints.web import case_or_404, found, hand
from lifecycle import steps
from models import Case, Matter, Role

bp = Blueprint("exits", __name__, url_prefix="/exits")

ASKERS = (Role.CLERK, Role.AGREEMENT)


def agreement_or_404(case_id: int) -> Case:
    """Return the case of an agreement in the user's scope; any other id answers 404."""
    case = case_or_404(case_id)
    return found(case if case.matter == Matter.AGREEMENT else None)


def offer_of(case: Case, screen: str) -> steps.Offer | None:
    """Return the step of this page that the agreement offers, possible or not, or None."""
    offered = steps.offers(case, hand(), words.ROLES)
    return next((offer for offer in reversed(offered) if offer.step.screen == screen), None)
