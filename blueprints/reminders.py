"""What the worklist and the dashboard remind of: steps taken by themselves tonight, documents not yet served.

In a fixed number of statements, whatever the number of cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from peewee import JOIN
from peewee import Case as When

from lifecycle import cases, sweep
from lifecycle.hand import Hand
from models import (
    Agreement,
    Application,
    Case,
    CaseState,
    Document,
    DocumentState,
    ExitRequest,
    Institution,
    Matter,
    Office,
    ProofOfService,
)
from rules.book import Book
from rules.periods import day_text
from rules.rows import Step


@dataclass(frozen=True)
class Tonight:
    """A step that the sweep takes tonight unless somebody acts today."""

    case_id: int
    name: str
    office: str
    sentence: str
    hint: str


def tonight(scope: Sequence[int], hand: Hand) -> list[Tonight]:
    """Return what the sweep will do tonight to the cases in `scope`, in the order it will be done."""
    due = sweep.due_automatic_steps(replace(hand, today=hand.today + timedelta(days=1)))
    rows = {row.id: row for row in _guarded(sorted({case_id for case_id, _, _ in due}), scope)}
    found = []
    for case_id, action, on in due:
        row = rows.get(case_id)
        step = _step_of(row, action, hand) if row else None
        if row and step:
            found.append(_told(row, step, on - timedelta(days=1), hand))
    return found


def _guarded(case_ids: Sequence[int], scope: Sequence[int]) -> list[Any]:
    """Return what the guards of a book ask about the cases, in one statement."""
    before, after = Case.alias(), Case.alias()
    agreed = before.select(before.id).where(before.matter == Matter.AGREEMENT)
    waits = after.select(after.origin).where(
        after.matter == Matter.AGREEMENT,
        after.state.not_in((CaseState.NOT_BEGUN, CaseState.ANNULLED)),
        after.origin.is_null(False),
    )
    query = (
        Case.select(
            Case.id,
            Case.book,
            Case.matter,
            Case.state,
            Case.held_state,
            Case.round,
            Case.options,
            Institution.name,
            Institution.kind,
            Office.level,
            short_name().alias("office"),
            Application.types,
            Application.features,
            Application.channel,
            Case.flag,
            Agreement.is_renewal_open,
            Case.id.in_(waits).alias("renewed"),
            Case.origin.in_(agreed).alias("follows"),
            ExitRequest.wish,
        )
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id))
        .switch(Case)
        .join(Agreement, JOIN.LEFT_OUTER, on=(Agreement.case == Case.id))
        .switch(Case)
        .join(ExitRequest, JOIN.LEFT_OUTER, on=(ExitRequest.case == Case.id))
        .where(Case.id.in_(list(case_ids)), Case.office.in_(list(scope)))
    )
    return list(query.namedtuples())


def facts_of(row: Any) -> Mapping[str, Any]:
    """Return the facts of a row; the same as lifecycle.cases.facts asks for one case.

    What is only known of changes and pauses is left out: no step of theirs is taken by night.
    """
    is_agreement = row.matter == Matter.AGREEMENT
    return {
        **cases.UNKNOWN,
        **row.options,
        "kind": row.kind,
        "level": row.level,
        "round": row.round,
        "held": row.held_state,
        "flag": row.flag,
        "channel": row.channel or "",
        "types": frozenset(row.types or ()),
        "features": frozenset(row.features or ()),
        "renewal_open": bool(row.is_renewal_open),
        "renewed": bool(is_agreement and row.renewed),
        "follows": bool(is_agreement and row.follows),
        "wish": row.wish or "",
    }


def _step_of(row: Any, action: str, hand: Hand) -> Step | None:
    return hand.books[row.book].step(row.matter, row.state, action, facts_of(row))


def _told(row: Any, step: Step, last_day: date, hand: Hand) -> Tonight:
    book = hand.books[row.book]
    name = book.clocks[step.auto_clock].name
    when = "今日届满" if last_day == hand.today else f"已于 {day_text(last_day)}届满"
    sentence = f"{name}{when}，24 时后自动办理“{step.label}”。"
    return Tonight(row.id, row.name, row.office, sentence, _way_out(row, step, book))


def _way_out(row: Any, step: Step, book: Book) -> str:
    """Return what somebody can still do today in place of the automatic step, or nothing."""
    manual = [
        s.label
        for s in book.steps_from(row.matter, row.state, facts_of(row))
        if s.roles and step.auto_clock in s.meets
    ]
    return f"已办的，请在下班前“{manual[0]}”。" if manual else ""


def unserved(scope: Sequence[int], limit: int) -> tuple[list[Any], int]:
    """Return the oldest issued documents without proof of service, and how many there are in all."""
    query = (
        Document.select(
            Document.id,
            Document.number,
            Document.name,
            Document.issued_on,
            Institution.name.alias("institution"),
            short_name().alias("office"),
        )
        .join(Office)
        .switch(Document)
        .join(Case)
        .join(Institution)
        .switch(Document)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id))
        .where(
            Document.office.in_(list(scope)),
            Document.is_to_serve,
            Document.state == DocumentState.ISSUED,
            ProofOfService.id.is_null(),
        )
    )
    return list(query.order_by(Document.issued_on, Document.id).limit(limit).namedtuples()), query.count()


def offices(scope: Sequence[int]) -> list[Any]:
    """Return id, name and short name of the offices in `scope`, the city first."""
    query = Office.select(Office.id, Office.name, short_name().alias("short"))
    return list(
        query.where(Office.id.in_(list(scope)))
        .order_by(Office.parent.is_null(False), Office.id)
        .namedtuples()
    )


def short_name() -> Any:
    """Return the expression of an office's name where there is little room: its district, 安澜县."""
    return When(None, ((Office.district != "", Office.district),), Office.name)
