"""The dashboard (看板): figures of the offices in scope; the rows behind each, on a page or as Excel."""

from typing import Any

from flask import Blueprint, abort, current_app, request, send_file, url_for
from flask_login import current_user

from blueprints import excel, reminders, words
from blueprints.caseload import LAMPS, Filters, task_of
from blueprints.dashboard import operations, queries, standing, trends
from blueprints.web import STAFF, hand, lamp_of, render, requires, scope
from lifecycle import moment

bp = Blueprint("dashboard", __name__, url_prefix="/dashboard")

UNSERVED_ROWS = 10
MOST_PAGES = 100_000
MOST_ID = 2**31


@bp.get("/")
@requires(*STAFF)
def dashboard_page() -> Any:
    offices, office = reminders.offices(scope()), _office()
    context = _figures([office] if office else scope())
    context |= {"offices": offices, "office": office, "at": moment.now()}
    return render("dashboard/dashboard_page.html", "dashboard/_dashboard.html", **context)


def _office() -> int | None:
    """Return the office that was asked for; none asked for is None, one out of scope answers 404."""
    asked = request.args.get("office", "").strip()
    if not asked:
        return None
    known = {str(office): office for office in scope()}
    return known[asked] if asked in known else abort(404)


def _figures(offices: list[int]) -> dict[str, Any]:
    documents, unserved = reminders.unserved(offices, UNSERVED_ROWS)
    return {
        "board": queries.board(offices, hand()),
        "coming": queries.coming(offices, hand()),
        "people": queries.people(offices, hand()),
        "months": trends.months(offices, hand()),
        "stages": trends.stages(offices, hand()),
        "agreements": standing.figures(offices, hand()),
        "idle": standing.idle(offices, hand()),
        "ending": standing.ending(offices, hand()),
        "tonight": reminders.tonight(offices, hand()),
        "documents": documents,
        "unserved": unserved,
        **_words(offices),
    }


def _words(offices: list[int]) -> dict[str, Any]:
    serve = current_app.view_functions["papers.serve_page"]
    return {
        "horizons": queries.HORIZONS,
        "soon_until": queries.horizon(queries.HORIZONS[0], hand()),
        "late_days": lambda on: hand().calendar.count_workdays(on, hand().today),
        "longest": standing.longest(hand()),
        "ahead": standing.AHEAD.days,
        "matters": words.MATTERS,
        "may_serve": current_user.has(*serve.required_roles),
        "has_offices": len(offices) > 1,
    }


@bp.get("/rows")
@requires(*STAFF)
def rows() -> Any:
    asked = _asked()
    found, total = queries.page_of(asked, scope(), hand())
    context = {"rows": found, "total": total, "size": queries.PAGE, "asked": asked, "lamps": LAMPS}
    context |= {"short": _short_names(), "handlers": queries.handlers(scope(), hand())}
    context |= {"stations": queries.stations(hand().books_here), "url": _url}
    context |= {"rules": queries.rules(hand().books_here), "horizons": queries.HORIZONS}
    context |= {"books": hand().books, "title": _title(asked), "case_url": _case_url}
    return render("dashboard/rows_page.html", "dashboard/_rows.html", **context)


def _asked() -> queries.Asked:
    ask, due = request.args, _number("due")
    filters = Filters(
        lamp=_known("lamp", LAMPS),
        office=_office(),
        handler=_number("handler"),
        station=_known("station", queries.stations(hand().books_here)),
        rule=_known("rule", queries.rules(hand().books_here)),
        due_from=hand().today if due in queries.HORIZONS else None,
        due_to=queries.horizon(due, hand()) if due in queries.HORIZONS else None,
    )
    sort = ask["sort"] if ask.get("sort") in queries.ORDERS else "due"
    page = min(_number("page") or 1, MOST_PAGES)
    return queries.Asked(filters, due if filters.due_to else None, sort, page)


def _known(name: str, values: Any) -> str:
    asked = request.args.get(name, "")
    return asked if asked in values else ""


def _number(name: str) -> int | None:
    """Return a positive number that fits an id, or None for anything else."""
    number = request.args.get(name, type=int)
    return number if number and 0 < number < MOST_ID else None


def _url(asked: queries.Asked, endpoint: str = "dashboard.rows", **other: Any) -> str:
    """Return the address of the same rows, with something else in order or page."""
    filters = asked.filters
    names = ("office", "station", "handler", "lamp", "rule")
    given: dict[str, Any] = {name: getattr(filters, name) or None for name in names}
    given |= {"due": asked.due, "sort": asked.sort if asked.sort != "due" else None}
    return url_for(endpoint, **given | other)


def _short_names() -> dict[int, str]:
    return {row.id: row.short for row in reminders.offices(scope())}


def _case_url(row: Any) -> str:
    endpoint = "agreements.agreement_page" if row.matter == "agreement" else "cases.case_page"
    return url_for(endpoint, case_id=row.id)


def _title(asked: queries.Asked) -> str:
    """Return what was asked for in words: 安澜县，审核评价，超期."""
    filters, books = asked.filters, hand().books_here
    offices = _short_names() if filters.office else {}
    handlers = dict(queries.handlers(scope(), hand())) if filters.handler else {}
    parts = [
        offices.get(filters.office or 0, ""),
        queries.stations(books).get(filters.station, ""),
        handlers.get(filters.handler or 0, "其他经办人" if filters.handler else ""),
        queries.rules(books).get(filters.rule, ""),
        LAMPS.get(filters.lamp, ""),
        f"{asked.due} 个工作日内到期" if asked.due else "",
    ]
    return "，".join(part for part in parts if part) or "全部在办"


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    asked, at = _asked(), moment.now()
    found, title = queries.all_rows(asked, scope(), hand()), f"看板明细（{_title(asked)}）"
    table = excel.Table("看板明细", title, COLUMNS, map(_cells, found))
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(title, len(found), hand=hand())
    return send_file(
        file, excel.MIMETYPE, as_attachment=True, download_name=f"看板明细_{at:%Y%m%d_%H%M}.xlsx"
    )


COLUMNS = (
    ("状态", 18),
    ("到期日", 12),
    ("期限", 20),
    ("机构", 40),
    ("经办机构", 28),
    ("事项", 12),
    ("环节", 16),
    ("要办的事", 24),
    ("办件编号", 14),
    ("经办人", 10),
    ("登记日", 12),
)


def _cells(row: Any) -> list[Any]:
    book = hand().books[row.book]
    due = row.due_on if row.clock_state else None
    return [
        lamp_of(row).text if row.clock_state else "无期限",
        f"{due:%Y-%m-%d}（暂估）" if due and row.is_provisional else due,
        book.clocks[row.rule].name if row.rule else "",
        row.name,
        row.office,
        words.MATTERS[row.matter],
        book.states[row.state].label,
        task_of(row, book).text,
        row.number,
        row.handler,
        row.opened_on,
    ]
