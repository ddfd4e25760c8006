"""Registering with the code of an invitation; open to whoever has one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.portal import forms
from blueprints.portal.blueprint import bp
from blueprints.web import PROVIDERS, hand, requires
from lifecycle import invitations, passwords
from lifecycle.errors import DomainError, Misfit, Unmet


@bp.route("/register", methods=["GET", "POST"])
def register_page() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("accounts.home"))
    form = forms.RegisterForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    return _register(form)


def _register(form: forms.RegisterForm) -> Any:
    values = {name: form[name].data for name in ("username", "name", "phone", "password")}
    try:
        user = invitations.accept(form.code.data, values, address=request.remote_addr or "")
    except DomainError as refusal:
        return _page(form, beside(form, refusal)), refusal.status
    flash(f"已注册，用户名 {user.username}。请登录，开始办理。")
    return redirect(url_for("accounts.log_in_page"))


def beside(form: Any, refusal: DomainError) -> DomainError | None:
    """Put a refusal about one field beside it; return what stands above the form."""
    if not isinstance(refusal, Misfit):
        return refusal
    form[refusal.field].errors = [*form[refusal.field].errors, *refusal.sentences]
    return None


def _page(form: forms.RegisterForm, error: DomainError | None = None) -> str:
    return render_template("portal/register_page.html", form=form, error=error, shortest=passwords.SHORTEST)


@bp.post("/my/join")
@requires(*PROVIDERS)
def join() -> Any:
    form = forms.CodeForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    institution = invitations.join(form.code.data, hand=hand(), address=request.remote_addr or "")
    flash(f"已加入{institution.name}，现在可以为它办理。")
    return redirect(url_for("portal.home"))
