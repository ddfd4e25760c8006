"""A book: one legal text as in force from one day, read from a folder of TOML, checked whole and frozen.

In here: the loader and what is asked of a book. Not in here: what must fit together (book_check.py), the
shape of a row (shape.py), what a guard's facts are or a condition means (lifecycle/), how days are counted
(periods.py).
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from rules.book_check import check
from rules.form_rows import (
    Condition,
    DesignationType,
    Feature,
    Field,
    Guide,
    Material,
    PrintedForm,
    Sheet,
    SheetRow,
    StaffCategory,
    Table,
    Topic,
)
from rules.guards import holds
from rules.rows import (
    Choice,
    ClockRule,
    DocumentKind,
    Example,
    Flag,
    FollowUpRule,
    Ground,
    Guard,
    Measure,
    Provision,
    State,
    Station,
    Step,
    Threshold,
    Transition,
)
from rules.shape import BookError, build, typed

BOOKS = Path(__file__).parent / "books"

T = TypeVar("T")


HEAD: Mapping[str, type[Any]] = MappingProxyType(
    {
        "id": str,
        "name": str,
        "effective_from": date,
        "source": str,
        "issued_on": date,
        "issuers": tuple[str, ...],
        "cites": tuple[str, ...],
        "notes": tuple[str, ...],
    }
)
ROWS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "clock": ClockRule,
        "state": State,
        "station": Station,
        "step": Step,
        "material": Material,
        "feature": Feature,
        "type": DesignationType,
        "ground": Ground,
        "sheet": Sheet,
        "row": SheetRow,
        "document": DocumentKind,
        "example": Example,
        "field": Field,
        "table": Table,
        "staff_category": StaffCategory,
        "condition": Condition,
        "guide": Guide,
        "flag": Flag,
        "follow_up": FollowUpRule,
        "topic": Topic,
        "form": PrintedForm,
        "threshold": Threshold,
        "transition": Transition,
        "measure": Measure,
        "choice": Choice,
        "provision": Provision,
    }
)


@dataclass(frozen=True)
class Book:
    """A whole book. Rows stand in the order of the files' names and of their lines."""

    id: str
    name: str
    effective_from: date
    source: str
    issued_on: date
    issuers: tuple[str, ...]
    cites: tuple[str, ...]  # the superior rules it rests on
    notes: tuple[str, ...]  # what a reader of the printed text must know: numbering, misprints
    digest: str
    clocks: Mapping[str, ClockRule]
    states: Mapping[str, State]
    stations: tuple[Station, ...]
    steps: tuple[Step, ...]
    materials: tuple[Material, ...]
    features: tuple[Feature, ...]
    types: tuple[DesignationType, ...]
    grounds: tuple[Ground, ...]
    sheets: Mapping[str, Sheet]
    rows: tuple[SheetRow, ...]
    documents: Mapping[str, DocumentKind]
    examples: tuple[Example, ...]
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]
    staff_categories: tuple[StaffCategory, ...]
    conditions: tuple[Condition, ...]
    guides: tuple[Guide, ...]
    flags: Mapping[str, Flag]
    follow_ups: tuple[FollowUpRule, ...]
    topics: tuple[Topic, ...]
    forms: tuple[PrintedForm, ...]
    thresholds: Mapping[str, Threshold]
    transitions: tuple[Transition, ...]
    measures: tuple[Measure, ...]
    choices: tuple[Choice, ...]
    provisions: tuple[Provision, ...]
    effective_until: date | None = None  # the last day on which cases are opened under it

    def steps_from(self, matter: str, state: str, facts: Guard) -> list[Step]:
        """Return the steps of `matter` from `state` whose guard holds for `facts`, in book order."""
        return [
            step
            for step in self.steps
            if step.matter == matter and state in step.origins and holds(step.when, facts)
        ]

    def step(self, matter: str, state: str, action: str, facts: Guard) -> Step | None:
        """Return the one step `action` from `state`, or None. Two never match: the loader refuses that."""
        return next((s for s in self.steps_from(matter, state, facts) if s.action == action), None)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of institution that can apply under this book: those it has a designation type for."""
        return frozenset(kind for row in self.types for kind in row.kinds)

    def label_of(self, state: str, flag: str = "") -> str:
        """Return where a case stands, with what stands open beside it: 已受理，待补正."""
        label = self.states[state].label
        return f"{label}，{self.flags[flag].label}" if flag in self.flags else label

    def todo_of(self, state: str, flag: str = "") -> str:
        """Return what is to be done next: what a flag of somebody asks, then the state, then any flag."""
        asked = self.flags[flag].todo if flag in self.flags else ""
        is_work = asked and self.flags[flag].roles
        return asked if is_work else self.states[state].todo or asked

    def type_labels(self, keys: Iterable[str] | None) -> str:
        """Return designation types in words, in the book's order, as 住院、门诊统筹."""
        chosen = set(keys or ())
        return "、".join(kind.label for kind in self.types if kind.key in chosen)

    def materials_for(self, kind: str, matter: str = "application") -> list[Material]:
        """Return the material rows asked of `kind` in a case of `matter`, in printed order."""
        return [row for row in self.materials if (row.kind, row.matter) == (kind, matter)]

    def sheet_for(self, stage: str, kind: str) -> Sheet | None:
        """Return the tick table of `stage` (desk, on_site) for `kind` of institution, or None."""
        return next((s for s in self.sheets.values() if s.stage == stage and s.kind == kind), None)

    def rows_of(self, sheet: str) -> list[SheetRow]:
        """Return the rows of one sheet in printed order."""
        return [row for row in self.rows if row.sheet == sheet]

    def fields_of(self, owner: str, kind: str) -> list[Field]:
        """Return the blanks of `owner` (institution, application) for `kind`, in book order."""
        return [row for row in self.fields if row.of == owner and kind in row.kinds]

    def tables_of(self, owner: str, kind: str) -> list[Table]:
        """Return the repeating tables of `owner` (application, staff) for `kind`, in book order."""
        return [row for row in self.tables if row.of == owner and kind in row.kinds]

    def conditions_for(self, facts: Guard) -> list[Condition]:
        """Return the basic conditions that apply to `facts` (kind, types, features…), in printed order."""
        return [row for row in self.conditions if facts["kind"] in row.kinds and holds(row.when, facts)]

    def measures_for(self, of: str, kind: str) -> list[Measure]:
        """Return the penalties or the ladder of handling (`of`) for `kind` of institution, in book order."""
        return [row for row in self.measures if row.of == of and kind in row.kinds]

    def choices_of(self, name: str) -> list[Choice]:
        """Return the answers of the list `name` (remedy, dispute, rights), in printed order."""
        return [row for row in self.choices if row.list == name]

    def choice(self, name: str, key: str) -> Choice | None:
        """Return the answer `key` of the list `name`, or None."""
        return next((row for row in self.choices_of(name) if row.key == key), None)

    def provisions_of(self, key: str, kind: str = "") -> list[Provision]:
        """Return the rules `key` points to, for one `kind` of institution or for all, in book order."""
        rows = [row for row in self.provisions if row.key == key]
        return [row for row in rows if not (kind and row.kinds) or kind in row.kinds]

    def article_of(self, key: str, kind: str = "") -> str:
        """Return where the rules `key` stand, as 第六条（七）、第七条（八）; nothing where there is none."""
        return joined(row.article for row in self.provisions_of(key, kind))

    def guide_for(self, kind: str) -> Guide | None:
        """Return the head of the service guide for `kind`, or None."""
        return next((row for row in self.guides if row.kind == kind), None)

    def grounds_for(self, use: str, facts: Guard) -> list[Ground]:
        """Return the grounds that apply to `facts` (kind, types…), in printed order."""
        return [g for g in self.grounds if g.use == use and facts["kind"] in g.kinds and holds(g.when, facts)]


