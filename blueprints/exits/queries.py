"""What the pages of exits show: grounds, days, what follows, requests."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from peewee import fn

from blueprints import caseload
from lifecycle import pauses
from lifecycle.effects import BAN_CLOCKS, PERSON_BAN
from lifecycle.hand import Hand
from models import (
    Agreement,
    Application,
    Attachment,
    Ban,
    Case,
    ExitRequest,
    FollowUp,
    FollowUpKind,
    Institution,
    Matter,
    Office,
    RectificationItem,
    Suspension,
    SuspensionKind,
    Termination,
)
from rules.book import Book
from rules.periods import add_period, describe
from rules.rows import ClockRule, Ground

CAP = "suspension_cap"
PAGE = 50
OPENS = {"open": "在办", "closed": "已办结", "all": "全部"}


def grounds(case: Case, use: str, hand: Hand) -> list[Ground]:
    """Return the grounds of `use` for the kind of institution, in printed order."""
    return hand.book_of(case).grounds_for(use, {"kind": case.institution.kind})


def cap(case: Case, hand: Hand) -> ClockRule | None:
    """Return the longest suspension the law has in mind, or None where the book names none."""
    return hand.book_of(case).clocks.get(CAP)


def agreement_of(case: Case) -> Agreement | None:
    return Agreement.get_or_none(Agreement.case == case)


def usual_end(case: Case, starts_on: date, hand: Hand) -> date | None:
    """Return the day proposed as the last of a suspension: the cap's, or the agreement's own if sooner."""
    rule, agreement = cap(case, hand), agreement_of(case)
    if rule is None:
        return None
    last = add_period(starts_on, rule.amount, rule.unit)
    return min(last, agreement.ends_on) if agreement and agreement.ends_on > starts_on else last


def item(case: Case, item_id: int) -> RectificationItem | None:
    """Return one thing to be put right of a suspension of this agreement, or None."""
    return (
        RectificationItem.select(RectificationItem, Suspension)
        .join(Suspension)
        .where(RectificationItem.id == item_id, Suspension.case == case)
        .first()
    )


def ban_choices(case: Case, hand: Hand) -> list[tuple[str, str]]:
    """Return the classes of ban a termination may bring, each with how long and by which article (C-46)."""
    rules = hand.book_of(case).clocks
    told = [
        (value, f"{rules[key].name} {describe(rules[key])}（{rules[key].article}）")
        for value, key in BAN_CLOCKS.items()
        if key in rules
    ]
    return [("none", "不限制再次申请"), *told]


def person_ban(case: Case, hand: Hand) -> ClockRule | None:
    return hand.book_of(case).clocks.get(PERSON_BAN)


def bans_of(termination: Termination) -> list[Ban]:
    """Return the bans a termination brought, as they stand."""
    return (
        list(Ban.select().where(Ban.step == termination.step).order_by(Ban.id)) if termination.step_id else []
    )


def follow_ups(case: Case) -> list[FollowUp]:
    """Return what follows from the end of an agreement, in order: from its publication on.

    What followed from its suspensions was written down before.
    """
    rows = list(FollowUp.select().where(FollowUp.case == case).order_by(FollowUp.id))
    first = next((n for n, row in enumerate(rows) if row.kind == FollowUpKind.PUBLICATION), 0)
    return rows[first:]


def requests(
    scope: Sequence[int], *, chosen: str = "open", text: str = "", page: int = 1
) -> tuple[list[Any], int]:
    """Return one page of the exit requests of some offices and how many there are, in two statements."""
    base = (
        caseload.with_lead()
        .switch(Case)
        .join(ExitRequest, on=(ExitRequest.case == Case.id))
        .where(Case.matter == Matter.EXIT, Case.office.in_(scope))
    )
    if chosen != "all":
        base = base.where(Case.closed_on.is_null(chosen == "open"))
    for word in text.lower().split():
        base = base.where(Institution.search_key.contains(word) | Case.number.contains(word))
    rows = caseload.as_rows(base)
    asked = (ExitRequest.wish, ExitRequest.asked_on, ExitRequest.from_on, ExitRequest.is_late)
    rows = rows.select_extend(*asked).order_by(ExitRequest.from_on, Case.id)
    return list(rows.paginate(page, PAGE)), base.count()


def counts(scope: Sequence[int]) -> dict[str, int]:
    """Return how many exit requests are open, closed and there at all, in one statement."""
    closed = fn.COUNT(1).filter(Case.closed_on.is_null(False))
    query = Case.select(closed, fn.COUNT(1)).where(Case.matter == Matter.EXIT, Case.office.in_(scope))
    done, total = query.tuples().get()
    return {"open": total - done, "closed": done, "all": total}


def suspended(scope: Sequence[int], books: Mapping[str, Book]) -> list[Any]:
    """Return the suspensions that are planned or hold, the one that ends first on top, as namedtuples.

    One that has no last day yet, as after a change of owner, comes at the end.
    """
    rows = list(
        Suspension.select(
            Suspension.id,
            Suspension.kind,
            Suspension.state,
            Suspension.starts_on,
            Suspension.ends_on,
            Suspension.resume_asked_on,
            Case.id.alias("case_id"),
            Case.book,
            Institution.name,
            Office.name.alias("office"),
        )
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .where(Suspension.over_on.is_null(), Case.office.in_(scope))
        .order_by(Suspension.starts_on, Suspension.id)
        .namedtuples()
    )
    return sorted(rows, key=lambda row: last_day(row, books[row.book]) or date.max)


def last_day(row: Any, book: Book) -> date | None:
    """Return the day on which a suspension ends: its own, of one on request the cap's; None if open."""
    if row.ends_on or row.kind != SuspensionKind.REQUESTED:
        return row.ends_on
    return capped_on(book, row.starts_on)


def capped_on(book: Book, from_on: date) -> date | None:
    """Return the last day of a suspension on request that begins on `from_on`, or None without a cap."""
    rule = book.clocks.get(CAP)
    return add_period(from_on, rule.amount, rule.unit) if rule else None


def request_of(case: Case) -> ExitRequest | None:
    """Return what was asked in an exit case with its agreement and institution, or None for another case."""
    rows = ExitRequest.select(ExitRequest, Case, Institution).join(Case, on=ExitRequest.agreement)
    return rows.join(Institution).where(ExitRequest.case == case).first()


def categories(case: Case, book: Book) -> list[str]:
    """Return what may be paused by itself: the office's own list where the book knows it, else the types."""
    if pauses.are_known(book):
        return pauses.labels(case.office)
    held = held_types(case)
    return [row.label for row in book.types if row.key in held]


def signed_texts(case: Case) -> list[Attachment]:
    """Return the scans of the signed text that lie with a case."""
    mine = (Attachment.case == case) & (Attachment.purpose == "signed_text")
    return list(Attachment.select().where(mine, Attachment.removed_at.is_null()).order_by(Attachment.id))


def held_types(case: Case) -> frozenset[str]:
    """Return the designation types the agreement came from, by key; none if from the ledger."""
    origin = case.origin
    while origin is not None and origin.matter != Matter.APPLICATION:
        origin = origin.origin
    types = (
        Application.select(Application.types).where(Application.case == origin).scalar() if origin else None
    )
    return frozenset(types or ())
