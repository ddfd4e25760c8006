"""A case: its page, its steps, corrections, files."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from htmx_flask import make_response

from blueprints import exit_facts, telling, words
from blueprints.cases import forms, operations, queries
from blueprints.material_page import material_context
from blueprints.register_fields import whole
from blueprints.screens import SEVERAL, page_of
from blueprints.stations import stations
from blueprints.web import STAFF, case_or_404, found, hand, requires, wants_partial
from lifecycle import cases, corrections, exits, files, filings, steps
from lifecycle.errors import Conflict, DomainError, Unmet
from models import Case, Matter, Role, User
from rules.rows import Step

bp = Blueprint("cases", __name__, url_prefix="/cases")

# What is worked between two steps: its name, its page, who works it, who may look.
HEARING = (Role.CLERK, Role.AGREEMENT, Role.MANAGER, Role.LEADER)
WORK: dict[str, tuple[str, str, dict[str, str], Role, tuple[Role, ...]]] = {
    "desk_review": ("填写", "review.sheet_page", {"stage": "desk"}, Role.REVIEWER, STAFF),
    "on_site": ("填写", "review.sheet_page", {"stage": "on_site"}, Role.REVIEWER, STAFF),
    "notice_investigation": ("核查举报", "notices.complaint_page", {}, Role.AGREEMENT, HEARING),
}


def step_url(case: Case, step: Step) -> str:
    """Return the page on which `step` is worked."""
    endpoint, values = page_of(step) or ("cases.step_page", {"action": step.action})
    return url_for(endpoint, **{"cases" if endpoint in SEVERAL else "case_id": case.id}, **values)


@bp.get("/<int:case_id>")
@requires(*STAFF)
def case_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    if case.matter == Matter.AGREEMENT:
        return redirect(url_for("agreements.agreement_page", case_id=case.id))
    return render_template(
        "cases/_case.html" if wants_partial() else "cases/case_page.html", **_context(case)
    )


def _context(case: Case, **more: Any) -> dict[str, Any]:
    """Return everything the case page shows, in a number of statements that does not grow with its rows."""
    me = hand()
    book = me.book_of(case)
    checked = queries.checked(case, me)
    offered = steps.offers(case, me, words.ROLES, checked)
    newest = queries.newest_step(case)
    shown = material_context(case, me)
    return {
        "case": case,
        "book": book,
        "state": book.states[case.state],
        **queries.applied_for(case, me),
        "exit": exit_facts.request_of(case, me) if case.matter == Matter.EXIT else None,
        "stations": stations(case, me),
        "checked": checked,
        "offers": [(offer, step_url(case, offer.step)) for offer in offered],
        "loud": _loud(offered),
        "work": _work(case),
        **shown,
        "filings": filings.filings_of(case),
        "documents": queries.documents(case),
        "attachments": queries.attachments(case),
        "clocks": telling.clock_cards(case, me),
        "events": telling.events_of(case, None if "all" in request.args else 10),
        "newest": newest,
        "may_correct": corrections.may_correct(case, newest, me),
        "is_lapse": corrections.is_lapse(case, newest, me),
        "is_manager": Role.MANAGER in me.roles,
        "may_serve": Role.CLERK in me.roles and case.office_id == current_user.office.id,
        "words": words,
        "upload_form": forms.UploadForm(formdata=None),
        "province": filings.open_upload(case, me),
        "asked": current_user.office,
        **more,
    }


def _loud(offered: list[steps.Offer]) -> str:
    """Return the step whose button is the page's primary one: the first possible that moves the case on.

    So does one that meets a limit or lowers a flag where the case stands. One that closes the case is loud
    only if the book names it first and asks no reason for it: refusing or withdrawing is not the default.
    """
    moving = (o.step for o in offered if o.is_possible)
    ways = (step for step in moving if step.target or step.meets or step.lowers)
    return next((way.action for way in ways if not way.closes or _is_the_aim(way, offered)), "")


def _is_the_aim(way: Step, offered: list[steps.Offer]) -> bool:
    return way is offered[0].step and "reason_given" not in way.needs


def _work(case: Case) -> dict[str, Any] | None:
    """Return the page on which the present stage is worked, and whether it is this person's work."""
    label, endpoint, values, role, lookers = WORK.get(case.state, ("", "", {}, Role.CLERK, ()))
    if not hand().roles & set(lookers):
        return None
    if sheet := hand().book_of(case).sheet_for(values.get("stage", ""), case.institution.kind):
        label += sheet.short
    is_mine = role in hand().roles and current_user.office.id == case.office_id
    if not is_mine:
        label = label.replace("填写", "查看").replace("核查", "查看")
    note = "逐项办理，自动保存" if is_mine else f"由{words.ROLES[role]}办理"
    return {
        "label": label,
        "url": url_for(endpoint, case_id=case.id, **values),
        "note": note,
        "is_mine": is_mine,
    }


