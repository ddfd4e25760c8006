"""The list of applications, and what the window wants to know while it types one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Expression, ModelSelect, fn

from blueprints import caseload
from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CaseState,
    Clock,
    Institution,
    Matter,
    Office,
)

PAGE = 50
ORDERS = {
    "due": (Clock.due_on.is_null(), Clock.due_on, Case.id.desc()),
    "-due": (Clock.due_on.is_null(), Clock.due_on.desc(), Case.id.desc()),
    "name": (Institution.name, Case.id),
    "-name": (Institution.name.desc(), Case.id),
    "opened": (Case.opened_on, Case.id),
    "-opened": (Case.opened_on.desc(), Case.id.desc()),
}


@dataclass(frozen=True)
class Filters:
    """What a list of applications is narrowed to; empty means all. is_open: open, closed or both.

    is_draft: drafts alone. Those of providers are their own and never listed here.
    """

    text: str = ""
    station: str = ""
    kind: str = ""
    channel: str = ""
    office: int | None = None
    is_open: bool | None = True
    is_draft: bool = False
    sort: str = "due"
    page: int = 1


def applications(scope: Sequence[int], filters: Filters, hand: Hand) -> tuple[list[Any], int]:
    """Return one page of the applications in `scope` and how many there are in all, in two statements."""
    base = _wanted(scope, filters, hand)
    return list(_ordered(base, filters).paginate(filters.page, PAGE)), base.count()


def all_applications(scope: Sequence[int], filters: Filters, hand: Hand) -> list[Any]:
    """Return every row of the list as it is filtered and sorted, for a file."""
    return list(_ordered(_wanted(scope, filters, hand), filters))


def _wanted(scope: Sequence[int], filters: Filters, hand: Hand) -> ModelSelect:
    return caseload.with_lead().where(
        Case.matter == Matter.APPLICATION,
        Case.office.in_(scope),
        caseload.is_in_sight(),
        *_narrowed(filters, hand),
    )


def _ordered(query: ModelSelect, filters: Filters) -> ModelSelect:
    return caseload.as_rows(query).order_by(*ORDERS.get(filters.sort, ORDERS["due"]))


def _narrowed(filters: Filters, hand: Hand) -> list[Expression]:
    clauses = [Institution.search_key.contains(word) for word in filters.text.lower().split()]
    if filters.text and filters.text[:4].isdigit():
        clauses = [Case.number.contains(filters.text) | Institution.search_key.contains(filters.text.lower())]
    if filters.station:
        states = [state for book in hand.books_here for state in book.states.values()]
        clauses.append(Case.state.in_(sorted({s.key for s in states if s.station == filters.station})))
    if filters.kind:
        clauses.append(Institution.kind == filters.kind)
    if filters.channel:
        by_channel = Application.select(Application.case).where(Application.channel == filters.channel)
        clauses.append(Case.id.in_(by_channel))
    if filters.is_draft:
        clauses.append(Case.state == CaseState.DRAFT)
    if filters.office:
        clauses.append(Case.office == filters.office)
    if filters.is_open is not None:
        clauses.append(Case.closed_on.is_null(filters.is_open))
    return clauses


def offices(scope: Sequence[int]) -> list[tuple[int, str]]:
    """Return id and name of the offices in `scope`."""
    return list(
        Office.select(Office.id, Office.name).where(Office.id.in_(scope)).order_by(Office.id).tuples()
    )


def application_of(case: Case, *states: str) -> Application | None:
    """Return the application of the case, or None if the case stands in none of `states`."""
    if case.state not in states:
        return None
    return Application.get_or_none(Application.case == case)


def last_application(institution: Institution) -> Application | None:
    """Return the newest application of the institution that was filed, or None."""
    query: ModelSelect = (
        Application.select(Application, Case)
        .join(Case)
        .where(Case.institution == institution.id, Case.state != CaseState.DRAFT)
        .order_by(Case.id.desc())
    )
    return query.first()


# --- Institutions like the one that is being typed ---

SIMILAR = 5
ENOUGH = 0.6  # of the pairs of characters typed must stand in a name for it to be called similar


@dataclass(frozen=True)
class Like:
    """An institution in the register that may be the one being typed. id: none outside the user's scope."""

    id: int | None
    name: str
    why: str
    state: str


