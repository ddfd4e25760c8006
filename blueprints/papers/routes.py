"""Documents: the register, service, correction, voiding, printing."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import words
from blueprints.papers import forms, operations, queries
from blueprints.web import STAFF, found, hand, requires, scope
from documents import printing
from documents.forms import FORMS
from lifecycle import papers
from lifecycle.errors import DomainError
from models import Document, Role

bp = Blueprint("papers", __name__, url_prefix="/documents")

WRITERS = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)


def document_or_404(document_id: int) -> Document:
    return found(queries.document(document_id, scope()))


@bp.get("/")
@requires(*STAFF)
def document_list() -> Any:
    asked = {name: request.args.get(name, "").strip() for name in ("text", "kind", "state")}
    page = max(request.args.get("page", 1, int), 1)
    rows, total = queries.documents(scope(), **asked, page=page)
    template = "papers/document_list.html"
    kinds = queries.kinds(scope())
    return render_template(
        template, rows=rows, total=total, page=page, asked=asked, kinds=kinds, words=words, size=queries.PAGE
    )


@bp.get("/gaps")
@requires(*STAFF)
def gap_report() -> Any:
    return render_template("papers/gap_report.html", rows=queries.gaps(scope()))


@bp.get("/<int:document_id>")
@requires(*STAFF)
def document_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    return render_template(
        "papers/document_page.html",
        document=document,
        proof=queries.proof(document),
        facts=printing.facts(document),
        has_word=document.kind in FORMS,
        words=words,
        is_own=document.office_id == current_user.office.id,
    )


@bp.get("/<int:document_id>/word")
@requires(*STAFF)
def word_file(document_id: int) -> Any:
    document = document_or_404(document_id)
    content = found(printing.word(document))
    return send_file(
        BytesIO(content), as_attachment=True, download_name=f"{document.number} {document.name}.docx"
    )


@bp.get("/<int:document_id>/proof/word")
@requires(*STAFF)
def proof_file(document_id: int) -> Any:
    document = document_or_404(document_id)
    content = printing.proof_word(document, queries.proof(document))
    return send_file(BytesIO(content), as_attachment=True, download_name=f"{document.number} 送达回执.docx")


@bp.route("/<int:document_id>/serve", methods=["GET", "POST"])
@requires(*WRITERS)
def serve_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    form = forms.ServeForm(served_on=hand().today, address=document.data.get("address", ""))
    if not form.validate_on_submit():
        return _show(document, form, "登记送达")
    values = {name: form[name].data or "" for name in ("way", "recipient", "phone", "address", "note")}
    try:
        papers.serve(document, hand=hand(), served_on=form.served_on.data, **values)
    except DomainError as refusal:
        return _show(document, form, "登记送达", refusal)
    return _back(document, f"已登记 {document.number} 送达。")


@bp.route("/<int:document_id>/serve/correct", methods=["GET", "POST"])
@requires(*WRITERS)
def correct_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    proof = found(queries.proof(document))
    form = forms.CorrectServedForm(served_on=proof.served_on, version=proof.version)
    if not form.validate_on_submit():
        return _show(document, form, "更正送达日期")
    values = {
        "served_on": form.served_on.data,
        "reason": form.reason.data,
        "version": int(form.version.data or 0),
    }
    try:
        undone = operations.correct_served(proof, hand=hand(), **values)
    except DomainError as refusal:
        return _show(document, form, "更正送达日期", refusal)
    return _back(document, "已更正送达日期，期限已重新计算。" + ("逾期办理已随之取消。" if undone else ""))


@bp.route("/<int:document_id>/void", methods=["GET", "POST"])
@requires(*WRITERS)
def void_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    form = forms.VoidForm()
    if not form.validate_on_submit():
        return _show(document, form, "作废重开")
    fresh = papers.reissue(document, hand=hand(), reason=form.reason.data)
    return _back(fresh, f"{document.number} 已作废，重新出具 {fresh.number}。请打印并登记送达。")


def _show(document: Document, form: Any, title: str, error: DomainError | None = None) -> Any:
    page = render_template("papers/form_page.html", document=document, form=form, title=title, error=error)
    return page, (error.status if error else 422 if form.errors else 200)


def _back(document: Document, sentence: str) -> Any:
    flash(sentence)
    if document.case_id:
        return redirect(url_for("cases.case_page", case_id=document.case_id))
    return redirect(url_for("papers.document_page", document_id=document.id))
