"""Printing: empty forms, the forms of a case, the papers of several cases as one zip."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints.papers import operations, print_queries
from blueprints.papers.blueprint import WRITERS, bp
from blueprints.web import PROVIDERS, STAFF, case_or_404, found, hand, requires, scope
from documents import case_forms, printing
from documents.bundle import safe_name
from documents.forms import FORMS
from models import Case, Matter
from rules.book import Book

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
bp.add_app_template_global(frozenset(FORMS), "paper_forms")


@bp.app_template_global("print_forms")
def print_forms(case: Case) -> list[case_forms.CaseForm]:
    """The forms that can be printed for `case`, for the menu on its page."""
    return case_forms.forms_of(case, hand().book_of(case))


def _book() -> Book:
    """The book under which the user's office takes applications today."""
    return hand().book_for(current_user.office, Matter.APPLICATION)


def _word(content: bytes, name: str) -> Any:
    return send_file(BytesIO(content), WORD, as_attachment=True, download_name=f"{safe_name(name)}.docx")


@bp.get("/forms")
@requires(*STAFF, *PROVIDERS)
def blank_forms() -> Any:
    book = _book()
    return render_template("papers/blank_forms.html", forms=printing.blanks_of(book), book=book)


@bp.get("/forms/<form>")
@requires(*STAFF, *PROVIDERS)
def blank_form(form: str) -> Any:
    book = _book()
    row = found(next((row for row in printing.blanks_of(book) if row.key == form), None))
    return _word(printing.blank_word(form, book), f"{row.annex} {row.name}（空白）")


@bp.get("/cases/<int:case_id>/forms/<form>")
@requires(*STAFF)
def case_form(case_id: int, form: str) -> Any:
    case = case_or_404(case_id)
    row = found(next((row for row in print_forms(case) if row.key == form), None))
    region = hand().region_of(case.office).name
    content = found(case_forms.case_form(case, form, hand().book_of(case), region=region))
    operations.note_print(case, f"{row.annex} {row.name}".strip(), hand=hand())
    if form in ("application_form", "change_form"):
        _tell_lacking(case)
    return _word(content, f"{row.annex} {row.name} {case.institution.name}")


@bp.post("/cases/<int:case_id>/forms/application_form/whole")
@requires(*WRITERS)
def whole_form(case_id: int) -> Any:
    case = case_or_404(case_id)
    legal_id = operations.reveal_for_print(case, hand=hand())
    content = found(case_forms.case_form(case, "application_form", hand().book_of(case), legal_id))
    _tell_lacking(case)
    return _word(content, f"附件2 定点申请表 {case.institution.name}")


def _tell_lacking(case: Case) -> None:
    """Say on the next page why 未完成 stands across the form of an application or a change."""
    lacking = case_forms.lacking(case, hand().book_of(case))
    if lacking:
        flash(f"申请表还有 {len(lacking)} 处没有填：{'、'.join(lacking)}。打印件上印有“未完成”。")


@bp.get("/batch")
@requires(*STAFF)
def batch_page() -> Any:
    rows = print_queries.picked(request.args.getlist("cases", type=int), scope())
    return render_template("papers/batch_page.html", rows=rows, books=hand().books)


@bp.post("/batch")
@requires(*STAFF)
def batch() -> Any:
    rows = print_queries.picked(request.form.getlist("cases", type=int), scope())
    if not rows:
        return redirect(url_for("papers.batch_page"))
    task = operations.start_batch([row.id for row in rows], hand=hand())
    return redirect(url_for("imports.task_page", task_id=task.id))
