"""Applying: the form, its draft, handing it in. A draft belongs to the institution until it is submitted."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from blueprints import book_tables, register_fields
from blueprints.differences import differences
from blueprints.portal import apply_page, queries
from blueprints.portal.apply_page import Subject
from blueprints.portal.blueprint import bp
from blueprints.portal.case_routes import case_or_404
from blueprints.web import found, hand, requires
from lifecycle import intake
from lifecycle.errors import DomainError
from models import Case, Institution, Matter, Role


@bp.get("/my/institutions/<int:institution_id>/apply")
@requires(Role.PROVIDER)
def apply_page_new(institution_id: int) -> Any:
    subject = Subject(_own(institution_id))
    open_one = intake.open_application(subject.institution)
    if open_one:
        return redirect(url_for(".case_page", case_id=open_one.id))
    return apply_page.shown(apply_page.first_form(subject), subject)


@bp.post("/my/institutions/<int:institution_id>/apply")
@requires(Role.PROVIDER)
def apply(institution_id: int) -> Any:
    subject = Subject(_own(institution_id))
    return _kept(
        subject,
        lambda typed: intake.register_application(typed, hand=hand(), institution=subject.institution),
    )


@bp.get("/my/cases/<int:case_id>/draft")
@requires(Role.PROVIDER)
def draft_page(case_id: int) -> str:
    subject = _draft(case_id)
    return apply_page.shown(apply_page.draft_form(subject), subject)


@bp.post("/my/cases/<int:case_id>/draft")
@requires(Role.PROVIDER)
def change_draft(case_id: int) -> Any:
    subject = _draft(case_id)
    return _kept(subject, lambda typed: intake.change_draft(subject.case, typed, hand=hand()))


@bp.post("/my/cases/<int:case_id>/submit")
@requires(Role.PROVIDER)
def submit(case_id: int) -> Any:
    """File the draft as it was left, today; what it lacks is told on its form."""
    subject = _draft(case_id)
    form = apply_page.draft_form(subject)
    form.application_version.data = request.form.get("application_version", "")
    if not form.validate():
        return apply_page.shown(form, subject, register_fields.refusal_of(form)), 422
    try:
        case = intake.change_draft(subject.case, apply_page.typed(form, subject, is_draft=False), hand=hand())
    except DomainError as refusal:
        return apply_page.shown(form, subject, refusal), refusal.status
    flash(f"申请已提交，办件编号 {case.number}。经办机构核对材料后答复。")
    return redirect(url_for(".case_page", case_id=case.id))


@bp.post("/my/institutions/<int:institution_id>/rows/<key>")
@requires(Role.PROVIDER)
def change_rows(institution_id: int, key: str) -> str:
    """Add or remove a row while the form is typed; nothing is saved."""
    subject = Subject(_own(institution_id))
    form = apply_page.posted_form(subject)
    table = found(next((table for table in form.tables if table.table.key == key), None))
    return render_template("portal/_book_table.html", form=form, table=table, institution_id=institution_id)


@bp.post("/my/institutions/<int:institution_id>/differences")
@requires(Role.PROVIDER)
def differences_region(institution_id: int) -> str:
    """Tell what differs from the register while the form is typed; nothing is saved."""
    own = _own(institution_id)
    others = differences(apply_page.posted_form(Subject(own)), own)
    return render_template("portal/_differences.html", others=others, institution_id=institution_id)


def _kept(subject: Subject, operation: Callable[[intake.Typed], Case]) -> Any:
    """Check what was posted and keep it as the draft; told on the same form if it is refused."""
    form = apply_page.posted_form(subject)
    if book_tables.is_changing_rows(request.form):
        return apply_page.shown(form, subject)
    if not form.validate_on_submit():
        return apply_page.shown(form, subject, register_fields.refusal_of(form, "未保存")), 422
    try:
        case = operation(apply_page.typed(form, subject, is_draft=True))
    except DomainError as refusal:
        return apply_page.shown(form, subject, refusal), refusal.status
    flash("已暂存。" if "draft" in request.form else "已保存。请逐项上传材料，再提交申请。")
    return redirect(url_for(".case_page", case_id=case.id))


def _own(institution_id: int) -> Institution:
    """Return one of the account's institutions whose region has rules of applying, or answer 404."""
    own = [row for row in queries.institutions(hand().institutions) if row.id == institution_id]
    return found(next((row for row in own if hand().serves(row.office, Matter.APPLICATION)), None))


def _draft(case_id: int) -> Subject:
    case = case_or_404(case_id)
    return Subject(case.institution, case, found(queries.draft_of(case)))
