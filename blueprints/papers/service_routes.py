"""Service of documents: the list of those not yet served, the proof (annex 6) with its scan, correction."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints.papers import forms, operations, service_queries
from blueprints.papers.blueprint import WRITERS, bp, document_or_404
from blueprints.papers.queries import proof as proof_of
from blueprints.papers.register_routes import to_case
from blueprints.web import STAFF, found, hand, requires, scope
from documents import printing
from lifecycle.errors import DomainError
from models import Document


@bp.get("/unserved")
@requires(*STAFF)
def unserved_list() -> Any:
    page = min(max(request.args.get("page", 1, int), 1), 100_000)
    rows, total = service_queries.unserved(scope(), hand(), page=page)
    return render_template(
        "papers/unserved_list.html",
        rows=rows,
        total=total,
        page=page,
        size=service_queries.PAGE,
        may_serve=current_user.has(*WRITERS),
    )


@bp.get("/<int:document_id>/proof/word")
@requires(*STAFF)
def proof_file(document_id: int) -> Any:
    document = document_or_404(document_id)
    content = printing.proof_word(document, proof_of(document))
    return send_file(BytesIO(content), as_attachment=True, download_name=f"{document.number} 送达回执.docx")


@bp.route("/<int:document_id>/serve", methods=["GET", "POST"])
@requires(*WRITERS)
def serve_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    others = service_queries.others_unserved(document)
    form = forms.serve_form(document, others, hand().today)
    if not form.validate_on_submit():
        return _serve_page(document, form)
    together = [document, *(row for row in others if str(row.id) in form.also.data)]
    try:
        operations.serve(together, hand=hand(), scan=form.scanned(), **form.proof())
    except DomainError as refusal:
        return _serve_page(document, form, refusal)
    return _served(together)


def _serve_page(document: Document, form: forms.ServeForm, error: DomainError | None = None) -> Any:
    page = render_template(
        "papers/serve_page.html",
        document=document,
        form=form,
        error=error,
        waits=service_queries.waiting_clocks([document], hand()).get(document.id, ""),
        people=service_queries.people_of(document),
    )
    return page, (error.status if error else 422 if form.errors else 200)


def _served(documents: list[Document]) -> Any:
    numbers = "、".join(document.number for document in documents)
    if request.args.get("back") != "unserved":
        return to_case(documents[0], f"已登记 {numbers} 送达。")
    flash(f"已登记 {numbers} 送达。")
    return redirect(url_for("papers.unserved_list"))


@bp.route("/<int:document_id>/serve/correct", methods=["GET", "POST"])
@requires(*WRITERS)
def correct_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    proof = found(proof_of(document))
    form = forms.CorrectServedForm(served_on=proof.served_on, version=proof.version)
    if not form.validate_on_submit():
        return _correct_page(document, form)
    values = {"served_on": form.served_on.data, "reason": form.reason.data}
    try:
        undone = operations.correct_served(proof, hand=hand(), version=form.seen(), **values)
    except DomainError as refusal:
        return _correct_page(document, form, refusal)
    return to_case(document, "已更正送达日期，期限已重新计算。" + ("逾期办理已随之取消。" if undone else ""))


def _correct_page(document: Document, form: Any, error: DomainError | None = None) -> Any:
    context = {"document": document, "form": form, "title": "更正送达日期", "error": error}
    return render_template("papers/form_page.html", **context), (
        error.status if error else 422 if form.errors else 200
    )


@bp.post("/<int:document_id>/proof/scan")
@requires(*WRITERS)
def scan(document_id: int) -> Any:
    document, form = document_or_404(document_id), forms.ScanForm()
    is_new = operations.store_scan(document, form.scanned(), hand=hand())
    flash("已上传回执扫描件。" if is_new else "已更换回执扫描件，原文件保留备查。")
    return redirect(url_for("papers.document_page", document_id=document.id))
