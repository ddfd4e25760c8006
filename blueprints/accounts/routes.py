"""Log-in, log-out, password, and the two switches of the frame."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.accounts import operations, queries, session
from blueprints.accounts.forms import LogInForm, PasswordForm
from blueprints.web import EVERYBODY, PROVIDERS, STAFF, requires
from lifecycle import passwords
from lifecycle.errors import Unmet
from models import Role

bp = Blueprint("accounts", __name__)
bp.before_app_request(session.check)


@bp.get("/")
@requires(*EVERYBODY, *PROVIDERS)
def home() -> Any:
    return redirect(_landing())


def _landing() -> str:
    """Return where the day begins: setting up the office, own cases, the work, the settings or the trail."""
    if _must_set_up():
        return url_for("settings.office_page", office_id=current_user.office.id)
    if current_user.is_provider:
        return url_for("portal.home")
    if current_user.has(*STAFF):
        return url_for("worklist.worklist_page")
    return url_for("settings.office_list" if current_user.has(Role.ADMIN) else "settings.trail_page")


@bp.route("/log-in", methods=["GET", "POST"])
def log_in_page() -> Any:
    form = LogInForm()
    if form.is_submitted():
        return _log_in(form)
    return redirect(url_for(".home")) if current_user.is_authenticated else _log_in_form(form)


def _log_in(form: LogInForm) -> Any:
    if not form.validate():
        return _log_in_form(form), 422
    try:
        user = operations.log_in(form.username.data, form.password.data, address=request.remote_addr or "")
    except Unmet as refusal:
        return _log_in_form(form, refusal), refusal.status
    session.begin(user)
    return redirect(_asked_page() or url_for(".home"))


def _asked_page() -> str | None:
    """Return the page that was asked for before the log-in, unless something has to be done first."""
    return None if _must_set_up() else session.own_page(request.form.get("next"))


def _must_set_up() -> bool:
    return current_user.has(Role.ADMIN) and not current_user.office.is_set_up


def _log_in_form(form: LogInForm, error: Unmet | None = None) -> str:
    asked = session.own_page(request.values.get("next"))
    limits = {"failures": passwords.MOST_FAILURES, "minutes": passwords.LOCK.seconds // 60}
    office = queries.host_office()
    return render_template(
        "accounts/log_in_page.html", form=form, error=error, next=asked, office=office, **limits
    )


@bp.post("/log-out")
@requires(*EVERYBODY, *PROVIDERS)
def log_out() -> Any:
    operations.log_out(current_user.user)
    session.end()
    return redirect(url_for(".log_in_page"))


@bp.route("/password", methods=["GET", "POST"])
@requires(*EVERYBODY, *PROVIDERS)
def password_page() -> Any:
    form = PasswordForm()
    if not form.is_submitted():
        return _password_form(form)
    if not form.validate():
        return _password_form(form), 422
    try:
        user = operations.change_password(current_user.user, form.old.data, form.new.data)
    except Unmet as refusal:
        return _password_form(form, refusal), refusal.status
    session.begin(user)
    flash("密码已修改。用原密码登录的其他电脑已退出。")
    return redirect(url_for(".home"))


def _password_form(form: PasswordForm, error: Unmet | None = None) -> str:
    is_administrator = current_user.has(Role.ADMIN)
    shortest = passwords.SHORTEST_OF_ADMINISTRATOR if is_administrator else passwords.SHORTEST
    is_forced = current_user.user.must_change_password
    return render_template(
        "accounts/password_page.html", form=form, error=error, is_forced=is_forced, shortest=shortest
    )


@bp.post("/menu")
@requires(*EVERYBODY, *PROVIDERS)
def toggle_nav() -> Any:
    operations.set_narrow(current_user.user, is_narrow=not current_user.user.is_nav_narrow)
    return redirect(session.own_page(request.form.get("next")) or url_for(".home"))


@bp.post("/size")
@requires(*EVERYBODY, *PROVIDERS)
def toggle_size() -> Any:
    operations.set_large(current_user.user, is_large=not current_user.user.is_large)
    return redirect(session.own_page(request.form.get("next")) or url_for(".home"))
