"""A table of TOML turned into a frozen row: unknown keys, missing keys and wrong types are refused."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin

from rules.form_rows import Column, Staffing
from rules.rows import Also, Start

T = TypeVar("T")


class BookError(Exception):
    """A book cannot be used; the text names the file and the key."""


NESTED: Mapping[tuple[str, str], type[Any]] = MappingProxyType(
    {
        ("Step", "starts"): Start,
        ("Step", "pauses"): Start,
        ("Step", "also"): Also,
        ("SheetRow", "staffing"): Staffing,
        ("Table", "columns"): Column,
    }
)


def build(kind: type[T], row: Mapping[str, Any], where: str) -> T:
    """Return `row` as a frozen `kind`. Raises BookError for an unknown or missing key or a wrong type."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    if unknown := row.keys() - known.keys():
        raise BookError(f"{where}: {kind.__name__} {row.get('key') or row.get('action')}: {sorted(unknown)}")
    values: dict[str, Any] = {}
    for name, value in row.items():
        nested = NESTED.get((kind.__name__, name))
        place = f"{where}: {kind.__name__}.{name}"
        if nested:
            values[name] = _nested(nested, known[name].type, value, place)
        else:
            values[name] = typed(known[name].type, value, place)
    try:
        return kind(**values)
    except TypeError as error:
        raise BookError(f"{where}: {kind.__name__} {row.get('key') or row.get('action')}: {error}") from error


def _nested(kind: type[Any], wanted: Any, value: Any, where: str) -> Any:
    """Return the rows inside a row: a tuple of them where the field is one, else a single row."""
    is_many = get_origin(wanted) is tuple
    entries = value if is_many else [value]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BookError(f"{where}: {value!r}")
    rows = tuple(build(kind, entry, where) for entry in entries)
    return rows if is_many else rows[0]


def typed(wanted: Any, value: Any, where: str) -> Any:
    """Return `value` frozen; refuse it if it is not what the field is annotated with."""
    origin, args = get_origin(wanted), get_args(wanted)
    if origin is tuple:
        fits = isinstance(value, list) and all(type(item) is args[0] for item in value)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        fits = isinstance(value, dict)
    else:
        fits = type(value) in (args or (wanted,))  # exactly: a truth is no number, a moment no day
    if not fits:
        raise BookError(f"{where}: {value!r}")
    return _frozen(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value
