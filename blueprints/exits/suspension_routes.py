"""Suspending an agreement, and how what was to be put right stands."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from blueprints import exit_standing
from blueprints.exits import forms, queries
from blueprints.exits.blueprint import agreement_or_404, bp, offer_of
from blueprints.register_fields import refusal_of, whole
from blueprints.web import found, hand, requires
from lifecycle import exits, proposals
from lifecycle.errors import Conflict, DomainError
from models import Case, Role

ITEM_STATES = {"done": "整改到位", "insufficient": "整改不到位", "required": "待整改"}


@bp.route("/agreements/<int:case_id>/suspension", methods=["GET", "POST"])
@requires(Role.MANAGER)
def suspension_page(case_id: int) -> Any:
    case = agreement_or_404(case_id)
    form = _form(case)
    if not form.validate_on_submit():
        error = refusal_of(form, "未中止") if form.errors else None
        return _page(case, form, error), 422 if error else 200
    try:
        row = exits.suspend(case, _given(form), items=form.lines(), hand=hand(), **_how(form))
    except DomainError as refusal:
        renew_version(case, form, refusal)
        return _page(case, form, refusal), refusal.status
    flash(_done(row))
    return redirect(url_for("agreements.agreement_page", case_id=case.id, _anchor="standing"))


def _form(case: Case) -> Any:
    today = hand().today
    values = {"starts_on": today, "ends_on": queries.usual_end(case, today, hand()), "version": case.version}
    told = {key: row.text for key, row in proposals.proposals(case, hand(), "suspension").items()}
    return forms.grounds_form(
        forms.SuspensionForm, queries.grounds(case, "suspension", hand()), told, **values
    )


def _given(form: Any) -> dict[str, Any]:
    names = ("grounds", "decided_by", "findings", "starts_on", "ends_on")
    return {**{name: form[name].data for name in names}, "evidence": form.evidence()}


def _how(form: Any) -> dict[str, Any]:
    return {"reason": form.reason.data or "", "version": whole(form.version.data) or 0}


def renew_version(case: Case, form: Any, refusal: DomainError) -> None:
    """Let who is told of a conflict send the form again: it knows now how the case stands."""
    if refusal.status == Conflict.status:
        form.version.raw_data, form.version.data = None, agreement_or_404(case.id).version


def _done(row: Any) -> str:
    days = f"{row.starts_on.isoformat()} 至 {row.ends_on.isoformat()}"
    if row.state == "planned":
        return f"已决定中止，{days}，到开始之日自动中止。请打印通知书并登记送达。"
    return f"已中止协议，{days}，期间发生的医保费用不予结算。请打印通知书并登记送达。"


def _page(case: Case, form: Any, error: Any = None) -> str:
    me, cap = hand(), queries.cap(case, hand())
    starts_on, ends_on = forms.the_day(form.starts_on.data), forms.the_day(form.ends_on.data)
    agreement = queries.agreement_of(case)
    return render_template(
        "exits/suspension_page.html",
        case=case,
        form=form,
        error=error,
        offer=offer_of(case, "suspension"),
        found=proposals.proposals(case, me, "suspension"),
        agreement=agreement,
        cap=cap,
        is_long=bool(cap and starts_on and ends_on and ends_on > starts_on + timedelta(days=cap.amount)),
        is_last=bool(agreement and ends_on and ends_on >= agreement.ends_on),
        standing=exit_standing.standing(case, me),
    )


@bp.post("/agreements/<int:case_id>/items/<int:item_id>")
@requires(Role.AGREEMENT, Role.MANAGER)
def mark_item(case_id: int, item_id: int) -> Any:
    case = agreement_or_404(case_id)
    item, form = found(queries.item(case, item_id)), forms.ItemForm()
    form.state.choices = list(ITEM_STATES.items())
    if not form.validate_on_submit() or form.state.data not in ITEM_STATES:
        return _item_page(case, item, form), 422
    given = {"state": form.state.data, "on": form.on.data, "note": form.note.data or ""}
    try:
        exits.mark_item(item, **given, hand=hand(), version=whole(form.version.data) or 0)
    except DomainError as refusal:
        form.version.raw_data, form.version.data = None, found(queries.item(case, item_id)).version
        return _item_page(case, item, form, refusal), refusal.status
    flash(f"已登记“{item.text}”：{ITEM_STATES[form.state.data]}。")
    return redirect(url_for("agreements.agreement_page", case_id=case.id, _anchor="standing"))


@bp.get("/agreements/<int:case_id>/items/<int:item_id>")
@requires(Role.AGREEMENT, Role.MANAGER)
def item_page(case_id: int, item_id: int) -> Any:
    case = agreement_or_404(case_id)
    item = found(queries.item(case, item_id))
    form = forms.ItemForm(state=item.state, on=hand().today, note=item.note, version=item.version)
    form.state.choices = list(ITEM_STATES.items())
    return _item_page(case, item, form)


def _item_page(case: Case, item: Any, form: Any, error: Any = None) -> str:
    is_own = case.office_id == current_user.office.id
    context = {"case": case, "item": item, "form": form, "error": error, "is_own": is_own}
    return render_template("exits/item_page.html", **context)
