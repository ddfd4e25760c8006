"""What follows from a suspension or termination: confirmed or declined one by one, branches ended."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from blueprints.guard import asking, forms, operations, queries
from blueprints.guard.blueprint import EDITORS, bp
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, found, hand, requires, scope
from lifecycle import follow_ups
from lifecycle.errors import DomainError, NotAllowed, Unmet
from models import FollowUp, Role


@bp.get("/follow-ups")
@requires(*STAFF)
def follow_list() -> Any:
    return _list()


def _list(error: DomainError | None = None, refused: int | None = None) -> str:
    """Return the page; refused: the row that was not saved, which keeps what was typed."""
    asked = asking.asked({str(key) for key in queries.FOLLOW_WORDS})
    return render_template(
        "guard/follow_list.html",
        rows=queries.follow_ups_of(scope(), asked, hand()),
        asked=asked,
        words=queries.FOLLOW_WORDS,
        most=queries.MOST,
        offices=asking.offices(),
        error=error,
        refused=refused,
    )


def _demand_valid(form: Any) -> None:
    if not form.validate_on_submit():
        raise Unmet([message for _, _, message in form.errors_flat])


@bp.post("/follow-ups/<int:follow_id>/confirm")
@requires(*EDITORS)
def confirm_follow(follow_id: int) -> Any:
    row, form = found(queries.follow_in(scope(), follow_id)), forms.DoneForm()
    given = {"on": form.on.data, "number": form.number.data or "", "version": whole(form.version.data)}
    try:
        _demand_valid(form)
        done = follow_ups.confirm(row, hand=hand(), **given)
    except DomainError as refusal:
        return _list(refusal, row.id), refusal.status
    flash(f"已登记：{row.text}" if done.done_on else f"已登记函告：{row.text}，等待对方办理解除")
    return redirect(url_for(".follow_list"))


@bp.post("/follow-ups/<int:follow_id>/decline")
@requires(Role.MANAGER)
def decline_follow(follow_id: int) -> Any:
    row, form = found(queries.follow_in(scope(), follow_id)), forms.ReasonForm()
    try:
        _demand_valid(form)
        follow_ups.decline(row, reason=form.reason.data, hand=hand(), version=whole(form.version.data))
    except DomainError as refusal:
        return _list(refusal, row.id), refusal.status
    flash(f"已登记不办理：{row.text}")
    return redirect(url_for(".follow_list"))


@bp.route("/follow-ups/<int:follow_id>/branches", methods=["GET", "POST"])
@requires(Role.MANAGER)
def branches(follow_id: int) -> Any:
    row = found(queries.follow_in(scope(), follow_id))
    rows = queries.branches_beside(row, hand())
    form = forms.BranchesForm()
    form.branches.choices = [(str(one.id), one.institution.name) for one in rows]
    if not rows:
        raise NotAllowed("这一事项没有待本机构办理解除的分支")
    if not form.validate_on_submit():
        error = refusal_of(form, "未解除") if form.errors else None
        return _page(row, rows, form, error), 422 if error else 200
    chosen = [one for one in rows if str(one.id) in form.branches.data]
    return _ended(row, operations.terminate_branches(chosen, _given(form), hand=hand()))


def _given(form: forms.BranchesForm) -> dict[str, Any]:
    return {name: form[name].data or "" for name in ("facts", "decided_by", "ban_class", "ban_reason")}


def _ended(row: FollowUp, result: tuple[list[str], list[str]]) -> Any:
    ended, refused = result
    if ended:
        flash(f"已同时解除 {len(ended)} 家：{'、'.join(ended)}")
    if refused:
        raise Unmet(refused)
    return redirect(url_for(".follow_list"))


def _page(row: FollowUp, rows: list[FollowUp], form: Any, error: DomainError | None = None) -> str:
    head = follow_ups.head_of(row)
    return render_template("guard/branches_page.html", row=row, rows=rows, form=form, head=head, error=error)
