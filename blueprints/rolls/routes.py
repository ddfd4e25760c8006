"""The lists of newly designated, suspended and terminated institutions, by month: published and printed."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.register_fields import whole
from blueprints.rolls import operations, queries
from blueprints.web import STAFF, found, hand, requires, scope
from lifecycle.errors import DomainError
from models import Role

bp = Blueprint("rolls", __name__, url_prefix="/rolls")

PUBLISHERS = (Role.AGREEMENT, Role.MANAGER)


@bp.get("")
@requires(*STAFF)
def roll_page() -> str:
    return _page()


def _page(medium: str = "", error: DomainError | None = None) -> str:
    roll = _roll()
    first = queries.month_of(request.values.get("month", ""), hand().today)
    office = current_user.office
    past = queries.published(office, roll)
    return render_template(
        "rolls/roll_page.html",
        roll=roll,
        rolls=queries.ROLLS,
        first=first,
        rows=queries.entries(office, roll, first),
        published=past,
        medium=medium or (past[0].data["medium"] if past else ""),
        labels=lambda row: hand().books[row.book].type_labels(row.types),
        kinds=words.KINDS,
        may_publish=current_user.has(*PUBLISHERS),
        error=error,
    )


def _roll() -> str:
    asked = request.values.get("list", "new")
    return asked if asked in queries.ROLLS else abort(404)


@bp.post("/publish")
@requires(*PUBLISHERS)
def publish() -> Any:
    first = queries.month_of(request.form.get("month", ""), hand().today)
    medium = request.form.get("medium", "").replace("\x00", "").strip()[:80]
    try:
        document = operations.publish(_roll(), first, medium=medium, hand=hand())
    except DomainError as error:
        return _page(medium, error), error.status
    flash(f"已出具名单，编号 {document.number}。请打印后公布，并按规定报备。")
    return redirect(url_for(".roll_print", document_id=document.id))


@bp.get("/<document_id>")
@requires(*STAFF)
def roll_print(document_id: str) -> str:
    document = found(queries.document(scope(), whole(document_id) or 0))
    return render_template("rolls/roll_print.html", document=document, data=document.data)
