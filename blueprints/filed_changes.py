"""What an application filed by the institution itself changed in the register, for the page of its case.

Read from the events written with the filing, so it stays what it was when the register changes later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.register_fields import COLUMNS
from lifecycle import history, register
from models import Case, Event, Matter


@dataclass(frozen=True)
class FiledChange:
    """A field of the register; both values as a person reads them, empty if there was none."""

    label: str
    was: str
    now: str


def filed_changes(case: Case) -> list[FiledChange]:
    """Return what the register said otherwise than the application, in one statement; numbers masked.

    First what contradicts the register, then what it did not know yet. What was put right before acceptance
    counts as it was put right. Nothing for what the office typed: it saw the difference while typing.
    """
    if case.is_on_behalf or case.matter != Matter.APPLICATION:
        return []
    events = (
        Event.select(Event.change)
        .where(
            Event.case == case.id,
            Event.stream == register.stream_of(case.institution),
            Event.action == "change_institution",
        )
        .order_by(Event.id)
        .tuples()
    )
    return sorted(_told(change for (change,) in events), key=lambda one: not one.was)


def _told(changes: Iterable[Mapping[str, Any]]) -> Iterable[FiledChange]:
    """Yield each column with what it said first and last, if that differs."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for change in changes:
        first = {**change["before"], **first}
        last |= change["after"]
    for column, label in COLUMNS.items():
        was, now = (_in_words(column, said.get(column)) for said in (first, last))
        if was != now:
            yield FiledChange(label, was, now)


def _in_words(column: str, value: Any) -> str:
    if value is None:
        return ""
    return history.SAID.get(column, {}).get(value) or str(value)
