"""The worklist: which cases stand in its tabs, how many, one page of them; reminders and hand-over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from peewee import Expression, ModelSelect, fn

from blueprints.caseload import (
    Filters,
    as_rows,
    by_color,
    is_due,
    is_mine,
    is_overdue,
    is_work,
    narrowed,
    with_lead,
)
from lifecycle.hand import Hand
from lifecycle.memberships import is_staff
from models import Case, Clock, Institution, Role, Urge, User, UserRole

PAGE = 50
MOST = 1000  # a count beyond is shown as 1000+
TABS = {"todo": "待办", "doing": "在办", "done": "已办", "urged": "督办"}
ORDERS = {
    "due": (Clock.due_on.is_null(), Clock.due_on, Case.id),
    "-due": (Clock.due_on.is_null(), Clock.due_on.desc(), Case.id.desc()),
    "name": (Institution.name, Case.id),
    "-name": (Institution.name.desc(), Case.id.desc()),
    "opened": (Case.opened_on, Case.id),
    "-opened": (Case.opened_on.desc(), Case.id.desc()),
    "closed": (Case.closed_on, Case.id),
    "-closed": (Case.closed_on.desc(), Case.id.desc()),
}
WORKERS = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER, Role.LEADER, Role.CITY)


@dataclass(frozen=True)
class Asked:
    """What the page was asked for."""

    tab: str
    filters: Filters
    sort: str
    page: int


def in_tab(tab: str, scope: Sequence[int], hand: Hand) -> ModelSelect:
    """Return the cases of a tab with institution and lead clock joined."""
    return with_lead(Case.id).where(Case.office.in_(list(scope)), _clause(tab, scope, hand))


def _clause(tab: str, scope: Sequence[int], hand: Hand) -> Expression:
    if tab == "todo":
        return is_mine(hand, scope)
    if tab == "done":
        return Case.closed_on.is_null(False)
    if tab == "urged":
        asked = Urge.select(Urge.case).where(Urge.answered_at.is_null())
        return Case.closed_on.is_null() & Case.id.in_(asked)
    return is_work(hand)


def counts(scope: Sequence[int], hand: Hand) -> dict[str, int]:
    """Return how many cases each tab holds, counted no further than MOST + 1."""
    return {tab: capped(in_tab(tab, scope, hand)) for tab in TABS}


def capped(query: ModelSelect) -> int:
    return query.limit(MOST + 1).count()


def chosen(asked: Asked, scope: Sequence[int], hand: Hand) -> ModelSelect:
    """Return the cases of the tab narrowed to what was asked for."""
    return narrowed(in_tab(asked.tab, scope, hand), asked.filters, hand)


def page_of(asked: Asked, scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return the rows of one page, one more than a page if another follows."""
    ordered = as_rows(chosen(asked, scope, hand)).order_by(*ORDERS[asked.sort])
    return list(ordered.limit(PAGE + 1).offset((asked.page - 1) * PAGE))


def all_rows(asked: Asked, scope: Sequence[int], hand: Hand) -> list[Any]:
    """Return every row of what was asked for."""
    return list(as_rows(chosen(asked, scope, hand)).order_by(*ORDERS[asked.sort]))


def lamps(asked: Asked, scope: Sequence[int], hand: Hand) -> dict[str, int]:
    """Return how many of the asked cases show each lamp, whichever was asked for; closed ones show none."""
    if asked.tab == "done":
        return {}
    any_lamp = replace(asked.filters, lamp="")
    return by_color(narrowed(in_tab(asked.tab, scope, hand), any_lamp, hand), hand.today)


def total(asked: Asked, lamps: dict[str, int], scope: Sequence[int], hand: Hand) -> int:
    """Return how many cases were asked for; closed ones are counted no further than MOST + 1."""
    if asked.tab == "done":
        return capped(chosen(asked, scope, hand))
    return lamps[asked.filters.lamp] if asked.filters.lamp else sum(lamps.values())


