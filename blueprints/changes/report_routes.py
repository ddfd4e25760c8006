"""Reporting a change under an agreement, and putting right what was reported."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import change_facts
from blueprints.change_facts import FILED, FOUND, GENERAL, TOLD
from blueprints.changes import forms, operations
from blueprints.changes.blueprint import KEEPERS, REPORTERS, agreement_or_404, bp, change_or_404
from blueprints.fields import parse_day
from blueprints.register_fields import refusal_of, whole
from blueprints.web import found, hand, requires
from lifecycle import changes
from lifecycle.errors import Conflict, DomainError
from models import Case, ChangeRequest
from rules.book import Book

DONE = {
    FILED: "已登记变更申请，请打印申请表签章并核对材料。",
    TOLD: "已登记，请督促机构在期限内提交变更申请。",
    FOUND: "已登记查出的未报变更，请督促机构提交变更申请，并核对是否构成应处理的情形。",
    GENERAL: "已登记一般信息变更告知，不需审核。",
}
SHOWN = ("approved_on", "asked_on", "found_on", "found_how", "approved_by", "hindered_from",
         "hindered_until", "is_entity", "reason", "version")  # fmt: skip


@bp.route("/agreements/<int:case_id>/new", methods=["GET", "POST"])
@requires(*REPORTERS)
def report_page(case_id: int) -> Any:
    case, book = agreement_or_404(case_id)
    form = _form(case, book, _hows(), how=_hows()[0], asked_on=hand().today)
    if not form.validate_on_submit():
        return _page(case, book, form, refusal_of(form, "未登记") if form.errors else None)
    try:
        given = form.given() | {"asked_on": form.asked_on.data if form.how.data == FILED else None}
        how = {"book": book, "hand": hand(), "reason": form.note.data or ""}
        opened = operations.report(case, given, form.typed(), form.free_rows(), **how)
    except DomainError as refusal:
        return _page(case, book, form, refusal)
    flash(DONE[form.how.data])
    return redirect(url_for("cases.case_page", case_id=opened.id))


def _hows() -> list[str]:
    """Return by which ways this person may report: a reviewer only what was found."""
    return [FILED, TOLD, FOUND, GENERAL] if current_user.has(*KEEPERS) else [FOUND]


def _form(agreement: Case, book: Book, hows: Iterable[str], row: Any = None, **values: Any) -> Any:
    """Return the form of a change under `agreement`; row: what was reported before."""
    blanks = changes.fields(book, agreement.institution.kind)
    said = operations.said(agreement.institution, blanks)
    if row:
        values |= {name: getattr(row, name) for name in SHOWN}
    return forms.change_form(blanks, said, hows, hand().today, row.items if row else (), **values)


def _page(agreement: Case, book: Book, form: Any, error: Any = None, change: Any = None) -> Any:
    """Return the form with what the days say so far, what forbids a change, and what is open besides."""
    page = render_template(
        "changes/report_page.html",
        agreement=agreement,
        change=change,
        form=form,
        error=error,
        forbidden=change_facts.forbidding(agreement.institution, hand()),
        owner=change_facts.owner_note(book),
        article=change_facts.article_of(book, "record_change"),
        ban_article=change_facts.article_of(book, change_facts.CONFIRMING),
        others=[line for line in change_facts.of_agreement(agreement, hand()) if _is_other(line, change)],
        **_days(book, {name: form[name].data for name in forms.DAYS if name in form}, form.how.data),
    )
    return page, error.status if error else 200


def _is_other(line: change_facts.Line, change: Any) -> bool:
    return line.case.closed_on is None and (change is None or line.case.id != change.row.case_id)


def _days(book: Book, typed: dict[str, date | None], how: str | None) -> dict[str, Any]:
    """Return how late the change is by what is typed, and the rule; a general one has no last day."""
    days = {name: forms.believed(day) for name, day in typed.items()}
    days["asked_on"] = days.get("asked_on") if how == FILED else None
    first, last = days.get("hindered_from"), days.get("hindered_until")
    if first is None or (last and last < first):
        days |= {"hindered_from": None, "hindered_until": None}
    if how == GENERAL:
        days["approved_on"] = None
    return {"standing": change_facts.lateness_of(book, days, hand()), "rule": book.clocks[changes.REQUEST]}


@bp.get("/agreements/<int:case_id>/days")
@requires(*REPORTERS)
def days_region(case_id: int) -> Any:
    _, book = agreement_or_404(case_id)
    typed = {name: _typed(name) for name in forms.DAYS}
    return render_template("changes/_days.html", **_days(book, typed, request.args.get("how")))


def _typed(name: str) -> date | None:
    try:
        return parse_day(request.args.get(name, "").replace("\x00", "").strip())
    except ValueError:
        return None


@bp.route("/<int:case_id>/amend", methods=["GET", "POST"])
@requires(*KEEPERS)
def amend_page(case_id: int) -> Any:
    case, change = change_or_404(case_id)
    found(change if case.closed_on is None else None)
    form = _amend_form(case, change.row)
    if not form.validate_on_submit():
        return _amend_page(case, change, form, refusal_of(form, "未保存") if form.errors else None)
    try:
        told = (form.given(), form.typed(), form.free_rows())
        operations.put_right(change.row, *told, hand=hand(), version=whole(form.version.data) or 0)
    except DomainError as refusal:
        return _amend_page(case, change, form, refusal)
    flash("已更正变更登记，期限和材料清单随之调整。")
    return redirect(url_for("cases.case_page", case_id=case.id))


def _amend_form(case: Case, row: ChangeRequest) -> Any:
    form = _form(row.agreement, hand().book_of(case), [change_facts.how_of(row)], row)
    form.how.data = change_facts.how_of(row)
    for name in ("asked_on", "note"):
        del form[name]
    return form


def _amend_page(case: Case, change: Any, form: Any, error: Any) -> Any:
    if error and error.status == Conflict.status:  # told once; who sends it again knows how it stands now
        form.version.raw_data, form.version.data = None, change_or_404(case.id)[1].row.version
    return _page(change.row.agreement, hand().book_of(case), form, error, change)
