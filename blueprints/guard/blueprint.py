"""The one blueprint of the guard, and who may do what in it; each subject has its own module of routes."""

from flask import Blueprint

from models import Role

bp = Blueprint("guard", __name__)

EDITORS = (Role.CLERK, Role.AGREEMENT, Role.MANAGER)
DECIDERS = (Role.AGREEMENT, Role.MANAGER)
