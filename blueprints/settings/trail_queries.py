"""The trail as the auditor reads it: events newest first, filtered, and whether the chains hold."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from peewee import JOIN, ModelSelect, fn
from pypinyin import lazy_pinyin

from blueprints.settings import trail_words
from lifecycle import audit
from models import Case, Event, Seal, User
from rules.book import Book

PAGE = 50
MOST_BROKEN = 50
SHARED = ("calendar", "sweep")  # one for all offices of the box


@dataclass(frozen=True)
class Filters:
    """What the trail was asked for. before: the id of the last event of the page above."""

    stream: str = ""
    actor: str = ""
    action: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """An event as the page shows it."""

    id: int
    at: datetime
    on: date
    actor: str
    text: str
    where: str
    article: str
    reason: str
    details: list[tuple[str, str]]
    stream: str
    seq: int


def events(scope: Sequence[int], filters: Filters, books: Collection[Book]) -> tuple[list[Line], bool]:
    """Return a page of the events in `scope`, newest first, and whether older ones follow."""
    rows = (
        _asked(_in_scope(scope), filters)
        .select(Event, Case.number.alias("case_number"))
        .order_by(Event.id.desc())
        .limit(PAGE + 1)
        .objects()
    )
    known = trail_words.codes(books)
    lines = [_line(row, known) for row in rows]
    return lines[:PAGE], len(lines) > PAGE


def _in_scope(scope: Sequence[int]) -> ModelSelect:
    """Events of the offices' cases, of their people, of nobody known, and of what all offices share."""
    offices = list(scope)
    is_ours = Case.office.in_(offices) | (
        Event.case.is_null()
        & (Event.actor.is_null() | User.office.in_(offices) | Event.stream.in_(list(SHARED)))
    )
    return (
        Event.select()
        .join(Case, JOIN.LEFT_OUTER)
        .switch(Event)
        .join(User, JOIN.LEFT_OUTER, on=(Event.actor == User.id))
        .where(is_ours)
    )


def _asked(rows: ModelSelect, filters: Filters) -> ModelSelect:
    if filters.stream:
        rows = rows.where((Event.stream == filters.stream) | Event.stream.startswith(f"{filters.stream}:"))
    if filters.actor:
        rows = rows.where(Event.actor_name.contains(filters.actor))
    if filters.action:
        rows = rows.where(Event.action == filters.action)
    if filters.number:
        rows = rows.where(Case.number.contains(filters.number))
    if filters.since:
        rows = rows.where(Event.at >= datetime.combine(filters.since, time.min))
    if filters.until:
        rows = rows.where(Event.at < datetime.combine(filters.until + timedelta(days=1), time.min))
    return rows.where(Event.id < filters.before) if filters.before else rows


def actions(books: Collection[Book]) -> list[tuple[str, str]]:
    """Return the actions to choose from, with their words, by their sound."""
    return sorted(trail_words.actions(books).items(), key=lambda pair: lazy_pinyin(pair[1]))


def _line(row: Any, known: Mapping[str, str]) -> Line:
    change = row.change or {}
    return Line(
        id=row.id,
        at=row.at,
        on=row.on,
        actor=row.actor_name,
        text=trail_words.verb(row.action, change),
        where=row.case_number or trail_words.where(row.stream),
        article=row.article,
        reason=row.reason,
        details=trail_words.details(change, known),
        stream=row.stream,
        seq=row.seq,
    )


# --- Whether the chains hold ---


@dataclass(frozen=True)
class Check:
    """When the trail was last verified, by whom, and a sentence for each broken link."""

    at: datetime
    actor: str
    broken: list[str]
    events: int


@dataclass(frozen=True)
class Sealed:
    """The newest seal: the last day whose events are fixed, and how many events that are."""

    day: date
    events: int


def last_check() -> Check | None:
    row = (
        Event.select()
        .where(Event.stream == "trail", Event.action == trail_words.CHECK)
        .order_by(Event.seq.desc())
        .first()
    )
    return Check(row.at, row.actor_name, row.change["broken"], row.change["events"]) if row else None


def last_seal() -> Sealed | None:
    row = Seal.select().order_by(Seal.id.desc()).first()
    return Sealed(row.day, row.events) if row else None


def count() -> int:
    return Event.select(fn.COUNT(Event.id)).scalar()


SENTENCES = (
    (
        re.compile(r"(\S+): event (\d+) is missing before (\d+)"),
        "{0}：第 {1} 条缺失（现有第 {2} 条在它之后）",
    ),
    (re.compile(r"(\S+): event (\d+) does not follow (\d+)"), "{0}：第 {1} 条与第 {2} 条接不上"),
    (re.compile(r"(\S+): event (\d+) was altered"), "{0}：第 {1} 条被改动过"),
    (re.compile(r"seal of (\S+): .*"), "{0} 的封存：封存之前的记录有变动"),
)


def broken_links() -> list[str]:
    """Follow every chain and return a sentence for each broken link, at most MOST_BROKEN."""
    return [_sentence(line) for line in islice(audit.broken_links(), MOST_BROKEN)]


def _sentence(line: str) -> str:
    for pattern, words in SENTENCES:
        if match := pattern.fullmatch(line):
            return words.format(*match.groups())
    return line
