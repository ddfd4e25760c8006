"""The one blueprint of the papers; each subject has its own module of routes."""

from flask import Blueprint

from blueprints.papers import queries
from blueprints.web import found, scope
from models import Document, Role

bp = Blueprint("papers", __name__, url_prefix="/documents")

WRITERS = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)


def document_or_404(document_id: int) -> Document:
    """Return the document if it lies in the user's scope; a foreign or unknown id answers 404."""
    return found(queries.document(document_id, scope()))
