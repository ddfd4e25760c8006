"""The worklist (工作台), home of everybody who works with cases; hand-over of several, reminders, export."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel, reminders, suspension_ends, words
from blueprints.caseload import LAMPS, Filters, task_of, type_labels
from blueprints.fields import parse_day
from blueprints.web import STAFF, case_or_404, found, hand, lamp_of, render, requires, scope, wants_partial
from blueprints.worklist import forms, operations, queries
from blueprints.worklist.places import lets_in, place_url
from lifecycle import moment
from lifecycle.errors import DomainError
from models import Role, User

bp = Blueprint("worklist", __name__, url_prefix="/worklist")

ASIDE_ROWS = 5


@bp.get("/")
@requires(*STAFF)
def worklist_page() -> Any:
    asked = _asked()
    context = _list_context(asked)
    if not wants_partial():
        context |= _page_context()
    return render("worklist/worklist_page.html", "worklist/_worklist.html", **context)


def _asked() -> queries.Asked:
    ask = request.args
    tab = ask.get("tab", "todo") if ask.get("tab") in queries.TABS else "todo"
    first = "-closed" if tab == "done" else "due"
    sort = ask["sort"] if ask.get("sort") in queries.ORDERS else first
    due = _day(ask.get("due", ""))
    filters = Filters(
        text=ask.get("q", "").replace("\x00", "").strip()[:60],
        matter=ask.get("matter", "") if ask.get("matter") in words.MATTERS else "",
        lamp=ask.get("lamp", "") if ask.get("lamp") in LAMPS and tab != "done" else "",
        handler=current_user.user.id if ask.get("mine") else None,
        due_from=due,
        due_to=due,
    )
    return queries.Asked(tab, filters, sort, max(1, min(ask.get("page", 1, type=int), 100_000)))


def _day(text: str) -> Any:
    try:
        return parse_day(text) if text else None
    except ValueError:
        return None


def _list_context(asked: queries.Asked) -> dict[str, Any]:
    counts, lamps = queries.counts(scope(), hand()), queries.lamps(asked, scope(), hand())
    rows = queries.page_of(asked, scope(), hand())
    return {
        "asked": asked,
        "rows": rows[: queries.PAGE],
        "has_more": len(rows) > queries.PAGE,
        "size": queries.PAGE,
        "total": queries.total(asked, lamps, scope(), hand()),
        "lamps": lamps,
        "counts": counts,
        "urges": queries.open_urges([row.id for row in rows]),
        "tabs": queries.TABS,
        "lamp_names": LAMPS,
        "most": queries.MOST,
        "matters": words.MATTERS,
        "type_text": _type_text,
        "books": hand().books,
        "task": lambda row: task_of(row, hand().books[row.book]),
        "place": place_url,
    }


def _type_text(row: Any) -> str:
    labels = type_labels([hand().books[row.book]])
    return "、".join(labels.get(key, key) for key in row.types or ()) or words.KINDS[row.institution_kind]


def _page_context() -> dict[str, Any]:
    documents, unserved = reminders.unserved(scope(), ASIDE_ROWS)
    tonight = reminders.tonight(scope(), hand())
    suspensions = suspension_ends.near(scope(), hand())
    return {
        "overdue": queries.overdue_count(scope(), hand()),
        "tonight": tonight[:ASIDE_ROWS],
        "tonight_count": len(tonight),
        "suspensions": suspensions[:ASIDE_ROWS],
        "suspension_count": len(suspensions),
        "week": queries.this_week(scope(), hand()),
        "holiday": queries.holiday_ahead(hand()),
        "documents": documents,
        "unserved": unserved,
        "may_serve": lets_in("papers.serve_page"),
    }


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    asked = _asked()
    rows = queries.all_rows(asked, scope(), hand())
    name = f"工作台_{queries.TABS[asked.tab]}"
    table = excel.Table(queries.TABS[asked.tab], name.replace("_", " "), COLUMNS, map(_cells, rows))
    at = moment.now()
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(name, len(rows), hand=hand())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"{name}_{at:%Y%m%d_%H%M}.xlsx")


COLUMNS = (
    ("期限", 16),
    ("到期日", 12),
    ("机构", 40),
    ("事项", 12),
    ("申请类型", 28),
    ("环节", 16),
    ("要办的事", 24),
    ("办件编号", 14),
    ("经办人", 10),
    ("经办机构", 28),
    ("登记日", 12),
    ("办结日", 12),
)


def _cells(row: Any) -> list[Any]:
    book = hand().books[row.book]
    due = row.due_on if row.clock_state else None
    return [
        lamp_of(row).text if row.clock_state else "",
        f"{due:%Y-%m-%d}（暂估）" if due and row.is_provisional else due,
        row.name,
        words.MATTERS[row.matter],
        _type_text(row),
        book.states[row.state].label,
        task_of(row, book).text,
        row.number,
        row.handler,
        row.office,
        row.opened_on,
        row.closed_on,
    ]


@bp.route("/hand-over", methods=["GET", "POST"])
@requires(*STAFF)
def hand_over() -> Any:
    rows = queries.picked(request.values.getlist("cases", type=int), scope())
    form = forms.HandOverForm(seen=operations.stamp(rows))
    form.to.choices = [("", "请选择"), *queries.colleagues([row.office_id for row in rows], hand().today)]
    if not rows or not form.validate_on_submit():
        return _hand_over_page(rows, form), 422 if form.errors else 200
    to, given = (
        found(User.get_or_none(User.id == form.to.data)),
        {"reason": form.reason.data, "seen": form.seen.data},
    )
    try:
        changed = operations.hand_over(rows, to, hand=hand(), **given)
    except DomainError as refusal:
        form.seen.data = operations.stamp(rows)
        return _hand_over_page(rows, form, refusal), refusal.status
    flash(f"已把 {changed} 件办件移交给{to.name}。")
    return redirect(url_for("worklist.worklist_page", tab="doing"))


def _hand_over_page(rows: list[Any], form: forms.HandOverForm, error: DomainError | None = None) -> str:
    return render_template(
        "worklist/hand_over.html",
        rows=rows,
        form=form,
        error=error,
        books=hand().books,
        is_one_office=len({row.office_id for row in rows}) == 1,
    )


@bp.route("/cases/<int:case_id>/urge", methods=["GET", "POST"])
@requires(Role.MANAGER)
def urge(case_id: int) -> Any:
    case, form = case_or_404(case_id), forms.UrgeForm()
    if not form.validate_on_submit():
        return _urge_page(case, form), 422 if form.errors else 200
    operations.urge(case, hand=hand(), text=form.text.data)
    flash(f"已督办，{case.handler.name}的工作台会显示。")
    return redirect(url_for("worklist.worklist_page", tab="urged"))


@bp.route("/urges/<int:urge_id>/answer", methods=["GET", "POST"])
@requires(*STAFF)
def answer_urge(urge_id: int) -> Any:
    row, form = found(queries.urge(urge_id, scope())), forms.AnswerForm()
    if not form.validate_on_submit():
        return _urge_page(row.case, form, row), 422 if form.errors else 200
    operations.answer_urge(row, hand=hand(), answer=form.answer.data)
    flash("已答复。")
    return redirect(url_for("worklist.worklist_page", tab="urged"))


def _urge_page(case: Any, form: Any, row: Any = None) -> str:
    return render_template("worklist/urge.html", case=case, form=form, urge=row, urges=queries.urges_of(case))
