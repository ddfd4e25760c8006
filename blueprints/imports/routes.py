"""Routes of the imports, a module for each subject: long tasks, the ledger."""

from blueprints.imports import ledger_routes, task_routes
from blueprints.imports.blueprint import bp

__all__ = ("bp", "ledger_routes", "task_routes")
