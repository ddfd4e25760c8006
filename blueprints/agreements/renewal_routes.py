"""Renewal (登记续签): the next term of an agreement, signed before the old one ends or while extended."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from blueprints.agreements import forms, queries, renewal_operations, renewal_queries
from blueprints.agreements.blueprint import bp, offer_of, signed_upload, state_label, usual_term, whole
from blueprints.agreements.operations import Signing
from blueprints.web import case_or_404, found, hand, requires
from lifecycle.errors import DomainError
from models import Agreement, Case, Role


@bp.route("/<int:case_id>/renew", methods=["GET", "POST"])
@requires(Role.AGREEMENT)
def renewal_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    agreement = found(queries.agreement_of(case))
    form = _form(case)
    if not form.validate_on_submit():
        return _page(case, agreement, form), 422 if form.errors else 200
    try:
        signed = renewal_operations.renew(case, _signing(form), hand=hand(), **_given(form))
    except DomainError as refusal:
        return _page(case, agreement, form, refusal), refusal.status
    flash(f"已登记续签，协议编号 {signed.document.number}，自 {signed.starts_on.isoformat()} 生效。")
    return redirect(url_for(".agreement_page", case_id=signed.case_id if _runs(signed) else case.id))


def _form(case: Case) -> forms.RenewalForm:
    last = queries.last_text_version(current_user.office)
    return forms.RenewalForm(signed_on=hand().today, text_version=last, version=case.version)


def _signing(form: forms.RenewalForm) -> Signing:
    return Signing(
        form.signed_on.data,
        form.text_version.data,
        ends_on=form.ends_on.data,
        term_reason=form.term_reason.data or "",
    )


def _given(form: forms.RenewalForm) -> dict[str, Any]:
    return {
        "upload": signed_upload(),
        "reason": form.reason.data or "",
        "version": whole(form.version.data),
    }


def _runs(signed: Agreement) -> bool:
    return signed.starts_on <= hand().today


def _page(case: Case, agreement: Agreement, form: forms.RenewalForm, error: Any = None) -> str:
    return render_template(
        "agreements/renewal_page.html",
        case=case,
        agreement=agreement,
        form=form,
        error=error,
        offer=offer_of(case, "renewal"),
        hindrance=renewal_queries.hindrance(case, hand()),
        signed_texts=queries.signed_texts(case),
        terms=queries.terms(case),
        states=state_label,
        **usual_term(case, renewal_queries.first_day(agreement)),
    )
