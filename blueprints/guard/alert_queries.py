"""Everything near a cliff (预警): each kind in one statement, whatever the number of rows.

A row has a day, a sentence and the page that deals with it; articles and bounds come from the books.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import ModelSelect

from blueprints.guard import agreement_queries, change_queries
from blueprints.guard.agreement_queries import MOST, Alert
from lifecycle import follow_ups, guard
from lifecycle.hand import Hand
from lifecycle.proposals import PAPERS
from models import (
    BaseModel,
    Case,
    Credential,
    FollowUp,
    FollowUpState,
    Handling,
    HandlingKind,
    Institution,
    Matter,
    Office,
)
from rules.periods import Lamp

WITHIN = timedelta(days=30)  # how far ahead papers are watched here; the whole list has its own page
SINCE = ("asked", "unreported", "second", "idle", "follows", "penalties")


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


def _papers(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """Papers of institutions under agreement that end soon or have ended.

    The ground of a licence that is gone is cited for licence and registration, not for a lease or contract.
    """
    standing = Case.select(Case.institution).where(Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
    rows = _among_institutions(
        scope, Credential, Credential.title, Credential.kind.alias("of"), Credential.valid_until
    ).where(
        Credential.ended_on.is_null(),
        Credential.valid_until <= hand.today + WITHIN,
        Institution.id.in_(standing),
    )
    articles = _proposed(hand, "licence_gone")
    for row in rows.order_by(Credential.valid_until, Credential.id).limit(MOST + 1).namedtuples():
        text = f"“{row.title}”有效期至 {row.valid_until.isoformat()}"
        article = articles.get(row.kind, "") if row.of in PAPERS else ""
        yield _of_institution(row, row.valid_until, text, article, "credentials")


def _proposed(hand: Hand, proposes: str) -> dict[str, str]:
    """Return the article of the ground of termination that the machine proposes for something, by kind."""
    grounds = [g for book in hand.books_here for g in book.grounds if g.proposes == proposes]
    return {kind: ground.article for ground in reversed(grounds) for kind in ground.kinds}


def _penalties(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    columns = (Handling.kind.alias("of"), Handling.authority, Handling.number, Handling.started_on)
    rows = _among_institutions(scope, Handling, *columns)
    rows = rows.where(guard.is_open(hand.today), ~Handling.is_performed)
    articles = _proposed(hand, "penalty_unperformed")
    for row in rows.order_by(Handling.started_on, Handling.id).limit(MOST + 1).namedtuples():
        is_penalty = row.of == HandlingKind.PENALTY
        what = "行政处罚" if is_penalty else "协议处理"
        text = f"{row.authority}{row.number}{what}（{row.started_on.isoformat()}）没有登记履行完毕"
        article = articles.get(row.kind, "") if is_penalty else ""
        yield _of_institution(row, row.started_on, text, article, "handlings")


def _among_institutions(scope: Sequence[int], table: type[BaseModel], *columns: Any) -> ModelSelect:
    """Return rows of `table` with the institution they belong to, of the offices in `scope`."""
    institution = (
        Institution.id.alias("institution_id"),
        Institution.kind.alias("kind"),
        Institution.name.alias("institution"),
        Office.name.alias("office"),
    )
    rows = table.select(*columns, *institution).join(Institution).join(Office)
    return rows.where(Institution.office.in_(list(scope)))


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


KINDS: Sequence[tuple[str, str, str, Callable[[Sequence[int], Hand], Iterable[Alert]]]] = (
    ("caps", "中止即将届满", "查看协议", agreement_queries.caps),
    ("asked", "继续履行申请待批复", "批复", agreement_queries.asked),
    ("second", "有效期内再次被中止", "查看协议", agreement_queries.second),
    ("late_changes", "变更申请逾期", "查看变更", change_queries.late),
    ("unreported", "查出未报的变更", "查看变更", change_queries.unreported),
    ("idle", "长期未结算", "登记结算或解除", agreement_queries.idle),
    ("nearly_idle", "即将长期未结算", "登记结算", agreement_queries.nearly_idle),
    ("follows", "中止、解除的后续事项", "办理", _follows),
    ("penalties", "处罚和处理未履行完毕", "登记履行", _penalties),
    ("planned", "待开始的中止", "查看协议", agreement_queries.planned),
    ("papers", "证照和合同到期", "查看证照", _papers),
    ("ending", "协议即将到期", "办理续签", agreement_queries.ending),
)
