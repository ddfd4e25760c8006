"""What an institution asks about its agreements: change, end, pause, signing again (协议变更及终止申请)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from blueprints.exit_facts import name_of
from blueprints.portal import exit_forms, exit_queries, forms, operations
from blueprints.portal.blueprint import bp
from blueprints.portal.case_routes import case_or_404, shown_case
from blueprints.register_fields import whole
from blueprints.web import PROVIDERS, found, hand, requires
from lifecycle import exits
from lifecycle.errors import Conflict, DomainError
from models import Case, Matter, Role
from rules.book import Book


@bp.get("/my/agreements")
@requires(*PROVIDERS)
def exit_list() -> str:
    return _list()


def _list(error: DomainError | None = None) -> str:
    me = hand()
    own = exit_queries.served(me.institutions, me)
    found(own or None)
    ids, year = [row.id for row in own], whole(request.args.get("year"))
    year = year if year and 2000 <= year <= 2099 else None
    kinds = exit_queries.kinds(ids, me)
    kind = request.args.get("kind", "") if request.args.get("kind") in kinds else ""
    return render_template(
        "portal/exit_list.html",
        name=name_of(_book(own[0].office)),
        rows=exit_queries.lines(ids, me, year=year, kind=kind),
        institutions=own,
        year=year,
        kinds=kinds,
        kind=kind,
        may_file=Role.PROVIDER in me.roles,
        error=error,
    )


@bp.route("/my/agreements/<int:case_id>/request", methods=["GET", "POST"])
@requires(Role.PROVIDER)
def exit_request(case_id: int) -> Any:
    case = _agreement(case_id)
    form = _form(case)
    if not form.validate_on_submit():
        return _page(case, form), 422 if form.errors else 200
    given = {name: form[name].data or "" for name in ("wish", "type", "reason")}
    uploads = [(file.filename or "", file.read()) for file in form.files.data]
    try:
        given |= {"categories": form.categories.data or []}
        asked = operations.ask_to_leave(case, given, uploads, hand=hand(), version=whole(form.version.data))
    except DomainError as refusal:
        if refusal.status == Conflict.status:
            form.version.data = _agreement(case_id).version
        return _page(case, form, refusal), refusal.status
    flash(f"申请已保存，编号 {asked.number}，待经办机构审核、审批。")
    return redirect(url_for(".case_page", case_id=asked.id))


def _form(case: Case) -> exit_forms.ExitForm:
    """Return the form; the wish whose button was clicked is chosen."""
    form = exit_forms.ExitForm(wish=request.args.get("wish"), version=case.version)
    form.wish.choices = list(exits.wishes(_book(case.office), case).items())
    form.categories.choices = [(label, label) for label in exit_queries.categories(case)]
    return form


def _page(case: Case, form: exit_forms.ExitForm, error: DomainError | None = None) -> str:
    return render_template(
        "portal/exit_page.html",
        case=case,
        form=form,
        error=error,
        name=name_of(_book(case.office)),
        agreement=found(exit_queries.agreement_of(case)),
        label=hand().book_of(case).label_of(case.state, case.flag),
    )


@bp.post("/my/agreements/<int:case_id>/apply-again")
@requires(Role.PROVIDER)
def apply_again(case_id: int) -> Any:
    case, form = _agreement(case_id), exit_forms.AgainForm()
    form.validate_on_submit()
    try:
        operations.apply_again(case, hand=hand(), version=whole(form.version.data) or 0)
    except DomainError as refusal:
        return _list(refusal), refusal.status
    flash("已重新发起协议申请，请与经办机构重新签订协议。")
    return redirect(url_for(".exit_list"))


@bp.post("/my/cases/<int:case_id>/withdraw-exit")
@requires(Role.PROVIDER)
def withdraw_exit(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.WithdrawForm()
    found(case if case.matter == Matter.EXIT else None)
    if not form.validate_on_submit():
        return shown_case(case, None, form), 422
    try:
        version = whole(form.version.data)
        operations.withdraw_exit(case, hand=hand(), reason=form.reason.data, version=version)
    except DomainError as refusal:
        form.version.data = case_or_404(case_id).version
        return shown_case(case_or_404(case_id), refusal, form), refusal.status
    flash("申请已撤回。")
    return redirect(url_for(".case_page", case_id=case.id))


def _agreement(case_id: int) -> Case:
    me = hand()
    return found(exit_queries.agreement_case(case_id, me.institutions, me))


def _book(office: Any) -> Book:
    return hand().book_for(office, Matter.EXIT)
