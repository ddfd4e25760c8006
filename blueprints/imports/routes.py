"""Long tasks (我的任务): how far they are, stopping one, taking what came out."""

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask_login import current_user

from blueprints.imports import operations, queries
from blueprints.web import STAFF, found, hand, requires
from lifecycle import long_tasks
from models import LongTask

bp = Blueprint("imports", __name__, url_prefix="/imports")


def task_or_404(task_id: int) -> LongTask:
    """Return the task if it is one of the user's own office; a foreign or unknown id answers 404."""
    return found(queries.task_of(current_user.office, task_id))


@bp.get("/tasks")
@requires(*STAFF)
def task_list() -> str:
    return render_template("imports/task_list.html", tasks=queries.tasks_of(current_user.user))


@bp.get("/tasks/<int:task_id>")
@requires(*STAFF)
def task_page(task_id: int) -> str:
    task = task_or_404(task_id)
    return render_template("imports/task_page.html", task=long_tasks.standing(task), by=task.created_by)


@bp.get("/tasks/<int:task_id>/region")
@requires(*STAFF)
def task_region(task_id: int) -> str:
    return render_template("imports/_task.html", task=long_tasks.standing(task_or_404(task_id)))


@bp.post("/tasks/<int:task_id>/cancel")
@requires(*STAFF)
def cancel(task_id: int) -> Any:
    task = task_or_404(task_id)
    operations.cancel(task, hand=hand())
    flash(f"已取消“{task.title}”，没有写入任何数据。")
    return redirect(url_for(".task_list"))


@bp.get("/tasks/<int:task_id>/file")
@requires(*STAFF)
def task_file(task_id: int) -> Any:
    task = task_or_404(task_id)
    is_foreign = task.data.get("is_personal") and task.created_by_id != current_user.user.id
    if is_foreign or not task.result:
        abort(404)  # what holds personal numbers is for the one who brought them
    name = task.data.get("result_name") or "结果"
    content = long_tasks.content_of(task.result)
    operations.note_download(task, name, hand=hand())
    return send_file(BytesIO(content), as_attachment=True, download_name=name)
