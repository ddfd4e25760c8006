"""Categories of service that institutions may pause (暂停服务类别), kept by the office itself."""

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_login import current_user

from blueprints.register_fields import refusal_of, whole
from blueprints.settings import category_forms, category_queries
from blueprints.settings.blueprint import bp
from blueprints.web import found, hand, requires
from lifecycle import pauses
from lifecycle.errors import Conflict, DomainError, Misfit
from models import Role, ServiceCategory

KEEPERS = (Role.ADMIN, Role.MANAGER)


@bp.app_template_global()
def keeps_categories() -> bool:
    """Return whether the user's office keeps a list of categories: its law lets single ones be paused."""
    rules = current_app.extensions["rules"]
    return pauses.are_kept(rules.regions[current_user.office.region], rules.books)


@bp.get("/categories")
@requires(*KEEPERS)
def category_list() -> Any:
    return _page()


def _page(
    form: category_forms.CategoryForm | None = None,
    error: DomainError | None = None,
    edited: ServiceCategory | None = None,
) -> str:
    """Return the page; edited: the category whose new name was refused, with the form that was typed."""
    found(keeps_categories() or None)
    return render_template(
        "settings/category_list.html",
        rows=pauses.categories(current_user.office),
        form=form if form and not edited else category_forms.CategoryForm(formdata=None),
        edited=edited,
        typed=form if edited else None,
        error=error,
    )


@bp.post("/categories")
@requires(*KEEPERS)
def category_add() -> Any:
    form = category_forms.CategoryForm()
    found(keeps_categories() or None)
    if not form.validate_on_submit():
        return _page(form, refusal_of(form, "未增加")), 422
    try:
        row = pauses.add_category(form.label.data, hand=hand())
    except Misfit as error:
        form.label.errors = [*form.label.errors, *error.sentences]
        return _page(form, error), error.status
    flash(f"已增加“{row.label}”，机构申请时可以选择。")
    return redirect(url_for(".category_list"))


@bp.post("/categories/<int:category_id>")
@requires(*KEEPERS)
def category_rename(category_id: int) -> Any:
    row, form = _own(category_id), category_forms.CategoryForm()
    if not form.validate_on_submit():
        return _page(form, refusal_of(form, "未保存"), row), 422
    try:
        pauses.rename_category(row, form.label.data, hand=hand(), version=whole(form.version.data) or 0)
    except DomainError as error:
        if isinstance(error, Conflict):
            form.version.raw_data, form.version.data = None, _own(category_id).version
        return _page(form, error, _own(category_id)), error.status
    flash("已保存类别名称；以前的申请和暂停记录不变。")
    return redirect(url_for(".category_list"))


@bp.post("/categories/<int:category_id>/switch")
@requires(*KEEPERS)
def category_switch(category_id: int) -> Any:
    row, form = _own(category_id), category_forms.SwitchForm()
    form.validate_on_submit()
    is_active = bool(form.is_active.data)
    try:
        pauses.switch_category(row, is_active=is_active, hand=hand(), version=whole(form.version.data) or 0)
    except DomainError as error:
        return _page(error=error), error.status
    flash(f"已启用“{row.label}”。" if is_active else f"已停用“{row.label}”，新的申请不能再选。")
    return redirect(url_for(".category_list"))


def _own(category_id: int) -> ServiceCategory:
    return found(category_queries.category_of(category_id, current_user.office))
