"""Where the next thing of a case is done: one click from a row to the exact place of work."""

from collections.abc import Collection
from typing import Any

from flask import current_app, url_for
from flask_login import current_user

from blueprints.caseload import task_of
from blueprints.screens import SEVERAL, place_of
from blueprints.web import hand
from models import Matter, Role


def place_url(row: Any) -> str:
    """Return the page where the next thing of a row is done; its case page if it is not the user's to do."""
    book = hand().books[row.book]
    place = task_of(row, book).place
    if place == "serve" and lets_in("papers.serve_page"):
        return url_for("papers.serve_page", document_id=row.document_id)
    is_mine = place in book.states and _is_asked(book.states[place].roles, row)
    endpoint, values = (place_of(book, place) if place in book.states else None) or ("", {})
    if not (is_mine and endpoint and lets_in(endpoint)):
        endpoint, values = _own_page(row), {}
    return url_for(endpoint, **{"cases" if endpoint in SEVERAL else "case_id": row.id}, **values)


def _is_asked(roles: Collection[str], row: Any) -> bool:
    """Return whether it is up to the user: the city's reviewers at offices below, all others at their own."""
    is_own = row.office_id == current_user.office.id
    return any(current_user.has(role) and is_own != (role == Role.CITY) for role in roles)


def _own_page(row: Any) -> str:
    return "agreements.agreement_page" if row.matter == Matter.AGREEMENT else "cases.case_page"


def lets_in(endpoint: str) -> bool:
    """Return whether the page at `endpoint` is there and lets this person in."""
    view = current_app.view_functions.get(endpoint)
    return view is not None and current_user.has(*getattr(view, "required_roles", ()))
