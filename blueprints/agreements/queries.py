"""Agreements in force and ended: the list, one agreement with its terms, and what signing proposes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from peewee import JOIN, fn

from lifecycle import idle
from lifecycle.hand import Hand
from models import (
    Agreement,
    Attachment,
    Case,
    CaseState,
    Clock,
    ClockState,
    Document,
    Institution,
    Matter,
    Negotiation,
    Office,
    ProofOfService,
    Suspension,
    SuspensionState,
)
from rules.periods import add_period

PAGE = 50
TERM = "term"
STANDING = (CaseState.ACTIVE, CaseState.EXTENDED)
FILTERS = {
    "standing": "有效",
    "ending": "临近到期",
    "extended": "到期顺延",
    "suspended": "中止",
    "idle": "长期未结算",
    "unconnected": "未完成对接",
    "ended": "已终止",
}
# Of an agreement taken over from the office's ledger the number stands on its paper.
NUMBER = fn.COALESCE(Document.number, Agreement.own_number)
SORTS = {
    "ends": (Agreement.ends_on, Case.id),
    "name": (Institution.name, Case.id),
    "settled": (Agreement.last_settled_on.is_null(False), Agreement.last_settled_on, Case.id),
}


def agreements(  # noqa: PLR0913 - what the page can be asked for
    scope: Sequence[int],
    today: date,
    *,
    chosen: str = "standing",
    text: str = "",
    kind: str = "",
    sort: str = "ends",
    page: int = 1,
) -> tuple[list[Any], int]:
    """Return one page of the agreements of some offices as namedtuples, and how many there are."""
    query = _asked(scope, today, chosen, text, kind, sort)
    return list(query.paginate(page, PAGE).namedtuples()), query.count()


def all_agreements(  # noqa: PLR0913 - as the page
    scope: Sequence[int],
    today: date,
    *,
    chosen: str = "standing",
    text: str = "",
    kind: str = "",
    sort: str = "ends",
) -> list[Any]:
    """Return every agreement that the same list would show, for an export."""
    return list(_asked(scope, today, chosen, text, kind, sort).namedtuples())


def _asked(scope: Sequence[int], today: date, chosen: str, text: str, kind: str, sort: str) -> Any:  # noqa: PLR0913
    query = _rows().where(Case.matter == Matter.AGREEMENT, Case.office.in_(scope), _filter(chosen, today))
    if text:
        found = Institution.search_key.contains(text.lower()) | NUMBER.contains(text)
        query = query.where(found)
    if kind:
        query = query.where(Institution.kind == kind)
    return query.order_by(*SORTS.get(sort, SORTS["ends"]))


def _rows() -> Any:
    term = (Clock.case == Case.id) & (Clock.rule == TERM) & (Clock.state != ClockState.CANCELLED)
    return (
        Agreement.select(
            Case.id,
            Case.state,
            Case.book,
            Office.name.alias("office_name"),
            Institution.name,
            Institution.kind.alias("institution_kind"),
            NUMBER.alias("number"),
            Agreement.signed_on,
            Agreement.starts_on,
            Agreement.ends_on,
            Agreement.last_settled_on,
            Agreement.idle_since,
            Agreement.is_renewal_open,
            Case.id.in_(_renewed()).alias("is_renewed"),
            Clock.due_on,
            Clock.yellow_on,
            Clock.state.alias("clock_state"),
            Clock.kind,
        )
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=term)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER)
    )


def _renewed() -> Any:
    """Return the agreements whose next term is signed and waits."""
    after = Case.alias()
    return after.select(after.origin).where(
        after.state == CaseState.NEW, after.matter == Matter.AGREEMENT, after.origin.is_null(False)
    )


def _filter(chosen: str, today: date) -> Any:
    unconnected = Clock.alias()
    open_connection = unconnected.select(unconnected.case).where(
        unconnected.rule == "system_connection", unconnected.ended_on.is_null()
    )
    suspended = Suspension.select(Suspension.case).where(Suspension.state == SuspensionState.ACTIVE)
    standing = Case.state.in_(STANDING)
    return {
        "ending": standing & (Clock.yellow_on <= today) & Clock.ended_on.is_null(),
        "extended": Case.state == CaseState.EXTENDED,
        "suspended": Case.id.in_(suspended),
        "idle": standing & Agreement.idle_since.is_null(False),
        "unconnected": standing & Case.id.in_(open_connection),
        "ended": Case.closed_on.is_null(False),
    }.get(chosen, standing)


def counts(scope: Sequence[int], today: date) -> dict[str, int]:
    """Return how many agreements each filter of the list would show, in one statement."""
    query = _rows().where(Case.matter == Matter.AGREEMENT, Case.office.in_(scope))
    columns = [fn.COUNT(1).filter(_filter(name, today)).alias(name) for name in FILTERS]
    return dict(query.select(*columns).dicts().get())


def agreement_of(case: Case) -> Agreement | None:
    """Return what the signed agreement of `case` says, with its document, or None."""
    return (
        Agreement.select(Agreement, Document)
        .join(Document, JOIN.LEFT_OUTER)
        .where(Agreement.case == case)
        .first()
    )


def settlement(agreement: Agreement, hand: Hand) -> idle.Count:
    """Return how long an agreement has gone without settlement, its suspensions left out (C-37)."""
    return idle.count_of(agreement, hand)


def may_extend(case: Case, hand: Hand) -> bool:
    """Return whether the case's book lets a term run on while its renewal is under way (第十九条)."""
    return any(step.action == "extend" and step.matter == case.matter for step in hand.book_of(case).steps)


