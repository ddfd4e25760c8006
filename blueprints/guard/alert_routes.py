"""预警: everything near a cliff, with the page that deals with it."""

from typing import Any

from flask import render_template, request

from blueprints.guard import alert_queries
from blueprints.guard.blueprint import bp
from blueprints.web import STAFF, hand, requires, scope


@bp.get("/alerts")
@requires(*STAFF)
def alert_list() -> Any:
    groups = alert_queries.groups(scope(), hand())
    keys = {group.key for group in groups}
    chosen = request.args.get("kind", "")
    return render_template(
        "guard/alert_list.html",
        groups=groups,
        chosen=chosen if chosen in keys else "",
        lamp_on=alert_queries.lamp_of,
        most=alert_queries.MOST,
        has_offices=len(scope()) > 1,
    )
