"""The office's side: inviting an institution, and the accounts that work for it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.portal import forms, user_queries
from blueprints.portal.blueprint import bp
from blueprints.register_fields import whole
from blueprints.web import found, hand, institution_or_404, requires
from lifecycle import invitations, memberships
from lifecycle.errors import DomainError
from models import Institution, Role, User

KEEPERS = (Role.CLERK, Role.MANAGER)


@bp.get("/institutions/<int:institution_id>/accounts")
@requires(*KEEPERS)
def account_list(institution_id: int) -> str:
    return _page(institution_or_404(institution_id))


@bp.post("/institutions/<int:institution_id>/invitations")
@requires(*KEEPERS)
def invite(institution_id: int) -> Any:
    """Show the code on the answer itself: neither an address nor the session may hold it."""
    institution, form = institution_or_404(institution_id), forms.InviteForm()
    if not form.validate_on_submit():
        return _page(institution, form), 422
    invitation, code = invitations.invite(institution, form.name.data, hand=hand())
    return _page(institution, invited=invitation, code=code)


@bp.post("/institutions/<int:institution_id>/invitations/<int:invitation_id>/revoke")
@requires(*KEEPERS)
def revoke(institution_id: int, invitation_id: int) -> Any:
    institution = institution_or_404(institution_id)
    invitation = found(user_queries.invitation(institution, invitation_id))
    try:
        invitations.revoke(invitation, hand=hand())
    except DomainError as refusal:
        return _page(institution, error=refusal), refusal.status
    return _done(institution, f"已撤销给{invitation.name}的邀请")


@bp.post("/institutions/<int:institution_id>/accounts/<int:account_id>/close")
@requires(*KEEPERS)
def close_account(institution_id: int, account_id: int) -> Any:
    institution = institution_or_404(institution_id)
    user, version = _account(institution, account_id), whole(request.form.get("version"))
    try:
        memberships.close_account(user, hand=hand(), version=version)
    except DomainError as refusal:
        return _page(institution, error=refusal), refusal.status
    return _done(institution, f"{user.name}的账号已停用，不能再登录")


@bp.post("/institutions/<int:institution_id>/accounts/<int:account_id>/remove")
@requires(*KEEPERS)
def remove_account(institution_id: int, account_id: int) -> Any:
    institution = institution_or_404(institution_id)
    user = _account(institution, account_id)
    memberships.end_membership(user, institution, hand=hand())
    return _done(institution, f"{user.name}不能再为{institution.name}办理")


def _account(institution: Institution, account_id: int) -> User:
    return found(user_queries.user_of(account_id, [institution.id]))


def _done(institution: Institution, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for(".account_list", institution_id=institution.id))


def _page(institution: Institution, form: forms.InviteForm | None = None, **more: Any) -> str:
    listed = [(row, invitations.is_open(row)) for row in user_queries.invitations(institution)]
    context = {"invited": None, "code": "", "error": None, **more}
    return render_template(
        "portal/accounts_page.html",
        institution=institution,
        form=form or forms.InviteForm(formdata=None, data={"name": institution.contact}),
        accounts=user_queries.users([institution.id]),
        invitations=listed,
        labels=memberships.LABELS,
        days=invitations.VALID.days,
        kinds=words.KINDS,
        is_ours=institution.office_id == current_user.office.id,
        **context,
    )
