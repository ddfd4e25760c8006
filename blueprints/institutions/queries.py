"""The register: its list, choosing one of it, and the search from the top bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, Expression

from blueprints.consequences import with_consequence
from lifecycle import register, renewals
from lifecycle.hand import Hand
from models import Application, Case, Document, FormerValue, Institution, Matter, Office, Person

PAGE = 50
HITS = 20  # of each sort on the search page
CHOICES = 8  # of institutions to choose one from
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


def words_of(text: str) -> str:
    """Return what is looked for, as it came with a request: no NUL, no blanks around it, not endless."""
    return text.replace("\x00", "").strip()[:60]


def _narrowed(scope: Sequence[int], filters: Filters) -> Any:
    base = Institution.select().where(Institution.office.in_(scope), *matching(filters.text))
    if filters.kind:
        base = base.where(Institution.kind == filters.kind)
    if filters.office:
        base = base.where(Institution.office == filters.office)
    return base


def institutions(scope: Sequence[int], filters: Filters) -> tuple[list[Any], int]:
    """Return one page of the register and how many there are in all, in two statements."""
    base = _narrowed(scope, filters)
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


@dataclass(frozen=True)
class Line:
    """A line of the exported register: the row, where the institution stands, its former names."""

    row: Any
    standing: tuple[str, tuple[str, ...]]
    former: list[str]


def all_institutions(scope: Sequence[int], filters: Filters, hand: Hand) -> list[Line]:
    """Return the whole register as narrowed by `filters`, numbers of persons masked."""
    legal, head, owner, parent = Person.alias(), Person.alias(), Person.alias(), Institution.alias()
    i = Institution
    rows = list(
        _narrowed(scope, filters)
        .select(
            i.id, i.name, i.kind, i.category, i.grade, i.national_code, i.uscc, i.licence_no, i.address,
            i.beds, i.contact, i.phone, Office.name.alias("office"), legal.name.alias("legal"),
            legal.id_masked.alias("legal_id"), head.name.alias("head"), owner.name.alias("owner"),
            parent.name.alias("parent"),
        )
        .join(Office)
        .switch(i)
        .join(legal, JOIN.LEFT_OUTER, on=(i.legal_representative == legal.id))
        .switch(i)
        .join(head, JOIN.LEFT_OUTER, on=(i.principal == head.id))
        .switch(i)
        .join(owner, JOIN.LEFT_OUTER, on=(i.controller == owner.id))
        .switch(i)
        .join(parent, JOIN.LEFT_OUTER, on=(i.parent == parent.id))
        .order_by(*ORDERS.get(filters.sort, ORDERS["name"]))
        .namedtuples()
    )  # fmt: skip
    inside = i.select(i.id).where(i.office.in_(scope))
    former = _former_names(inside)
    standing = standings(inside, hand)
    return [Line(row, standing.get(row.id, ("", ())), former.get(row.id, [])) for row in rows]


def _former_names(institution_ids: Any) -> dict[int, list[str]]:
    """Return the former names by institution, newest first."""
    rows = (
        FormerValue.select(FormerValue.institution, FormerValue.value)
        .where(FormerValue.institution.in_(institution_ids), FormerValue.field == "name")
        .order_by(FormerValue.id.desc())
        .tuples()
    )
    found: dict[int, list[str]] = {}
    for institution_id, name in rows:
        found.setdefault(institution_id, []).append(name)
    return found


def formerly(rows: Sequence[Any], text: str) -> dict[int, str]:
    """Return the former name by which `text` found a row that its present name and codes do not explain."""
    sought = text.lower().split()
    if not sought or not rows:
        return {}
    told = {}
    for institution_id, names in _former_names([row.id for row in rows]).items():
        row = next(row for row in rows if row.id == institution_id)
        if not _holds(register.search_key(row.name, row.uscc, getattr(row, "licence_no", "")), sought):
            told[institution_id] = next((n for n in names if _holds(register.search_key(n), sought)), "")
    return {institution_id: name for institution_id, name in told.items() if name}


def _holds(key: str, sought: Sequence[str]) -> bool:
    return all(word in key for word in sought)


def matching(text: str) -> list[Expression]:
    """Return the clauses by which every word of `text` stands in name, initials, pinyin or codes."""
    return [Institution.search_key.contains(word) for word in text.lower().split()]


def standings(institution_ids: Any, hand: Hand) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    """Return where each institution stands, in words, and the types: agreement first, else application.

    institution_ids: a list, or a query of ids.
    """
    rows = (
        Case.select(Case.institution, Case.matter, Case.state, Case.book, Case.closed_on, Application.types)
        .join(
            Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id) | (Application.case == Case.origin)
        )
        .where(
            Case.institution.in_(institution_ids),
            (Case.matter != Matter.AGREEMENT) | Case.state.not_in(renewals.NOT_HELD),
        )
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
            found[row.institution] = (with_consequence(book, row.state), types)
            agreed.add(row.institution)
        elif row.institution not in agreed:
            found[row.institution] = (f"申请：{book.states[row.state].label}", types)
    return found


def offices(scope: Sequence[int]) -> list[tuple[int, str]]:
    """Return id and name of the offices in `scope`."""
    return list(
        Office.select(Office.id, Office.name).where(Office.id.in_(scope)).order_by(Office.id).tuples()
    )


# --- Choosing one ---


def candidates(scope: Sequence[int], text: str | None, but: Institution) -> list[Any]:
    """Return at most CHOICES institutions that `text` may mean, without `but` itself."""
    if not text:
        return []
    return list(
        Institution.select(Institution.id, Institution.name, Institution.uscc, Institution.address)
        .where(Institution.office.in_(scope), Institution.id != but.id, *matching(text))
        .order_by(Institution.name)
        .limit(CHOICES)
        .namedtuples()
    )


def meant(scope: Sequence[int], text: str, chosen_id: int | None) -> tuple[Institution | None, str]:
    """Return the institution that `text` means, and what is wrong if it does not mean just one.

    A chosen one is meant if it is among those that the text finds.
    """
    if not text:
        return None, ""
    found = list(
        Institution.select().where(Institution.office.in_(scope), *matching(text)).limit(CHOICES * 3)
    )
    exact = [row for row in found if row.name == text]
    chosen = [row for row in found if row.id == chosen_id]
    for rows in (chosen, exact, found):
        if len(rows) == 1:
            return rows[0], ""
    if not found:
        return None, "台账中没有这家机构，请核对名称或代码；不填可留空"
    return None, f"有 {len(found)} 家机构符合，请在下面选定一家"


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
