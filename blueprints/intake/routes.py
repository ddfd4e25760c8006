"""Routes of the intake: the list of applications, and the form of annex 2."""

from blueprints.intake import form_routes, list_routes
from blueprints.intake.blueprint import bp

__all__ = ("bp", "form_routes", "list_routes")