def terms(case: Case) -> list[Any]:
    """Return every term of the same designation as namedtuples, oldest first: agreements linked by origin.

    A renewal that was registered in error is none.
    """
    found, standing = [], case
    while standing.origin_id and standing.origin.matter == Matter.AGREEMENT:
        standing = standing.origin
    while standing:
        found.append(standing.id)
        after = (Case.origin == standing) & (Case.matter == Matter.AGREEMENT)
        kept = Case.select().where(after, Case.state != CaseState.ANNULLED)
        standing = kept.order_by(Case.id.desc()).first()
    return list(
        Agreement.select(
            Case.id,
            Case.state,
            Case.book,
            Case.closed_on,
            NUMBER.alias("number"),
            Agreement.starts_on,
            Agreement.ends_on,
        )
        .join(Case)
        .switch(Agreement)
        .join(Document, JOIN.LEFT_OUTER)
        .where(Case.id.in_(found))
        .order_by(Agreement.starts_on, Case.id)
        .namedtuples()
    )


def application_of(case: Case) -> Case | None:
    """Return the application from which the agreement came, or None."""
    origin = case.origin
    while origin is not None and origin.matter != Matter.APPLICATION:
        origin = origin.origin
    return origin


def documents(case: Case) -> list[Document]:
    """Return the documents of a case, newest first, each with its proof of service as `.proof` or None."""
    return list(
        Document.select(Document, ProofOfService)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Document.case == case)
        .order_by(Document.id.desc())
    )


def signed_texts(case: Case | None) -> list[Any]:
    """Return the scans of the signed text uploaded to a case as namedtuples."""
    return list(
        Attachment.select(Attachment.id, Attachment.filename, Attachment.case)
        .where(Attachment.case == case, Attachment.purpose == "signed_text", Attachment.removed_at.is_null())
        .order_by(Attachment.id)
        .namedtuples()
    )


def last_negotiation(case: Case) -> Negotiation | None:
    """Return the newest record of negotiation of a case, or None."""
    return Negotiation.select().where(Negotiation.case == case).order_by(Negotiation.id.desc()).first()


def last_text_version(office: Office) -> str:
    """Return the version of the text that the office signed last, to propose it for the next."""
    rows = (
        Agreement.select(Agreement.text_version)
        .join(Case)
        .where(Case.office == office)
        .order_by(Agreement.id.desc())
    )
    return rows.limit(1).scalar() or ""


def usual_end(starts_on: date, case: Case, hand: Hand) -> date:
    """Return the last day of the usual term from `starts_on`, by the case's option (第十六条)."""
    if case.options.get(TERM) == "calendar_year_end":
        return date(starts_on.year, 12, 31)
    rule = hand.book_of(case).clocks[TERM]
    return add_period(starts_on, rule.amount, rule.unit) - timedelta(days=1)
