"""Exit requests of institutions (annex 12): filed at the window, listed, looked at."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from blueprints import words
from blueprints.exit_facts import name_of, printed_facts
from blueprints.exits import forms, queries
from blueprints.exits.blueprint import ASKERS, agreement_or_404, bp
from blueprints.exits.suspension_routes import renew_version
from blueprints.fields import parse_day
from blueprints.register_fields import refusal_of, whole
from blueprints.web import STAFF, case_or_404, found, hand, render, requires, scope
from lifecycle import exits
from lifecycle.cases import FIRST_STATE
from lifecycle.errors import Conflict, DomainError
from models import Case, Matter
from rules.book import Book

ASKED = ("wish", "asked_on", "from_on", "until_on", "reason", "type", "categories", "insurance")


@bp.get("/")
@requires(*STAFF)
def exit_list() -> Any:
    chosen = request.args.get("chosen", "open")
    chosen = chosen if chosen in queries.OPENS else "open"
    text = request.args.get("q", "").replace("\x00", "").strip()[:60]
    page = max(1, whole(request.args.get("page")) or 1)
    rows, total = queries.requests(scope(), chosen=chosen, text=text, page=page)
    context = {"rows": rows, "total": total, "page_no": page, "size": queries.PAGE, "chosen": chosen}
    context |= {"q": text, "tabs": queries.OPENS, "counts": queries.counts(scope())}
    context |= {"suspended": queries.suspended(scope(), hand().books), "books": hand().books, "words": words}
    context |= {"capped_on": queries.capped_on, "has_offices": len(scope()) > 1}
    return render("exits/exit_list.html", "exits/_requests.html", **context)


@bp.route("/agreements/<int:case_id>/request", methods=["GET", "POST"])
@requires(*ASKERS)
def request_page(case_id: int) -> Any:
    case = agreement_or_404(case_id)
    book = _book(case)
    form = _form(case, book)
    if not form.validate_on_submit():
        error = refusal_of(form, "未登记") if form.errors else None
        return _page(case, form, book, error), 422 if error else 200
    try:
        asked = exits.ask_to_leave(case, _given(form), hand=hand(), reason=form.note.data or "")
    except DomainError as refusal:
        renew_version(case, form, refusal)
        return _page(case, form, book, refusal), refusal.status
    flash(_told("已登记", book))
    return redirect(url_for("cases.case_page", case_id=asked.id))


@bp.route("/requests/<int:case_id>", methods=["GET", "POST"])
@requires(*ASKERS)
def refile_page(case_id: int) -> Any:
    case = case_or_404(case_id)
    row = found(queries.request_of(case))
    if case.state != FIRST_STATE[Matter.EXIT]:
        return redirect(url_for("cases.case_page", case_id=case.id))
    form = _form(row.agreement, hand().book_of(case), row, case.version)
    if not form.validate_on_submit():
        error = refusal_of(form, "未登记") if form.errors else None
        return _page(row.agreement, form, hand().book_of(case), error, case), 422 if error else 200
    given = {"reason": form.note.data or "", "version": whole(form.version.data) or 0}
    try:
        exits.refile(case, _given(form), hand=hand(), **given)
    except DomainError as refusal:
        if refusal.status == Conflict.status:
            form.version.raw_data, form.version.data = None, case_or_404(case.id).version
        return _page(row.agreement, form, hand().book_of(case), refusal, case), refusal.status
    flash(_told("已重新登记", hand().book_of(case)))
    return redirect(url_for("cases.case_page", case_id=case.id))


def _told(done: str, book: Book) -> str:
    """Return what was done and what comes next: a form to be signed, where the law prints one."""
    printed = "请打印申请表签章后交负责人批复" if book.provisions_of("exit_form") else "请上传相关资料文件"
    return f"{done}{name_of(book)}，{printed}。"


def _given(form: forms.RequestForm) -> dict[str, Any]:
    given = {name: form[name].data for name in ASKED if name in form}
    given.setdefault("from_on", given["asked_on"])
    return given | {"reason": given["reason"] or "", "categories": given["categories"] or []}


def _book(case: Case) -> Book:
    """Return the book exit requests of the region go by, or answer 404 where it knows none."""
    return hand().books[found(hand().region_of(case.office).books.get(Matter.EXIT))]


def _form(case: Case, book: Book, row: Any = None, version: int | None = None) -> forms.RequestForm:
    """Return the form for an agreement; row: a request that was taken back, with what was typed then."""
    typed = {name: getattr(row, name) for name in ASKED} if row else {"asked_on": hand().today}
    form = forms.RequestForm(**typed, version=case.version if version is None else version)
    form.wish.choices = list(exits.wishes(book, case).items())
    form.categories.choices = [(label, label) for label in queries.categories(case, book)]
    if not exits.is_dated(book):
        del form.from_on, form.until_on, form.insurance
    return form


def _page(case: Case, form: forms.RequestForm, book: Book, error: Any = None, draft: Any = None) -> str:
    return render_template(
        "exits/request_page.html",
        case=case,
        form=form,
        error=error,
        draft=draft,
        agreement=queries.agreement_of(case),
        facts=printed_facts(case, hand()),
        is_barred=exits.is_barred(case.institution, book),
        article=book.article_of("exit"),
        name=name_of(book),
        exit_form=next(iter(book.provisions_of("exit_form")), None),
        **_days(form.asked_on.data, form.from_on.data if "from_on" in form else None, book),
    )


def _days(asked_on: Any, from_on: Any, book: Book) -> dict[str, Any]:
    """Return the first timely day of a request, whether it is late, and the last day of a suspension."""
    asked_on, from_on = forms.the_day(asked_on), forms.the_day(from_on)
    return {
        "earliest": exits.earliest_timely(asked_on, book) if asked_on else None,
        "is_late": bool(asked_on and from_on and exits.is_late(asked_on, from_on, book)),
        "capped_on": queries.capped_on(book, from_on) if from_on else None,
        "notice": book.clocks.get(exits.NOTICE),
        "cap": book.clocks.get(queries.CAP),
    }


@bp.get("/agreements/<int:case_id>/request/days")
@requires(*ASKERS)
def days_region(case_id: int) -> Any:
    book = _book(agreement_or_404(case_id))
    return render_template("exits/_days.html", **_days(_typed("asked_on"), _typed("from_on"), book))


def _typed(name: str) -> Any:
    try:
        return parse_day(request.args.get(name, "").replace("\x00", "").strip())
    except ValueError:
        return None
