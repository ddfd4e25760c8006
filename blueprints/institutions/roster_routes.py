"""A roster handed in as an Excel file: the template, the upload, what is wrong with it."""

from typing import Any

from flask import flash, redirect, render_template, send_file, url_for
from flask_login import current_user

from blueprints import excel
from blueprints.institutions import roster_operations
from blueprints.institutions.blueprint import EDITORS, book_of, bp
from blueprints.institutions.staff_forms import RosterForm, roster
from blueprints.register_fields import refusal_of
from blueprints.web import found, hand, institution_or_404, requires
from lifecycle import credentials, moment
from lifecycle.errors import DomainError
from models import Institution

SHOWN = 200  # wrong cells on the page


@bp.route("/<int:institution_id>/staff/import", methods=["GET", "POST"])
@requires(*EDITORS)
def staff_import(institution_id: int) -> Any:
    institution, form = institution_or_404(institution_id), RosterForm()
    found(roster(book_of(institution), institution.kind))
    if not form.validate_on_submit():
        error = refusal_of(form, "未导入") if form.errors else None
        return _page(institution, form, error), 422 if error else 200
    try:
        credentials.demand_own(institution, hand())
        read = roster_operations.read(form.file.data.read(), institution, book_of(institution), hand=hand())
        if read.wrong:
            return _page(institution, form, read=read), 422
        roster_operations.write(read, institution, hand=hand())
    except DomainError as error:
        return _page(institution, form, error), error.status
    flash(_told(read))
    return redirect(url_for(".staff_list", institution_id=institution_id))


def _told(read: roster_operations.Roster) -> str:
    text = f"已导入 {len(read.entries)} 人：新增 {read.added} 人，核对 {read.known} 人"
    if read.missing:
        names = "、".join(read.missing[:10]) + ("等" if len(read.missing) > 10 else "")
        text += f"。花名册上另有 {len(read.missing)} 人不在文件里（{names}），已离职的请登记离职"
    return text


def _page(
    institution: Institution,
    form: RosterForm,
    error: DomainError | None = None,
    read: roster_operations.Roster | None = None,
) -> str:
    book = book_of(institution)
    return render_template(
        "institutions/roster_page.html",
        institution=institution,
        form=form,
        error=error,
        read=read,
        most=roster_operations.MOST,
        shown=SHOWN,
        table=found(roster(book, institution.kind)),
        categories=[row.label for row in book.staff_categories if institution.kind in row.kinds],
    )


@bp.get("/<int:institution_id>/staff/template")
@requires(*EDITORS)
def staff_template(institution_id: int) -> Any:
    """Send the empty roster, its cells as text so that long numbers keep their digits."""
    institution = institution_or_404(institution_id)
    table = found(roster(book_of(institution), institution.kind))
    columns = [(column.label, 22) for column in table.columns]
    sheet = excel.Table("花名册", table.label, columns, [], is_blank=True)
    person, office = current_user.name, current_user.office.name
    file = excel.workbook([sheet], office=office, person=person, at=moment.now())
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=f"{table.label}_模板.xlsx")
