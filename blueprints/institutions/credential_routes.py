"""Papers of an institution (证照与合同), and the list of what expires."""

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import excel
from blueprints.institutions import expiry_queries, operations, page_queries, queries
from blueprints.institutions.blueprint import EDITORS, bp
from blueprints.institutions.credential_forms import KINDS, CredentialForm, EndForm
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, found, hand, institution_or_404, render, requires, scope
from lifecycle import credentials, moment
from lifecycle.errors import DomainError
from models import Credential, Institution

WATCHED = {**KINDS, expiry_queries.CONTRACT: "劳动合同"}
SHOWN = 300  # lines on the page; all of them go out as a workbook
COLUMNS = (
    ("机构", 40),
    ("种类", 20),
    ("名称", 30),
    ("证号", 24),
    ("到期日", 12),
    ("状态", 14),
    ("经办机构", 28),
)


@bp.route("/<int:institution_id>/credentials/new", methods=["GET", "POST"])
@requires(*EDITORS)
def credential_new(institution_id: int) -> Any:
    return _write(institution_or_404(institution_id), None)


@bp.route("/<int:institution_id>/credentials/<int:credential_id>", methods=["GET", "POST"])
@requires(*EDITORS)
def credential_page(institution_id: int, credential_id: int) -> Any:
    institution = institution_or_404(institution_id)
    return _write(institution, found(page_queries.credential(institution, credential_id)))


def _write(institution: Institution, row: Credential | None) -> Any:
    form = CredentialForm(obj=row)
    if not form.validate_on_submit():
        error = refusal_of(form, "未保存") if form.errors else None
        return _page(institution, row, form, error), 422 if error else 200
    try:
        version = whole(form.version.data)
        credentials.save(
            form.columns(),
            hand=hand(),
            institution=institution,
            credential=row,
            version=version if row else None,
        )
    except DomainError as error:
        return _page(institution, row, form, error), error.status
    flash(f"已保存“{form.title.data}”")
    return redirect(url_for(".institution_page", institution_id=institution.id, _anchor="credentials"))


@bp.post("/<int:institution_id>/credentials/<int:credential_id>/end")
@requires(*EDITORS)
def credential_end(institution_id: int, credential_id: int) -> Any:
    institution = institution_or_404(institution_id)
    row = found(page_queries.credential(institution, credential_id))
    form = EndForm(prefix="end")
    if not form.validate_on_submit():
        error = refusal_of(form, "未停用")
        return _page(institution, row, CredentialForm(formdata=None, obj=row), error, form), 422
    credentials.end(row, hand=hand(), reason=form.reason.data, version=whole(form.version.data))
    flash(f"已停用“{row.title}”，不再提醒到期")
    return redirect(url_for(".institution_page", institution_id=institution.id, _anchor="credentials"))


def _page(
    institution: Institution,
    row: Credential | None,
    form: CredentialForm,
    error: DomainError | None = None,
    end: EndForm | None = None,
) -> str:
    return render_template(
        "institutions/credential_page.html",
        institution=institution,
        credential=row,
        form=form,
        end=end or EndForm(formdata=None, prefix="end", obj=row),
        error=error,
    )


# --- What expires ---


@bp.get("/expiring")
@requires(*STAFF)
def expiring_list() -> str:
    asked, today = _asked(), hand().today
    lines = expiry_queries.expiring(scope(), asked, today)
    return render(
        "institutions/expiring_list.html",
        "institutions/_expiring.html",
        lines=lines,
        asked=asked,
        counts=expiry_queries.counts(scope(), asked, today),
        lamp_of=expiry_queries.lamp_of,
        kinds=WATCHED,
        offices=queries.offices(scope()),
        within=expiry_queries.WITHIN,
        shown=SHOWN,
    )


@bp.get("/expiring/export")
@requires(*STAFF)
def expiring_export() -> Any:
    lines = expiry_queries.expiring(scope(), _asked(), hand().today)
    table = excel.Table("证照合同到期", "证照与合同到期清单", COLUMNS, map(_cells, lines))
    at = moment.now()
    file = excel.workbook([table], office=current_user.office.name, person=current_user.name, at=at)
    operations.note_export("证照与合同到期清单", len(lines), hand=hand())
    name = f"证照与合同到期清单_{at:%Y%m%d_%H%M}.xlsx"
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name=name)


def _cells(line: expiry_queries.Expiring) -> tuple[Any, ...]:
    lamp = expiry_queries.lamp_of(line.valid_until, hand().today)
    return (
        line.institution,
        WATCHED[line.kind],
        line.title,
        line.number,
        line.valid_until,
        lamp.text,
        line.office,
    )


def _asked() -> expiry_queries.Asked:
    within = whole(request.args.get("within"))
    return expiry_queries.Asked(
        within=within if within in (0, *expiry_queries.WITHIN) else expiry_queries.WITHIN[0],
        kind=request.args.get("kind", ""),
        office=whole(request.args.get("office")),
    )
