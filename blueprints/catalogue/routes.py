"""The rule catalogue, its interpretations, and the service guides."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import words
from blueprints.catalogue import forms, guides, operations, queries
from blueprints.catalogue.entries import SECTIONS
from blueprints.register_fields import refusal_of, whole
from blueprints.web import EVERYBODY, STAFF, found, hand, render, requires, scope
from lifecycle.errors import DomainError
from models import Matter, Office, Role
from rules.book import Book

bp = Blueprint("catalogue", __name__, url_prefix="/rules")


@bp.get("")
@requires(*EVERYBODY)
def catalogue_page() -> str:
    ask = request.args
    books = queries.books_in_use(hand(), current_user.office)
    book = next((b for b in books if b.id == ask.get("book")), books[0])
    text, section = ask.get("q", "").replace("\x00", "").strip()[:60], ask.get("section", "")
    notes = queries.notes_of(book)
    return render(
        "catalogue/catalogue_page.html",
        "catalogue/_catalogue.html",
        books=books,
        book=book,
        text=text,
        section=section if section in SECTIONS else "",
        sections={key: heading for key, (heading, _) in SECTIONS.items()},
        entries=queries.found(book, text, section if section in SECTIONS else "", notes),
        notes=notes,
        may_interpret=operations.may_interpret(hand()),
    )


@bp.route("/note/<book_id>/<key>", methods=["GET", "POST"])
@requires(Role.MANAGER)
def note_page(book_id: str, key: str) -> Any:
    book = found(hand().books.get(book_id))
    entry, note = found(queries.entry(book, key)), queries.note_of(book, key)
    form = forms.NoteForm(obj=note)
    page = {"book": book, "entry": entry, "form": form, "may": operations.may_interpret(hand())}
    if request.method == "GET":
        return render_template("catalogue/note_page.html", **page)
    if not form.validate():
        return render_template("catalogue/note_page.html", error=refusal_of(form, "未保存"), **page), 422
    try:
        _interpret(book, key, form)
    except DomainError as error:
        return render_template("catalogue/note_page.html", error=error, **page), error.status
    return redirect(url_for(".catalogue_page", book=book.id, _anchor=key))


def _interpret(book: Book, key: str, form: forms.NoteForm) -> None:
    operations.interpret(
        book,
        key,
        text=form.text.data or "",
        source=form.source.data or "",
        version=whole(form.version.data),
        hand=hand(),
    )
    flash("已保存解释")


@bp.get("/guide")
@requires(*STAFF, Role.PROVIDER, Role.PROVIDER_ADMIN)
def guide_page() -> str:
    offices = queries.guided_offices(scope() or [current_user.office.id])  # an institution: its office
    office: Office = next((o for o in offices if o.id == whole(request.args.get("office"))), offices[0])
    kinds = queries.kinds_served(hand(), office)
    kind = request.args.get("kind") if request.args.get("kind") in kinds else kinds[0]
    region = hand().region_of(office)
    book = hand().book_for(office, Matter.APPLICATION)
    return render_template(
        "catalogue/guide_page.html",
        office=office,
        offices=offices,
        kind=kind,
        kinds={key: words.KINDS[key] for key in kinds},
        book=book,
        region=region,
        page=guides.page(book, kind, region.options, office.level),
    )
