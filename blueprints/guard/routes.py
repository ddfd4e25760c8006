"""Routes of the guard, a module for each subject."""

from blueprints.guard import alert_routes, dispute_routes, follow_routes, handling_routes, rights_routes
from blueprints.guard.blueprint import bp

__all__ = ("alert_routes", "bp", "dispute_routes", "follow_routes", "handling_routes", "rights_routes")