def overdue_count(scope: Sequence[int], hand: Hand) -> int:
    """Return how many of the person's own to-dos are past due."""
    return in_tab("todo", scope, hand).where(is_overdue(hand.today)).count()


@dataclass(frozen=True)
class DueDay:
    """What of the to-dos is due on one day: names of the clocks, and how many cases."""

    on: date
    names: str
    count: int


def this_week(scope: Sequence[int], hand: Hand) -> list[DueDay]:
    """Return what of the to-dos is due from today to Sunday, day by day."""
    sunday = hand.today + timedelta(days=6 - hand.today.weekday())
    rows = (
        in_tab("todo", scope, hand)
        .where(is_due(hand.today, sunday))
        .select(Clock.due_on, Case.book, Clock.rule, fn.COUNT(Case.id))
        .group_by(Clock.due_on, Case.book, Clock.rule)
        .order_by(Clock.due_on, Clock.rule)
        .tuples()
    )
    days: dict[date, tuple[dict[str, None], int]] = {}
    for on, book, rule, count in rows:
        names, before = days.get(on, ({}, 0))
        days[on] = (names | {hand.books[book].clocks[rule].name: None}, before + count)
    return [DueDay(on, "、".join(names), count) for on, (names, count) in days.items()]


def holiday_ahead(hand: Hand) -> tuple[date, date] | None:
    """Return the first holiday that begins within a week."""
    stretches = hand.calendar.rest_stretches(hand.today, hand.today + timedelta(days=21))
    return next((s for s in stretches if s[0] <= hand.today + timedelta(days=7)), None)


# --- Reminders and hand-over ---


def open_urges(case_ids: Sequence[int]) -> dict[int, Any]:
    """Return the newest unanswered reminder of each case, in one statement."""
    rows = (
        Urge.select(
            Urge.id, Urge.case.alias("case_id"), Urge.text, Urge.asked_at, User.name.alias("asked_by")
        )
        .join(User)
        .where(Urge.case.in_(list(case_ids)), Urge.answered_at.is_null())
        .order_by(Urge.id)
        .namedtuples()
    )
    return {row.case_id: row for row in rows}


def urges_of(case: Case) -> list[Any]:
    """Return every reminder of a case, newest first."""
    return list(
        Urge.select(Urge.id, Urge.text, Urge.asked_at, Urge.answer, Urge.answered_at, User.name)
        .join(User)
        .where(Urge.case == case)
        .order_by(Urge.id.desc())
        .namedtuples()
    )


def urge(urge_id: int, scope: Sequence[int]) -> Urge | None:
    """Return a reminder of a case in scope, or None."""
    return (
        Urge.select(Urge, Case, Institution)
        .join(Case)
        .join(Institution)
        .where(Urge.id == urge_id, Case.office.in_(list(scope)))
        .first()
    )


def picked(case_ids: Sequence[int], scope: Sequence[int]) -> list[Any]:
    """Return the open cases among `case_ids` that lie in scope."""
    known = [case_id for case_id in case_ids if 0 < case_id < 2**63][:MOST]  # what SQLite can hold
    query = with_lead(Case.id).where(
        Case.id.in_(known), Case.office.in_(list(scope)), Case.closed_on.is_null()
    )
    return list(as_rows(query).order_by(Case.id))


def colleagues(office_ids: Sequence[int], today: date) -> list[tuple[int, str]]:
    """Return id and name of those who can take over cases of these offices; of more than one, nobody."""
    if len(set(office_ids)) != 1:
        return []
    workers = UserRole.select(UserRole.user).where(UserRole.role.in_(WORKERS))
    people = (
        User.select(User.id, User.name, User.away_until)
        .where(User.office == office_ids[0], User.is_active, User.id.in_(workers), is_staff())
        .order_by(User.name)
    )
    return [
        (user_id, f"{name}（请假至 {away.month}月{away.day}日）" if away and away >= today else name)
        for user_id, name, away in people.tuples()
    ]
