"""A service guide (办事指南) put together from the rows of a book, for one kind of institution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints import words
from rules.book import Book
from rules.form_rows import Condition, DesignationType, Feature, Guide, Material
from rules.guards import holds
from rules.periods import describe
from rules.rows import ClockRule, Step

MATTER = "application"


@dataclass(frozen=True)
class Limit:
    """A period of the guide: what, how long, whose, after which article."""

    name: str
    length: str
    party: str
    article: str


@dataclass(frozen=True)
class Node:
    """A station of the flow: its limits in short, and the ways in which an application ends here."""

    label: str
    limits: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """All that a guide says. guide: None where the book has no head of its own for this kind."""

    guide: Guide | None
    types: list[DesignationType]
    conditions: list[Condition]
    materials: list[tuple[Material, str]]
    limits: list[Limit]
    nodes: list[Node]


def page(book: Book, kind: str, options: Mapping[str, Any], level: str) -> Page:
    """Return the guide of `book` for `kind` at an office of `level` with the options of its region."""
    facts = {**options, "kind": kind, "level": level}
    features = {feature.key: feature for feature in book.features}
    return Page(
        guide=book.guide_for(kind),
        types=[row for row in book.types if kind in row.kinds],
        conditions=[row for row in book.conditions if kind in row.kinds],
        materials=[(row, _applies(row, features)) for row in book.materials_for(kind)],
        limits=_limits(book, kind, options),
        nodes=_nodes(book, kind, facts),
    )


def _applies(row: Material, features: Mapping[str, Feature]) -> str:
    return row.applies or (features[row.feature].label if row.feature else "")


def _may_happen(step: Step, kind: str, options: Mapping[str, Any]) -> bool:
    """Whether the step can be taken in an application of `kind` at all; types are not known yet."""
    guard = {key: value for key, value in step.when.items() if key == "kind" or key in options}
    return step.matter == MATTER and holds(guard, {**options, "kind": kind})


def _steps(book: Book, kind: str, options: Mapping[str, Any]) -> list[Step]:
    return [step for step in book.steps if _may_happen(step, kind, options)]


def _limits(book: Book, kind: str, options: Mapping[str, Any]) -> list[Limit]:
    begun = {start.clock for step in _steps(book, kind, options) for start in step.starts}
    return [
        Limit(rule.name, describe(rule), words.PARTIES[rule.party], rule.article)
        for rule in book.clocks.values()
        if rule.key in begun
    ]


def _nodes(book: Book, kind: str, facts: Mapping[str, Any]) -> list[Node]:
    """Return the stations an application of `kind` can pass, whatever its types."""
    known = {key: value for key, value in facts.items() if key != "types"}
    steps = _steps(book, kind, known)
    nodes = []
    for station in book.stations:
        guard = {key: value for key, value in station.when.items() if key != "types"}
        if station.matter != MATTER or not holds(guard, known):
            continue
        only = book.type_labels(_listed(station.when.get("types")))
        label = f"{station.label}（{only}）" if only else station.label
        states = {key for key, state in book.states.items() if state.station == station.key}
        nodes.append(Node(label, _limits_at(book, steps, states), _ends_at(book, steps, states)))
    return nodes


def _listed(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _limits_at(book: Book, steps: list[Step], states: set[str]) -> tuple[str, ...]:
    """Return the limits and waits that begin with a step into one of `states`."""
    begun = {start.clock for step in steps if step.target in states for start in step.starts}
    rules: list[ClockRule] = [rule for rule in book.clocks.values() if rule.key in begun]
    return tuple(f"{rule.name} {describe(rule)}" for rule in rules if rule.kind in ("limit", "wait"))


def _ends_at(book: Book, steps: list[Step], states: set[str]) -> tuple[str, ...]:
    """Return how an application can end for good at this station, in the book's words."""
    ends = [
        book.states[step.target].label
        for step in steps
        if step.closes and not step.opens and step.target in states
    ]
    return tuple(dict.fromkeys(ends))
