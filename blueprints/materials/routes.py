"""The material list of a case: marks, row by row."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from htmx_flask import make_response

from blueprints.materials import forms, queries
from blueprints.web import case_or_404, found, hand, requires, wants_partial
from lifecycle import material_list, materials
from lifecycle.errors import Unmet
from models import Case, Role

bp = Blueprint("materials", __name__, url_prefix="/cases/<int:case_id>/materials")


@bp.post("/<int:material_id>")
@requires(Role.CLERK)
def mark_material(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row, form = found(queries.material(case, material_id)), forms.MaterialForm()
    if not form.validate_on_submit():
        raise Unmet([f"第 {row.no} 项没有保存：{message}" for _, _, message in form.errors_flat])
    marked = materials.mark_material(row, hand=hand(), **form.marked())
    if not wants_partial():
        return redirect(_materials_url(case))
    page = render_template("materials/_material_row.html", row=material_list.material_row(marked, hand()))
    return make_response(page, trigger="case-changed")


@bp.post("")
@requires(Role.CLERK)
def receive_rest(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.ReceiveRestForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    materials.receive_rest(case, hand=hand(), on=form.received_on.data)
    if not wants_partial():
        return redirect(_materials_url(case))
    rows = material_list.material_rows(case, hand())
    page = render_template("materials/_materials.html", case=case, materials=rows)
    return make_response(page, trigger="case-changed")


def _materials_url(case: Case) -> str:
    return url_for("cases.case_page", case_id=case.id, _anchor=f"materials-{case.id}")
