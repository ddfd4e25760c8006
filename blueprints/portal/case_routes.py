"""One case of the institution: its state, materials, documents and history, and what is to be done in it."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, request, send_file, url_for

from blueprints import exit_facts, telling, words
from blueprints.portal import exit_queries, forms, operations, queries, rows, story
from blueprints.portal.blueprint import bp
from blueprints.register_fields import whole
from blueprints.stations import stations
from blueprints.web import PROVIDERS, found, hand, render, requires
from documents import printing
from lifecycle import files, materials, steps
from lifecycle.errors import DomainError
from models import Attachment, Case, CaseMaterial, Document, Matter, Role

SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "video/mp4")


def case_or_404(case_id: int) -> Case:
    """Return a case of the account's institutions; a foreign or unknown id answers 404."""
    return found(queries.case_of(case_id, hand().institutions))


@bp.get("/my/cases/<int:case_id>")
@requires(*PROVIDERS)
def case_page(case_id: int) -> str:
    return shown_case(case_or_404(case_id))


def shown_case(
    case: Case, error: DomainError | None = None, withdraw_form: forms.WithdrawForm | None = None
) -> str:
    me, hides = hand(), case.office.hides_officers
    label = story.state_label(case, me.book_of(case))
    documents, attached = queries.documents(case), queries.files(case)
    happened = (queries.steps(case), documents, attached, queries.accounts_of(case), me.today)
    return render(
        "portal/case_page.html",
        "portal/_case.html",
        case=case,
        label=label,
        plain=story.plain_state(case, label),
        types=queries.type_labels(case, me),
        stations=story.without_names(stations(case, me), hides=hides),
        clocks=story.shown_clocks(telling.clock_cards(case, me)),
        offers={
            offer.step.action: offer for offer in steps.offers(case, me, words.ROLES) if offer.is_possible
        },
        rows=rows.rows_of(case, attached, me),
        signed=[row for row in attached if row.purpose == "signed_text"],
        documents=documents,
        printable=printing.FORMS,
        history=story.history(*happened, hides=hides),
        error=error,
        application=queries.draft_of(case),
        exit=exit_facts.request_of(case, me) if case.matter == Matter.EXIT else None,
        related=exit_queries.related(case) if case.matter == Matter.EXIT else [],
        withdraw_form=withdraw_form or forms.WithdrawForm(formdata=None, data={"version": case.version}),
        words=words,
    )


@bp.post("/my/cases/<int:case_id>/supplement")
@requires(Role.PROVIDER)
def submit_supplement(case_id: int) -> Any:
    case = case_or_404(case_id)
    try:
        operations.submit_supplement(case, hand=hand(), version=whole(request.form.get("version")))
    except DomainError as refusal:
        return shown_case(case_or_404(case_id), refusal), refusal.status
    return _done(case, "补正材料已提交，经办机构将重新核对。")


@bp.post("/my/cases/<int:case_id>/withdraw")
@requires(Role.PROVIDER)
def withdraw(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.WithdrawForm()
    if not form.validate_on_submit():
        return shown_case(case, withdraw_form=form), 422
    try:
        version = whole(form.version.data)
        operations.withdraw(case, hand=hand(), reason=form.reason.data, version=version)
    except DomainError as refusal:
        form.version.data = case_or_404(case_id).version
        return shown_case(case_or_404(case_id), refusal, form), refusal.status
    return _done(case, "申请已撤回。")


@bp.post("/my/cases/<int:case_id>/materials/<int:material_id>/files")
@requires(Role.PROVIDER)
def upload(case_id: int, material_id: int) -> Any:
    case = case_or_404(case_id)
    row = _material(case, material_id)
    uploads = [(file.filename or "", file.read()) for file in request.files.getlist("files") if file]
    try:
        stored = materials.supply(row, uploads, hand=hand())
    except DomainError as refusal:
        return shown_case(case, refusal), refusal.status
    return _done(case, f"第 {row.no} 项已上传 {len(stored)} 个文件。", f"material-{row.id}")


@bp.post("/my/cases/<int:case_id>/files/<int:attachment_id>/remove")
@requires(Role.PROVIDER)
def remove_file(case_id: int, attachment_id: int) -> Any:
    case = case_or_404(case_id)
    attachment = _file(case, attachment_id)
    row = found(attachment.material)
    try:
        materials.take_out(attachment, hand=hand(), reason="机构自行移除")
    except DomainError as refusal:
        return shown_case(case, refusal), refusal.status
    return _done(case, f"已移除“{attachment.filename}”。", f"material-{row.id}")


@bp.get("/my/cases/<int:case_id>/files/<int:attachment_id>")
@requires(*PROVIDERS)
def file(case_id: int, attachment_id: int) -> Any:
    row = _file(case_or_404(case_id), attachment_id)
    shown = row.content_type in SHOWN_INLINE
    return send_file(
        files.path_of(row), mimetype=row.content_type, as_attachment=not shown, download_name=row.filename
    )


@bp.get("/my/cases/<int:case_id>/documents/<int:document_id>/word")
@requires(*PROVIDERS)
def word_file(case_id: int, document_id: int) -> Any:
    document = _document(case_or_404(case_id), document_id)
    content = found(printing.word(document))
    name = f"{document.number} {document.name}.docx"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _document(case: Case, document_id: int) -> Document:
    return found(next((row for row in queries.documents(case) if row.id == document_id), None))


def _file(case: Case, attachment_id: int) -> Attachment:
    return found(queries.file_of(case, attachment_id))


def _material(case: Case, material_id: int) -> CaseMaterial:
    return found(next((row for row in queries.materials(case) if row.id == material_id), None))


def _done(case: Case, sentence: str, anchor: str | None = None) -> Any:
    flash(sentence)
    return redirect(url_for(".case_page", case_id=case.id, _anchor=anchor))