def joined(articles: Iterable[str]) -> str:
    """Return several citations as one, each once, empty ones left out: 第六条（七）、第七条（八）."""
    return "、".join(dict.fromkeys(filter(None, articles)))


def load_book(folder: Path) -> Book:
    """Return the book in `folder`, whole and checked.

    Raises BookError, naming file and key, for an unknown key, a missing key, a clock, state, document or
    feature that is named but not defined, and for two steps that could match at once.
    """
    rows: dict[str, list[Any]] = {name: [] for name in ROWS}
    head: dict[str, Any] = {}
    digest = sha256()
    for path in sorted(folder.glob("*.toml")):
        raw = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + raw)
        table = _parse(path, raw)
        if path.name == "book.toml":
            head = table
            continue
        for name, entries in table.items():
            if name not in ROWS or not isinstance(entries, list):
                raise BookError(f"{folder.name}/{path.name}: unknown table [[{name}]]")
            rows[name] += [build(ROWS[name], entry, f"{folder.name}/{path.name}") for entry in entries]
    head = _head(head, folder)
    if head["id"] != folder.name:
        raise BookError(f"{folder.name}/book.toml: id is {head['id']}")
    book = Book(
        **head,
        digest=digest.hexdigest(),
        clocks=_by_key(rows["clock"], folder),
        states=_by_key(rows["state"], folder),
        stations=tuple(rows["station"]),
        steps=tuple(rows["step"]),
        materials=_once(rows["material"], folder),
        features=_once(rows["feature"], folder),
        types=_once(rows["type"], folder),
        grounds=_once(rows["ground"], folder),
        sheets=_by_key(rows["sheet"], folder),
        rows=_once(rows["row"], folder, lambda row: f"{row.sheet}.{row.key}"),
        documents=_by_key(rows["document"], folder),
        examples=tuple(rows["example"]),
        fields=_once(rows["field"], folder),
        tables=_once(rows["table"], folder),
        staff_categories=_once(rows["staff_category"], folder),
        conditions=_once(rows["condition"], folder),
        guides=_once(rows["guide"], folder, lambda row: str(row.kind)),
        flags=_by_key(rows["flag"], folder),
        follow_ups=_once(rows["follow_up"], folder),
        topics=_once(rows["topic"], folder),
        forms=_once(rows["form"], folder),
        thresholds=_by_key(rows["threshold"], folder),
        transitions=_once(rows["transition"], folder),
        measures=_once(rows["measure"], folder, lambda row: f"{row.of}.{row.key}"),
        choices=_once(rows["choice"], folder, lambda row: f"{row.list}.{row.key}"),
        provisions=_once(rows["provision"], folder, lambda row: ".".join((row.key, *row.kinds))),
    )
    check(book)
    return book


