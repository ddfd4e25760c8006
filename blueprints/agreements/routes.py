"""Negotiation (协商谈判), signing (协议签订) and standing agreements (协议管理)."""

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel, exit_standing, telling, words
from blueprints.agreements import forms, operations, queries, renewal_queries, renewal_routes
from blueprints.agreements.blueprint import bp, offer_of, signed_upload, state_label, usual_term, whole
from blueprints.fields import parse_day
from blueprints.web import STAFF, case_or_404, found, hand, lamp_of, render, requires, scope
from lifecycle import clocks, idle, moment, settlements, steps
from lifecycle.errors import DomainError
from lifecycle.filings import filings_of
from models import Agreement, Case, CaseState, Role

__all__ = ("bp", "renewal_routes")

KEEPERS = (Role.AGREEMENT, Role.MANAGER)


@bp.get("/")
@requires(*STAFF)
def agreement_list() -> Any:
    asked, chosen = _asked()
    page, today = whole(request.args.get("page")) or 1, hand().today
    rows, count = queries.agreements(scope(), today, page=page, **_filters(asked, chosen))
    context = {"rows": rows, "count": count, "page_no": page, "size": queries.PAGE, "asked": asked}
    context |= {"chosen": chosen, "filters": queries.FILTERS, "counts": queries.counts(scope(), today)}
    context |= {"states": state_label, "words": words, "has_radar": idle.is_limited(hand())}
    return render("agreements/agreement_list.html", "agreements/_agreements.html", **context)


def _asked() -> tuple[dict[str, str], str]:
    """Return what the list is asked for, and the filter chosen."""
    names = ("chosen", "q", "kind", "sort")
    asked = {name: request.args.get(name, "").replace("\x00", "").strip()[:60] for name in names}
    return asked, asked["chosen"] if asked["chosen"] in queries.FILTERS else "standing"


def _filters(asked: dict[str, str], chosen: str) -> dict[str, str]:
    return {"chosen": chosen, "text": asked["q"], "kind": asked["kind"], "sort": asked["sort"]}


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    asked, chosen = _asked()
    rows = queries.all_agreements(scope(), hand().today, **_filters(asked, chosen))
    name, at = f"医保协议_{queries.FILTERS[chosen]}", moment.now()
    table = excel.Table(queries.FILTERS[chosen], name.replace("_", " "), COLUMNS, map(_cells, rows))
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(name, len(rows), hand=hand())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"{name}_{at:%Y%m%d_%H%M}.xlsx")


COLUMNS = (
    ("距到期", 18),
    ("机构", 40),
    ("机构类型", 12),
    ("协议编号", 26),
    ("签订日期", 12),
    ("生效日期", 12),
    ("终止日期", 12),
    ("状态", 14),
    ("最近结算", 12),
    ("经办机构", 28),
)


def _cells(row: Any) -> list[Any]:
    is_open = row.clock_state in ("running", "waiting", "paused")
    return [
        lamp_of(row).text if is_open else "",
        row.name,
        words.KINDS[row.institution_kind],
        row.number,
        row.signed_on,
        row.starts_on,
        row.ends_on,
        state_label(row),
        row.last_settled_on,
        row.office_name,
    ]


@bp.route("/cases/<int:case_id>/negotiation", methods=["GET", "POST"])
@requires(Role.AGREEMENT, Role.LEADER)
def negotiation_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = _negotiation_form(case)
    if not form.validate_on_submit():
        return _negotiation_page(case, form), 422 if form.errors else 200
    names = ("place", "negotiators", "counterparts", "subject", "content", "opinion")
    given = {"reason": form.reason.data or "", "version": whole(form.version.data), "hand": hand()}
    given |= {"held_on": form.held_on.data, "is_agreed": form.is_agreed.data == "yes"}
    given |= {"topics": form.topics.data or ()} if "topics" in form else {}
    try:
        operations.negotiate(case, {name: form[name].data or "" for name in names}, **given)
    except DomainError as refusal:
        return _negotiation_page(case, form, refusal), refusal.status
    flash("已登记协商谈判，请打印记录表由机构签章。")
    return redirect(url_for("cases.case_page", case_id=case.id))


def _negotiation_form(case: Case) -> forms.NegotiationForm:
    first = {"held_on": hand().today, "place": case.office.address, "subject": "医保协议签订事宜"}
    return forms.negotiation_form(hand().book_of(case), **first, version=case.version)


def _clock(case: Case, rule: str) -> Any:
    """Return the card of the newest clock of `rule`, or None."""
    clock = clocks.latest(case, rule)
    cards = telling.clock_cards(case, hand())
    return next((card for card in cards if clock and card.id == clock.id), None)


def _negotiation_page(case: Case, form: forms.NegotiationForm, error: Any = None) -> str:
    book = hand().book_of(case)
    return render_template(
        "agreements/negotiation_page.html",
        annex=book.documents["negotiation_record"].form,
        has_limit="negotiation" in book.clocks,
        case=case,
        form=form,
        error=error,
        offer=offer_of(case, "negotiation"),
        clock=_clock(case, "negotiation"),
    )


@bp.route("/cases/<int:case_id>/signing", methods=["GET", "POST"])
@requires(Role.AGREEMENT)
def signing_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = forms.SigningForm(
        signed_on=hand().today,
        text_version=queries.last_text_version(current_user.office),
        version=case.version,
    )
    if not form.validate_on_submit():
        return _signing_page(case, form), 422 if form.errors else 200
    given = {"reason": form.reason.data or "", "version": whole(form.version.data)}
    try:
        signed = operations.sign(case, _signing(form), hand=hand(), upload=signed_upload(), **given)
    except DomainError as refusal:
        return _signing_page(case, form, refusal), refusal.status
    flash(f"已登记协议签订，协议编号 {signed.document.number}，有效期至 {signed.ends_on.isoformat()}。")
    return redirect(url_for(".agreement_page", case_id=signed.case_id))


