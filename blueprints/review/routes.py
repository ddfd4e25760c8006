"""The review of a case: its group, the tick tables, pledge, signatures, print."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from htmx_flask import make_response

from blueprints import words
from blueprints.review import board, forms, group_operations, operations, queries
from blueprints.web import STAFF, case_or_404, found, hand, requires
from lifecycle import sheets, steps
from lifecycle.errors import BadDay, Conflict, DomainError, Unmet
from models import Case, Role

bp = Blueprint("review", __name__, url_prefix="/cases/<int:case_id>")

TOLD = ("feedback_to", "feedback", "report")
STAGE = "<any(desk, on_site):stage>"


@bp.route("/group", methods=["GET", "POST"])
@requires(Role.REVIEWER, Role.MANAGER)
def group_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = _group_form(case)
    if not form.validate_on_submit():
        return _show_group(case, form), (422 if form.errors else 200)
    try:
        return _appoint(case, form, is_start=request.form.get("action") == "start")
    except DomainError as refusal:
        form.seen.data = group_operations.group_stamp(case)
        return _show_group(case, form, refusal), refusal.status


def _appoint(case: Case, form: forms.GroupForm, *, is_start: bool) -> Any:
    fields, teams, seen = form.fields, form.teams, form.seen.data or ""
    if not is_start:
        group_operations.set_group(case, fields, seen=seen, hand=hand(), teams=teams)
        flash("已保存评估小组。")
        return redirect(url_for(".group_page", case_id=case.id))
    third_party = form.third_party.data or ""
    given = {"seen": seen, "third_party": third_party, "teams": teams}
    moved = group_operations.start_review(case, fields, hand=hand(), **given)
    flash(f"已指派评估小组，开始{hand().book_of(moved).states[moved.state].label}。")
    return redirect(url_for(".sheet_page", case_id=case.id, stage="desk"))


def _group_form(case: Case) -> forms.GroupForm:
    people = [(person.id, person.name) for person in queries.reviewers(case)]
    members, spec = sheets.group(case), board.spec_of(case, "on_site", hand())
    present = {member.user_id: member.field for member in members} or queries.former_fields(case)
    most = max(spec.teams, default=0) if spec else 0
    teams = {member.user_id: member.team for member in members}
    return forms.group_form(people, present, group_operations.group_stamp(case), most, teams)


def _show_group(case: Case, form: forms.GroupForm, error: DomainError | None = None) -> str:
    offered = steps.offers(case, hand(), words.ROLES)
    fields = set(form.fields.values())
    return render_template(
        "review/group.html",
        case=case,
        form=form,
        error=error,
        state=hand().book_of(case).states[case.state].label,
        people=queries.reviewers(case),
        members={member.user_id: member for member in sheets.group(case)},
        relations=queries.relations(case),
        article=board.start_article(case, hand()),
        teams=_teams(case, form),
        missing=[field for field in words.GROUP_FIELDS if field not in fields],
        third_party=queries.third_party(case, case.round),
        is_open=case.state in group_operations.GROUP_STATES,
        start=next((offer for offer in offered if offer.step.action == "start_desk_review"), None),
        start_label=f"指派并开始{hand().book_of(case).states['desk_review'].label}",
        fields=words.GROUP_FIELDS,
    )


def _teams(case: Case, form: forms.GroupForm) -> dict[str, Any] | None:
    """Return how many teams usually inspect and how many there are, where the book knows teams."""
    spec = board.spec_of(case, "on_site", hand())
    if not spec or not spec.teams:
        return None
    least, most = spec.teams
    return {"least": least, "most": most, "now": len(set(form.teams.values()))}


@bp.get(f"/sheets/{STAGE}")
@requires(*STAFF)
def sheet_page(case_id: int, stage: str) -> Any:
    case = case_or_404(case_id)
    operations.enter_sheet(case, stage, hand=hand())
    return _show_sheet(case, stage)


Refused = tuple[int, forms.SheetRowForm, DomainError | None]  # the row that was not saved, as typed, and why


def _show_sheet(
    case: Case,
    stage: str,
    error: DomainError | None = None,
    visit: forms.VisitForm | None = None,
    refused: Refused | None = None,
) -> str:
    view = _board(case, stage)
    current = view.first_open or next(iter(view.rows), None)
    return render_template(
        "review/sheet.html",
        **_status(view),
        **_rows(view, current, refused),
        error=error,
        aside=queries.aside(case, current.key, hand()) if current else None,
        purposes=words.PURPOSES,
        visit=visit or forms.visit_form(view.spec, _place(case), None, obj=view.sheet)
        if view.sheet
        else None,
        types=queries.type_labels(case, hand()),
        clock=queries.lead_clock(case),
        third_party=queries.third_party(case, view.round),
        state=hand().book_of(case).states[case.state].label,
        article=board.start_article(case, hand()),
        is_appointing=bool(hand().roles & {Role.REVIEWER, Role.MANAGER}),
    )


def _rows(view: board.Board, current: board.Row | None, refused: Refused | None) -> dict[str, Any]:
    told = board.overruled(view)
    rows = [replace(row, colleague=told.get(row.id, ""), is_current=row == current) for row in view.rows]
    if not refused:
        return {"rows": rows, "refused_id": 0}
    mark_id, form, why = refused
    rows = [_kept(view, row, form, why) if row.id == mark_id else row for row in rows]
    return {"rows": rows, "refused_id": mark_id, "row_error": _messages(form, why)}


def _board(case: Case, stage: str) -> board.Board:
    return found(board.board(case, stage, hand(), request.args.get("round", type=int)))


def _status(view: board.Board) -> dict[str, Any]:
    """Return what the counters and the list of signatures show, on the page and beside a saved row."""
    next_steps = []
    if view.is_open and view.is_signed:
        offered = steps.offers(view.case, hand(), words.ROLES)
        next_steps = [
            o.step.label for o in offered if f"{view.stage}_signed" in o.step.needs and o.is_possible
        ]
    place = _place(view.case)
    return {"view": view, "case": view.case, "next_steps": next_steps, "place": place}


def _place(case: Case) -> str:
    """Return what the book calls the work on the spot: 现场评估."""
    return hand().book_of(case).states["on_site"].label


@bp.route(f"/sheets/{STAGE}/rows/<int:mark_id>", methods=["PUT", "POST"])
@requires(Role.REVIEWER)
def mark_row(case_id: int, stage: str, mark_id: int) -> Any:
    case, form = case_or_404(case_id), forms.SheetRowForm()
    mark = found(queries.mark_of(case, stage, mark_id))
    if not form.validate_on_submit():
        return _row(case, stage, mark_id, form), 422
    finding, note, version = form.chosen, form.note.data or "", form.version.data
    try:
        operations.mark_row(mark, finding=finding, note=note, version=version, hand=hand())
    except (Conflict, Unmet) as refusal:
        return _row(case, stage, mark_id, form, refusal), refusal.status
    return _row(case, stage, mark_id)


def _row(
    case: Case,
    stage: str,
    mark_id: int,
    form: forms.SheetRowForm | None = None,
    refusal: DomainError | None = None,
) -> Any:
    """Answer with the row and, out of band, the counters; without htmx with the page."""
    if not request.htmx and form:
        return _show_sheet(case, stage, refused=(mark_id, form, refusal))
    if not request.htmx:
        return redirect(url_for(".sheet_page", case_id=case.id, stage=stage, _anchor=f"row-{mark_id}"))
    view = _board(case, stage)
    row = found(next((row for row in view.rows if row.id == mark_id), None))
    shown = _kept(view, row, form, refusal) if form else row
    told = {"row_error": _messages(form, refusal)} if form else {"saved_at": row.at.removeprefix("今天 ")}
    return render_template("review/_sheet_row.html", **_status(view), row=shown, is_oob=True, **told)


def _kept(
    view: board.Board, row: board.Row, form: forms.SheetRowForm, refusal: DomainError | None
) -> board.Row:
    """Return the row with what was typed kept beside what stands."""
    row = replace(row, typed=form.note.data or row.note)
    if isinstance(refusal, Conflict):
        return replace(row, colleague=board.faster(view, row, form.chosen), mine=form.chosen or row.verdict)
    return row


def _messages(form: forms.SheetRowForm, refusal: DomainError | None) -> str:
    if isinstance(refusal, Conflict):
        return ""
    return "；".join(refusal.sentences if refusal else (text for *_, text in form.errors_flat))


@bp.get(f"/sheets/{STAGE}/rows/<int:mark_id>/aside")
@requires(*STAFF)
def row_aside(case_id: int, stage: str, mark_id: int) -> Any:
    case = case_or_404(case_id)
    mark = found(queries.mark_of(case, stage, mark_id))
    aside = found(queries.aside(case, mark.row, hand()))
    if not request.htmx:
        return redirect(url_for(".sheet_page", case_id=case_id, stage=stage, _anchor=f"row-{mark_id}"))
    return render_template("review/_row_aside.html", case=case, aside=aside, purposes=words.PURPOSES)


@bp.post(f"/sheets/{STAGE}/pledge")
@requires(Role.REVIEWER)
def pledge(case_id: int, stage: str) -> Any:
    group_operations.pledge(case_or_404(case_id), hand=hand())
    return redirect(url_for(".sheet_page", case_id=case_id, stage=stage))


@bp.post(f"/sheets/{STAGE}/visit")
@requires(Role.REVIEWER)
def visit(case_id: int, stage: str) -> Any:
    case = case_or_404(case_id)
    view = _board(case, stage)
    form, sheet = forms.visit_form(view.spec, _place(case)), found(view.sheet)
    if not form.validate_on_submit():
        return _show_sheet(case, stage, visit=form), 422
    foot = {
        "visited_on": form.visited_on.data,
        "remark": form.remark.data or "",
        "version": form.version.data,
        "told": {name: form[name].data or "" for name in TOLD if name in form},
    }
    try:
        operations.note_visit(sheet, **foot, hand=hand())
    except (BadDay, Conflict, Unmet) as refusal:
        form.renew(_board(case, stage).sheet.version)
        return _show_sheet(case, stage, error=refusal, visit=form), refusal.status
    flash("已保存表尾内容。" if "feedback_to" in form else "已保存备注和日期。")
    return redirect(url_for(".sheet_page", case_id=case_id, stage=stage, _anchor="visit"))


@bp.post(f"/sheets/{STAGE}/sign")
@requires(Role.REVIEWER)
def sign(case_id: int, stage: str) -> Any:
    case, form = case_or_404(case_id), forms.SignForm()
    sheet = found(_board(case, stage).sheet)
    if not form.validate_on_submit() or form.total is None:
        raise Unmet([forms.STALE])
    operations.sign(sheet, seen=form.total, hand=hand())
    flash("已签字。")
    url = url_for(".sheet_page", case_id=case_id, stage=stage)
    return make_response("", 200, redirect=url) if request.htmx else redirect(url)


@bp.get(f"/sheets/{STAGE}/print")
@requires(*STAFF)
def sheet_print(case_id: int, stage: str) -> Any:
    case = case_or_404(case_id)
    operations.enter_sheet(case, stage, hand=hand(), action="print_sheet")
    view = _board(case, stage)
    lines = queries.paper_lines(view, hand(), is_blank="blank" in request.args)
    return render_template(
        "review/sheet_print.html", **_status(view), lines=lines, is_blank="blank" in request.args
    )