def load_books(root: Path = BOOKS) -> Mapping[str, Book]:
    """Return every book under `root` by id. Raises BookError as load_book does."""
    return MappingProxyType({path.name: load_book(path) for path in sorted(root.iterdir()) if path.is_dir()})


def _head(head: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the book's own keys, frozen; refuse an unknown or missing one. Only the last day is optional."""
    wanted = {**HEAD, "effective_until": date} if "effective_until" in head else HEAD
    if unknown := head.keys() ^ wanted.keys():
        raise BookError(f"{folder.name}/book.toml: unknown or missing key {sorted(unknown)}")
    return {key: typed(kind, head[key], f"{folder.name}/book.toml: {key}") for key, kind in wanted.items()}


def _parse(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BookError(f"{path.parent.name}/{path.name}: {error}") from error


def _by_key(rows: Iterable[T], folder: Path) -> Mapping[str, T]:
    return MappingProxyType({row.key: row for row in _once(rows, folder)})  # type: ignore[attr-defined]


def _key(row: Any) -> str:
    return str(row.key)


def _once(rows: Iterable[T], folder: Path, key_of: Callable[[Any], str] = _key) -> tuple[T, ...]:
    """Return `rows`; refuse a key that stands twice."""
    table: dict[str, T] = {}
    for row in rows:
        key = key_of(row)
        if key in table:
            raise BookError(f"{folder.name}: {type(row).__name__} {key} stands twice")
        table[key] = row
    return tuple(table.values())
