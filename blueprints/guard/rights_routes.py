"""Settlement rights of persons and departments, suspended, ended and given back (第三十四条)."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints.guard import forms, queries
from blueprints.guard.blueprint import DECIDERS, bp
from blueprints.register_fields import refusal_of, whole
from blueprints.web import case_or_404, found, hand, requires, scope
from lifecycle import guard
from lifecycle.errors import DomainError, Unmet
from models import Case, Matter, RightsBlock, Role


@bp.app_template_global()
def rights_of(case: Case) -> dict[str, Any]:
    """Return the blocked rights under an agreement, for the panel on its page."""
    choices = hand().book_of(case).choices_of("rights")
    return {
        "rows": guard.rights_of(case),
        "scopes": {choice.key: choice.label for choice in choices},
        "article": choices[0].article if choices else "",
    }


@bp.route("/agreements/<int:case_id>/rights/new", methods=["GET", "POST"])
@requires(*DECIDERS)
def block_rights(case_id: int) -> Any:
    case = case_or_404(case_id)
    found(case if case.matter == Matter.AGREEMENT else None)
    form = forms.rights_form(hand().book_of(case), queries.at_work(case.institution), hand().today)
    if not form.validate_on_submit():
        error = refusal_of(form, "未登记") if form.errors else None
        return _page(case, form, error), 422 if error else 200
    try:
        row = guard.block_rights(case, form.columns(), hand=hand())
    except DomainError as error:
        return _page(case, form, error), error.status
    flash(f"已登记“{row.subject}”{'终止' if row.is_final else '中止'}医保结算资格，协议继续履行")
    return _back(row.case_id)


def _page(case: Case, form: forms.RightsForm, error: DomainError | None = None) -> str:
    return render_template("guard/rights_page.html", case=case, form=form, error=error)


def _back(case_id: int) -> Any:
    return redirect(url_for("agreements.agreement_page", case_id=case_id, _anchor="rights"))


@bp.post("/rights/<int:block_id>/lift")
@requires(Role.MANAGER)
def lift_rights(block_id: int) -> Any:
    row: RightsBlock = found(queries.block_in(scope(), block_id))
    form = forms.ReasonForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    guard.lift_rights(row, hand=hand(), reason=form.reason.data, version=whole(form.version.data))
    flash(f"已恢复“{row.subject}”的医保结算资格")
    return _back(row.case_id)