def _signing(form: forms.SigningForm) -> operations.Signing:
    return operations.Signing(
        form.signed_on.data,
        form.text_version.data,
        form.starts_on.data,
        form.ends_on.data,
        form.term_reason.data or "",
    )


def _signing_page(case: Case, form: forms.SigningForm, error: Any = None) -> str:
    starts_on = form.starts_on.data or form.signed_on.data
    return render_template(
        "agreements/signing_page.html",
        case=case,
        form=form,
        error=error,
        offer=offer_of(case, "signing"),
        clock=_clock(case, "signing"),
        signed_texts=queries.signed_texts(case),
        negotiation=queries.last_negotiation(case),
        **usual_term(case, starts_on),
    )


@bp.get("/cases/<int:case_id>/usual-term")
@requires(Role.AGREEMENT)
def usual_term_region(case_id: int) -> Any:
    case = case_or_404(case_id)
    try:
        typed = request.args.get("starts_on", "").strip() or request.args.get("signed_on", "")
        starts_on = parse_day(typed)
    except ValueError:
        starts_on = None
    return render_template("agreements/_usual_term.html", **usual_term(case, starts_on))


@bp.get("/<int:case_id>")
@requires(*STAFF)
def agreement_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    return _agreement_page(case, found(queries.agreement_of(case)))


def _agreement_page(case: Case, agreement: Agreement, error: Any = None, **typed: Any) -> str:
    """The page of an agreement; `typed` holds the form that was refused, if one was."""
    me, origin = hand(), queries.application_of(case)
    book, version = me.book_of(case), agreement.version
    blank = {
        "settle_form": forms.SettleForm(None, prefix="settle-", version=version),
        "open_form": forms.OpenRenewalForm(None, prefix="open-", version=version),
        "close_form": forms.CloseRenewalForm(None, prefix="close-", version=version),
        "connection_form": forms.ConnectionForm(None, prefix="on-", on=me.today, version=case.version),
    }
    context = {"case": case, "agreement": agreement, "error": error, "book": book, "words": words}
    context |= {"state": book.states[case.state], "settlement": queries.settlement(agreement, me)}
    context |= {"settlements": settlements.history(case)}
    context |= {"may_extend": queries.may_extend(case, me), "standing": exit_standing.standing(case, me)}
    context |= {"connection": _connection(case), "clocks": telling.clock_cards(case, me), "origin": origin}
    context |= {"terms": queries.terms(case), "documents": queries.documents(case), "states": state_label}
    context |= {"signed_texts": queries.signed_texts(case.origin), "filings": filings_of(case)}
    context |= {"next_term": renewal_queries.waiting_term(case), "is_waiting": case.state == CaseState.NEW}
    context |= {"hindrance": renewal_queries.hindrance(case, me)}
    context |= {"events": telling.events_of(case, None if "all" in request.args else 10)}
    return render_template("agreements/agreement_page.html", **{**context, **blank, **typed})


def _connection(case: Case) -> Any:
    offered = steps.offers(case, hand(), words.ROLES)
    return next((offer for offer in offered if offer.step.action == "record_connection"), None)


@bp.post("/<int:case_id>/settle")
@requires(*KEEPERS)
def settle(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.SettleForm(prefix="settle-")
    agreement = found(queries.agreement_of(case))
    if not form.validate_on_submit():
        return _agreement_page(case, agreement, settle_form=form), 422
    given = {"settled_on": form.settled_on.data, "reason": form.reason.data or ""}
    try:
        operations.settle(agreement, hand=hand(), version=whole(form.version.data), **given)
    except DomainError as refusal:
        return _agreement_page(case, agreement, forms.beside(form, refusal), settle_form=form), refusal.status
    flash("已登记最近结算日期。")
    return redirect(url_for(".agreement_page", case_id=case.id))


@bp.post("/<int:case_id>/renewal")
@requires(*KEEPERS)
def renewal(case_id: int) -> Any:
    case = case_or_404(case_id)
    agreement = found(queries.agreement_of(case))
    closes = request.form.get("action") == "close"
    form = forms.CloseRenewalForm(prefix="close-") if closes else forms.OpenRenewalForm(prefix="open-")
    typed = {"close_form" if closes else "open_form": form}
    if not form.validate_on_submit():
        return _agreement_page(case, agreement, **typed), 422
    operation = operations.close_renewal if closes else operations.open_renewal
    given = {name: value for name, value in form.data.items() if name in ("basis", "approved_by", "reason")}
    try:
        operation(agreement, hand=hand(), version=whole(form.version.data), **given)
    except DomainError as refusal:
        return _agreement_page(case, agreement, refusal, **typed), refusal.status
    flash("已取消续签办理。" if closes else "已登记续签办理中，到期后协议有效期顺延。")
    return redirect(url_for(".agreement_page", case_id=case.id))


@bp.post("/<int:case_id>/connection")
@requires(Role.AGREEMENT, Role.CLERK)
def record_connection(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.ConnectionForm(prefix="on-")
    agreement = found(queries.agreement_of(case))
    if not form.validate_on_submit():
        return _agreement_page(case, agreement, connection_form=form), 422
    given = {"reason": form.reason.data or "", "version": whole(form.version.data)}
    try:
        operations.record_connection(case, on=form.on.data, hand=hand(), **given)
    except DomainError as refusal:
        return _agreement_page(case, agreement, refusal, connection_form=form), refusal.status
    flash("已登记信息系统对接完成。")
    return redirect(url_for(".agreement_page", case_id=case.id))
