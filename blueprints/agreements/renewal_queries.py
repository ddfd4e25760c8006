"""The next term of an agreement: when it would begin, whether one waits, what keeps one from being signed."""

from datetime import date, timedelta
from typing import Any

from peewee import JOIN

from blueprints.agreements.queries import NUMBER
from lifecycle.hand import Hand
from models import Agreement, Case, CaseState, Document, ExitRequest, ExitWish, Matter

RENEW = "renew"


def first_day(agreement: Agreement) -> date:
    """Return the first day of the next term: the one after the last of this (第十九条)."""
    return agreement.ends_on + timedelta(days=1)


def waiting_term(case: Case) -> Any:
    """Return the next term that is signed and waits for its day, as a namedtuple, or None."""
    return (
        Agreement.select(Case.id, NUMBER.alias("number"), Agreement.starts_on, Agreement.ends_on)
        .join(Case)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER)
        .where(Case.origin == case.id, Case.matter == Matter.AGREEMENT, Case.state == CaseState.NEW)
        .namedtuples()
        .first()
    )


def hindrance(case: Case, hand: Hand) -> str:
    """Return why no next term can be signed now, whoever would; nothing if one can be."""
    book = hand.book_of(case)
    able = {state for step in book.steps if step.action == RENEW for state in step.origins}
    label = book.states[case.state].label
    if not able:
        return "当地规程没有规定续签"
    if case.closed_on:
        return f"协议已经终止（{label}），不能续签"
    if case.state not in able:
        return f"协议现为“{label}”，不能续签"
    if waiting := waiting_term(case):
        return f"已登记续签，续签协议自 {waiting.starts_on.isoformat()} 生效，不能重复登记"
    if case.flag:
        return f"已登记“{book.flags[case.flag].label}”，不能续签"
    asked = _asked_not_to(case)
    return f"机构已申请不再续签（{asked}），请先办结该申请" if asked else ""


def _asked_not_to(case: Case) -> str:
    """Return the number of the open request not to renew, or nothing."""
    requests = ExitRequest.select(Case.number).join(Case, on=(ExitRequest.case == Case.id))
    wish = (ExitRequest.agreement == case.id) & (ExitRequest.wish == ExitWish.NOT_RENEW)
    return requests.where(wish, Case.closed_on.is_null()).scalar() or ""
