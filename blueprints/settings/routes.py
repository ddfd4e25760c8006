"""Routes of the settings, a module for each subject: users, offices, categories, calendar, trail."""

from blueprints.settings import calendar_routes, category_routes, office_routes, trail_routes, user_routes
from blueprints.settings.blueprint import bp

__all__ = ("bp", "calendar_routes", "category_routes", "office_routes", "trail_routes", "user_routes")
