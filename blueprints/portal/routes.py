"""Routes of the institutions' pages, a module for each subject: own cases, users, the office's side."""

from blueprints.portal import (
    apply_routes,
    case_routes,
    exit_routes,
    home_routes,
    office_routes,
    register_routes,
    user_routes,
)
from blueprints.portal.blueprint import bp

__all__ = (
    "apply_routes",
    "bp",
    "case_routes",
    "exit_routes",
    "home_routes",
    "office_routes",
    "register_routes",
    "user_routes",
)
