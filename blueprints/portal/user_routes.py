"""The users of an institution, kept by its own administrator (附件8-4)."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.portal import forms, user_queries
from blueprints.portal.blueprint import bp
from blueprints.portal.register_routes import beside
from blueprints.register_fields import whole
from blueprints.web import found, hand, render, requires
from lifecycle import memberships, moment
from lifecycle.errors import DomainError
from models import Role, User


@bp.get("/my/users")
@requires(Role.PROVIDER_ADMIN)
def user_list() -> str:
    text = request.args.get("q", "").replace("\x00", "").strip()[:60]
    return render(
        "portal/user_list.html",
        "portal/_users.html",
        rows=user_queries.users(hand().institutions, text),
        text=text,
        labels=memberships.LABELS,
        now=moment.now(),
        is_single=len(hand().institutions) == 1,
    )


@bp.get("/my/users/new")
@requires(Role.PROVIDER_ADMIN)
def user_new() -> str:
    return _new_page(_new_form(formdata=None, data={"roles": [Role.PROVIDER]}))


@bp.post("/my/users/new")
@requires(Role.PROVIDER_ADMIN)
def user_create() -> Any:
    """Show the password on the answer itself: neither an address nor the session may hold it."""
    form = _new_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        user, password = memberships.create_user(form.columns(), hand=hand())
    except DomainError as refusal:
        return _new_page(form, beside(form, refusal)), refusal.status
    return _shown(user, password, is_new=True)


def _new_form(**values: Any) -> forms.UserForm:
    form = forms.UserForm(**values)
    own = user_queries.institutions(hand().institutions)
    form.institution.choices = [(row.id, row.name) for row in own]
    form.roles.choices = forms.ROLE_CHOICES
    return form


def _new_page(form: forms.UserForm, error: DomainError | None = None) -> str:
    return render_template("portal/user_new.html", form=form, error=error)


@bp.get("/my/users/<int:user_id>")
@requires(Role.PROVIDER_ADMIN)
def user_page(user_id: int) -> str:
    return _page(_user(user_id))


@bp.post("/my/users/<int:user_id>/roles")
@requires(Role.PROVIDER_ADMIN)
def user_roles(user_id: int) -> Any:
    user, form = _user(user_id), _roles_form()
    if not form.validate_on_submit():
        return _page(user, roles_form=form), 422
    try:
        memberships.set_roles(user, form.roles.data, hand=hand(), version=whole(form.version.data))
    except DomainError as refusal:
        return _page(_user(user_id), beside(form, refusal), roles_form=form), refusal.status
    flash(f"已保存{user.name}的角色")
    return redirect(url_for(".user_page", user_id=user_id))


@bp.post("/my/users/<int:user_id>/reset-password")
@requires(Role.PROVIDER_ADMIN)
def user_reset_password(user_id: int) -> Any:
    user, form = _user(user_id), forms.ResetForm()
    if not form.validate_on_submit():
        return _page(user, reset_form=form), 422
    given = {"version": whole(form.version.data), "typed": form.password.data or ""}
    try:
        user, password = memberships.reset_password(user, hand=hand(), **given)
    except DomainError as refusal:
        return _page(_user(user_id), beside(form, refusal), reset_form=form), refusal.status
    return _shown(user, password)


@bp.post("/my/users/<int:user_id>/unlock")
@requires(Role.PROVIDER_ADMIN)
def user_unlock(user_id: int) -> Any:
    return _settle(user_id, memberships.unlock, "已解锁，现在就能登录")


@bp.post("/my/users/<int:user_id>/close")
@requires(Role.PROVIDER_ADMIN)
def user_close(user_id: int) -> Any:
    return _settle(user_id, memberships.close_account, "账号已停用，不能再登录")


@bp.post("/my/users/<int:user_id>/reopen")
@requires(Role.PROVIDER_ADMIN)
def user_reopen(user_id: int) -> Any:
    return _settle(user_id, memberships.reopen_account, "账号已恢复，仍用原来的密码登录")


def _settle(user_id: int, change: Callable[..., User], sentence: str) -> Any:
    user = _user(user_id)
    try:
        change(user, hand=hand(), version=whole(request.form.get("version")))
    except DomainError as error:
        return _page(_user(user_id), error), error.status
    flash(sentence)
    return redirect(url_for(".user_page", user_id=user_id))


def _user(user_id: int) -> User:
    """Return a user of the actor's institutions; anybody else answers 404."""
    return found(user_queries.user_of(user_id, hand().institutions))


def _roles_form(**values: Any) -> forms.RolesForm:
    form = forms.RolesForm(**values)
    form.roles.choices = forms.ROLE_CHOICES
    return form


def _shown(user: User, password: str, *, is_new: bool = False) -> str:
    return _page(_user(user.id), password=password, is_new=is_new)


def _page(user: User, error: DomainError | None = None, **more: Any) -> str:
    held = user_queries.roles_of(user)
    context = {
        "roles_form": _roles_form(formdata=None, data={"roles": held}),
        "reset_form": forms.ResetForm(formdata=None),
        "password": "",
        **more,
    }
    return render_template(
        "portal/user_page.html",
        user=user,
        error=error,
        institutions=user_queries.institutions_of(user, hand().institutions),
        is_locked=bool(user.locked_until and user.locked_until > moment.now()),
        is_self=user.id == current_user.user.id,
        may_manage=memberships.may_manage(user, hand()),
        **context,
    )
