"""The one blueprint of the intake; the list and the form have each their module of routes."""

from flask import Blueprint

bp = Blueprint("intake", __name__, url_prefix="/applications")
