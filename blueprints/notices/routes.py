"""Publications (公示), complaints about them (举报、异议), and the board of what waits for them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.fields import parse_day
from blueprints.notices import forms, operations, queries
from blueprints.web import STAFF, case_or_404, found, hand, only_where_served, render, requires, scope
from lifecycle.errors import DomainError
from lifecycle.steps import offers
from models import Case, Complaint, Matter, NoticeKind, Role

bp = Blueprint("notices", __name__, url_prefix="/notices")
bp.before_request(only_where_served(Matter.APPLICATION))

PUBLISHERS = (Role.AGREEMENT,)
RECEIVERS = (Role.CLERK, Role.AGREEMENT, Role.MANAGER, Role.LEADER)
VERIFIERS = (Role.AGREEMENT, Role.MANAGER)
SETTLERS = (Role.AGREEMENT, Role.MANAGER, Role.LEADER)
MAX_DIGITS = 10
KIND_LABELS = {NoticeKind.RESULT: "评估结果公示", NoticeKind.SUPERVISION: "监督公示"}


@bp.get("/")
@requires(*STAFF)
def notice_list() -> Any:
    counts, tabs = queries.counts(current_user.office, scope()), _tabs()
    asked = request.args.get("tab", "")
    tab = next((t for t in tabs if t.state == asked), _first_tab(counts, tabs))
    sort, text, page = (
        request.args.get("sort", "due"),
        request.args.get("q", "").replace("\x00", "").strip()[:60],
        _page(),
    )
    rows, count = queries.board(tab.state, current_user.office, scope(), text=text, sort=sort, page=page)
    context = {"tab": tab, "tabs": tabs, "counts": counts, "rows": rows, "count": count}
    context |= {"sort": sort, "text": text, "page_no": page, "size": queries.PAGE, "types": _types}
    return render("notices/notice_list.html", "notices/_board.html", **context)


def _tabs() -> Sequence[queries.Tab]:
    return queries.tabs(hand().book_for(current_user.office, Matter.APPLICATION))


def _first_tab(counts: dict[str, int], tabs: Sequence[queries.Tab]) -> queries.Tab:
    """The stage this user works on, if something waits there; else the first that holds something."""
    mine = "city_review" if current_user.has(Role.CITY) else ""
    filled = [t for t in tabs if counts.get(t.state)]
    return next((t for t in filled if t.state == mine), filled[0] if filled else tabs[0])


def _types(row: Any) -> str:
    return queries.type_labels(row.book, row.types, hand())


def _page() -> int:
    return _int(request.args.get("page")) or 1


def _int(text: Any) -> int:
    """Return a number that was posted, or 0 for anything else."""
    return int(text) if str(text).isdecimal() and len(str(text)) < MAX_DIGITS else 0


@bp.get("/all")
@requires(*STAFF)
def publication_list() -> Any:
    rows, count = queries.notices(current_user.office, _page())
    return render_template(
        "notices/publication_list.html",
        rows=rows,
        count=count,
        page=_page(),
        size=queries.PAGE,
        kinds=KIND_LABELS,
    )


@bp.route("/publish", methods=["GET", "POST"])
@requires(*PUBLISHERS)
def publish() -> Any:
    kind, cases, form = _kind(), _chosen(), _publish_form()
    if not form.validate_on_submit():
        return _publish_page(kind, cases, form), 422 if form.errors else 200
    given = {name: form[name].data or "" for name in ("medium", "phone", "reason")}
    ids, published_on = [row.id for row in cases], form.published_on.data
    try:
        notice = operations.publish(ids, kind, hand=hand(), published_on=published_on, **given)
    except DomainError as refusal:
        return _publish_page(kind, cases, form, refusal), refusal.status
    flash(
        f"已发布{KIND_LABELS[kind]}，{len(cases)} 家，文书编号 {notice.document.number}。请打印后张贴、上网。"
    )
    return redirect(url_for(".notice_page", notice_id=notice.id))


def _kind() -> NoticeKind:
    asked = request.values.get("kind", "")
    return NoticeKind(asked) if asked in set(NoticeKind) else abort(404)


def _chosen() -> list[Any]:
    """Return the ticked cases; one that is not the own office's answers 404."""
    ids = {_int(value) for value in request.values.getlist("cases")} - {0}
    rows = queries.chosen(ids, current_user.office)
    return rows if len(rows) == len(ids) else abort(404)


def _publish_form() -> forms.PublishForm:
    last = queries.last_notice(current_user.office)
    return forms.PublishForm(
        published_on=hand().today,
        medium=last.medium if last else "",
        phone=last.phone if last else current_user.office.phone,
    )


def _publish_page(kind: NoticeKind, cases: list[Any], form: forms.PublishForm, error: Any = None) -> str:
    state = queries.STATES[kind]
    context = {"kind": kind, "kind_label": KIND_LABELS[kind], "cases": cases, "form": form, "error": error}
    context |= {"gone": [row for row in cases if row.state != state], "state": state}
    context |= {"types": _types, "words": words, "due": _due(kind, cases, form.published_on.data)}
    return render_template("notices/publish_page.html", **context)


