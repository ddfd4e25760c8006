"""Standing agreements by the days since their last settlement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lifecycle import idle
from lifecycle.hand import Hand
from lifecycle.idle import Idle
from models import Case, Institution
from rules.book import Book

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What the radar is narrowed to. level: key of a tab; none: the first one that has rows."""

    level: str = ""
    kind: str = ""
    office: int | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class Radar:
    """A page of the radar: its rows, how many there are in all, and under each tab."""

    level: str = "all"
    rows: Sequence[Idle] = ()
    total: int = 0
    page: int = 1
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        return self.page * PAGE < self.total


def book_here(hand: Hand) -> Book | None:
    """Return the book that limits the time without settlement here, or None."""
    return next((book for book in hand.books_here if idle.RULE in book.clocks), None)


def tabs(hand: Hand) -> dict[str, str]:
    """Return the tabs of the radar by key: over the limit, from each reminder on, all."""
    book = book_here(hand)
    if book is None:
        return {}
    *reminders, longest = idle.marks(book)
    near = {str(days): f"满 {days} 日" for days in reversed(reminders)}
    return {"over": f"超过 {longest} 日", **near, "all": "全部有效协议"}


def radar(scope: Sequence[int], asked: Asked, hand: Hand) -> Radar:
    """Return the page that is asked for; each tab's count is of the rows it would show."""
    rows = everything(scope, asked, hand)
    counts = {key: sum(_stands(row, key) for row in rows) for key in tabs(hand)}
    level = _level(asked, counts)
    mine = [row for row in rows if _stands(row, level)]
    page = max(1, min(asked.page, -(-len(mine) // PAGE)))
    return Radar(level, mine[(page - 1) * PAGE : page * PAGE], len(mine), page, counts)


def chosen(scope: Sequence[int], asked: Asked, hand: Hand) -> tuple[str, list[Idle]]:
    """Return the tab that is asked for and every row of it, for an export."""
    rows = everything(scope, asked, hand)
    counts = {key: sum(_stands(row, key) for row in rows) for key in tabs(hand)}
    level = _level(asked, counts)
    return level, [row for row in rows if _stands(row, level)]


def _level(asked: Asked, counts: Mapping[str, int]) -> str:
    if asked.level in counts:
        return asked.level
    return next((key for key, count in counts.items() if count), "all")


def everything(scope: Sequence[int], asked: Asked, hand: Hand) -> list[Idle]:
    """Return the standing agreements that the filter leaves, the longest without settlement first."""
    within = [asked.office] if asked.office in scope else list(scope)
    clauses = [Case.office.in_(within)]
    if asked.kind:
        clauses.append(Institution.kind == asked.kind)
    if asked.text:
        clauses.append(Institution.search_key.contains(asked.text.lower()) | idle.NUMBER.contains(asked.text))
    return idle.standing(hand, *clauses)


def _stands(row: Idle, level: str) -> bool:
    """Return whether a row stands under a tab: beyond the limit, between a reminder and the limit, or any."""
    if level == "over":
        return row.count.is_over
    if level == "all" or row.count.limit is None:
        return level == "all"
    return row.count.is_near and row.count.limit.amount - min(row.count.warned) == int(level)
