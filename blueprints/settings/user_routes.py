"""Users: list, page, first password, lock, close. The administrator's alone."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.register_fields import refusal_of
from blueprints.settings import forms, user_operations, user_queries
from blueprints.settings.blueprint import bp
from blueprints.web import found, hand, render, requires, scope
from lifecycle import moment
from lifecycle.errors import Conflict, DomainError, Misfit
from lifecycle.hand import PROVIDERS
from models import Role, User

ROLE_CHOICES = [(role, label) for role, label in words.ROLES.items() if role not in (Role.SYSTEM, *PROVIDERS)]


@bp.get("/users")
@requires(Role.ADMIN)
def user_list() -> str:
    filters = _filters()
    rows, total = user_queries.users(scope(), filters)
    return render(
        "settings/user_list.html",
        "settings/_users.html",
        rows=rows,
        total=total,
        filters=filters,
        offices=user_queries.offices(scope()),
        states=user_queries.STATES,
        role_names=dict(ROLE_CHOICES),
        size=user_queries.PAGE,
        now=moment.now(),
    )


def _filters() -> user_queries.Filters:
    ask = request.args
    return user_queries.Filters(
        text=ask.get("q", "").replace("\x00", "").strip()[:60],
        office=ask.get("office", type=int),
        role=ask.get("role", ""),
        state=ask.get("state", ""),
        sort=ask.get("sort", "name"),
        page=max(1, min(ask.get("page", 1, type=int), 100_000)),
    )


@bp.get("/users/new")
@requires(Role.ADMIN)
def user_new() -> str:
    asked = request.args.get("office", current_user.office.id, type=int)
    return _page(None, _form(data={"office": asked}))


@bp.post("/users/new")
@requires(Role.ADMIN)
def user_create() -> Any:
    """Show the one-time password on the answer itself: neither an address nor the session may hold it."""
    form = _form()
    if not form.validate_on_submit():
        return _page(None, form, refusal_of(form, "未保存")), 422
    try:
        user, password = user_operations.create_user(form.data, hand=hand())
    except DomainError as error:
        return _page(None, form, _placed(form, error)), error.status
    return _shown(user, password)


@bp.get("/users/<int:user_id>")
@requires(Role.ADMIN)
def user_page(user_id: int) -> str:
    user = _user(user_id)
    return _page(user, _form(data=_data(user)))


@bp.post("/users/<int:user_id>")
@requires(Role.ADMIN)
def user_change(user_id: int) -> Any:
    user, form = _user(user_id), _form()
    if not form.validate_on_submit():
        return _page(user, form, refusal_of(form, "未保存")), 422
    try:
        user_operations.change_user(user, form.data, hand=hand(), version=_number(form.version.data))
    except DomainError as error:
        if isinstance(error, Conflict):
            form.version.data = user.version  # what stands now has been told: the next save is meant
        return _page(user, form, _placed(form, error)), error.status
    flash(f"已保存{form.name.data}的账号")
    return redirect(url_for(".user_page", user_id=user_id))


@bp.post("/users/<int:user_id>/reset-password")
@requires(Role.ADMIN)
def user_reset_password(user_id: int) -> Any:
    user = _user(user_id)
    try:
        user, password = user_operations.reset_password(user, hand=hand(), version=_posted_version())
    except DomainError as error:
        return _page(user, _form(data=_data(user)), error), error.status
    return _shown(user, password)


@bp.post("/users/<int:user_id>/unlock")
@requires(Role.ADMIN)
def user_unlock(user_id: int) -> Any:
    return _settle(user_id, user_operations.unlock, "已解锁，现在就能登录")


@bp.post("/users/<int:user_id>/close")
@requires(Role.ADMIN)
def user_close(user_id: int) -> Any:
    return _settle(user_id, user_operations.close_account, "账号已停用，不能再登录")


@bp.post("/users/<int:user_id>/reopen")
@requires(Role.ADMIN)
def user_reopen(user_id: int) -> Any:
    return _settle(user_id, user_operations.reopen_account, "账号已恢复，仍用原来的密码登录")


def _settle(user_id: int, change: Callable[..., User], sentence: str) -> Any:
    user = _user(user_id)
    try:
        change(user, hand=hand(), version=_posted_version())
    except DomainError as error:
        return _page(user, _form(data=_data(user)), error), error.status
    flash(sentence)
    return redirect(url_for(".user_page", user_id=user_id))


def _user(user_id: int) -> User:
    return found(user_queries.user_of(user_id, scope()))


def _data(user: User) -> dict[str, Any]:
    values = {name: getattr(user, name) for name in ("username", "name", "post", "phone", "version")}
    return values | {"office": user.office_id, "roles": user_queries.roles_of(user)}


def _form(data: dict[str, Any] | None = None) -> forms.UserForm:
    form = forms.UserForm(formdata=None, data=data) if data is not None else forms.UserForm()
    form.office.choices = user_queries.offices(scope())
    form.roles.choices = ROLE_CHOICES
    return form


def _placed(form: forms.UserForm, error: DomainError) -> DomainError:
    """Put a refusal that is about one field beside it, and return what stands above the form."""
    if not isinstance(error, Misfit):
        return error
    form[error.field].errors = [*form[error.field].errors, *error.sentences]
    return refusal_of(form, "未保存")


def _shown(user: User, password: str) -> str:
    user = _user(user.id)
    return _page(user, _form(data=_data(user)), password=password)


def _page(
    user: User | None, form: forms.UserForm, error: DomainError | None = None, password: str = ""
) -> str:
    return render_template(
        "settings/user_page.html",
        user=user,
        form=form,
        error=error,
        password=password,
        is_locked=bool(user and user.locked_until and user.locked_until > moment.now()),
        work=user_queries.open_work(user) if user else (0, 0),
        is_self=bool(user and user.id == current_user.user.id),
    )


def _posted_version() -> int | None:
    return _number(request.form.get("version"))


def _number(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() else None
