"""The material list of a case: marks, files with their preview, rows of its own, what serves again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from htmx_flask import make_response

from blueprints.material_page import material_context, size_text
from blueprints.materials import forms, queries
from blueprints.web import STAFF, case_or_404, found, hand, render, requires, wants_partial
from lifecycle import extra_materials, materials, reuse
from lifecycle.content_types import ENDINGS
from lifecycle.errors import Unmet
from lifecycle.files import set_validity
from lifecycle.material_list import material_row
from models import Attachment, Case, CaseMaterial, Role
from rules.rows import Provision

bp = Blueprint("materials", __name__, url_prefix="/cases/<int:case_id>/materials")
bp.add_app_template_global(",".join(f".{end}" for ends in ENDINGS.values() for end in ends), "FILE_TYPES")
bp.add_app_template_global(size_text)


@bp.app_template_global()
def more_materials(case: Case) -> Provision | None:
    """Return what lets the office ask for more than the list holds, or None."""
    rules = hand().book_of(case).provisions_of("more_materials", case.institution.kind)
    return next(iter(rules), None)


@bp.get("")
@requires(*STAFF)
def material_list(case_id: int) -> Any:
    return _list(case_or_404(case_id))


@bp.post("/<int:material_id>")
@requires(Role.CLERK)
def mark_material(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row, form = found(queries.material(case, material_id)), forms.MaterialForm()
    if not form.validate_on_submit():
        raise Unmet([f"第 {row.no} 项没有保存：{message}" for _, _, message in form.errors_flat])
    materials.mark_material(row, hand=hand(), **form.marked())
    return _row_answer(case, row)


@bp.post("")
@requires(Role.CLERK)
def receive_rest(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.ReceiveRestForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    materials.receive_rest(case, hand=hand(), on=form.received_on.data)
    return _list_answer(case)


# --- Files ---


@bp.post("/<int:material_id>/files")
@requires(Role.CLERK)
def upload(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row = found(queries.material(case, material_id))
    materials.supply(row, forms.FilesForm().uploads(), hand=hand())
    return _row_answer(case, row)


@bp.get("/files/<int:attachment_id>")
@requires(*STAFF)
def preview(case_id: int, attachment_id: int) -> Any:
    case = case_or_404(case_id)
    return _preview(case, found(queries.file(case, attachment_id)))


@bp.post("/files/<int:attachment_id>/replace")
@requires(Role.CLERK)
def replace(case_id: int, attachment_id: int) -> Any:
    case = case_or_404(case_id)
    old = found(queries.file(case, attachment_id))
    uploads = forms.FilesForm().uploads()
    if len(uploads) != 1:
        raise Unmet(["请选择一个文件来替换"])
    materials.supply(old.material, uploads, hand=hand(), replaces=old)
    return _row_answer(case, old.material)


@bp.post("/files/<int:attachment_id>/validity")
@requires(Role.CLERK)
def validity(case_id: int, attachment_id: int) -> Any:
    case, form = case_or_404(case_id), forms.ValidityForm()
    shown = found(queries.file(case, attachment_id))
    if not form.validate_on_submit():
        return _preview(case, shown, validity_form=form), 422
    set_validity(shown, form.valid_until.data, hand=hand())
    return _preview(case, found(queries.file(case, attachment_id)))


@bp.route("/files/<int:attachment_id>/take-out", methods=["GET", "POST"])
@requires(Role.CLERK)
def take_out(case_id: int, attachment_id: int) -> Any:
    case, form = case_or_404(case_id), forms.TakeOutForm()
    shown = found(queries.file(case, attachment_id))
    if not form.validate_on_submit():
        page = render_template("materials/take_out_page.html", case=case, shown=shown, form=form)
        return page, (422 if form.errors else 200)
    materials.take_out(shown, hand=hand(), reason=form.reason.data)
    flash(f"已移除“{shown.filename}”，原文件保留备查。")
    return redirect(_list_url(case))


@bp.get("/<int:material_id>/history")
@requires(*STAFF)
def history(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row = found(queries.material(case, material_id))
    return render_template("materials/history.html", case=case, row=row, files=queries.files_of(row))


# --- Rows of this case alone, and what serves again ---


@bp.post("/extra")
@requires(Role.CLERK)
def add_extra(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.ExtraForm()
    if not form.validate_on_submit():
        return _list(case, extra_form=form), 422
    extra_materials.add(case, title=form.title.data, basis=form.basis.data, hand=hand())
    return _list_answer(case)


@bp.post("/<int:material_id>/remove")
@requires(Role.CLERK)
def remove_extra(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    extra_materials.remove(found(queries.material(case, material_id)), hand=hand())
    return _list_answer(case)


@bp.post("/<int:material_id>/reuse")
@requires(Role.CLERK)
def take_over(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row = found(queries.material(case, material_id))
    reuse.take_over(row, hand=hand())
    return _row_answer(case, row)


@bp.post("/reuse")
@requires(Role.CLERK)
def take_over_all(case_id: int) -> Any:
    case = case_or_404(case_id)
    reuse.take_over_all(case, hand=hand())
    return _list_answer(case)


# --- Answers ---


def _list_url(case: Case) -> str:
    return url_for("materials.material_list", case_id=case.id)


def _list(case: Case, **more: Any) -> str:
    context = {"case": case, "beside": _is_beside(), **material_context(case, hand()), **more}
    return render("materials/material_list.html", "materials/_materials.html", **context)


def _list_answer(case: Case) -> Any:
    if not wants_partial():
        return redirect(_list_url(case))
    return make_response(_list(case), trigger="case-changed")


def _is_beside() -> bool:
    """Return whether the list stands on its own page, where files open beside it."""
    asked = request.htmx.current_url if wants_partial() else request.path
    return "/materials" in (asked or "")


def _row_answer(case: Case, row: CaseMaterial) -> Any:
    if not wants_partial():
        return redirect(_list_url(case) + f"#material-{row.id}")
    shown = material_row(queries.material(case, row.id), hand())
    page = render_template(
        "materials/_material_row.html",
        row=shown,
        reusable=reuse.for_row(row, hand()),
        beside=_is_beside(),
    )
    return make_response(page, trigger="case-changed")


def _preview(case: Case, shown: Attachment, **more: Any) -> str:
    before, after = queries.neighbours(shown)
    context = {"case": case, "beside": True, "shown": shown, "before": before, "after": after, **more}
    if not wants_partial():
        context |= material_context(case, hand())
    return render("materials/material_list.html", "materials/_preview.html", **context)
