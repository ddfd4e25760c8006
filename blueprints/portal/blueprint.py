"""The one blueprint of the institutions' own pages and of the office's side of them."""

from flask import Blueprint

bp = Blueprint("portal", __name__)
