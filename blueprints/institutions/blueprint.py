"""The one blueprint of the register, and who may do what in it; each subject has its own module of routes."""

from flask import Blueprint

from blueprints.web import hand
from models import Institution, Matter, Role
from rules.book import Book

bp = Blueprint("institutions", __name__, url_prefix="/institutions")

EDITORS = (Role.CLERK, Role.AGREEMENT, Role.MANAGER)
REVEALERS = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)


def book_of(institution: Institution) -> Book:
    """Return the book that says what the register asks for of `institution`."""
    return hand().book_for(institution.office, Matter.APPLICATION)
