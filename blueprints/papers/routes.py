"""Routes of the papers, a module for each subject: register, service, printing."""

from blueprints.papers import print_routes, register_routes, service_routes
from blueprints.papers.blueprint import bp

__all__ = ("bp", "print_routes", "register_routes", "service_routes")
