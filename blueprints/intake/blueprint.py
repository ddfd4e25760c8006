"""The one blueprint of the intake; the list and the form have each their module of routes."""

from flask import Blueprint

from blueprints.web import only_where_served
from models import Matter

bp = Blueprint("intake", __name__, url_prefix="/applications")
bp.before_request(only_where_served(Matter.APPLICATION))
