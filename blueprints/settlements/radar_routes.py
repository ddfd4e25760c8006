"""The radar (长期未结算): standing agreements by the days since their last settlement, and its export."""

from typing import Any

from flask import request, send_file
from flask_login import current_user

from blueprints import excel, reminders, words
from blueprints.register_fields import whole
from blueprints.settlements import import_queries, operations, queries
from blueprints.settlements.blueprint import KEEPERS, bp
from blueprints.web import STAFF, found, hand, render, requires, scope
from lifecycle import idle, moment
from lifecycle.idle import Idle
from models import Kind

COLUMNS = (
    ("机构", 40),
    ("种类", 10),
    ("定点编号", 16),
    ("协议编号", 26),
    ("最近结算", 12),
    ("起算日期", 12),
    ("未结算日数", 10),
    ("不计的中止日数", 12),
    ("距期限日数", 10),
    ("提示", 24),
    ("经办机构", 28),
)
MAX_TEXT = 60


@bp.get("/")
@requires(*STAFF)
def radar_page() -> str:
    book = found(queries.book_here(hand()))
    return render(
        "settlements/radar_page.html",
        "settlements/_radar.html",
        asked=_asked(),
        radar=queries.radar(scope(), _asked(), hand()),
        tabs=queries.tabs(hand()),
        marks=idle.marks(book),
        rule=book.clocks[idle.RULE],
        kinds=words.KINDS,
        offices=reminders.offices(scope()),
        last=import_queries.last(scope()),
        may_keep=current_user.has(*KEEPERS),
        hint=hint,
    )


def _asked() -> queries.Asked:
    ask = request.args
    kind = ask.get("kind", "")
    return queries.Asked(
        level=ask.get("level", "")[:10],
        kind=kind if kind in set(Kind) else "",
        office=whole(ask.get("office")),
        text=ask.get("q", "").replace("\x00", "").strip()[:MAX_TEXT],
        page=max(1, whole(ask.get("page")) or 1),
    )


def hint(row: Idle) -> str:
    """Return what is to be said of a row: the proposal, why there is none, or how far the limit is."""
    count = row.count
    if row.is_proposed:
        return "建议研究解除协议"
    if count.is_over:
        return "已提出中止申请，待批复"
    return f"再过 {count.left} 日满期" if count.is_near else ""


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    found(queries.book_here(hand()))
    level, rows = queries.chosen(scope(), _asked(), hand())
    name, at = f"长期未结算_{queries.tabs(hand())[level]}", moment.now()
    table = excel.Table("长期未结算", name.replace("_", " "), COLUMNS, map(_cells, rows))
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(name, len(rows), hand=hand())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"{name}_{at:%Y%m%d_%H%M}.xlsx")


def _cells(row: Idle) -> tuple[Any, ...]:
    count = row.count
    settled = count.since if count.is_settled else "没有结算"
    return (
        row.name, words.KINDS[row.kind], row.national_code, row.number, settled, count.since, count.days,
        count.paused, count.left, hint(row), row.office,
    )  # fmt: skip
