"""Routes of exits, a module for each subject: suspension, termination, requests, signing again."""

from blueprints.exits import request_routes, resign_routes, suspension_routes, termination_routes
from blueprints.exits.blueprint import bp

__all__ = ("bp", "request_routes", "resign_routes", "suspension_routes", "termination_routes")
