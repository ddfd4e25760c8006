"""Routes of changes, a module for each subject: the list, reporting, and the steps of a change."""

from blueprints.changes import case_routes, list_routes, report_routes
from blueprints.changes.blueprint import bp

__all__ = ("bp", "case_routes", "list_routes", "report_routes")
