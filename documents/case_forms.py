"""The forms of one case as Word files: application, commitment, material list; and all papers of a case."""

from collections.abc import Iterator
from dataclasses import dataclass

from peewee import JOIN

from documents import filled, filled_change, filled_exit, filled_zhanjiang, printing
from documents.across import UNFINISHED, across
from documents.forms import FORMS
from documents.render import render
from lifecycle import files
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    CaseState,
    ChangeRequest,
    Credential,
    CredentialKind,
    Document,
    DocumentState,
    ExitRequest,
    Kind,
    MaterialState,
    Matter,
    Person,
    ProofOfService,
    Staff,
    StepTaken,
)
from rules.book import Book

ANNEX_2 = "2"
SKETCH = "sketch"  # the purpose of a file with 地理位置简图


@dataclass(frozen=True)
class CaseForm:
    """A form that can be printed for a case: its key, its annex and its name."""

    key: str
    annex: str
    name: str


def forms_of(case: Case, book: Book) -> list[CaseForm]:
    """Return the forms of `case`; a book that prints no annex 2 leaves only its list of materials."""
    if case.matter == Matter.EXIT and any(filled_exit.ANNEX in field.forms for field in book.fields):
        return [CaseForm("exit_form", "附件12", "定点资格退出申请表")]
    if case.matter == Matter.CHANGE:
        return _change_forms(case, book)
    if case.matter != Matter.APPLICATION:
        return []
    kind = case.institution.kind
    if book.forms:
        return [CaseForm(_case_key(row.key), row.annex, row.name) for row in book.forms if kind in row.kinds]
    annex = "附件5-1" if kind == Kind.MEDICAL else "附件5-2"
    if not any(ANNEX_2 in field.forms for field in book.fields):
        return [CaseForm("material_list", "", "申请材料清单")]
    return [
        CaseForm("application_form", "附件2", "定点申请表"),
        CaseForm("commitment", "附件3", "信息系统承诺书"),
        CaseForm("material_list", annex, "申请材料清单"),
    ]


def _change_forms(case: Case, book: Book) -> list[CaseForm]:
    """Return annex 11 of the institution's kind; general information is told by letter, not by the form."""
    annex = filled_change.ANNEXES[case.institution.kind]
    if case.state == CaseState.CHANGE_NOTIFIED or not any(annex in field.forms for field in book.fields):
        return []
    return [CaseForm("change_form", f"附件{annex}", "定点信息变更申请表")]


def _case_key(key: str) -> str:
    """The list of materials is one form, filled with the rows of the case."""
    return "material_list" if key in printing.LISTS.values() else key


def case_form(
    case: Case, key: str, book: Book, legal_id: str | None = None, *, region: str = ""
) -> bytes | None:
    """Return the form `key` filled for `case`, or None if the case has no such form.

    What is not finished prints with 未完成 across it: an application with blanks that must be filled, a list
    with rows nobody has looked at. legal_id: the whole number; left out, it is printed masked.
    region: its name as annexes 11 and 12 print it.
    """
    if key not in {form.key for form in forms_of(case, book)}:
        return None
    if key == "application_form":
        return _application(case, book, legal_id)
    if key == filled_zhanjiang.FORM:
        return _zhanjiang_application(case, book)
    if key == "exit_form":
        return _exit_form(case, region)
    if key == "change_form":
        return _change_form(case, region)
    if key == "commitment":
        form = FORMS[f"commitment_{case.institution.kind}"]
        return render(form.template, filled.commitment(case.institution.name, book))
    return _material_list(case, book)


def lacking(case: Case, book: Book) -> list[str]:
    """Return the labels of annex 2 or, of a change, annex 11 that are still empty, in printed order."""
    if request := ChangeRequest.get_or_none(ChangeRequest.case == case.id):
        data = filled_change.change_form(request, case.institution, region="")
        return filled_change.lacking(data, case.institution.kind)
    application = Application.get_or_none(Application.case == case)
    if application is None:
        return []
    application.case = case
    return filled.lacking(filled.application_form(application, book), case.institution.kind)


def _application(case: Case, book: Book, legal_id: str | None) -> bytes | None:
    application = Application.get_or_none(Application.case == case)
    if application is None:
        return None
    application.case = case
    data = filled.application_form(application, book, legal_id)
    printed = render(FORMS["application_form"].template, data)
    return across(printed, UNFINISHED) if filled.lacking(data, case.institution.kind) else printed


