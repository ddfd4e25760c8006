"""What the pages of 退一进一 show: exits and entries of a year with their links, and the use of the fund."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from lifecycle import capacity, fund, replacement
from lifecycle.case_checks import OPEN_STATES
from lifecycle.hand import Hand
from models import (
    Application,
    CapacityEstimate,
    Case,
    CaseState,
    Institution,
    Matter,
    Office,
    Replacement,
    StepTaken,
)
from rules.book import Book


@dataclass(frozen=True)
class Exit:
    """An agreement that ended: how, which types it had, and the application that took its place, if any."""

    case: Case
    way: str
    types: tuple[str, ...]
    labels: str
    taker: Case | None

    @property
    def is_free(self) -> bool:
        return self.taker is None

    @property
    def is_inpatient(self) -> bool:
        return fund.INPATIENT in self.types


@dataclass(frozen=True)
class Entry:
    """An application of the year. is_asked: the fund asks for an answer, and none is given."""

    application: Application
    labels: str
    state: str
    exit: Case | None
    policy: str
    is_asked: bool

    @property
    def case(self) -> Case:
        return self.application.case

    @property
    def is_inpatient(self) -> bool:
        return fund.INPATIENT in self.application.types

    @property
    def is_counted(self) -> bool:
        """Whether its forecast uses what the fund can bear: linked, or accepted and not failed."""
        is_accepted = self.case.state not in OPEN_STATES
        return replacement.holds_place(self.case) and (is_accepted or self.exit is not None)


@dataclass(frozen=True)
class Year:
    """The balance of one office and year. others: applications without inpatient and without a link."""

    year: int
    exits: tuple[Exit, ...]
    entries: tuple[Entry, ...]
    others: int
    estimates: tuple[CapacityEstimate, ...]
    guard: fund.Guard | None

    @property
    def free(self) -> list[Exit]:
        return [row for row in self.exits if row.is_free]

    @property
    def asked(self) -> list[Entry]:
        return [row for row in self.entries if row.is_asked]

    @property
    def counted(self) -> list[Entry]:
        """Entries whose forecasts use the estimate; not those whose own agreement ended in the same year."""
        gone = {row.case.origin_id for row in self.exits}
        return [row for row in self.entries if row.is_counted and row.case.id not in gone]

    @property
    def used(self) -> int:
        """分 that the forecasts of linked and accepted entries use."""
        return sum(row.application.forecast or 0 for row in self.counted)

    @property
    def untold(self) -> int:
        """How many of them have no forecast."""
        return sum(row.application.forecast is None for row in self.counted)

    @property
    def left(self) -> int | None:
        """分 that the newest estimate leaves; None without one, negative where it is used up."""
        return self.estimates[0].amount - self.used if self.estimates else None


def balance(office: Office, year: int, hand: Hand) -> Year:
    """Return the balance of `office` in `year`, in a number of statements that no row adds to."""
    book = hand.book_for(office, Matter.APPLICATION)
    guard = fund.guard(office, year, book)
    found = entries(office, year, guard, hand)
    shown = tuple(row for row in found if row.is_inpatient or row.exit is not None)
    estimates = tuple(capacity.estimates(office, year))
    return Year(year, exits(office, year, hand), shown, len(found) - len(shown), estimates, guard)


# --- exits ---


def exits(office: Office, year: int, hand: Hand, kind: str = "") -> tuple[Exit, ...]:
    """Return the agreements of `office` that ended in `year`, free inpatient ones first, then by day.

    One whose institution holds another agreement again is no exit, unless it gave its place away.
    """
    entry, newcomer = Case.alias(), Institution.alias()
    rows = (
        Case.select(Case, Institution, Replacement, entry, newcomer)
        .join(Institution)
        .switch(Case)
        .join(Replacement, JOIN.LEFT_OUTER, on=(Replacement.exit == Case.id), attr="link")
        .join(entry, JOIN.LEFT_OUTER, on=(Replacement.entry == entry.id), attr="entry")
        .join(newcomer, JOIN.LEFT_OUTER, on=(entry.institution == newcomer.id), attr="institution")
        .where(
            Case.office == office,
            Case.matter == Matter.AGREEMENT,
            Case.state.in_(replacement.EXITED),
            Case.closed_on.between(date(year, 1, 1), date(year, 12, 31)),
            Replacement.id.is_null(False) | ~fn.EXISTS(_standing()),
        )
    )
    cases = list(rows.where(Institution.kind == kind) if kind else rows)
    ways, types = _ways(cases), _types(cases)
    found = [_exit(case, ways.get(case.id, ""), types.get(case.id, ()), hand) for case in cases]
    return tuple(sorted(found, key=lambda row: (not row.is_free, not row.is_inpatient, row.case.closed_on)))


def _standing() -> Any:
    """Return the open agreements of the same institution."""
    other = Case.alias()
    return other.select(other.id).where(
        other.institution == Case.institution, other.matter == Matter.AGREEMENT, other.closed_on.is_null()
    )


def _exit(case: Case, way: str, types: Sequence[str], hand: Hand) -> Exit:
    book = hand.book_of(case)
    link = getattr(case, "link", None)
    taker = link.entry if link and replacement.holds_place(link.entry) else None
    return Exit(case, way or book.states[case.state].label, tuple(types), book.type_labels(types), taker)


def _ways(cases: Iterable[Case]) -> dict[int, str]:
    """Return the label of the step that ended each of `cases`, by its id, in one statement."""
    rows = StepTaken.select(StepTaken.case, StepTaken.label).where(
        StepTaken.case.in_([case.id for case in cases]),
        StepTaken.undone_at.is_null(),
        StepTaken.target.in_(replacement.EXITED),
    )
    return dict(rows.order_by(StepTaken.id).tuples())


def _types(cases: Iterable[Case]) -> dict[int, tuple[str, ...]]:
    """Return the types of the application each agreement goes back to, over its terms, in one statement."""
    first = Case.select(Case.id.alias("last"), Case.id.alias("at"), Case.origin.alias("before"))
    first = first.where(Case.id.in_([case.id for case in cases]))
    chain = first.cte("chain", recursive=True, columns=("last", "at", "before"))
    older = Case.alias()
    step = older.select(chain.c.last, older.id, older.origin).join(chain, on=(chain.c.before == older.id))
    terms = chain.union_all(step)
    rows = (
        Application.select(terms.c.last, Application.types)
        .join(terms, on=(terms.c.at == Application.case))
        .with_cte(terms)
    )
    return {last: tuple(types) for last, types in rows.tuples()}


def exit_of(office: Office, case_id: int | None) -> Case | None:
    """Return an agreement of `office` that ended, or None."""
    case = Case.get_or_none(Case.id == case_id, Case.office == office)
    return case if case and replacement.is_exit(case) else None


# --- entries ---


def entries(office: Office, year: int, guard: fund.Guard | None, hand: Hand) -> list[Entry]:
    """Return the applications of `office` handed in in `year`, those first that the fund asks; no drafts."""
    out, leaver = Case.alias(), Institution.alias()
    handed_in = fn.COALESCE(Application.applied_on, Case.opened_on)
    rows = (
        Application.select(Application, Case, Institution, Replacement, out, leaver)
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Replacement, JOIN.LEFT_OUTER, on=(Replacement.entry == Case.id), attr="link")
        .join(out, JOIN.LEFT_OUTER, on=(Replacement.exit == out.id), attr="exit")
        .join(leaver, JOIN.LEFT_OUTER, on=(out.institution == leaver.id), attr="institution")
        .where(
            Case.office == office,
            handed_in.between(date(year, 1, 1), date(year, 12, 31)),
            (Case.state != CaseState.DRAFT) | Replacement.id.is_null(False),
        )
        .order_by(handed_in, Case.id)
    )
    found = [_entry(row, guard, hand) for row in rows]
    return sorted(found, key=lambda row: (not row.is_asked, not replacement.holds_place(row.case)))


def _entry(row: Application, guard: fund.Guard | None, hand: Hand) -> Entry:
    book: Book = hand.book_of(row.case)
    link = getattr(row.case, "link", None)
    exit_ = link.exit if link and replacement.is_exit(link.exit) else None
    policy = book.choice("policy", row.policy)
    is_guarded = bool(guard and guard.is_over) and fund.INPATIENT in row.types
    return Entry(
        row,
        book.type_labels(row.types),
        book.label_of(row.case.state, row.case.flag),
        exit_,
        policy.label if policy else "",
        is_guarded and row.case.closed_on is None and not (exit_ or policy),
    )


# --- one case ---


@dataclass(frozen=True)
class Side:
    """One side of a link, as the page of its case shows it. other: the case of the other side, or None."""

    article: str
    link: Replacement | None
    other: Case | None
    is_entry: bool
    state: str = ""

    @property
    def answers(self) -> bool:
        """Whether the place of an agreement that has really ended answers the guard of the fund."""
        return self.is_entry and self.other is not None and replacement.is_exit(self.other)


def side_of(case: Case, hand: Hand) -> Side | None:
    """Return how an application or an ended agreement stands to 退一进一; None where the book has none."""
    article = replacement.article_of(hand.book_of(case))
    is_entry = case.matter == Matter.APPLICATION
    if not article or not (is_entry or replacement.is_exit(case)):
        return None
    link = replacement.place_of(case) if is_entry else replacement.taker_of(case)
    if link is None:
        return Side(article, None, None, is_entry)
    other = link.exit if is_entry else link.entry
    label = hand.book_of(other).label_of(other.state, other.flag)
    return Side(article, link, other, is_entry, label)


def application_of(case: Case) -> Application | None:
    return Application.get_or_none(Application.case == case)


def year_of(case: Case) -> int:
    """Return the year in which an application was handed in."""
    row = application_of(case)
    day: date = (row.applied_on if row else None) or case.opened_on
    return day.year


def estimate_in(office: Office, estimate_id: int) -> CapacityEstimate | None:
    return CapacityEstimate.get_or_none(CapacityEstimate.id == estimate_id, CapacityEstimate.office == office)


def offices_in(ids: Sequence[int]) -> list[Office]:
    """Return these offices, the first of them first."""
    return sorted(Office.select().where(Office.id.in_(list(ids))), key=lambda row: list(ids).index(row.id))
