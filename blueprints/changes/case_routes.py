"""What is done in a change's case on a page of its own: its request arrives, it is verified on the spot."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints import words
from blueprints.changes import forms
from blueprints.changes.blueprint import KEEPERS, bp, change_or_404
from blueprints.register_fields import refusal_of, whole
from blueprints.web import case_or_404, hand, requires
from lifecycle import change_cases, steps
from lifecycle.errors import Conflict, DomainError
from models import Case, Role


@bp.route("/<int:case_id>/file", methods=["GET", "POST"])
@requires(*KEEPERS)
def file_page(case_id: int) -> Any:
    case, change = change_or_404(case_id)
    form = forms.AskedForm(asked_on=hand().today, version=case.version)
    if not form.validate_on_submit():
        return _page("file", case, change, form, refusal_of(form, "未登记") if form.errors else None)
    given = {"reason": form.reason.data or "", "version": whole(form.version.data) or 0}
    try:
        change_cases.file(case, asked_on=form.asked_on.data, hand=hand(), **given)
    except DomainError as refusal:
        return _page("file", case, change, form, refusal)
    flash("已登记收到变更申请，审核期限开始计算。")
    return redirect(url_for("cases.case_page", case_id=case.id))


@bp.route("/<int:case_id>/verification", methods=["GET", "POST"])
@requires(Role.AGREEMENT, Role.REVIEWER)
def verification_page(case_id: int) -> Any:
    case, change = change_or_404(case_id)
    form = forms.VerificationForm(on=hand().today, version=case.version, **_seen(change.row))
    if not form.validate_on_submit():
        return _page("verification", case, change, form, refusal_of(form, "未登记") if form.errors else None)
    try:
        steps.take_step(case, "record_verification", hand=hand(), **_how(form))
    except DomainError as refusal:
        return _page("verification", case, change, form, refusal)
    flash("已登记现场核实情况。")
    return redirect(url_for("cases.case_page", case_id=case.id))


def _seen(row: Any) -> dict[str, Any]:
    names = ("verified_on", "verified_by", "findings")
    return {name: getattr(row, name) for name in names} if row.verified_on else {"verified_on": hand().today}


def _how(form: forms.VerificationForm) -> dict[str, Any]:
    data = {"verified_on": form.verified_on.data.isoformat()}
    data |= {name: form[name].data for name in ("verified_by", "findings")}
    version = whole(form.version.data) or 0
    return {"on": form.on.data, "reason": form.reason.data or "", "data": data, "version": version}


ACTIONS = {"file": "file_change", "verification": "record_verification"}


def _page(name: str, case: Case, change: Any, form: Any, error: Any = None) -> Any:
    """Return the page of a step; after a conflict the form knows how the case stands now."""
    if error and error.status == Conflict.status:
        form.version.raw_data, form.version.data = None, case_or_404(case.id).version
    offered = steps.offers(case, hand(), words.ROLES)
    offer = next((offer for offer in offered if offer.step.action == ACTIONS[name]), None)
    context = {"case": case, "change": change, "form": form, "error": error, "offer": offer}
    return render_template(f"changes/{name}_page.html", **context), error.status if error else 200
