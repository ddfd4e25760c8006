"""The list of applications, and the same rows as an Excel file."""

from typing import Any

from flask import request, send_file
from flask_login import current_user

from blueprints import caseload, excel, register_fields, words
from blueprints.intake import operations, queries
from blueprints.intake.blueprint import bp
from blueprints.web import STAFF, hand, lamp_of, render, requires, scope
from lifecycle import moment
from models import Matter

OPENS = {"closed": False, "all": None}


@bp.get("")
@requires(*STAFF)
def application_list() -> Any:
    filters = _filters()
    rows, total = queries.applications(scope(), filters, hand())
    book = hand().book_for(current_user.office, Matter.APPLICATION)
    return render(
        "intake/application_list.html",
        "intake/_applications.html",
        rows=rows,
        total=total,
        filters=filters,
        books=hand().books,
        kinds=words.KINDS,
        channels=words.CHANNELS,
        type_labels=caseload.type_labels(hand().books_here),
        stations=[station for station in book.stations if station.matter == Matter.APPLICATION],
        offices=queries.offices(scope()),
        size=queries.PAGE,
    )


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    rows, name, at = queries.all_applications(scope(), _filters(), hand()), "定点申请", moment.now()
    labels = caseload.type_labels(hand().books_here)
    table = excel.Table(name, name, COLUMNS, (_cells(row, labels) for row in rows))
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(name, len(rows), hand=hand())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"{name}_{at:%Y%m%d_%H%M}.xlsx")


COLUMNS = (
    ("机构", 40),
    ("机构种类", 10),
    ("申请类型", 28),
    ("收件方式", 10),
    ("填报", 10),
    ("环节", 20),
    ("期限", 16),
    ("到期日", 12),
    ("办件编号", 14),
    ("经办人", 10),
    ("经办机构", 28),
    ("收件日", 12),
    ("办结日", 12),
)


def _cells(row: Any, labels: dict[str, str]) -> list[Any]:
    return [
        row.name,
        words.KINDS[row.institution_kind],
        "、".join(labels.get(str(key), str(key)) for key in row.types or ()),
        words.CHANNELS.get(row.channel, ""),
        "代填" if row.is_on_behalf else "机构自填",
        hand().books[row.book].states[row.state].label,
        lamp_of(row).text if row.clock_state else "",
        row.due_on if row.clock_state else None,
        row.number,
        row.handler,
        row.office,
        row.opened_on,
        row.closed_on,
    ]


def _filters() -> queries.Filters:
    ask = request.args
    return queries.Filters(
        text=ask.get("q", "").replace("\x00", "").strip()[:60],
        station=ask.get("station", ""),
        kind=ask.get("kind", ""),
        channel=ask.get("channel", ""),
        office=register_fields.whole(ask.get("office")),
        is_open=OPENS.get(ask.get("open", ""), True),
        is_draft=ask.get("open") == "draft",
        sort=ask.get("sort", "due"),
        page=max(1, register_fields.whole(ask.get("page")) or 1),
    )
