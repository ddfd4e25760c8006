"""Applications: the list, the form of annex 2 with its checks while typing, drafts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from blueprints import register_fields, words
from blueprints.intake import forms, operations, queries
from blueprints.web import STAFF, case_or_404, found, hand, render, requires, scope
from lifecycle import prechecks, register
from lifecycle.errors import DomainError, Unmet
from models import Case, Institution, Kind, Matter, Role

bp = Blueprint("intake", __name__, url_prefix="/applications")

CHECKED = ("uscc", "phone", *(f"{role}_id" for role in register.PERSONS), "operating_since", "received_on")


@bp.get("")
@requires(*STAFF)
def application_list() -> Any:
    filters = _filters()
    rows, total = queries.applications(scope(), filters, hand())
    book = hand().book_for(current_user.office, Matter.APPLICATION)
    return render(
        "intake/application_list.html",
        "intake/_applications.html",
        rows=rows,
        total=total,
        filters=filters,
        books=hand().books,
        kinds=words.KINDS,
        type_labels={row.key: row.label for row in book.types},
        stations=[station for station in book.stations if station.matter == Matter.APPLICATION],
        offices=queries.offices(scope()),
        size=queries.PAGE,
    )


def _filters() -> queries.Filters:
    ask = request.args
    return queries.Filters(
        text=ask.get("q", "").replace("\x00", "").strip()[:60],
        station=ask.get("station", ""),
        kind=ask.get("kind", ""),
        office=register_fields.whole(ask.get("office")),
        is_open={"closed": False, "all": None}.get(ask.get("open", ""), True),
        sort=ask.get("sort", "due"),
        page=max(1, register_fields.whole(ask.get("page")) or 1),
    )


@bp.get("/new")
@requires(Role.CLERK)
def new_application() -> str:
    institution = _chosen()
    data = register_fields.institution_data(institution) if institution else {}
    form = _form(institution, data={**data, **_first_values(institution)})
    return _form_page(form, institution)


@bp.post("/new")
@requires(Role.CLERK)
def register_application() -> Any:
    institution = _chosen()
    form = _form(institution)
    if not _is_valid(form):
        return _form_page(form, institution, error=register_fields.refusal_of(form)), 422
    try:
        case = operations.register_application(_typed(form), hand=hand(), institution=institution)
    except DomainError as error:
        return _form_page(form, institution, error=_told(error)), error.status
    return _done(form, case)


@bp.get("/<int:case_id>/draft")
@requires(Role.CLERK)
def draft_page(case_id: int) -> str:
    case = case_or_404(case_id)
    application = found(queries.draft_of(case))
    data = register_fields.institution_data(case.institution)
    data |= forms.application_data(application, hand().today)
    return _form_page(_form(case.institution, data=data), case.institution, case=case)


@bp.post("/<int:case_id>/draft")
@requires(Role.CLERK)
def change_draft(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = _form(case.institution)
    if not _is_valid(form):
        error = register_fields.refusal_of(form)
        return _form_page(form, case.institution, case=case, error=error), 422
    try:
        case = operations.change_draft(case, _typed(form), hand=hand())
    except DomainError as error:
        return _form_page(form, case.institution, case=case, error=_told(error)), error.status
    return _done(form, case)


@bp.post("/check/<name>")
@requires(Role.CLERK)
def check_field(name: str) -> str:
    """Check one field while the form is typed; a wrong one is told beside it, nothing is refused."""
    form = _form(_chosen())
    field = found(form[name] if name in CHECKED else None)
    field.validate(form)
    return render_template("intake/_field.html", form=form, field=field, **_hints(form))


@bp.post("/duplicates")
@requires(Role.CLERK)
def duplicates() -> str:
    institution = _chosen()
    form = _form(institution)
    return render_template("intake/_duplicates.html", form=form, **_aside(form, institution))


# --- The form: who it is about, what it starts with, what stands beside it ---


def _chosen() -> Institution | None:
    """Return the institution picked from the register; one out of reach answers 404."""
    institution_id = register_fields.whole(request.values.get("institution"))
    return found(queries.institution_in(scope(), institution_id)) if institution_id else None


def _kind(institution: Institution | None) -> Kind:
    if institution:
        return Kind(institution.kind)
    return Kind.PHARMACY if request.values.get("kind") == Kind.PHARMACY else Kind.MEDICAL


def _form(institution: Institution | None, **values: Any) -> forms.ApplicationForm:
    me, kind = hand(), _kind(institution)
    book = me.book_for(current_user.office, Matter.APPLICATION)
    form = forms.application_form(book, kind, **values)
    form.adapt(kind, me.today, register_fields.persons_of(institution))
    return form


def _first_values(institution: Institution | None) -> dict[str, Any]:
    book = hand().book_for(current_user.office, Matter.APPLICATION)
    return {"received_on": hand().today, "features": forms.default_ticks(book, _kind(institution))}


def _is_valid(form: forms.ApplicationForm) -> bool:
    if "draft" in request.form:
        form.relax("name", "uscc")
    return form.validate_on_submit()


def _typed(form: forms.ApplicationForm) -> operations.Typed:
    versions = {"institution": form.version.data, "application": form.application_version.data}
    return operations.Typed(
        institution=form.columns(),
        persons=form.persons(),
        application=form.application(),
        received_on=form.received_on.data,
        reason=form.reason.data or "",
        is_draft=form.is_draft,
        versions={name: register_fields.whole(str(seen or "")) for name, seen in versions.items()},
    )


def _done(form: forms.ApplicationForm, case: Case) -> Any:
    flash(f"已暂存为草稿，办件编号 {case.number}" if form.is_draft else f"已登记收件，办件编号 {case.number}")
    return redirect(url_for("cases.case_page", case_id=case.id))


def _told(error: DomainError) -> DomainError:
    """Return the refusal with a link to what stands in the way."""
    url = ""
    if isinstance(error, operations.AlreadyOpen):
        url = url_for("cases.case_page", case_id=error.case.id)
    if isinstance(error, register.Registered) and error.known.office_id in scope():
        url = url_for(".new_application", institution=error.known.id)
    if not url:
        return error
    text = "打开这个办件" if isinstance(error, operations.AlreadyOpen) else "从台账选用"
    return Unmet([Markup('{} <a href="{}">{}</a>').format(error.sentences[0], url, text)])


def _form_page(
    form: forms.ApplicationForm,
    institution: Institution | None,
    *,
    case: Case | None = None,
    error: DomainError | None = None,
) -> str:
    open_one = operations.open_application(institution) if institution and not case else None
    return render_template(
        "intake/new_application.html",
        form=form,
        case=case,
        institution=institution,
        error=error or (_told(operations.AlreadyOpen(open_one)) if open_one else None),
        kinds=words.KINDS,
        **_hints(form),
        **_aside(form, institution),
    )


def _hints(form: forms.ApplicationForm) -> dict[str, str]:
    """Return what is computed from the days typed so far."""
    me = hand()
    book = me.book_for(current_user.office, Matter.APPLICATION)
    on = form.received_on.data or me.today
    return {
        "receipt_hint": prechecks.receipt_hint(form.received_on.data, book, me),
        "operating_warning": prechecks.operating_warning(form.operating_since.data, on, book, me),
    }


def _aside(form: forms.ApplicationForm, institution: Institution | None) -> dict[str, Any]:
    """Return what stands beside the form: institutions like this one, and the checks before acceptance."""
    me = hand()
    typed = form.persons()
    persons = register_fields.persons_of(institution)
    for role, (_, number) in typed.items():
        persons[role] = register.person_by_number(number) if number else persons[role]
    row = Institution(
        kind=form.kind,
        uscc=form.uscc.data or "",
        address=form.address.data or "",
        **{role: person for role, person in persons.items() if person},
    )
    return {
        "likes": queries.similar(
            scope(),
            name=form.name.data or "",
            uscc=row.uscc,
            licence_no=form.licence_no.data or "",
            persons=[person.id for person in persons.values() if person],
            leave_out=institution.id if institution else None,
            hand=me,
        ),
        "checks": prechecks.prechecks(
            row,
            office=current_user.office,
            types=form.types.data or [],
            operating_since=form.operating_since.data,
            on=form.received_on.data or me.today,
            hand=me,
        ),
    }
