"""Disputes with institutions and the path they take (第三十五条)."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints.guard import asking, forms, queries
from blueprints.guard.blueprint import EDITORS, bp
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, found, hand, institution_or_404, requires, scope
from lifecycle import guard
from lifecycle.errors import DomainError
from models import Dispute, DisputePath, Institution


@bp.get("/disputes")
@requires(*STAFF)
def dispute_list() -> Any:
    asked = asking.asked(set(DisputePath))
    return render_template(
        "guard/dispute_list.html",
        rows=queries.disputes(scope(), asked),
        asked=asked,
        most=queries.MOST,
        offices=asking.offices(),
        **queries.words_of(hand()),
    )


@bp.route("/institutions/<int:institution_id>/disputes/new", methods=["GET", "POST"])
@requires(*EDITORS)
def dispute_new(institution_id: int) -> Any:
    return _write(institution_or_404(institution_id), None)


@bp.route("/disputes/<int:dispute_id>", methods=["GET", "POST"])
@requires(*EDITORS)
def dispute_page(dispute_id: int) -> Any:
    row = found(queries.dispute_in(scope(), dispute_id))
    return _write(row.institution, row)


def _write(institution: Institution, row: Dispute | None) -> Any:
    guard.demand_own(institution, hand())
    book = guard.book_of(institution, hand())
    form = forms.dispute_form(book, hand().today, row)
    if not form.validate_on_submit():
        error = refusal_of(form, "未保存") if form.errors else None
        return _page(institution, row, form, error), 422 if error else 200
    try:
        version = whole(form.version.data) if row else None
        guard.save_dispute(form.columns(), hand=hand(), institution=institution, dispute=row, version=version)
    except DomainError as error:
        return _page(institution, row, form, error), error.status
    flash("已登记争议" if row is None else "已保存")
    return redirect(
        url_for("institutions.institution_page", institution_id=institution.id, _anchor="handlings")
    )


def _page(institution: Institution, row: Any, form: Any, error: DomainError | None = None) -> str:
    remedies = guard.book_of(institution, hand()).choices_of("remedy")
    given = {"institution": institution, "dispute": row, "form": form, "error": error}
    return render_template("guard/dispute_page.html", remedies=remedies, **given)
