"""The one blueprint of negotiation, signing, agreements and renewals, and what its pages share."""

from typing import Any

from flask import Blueprint, request

from blueprints import words
from blueprints.agreements import operations, queries
from blueprints.web import hand
from lifecycle import steps
from models import Case

bp = Blueprint("agreements", __name__, url_prefix="/agreements")

MAX_DIGITS = 10


def whole(text: Any) -> int:
    """Return a number that was posted, or 0 for anything else."""
    return int(text) if str(text).isdecimal() and len(str(text)) < MAX_DIGITS else 0


def offer_of(case: Case, screen: str) -> steps.Offer | None:
    """Return the step of this screen that the case offers, possible or not, or None."""
    offered = steps.offers(case, hand(), words.ROLES)
    return next((offer for offer in offered if offer.step.screen == screen), None)


def signed_upload() -> operations.Upload | None:
    """Return the signed text that came with the form, or None."""
    file = request.files.get("signed_text")
    return operations.Upload(file.filename, file.read()) if file and file.filename else None


def usual_term(case: Case, starts_on: Any) -> dict[str, Any]:
    """Return what the partial of the usual term shows."""
    usual = queries.usual_end(starts_on, case, hand()) if starts_on else None
    return {"starts_on": starts_on, "usual": usual}


def state_label(row: Any) -> str:
    """Return the state of a row in the words of its book."""
    return hand().books[row.book].states[row.state].label
