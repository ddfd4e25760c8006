"""The radar and the import of last settlement days, registered together."""

from blueprints.settlements import import_routes, radar_routes
from blueprints.settlements.blueprint import bp

__all__ = ["bp", "import_routes", "radar_routes"]
