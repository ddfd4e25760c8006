"""Import of last settlement days: template, upload, what was found, the word to go, earlier ones."""

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import checked_rows, excel
from blueprints.settlements import forms, import_operations, import_queries
from blueprints.settlements.blueprint import KEEPERS, bp
from blueprints.web import STAFF, found, hand, render, requires, scope
from lifecycle import long_tasks, moment
from lifecycle.errors import DomainError
from models import LongTask, TaskState

MAX_PAGE = 10_000
TABS = {"wrong": "有误", "changed": "更新", "same": "无变化", "missing": "未在文件中"}


@bp.get("/import")
@requires(*STAFF)
def import_page() -> str:
    return _import_page(forms.UploadForm(None, as_of=hand().today))


def _import_page(form: forms.UploadForm) -> str:
    return render_template(
        "settlements/import_page.html",
        form=form,
        imports=import_queries.imports(scope()),
        waiting=import_queries.waiting(current_user.user, import_operations.KIND),
        may_keep=current_user.has(*KEEPERS),
    )


@bp.get("/import/template")
@requires(*KEEPERS)
def import_template() -> Any:
    sheet = excel.Table(
        "最近结算日期", "最近一次医保费用结算日期", import_operations.COLUMNS, [], is_blank=True
    )
    who = {"office": current_user.office.name, "person": current_user.name}
    file = excel.workbook([sheet], at=moment.now(), **who)
    return send_file(file, excel.MIMETYPE, as_attachment=True, download_name="最近结算日期模板.xlsx")


@bp.post("/import")
@requires(*KEEPERS)
def upload() -> Any:
    form = forms.UploadForm()
    if not form.validate_on_submit():
        return _import_page(form), 422
    file = form.file.data
    came = import_operations.Upload(file.filename, file.read(), form.as_of.data)
    try:
        task = import_operations.start(came, hand=hand())
    except DomainError as refusal:
        form.file.errors = [*form.file.errors, *refusal.sentences]
        return _import_page(form), refusal.status
    return redirect(url_for(".import_task", task_id=task.id))


@bp.get("/import/<int:task_id>")
@requires(*KEEPERS)
def import_task(task_id: int) -> str:
    task = _task_or_404(task_id)
    return _task_page(task, forms.GoForm(None, version=task.version))


def _task_or_404(task_id: int) -> LongTask:
    return found(import_queries.task_of(current_user.office, task_id, import_operations.KIND))


def _task_page(task: LongTask, form: forms.GoForm, error: DomainError | None = None) -> str:
    tab, page = request.args.get("tab", ""), request.args.get("page", 1, type=int)
    return render(
        "settlements/import_task.html",
        "settlements/_preview.html",
        row=task,
        task=long_tasks.standing(task),
        preview=checked_rows.preview(task, TABS, tab, min(page, MAX_PAGE), fallback="changed"),
        tabs=TABS,
        form=form,
        error=error,
        is_mine=task.created_by_id == current_user.user.id,
        is_checked=task.state == TaskState.CHECKED,
    )


@bp.post("/import/<int:task_id>")
@requires(*KEEPERS)
def go(task_id: int) -> Any:
    task, form = _task_or_404(task_id), forms.GoForm()
    if not form.validate_on_submit():
        return _task_page(task, form), 422
    version = form.version.data or ""
    try:
        import_operations.go(task, version=int(version[:9]) if version.isdecimal() else 0, hand=hand())
    except DomainError as refusal:
        return _task_page(task, form, refusal), refusal.status
    flash("已开始导入。")
    return redirect(url_for(".import_task", task_id=task.id))
