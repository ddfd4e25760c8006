"""Ending an agreement, and what follows from it."""

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for

from blueprints import exit_standing
from blueprints.consequences import consequence
from blueprints.exits import forms, queries
from blueprints.exits.blueprint import agreement_or_404, bp, offer_of
from blueprints.exits.suspension_routes import renew_version
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, found, hand, requires
from lifecycle import exits, proposals
from lifecycle.errors import DomainError
from models import Case, Role

CLASSES = {"none": "不限制再次申请", "illegality": "违法违规", "breach": "严重违约"}
FOLLOW_UP_PAGE = "guard.follow_list"


@bp.route("/agreements/<int:case_id>/termination", methods=["GET", "POST"])
@requires(Role.MANAGER)
def termination_page(case_id: int) -> Any:
    case = agreement_or_404(case_id)
    form = _form(case)
    if not form.validate_on_submit():
        error = refusal_of(form, "未解除") if form.errors else None
        return _page(case, form, error), 422 if error else 200
    given = {"reason": form.reason.data or "", "version": whole(form.version.data) or 0}
    try:
        exits.terminate(case, _given(form), hand=hand(), **given)
    except DomainError as refusal:
        renew_version(case, form, refusal)
        return _page(case, form, refusal), refusal.status
    flash("已解除协议。请打印通知书并登记送达，再逐项确认后续事项。")
    return redirect(url_for(".ended_page", case_id=case.id))


def _form(case: Case) -> Any:
    found_here = {key: row.text for key, row in proposals.proposals(case, hand()).items()}
    grounds = queries.grounds(case, "termination", hand())
    values = {"effective_on": hand().today, "version": case.version}
    form = forms.grounds_form(forms.TerminationForm, grounds, found_here, **values)
    form.ban_class.choices = queries.ban_choices(case, hand())
    form.since = getattr(queries.agreement_of(case), "starts_on", None)
    return form


def _given(form: Any) -> dict[str, Any]:
    names = (
        "grounds",
        "decided_by",
        "effective_on",
        "ban_class",
        "ban_reason",
        "is_by_persons",
        "is_duty_open",
    )
    return {**{name: form[name].data for name in names}, "evidence": form.evidence()}


def _page(case: Case, form: Any, error: Any = None) -> str:
    return render_template(
        "exits/termination_page.html",
        case=case,
        form=form,
        error=error,
        offer=offer_of(case, "termination"),
        found=proposals.proposals(case, hand()),
        classes=CLASSES,
        person_ban=queries.person_ban(case, hand()),
    )


@bp.get("/agreements/<int:case_id>/ended")
@requires(*STAFF)
def ended_page(case_id: int) -> Any:
    case, me = agreement_or_404(case_id), hand()
    termination = found(exit_standing.termination_of(case))
    return render_template(
        "exits/ended_page.html",
        case=case,
        termination=termination,
        grounds=exit_standing.chosen(termination, me),
        classes=CLASSES,
        bans=queries.bans_of(termination),
        book=me.book_of(case),
        meaning=consequence(me.book_of(case), case.state)[1],
        follow_ups=queries.follow_ups(case),
        follow_up_url=url_for(FOLLOW_UP_PAGE) if FOLLOW_UP_PAGE in current_app.view_functions else "",
    )
