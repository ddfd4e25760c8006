"""The trail, for the auditor alone."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for

from blueprints.fields import parse_day
from blueprints.settings import trail_operations, trail_queries, trail_words
from blueprints.settings.blueprint import bp
from blueprints.web import found, hand, render, requires, scope
from models import Role


@bp.get("/trail")
@requires(Role.AUDITOR)
def trail_page() -> str:
    filters, mistakes = _filters()
    lines, has_more = trail_queries.events(scope(), filters, hand().books.values())
    return render(
        "settings/trail_page.html",
        "settings/_events.html",
        lines=lines,
        filters=filters,
        mistakes=mistakes,
        older=_older(lines[-1].id) if has_more else None,
        newest=_older(None) if filters.before else None,
        streams=trail_words.STREAMS,
        actions=trail_queries.actions(hand().books.values()),
        check=trail_queries.last_check(),
        seal=trail_queries.last_seal(),
    )


def _filters() -> tuple[trail_queries.Filters, list[str]]:
    """Return what was asked for, and a sentence for each day that could not be read."""
    days: dict[str, date | None] = {}
    mistakes = []
    for name in ("since", "until"):
        text = request.args.get(name, "").strip()
        try:
            days[name] = parse_day(text) if text else None
        except ValueError as error:
            days[name] = None
            mistakes.append(str(error))
    before = request.args.get("before", type=int)
    stream = request.args.get("stream", "")
    return trail_queries.Filters(
        stream=stream if stream in trail_words.STREAMS else "",
        before=before if before and 0 < before < 2**62 else None,
        **{name: _text(name) for name in ("actor", "action", "number")},
        **days,
    ), mistakes


def _text(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:40]


def _older(before: int | None) -> str:
    """Return the address of the same question from the event `before` on; of the newest page without it."""
    kept = {key: value for key, value in request.args.items() if key != "before" and value}
    return url_for(".trail_page", **kept, before=before)


@bp.post("/trail/verify")
@requires(Role.AUDITOR)
def trail_verify() -> Any:
    trail_operations.verify(hand())
    return redirect(url_for(".trail_check"))


@bp.get("/trail/check")
@requires(Role.AUDITOR)
def trail_check() -> str:
    check = found(trail_queries.last_check())
    return render_template("settings/trail_check.html", check=check, most=trail_queries.MOST_BROKEN)
