"""The register of administrative penalties and agreement handling (行政处罚、协议处理)."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints.guard import asking, forms, queries
from blueprints.guard.blueprint import EDITORS, bp
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, found, hand, institution_or_404, requires, scope
from lifecycle import guard
from lifecycle.errors import DomainError, Unmet
from models import Handling, Institution


@bp.app_template_global()
def guard_of(institution: Institution) -> dict[str, Any]:
    """Return penalties, handling and disputes of an institution, for the panel on its page."""
    return queries.of_institution(institution, hand())


@bp.app_template_global()
def in_yuan(amount: int) -> str:
    """Return 分 as 元: 1,234.50."""
    return f"{amount / 100:,.2f}" if amount % 100 else f"{amount // 100:,}"


@bp.get("/handlings")
@requires(*STAFF)
def handling_list() -> Any:
    asked = asking.asked(forms.KINDS)
    rows = queries.handlings(scope(), asked, hand().today)
    return render_template(
        "guard/handling_list.html",
        rows=rows,
        asked=asked,
        kinds=forms.KINDS,
        most=queries.MOST,
        offices=asking.offices(),
        **queries.words_of(hand()),
    )


@bp.route("/institutions/<int:institution_id>/handlings/new", methods=["GET", "POST"])
@requires(*EDITORS)
def handling_new(institution_id: int) -> Any:
    return _write(institution_or_404(institution_id), None)


@bp.route("/handlings/<int:handling_id>", methods=["GET", "POST"])
@requires(*EDITORS)
def handling_page(handling_id: int) -> Any:
    row = found(queries.handling_in(scope(), handling_id))
    return _write(row.institution, row)


def _write(institution: Institution, row: Handling | None) -> Any:
    guard.demand_own(institution, hand())
    book = guard.book_of(institution, hand())
    form = forms.handling_form(book, institution.kind, hand().today, row)
    if not form.validate_on_submit():
        error = refusal_of(form, "未保存") if form.errors else None
        return _page(institution, row, form, error), 422 if error else 200
    try:
        version = whole(form.version.data) if row else None
        guard.save_handling(
            form.columns(), hand=hand(), institution=institution, handling=row, version=version
        )
    except DomainError as error:
        return _page(institution, row, form, error), error.status
    flash("已登记，期间不得办理信息变更" if row is None else "已保存")
    return _back(institution)


def _page(institution: Institution, row: Any, form: Any, error: DomainError | None = None) -> str:
    given = {"institution": institution, "handling": row, "form": form, "error": error}
    return render_template("guard/handling_page.html", **given)


def _back(institution: Institution) -> Any:
    return redirect(
        url_for("institutions.institution_page", institution_id=institution.id, _anchor="handlings")
    )


@bp.post("/handlings/<int:handling_id>/perform")
@requires(*EDITORS)
def perform_handling(handling_id: int) -> Any:
    row, form = found(queries.handling_in(scope(), handling_id)), forms.PerformForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    guard.perform(row, on=form.on.data, hand=hand(), version=whole(form.version.data))
    flash("已登记履行完毕")
    return _back(row.institution)
