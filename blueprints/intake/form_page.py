"""The page of the application form: whom it is about, what it starts with, what stands beside it."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from blueprints import application_form, register_fields, words
from blueprints.application_form import ApplicationForm
from blueprints.differences import differences, digest
from blueprints.intake import queries
from blueprints.web import case_or_404, found, hand, scope
from lifecycle import intake, prechecks, register
from lifecycle.errors import DomainError, Unmet
from models import Application, Case, CaseState, Institution, Kind, Matter
from rules.book import Book
from rules.identity import mask_id

# What a draft does not keep of the form: who it is, which version, which button, personal numbers.
UNKEPT = {"csrf_token", "draft", "version", "application_version", "institution", "case", "kind", "seen"}
UNKEPT |= {f"{role}_id" for role in register.PERSONS}


@dataclass(frozen=True)
class Subject:
    """What a form is about: an institution of the register or none yet, an open case or none."""

    institution: Institution | None = None
    case: Case | None = None
    application: Application | None = None
    is_amended: bool = False

    @property
    def kind(self) -> Kind:
        if self.institution:
            return Kind(self.institution.kind)
        asked = request.values.get("kind")
        return Kind.PHARMACY if asked == Kind.PHARMACY and asked in self.book.kinds else Kind.MEDICAL

    @property
    def book(self) -> Book:
        return (
            hand().book_of(self.case)
            if self.case
            else hand().book_for(current_user.office, Matter.APPLICATION)
        )

    @property
    def known(self) -> Institution | None:
        """The institution as the register has it; none if this very draft has put it there."""
        is_new = self.application and self.application.draft.get("is_new")
        return None if is_new else self.institution

    @property
    def numbers(self) -> dict[str, str]:
        """The resident ids that the draft holds, by role."""
        return intake.draft_numbers(self.application) if self.application else {}


@dataclass(frozen=True)
class Held:
    """A number that a draft holds, in the place of a stored person."""

    id_masked: str


def asked_for() -> Subject:
    """Return what the request names: a case, or an institution; one out of reach answers 404."""
    case_id = register_fields.whole(request.values.get("case"))
    if case_id:
        case = case_or_404(case_id)
        states = (CaseState.DRAFT, *intake.AMENDABLE)
        application = found(queries.application_of(case, *states))
        return Subject(case.institution, case, application, is_amended=case.state != CaseState.DRAFT)
    institution_id = register_fields.whole(request.values.get("institution"))
    return Subject(found(queries.institution_in(scope(), institution_id)) if institution_id else None)


# --- The form ---


def first_form(subject: Subject) -> ApplicationForm:
    """Return the form as it starts: what the register and the last application say already."""
    row, book = subject.institution, subject.book
    data: dict[str, Any] = {"features": application_form.default_ticks(book, subject.kind)}
    last = queries.last_application(row) if row else None
    if row:
        data |= application_form.former_data(last, book) if last else {}
        data |= register_fields.institution_data(row) | application_form.register_data(row, book)
    return _form(subject, data={**data, "received_on": hand().today}, rows=last.tables if last else {})


def stored_form(subject: Subject) -> ApplicationForm:
    """Return the form of a draft as it was left, or of an application as it was filed."""
    row, application = subject.institution, subject.application
    left = application.draft.get("form") if application.draft else None
    if left:
        seen = {"version": row.version, "application_version": application.version}
        names = {f"{role}_id": mask_id(number) for role, number in subject.numbers.items()}
        stored = register_fields.institution_data(row)
        masked = {f"{role}_id": names.get(f"{role}_id") or stored[f"{role}_id"] for role in register.PERSONS}
        return _form(subject, formdata=MultiDict({**left, **seen, **masked}))
    data = register_fields.institution_data(row) | application_form.register_data(row, subject.book)
    data |= application_form.application_data(application, hand().today, subject.book)
    return _form(subject, data=data, rows=application.tables)


def posted_form(subject: Subject) -> ApplicationForm:
    """Return the form as it was posted; a draft demands no more than the institution's name and code."""
    form = _form(subject, formdata=request.form)
    if "draft" in request.form and not subject.is_amended:
        form.relax("name", "uscc")
    return form


def _form(subject: Subject, **values: Any) -> ApplicationForm:
    leave_out = ("received_on",) if subject.is_amended else ()
    form = application_form.application_form(subject.book, subject.kind, leave_out=leave_out, **values)
    kept = register_fields.persons_of(subject.institution)
    kept |= {role: Held(mask_id(number)) for role, number in subject.numbers.items()}
    form.adapt(subject.kind, hand().today, kept)
    if subject.is_amended:
        form.reason.label.text, form.reason.description = "修改原因", "记入办件历程"
        form.reason.validators = [application_form.Needed("请写明修改原因"), *form.reason.validators]
        form.reason.flags.required = True
    return form


