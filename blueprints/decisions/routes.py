"""Collective decisions (集体决策), the city's review (市级复审) and filings (备案)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.decisions import forms, operations, queries
from blueprints.web import STAFF, case_or_404, found, hand, render, requires, scope
from lifecycle.errors import DomainError
from lifecycle.filings import filings_of
from models import Case, Role

bp = Blueprint("decisions", __name__, url_prefix="/decisions")
bp.add_app_template_global(forms.FILING_KINDS, "filing_kinds")

DECIDERS = (Role.MANAGER, Role.LEADER)
MAX_DIGITS = 10
FILERS = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER)


@bp.get("/meetings")
@requires(*STAFF)
def meeting_list() -> Any:
    page = _int(request.args.get("page")) or 1
    rows, count = queries.meetings(current_user.office, page)
    return render_template(
        "decisions/meeting_list.html", rows=rows, count=count, page=page, size=queries.PAGE
    )


@bp.get("/meetings/<int:meeting_id>")
@requires(*STAFF)
def meeting_detail(meeting_id: int) -> Any:
    meeting = found(queries.meeting(meeting_id, scope()))
    return render_template(
        "decisions/meeting_detail.html",
        meeting=meeting,
        decisions=queries.decided(meeting),
        types=lambda case: queries.types_of(case, hand()),
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
@requires(*DECIDERS)
def meeting_page() -> Any:
    cases = _chosen()
    if not cases:
        return render_template(
            "decisions/choose_page.html", rows=queries.awaiting(current_user.office), state=_state_label
        )
    form, verdicts = _meeting_form(), {case.id: _verdict_form(case) for case in cases}
    valid = [form.validate_on_submit(), *(verdict.validate_on_submit() for verdict in verdicts.values())]
    if not all(valid):
        return _meeting_page(cases, form, verdicts), 422 if request.method == "POST" else 200
    try:
        meeting = operations.hold_meeting(
            [_verdict(case_id, verdict) for case_id, verdict in verdicts.items()],
            hand=hand(),
            attendees=form.present,
            held_on=form.held_on.data,
            **{name: form[name].data or "" for name in ("place", "chair", "minutes", "reason")},
        )
    except DomainError as refusal:
        return _meeting_page(cases, form, verdicts, refusal), refusal.status
    flash(f"已登记会议，{len(cases)} 件申请的审议结果已办理。")
    return redirect(url_for(".meeting_detail", meeting_id=meeting.id))


def _int(text: Any) -> int:
    """Return a number that was posted, or 0 for anything else."""
    return int(text) if str(text).isdecimal() and len(str(text)) < MAX_DIGITS else 0


def _chosen() -> list[Case]:
    """Return the ticked cases; one that is not the own office's answers 404."""
    ids = {_int(value) for value in request.values.getlist("cases")} - {0}
    rows = queries.chosen(ids, current_user.office)
    return rows if len(rows) == len(ids) else abort(404)


def _meeting_form() -> forms.MeetingForm:
    members = queries.members(current_user.office)
    chair = next((member.name for member in members if member.is_chair), "")
    form = forms.MeetingForm(held_on=hand().today, chair=chair, attendees=[member.name for member in members])
    labels = [(m.name, f"{m.name}（{m.post}）" if m.post else m.name) for m in members]
    form.attendees.choices = labels
    return form


def _verdict_form(case: Case) -> forms.VerdictForm:
    form = forms.VerdictForm(prefix=f"c{case.id}-", version=case.version)
    steps = queries.decision_steps(case, hand())
    form.outcome.choices = [(queries.outcome(step), step.label) for step in steps]
    return form


def _verdict(case_id: int, form: forms.VerdictForm) -> operations.Verdict:
    return operations.Verdict(
        case_id,
        form.outcome.data,
        form.opinion.data or "",
        form.votes_for.data,
        form.votes_against.data,
        _int(form.version.data),
    )


def _meeting_page(
    cases: list[Case], form: forms.MeetingForm, verdicts: dict[int, forms.VerdictForm], error: Any = None
) -> str:
    summaries = [queries.summary(case, hand()) for case in cases]
    return render_template(
        "decisions/meeting_page.html", form=form, verdicts=verdicts, summaries=summaries, error=error
    )


def _state_label(row: Any) -> str:
    return hand().books[row.book].states[row.state].label


@bp.route("/cases/<int:case_id>/city-review", methods=["GET", "POST"])
@requires(Role.CITY)
def city_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    if not queries.was_passed_up(case):
        abort(404)
    form = forms.ReviewForm(on=hand().today, version=case.version)
    if not form.validate_on_submit():
        return _city_page(case, form), 422 if form.errors else 200
    is_passed = form.is_passed.data == "yes"
    given = {"on": form.on.data, "reason": form.reason.data or "", "version": _int(form.version.data)}
    try:
        operations.review(case, is_passed=is_passed, hand=hand(), **given)
    except DomainError as refusal:
        return _city_page(case, form, refusal), refusal.status
    flash(f"已登记{case.institution.name}的复审结论，退{case.office.name}办理。")
    return redirect(url_for("notices.notice_list", tab="city_review"))


def _city_page(case: Case, form: forms.ReviewForm, error: Any = None) -> str:
    return render_template(
        "decisions/city_page.html",
        case=case,
        form=form,
        error=error,
        summary=queries.summary(case, hand()),
        decisions=queries.decisions_of(case),
        attachments=queries.attachments(case),
        purposes=words.PURPOSES,
    )


@bp.post("/cases/<int:case_id>/filings")
@requires(*FILERS)
def filing(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.FilingForm()
    if not form.validate_on_submit():
        return _filing_region(case, filing_form=form), 422
    given = {name: form[name].data or "" for name in ("kind", "number", "note")}
    try:
        operations.record_filing(case, hand=hand(), filed_on=form.filed_on.data, **given)
    except DomainError as refusal:
        form.filed_on.errors = [*form.filed_on.errors, *refusal.sentences]
        return _filing_region(case, filing_form=form), refusal.status
    if request.htmx:
        return _filing_region(case)
    flash("已登记备案。")
    return redirect(url_for("cases.case_page", case_id=case.id))


def _filing_region(case: Case, **context: Any) -> str:
    context |= {"case": case, "filings": filings_of(case)}
    return render("decisions/filing_page.html", "decisions/_filings.html", **context)
