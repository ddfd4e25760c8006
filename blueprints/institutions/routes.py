"""Routes of the register, a module for each subject."""

from blueprints.institutions import (
    ban_routes,
    credential_routes,
    edit_routes,
    list_routes,
    page_routes,
    roster_routes,
    staff_routes,
)
from blueprints.institutions.blueprint import bp

__all__ = (
    "ban_routes",
    "bp",
    "credential_routes",
    "edit_routes",
    "list_routes",
    "page_routes",
    "roster_routes",
    "staff_routes",
)
