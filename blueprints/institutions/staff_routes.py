"""The roster of an institution (花名册): its page, its export, somebody taken on, changed, left."""

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel
from blueprints.institutions import operations, page_queries, people_queries
from blueprints.institutions.blueprint import EDITORS, REVEALERS, book_of, bp
from blueprints.institutions.staff_forms import LeaveForm, StaffForm, roster, staff_form
from blueprints.register_fields import PERSONS, refusal_of, whole
from blueprints.web import STAFF, found, hand, institution_or_404, requires, scope
from lifecycle import moment, staff
from lifecycle.errors import DomainError
from models import Institution, Staff
from rules.form_rows import Table

WIDTHS = {"resident_id": 22, "category": 16, "title": 16, "department": 16}


@bp.get("/<int:institution_id>/staff")
@requires(*STAFF)
def staff_list(institution_id: int) -> str:
    return _list(institution_or_404(institution_id))


def _list(institution: Institution, shown: dict[int, str] | None = None) -> str:
    """Return the roster; shown: the number just revealed, by row."""
    rows = _rows(institution)
    ids = [row.person_id for row in rows if not row.left_on]
    return render_template(
        "institutions/staff_list.html",
        institution=institution,
        rows=rows,
        table=_table(institution),
        categories=_categories(institution),
        elsewhere=people_queries.elsewhere(institution, ids, scope()),
        roles=PERSONS,
        shown=shown or {},
        is_ours=institution.office_id == current_user.office.id,
    )


def _rows(institution: Institution) -> list[Staff]:
    """Return the roster with who is at work first, by category in the order of the book."""
    order = list(_categories(institution))
    rank = {key: order.index(key) for key in order}
    rows = page_queries.staff(institution)
    return sorted(rows, key=lambda row: (bool(row.left_on), rank.get(row.category, len(order))))


def _categories(institution: Institution) -> dict[str, str]:
    return {row.key: row.label for row in book_of(institution).staff_categories}


@bp.get("/<int:institution_id>/staff/export")
@requires(*STAFF)
def staff_export(institution_id: int) -> Any:
    institution = institution_or_404(institution_id)
    table, labels = _table(institution), _categories(institution)
    rows = [row for row in _rows(institution) if not row.left_on]
    cells = [tuple(_cell(row, column.key, labels) for column in table.columns) for row in rows]
    columns = [(column.label, WIDTHS.get(column.key, 10)) for column in table.columns]
    sheet = excel.Table("花名册", f"{institution.name}　{table.label}", columns, cells)
    at = moment.now()
    file = excel.workbook([sheet], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export(f"{institution.name}{table.label}", len(rows), hand=hand())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"花名册_{at:%Y%m%d_%H%M}.xlsx")


def _cell(row: Staff, key: str, labels: dict[str, str]) -> str:
    """Return what a roster prints under its column `key`, the number masked."""
    if key == "category":
        return labels.get(row.category, row.category)
    values = {"name": row.person.name, "resident_id": row.person.id_masked}
    return values[key] if key in values else getattr(row, key)


@bp.route("/<int:institution_id>/staff/new", methods=["GET", "POST"])
@requires(*EDITORS)
def staff_new(institution_id: int) -> Any:
    return _write(institution_or_404(institution_id), None)


@bp.route("/<int:institution_id>/staff/<int:staff_id>", methods=["GET", "POST"])
@requires(*EDITORS)
def staff_page(institution_id: int, staff_id: int) -> Any:
    institution = institution_or_404(institution_id)
    return _write(institution, found(page_queries.staff_member(institution, staff_id)))


def _write(institution: Institution, row: Staff | None) -> Any:
    form = _form(institution, row)
    if not form.validate_on_submit():
        error = refusal_of(form, "未保存") if form.errors else None
        return _page(institution, row, form, error), 422 if error else 200
    try:
        _save(institution, row, form)
    except DomainError as error:
        return _page(institution, row, form, error), error.status
    flash(f"已保存“{form.name.data}”的登记")
    again = "again" in request.form
    return redirect(url_for(".staff_new" if again else ".staff_list", institution_id=institution.id))


def _table(institution: Institution) -> Table:
    """Return the printed roster; a kind for which the book prints none answers 404."""
    return found(roster(book_of(institution), institution.kind))


def _form(institution: Institution, row: Staff | None, **values: Any) -> StaffForm:
    kinds = book_of(institution).staff_categories
    categories = [(kind.key, kind.label) for kind in kinds if institution.kind in kind.kinds]
    return staff_form(_table(institution), categories, hand().today, row, **values)


def _save(institution: Institution, row: Staff | None, form: StaffForm) -> None:
    staff.save(
        form.columns(),
        hand=hand(),
        institution=institution,
        person=(form.name.data, form.resident_id.typed),
        staff=row,
        version=whole(form.version.data) if row else None,
    )


@bp.post("/<int:institution_id>/staff/<int:staff_id>/leave")
@requires(*EDITORS)
def staff_leave(institution_id: int, staff_id: int) -> Any:
    institution = institution_or_404(institution_id)
    row, form = found(page_queries.staff_member(institution, staff_id)), LeaveForm(prefix="leave")
    try:
        if not form.validate_on_submit():
            raise refusal_of(form, "未登记离职")
        staff.leave(row, hand=hand(), on=form.on.data, version=whole(form.version.data))
    except DomainError as error:
        fresh = _form(institution, row, formdata=None)
        return _page(institution, row, fresh, error, form), error.status
    flash(f"已登记“{row.person.name}”离职")
    return redirect(url_for(".staff_list", institution_id=institution.id))


def _page(
    institution: Institution,
    row: Staff | None,
    form: StaffForm,
    error: DomainError | None = None,
    leave: LeaveForm | None = None,
) -> str:
    return render_template(
        "institutions/staff_page.html",
        institution=institution,
        staff=row,
        form=form,
        leave=leave
        or LeaveForm(
            formdata=None, prefix="leave", data={"on": hand().today, "version": row and row.version}
        ),
        error=error,
    )


@bp.post("/<int:institution_id>/staff/<int:staff_id>/reveal")
@requires(*REVEALERS)
def staff_reveal(institution_id: int, staff_id: int) -> str:
    """Show one number. No redirect: it must stand neither in an address nor in the session."""
    institution = institution_or_404(institution_id)
    row = found(page_queries.staff_member(institution, staff_id))
    return _list(institution, {row.id: staff.reveal(row, hand=hand())})