def _answer(case: Case, sentence: str) -> Any:
    """Tell what was done, on the case's page."""
    flash(sentence)
    if wants_partial():
        return make_response("", 200, redirect=url_for("cases.case_page", case_id=case.id))
    return redirect(url_for("cases.case_page", case_id=case.id))


@bp.get("/<int:case_id>/steps/<action>")
@requires(*STAFF)
def step_page(case_id: int, action: str) -> Any:
    case = case_or_404(case_id)
    step = found(_step(case, action))
    if step.screen:
        return redirect(step_url(case, step))
    given = {"on": hand().today, "version": case.version, **queries.preset(case, step, hand())}
    return _show_step(case, step, _form(case, step, **given))


@bp.post("/<int:case_id>/steps/<action>")
@requires(*STAFF)
def take_step(case_id: int, action: str) -> Any:
    case = case_or_404(case_id)
    step = found(_step(case, action) or _elsewhere(case, action))
    if step.screen:  # its page writes more than the step
        return redirect(step_url(case, step))
    form = _form(case, step)
    if not form.validate_on_submit():
        return _show_step(case, step, form), 422
    try:
        moved = steps.take_step(
            case,
            action,
            hand=hand(),
            on=form.on.data,
            reason=form.reason.data or "",
            data=exits.known(case, action, hand().book_of(case))
            | {name: form[name].data for name in step.asks},
            version=whole(form.version.data),
        )
    except DomainError as refusal:
        if refusal.status == Conflict.status:  # told once; who sends it again knows how the case stands now
            form.version.raw_data, form.version.data = None, case_or_404(case_id).version
        return _show_step(case, step, form, refusal), refusal.status
    return _answer(moved, _done(moved, step))


def _done(case: Case, step: Step) -> str:
    """Return what was done and what comes next, for the top of the page."""
    todo = hand().book_of(case).todo_of(case.state, case.flag)
    if step.issues:
        document = queries.documents(case)[0]
        return f"已办理“{step.label}”，出具 {document.number}。" + (
            "请打印并登记送达。" if document.is_to_serve else ""
        )
    return f"已办理“{step.label}”。" + (f"接下来：{todo}。" if todo else "")


def _step(case: Case, action: str) -> Step | None:
    book = hand().book_of(case)
    return book.step(case.matter, case.state, action, cases.facts(case))


def _elsewhere(case: Case, action: str) -> Step | None:
    """Return a step that the book knows, though not from this state: a colleague may just have taken it."""
    return next(
        (s for s in hand().book_of(case).steps if s.action == action and s.matter == case.matter), None
    )


def _form(case: Case, step: Step, **values: Any) -> forms.StepForm:
    form = forms.step_form(step, **values)
    if "grounds" in form:
        form.grounds.choices = queries.ground_choices(case, hand())
    return form


def _show_step(case: Case, step: Step, form: forms.StepForm, error: DomainError | None = None) -> str:
    me = hand()
    offer = next((o for o in steps.offers(case, me, words.ROLES) if o.step.action == step.action), None)
    return render_template(
        "cases/step_page.html",
        case=case,
        step=step,
        form=form,
        error=error,
        offer=offer,
        hints=queries.ban_hints(case, me),
        lacking=queries.lacking(case) if "missing_items_named" in step.needs else [],
    )


