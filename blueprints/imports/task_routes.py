"""Long tasks (我的任务): how far they are, stopping one, taking what came out."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from htmx_flask import make_response

from blueprints.imports import operations, queries
from blueprints.imports.blueprint import bp, task_or_404
from blueprints.web import STAFF, hand, requires
from lifecycle import long_tasks


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
def task_region(task_id: int) -> Any:
    task = long_tasks.standing(task_or_404(task_id))
    region = render_template("imports/_task.html", task=task)
    return make_response(region, refresh=not task.is_under_way and _is_shown_at(task))


def _is_shown_at(task: long_tasks.Standing) -> bool:
    """Return whether the region stands on the task's own page, which then shows what came out."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return bool(task.page) and here == url_for(task.page, task_id=task.id)


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
