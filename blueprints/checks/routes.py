"""What is checked before a case is accepted, and what it rests on: the fund by year, added conditions."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.checks import forms, operations, queries
from blueprints.filed_changes import filed_changes
from blueprints.web import STAFF, case_or_404, found, hand, requires, scope
from lifecycle import case_checks, fund, policy
from lifecycle.errors import BadDay, Conflict, DomainError, Unmet
from lifecycle.fund import in_wan
from models import Case, Matter, Role

bp = Blueprint("checks", __name__)

CHECKERS = (Role.CLERK, Role.MANAGER)
bp.add_app_template_global(queries.TITLES, "check_titles")
bp.add_app_template_global(fund.policy_words, "policy_words")
bp.add_app_template_global(policy.article_of, "marks_article")
bp.add_app_template_global(in_wan, "in_wan")
bp.add_app_template_global(words.KINDS, "kinds")
LISTS = "<any(condition, screening):list_>"


@bp.app_template_global()
def checks_of(case: Case, items: list[case_checks.Item] | None = None) -> queries.Sheet:
    """Return the checks of a case, for the summary on its page. items: if the page has looked them up."""
    return queries.sheet(case, hand(), items)


@bp.get("/cases/<int:case_id>/checks")
@requires(*STAFF)
def checks_page(case_id: int) -> Any:
    return _page(case_or_404(case_id))


def _marked(case_id: int) -> tuple[Case, forms.PolicyForm]:
    case = case_or_404(case_id)
    return case, forms.policy_form(hand().book_of(case))


def _page(
    case: Case,
    error: DomainError | None = None,
    refused: queries.Row | None = None,
    rest: forms.RestForm | None = None,
    marks: forms.PolicyForm | None = None,
) -> str:
    view, application = queries.sheet(case, hand()), queries.application_of(case)
    book = hand().book_of(case)
    if application and marks is None:
        marks = forms.policy_form(book, formdata=None, obj=application)
    if refused:
        view = replace(view, rows=tuple(refused if row.id == refused.id else row for row in view.rows))
    return render_template(
        "checks/checks_page.html",
        case=case,
        filed=filed_changes(case),
        view=view,
        titles=queries.TITLES,
        error=error,
        rest=rest or forms.RestForm(None, inquiry=view.inquiry, checked_on=hand().today),
        marks=marks if application else None,
        book=book,
        application=application,
        guard=queries.guard(application, case, hand()),
        old_policy=queries.old_policy(application, case, hand()),
        alike=queries.look_alikes(case, hand()),
        state=book.states[case.state].label,
    )


@bp.route(f"/cases/<int:case_id>/checks/{LISTS}/<key>", methods=["PUT", "POST"])
@requires(*CHECKERS)
def mark_check(case_id: int, list_: str, key: str) -> Any:
    case, form = case_or_404(case_id), forms.CheckForm()
    found(case_checks.item(case, list_, key, hand()))
    if not form.validate_on_submit():
        return _refuse(case, list_, key, form, "；".join(text for *_, text in form.errors_flat)), 422
    try:
        case_checks.mark(case, list_, key, **form.given, hand=hand())
    except (Conflict, Unmet, BadDay) as refusal:
        return _refuse(case, list_, key, form, refusal), refusal.status
    return _saved(case, f"{list_}-{key}")


def _saved(case: Case, row_id: str) -> Any:
    """Answer with the row and, out of band, the counters; without htmx with the page."""
    if not request.htmx:
        return redirect(url_for(".checks_page", case_id=case.id, _anchor=f"row-{row_id}"))
    view = queries.sheet(case, hand())
    row = replace(next(row for row in view.rows if row.id == row_id), is_current=True)
    return render_template("checks/_check_row.html", case=case, row=row, view=view, is_oob=True)


def _refuse(case: Case, list_: str, key: str, form: forms.CheckForm, why: DomainError | str) -> str:
    """Show the row with what was typed kept, and why it was not saved."""
    view = queries.sheet(case, hand())
    row = next(row for row in view.rows if row.id == f"{list_}-{key}")
    text = "；".join(why.sentences) if isinstance(why, DomainError) else why
    kept = replace(
        row,
        typed=form.note.data or "",
        day=form.checked_on._value() or row.day,
        is_current=True,
        verdict=form.verdict.data if form.verdict.data in row.labels else row.verdict,
        error=text,
    )
    if isinstance(why, Conflict):
        kept = replace(
            kept, verdict=row.verdict, error="", colleague=queries.faster(row, form.verdict.data or "")
        )
    if not request.htmx:
        return _page(case, refused=kept)
    return render_template("checks/_check_row.html", case=case, row=kept, view=view, is_oob=True)


@bp.post("/cases/<int:case_id>/checks/rest")
@requires(*CHECKERS)
def mark_rest(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.RestForm()
    if not form.validate_on_submit():
        return _page(case, rest=form), 422
    inquiry, day = form.inquiry.data or "", form.checked_on.data
    try:
        count = case_checks.mark_rest(case, inquiry=inquiry, checked_on=day, hand=hand())
    except (Unmet, BadDay) as refusal:
        return _page(case, error=refusal, rest=form), refusal.status
    flash(f"已登记 {count} 项核对无误。" if count else "没有可以一并登记的项，请逐项核对。")
    return redirect(url_for(".checks_page", case_id=case.id))


@bp.post("/cases/<int:case_id>/checks/marks")
@requires(*CHECKERS)
def set_policy(case_id: int) -> Any:
    case, form = _marked(case_id)
    application = found(queries.application_of(case))
    if not form.validate_on_submit():
        return _page(case, marks=form), 422
    try:
        policy.set_policy(application, **form.given, hand=hand())
    except (Conflict, Unmet) as refusal:
        form.renew(queries.application_of(case).version)
        return _page(case, error=refusal, marks=form), refusal.status
    flash("已保存基金评估和政策标记。")
    return redirect(url_for(".checks_page", case_id=case.id, _anchor="marks"))


@bp.get("/funds")
@requires(*STAFF)
def fund_page() -> Any:
    me, office = hand(), current_user.office
    book = me.book_for(office, Matter.APPLICATION)
    found(book.thresholds.get(fund.OVERRUN))  # not every region's law guards the fund
    return render_template(
        "checks/fund_page.html",
        years=queries.fund_years(office, book, me.today),
        supply=queries.supply(scope(), book),
        above=queries.fund_years(office.parent, book, me.today) if office.parent_id else [],
        book=book,
        article=fund.article_of(book),
        may_edit=Role.MANAGER in me.roles,
    )


@bp.route("/funds/<int:year>", methods=["GET", "POST"])
@requires(Role.MANAGER)
def fund_year(year: int) -> Any:
    row = queries.fund_year(current_user.office, found(year if 2000 <= year <= 2099 else None))
    form = forms.FundForm(obj=row)
    if not form.validate_on_submit():
        return _show_year(year, form), (422 if form.errors else 200)
    try:
        fund.save_year(current_user.office, year, form.figures, version=form.version.data, hand=hand())
    except (Conflict, Unmet) as refusal:
        form.renew(row.version if row else 0)
        return _show_year(year, form, refusal), refusal.status
    flash(f"已保存 {year} 年的基金数据。")
    return redirect(url_for(".fund_page"))


def _show_year(year: int, form: forms.FundForm, error: DomainError | None = None) -> str:
    return render_template("checks/fund_year.html", year=year, form=form, error=error)


@bp.get("/conditions")
@requires(*STAFF)
def condition_list() -> Any:
    return _show_conditions(forms.ConditionForm(None))


def _show_conditions(form: forms.ConditionForm) -> str:
    office = current_user.office
    offices = [*scope(), *([office.parent_id] if office.parent_id else [])]
    return render_template(
        "checks/condition_list.html",
        rows=queries.extra_conditions(offices),
        rules=hand().book_for(office, Matter.APPLICATION).provisions_of("other_conditions"),
        form=form,
        may_edit=Role.MANAGER in hand().roles,
    )


@bp.post("/conditions")
@requires(Role.MANAGER)
def add_condition() -> Any:
    form = forms.ConditionForm()
    if not form.validate_on_submit():
        return _show_conditions(form), 422
    given = {"kind": form.kind.data, "text": form.text.data, "basis": form.basis.data}
    operations.add_condition(**given, hand=hand())
    flash("已增加条件，未受理的申请都要核对。")
    return redirect(url_for(".condition_list"))


@bp.post("/conditions/<int:condition_id>")
@requires(Role.MANAGER)
def switch_condition(condition_id: int) -> Any:
    row, form = found(queries.extra_condition(current_user.office, condition_id)), forms.SwitchForm()
    if not form.validate_on_submit():
        raise Unmet([forms.STALE])
    is_active = bool(form.is_active.data)
    operations.switch_condition(row, is_active=is_active, version=form.version.data, hand=hand())
    flash("已恢复这项条件。" if is_active else "已停用这项条件。")
    return redirect(url_for(".condition_list"))