def similar(
    scope: Sequence[int],
    *,
    name: str,
    uscc: str,
    licence_no: str,
    persons: Iterable[int],
    leave_out: int | None,
    hand: Hand,
) -> list[Like]:
    """Return the institutions that share code, licence or person with what is typed, or most of the name.

    The name is compared inside `scope` alone; codes and persons everywhere, but a foreign institution is
    told by its office only.
    """
    persons = list(persons)
    same_person = (
        Institution.legal_representative.in_(persons)
        | Institution.principal.in_(persons)
        | Institution.controller.in_(persons)
    )
    reasons = [
        ("信用代码相同", (Institution.uscc == uscc) & (Institution.uscc != "")),
        ("许可证号相同", (Institution.licence_no == licence_no) & (Institution.licence_no != "")),
        ("法定代表人或负责人相同", same_person),
    ]
    likeness = _likeness(name)
    near = (likeness >= ENOUGH) & Institution.office.in_(scope) if likeness is not None else None
    if near is not None:
        reasons.append(("名称相近", near))
    flags = [condition.alias(f"flag{n}") for n, (_, condition) in enumerate(reasons)]
    wanted = reasons[0][1]
    for _, condition in reasons[1:]:
        wanted = wanted | condition
    rows = (
        Institution.select(Institution.id, Institution.name, Institution.office, Office.name, *flags)
        .join(Office)
        .where(wanted, Institution.id != (leave_out or 0))
        .order_by(*[flag.desc() for _, flag in reasons[:3]], *([likeness.desc()] if likeness else []))
        .limit(SIMILAR)
        .tuples()
    )
    return _told(list(rows), [why for why, _ in reasons], scope, hand)


def _likeness(name: str) -> Any:
    """Return an expression for the share of the pairs of characters of `name` that a row's name holds."""
    plain = "".join(name.split()).lower()
    pairs = sorted({plain[n : n + 2] for n in range(len(plain) - 1)})[:40]
    if not pairs:
        return None
    found = [fn.MIN(fn.INSTR(Institution.search_key, pair), 1) for pair in pairs]
    total = found[0]
    for one in found[1:]:
        total = total + one
    return total * 1.0 / len(pairs)


def _told(rows: list[Any], whys: list[str], scope: Sequence[int], hand: Hand) -> list[Like]:
    states = last_states([row[0] for row in rows], hand)
    likes = []
    for row_id, name, office_id, office, *flags in rows:
        why = "，".join(why for why, flag in zip(whys, flags, strict=True) if flag)
        is_ours = office_id in scope
        likes.append(
            Like(
                row_id if is_ours else None,
                name if is_ours else f"由{office}登记的机构",
                why,
                states.get(row_id, "") if is_ours else "",
            )
        )
    return likes


def last_states(institution_ids: Sequence[int], hand: Hand) -> Mapping[int, str]:
    """Return where the newest case of each institution stands, in the words of its book."""
    rows = (
        Case.select(Case.institution, Case.matter, Case.state, Case.book)
        .where(Case.institution.in_(list(institution_ids)))
        .order_by(Case.id)
        .tuples()
    )
    told = {}
    for institution_id, matter, state, book in rows:
        label = hand.books[book].states[state].label
        told[institution_id] = label if matter == Matter.AGREEMENT else f"定点申请：{label}"
    return told


def institution_in(scope: Sequence[int], institution_id: int | None) -> Institution | None:
    """Return the institution if it lies in `scope`."""
    query: ModelSelect = Institution.select().where(
        Institution.id == (institution_id or 0), Institution.office.in_(scope)
    )
    return query.first()
