"""What a route needs to hand work to long_tasks.py: the application's context in the other thread."""

from flask import current_app

from lifecycle.long_tasks import Outcome, Report, Work


def in_app(work: Work) -> Work:
    """Return `work` as it runs with the application's context, so that it may render templates."""
    app = current_app._get_current_object()

    def inside(task_id: int, report: Report) -> Outcome | None:
        with app.app_context():
            return work(task_id, report)

    return inside
