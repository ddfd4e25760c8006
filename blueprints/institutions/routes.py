"""The register of institutions: list, page, changes, bans, and the search from the top bar."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import register_fields, words
from blueprints.institutions import forms, operations, queries, story
from blueprints.register_fields import whole
from blueprints.web import STAFF, found, hand, institution_or_404, render, requires, scope
from lifecycle import bans, register
from lifecycle.errors import DomainError, Unmet
from models import Ban, Institution, Matter, Person, Role
from rules.book import Book
from rules.periods import describe

bp = Blueprint("institutions", __name__, url_prefix="/institutions")

EDITORS = (Role.CLERK, Role.AGREEMENT, Role.MANAGER)


@bp.get("")
@requires(*STAFF)
def institution_list() -> str:
    ask = request.args
    filters = queries.Filters(
        text=_words(ask.get("q", "")),
        kind=ask.get("kind", ""),
        office=whole(ask.get("office")),
        sort=ask.get("sort", "name"),
        page=max(1, whole(ask.get("page")) or 1),
    )
    rows, total = queries.institutions(scope(), filters)
    return render(
        "institutions/institution_list.html",
        "institutions/_institutions.html",
        rows=rows,
        total=total,
        filters=filters,
        standings=queries.standings([row.id for row in rows], hand()),
        kinds=words.KINDS,
        offices=queries.offices(scope()),
        size=queries.PAGE,
    )


def _words(text: str) -> str:
    return text.replace("\x00", "").strip()[:60]


@bp.get("/search")
@requires(*STAFF)
def search() -> Any:
    text = _words(request.args.get("q", ""))
    if not text:
        return redirect(url_for(".institution_list"))
    hits = queries.search(scope(), text)
    if hits.only:
        return redirect(_url_of(*hits.only))
    return render_template("institutions/search.html", hits=hits, text=text, kinds=words.KINDS)


def _url_of(sort: str, row: Any) -> str:
    if sort == "institution":
        return url_for(".institution_page", institution_id=row.id)
    anchor = "documents" if sort == "document" else None
    return url_for("cases.case_page", case_id=row.case_id, _anchor=anchor)


@bp.get("/<int:institution_id>")
@requires(*STAFF)
def institution_page(institution_id: int) -> str:
    return _page(institution_or_404(institution_id))


def _page(institution: Institution, shown: dict[str, str] | None = None) -> str:
    """Return the page; shown: the number just revealed, by role."""
    me = hand()
    return render_template(
        "institutions/institution_page.html",
        institution=institution,
        kinds=words.KINDS,
        books=me.books,
        standing=queries.standings([institution.id], me).get(institution.id, ("", ())),
        type_labels={row.key: row.label for row in _book().types},
        agreements=queries.agreements(institution),
        cases=queries.cases(institution),
        persons=_person_rows(institution, shown or {}),
        bans=queries.ban_lines(institution, me),
        events=story.story(institution, None if "all" in request.args else 10),
        is_ours=institution.office_id == current_user.office.id,
    )


def _person_rows(institution: Institution, shown: dict[str, str]) -> list[dict[str, Any]]:
    persons = queries.persons(institution)
    return [_person_row(institution, role, person, shown.get(role)) for role, person in persons.items()]


def _person_row(institution: Institution, role: str, person: Person, number: str | None) -> dict[str, Any]:
    return {
        "institution_id": institution.id,
        "role": role,
        "label": register_fields.PERSONS[role],
        "name": person.name,
        "number": number or person.id_masked,
        "is_shown": bool(number),
    }


@bp.post("/<int:institution_id>/persons/<role>/reveal")
@requires(Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)
def reveal(institution_id: int, role: str) -> str:
    """Show one number. No redirect: it must stand neither in an address nor in the session."""
    institution = institution_or_404(institution_id)
    number = register.reveal(institution, role, hand=hand())
    if not request.htmx:
        return _page(institution, {role: number})
    row = _person_row(institution, role, getattr(institution, role), number)
    return render_template("institutions/_person.html", row=row)


@bp.get("/<int:institution_id>/edit")
@requires(*EDITORS)
def edit_page(institution_id: int) -> str:
    institution = institution_or_404(institution_id)
    return _edit_page(institution, _form(institution, register_fields.institution_data(institution)))


@bp.post("/<int:institution_id>/edit")
@requires(*EDITORS)
def change(institution_id: int) -> Any:
    institution = institution_or_404(institution_id)
    form = _form(institution)
    if not form.validate_on_submit():
        return _edit_page(institution, form, register_fields.refusal_of(form, "未保存")), 422
    try:
        register.save_institution(
            form.columns(),
            hand=hand(),
            persons=form.persons(),
            institution=institution,
            version=whole(form.version.data),
        )
    except DomainError as error:
        return _edit_page(institution, form, error), error.status
    flash("已保存登记信息")
    return redirect(url_for(".institution_page", institution_id=institution_id))


def _form(institution: Institution, data: dict[str, Any] | None = None) -> forms.RegisterForm:
    form = forms.RegisterForm(data=data)
    form.adapt(institution.kind, hand().today, register_fields.persons_of(institution))
    return form


def _edit_page(institution: Institution, form: forms.RegisterForm, error: DomainError | None = None) -> str:
    return render_template(
        "institutions/edit_page.html", institution=institution, form=form, error=error, kinds=words.KINDS
    )


# --- Bans ---


@bp.get("/<int:institution_id>/bans/new")
@requires(Role.MANAGER)
def ban_page(institution_id: int) -> str:
    institution = institution_or_404(institution_id)
    asked = request.args if "rule" in request.args else None
    form = _ban_form(institution, formdata=asked, data={"from_on": hand().today})
    return _ban_page(institution, form)


@bp.post("/<int:institution_id>/bans/new")
@requires(Role.MANAGER)
def impose_ban(institution_id: int) -> Any:
    institution = institution_or_404(institution_id)
    form = _ban_form(institution)
    if not form.validate_on_submit():
        return _ban_page(institution, form, register_fields.refusal_of(form, "未登记")), 422
    ban = bans.impose(
        form.rule.data,
        hand=hand(),
        office=current_user.office,
        book=_book(),
        from_on=form.from_on.data,
        reason=form.reason.data,
        is_duty_open=form.is_duty_open.data,
        **_subject(institution, form.subject.data),
    )
    flash(f"已登记限制申请：{bans.sentence(ban, _book())}")
    return redirect(url_for(".institution_page", institution_id=institution_id, _anchor="bans"))


def _ban_form(institution: Institution, **values: Any) -> forms.BanForm:
    persons = queries.persons(institution)
    subjects = [("institution", institution.name)]
    subjects += [(role, f"{register_fields.PERSONS[role]} {row.name}") for role, row in persons.items()]
    rules = [
        (rule.key, f"{rule.name}（{describe(rule)}，{rule.article}）")
        for rule in _book().clocks.values()
        if rule.kind == "ban"
    ]
    return forms.ban_form(subjects, rules, hand().today, **values)


def _subject(institution: Institution, subject: str) -> dict[str, Institution | Person]:
    if subject == "institution":
        return {"institution": institution}
    return {"person": getattr(institution, subject)}


def _ban_page(institution: Institution, form: forms.BanForm, error: DomainError | None = None) -> str:
    is_known = form.rule.data in dict(form.rule.choices) and form.from_on.data
    return render(
        "institutions/ban_page.html",
        "institutions/_until.html",
        institution=institution,
        form=form,
        error=error,
        until_on=bans.last_day(_book(), form.rule.data, form.from_on.data) if is_known else None,
    )


def _book() -> Book:
    return hand().book_for(current_user.office, Matter.APPLICATION)


@bp.post("/<int:institution_id>/bans/<int:ban_id>/perform-duty")
@requires(Role.MANAGER)
def perform_duty(institution_id: int, ban_id: int) -> Any:
    ban, form = _ban(institution_id, ban_id), _reason()
    operations.perform_duty(ban, hand=hand(), reason=form.reason.data, version=whole(form.version.data))
    flash("已登记责任履行完毕")
    return redirect(url_for(".institution_page", institution_id=institution_id, _anchor="bans"))


@bp.post("/<int:institution_id>/bans/<int:ban_id>/lift")
@requires(Role.MANAGER)
def lift_ban(institution_id: int, ban_id: int) -> Any:
    ban, form = _ban(institution_id, ban_id), _reason()
    operations.lift(ban, hand=hand(), reason=form.reason.data, version=whole(form.version.data))
    flash("已解除限制申请")
    return redirect(url_for(".institution_page", institution_id=institution_id, _anchor="bans"))


def _ban(institution_id: int, ban_id: int) -> Ban:
    return found(queries.ban_of(institution_or_404(institution_id), ban_id, hand()))


def _reason() -> forms.ReasonForm:
    form = forms.ReasonForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    return form
