"""Which features hold for an application: ticked, or said already by a type, an answer or another feature."""

from collections.abc import Iterable, Mapping
from typing import Any

from rules.form_rows import Feature


def declared(
    features: Iterable[Feature], types: Iterable[str], ticked: Iterable[str], answers: Mapping[str, Any]
) -> frozenset[str]:
    """Return the keys of all features that hold: `ticked` and what `types` and `answers` say besides."""
    rows, applied = list(features), set(types)
    found = set(ticked) | {row.key for row in rows if row.type in applied or _is_answered(row, answers)}
    while more := {key for row in rows if row.key in found for key in row.implies} - found:
        found |= more
    return frozenset(found)


def is_asked(feature: Feature) -> bool:
    """Return whether the form asks for the feature by a tick: what a type or an answer says is asked once."""
    return not feature.type and not feature.answered


def settled(features: Iterable[Feature], types: Iterable[str], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return `answers` with what the types applied for say, added to the lists they belong to."""
    applied, full = set(types), dict(answers)
    for row in features:
        for name, value in row.answered.items() if row.type in applied else ():
            if value not in full.get(name, ()):
                full[name] = [*full.get(name, ()), value]
    return full


def _is_answered(feature: Feature, answers: Mapping[str, Any]) -> bool:
    return any(value in answers.get(name, ()) for name, value in feature.answered.items())
