"""The application form as an institution fills it in: the window's, without what only the window knows.

Name and credit code are those of the register: the account is bound to them, so the office puts them right.
"""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from blueprints import application_form, register_fields
from blueprints.application_form import ApplicationForm
from blueprints.differences import differences
from blueprints.portal import queries
from blueprints.web import hand
from lifecycle import intake, prechecks, register
from lifecycle.errors import DomainError
from models import Application, Case, Institution, Kind, Matter
from rules.book import Book
from rules.identity import mask_id

LEFT_OUT = ("channel", "received_on", "reason")
FIXED = ("name", "uscc")
# What a draft does not keep of the form: whose it is, versions, buttons, personal numbers.
UNKEPT = {"csrf_token", "draft", "version", "application_version", "add_row", "remove_row"}
UNKEPT |= {f"{role}_id" for role in register.PERSONS}


@dataclass(frozen=True)
class Held:
    """A number that a draft holds, in the place of a stored person."""

    id_masked: str


@dataclass(frozen=True)
class Subject:
    """Who applies, and the draft if there is one."""

    institution: Institution
    case: Case | None = None
    application: Application | None = None

    @property
    def book(self) -> Book:
        me = hand()
        if self.case:
            return me.book_of(self.case)
        return me.book_for(self.institution.office, Matter.APPLICATION)

    @property
    def numbers(self) -> dict[str, str]:
        """The masked resident ids that the draft holds, by role."""
        held = intake.draft_numbers(self.application) if self.application else {}
        return {role: mask_id(number) for role, number in held.items()}

    @property
    def last(self) -> Application | None:
        """The institution's newest application before this one: its answers are the start of the next."""
        rows = Application.select().join(Case).where(Case.institution == self.institution.id)
        return rows.order_by(Application.id.desc()).first()


def first_form(subject: Subject) -> ApplicationForm:
    """Return the form as it starts: what the register and the last application say already."""
    row, book = subject.institution, subject.book
    last = queries.last_application(row)
    data: dict[str, Any] = {"features": application_form.default_ticks(book, Kind(row.kind))}
    data |= application_form.former_data(last, book) if last else {}
    data |= register_fields.institution_data(row) | application_form.register_data(row, book)
    return _form(subject, data=data, rows=last.tables if last else {})


def draft_form(subject: Subject) -> ApplicationForm:
    """Return the form of the draft as it was left, with what the register holds of persons, masked."""
    row, application = subject.institution, subject.application
    stored = register_fields.institution_data(row)
    masked = {f"{role}_id": subject.numbers.get(role) or stored[f"{role}_id"] for role in register.PERSONS}
    seen = {"version": row.version, "application_version": application.version}
    token = {"csrf_token": request.form.get("csrf_token", "")}
    left = application.draft.get("form") or {}
    return _form(subject, formdata=MultiDict({**left, **seen, **masked, **token}))


def posted_form(subject: Subject) -> ApplicationForm:
    """Return the form as it was posted; put aside, it demands nothing."""
    form = _form(subject, formdata=request.form)
    if "draft" in request.form:
        form.relax()
    return form


def _form(subject: Subject, **values: Any) -> ApplicationForm:
    row = subject.institution
    form = application_form.application_form(subject.book, Kind(row.kind), leave_out=LEFT_OUT, **values)
    kept = register_fields.persons_of(row)
    kept |= {role: Held(number) for role, number in subject.numbers.items()}
    form.adapt(Kind(row.kind), hand().today, kept)
    for name in FIXED:
        form[name].data = getattr(row, name)
        form[name].raw_data = [form[name].data]
        form[name].description = "以台账登记的为准，不符的请联系经办机构"
    return form


def typed(form: ApplicationForm, subject: Subject, *, is_draft: bool) -> intake.Typed:
    """Return what was typed as the operations want it."""
    versions = {"institution": form.version.data, "application": form.application_version.data}
    applied = {} if is_draft else {"applied_on": hand().today}
    kept = dict(subject.application.draft.get("form") or {}) if subject.application else {}
    if request.form.keys() - UNKEPT:
        kept = {name: request.form.getlist(name) for name in request.form if name not in UNKEPT}
    return intake.Typed(
        institution=form.columns(),
        persons=form.persons(),
        application=form.application() | applied,
        is_draft=is_draft,
        versions={name: register_fields.whole(str(seen or "")) for name, seen in versions.items()},
        form=kept,
    )


def shown(form: ApplicationForm, subject: Subject, error: DomainError | None = None) -> str:
    """Return the page of the form, and the refusal above if there is one."""
    me, case = hand(), subject.case
    here = {"case_id": case.id} if case else {"institution_id": subject.institution.id}
    others = differences(form, subject.institution)
    return render_template(
        "portal/apply_page.html",
        form=form,
        subject=subject,
        error=error,
        others=others,
        was={one.name: f"原登记为“{one.was}”" for one in others},
        institution_id=subject.institution.id,
        post_to=url_for("portal.change_draft" if case else "portal.apply", **here),
        rows_at=lambda key: url_for("portal.change_rows", institution_id=subject.institution.id, key=key),
        operating_warning=prechecks.operating_warning(form.operating_since.data, me.today, form.book, me),
    )
