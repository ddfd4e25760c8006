"""What a list of the guard is asked for, from the address."""

from collections.abc import Container

from flask import request

from blueprints import reminders
from blueprints.guard.queries import Asked
from blueprints.register_fields import whole
from blueprints.web import scope

STATES = ("open", "done", "all")


def asked(kinds: Container[str]) -> Asked:
    """Return what was asked for; anything unknown is left out."""
    state, kind = request.args.get("state", STATES[0]), request.args.get("kind", "")
    return Asked(
        state=state if state in STATES else STATES[0],
        kind=kind if kind in kinds else "",
        office=whole(request.args.get("office")),
        q=request.args.get("q", "").replace("\x00", "").strip()[:60],
    )


def offices() -> list[tuple[int, str]]:
    """Return the offices in scope by id and name, for a filter."""
    return [(row.id, row.short) for row in reminders.offices(scope())]
