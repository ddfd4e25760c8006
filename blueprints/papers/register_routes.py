"""The register of documents (文书登记簿): list, export, gaps, one document, voiding."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel, words
from blueprints.papers import forms, operations, queries
from blueprints.papers.blueprint import WRITERS, bp, document_or_404
from blueprints.web import STAFF, found, hand, requires, scope
from documents import printing
from documents.forms import FORMS
from lifecycle import moment, papers
from models import Document

COLUMNS = (
    ("文书编号", 26),
    ("名称", 38),
    ("机构", 40),
    ("经办机构", 30),
    ("出具日期", 12),
    ("出具人", 12),
    ("状态", 10),
    ("送达日期", 12),
    ("送达方式", 12),
    ("受送人", 16),
    ("回执扫描件", 12),
    ("作废原因", 30),
)


def _asked() -> queries.Asked:
    ask = request.args
    state = ask.get("state", "")
    year = ask.get("year", 0, int)
    return queries.Asked(
        text=ask.get("text", "").replace("\x00", "").strip()[:60],
        kind=ask.get("kind", "").replace("\x00", "").strip()[:30],
        state=state if state in queries.STATES else "",
        year=year if 2000 <= year <= 2099 else 0,
    )


@bp.get("/")
@requires(*STAFF)
def document_list() -> Any:
    asked = _asked()
    page = min(max(request.args.get("page", 1, int), 1), 100_000)
    rows, total = queries.documents(scope(), asked, page=page)
    return render_template(
        "papers/document_list.html",
        rows=rows,
        total=total,
        page=page,
        asked=asked,
        words=words,
        size=queries.PAGE,
        kinds=queries.kinds(scope()),
        years=queries.years(scope()),
    )


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    rows = queries.all_documents(scope(), _asked())
    table = excel.Table("文书登记簿", "文书登记簿", COLUMNS, map(_cells, rows))
    at = moment.now()
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export("文书登记簿", len(rows), hand=hand())
    return send_file(
        file, excel.MIMETYPE, as_attachment=True, download_name=f"文书登记簿_{at:%Y%m%d_%H%M}.xlsx"
    )


def _cells(row: Any) -> list[Any]:
    return [
        *(row.number, row.name, row.institution, row.office, row.issued_on, row.issued_by),
        queries.state_label(row),
        row.served_on,
        words.SERVICE_WAYS.get(row.way, ""),
        row.recipient,
        "有" if row.has_scan else "",
        row.void_reason,
    ]


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
        scans=queries.scans(document),
        scan_form=forms.ScanForm(),
        facts=printing.facts(document),
        has_word=document.kind in FORMS,
        words=words,
        annex=hand().book_of(document.case).article_of("proof_of_service") if document.case_id else "",
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


@bp.route("/<int:document_id>/void", methods=["GET", "POST"])
@requires(*WRITERS)
def void_page(document_id: int) -> Any:
    document = document_or_404(document_id)
    form = forms.VoidForm()
    if not form.validate_on_submit():
        page = render_template(
            "papers/form_page.html", document=document, form=form, title="作废重开", error=None
        )
        return page, 422 if form.errors else 200
    fresh = papers.reissue(document, hand=hand(), reason=form.reason.data)
    return to_case(fresh, f"{document.number} 已作废，重新出具 {fresh.number}。请打印并登记送达。")


def to_case(document: Document, sentence: str) -> Any:
    """Lead back to the case of `document`, or to its own page, and say what was done."""
    flash(sentence)
    if document.case_id:
        return redirect(url_for("cases.case_page", case_id=document.case_id))
    return redirect(url_for("papers.document_page", document_id=document.id))
