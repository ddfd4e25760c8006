"""Routes of worklist."""

from flask import Blueprint

bp = Blueprint("worklist", __name__, url_prefix="/worklist")
