"""Where an account of an institution begins: what is to be done, its cases, the institutions it works for."""

from typing import Any

from flask import render_template, request

from blueprints import words
from blueprints.portal import queries, story
from blueprints.portal.blueprint import bp
from blueprints.register_fields import whole
from blueprints.web import PROVIDERS, found, hand, requires
from models import Case, CaseState, Institution, Matter, Role


@bp.get("/my")
@requires(*PROVIDERS)
def home() -> str:
    own = queries.institutions(hand().institutions)
    chosen = _chosen(own)
    number = request.args.get("number", "").replace("\x00", "").strip()[:20]
    lines = queries.lines([row.id for row in ([chosen] if chosen else own)], hand(), number=number)
    return render_template(
        "portal/home.html",
        institutions=own,
        chosen=chosen,
        number=number,
        lines=lines,
        to_do=[(line, text) for line in lines if (text := _to_do(line.case))],
        busy={line.case.institution_id for line in lines if _is_open_application(line)},
        plain=story.plain_state,
        may_file=Role.PROVIDER in hand().roles,
        applying={row.id for row in own if hand().serves(row.office, Matter.APPLICATION)},
        words=words,
    )


def _to_do(case: Case) -> str:
    """Return how the link to what the institution has to do itself reads, or nothing."""
    if case.state == CaseState.DRAFT:
        return "继续填写"
    return "补正材料" if story.owes_correction(case) else ""


def _chosen(own: list[Institution]) -> Institution | None:
    """Return the institution asked for; one that is not the account's answers 404."""
    asked = whole(request.args.get("institution"))
    return found(next((row for row in own if row.id == asked), None)) if asked else None


def _is_open_application(line: queries.Line) -> Any:
    return line.case.matter == "application" and line.case.closed_on is None
