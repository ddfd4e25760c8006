"""The blueprint that the routes of long tasks and of the ledger share."""

from flask import Blueprint
from flask_login import current_user

from blueprints.imports import queries
from blueprints.web import found
from models import LongTask

bp = Blueprint("imports", __name__, url_prefix="/imports")


def task_or_404(task_id: int) -> LongTask:
    """Return the task if it is one of the user's own office; a foreign or unknown id answers 404."""
    return found(queries.task_of(current_user.office, task_id))
