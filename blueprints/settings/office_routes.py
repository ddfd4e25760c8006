"""Offices: list, page, a county below the city, the leading group."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.register_fields import refusal_of
from blueprints.settings import forms, office_operations, office_queries
from blueprints.settings.blueprint import bp
from blueprints.web import found, hand, requires, scope, wants_partial
from lifecycle.errors import Conflict, DomainError, Misfit
from models import Level, Matter, Office, Role
from rules.rows import Provision


@bp.get("/offices")
@requires(Role.ADMIN, Role.MANAGER)
def office_list() -> str:
    return render_template(
        "settings/office_list.html",
        rows=office_queries.offices(scope()),
        levels=words.LEVELS,
        regions=_regions(),
        may_add=current_user.has(Role.ADMIN) and current_user.office.level == Level.CITY,
    )


@bp.get("/offices/new")
@requires(Role.ADMIN)
def office_new() -> str:
    office_operations.check_may_add(hand())
    city = current_user.office
    return _page(None, _form(None, {"region": city.region, "closing_time": city.closing_time}))


@bp.post("/offices/new")
@requires(Role.ADMIN)
def office_add() -> Any:
    form = _form(None)
    if not form.validate_on_submit():
        return _page(None, form, error=refusal_of(form, "未保存")), 422
    try:
        office = office_operations.add_office(_values(form), hand=hand())
    except DomainError as error:
        return _page(None, form, error=_placed(form, error)), error.status
    flash(f"已增加{office.name}。请接着登记领导小组，并为该单位新增系统管理员")
    return redirect(url_for(".office_page", office_id=office.id))


@bp.get("/offices/<int:office_id>")
@requires(Role.ADMIN, Role.MANAGER)
def office_page(office_id: int) -> str:
    return _page(_office(office_id))


@bp.post("/offices/<int:office_id>")
@requires(Role.ADMIN)
def office_save(office_id: int) -> Any:
    office = _office(office_id)
    form, was_set_up = _form(office), office.is_set_up
    if not form.validate_on_submit():
        return _page(office, form, error=refusal_of(form, "未保存")), 422
    try:
        office_operations.save_office(office, _values(form), hand=hand(), version=_number(form.version.data))
    except DomainError as error:
        if isinstance(error, Conflict):
            form.version.data = office.version  # what stands now has been told: the next save is meant
        return _page(office, form, error=_placed(form, error)), error.status
    flash("已保存单位信息" + ("" if was_set_up else "。请接着登记领导小组，并新增用户"))
    return redirect(url_for(".office_page", office_id=office_id))


@bp.post("/offices/<int:office_id>/leading-group")
@requires(Role.ADMIN, Role.MANAGER)
def leading_group(office_id: int) -> Any:
    office, form = _office(office_id), forms.LeadingGroupForm()
    if "add" in request.form or "remove" in request.form:
        return _group_answer(office, _other_rows(form))
    if not form.validate_on_submit():
        return _group_answer(office, form), 422
    try:
        office_operations.save_group(office, form.rows(), hand=hand(), version=_number(form.version.data))
    except DomainError as error:
        if isinstance(error, Conflict):
            form.version.data = office.version
        return _page(office, group=form, error=error), error.status
    flash("已保存领导小组")
    return redirect(url_for(".office_page", office_id=office_id, _anchor="leading-group"))


def _other_rows(form: forms.LeadingGroupForm) -> forms.LeadingGroupForm:
    """Return `form` with an empty row more, or without the row that was removed; nothing is saved yet."""
    rows = [entry for entry in form.members.entries if entry.name != request.form.get("remove")]
    form.members.entries = rows
    if "add" in request.form and len(rows) < form.members.max_entries:
        form.members.append_entry()
    return form


def _group_answer(office: Office, form: forms.LeadingGroupForm) -> str:
    if wants_partial():
        context = {"office": office, "group": form, "group_rule": _group_rule(office), "may_edit_group": True}
        return render_template("settings/_leading_group.html", **context)
    return _page(office, group=form)


def _office(office_id: int) -> Office:
    return found(office_queries.office_of(office_id, scope()))


def _regions() -> dict[str, str]:
    return {key: region.name for key, region in current_app.extensions["rules"].regions.items()}


def _form(office: Office | None, data: dict[str, Any] | None = None) -> forms.OfficeForm:
    """Return the form of `office`, with its place where that can be chosen; data: in place of a post."""
    form = forms.OfficeForm(formdata=None, data=data) if data is not None else forms.OfficeForm()
    form.region.choices = list(_regions().items())
    if office and office_operations.may_move(office, hand()):
        form.level.choices = [(Level.COUNTY, "县（市、区）级"), (Level.CITY, "市级")]
        form.parent.choices = [(0, "无"), *office_queries.cities(office)]
    else:
        del form.level, form.parent
    return form


def _data(office: Office) -> dict[str, Any]:
    names = (*office_operations.COLUMNS, "level", "version")
    values = {name: getattr(office, name) for name in names} | {"parent": office.parent_id or 0}
    return values if office.is_set_up else values | {"name": "", "code": ""}


def _values(form: forms.OfficeForm) -> dict[str, Any]:
    hour, _, minute = form.closing_time.data.replace("：", ":").partition(":")
    return {**form.data, "closing_time": f"{int(hour):02}:{minute}"}


def _group_form(office: Office) -> forms.LeadingGroupForm:
    rows = [
        {"name": row.name, "post": row.post, "is_chair": row.is_chair, "left_on": row.left_on}
        for row in office_queries.members(office)
    ]
    return forms.LeadingGroupForm(formdata=None, data={"members": rows or [{}], "version": office.version})


def _placed(form: forms.OfficeForm, error: DomainError) -> DomainError:
    if not isinstance(error, Misfit):
        return error
    form[error.field].errors = [*form[error.field].errors, *error.sentences]
    return refusal_of(form, "未保存")


def _page(
    office: Office | None,
    form: forms.OfficeForm | None = None,
    group: forms.LeadingGroupForm | None = None,
    error: DomainError | None = None,
) -> str:
    is_admin = current_user.has(Role.ADMIN)
    if office:
        form = form or _form(office, _data(office))
        group = group or _group_form(office)
    return render_template(
        "settings/office_page.html",
        office=office,
        form=form,
        group=group,
        error=error,
        levels=words.LEVELS,
        regions=_regions(),
        group_rule=_group_rule(office) if office else None,
        has_group=bool(office and hand().region_of(office).options["leading_group"]),
        is_admin=is_admin,
        may_edit_group=office and (is_admin or office.id == current_user.office.id),
    )


def _group_rule(office: Office) -> Provision | None:
    """Return what the office's book calls its leading group, and where, or None."""
    return next(iter(hand().book_for(office, Matter.APPLICATION).provisions_of("leading_group")), None)


def _number(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() else None
