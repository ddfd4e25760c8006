"""Changing what the register says of an institution, with checks while it is typed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from blueprints import book_fields, register_fields, words
from blueprints.institutions import forms, queries
from blueprints.institutions.blueprint import EDITORS, book_of, bp
from blueprints.register_fields import whole
from blueprints.web import found, hand, institution_or_404, requires, scope
from lifecycle import register
from lifecycle.errors import DomainError
from models import Institution
from rules import form_rows, identity

CHECKED = ("uscc", "phone", "national_code", "operating_since", "approved_on")


@bp.get("/<int:institution_id>/edit")
@requires(*EDITORS)
def edit_page(institution_id: int) -> str:
    institution = institution_or_404(institution_id)
    return _edit_page(institution, _form(institution, _stored(institution)))


@bp.post("/<int:institution_id>/edit")
@requires(*EDITORS)
def change(institution_id: int) -> Any:
    institution = institution_or_404(institution_id)
    form = _form(institution)
    links = _links(form)
    if not form.validate_on_submit():
        return _edit_page(institution, form, register_fields.refusal_of(form, "未保存")), 422
    try:
        _save(institution, form, links)
    except DomainError as error:
        return _edit_page(institution, form, error), error.status
    flash("已保存登记信息")
    return redirect(url_for(".institution_page", institution_id=institution_id))


def _save(institution: Institution, form: forms.RegisterForm, links: dict[str, Institution | None]) -> None:
    blanks = _blanks(institution)
    asked = {row.key for row in blanks}
    kept = {key: value for key, value in institution.profile.items() if key not in asked}
    profile = kept | book_fields.blank_values(form, blanks)
    register.save_institution(
        {**form.columns(), **links, "profile": profile},
        hand=hand(),
        persons=form.persons(),
        institution=institution,
        version=whole(form.version.data),
        is_correction=form.is_correction.data,
    )


@bp.post("/<int:institution_id>/check/<name>")
@requires(*EDITORS)
def check_field(institution_id: int, name: str) -> str:
    """Check one field while the form is typed; a wrong one is told beside it, nothing is refused."""
    institution = institution_or_404(institution_id)
    form = _form(institution)
    is_checked = name in CHECKED or name.startswith("blank_") or name.endswith("_id")
    field = found(form[name] if is_checked and name in form else None)
    inline = getattr(type(form), f"validate_{name}", None)
    field.validate(form, [inline] if inline else [])
    return render_template("institutions/_field.html", **_context(institution, form), field=field)


@bp.post("/<int:institution_id>/sums")
@requires(*EDITORS)
def check_sums(institution_id: int) -> str:
    institution = institution_or_404(institution_id)
    form = _form(institution)
    form.validate()
    return render_template("institutions/_sums.html", **_context(institution, form))


@bp.get("/<int:institution_id>/choose/<link>")
@requires(*EDITORS)
def choose(institution_id: int, link: str) -> str:
    """Show the institutions a text may mean, to choose the parent or the settlement institution from."""
    institution = institution_or_404(institution_id)
    form = _form(institution, {})
    found(form[link] if link in register.LINKS else None)
    form[link].data = queries.words_of(request.args.get(link, ""))
    return render_template(
        "institutions/_choice.html",
        institution=institution,
        form=form,
        link=link,
        candidates=queries.candidates(scope(), form[link].data, institution),
    )


# --- The form: what it asks for, what is stored, what was chosen ---


def _blanks(institution: Institution) -> list[form_rows.Field]:
    return book_of(institution).fields_of("institution", institution.kind)


def _form(institution: Institution, data: dict[str, Any] | None = None) -> forms.RegisterForm:
    form = book_fields.with_blanks(forms.RegisterForm, _blanks(institution))(data=data)
    form.adapt(institution.kind, hand().today, register_fields.persons_of(institution))
    return form


def _stored(institution: Institution) -> dict[str, Any]:
    data = register_fields.institution_data(institution)
    for link in register.LINKS:
        other = getattr(institution, link)
        data |= {link: other.name if other else "", f"{link}_id": str(other.id) if other else ""}
    return data | book_fields.blank_data(institution.profile, _blanks(institution))


def _links(form: forms.RegisterForm) -> dict[str, Institution | None]:
    """Return the institutions that were chosen; the form is told which text does not mean just one."""
    meant = {
        link: queries.meant(scope(), form[link].data or "", whole(form[f"{link}_id"].data))
        for link in register.LINKS
    }
    form.link_errors = {link: problem for link, (_, problem) in meant.items()}
    return {link: institution for link, (institution, _) in meant.items()}


def _edit_page(institution: Institution, form: forms.RegisterForm, error: DomainError | None = None) -> str:
    candidates = {
        link: queries.candidates(scope(), form[link].data, institution) if form[link].errors else []
        for link in register.LINKS
    }
    return render_template(
        "institutions/edit_page.html",
        **_context(institution, form),
        error=error,
        kinds=words.KINDS,
        link_candidates=candidates,
    )


def _context(institution: Institution, form: forms.RegisterForm) -> dict[str, Any]:
    blanks = _blanks(institution)
    code = form.national_code.data if not form.national_code.errors else ""
    division = institution.office.division
    return {
        "institution": institution,
        "form": form,
        "blank_rows": blanks,
        "check_url": url_for(".check_field", institution_id=institution.id, name="x")[:-1],
        "sums": book_fields.sum_warnings(book_fields.blank_values(form, blanks), blanks),
        "code_warning": identity.warn_institution_code(code, division) if code and division else "",
    }