@bp.route("/<int:case_id>/take-back", methods=["GET", "POST"])
@requires(*STAFF)
def take_back(case_id: int) -> Any:
    case = case_or_404(case_id)
    newest = found(queries.newest_step(case))
    form = forms.ReasonForm(version=case.version)
    if not form.validate_on_submit():
        return _show_reason(case, form, "撤回上一步", f"撤回“{newest.label}”，由它出具的文书一并作废。")
    version = whole(form.version.data) or 0  # what is no version is a stale one
    corrections.take_back(case, hand=hand(), reason=form.reason.data, version=version)
    return _answer(case, f"已撤回“{newest.label}”。")


@bp.route("/<int:case_id>/reinstate", methods=["GET", "POST"])
@requires(Role.MANAGER)
def reinstate(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = forms.ReinstateForm()
    if not form.validate_on_submit():
        return _show_reason(case, form, "恢复办理", "取消逾期自动办理的结果，回到原来的环节。")
    corrections.reinstate(case, hand=hand(), reason=form.reason.data, new_due=form.new_due.data)
    return _answer(case, "已恢复办理。")


@bp.route("/<int:case_id>/taken/<int:step_id>/day", methods=["GET", "POST"])
@requires(*STAFF)
def correct_day(case_id: int, step_id: int) -> Any:
    case = case_or_404(case_id)
    taken = found(queries.taken_step(case, step_id))
    form = forms.CorrectDayForm(on=taken.on)
    if not form.validate_on_submit():
        return _show_reason(
            case, form, "更正办理日期", f"“{taken.label}”现为 {taken.on.isoformat()}，更正后期限重新计算。"
        )
    corrections.correct_day(taken, hand=hand(), on=form.on.data, reason=form.reason.data)
    return _answer(case, f"已更正“{taken.label}”的办理日期。")


@bp.route("/<int:case_id>/hand-over", methods=["GET", "POST"])
@requires(*STAFF)
def hand_over(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = forms.HandOverForm()
    form.to.choices = [(user.id, user.name) for user in queries.colleagues(case)]
    if not form.validate_on_submit():
        return _show_reason(case, form, "移交", f"现由 {case.handler.name} 经办。")
    cases.hand_over(
        [case.id], found(User.get_or_none(User.id == form.to.data)), hand=hand(), reason=form.reason.data
    )
    return _answer(case, "已移交。")


def _show_reason(case: Case, form: forms.ReasonForm, title: str, about: str) -> Any:
    page = render_template("cases/reason_page.html", case=case, form=form, title=title, about=about)
    return page, (422 if form.errors else 200)


@bp.get("/<int:case_id>/history")
@requires(*STAFF)
def history(case_id: int) -> Any:
    case = case_or_404(case_id)
    taken = queries.correctable_steps(case, hand())
    return render_template("cases/history.html", case=case, steps=taken, events=telling.events_of(case, None))


@bp.post("/<int:case_id>/attachments")
@requires(*STAFF)
def upload(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = forms.UploadForm()
    if form.purpose.data not in words.PURPOSES:
        raise Unmet(["请选择附件用途"])
    uploads = request.files.getlist("files")
    stored = operations.upload(case, uploads, purpose=form.purpose.data, hand=hand())
    return _answer(case, f"已上传 {len(stored)} 个文件。")


@bp.get("/<int:case_id>/attachments/<int:attachment_id>")
@requires(*STAFF)
def attachment(case_id: int, attachment_id: int) -> Any:
    row = found(queries.attachment(case_or_404(case_id), attachment_id))
    shown = row.content_type in ("application/pdf", "image/jpeg", "image/png", "video/mp4")
    return send_file(
        files.whole_path(row, hand=hand()),
        mimetype=row.content_type,
        as_attachment=not shown,
        download_name=row.filename,
    )


@bp.route("/<int:case_id>/attachments/<int:attachment_id>/remove", methods=["GET", "POST"])
@requires(*STAFF)
def remove_attachment(case_id: int, attachment_id: int) -> Any:
    case = case_or_404(case_id)
    row = found(queries.attachment(case, attachment_id))
    form = forms.RemoveForm()
    if not form.validate_on_submit():
        return _show_reason(case, form, "移除附件", f"移除“{row.filename}”，原文件保留备查。")
    files.remove_file(row, hand=hand(), reason=form.reason.data)
    return _answer(case, f"已移除“{row.filename}”。")
