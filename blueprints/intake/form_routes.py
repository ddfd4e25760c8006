"""The form of annex 2: registering, drafts, putting right what was filed; its checks while it is typed."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from blueprints import book_tables, register_fields
from blueprints.application_form import ApplicationForm
from blueprints.intake import form_page, queries
from blueprints.intake.blueprint import bp
from blueprints.intake.form_page import Subject
from blueprints.web import case_or_404, found, hand, requires
from lifecycle import intake, register
from lifecycle.errors import DomainError
from models import Case, CaseState, Role

CHECKED = ("uscc", "phone", *(f"{role}_id" for role in register.PERSONS), "operating_since", "received_on")


@bp.get("/new")
@requires(Role.CLERK)
def new_application() -> str:
    subject = form_page.asked_for()
    return form_page.shown(form_page.first_form(subject), subject)


@bp.post("/new")
@requires(Role.CLERK)
def register_application() -> Any:
    subject = form_page.asked_for()
    return _taken(
        subject,
        lambda typed: intake.register_application(typed, hand=hand(), institution=subject.institution),
    )


@bp.get("/<int:case_id>/draft")
@requires(Role.CLERK)
def draft_page(case_id: int) -> str:
    subject = _subject(case_id, CaseState.DRAFT)
    return form_page.shown(form_page.stored_form(subject), subject)


@bp.post("/<int:case_id>/draft")
@requires(Role.CLERK)
def change_draft(case_id: int) -> Any:
    case = case_or_404(case_id)
    subject = Subject(case.institution, case, queries.application_of(case, CaseState.DRAFT))
    return _taken(subject, lambda typed: intake.change_draft(case, typed, hand=hand()))


@bp.get("/<int:case_id>/amend")
@requires(Role.CLERK)
def amend_page(case_id: int) -> str:
    subject = _subject(case_id, *intake.AMENDABLE)
    return form_page.shown(form_page.stored_form(subject), subject)


@bp.post("/<int:case_id>/amend")
@requires(Role.CLERK)
def amend_application(case_id: int) -> Any:
    case = case_or_404(case_id)
    subject = Subject(
        case.institution, case, queries.application_of(case, *intake.AMENDABLE), is_amended=True
    )
    return _taken(subject, lambda typed: intake.amend_application(case, typed, hand=hand()))


@bp.post("/check/<name>")
@requires(Role.CLERK)
def check_field(name: str) -> str:
    """Check one field while the form is typed; a wrong one is told beside it, nothing is refused."""
    form = form_page.posted_form(form_page.asked_for())
    field = found(form[name] if name in CHECKED and name in form else None)
    field.validate(form)
    return render_template("intake/_field.html", form=form, field=field, **form_page.hints(form))


@bp.post("/duplicates")
@requires(Role.CLERK)
def duplicates() -> str:
    subject = form_page.asked_for()
    form = form_page.posted_form(subject)
    return render_template("intake/_duplicates.html", form=form, **form_page.aside(form, subject))


@bp.post("/rows/<key>")
@requires(Role.CLERK)
def change_rows(key: str) -> str:
    """Add or remove a row while the form is typed; nothing is saved."""
    form = form_page.posted_form(form_page.asked_for())
    table = found(next((table for table in form.tables if table.table.key == key), None))
    return render_template("intake/_book_table.html", form=form, table=table)


def _subject(case_id: int, *states: str) -> Subject:
    """Return what a stored form is about; a case that stands in none of `states` answers 404."""
    case = case_or_404(case_id)
    application = found(queries.application_of(case, *states))
    return Subject(case.institution, case, application, is_amended=CaseState.DRAFT not in states)


def _taken(subject: Subject, operation: Callable[[intake.Typed], Case]) -> Any:
    """Check what was posted and hand it to `operation`; told on the same form if it is refused."""
    form = form_page.posted_form(subject)
    if book_tables.is_changing_rows(request.form):
        return form_page.shown(form, subject)
    is_valid = form.validate_on_submit()
    refusal = form_page.unseen(form, subject) if is_valid else register_fields.refusal_of(form)
    if refusal:
        return form_page.shown(form, subject, error=refusal), refusal.status
    try:
        case = operation(form_page.typed(form))
    except DomainError as error:
        return form_page.shown(form, subject, error=form_page.told(error)), error.status
    flash(_done(form, case, subject))
    return redirect(url_for("cases.case_page", case_id=case.id))


def _done(form: ApplicationForm, case: Case, subject: Subject) -> str:
    if subject.is_amended:
        return f"已修改申请信息，办件编号 {case.number}"
    return f"已暂存为草稿，办件编号 {case.number}" if form.is_draft else f"已登记收件，办件编号 {case.number}"
