"""The one blueprint of the settings; each subject has its own module of routes."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/settings")
