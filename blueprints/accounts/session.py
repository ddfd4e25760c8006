"""The session: whose it is, that it ends when nobody is there, and where it may lead."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from htmx_flask import make_response

from blueprints.accounts import operations
from blueprints.web import Account
from lifecycle import moment
from models import User

IDLE = timedelta(minutes=30)
REFRESH = timedelta(minutes=1)  # the cookie is not written anew on every click
POLLING = "job-"  # the element that asks by itself while an export runs

OPEN_WHILE_FIRST_PASSWORD = ("accounts.password_page", "accounts.log_out", "healthz")


def begin(user: User) -> None:
    """Make this the session of `user`, with nothing left of the one before."""
    session.clear()
    login_user(Account(user))
    session["seen"] = moment.now().isoformat()


def end() -> None:
    logout_user()
    session.clear()


def check() -> Any:
    """Before every request: end an idle session, and lead whoever has a one-time password to change it."""
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") or not current_user.is_authenticated:
        return None
    if _is_idle():
        operations.log_out(current_user.user, is_idle=True)
        end()
        return current_app.login_manager.unauthorized()
    if current_user.user.must_change_password and endpoint not in OPEN_WHILE_FIRST_PASSWORD:
        url = url_for("accounts.password_page")
        return make_response("", 403, redirect=url) if request.htmx else redirect(url)
    return None


def _is_idle() -> bool:
    """Return whether nobody was there for too long; otherwise note that somebody is."""
    now = moment.now()
    seen = datetime.fromisoformat(session.get("seen") or now.isoformat())
    if now - seen > IDLE:
        return True
    is_polling = (request.headers.get("HX-Trigger") or "").startswith(POLLING)
    if not is_polling and (now - seen >= REFRESH or "seen" not in session):
        session["seen"] = now.isoformat()
    return False


def own_page(url: str | None) -> str | None:
    """Return `url` if it is a path of this site, else None; a browser must not read it as another host."""
    is_path = bool(url) and url.startswith("/") and not url.startswith("//")
    return url if is_path and url.isprintable() and "\\" not in url else None
