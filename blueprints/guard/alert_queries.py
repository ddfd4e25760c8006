"""Everything near a cliff (预警): each kind in one statement, whatever the number of rows.

A row has a day, a sentence and the page that deals with it; articles and bounds come from the books.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from lifecycle import follow_ups, guard
from lifecycle.hand import Hand
from models import (
    Agreement,
    Case,
    Clock,
    ClockState,
    Credential,
    FollowUp,
    FollowUpState,
    Handling,
    HandlingKind,
    Institution,
    Matter,
    Office,
    Suspension,
    SuspensionKind,
    SuspensionState,
)
from rules.book import Book
from rules.periods import Lamp

MOST = 50  # rows of a kind on the page
WITHIN = timedelta(days=30)  # how far ahead papers are watched here; the whole list has its own page
AHEAD = timedelta(days=90)  # as the dashboard looks ahead for ends of term
SINCE = ("asked", "second", "idle", "follows", "penalties")
CAP, SECOND, IDLE, ASKED, TERM = "suspension_cap", "suspensions", "inactivity", "resume_asked", "term"


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


@dataclass(frozen=True)
class Group:
    """All of one kind, the soonest first. action: what the link of a row does."""

    key: str
    title: str
    action: str
    alerts: tuple[Alert, ...]

    @property
    def is_since(self) -> bool:
        """Whether the day is the one since when it is so, not the one on which something ends."""
        return self.key in SINCE

    @property
    def is_cut(self) -> bool:
        """Whether there are more than the page shows."""
        return len(self.alerts) > MOST

    @property
    def shown(self) -> tuple[Alert, ...]:
        return self.alerts[:MOST]


def groups(scope: Sequence[int], hand: Hand) -> list[Group]:
    """Return every kind in the order of urgency, empty ones too."""
    return [Group(key, title, action, tuple(ask(scope, hand))) for key, title, action, ask in KINDS]


def lamp_of(on: date | None, today: date, is_since: bool) -> Lamp:
    """Return the lamp of a day: how many days are left until it, or how long it has been so since."""
    if on is None:
        return Lamp("grey", "无日期")
    left = (on - today).days
    if is_since:
        return Lamp("yellow", f"已 {-left} 日" if left else "今日")
    if left < 0:
        return Lamp("red", f"已过 {-left} 日")
    return Lamp("yellow", "今日" if left == 0 else f"剩 {left} 日")


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
    return rows.where(Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())


def _told(row: Any, on: date | None, sentence: str, article: str, endpoint: str = "") -> Alert:
    return Alert(
        on,
        row.institution,
        row.office,
        sentence,
        article,
        endpoint or "agreements.agreement_page",
        {"case_id": row.case_id},
    )


def _clauses(hand: Hand, of: Callable[[Book], Any]) -> Any:
    """Return the clause that holds for a case by its own book; `of` gives None where the book has no rule."""
    found = [
        ((Case.book == book.id) & clause) for book in hand.books.values() if (clause := of(book)) is not None
    ]
    return reduce(or_, found, Case.id.in_([]))


def _caps(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """第二十九条: a requested suspension that nears its last day without a request to resume."""

    def near(book: Book) -> Any:
        rule = book.clocks.get(CAP)
        last = hand.today + timedelta(days=max(rule.warn_at, default=0)) if rule else None
        return Clock.due_on <= last if last else None

    rows = _agreements(Clock.due_on).switch(Case).join(Clock, on=(Clock.case == Case.id))
    rows = rows.where(Clock.rule == CAP, Clock.state == ClockState.RUNNING, _clauses(hand, near))
    for row in _some(rows, scope, Clock.due_on):
        rule = hand.books[row.book].clocks[CAP]
        text = f"申请中止至 {row.due_on.isoformat()} 满 {rule.amount} 日，没有提出继续履行，次日协议自动终止"
        yield _told(row, row.due_on, text, rule.article)


def _planned(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
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


def _second(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
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


def _idle(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Agreement.idle_since, Agreement.last_settled_on).switch(Case)
    rows = rows.join(Agreement, on=(Agreement.case == Case.id)).where(Agreement.idle_since.is_null(False))
    for row in _some(rows, scope, Agreement.idle_since):
        rule = hand.books[row.book].clocks[IDLE]
        last = f"最近结算 {row.last_settled_on.isoformat()}" if row.last_settled_on else "签订后没有结算"
        text = f"{last}，超过 {rule.amount} 日未发生医保费用结算，建议解除"
        yield _told(row, row.idle_since, text, rule.article)


def _asked(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Suspension.resume_asked_on).switch(Case)
    rows = rows.join(Suspension, on=(Suspension.case == Case.id) & Suspension.over_on.is_null())
    rows = rows.where(Case.flag == ASKED)
    for row in _some(rows, scope, Suspension.resume_asked_on):
        article = _article_of_step(hand.books[row.book], "grant_resumption")
        yield _told(row, row.resume_asked_on, "已申请继续履行协议，等待批复", article, "cases.case_page")


def _ending(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = _agreements(Agreement.ends_on, Agreement.is_renewal_open).switch(Case)
    rows = rows.join(Agreement, on=(Agreement.case == Case.id))
    rows = rows.where(Agreement.ends_on.between(hand.today, hand.today + AHEAD))
    for row in _some(rows, scope, Agreement.ends_on):
        rule = hand.books[row.book].clocks.get(TERM)
        text = f"协议 {row.ends_on.isoformat()} 到期" + ("，续签办理中" if row.is_renewal_open else "")
        yield _told(row, row.ends_on, text, rule.article if rule else "")


def _papers(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """Papers of institutions under agreement that end soon or have ended."""
    standing = Case.select(Case.institution).where(Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
    rows = Credential.select(
        Credential.title,
        Credential.valid_until,
        Institution.id.alias("institution_id"),
        Institution.kind.alias("kind"),
        Institution.name.alias("institution"),
        Office.name.alias("office"),
    )
    rows = (
        rows.join(Institution)
        .join(Office)
        .where(
            Credential.ended_on.is_null(),
            Credential.valid_until <= hand.today + WITHIN,
            Institution.office.in_(list(scope)),
            Institution.id.in_(standing),
        )
    )
    articles = _proposed(hand, "licence_gone")
    for row in rows.order_by(Credential.valid_until, Credential.id).limit(MOST + 1).namedtuples():
        text = f"“{row.title}”有效期至 {row.valid_until.isoformat()}"
        yield _of_institution(row, row.valid_until, text, articles.get(row.kind, ""), "credentials")


def _proposed(hand: Hand, proposes: str) -> dict[str, str]:
    """Return the article of the ground of termination that the machine proposes for something, by kind."""
    grounds = [g for book in hand.books_here for g in book.grounds if g.proposes == proposes]
    return {kind: ground.article for ground in reversed(grounds) for kind in ground.kinds}


def _penalties(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    rows = Handling.select(
        Handling.kind.alias("of"),
        Handling.authority,
        Handling.number,
        Handling.started_on,
        Institution.id.alias("institution_id"),
        Institution.kind.alias("kind"),
        Institution.name.alias("institution"),
        Office.name.alias("office"),
    )
    rows = (
        rows.join(Institution)
        .join(Office)
        .where(Institution.office.in_(list(scope)), guard.is_open(hand.today), ~Handling.is_performed)
    )
    articles = _proposed(hand, "penalty_unperformed")
    for row in rows.order_by(Handling.started_on, Handling.id).limit(MOST + 1).namedtuples():
        is_penalty = row.of == HandlingKind.PENALTY
        what = "行政处罚" if is_penalty else "协议处理"
        text = f"{row.authority}{row.number}{what}（{row.started_on.isoformat()}）没有登记履行完毕"
        article = articles.get(row.kind, "") if is_penalty else ""
        yield _of_institution(row, row.started_on, text, article, "handlings")


def _of_institution(row: Any, on: date, text: str, article: str, anchor: str) -> Alert:
    values = {"institution_id": row.institution_id, "_anchor": anchor}
    return Alert(on, row.institution, row.office, text, article, "institutions.institution_page", values)


def _follows(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:  # noqa: ARG001
    rows = (
        FollowUp.select(
            FollowUp.id,
            FollowUp.text,
            FollowUp.article,
            Case.stage_on,
            Institution.name.alias("institution"),
            Office.name.alias("office"),
        )
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .where(FollowUp.state == FollowUpState.OPEN, follow_ups.reaches(list(scope)))
    )
    for row in rows.order_by(Case.stage_on, FollowUp.id).limit(MOST + 1).namedtuples():
        values = {"_anchor": f"follow-{row.id}"}
        yield Alert(
            row.stage_on, row.institution, row.office, row.text, row.article, "guard.follow_list", values
        )


def _some(rows: Any, scope: Sequence[int], order: Any) -> Iterable[Any]:
    """Return the rows of the offices, soonest first, one more than the page shows."""
    return rows.where(Case.office.in_(list(scope))).order_by(order, Case.id).limit(MOST + 1).namedtuples()


KINDS: Sequence[tuple[str, str, str, Callable[[Sequence[int], Hand], Iterable[Alert]]]] = (
    ("caps", "申请中止即将满期", "办理继续履行", _caps),
    ("asked", "继续履行申请待批复", "批复", _asked),
    ("second", "有效期内再次被中止", "查看协议", _second),
    ("idle", "长期未结算", "查看协议", _idle),
    ("follows", "中止、解除的后续事项", "办理", _follows),
    ("penalties", "处罚和处理未履行完毕", "登记履行", _penalties),
    ("planned", "待开始的中止", "查看协议", _planned),
    ("papers", "证照和合同到期", "查看证照", _papers),
    ("ending", "协议即将到期", "办理续签", _ending),
)