def typed(form: ApplicationForm) -> intake.Typed:
    """Return what was typed as the operations want it."""
    versions = {"institution": form.version.data, "application": form.application_version.data}
    return intake.Typed(
        institution=form.columns(),
        persons=form.persons(),
        application=form.application(),
        received_on=form.received_on.data if "received_on" in form else None,
        reason=form.reason.data or "",
        is_draft=form.is_draft,
        versions={name: register_fields.whole(str(seen or "")) for name, seen in versions.items()},
        form={name: request.form.getlist(name) for name in request.form if name not in UNKEPT},
    )


# --- What is refused ---


def unseen(form: ApplicationForm, subject: Subject) -> Unmet | None:
    """Return a refusal if the register would change in a way that was not shown beside the form yet."""
    found_ones = [] if form.is_draft else differences(form, subject.known)
    if digest(found_ones) == request.form.get("seen", "") or _is_stale(form, subject) or _in_the_way(subject):
        return None
    told_ones = [f"{one.label}：台账为“{one.was}”，本次填写“{one.now}”" for one in found_ones]
    return Unmet(
        [f"有 {len(told_ones)} 处与台账不同，提交后台账按本次填写更新；核对无误的请再次提交", *told_ones]
    )


def _is_stale(form: ApplicationForm, subject: Subject) -> bool:
    """Return whether a colleague changed what the form showed; the operation refuses it then."""
    rows = ((subject.institution, form.version), (subject.application, form.application_version))
    return any(row is not None and str(row.version) != str(field.data) for row, field in rows)


def told(error: DomainError) -> DomainError:
    """Return the refusal with a link to what stands in the way."""
    url = ""
    if isinstance(error, intake.AlreadyOpen):
        url = url_for("cases.case_page", case_id=error.case.id)
    if isinstance(error, register.Registered) and error.known.office_id in scope():
        url = url_for("intake.new_application", institution=error.known.id)
    if not url:
        return error
    text = "打开这个办件" if isinstance(error, intake.AlreadyOpen) else "从台账选用"
    return Unmet([Markup('{} <a href="{}">{}</a>').format(error.sentences[0], url, text)])


# --- The page ---


def shown(form: ApplicationForm, subject: Subject, *, error: DomainError | None = None) -> str:
    """Return the page of the form with what stands beside it, and the refusal above if there is one."""
    return render_template(
        "intake/new_application.html",
        form=form,
        case=subject.case,
        institution=subject.institution,
        is_amended=subject.is_amended,
        error=error or _in_the_way(subject),
        kinds={kind: label for kind, label in words.KINDS.items() if kind in form.book.kinds},
        form_name=_form_name(form.book),
        post_to=_post_to(subject),
        **hints(form),
        **aside(form, subject),
    )


def _form_name(book: Book) -> str:
    """Return what the printed form is called: the annex, or the first form the book names."""
    return f"《{book.forms[0].name}》" if book.forms else book.article_of("application_form")


def _post_to(subject: Subject) -> str:
    if subject.case is None:
        return url_for("intake.register_application")
    name = "amend_application" if subject.is_amended else "change_draft"
    return url_for(f"intake.{name}", case_id=subject.case.id)


def _in_the_way(subject: Subject) -> DomainError | None:
    """Return why the institution cannot apply here now: another office's, or an open application."""
    if subject.institution is None or subject.case is not None:
        return None
    try:
        intake.demand_ours(subject.institution, hand())
    except DomainError as error:
        return error
    open_one = intake.open_application(subject.institution)
    return told(intake.AlreadyOpen(open_one)) if open_one else None


def hints(form: ApplicationForm) -> dict[str, Any]:
    """Return what is computed from the days typed so far."""
    me, book = hand(), form.book
    received = form.received_on.data if "received_on" in form else None
    return {
        "receipt_hint": prechecks.receipt_hint(received, book, me),
        "operating_warning": prechecks.operating_warning(
            form.operating_since.data, received or me.today, book, me
        ),
    }


def aside(form: ApplicationForm, subject: Subject) -> dict[str, Any]:
    """Return what stands beside the form: like institutions, what differs, checks before acceptance."""
    me, institution = hand(), subject.institution
    persons = register_fields.persons_of(institution)
    for role, (_, number) in form.persons().items():
        number = number or subject.numbers.get(role, "")
        persons[role] = register.person_by_number(number) if number else persons[role]
    known = {role: person for role, person in persons.items() if person}
    row = Institution(kind=form.kind, uscc=form.uscc.data or "", address=form.address.data or "", **known)
    others = differences(form, subject.known)
    warnings = [text for texts in form.bed_warnings.values() for text in texts]
    return {
        "others": others,
        "was": {one.name: f"台账为“{one.was}”" for one in others},
        "seen": digest(others),
        "likes": queries.similar(
            scope(),
            name=form.name.data or "",
            uscc=row.uscc,
            licence_no=form.licence_no.data or "",
            persons=[person.id for person in known.values()],
            leave_out=institution.id if institution else None,
            hand=me,
        ),
        "checks": [
            *(prechecks.Check("warn", text) for text in warnings),
            *prechecks.prechecks(
                row,
                office=current_user.office,
                types=form.types.data or [],
                operating_since=form.operating_since.data,
                on=(form.received_on.data if "received_on" in form else None) or me.today,
                hand=me,
            ),
        ],
    }
