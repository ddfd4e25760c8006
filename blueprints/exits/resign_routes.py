"""Signing an agreement again after a change or a pause that was agreed to (重新签订)."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints.exits import forms, queries
from blueprints.exits.blueprint import agreement_or_404, bp, offer_of
from blueprints.exits.suspension_routes import renew_version
from blueprints.register_fields import refusal_of, whole
from blueprints.web import found, hand, requires
from lifecycle import pauses, resigning
from lifecycle.errors import DomainError
from models import Case, Role

RESIGNED = ("signed_on", "ends_on", "text_version")


@bp.route("/agreements/<int:case_id>/resign", methods=["GET", "POST"])
@requires(Role.AGREEMENT)
def resign_page(case_id: int) -> Any:
    case = agreement_or_404(case_id)
    before = found(queries.agreement_of(case))
    first = {"signed_on": hand().today, "text_version": before.text_version, "version": case.version}
    form = forms.ResignForm(**first, ends_on=resigning.usual_end(case, hand().today))
    if not form.validate_on_submit():
        error = refusal_of(form, "未登记") if form.errors else None
        return _page(case, form, error), 422 if error else 200
    given = {name: form[name].data for name in RESIGNED}
    more = {"reason": form.reason.data or "", "version": whole(form.version.data) or 0}
    uploads = (
        [(form.signed_text.data.filename, form.signed_text.data.read())] if form.signed_text.data else []
    )
    try:
        signed = resigning.resign(case, given, uploads=uploads, hand=hand(), **more)
    except DomainError as refusal:
        renew_version(case, form, refusal)
        return _page(case, form, refusal), refusal.status
    flash(f"已重新签订协议，有效期至 {signed.ends_on.isoformat()}，暂停的服务类别已恢复。")
    return redirect(url_for("agreements.agreement_page", case_id=signed.case_id))


def _page(case: Case, form: forms.ResignForm, error: DomainError | None = None) -> str:
    return render_template(
        "exits/resign_page.html",
        case=case,
        form=form,
        error=error,
        offer=offer_of(case, "resigning"),
        before=queries.agreement_of(case),
        paused=[row for row in pauses.paused(case) if row.lifted_on is None],
        signed_texts=queries.signed_texts(case),
    )
