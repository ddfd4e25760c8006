"""Import of the ledger (导入台账): the template, the upload, what was found, the word to go."""

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from blueprints import checked_rows
from blueprints.excel import MIMETYPE
from blueprints.imports import forms, ledger_operations, queries, template
from blueprints.imports.blueprint import bp, task_or_404
from blueprints.web import found, hand, render, requires
from lifecycle import long_tasks
from lifecycle.errors import DomainError
from models import LongTask, Matter, Role, TaskState

IMPORTERS = (Role.CLERK, Role.AGREEMENT, Role.MANAGER)
TABS = {"wrong": "有误", "new": "新登记", "changed": "变更", "unchanged": "无变化"}


@bp.get("/ledger")
@requires(*IMPORTERS)
def ledger_page() -> str:
    return _ledger_page(forms.UploadForm(None))


def _ledger_page(form: forms.UploadForm) -> str:
    tasks = queries.tasks_of(current_user.user, ledger_operations.KIND)
    return render_template("imports/ledger_page.html", form=form, tasks=tasks)


@bp.get("/ledger/template")
@requires(*IMPORTERS)
def ledger_template() -> Any:
    book = hand().book_for(current_user.office, Matter.APPLICATION)
    file = template.blank(book.types)
    return send_file(file, MIMETYPE, as_attachment=True, download_name="定点医药机构台账模板.xlsx")


@bp.post("/ledger")
@requires(*IMPORTERS)
def upload_ledger() -> Any:
    form = forms.UploadForm()
    if not form.validate_on_submit():
        return _ledger_page(form), 422
    upload = ledger_operations.Upload(form.file.data.filename, form.file.data.read())
    try:
        task = ledger_operations.start(upload, hand=hand())
    except DomainError as refusal:
        form.file.errors = [*form.file.errors, *refusal.sentences]
        return _ledger_page(form), refusal.status
    return redirect(url_for(".ledger_task", task_id=task.id))


@bp.get("/ledger/<int:task_id>")
@requires(*IMPORTERS)
def ledger_task(task_id: int) -> str:
    task = _ledger_or_404(task_id)
    return _ledger_task(task, forms.GoForm(None, version=task.version))


def _ledger_or_404(task_id: int) -> LongTask:
    task = task_or_404(task_id)
    return found(task if task.kind == ledger_operations.KIND else None)


def _ledger_task(task: LongTask, form: forms.GoForm, error: DomainError | None = None) -> str:
    tab, page = request.args.get("tab", ""), request.args.get("page", 1, type=int)
    return render(
        "imports/ledger_task.html",
        "imports/_preview.html",
        row=task,
        task=long_tasks.standing(task),
        preview=checked_rows.preview(task, TABS, tab, min(page, 10_000), fallback="new"),
        tabs=TABS,
        form=form,
        error=error,
        is_mine=task.created_by_id == current_user.user.id,
        is_checked=task.state == TaskState.CHECKED,
    )


@bp.post("/ledger/<int:task_id>")
@requires(*IMPORTERS)
def import_ledger(task_id: int) -> Any:
    task, form = _ledger_or_404(task_id), forms.GoForm()
    if not form.validate_on_submit():
        return _ledger_task(task, form), 422
    version = form.version.data or ""
    try:
        ledger_operations.go(task, version=int(version) if version.isdecimal() else 0, hand=hand())
    except DomainError as refusal:
        return _ledger_task(task, form, refusal), refusal.status
    flash("已开始导入，写入完成前同事的保存会稍等几秒。")
    return redirect(url_for(".ledger_task", task_id=task.id))
