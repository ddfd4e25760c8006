"""One out, one in (退一进一): the balance of a year, estimates of the fund, the link of an application."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.register_fields import refusal_of, whole
from blueprints.replacements import forms, queries
from blueprints.web import STAFF, case_or_404, found, hand, render, requires, scope
from lifecycle import capacity, replacement
from lifecycle.errors import DomainError
from models import CapacityEstimate, Case, Matter, Office, Role

bp = Blueprint("replacements", __name__, url_prefix="/replacements")


@bp.app_template_global()
def replacement_article() -> str:
    """Return where the law of this person's office speaks of 退一进一; nothing where it does not."""
    return replacement.article_of(hand().book_for(current_user.office, Matter.APPLICATION))


@bp.app_template_global()
def replacement_of(case: Case) -> queries.Side | None:
    """Return how a case stands to 退一进一, for its page; None where the law has none."""
    return queries.side_of(case, hand())


@bp.get("/")
@requires(*STAFF)
def year_page() -> Any:
    found(replacement_article() or None)
    offices = queries.offices_in(scope())
    asked = whole(request.args.get("office")) or current_user.office.id
    office = found(next((row for row in offices if row.id == asked), None))
    year = _year(request.args.get("year"))
    context = _context(office, year) | {"offices": offices, "years": _years(year)}
    return render("replacements/year_page.html", "replacements/_balance.html", **context)


def _year(text: str | None) -> int:
    """Return the year asked for; this one for nothing, 404 for what is no year."""
    year = whole(text) if text else hand().today.year
    return found(year if year and 2000 <= year <= 2099 else None)


def _years(asked: int) -> list[int]:
    this = hand().today.year
    return sorted({asked, *range(this - 4, this + 1)}, reverse=True)


def _context(office: Office, year: int) -> dict[str, Any]:
    book = hand().book_for(office, Matter.APPLICATION)
    return {
        "office": office,
        "view": queries.balance(office, year, hand()),
        "rule": next(iter(book.provisions_of(replacement.RULE)), None),
        "estimate_rule": next(iter(book.provisions_of(capacity.RULE)), None),
        "may_edit": Role.MANAGER in hand().roles and office.id == current_user.office.id,
    }


@bp.route("/<int:year>/estimates/new", methods=["GET", "POST"])
@requires(Role.MANAGER)
def estimate_new(year: int) -> Any:
    found(replacement_article() or None)
    return _write(_year(str(year)), None)


@bp.route("/estimates/<int:estimate_id>", methods=["GET", "POST"])
@requires(Role.MANAGER)
def estimate_page(estimate_id: int) -> Any:
    row = found(queries.estimate_in(current_user.office, estimate_id))
    return _write(row.year, row)


def _write(year: int, row: CapacityEstimate | None) -> Any:
    form = forms.EstimateForm(obj=row) if row else forms.EstimateForm(estimated_on=hand().today)
    if not form.validate_on_submit():
        error = refusal_of(form, "未保存") if form.errors else None
        return _estimate_page(year, row, form, error), 422 if error else 200
    given = {"estimate": row, "version": form.version.data, "hand": hand()}
    try:
        capacity.save_estimate(current_user.office, year, form.given, **given)
    except DomainError as refusal:
        form.renew(row.version if row else 0)
        return _estimate_page(year, row, form, refusal), refusal.status
    flash(f"已保存 {year} 年基金可承受范围的测算。")
    return redirect(url_for(".year_page", year=year))


def _estimate_page(year: int, row: Any, form: forms.EstimateForm, error: DomainError | None) -> str:
    rule = next(iter(hand().book_for(current_user.office, Matter.APPLICATION).provisions_of(capacity.RULE)))
    given = {"year": year, "estimate": row, "form": form, "error": error, "rule": rule}
    return render_template("replacements/estimate_page.html", **given)


@bp.get("/cases/<int:case_id>")
@requires(*STAFF)
def link_page(case_id: int) -> Any:
    return _link_page(_entry_or_404(case_id))


def _entry_or_404(case_id: int) -> Case:
    """Return an application in scope whose law knows 退一进一."""
    case = case_or_404(case_id)
    is_known = case.matter == Matter.APPLICATION and replacement.article_of(hand().book_of(case))
    return found(case if is_known else None)


def _link_page(case: Case, error: DomainError | None = None, **given: Any) -> str:
    context = _context(case.office, queries.year_of(case))
    free = [row for row in context["view"].free if row.case.institution.kind == case.institution.kind]
    context |= {"case": case, "free": free, "side": queries.side_of(case, hand()), "error": error}
    context |= {"link_form": forms.LinkForm(), "unlink_form": forms.UnlinkForm(), **given}
    context |= {"is_live": replacement.holds_place(case), "application": queries.application_of(case)}
    return render("replacements/link_page.html", "replacements/_link.html", **context)


@bp.post("/cases/<int:case_id>/link")
@requires(Role.MANAGER)
def link(case_id: int) -> Any:
    case, form = _entry_or_404(case_id), forms.LinkForm()
    exit_ = queries.exit_of(case.office, form.exit.data)
    if not form.validate_on_submit() or exit_ is None:
        form.exit.errors = [] if exit_ else ["请选择一家已退出的机构"]
        return _link_page(case, refusal_of(form, "未关联"), typed=form), 422
    try:
        replacement.link(case, exit_, note=form.note.data or "", hand=hand())
    except DomainError as refusal:
        return _refused(case, refusal, typed=form)
    return _done(case, "已关联退出机构。")


@bp.post("/cases/<int:case_id>/unlink")
@requires(Role.MANAGER)
def unlink(case_id: int) -> Any:
    case, form = _entry_or_404(case_id), forms.UnlinkForm()
    if not form.validate_on_submit():
        return _link_page(case, refusal_of(form, "未取消"), unlink_form=form), 422
    given = {"exit_id": form.exit.data, "version": form.version.data, "reason": form.reason.data}
    try:
        replacement.unlink(case, **given, hand=hand())
    except DomainError as refusal:
        return _refused(case, refusal, unlink_form=form)
    return _done(case, "已取消关联，退出名额空出。")


def _refused(case: Case, refusal: DomainError, **given: Any) -> Any:
    """Show the page with what was typed kept; an htmx swap gets the message alone, its page stays."""
    if request.htmx:
        raise refusal
    return _link_page(case, refusal, **given), refusal.status


def _done(case: Case, sentence: str) -> Any:
    if request.htmx:
        return _link_page(case, done=sentence)
    flash(sentence)
    return redirect(url_for(".link_page", case_id=case.id))
