"""The register's list, its export, and the search from the top bar."""

from typing import Any

from flask import redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel, words
from blueprints.institutions import operations, queries
from blueprints.institutions.blueprint import bp
from blueprints.register_fields import whole
from blueprints.web import STAFF, hand, render, requires, scope
from lifecycle import moment

COLUMNS = (
    ("机构", 40),
    ("种类", 10),
    ("类别", 14),
    ("等级", 10),
    ("状态", 14),
    ("定点类型", 24),
    ("定点编号", 14),
    ("统一社会信用代码", 20),
    ("许可证号", 26),
    ("地址", 40),
    ("床位数", 8),
    ("法定代表人", 10),
    ("身份证号", 20),
    ("主要负责人", 10),
    ("实际控制人", 10),
    ("联系人", 10),
    ("联系电话", 14),
    ("所属机构", 30),
    ("曾用名", 30),
    ("经办机构", 28),
)


@bp.get("")
@requires(*STAFF)
def institution_list() -> str:
    filters = _filters()
    rows, total = queries.institutions(scope(), filters)
    return render(
        "institutions/institution_list.html",
        "institutions/_institutions.html",
        rows=rows,
        total=total,
        filters=filters,
        standings=queries.standings([row.id for row in rows], hand()),
        formerly=queries.formerly(rows, filters.text),
        kinds=words.KINDS,
        offices=queries.offices(scope()),
        size=queries.PAGE,
    )


def _filters() -> queries.Filters:
    ask = request.args
    return queries.Filters(
        text=queries.words_of(ask.get("q", "")),
        kind=ask.get("kind", ""),
        office=whole(ask.get("office")),
        sort=ask.get("sort", "name"),
        page=max(1, whole(ask.get("page")) or 1),
    )


@bp.get("/export")
@requires(*STAFF)
def export() -> Any:
    rows = queries.all_institutions(scope(), _filters(), hand())
    table = excel.Table("机构台账", "机构台账", COLUMNS, map(_cells, rows))
    at = moment.now()
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export("机构台账", len(rows), hand=hand())
    return send_file(
        file, excel.MIMETYPE, as_attachment=True, download_name=f"机构台账_{at:%Y%m%d_%H%M}.xlsx"
    )


def _cells(line: queries.Line) -> tuple[Any, ...]:
    row, state, types = line.row, *line.standing
    return (
        row.name, words.KINDS[row.kind], row.category, row.grade, state, "、".join(types), row.national_code,
        row.uscc, row.licence_no, row.address, row.beds, row.legal, row.legal_id, row.head, row.owner,
        row.contact, row.phone, row.parent, "、".join(line.former), row.office,
    )  # fmt: skip


@bp.get("/search")
@requires(*STAFF)
def search() -> Any:
    text = queries.words_of(request.args.get("q", ""))
    if not text:
        return redirect(url_for(".institution_list"))
    hits = queries.search(scope(), text)
    if hits.only:
        return redirect(_url_of(*hits.only))
    return render_template(
        "institutions/search.html",
        hits=hits,
        text=text,
        kinds=words.KINDS,
        formerly=queries.formerly(hits.institutions, text),
        standings=queries.standings([row.id for row in hits.institutions], hand()),
    )


def _url_of(sort: str, row: Any) -> str:
    if sort == "institution":
        return url_for(".institution_page", institution_id=row.id)
    anchor = "documents" if sort == "document" else None
    return url_for("cases.case_page", case_id=row.case_id, _anchor=anchor)
