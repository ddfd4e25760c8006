"""Bans of an institution and its persons (第十条): imposed, performed, lifted."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from blueprints import register_fields
from blueprints.institutions import forms, operations, page_queries
from blueprints.institutions.blueprint import bp
from blueprints.register_fields import whole
from blueprints.web import found, hand, institution_or_404, render, requires
from lifecycle import bans
from lifecycle.errors import DomainError, Unmet
from models import Ban, Institution, Matter, Person, Role
from rules.book import Book
from rules.periods import describe


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
    persons = page_queries.persons(institution)
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
    return found(page_queries.ban_of(institution_or_404(institution_id), ban_id, hand()))


def _reason() -> forms.ReasonForm:
    form = forms.ReasonForm()
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])
    return form
