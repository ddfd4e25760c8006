"""The list of changes, and the choice of the institution that reports one."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from blueprints import change_facts, words
from blueprints.changes import queries
from blueprints.changes.blueprint import REPORTERS, bp
from blueprints.register_fields import whole
from blueprints.web import STAFF, found, hand, render, requires, scope


def _typed(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:60]


@bp.get("/")
@requires(*STAFF)
def change_list() -> Any:
    chosen = _typed("chosen") if _typed("chosen") in queries.TABS else "open"
    text, page = _typed("q"), max(1, whole(request.args.get("page")) or 1)
    standings = change_facts.standings(scope(), hand())
    rows, total = queries.requests(scope(), standings, chosen=chosen, text=text, page=page)
    context = {"rows": rows, "total": total, "page_no": page, "size": queries.PAGE, "chosen": chosen}
    context |= {"q": text, "tabs": queries.TABS, "counts": queries.counts(scope(), standings)}
    context |= {"hows": change_facts.HOWS, "how_of": change_facts.how_of, "named": change_facts.named}
    context |= {"standings": standings, "books": hand().books, "words": words}
    return render("changes/change_list.html", "changes/_changes_list.html", **context)


@bp.get("/new")
@requires(*REPORTERS)
def choose_page() -> Any:
    found(change_facts.book_of(current_user.office, hand()))
    text = _typed("q")
    rows = queries.agreements(current_user.office, text) if text else []
    return render_template("changes/choose_page.html", q=text, rows=rows)
