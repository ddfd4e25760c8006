"""The register: its list, one institution with all that hangs on it, and the search from the top bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, Expression

from lifecycle import bans, register
from lifecycle.hand import Hand
from models import (
    Agreement,
    Application,
    Ban,
    Case,
    Clock,
    ClockPause,
    Document,
    Institution,
    Matter,
    Office,
    Person,
    User,
)

PAGE = 50
HITS = 20  # of each sort on the search page
ORDERS = {
    "name": (Institution.name, Institution.id),
    "-name": (Institution.name.desc(), Institution.id),
}
# Brackets of document numbers as they are typed, and as they are printed.
BRACKETS = str.maketrans(
    {"[": "〔", "]": "〕", "［": "〔", "］": "〕", "(": "〔", ")": "〕", "（": "〔", "）": "〕"}
)


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to; empty means all."""

    text: str = ""
    kind: str = ""
    office: int | None = None
    sort: str = "name"
    page: int = 1


def institutions(scope: Sequence[int], filters: Filters) -> tuple[list[Any], int]:
    """Return one page of the register and how many there are in all, in two statements."""
    base = Institution.select().where(Institution.office.in_(scope), *matching(filters.text))
    if filters.kind:
        base = base.where(Institution.kind == filters.kind)
    if filters.office:
        base = base.where(Institution.office == filters.office)
    rows = (
        base.select(
            Institution.id,
            Institution.name,
            Institution.kind,
            Institution.category,
            Institution.uscc,
            Office.name.alias("office"),
        )
        .join(Office)
        .order_by(*ORDERS.get(filters.sort, ORDERS["name"]))
        .paginate(filters.page, PAGE)
    )
    return list(rows.namedtuples()), base.count()


def matching(text: str) -> list[Expression]:
    """Return the clauses by which every word of `text` stands in name, initials, pinyin or codes."""
    return [Institution.search_key.contains(word) for word in text.lower().split()]


def standings(institution_ids: Sequence[int], hand: Hand) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    """Return where each institution stands, in words, and the types: agreement first, else application."""
    rows = (
        Case.select(Case.institution, Case.matter, Case.state, Case.book, Case.closed_on, Application.types)
        .join(
            Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id) | (Application.case == Case.origin)
        )
        .where(Case.institution.in_(list(institution_ids)))
        .order_by(Case.matter != Matter.AGREEMENT, Case.closed_on.is_null(), Case.id)
        .namedtuples()
    )
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    agreed: set[int] = set()
    for row in rows:
        book = hand.books[row.book]
        labels = {kind.key: kind.label for kind in book.types}
        types = tuple(labels.get(key, key) for key in row.types or ())
        if row.matter == Matter.AGREEMENT:
            found[row.institution] = (book.states[row.state].label, types)
            agreed.add(row.institution)
        elif row.institution not in agreed:
            found[row.institution] = (f"申请：{book.states[row.state].label}", types)
    return found


def offices(scope: Sequence[int]) -> list[tuple[int, str]]:
    """Return id and name of the offices in `scope`."""
    return list(
        Office.select(Office.id, Office.name).where(Office.id.in_(scope)).order_by(Office.id).tuples()
    )


# --- One institution ---


def agreements(institution: Institution) -> list[Any]:
    """Return the agreements of an institution, newest first."""
    rows = (
        Agreement.select(
            Agreement.signed_on,
            Agreement.starts_on,
            Agreement.ends_on,
            Case.id.alias("case_id"),
            Case.number.alias("case_number"),
            Case.state,
            Case.book,
            Case.closed_on,
            Document.number,
        )
        .join(Case)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER, on=(Agreement.document == Document.id))
        .where(Case.institution == institution.id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc())
    )
    return list(rows.namedtuples())


def cases(institution: Institution) -> list[Any]:
    """Return the cases of an institution but its agreements, open ones first, with the clock of each."""
    rows = (
        Case.select(
            Case.id,
            Case.number,
            Case.state,
            Case.book,
            Case.closed_on,
            Application.types,
            User.name.alias("handler"),
            Clock.due_on,
            Clock.yellow_on,
            Clock.state.alias("clock_state"),
            Clock.kind,
            ClockPause.from_on.alias("paused_on"),
        )
        .join(User, JOIN.LEFT_OUTER, on=(Case.handler == User.id))
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id))
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=(Clock.case == Case.id) & Clock.is_lead)
        .join(ClockPause, JOIN.LEFT_OUTER, on=(ClockPause.clock == Clock.id) & ClockPause.until_on.is_null())
        .where(Case.institution == institution.id, Case.matter != Matter.AGREEMENT)
        .order_by(Case.closed_on.is_null().desc(), Case.id.desc())
    )
    return list(rows.namedtuples())