def _due(kind: NoticeKind, cases: list[Any], published_on: Any) -> Any:
    return queries.period(kind, cases[0].book, published_on, hand()) if cases and published_on else None


@bp.get("/period")
@requires(*PUBLISHERS)
def period_region() -> Any:
    try:
        published_on = parse_day(request.args.get("published_on", ""))
    except ValueError:
        published_on = None
    return render_template("notices/_period.html", due=_due(_kind(), _chosen(), published_on))


@bp.get("/<int:notice_id>")
@requires(*STAFF)
def notice_page(notice_id: int) -> Any:
    notice = found(queries.notice(notice_id, scope()))
    return render_template(
        "notices/notice_page.html",
        notice=notice,
        entries=queries.entries(notice),
        kind_label=KIND_LABELS[notice.kind],
        types=_types,
        states=lambda row: hand().books[row.book].states[row.state].label,
    )


@bp.get("/<int:notice_id>/print")
@requires(*STAFF)
def notice_print(notice_id: int) -> Any:
    return render_template("notices/notice_print.html", notice=found(queries.notice(notice_id, scope())))


@bp.route("/cases/<int:case_id>/complaints/new", methods=["GET", "POST"])
@requires(*RECEIVERS)
def complaint_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    form = forms.ComplaintForm(received_on=hand().today, version=case.version)
    if not form.validate_on_submit():
        return _complaint_page(case, form=form), 422 if form.errors else 200
    given = {name: form[name].data or "" for name in ("complainant", "phone", "content", "reason")}
    try:
        operations.receive(
            case, hand=hand(), received_on=form.received_on.data, version=_int(form.version.data), **given
        )
    except DomainError as refusal:
        return _complaint_page(case, form=form, error=refusal), refusal.status
    flash("已登记。核查完毕前，办件不进入下一环节。")
    return redirect(url_for(".complaint_page", case_id=case.id))


def _complaint_page(case: Case, form: Any = None, error: Any = None, **more: Any) -> str:
    """Complaints of a case with their verification, what follows from them, and the form of a new one."""
    today = hand().today
    offered = [offer for offer in offers(case, hand(), words.ROLES) if offer.step.screen == "complaint"]
    context = {"case": case, "error": error, "complaints": queries.complaints_of(case), "offers": offered}
    context |= {"form": form or forms.ComplaintForm(None, received_on=today, version=case.version)}
    context |= {"settle_form": forms.SettleForm(None, prefix="settle-", on=today, version=case.version)}
    context |= {"verified": None, "notice": queries.notice_of(case), "may_verify": _may_verify(case)}
    context |= {"state": hand().book_of(case).states[case.state], "verification": _verification, **more}
    return render_template("notices/complaint_page.html", **context)


def _may_verify(case: Case) -> bool:
    return current_user.has(*VERIFIERS) and case.office_id == current_user.office.id


def _verification(complaint: Complaint) -> forms.VerifyForm:
    """Return the form of one complaint on the page, which holds several, with what was found before."""
    return forms.VerifyForm(
        None,
        prefix=f"v{complaint.id}-",
        verified_on=complaint.verified_on or hand().today,
        is_effective={True: "yes", False: "no"}.get(complaint.is_effective),
        findings=complaint.findings,
        version=complaint.version,
    )


@bp.post("/complaints/<int:complaint_id>/verify")
@requires(*VERIFIERS)
def verify(complaint_id: int) -> Any:
    complaint = found(queries.complaint(complaint_id, scope()))
    case, form = case_or_404(complaint.case_id), forms.VerifyForm(prefix=f"v{complaint.id}-")
    if not form.validate_on_submit():
        return _complaint_page(case, verified=complaint.id, verify_form=form), 422
    given = {"findings": form.findings.data, "version": _int(form.version.data)}
    is_effective, on = form.is_effective.data == "yes", form.verified_on.data
    try:
        operations.verify(complaint, hand=hand(), verified_on=on, is_effective=is_effective, **given)
    except DomainError as refusal:
        page = _complaint_page(case, error=refusal, verified=complaint.id, verify_form=form)
        return page, refusal.status
    flash("已登记核查结论。")
    return redirect(url_for(".complaint_page", case_id=case.id))


@bp.post("/cases/<int:case_id>/settle")
@requires(*SETTLERS)
def settle(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.SettleForm(prefix="settle-")
    if not form.validate_on_submit():
        return _complaint_page(case, settle_form=form), 422
    given = {"on": form.on.data, "reason": form.reason.data or "", "version": _int(form.version.data)}
    try:
        moved = operations.settle(case, request.form.get("action", ""), hand=hand(), **given)
    except DomainError as refusal:
        return _complaint_page(case, error=refusal, settle_form=form), refusal.status
    flash(f"已办理，办件现为“{hand().book_of(moved).states[moved.state].label}”。")
    return redirect(url_for("cases.case_page", case_id=case.id))