def _zhanjiang_application(case: Case, book: Book) -> bytes | None:
    application = Application.get_or_none(Application.case == case)
    if application is None:
        return None
    application.case = case
    people = (
        Staff.select(Staff, Person)
        .join(Person)
        .where(Staff.institution == case.institution_id, Staff.left_on.is_null())
        .order_by(Staff.id)
    )
    accepted = (
        StepTaken.select()
        .where(StepTaken.case == case, StepTaken.action == "accept", StepTaken.undone_at.is_null())
        .first()
    )
    sketch = (
        Attachment.select(Attachment.filename)
        .where(Attachment.case == case, Attachment.purpose == SKETCH, Attachment.removed_at.is_null())
        .order_by(Attachment.id.desc())
        .scalar()
    )
    data = filled_zhanjiang.application_form(
        application,
        book,
        people,
        opinion=accepted.data.get("opinion", "") if accepted else "",
        opinion_on=accepted.on if accepted else None,
        sketch=sketch or "",
    )
    printed = render(FORMS[filled_zhanjiang.FORM].template, data)
    return across(printed, UNFINISHED) if filled_zhanjiang.lacking(data) else printed


def _exit_form(case: Case, region: str) -> bytes | None:
    request = ExitRequest.get_or_none(ExitRequest.case == case.id)
    if request is None:
        return None
    licence = (
        Credential.select()
        .where(
            Credential.institution == case.institution_id,
            Credential.kind == CredentialKind.LICENCE,
            Credential.ended_on.is_null(),
        )
        .order_by(Credential.valid_until.desc(nulls="LAST"), Credential.id.desc())
        .first()
    )
    data = filled_exit.exit_form(request, case.institution, licence, region=region)
    return render(FORMS[f"exit_form_{case.institution.kind}"].template, data)


def _change_form(case: Case, region: str) -> bytes | None:
    request = ChangeRequest.get_or_none(ChangeRequest.case == case.id)
    if request is None:
        return None
    kind = case.institution.kind
    data = filled_change.change_form(request, case.institution, region=region)
    printed = render(FORMS[f"change_form_{kind}"].template, data)
    return across(printed, UNFINISHED) if filled_change.lacking(data, kind) else printed


def _material_list(case: Case, book: Book) -> bytes:
    rows = list(CaseMaterial.select().where(CaseMaterial.case == case))
    accepted = (
        Document.select(Document.number)
        .where(Document.case == case, Document.state == DocumentState.ISSUED)
        .where(Document.kind.in_(["acceptance_notice", "acceptance_receipt"]))
        .scalar()
    )
    data = filled.material_list(
        rows,
        book.materials,
        kind=case.institution.kind,
        institution=case.institution.name,
        number=accepted or "",
    )
    printed = render(FORMS["material_list"].template, data)
    is_open = any(row.state == MaterialState.PENDING for row in rows)
    return across(printed, UNFINISHED) if is_open else printed


def papers_of(case: Case, book: Book, region: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of every paper of `case`: forms, issued documents, proofs, scans of proofs.

    Voided documents and documents without a form are left out; numbers on the application stay masked.
    """
    for form in forms_of(case, book):
        content = case_form(case, form.key, book, region=region)
        if content:
            yield f"{form.annex or '附'} {form.name}.docx", content
    rows = (
        Document.select(Document, ProofOfService)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Document.case == case, Document.state == DocumentState.ISSUED)
        .order_by(Document.id)
    )
    for document in rows:
        printed = printing.word(document)
        if printed:
            yield f"{document.number} {document.name}.docx", printed
        proof = getattr(document, "proof", None)
        if proof and proof.id:
            yield f"{document.number} 送达回执.docx", printing.proof_word(document, proof)
        yield from _scans(document)


def _scans(document: Document) -> Iterator[tuple[str, bytes]]:
    kept = (Attachment.document == document) & Attachment.removed_at.is_null()
    for scan in Attachment.select().where(kept).order_by(Attachment.id):
        path = files.path_of(scan)
        if path.exists():
            yield f"{document.number} 扫描件 {scan.filename}", path.read_bytes()
