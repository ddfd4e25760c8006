"""The page of one institution with its whole story, and the page of a person."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from blueprints import book_fields, register_fields, words
from blueprints.consequences import consequence
from blueprints.institutions import expiry_queries, page_queries, people_queries, queries, story
from blueprints.institutions.blueprint import REVEALERS, book_of, bp
from blueprints.institutions.credential_forms import KINDS
from blueprints.web import STAFF, found, hand, institution_or_404, requires, scope
from lifecycle import history, register
from models import Institution, Person


@bp.get("/<int:institution_id>")
@requires(*STAFF)
def institution_page(institution_id: int) -> str:
    return _page(institution_or_404(institution_id))


def _page(institution: Institution, shown: dict[str, str] | None = None) -> str:
    """Return the page; shown: the number just revealed, by role."""
    me = hand()
    return render_template(
        "institutions/institution_page.html",
        institution=institution,
        kinds=words.KINDS,
        matters=words.MATTERS,
        consequence=consequence,
        books=me.books,
        standing=queries.standings([institution.id], me).get(institution.id, ("", ())),
        agreements=page_queries.agreements(institution),
        cases=page_queries.cases(institution),
        bans=page_queries.ban_lines(institution, me),
        documents=page_queries.documents(institution),
        branches=page_queries.branches(institution),
        events=story.story(institution, book_of(institution), None if "all" in request.args else 10),
        is_ours=institution.office_id == current_user.office.id,
        scope=scope(),
        **_register(institution),
        **_people(institution, shown or {}),
    )


def _register(institution: Institution) -> dict[str, Any]:
    """Return what the register keeps besides the columns: blanks by group, former values, papers."""
    book = book_of(institution)
    blanks = book.fields_of("institution", institution.kind)
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in blanks:
        if value := history.in_words(row, institution.profile.get(row.key)):
            groups.setdefault(row.group, []).append((row.label, value))
    return {
        "type_labels": {row.key: row.label for row in book.types},
        "groups": groups,
        "sums": book_fields.sum_warnings(institution.profile, blanks),
        "former": page_queries.former_values(institution, book),
        "credentials": page_queries.credentials(institution),
        "credential_kinds": KINDS,
        "lamp_until": expiry_queries.lamp_of,
        "has_roster": bool(book.tables_of("staff", institution.kind)),
        "categories": {row.key: row.label for row in book.staff_categories},
    }


def _people(institution: Institution, shown: dict[str, str]) -> dict[str, Any]:
    """Return the three persons and the roster, with where else each of them stands."""
    persons, roster = page_queries.persons(institution), page_queries.staff(institution)
    at_work = [row for row in roster if not row.left_on]
    ids = {person.id for person in persons.values()} | {row.person_id for row in at_work}
    return {
        "persons": [_person_row(institution, role, row, shown.get(role)) for role, row in persons.items()],
        "staff": at_work,
        "left_count": len(roster) - len(at_work),
        "elsewhere": people_queries.elsewhere(institution, sorted(ids), scope()),
        "roles": register_fields.PERSONS,
    }


def _person_row(institution: Institution, role: str, person: Person, number: str | None) -> dict[str, Any]:
    return {
        "institution_id": institution.id,
        "person_id": person.id,
        "role": role,
        "label": register_fields.PERSONS[role],
        "name": person.name,
        "number": number or person.id_masked,
        "is_shown": bool(number),
    }


@bp.post("/<int:institution_id>/persons/<role>/reveal")
@requires(*REVEALERS)
def reveal(institution_id: int, role: str) -> str:
    """Show one number. No redirect: it must stand neither in an address nor in the session."""
    institution = institution_or_404(institution_id)
    number = register.reveal(institution, role, hand=hand())
    if not request.htmx:
        return _page(institution, {role: number})
    row = _person_row(institution, role, getattr(institution, role), number)
    return render_template("institutions/_person.html", row=row)


@bp.get("/persons/<int:person_id>")
@requires(*STAFF)
def person_page(person_id: int) -> str:
    """Show where somebody stands in the scope; a person of other offices alone answers 404."""
    person, posts = found(people_queries.person_in(scope(), person_id))
    book = hand().book_for(current_user.office, "application")
    return render_template(
        "institutions/person_page.html",
        person=person,
        posts=posts,
        roles=register_fields.PERSONS,
        categories={row.key: row.label for row in book.staff_categories},
        bans=people_queries.bans_of(person, hand().books, hand()),
    )
