"""What is near a cliff in agreements: suspensions, settlement, resumption, end of term; a statement each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from blueprints import suspension_ends
from lifecycle import idle as idling
from lifecycle.hand import Hand
from lifecycle.idle import Idle
from models import (
    Agreement,
    Case,
    CaseState,
    Institution,
    Matter,
    Office,
    Suspension,
    SuspensionKind,
    SuspensionState,
)
from rules.book import Book

MOST = 50  # rows of a kind on the page
AHEAD = timedelta(days=90)  # as the dashboard looks ahead for ends of term
SECOND, ASKED, TERM = "suspensions", "resume_asked", "term"


@dataclass(frozen=True)
class Alert:
    """One thing near a cliff. on: the day that counts; case_id or institution_id: where it is dealt with."""

    on: date | None
    institution: str
    office: str
    sentence: str
    article: str
    endpoint: str
    values: Mapping[str, Any]
    action: str = ""  # what its link does, where the kind's own word does not say it


def _agreements(*columns: Any) -> Any:
    """Return standing agreements with institution and office, as a query to narrow."""
    rows = Case.select(
        Case.id.alias("case_id"),
        Case.book,
        Institution.name.alias("institution"),
        Office.name.alias("office"),
        *columns,
    )
    rows = rows.join(Institution).switch(Case).join(Office)
    standing = Case.state != CaseState.NEW  # a term that waits for its first day is none yet
    return rows.where(Case.matter == Matter.AGREEMENT, Case.closed_on.is_null(), standing)


def _told(row: Any, on: date | None, sentence: str, article: str, endpoint: str = "") -> Alert:
    page = endpoint or "agreements.agreement_page"
    return Alert(on, row.institution, row.office, sentence, article, page, {"case_id": row.case_id})


def _clauses(hand: Hand, of: Callable[[Book], Any]) -> Any:
    """Return the clause that holds for a case by its own book; `of` gives None where the book has no rule."""
    found = [
        ((Case.book == book.id) & clause) for book in hand.books.values() if (clause := of(book)) is not None
    ]
    return reduce(or_, found, Case.id.in_([]))


def caps(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """第二十九条: a suspension that nears its last day, with the step that deals with it."""
    for row in suspension_ends.near(scope, hand):
        told = _told(row, row.on, row.sentence, row.article)
        if row.action:
            step = {"case_id": row.case_id, "action": row.action}
            told = replace(told, endpoint="cases.step_page", values=step, action=row.label)
        yield told


def planned(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Suspension.starts_on, Suspension.ends_on).switch(Case)
    rows = rows.join(Suspension, on=(Suspension.case == Case.id))
    rows = rows.where(Suspension.state == SuspensionState.PLANNED)
    for row in _some(rows, scope, Suspension.starts_on):
        text = f"已决定自 {row.starts_on.isoformat()} 起中止" + (
            f"，至 {row.ends_on.isoformat()}" if row.ends_on else ""
        )
        yield _told(row, row.starts_on, text, _article_of_step(hand.books[row.book], "plan_suspension"))


def _article_of_step(book: Book, action: str) -> str:
    return next((step.article for step in book.steps if step.action == action), "")


def second(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """第三十一条（一）、第三十二条（一）: imposed suspensions of this term, counted (readings C-36)."""
    count = fn.COUNT(Suspension.id)
    rows = _agreements(count.alias("times"), fn.MAX(Suspension.starts_on).alias("last_on")).switch(Case)
    rows = rows.join(Suspension, on=(Suspension.case == Case.id)).where(
        Suspension.kind == SuspensionKind.IMPOSED,
        Suspension.state.not_in([SuspensionState.PLANNED, SuspensionState.CANCELLED]),
    )

    def enough(book: Book) -> Any:
        bound = book.thresholds.get(SECOND)
        return count >= bound.amount if bound else None

    rows = rows.group_by(Case.id).having(_clauses(hand, enough))
    for row in _some(rows, scope, fn.MAX(Suspension.starts_on)):
        rule = hand.books[row.book].thresholds[SECOND]
        yield _told(row, _day(row.last_on), f"本协议有效期内已被中止 {row.times} 次，建议解除", rule.article)


def _day(value: date | str) -> date:
    """Return a day that came out of a function of the database."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _unsettled(scope: Sequence[int], hand: Hand) -> list[Idle]:
    """Return what the radar shows as near or over, and what was proposed before it was suspended (B-13)."""
    stands = Case.state.in_(idling.STANDING) & idling.warned(hand.books, hand.today)
    return idling.agreements(hand, Case.office.in_(list(scope)), stands | Agreement.idle_since.is_null(False))


def idle(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    for row in _unsettled(scope, hand):
        if row.is_proposed and row.count.limit:
            first = hand.today + timedelta(days=row.count.left + 1)
            since = row.idle_since if row.idle_since and row.idle_since > row.count.since else first
            text = f"{_counted(row)}，超过 {row.count.limit.amount} 日，建议解除"
            yield _of_idle(row, since, text)


def nearly_idle(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    for row in _unsettled(scope, hand):
        if row.count.is_near and row.count.limit:
            last = hand.today + timedelta(days=row.count.left)
            yield _of_idle(
                row, last, f"{_counted(row)}，再过 {row.count.left} 日满 {row.count.limit.amount} 日"
            )


def _counted(row: Idle) -> str:
    last = f"最近结算 {row.count.since.isoformat()}" if row.count.is_settled else "签订后没有结算"
    paused = f"（中止 {row.count.paused} 日不计）" if row.count.paused else ""
    return f"{last}，已 {row.count.days} 日未发生医保费用结算{paused}"


def _of_idle(row: Idle, on: date, text: str) -> Alert:
    values = {"case_id": row.case_id, "_anchor": "settlement"}
    article = row.count.limit.article if row.count.limit else ""
    return Alert(on, row.name, row.office, text, article, "agreements.agreement_page", values)


def asked(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Suspension.resume_asked_on).switch(Case)
    rows = rows.join(Suspension, on=(Suspension.case == Case.id) & Suspension.over_on.is_null())
    rows = rows.where(Case.flag == ASKED)
    for row in _some(rows, scope, Suspension.resume_asked_on):
        article = _article_of_step(hand.books[row.book], "grant_resumption")
        yield _told(row, row.resume_asked_on, "已申请继续履行协议，等待批复", article, "cases.case_page")


def ending(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Agreement.ends_on, Agreement.is_renewal_open).switch(Case)
    rows = rows.join(Agreement, on=(Agreement.case == Case.id))
    after = Case.alias()
    followed = after.select(after.origin).where(
        after.matter == Matter.AGREEMENT, after.state == CaseState.NEW, after.origin.is_null(False)
    )
    rows = rows.where(Agreement.ends_on.between(hand.today, hand.today + AHEAD), Case.id.not_in(followed))
    for row in _some(rows, scope, Agreement.ends_on):
        rule = hand.books[row.book].clocks.get(TERM)
        text = f"协议 {row.ends_on.isoformat()} 到期" + ("，续签办理中" if row.is_renewal_open else "")
        yield _told(row, row.ends_on, text, rule.article if rule else "")


def _some(rows: Any, scope: Sequence[int], order: Any) -> Iterable[Any]:
    """Return the rows of the offices, soonest first, one more than the page shows."""
    return rows.where(Case.office.in_(list(scope))).order_by(order, Case.id).limit(MOST + 1).namedtuples()
