"""The blueprint that the radar and the import share."""

from flask import Blueprint

from models import Role

bp = Blueprint("settlements", __name__, url_prefix="/settlements")

KEEPERS = (Role.AGREEMENT, Role.MANAGER)