@dataclass(frozen=True)
class BanLine:
    """A ban with its sentence. is_ours: the user's office may end it; state: in words, once it is over."""

    ban: Ban
    sentence: str
    is_standing: bool
    state: str


def ban_lines(institution: Institution, hand: Hand) -> list[BanLine]:
    """Return the bans of the institution and of its persons, standing ones first, then the newest."""
    holding = {ban.id for ban in bans.standing(institution, hand.today)}
    rows = (
        Ban.select(Ban, Office, Person)
        .join(Office)
        .switch(Ban)
        .join(Person, JOIN.LEFT_OUTER, on=(Ban.person == Person.id))
        .where(Ban.id.in_(sorted(holding)) | _about(institution))
        .order_by(Ban.id.desc())
    )
    lines = [_line(ban, ban.id in holding, hand) for ban in rows]
    return sorted(lines, key=lambda line: not line.is_standing)


def _line(ban: Ban, is_standing: bool, hand: Hand) -> BanLine:
    state = ""
    if ban.lifted_on:
        state = f"{ban.lifted_on.isoformat()} 解除：{ban.lifted_reason}"
    elif not is_standing:
        state = "未到起算日期" if ban.from_on > hand.today else "已期满"
    return BanLine(ban, bans.sentence(ban, hand.books[ban.book]), is_standing, state)


def _about(institution: Institution) -> Expression:
    people = [getattr(institution, f"{role}_id") for role in register.PERSONS]
    return (Ban.institution == institution.id) | Ban.person.in_([person for person in people if person])


def ban_of(institution: Institution, ban_id: int, hand: Hand) -> Ban | None:
    """Return the ban if it is one of those the institution's page shows."""
    return next((line.ban for line in ban_lines(institution, hand) if line.ban.id == ban_id), None)


def persons(institution: Institution) -> Mapping[str, Person]:
    """Return the persons of an institution by role, in one statement."""
    ids = {role: getattr(institution, f"{role}_id") for role in register.PERSONS}
    rows = {
        person.id: person for person in Person.select().where(Person.id.in_([i for i in ids.values() if i]))
    }
    return {role: rows[person_id] for role, person_id in ids.items() if person_id}


# --- The search from the top bar ---


@dataclass(frozen=True)
class Found:
    """What a search hit, at most HITS of each sort."""

    institutions: list[Any] = field(default_factory=list)
    cases: list[Any] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)

    @property
    def only(self) -> tuple[str, Any] | None:
        """The single hit and its sort, if there is just one."""
        hits = [("institution", row) for row in self.institutions]
        hits += [("case", row) for row in self.cases] + [("document", row) for row in self.documents]
        return hits[0] if len(hits) == 1 else None


def search(scope: Sequence[int], text: str) -> Found:
    """Return institutions by name, pinyin or code, cases by number, documents by number."""
    if not text:
        return Found()
    inside = Institution.office.in_(scope)
    return Found(
        institutions=list(
            Institution.select(Institution.id, Institution.name, Institution.kind, Institution.uscc)
            .where(inside, *matching(text))
            .order_by(Institution.name)
            .limit(HITS)
            .namedtuples()
        ),
        cases=_numbered(Case, Case.number, Case.id, scope, text),
        documents=_numbered(Document, Document.number, Document.case, scope, text.translate(BRACKETS)),
    )


def _numbered(model: Any, number: Any, case: Any, scope: Sequence[int], text: str) -> list[Any]:
    """Return (case_id, number, name) of the rows whose number holds `text`; digits alone hit too much."""
    if sum(letter.isdigit() for letter in text) < 1 or len(text) < 3:
        return []
    query = model.select(case.alias("case_id"), number.alias("number"), Institution.name.alias("name"))
    if model is Document:
        query = query.join(Case, on=(Document.case == Case.id))
    return list(
        query.join(Institution, on=(Case.institution == Institution.id))
        .where(model.office.in_(scope), number.contains("".join(text.split())))
        .order_by(model.id.desc())
        .limit(HITS)
        .namedtuples()
    )
