"""How an agreement stands to suspension and exit: for the page of the agreement and the pages of exits."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import url_for
from peewee import JOIN

from blueprints import words
from blueprints.consequences import consequence
from blueprints.exit_facts import name_of
from blueprints.screens import page_of
from lifecycle import corrections, exits, pauses, steps, undo
from lifecycle.exits import counted_suspensions
from lifecycle.hand import Hand
from models import (
    Case,
    Document,
    ExitRequest,
    Matter,
    RectificationItem,
    RightsBlock,
    StepTaken,
    Suspension,
    SuspensionKind,
    SuspensionState,
    Termination,
)
from rules.rows import Ground, Step

CAP = "suspension_cap"


@dataclass(frozen=True)
class Chosen:
    """A ground that was chosen, with what was recorded for it."""

    ground: Ground
    evidence: str


@dataclass(frozen=True)
class Standing:
    """The suspension that is planned or holds, those before it, and what can be done."""

    row: Suspension | None
    cap: int  # days; 0 where the book knows none
    today: date
    buttons: list[tuple[steps.Offer, str]]
    is_here: bool  # the region knows exit requests
    name: str = ""  # of an exit request, in the words of its book
    wishes: str = ""  # what can be asked for
    paused: list[RightsBlock] = field(default_factory=list)  # categories of service, now and before
    earlier: list[Suspension] = field(default_factory=list)
    counted: int = 0
    limit: Any = None
    grounds: list[Chosen] = field(default_factory=list)
    items: list[RectificationItem] = field(default_factory=list)
    request: Case | None = None
    termination: Termination | None = None
    meaning: str = ""  # of the state for settlement
    newest: StepTaken | None = None  # the last step, if this person may take it back

    @property
    def days(self) -> int:
        """Days since the suspension began, the first not counted, as the law counts them."""
        return max(0, (self.today - self.row.starts_on).days) if self.row else 0

    @property
    def last_day(self) -> date | None:
        """The last day the suspension may hold: as decided, or the day of the cap for a requested one."""
        if self.row is None or self.row.kind == SuspensionKind.ENTITY:
            return None
        return self.row.ends_on if self.row.kind == SuspensionKind.IMPOSED else self.capped_on

    @property
    def capped_on(self) -> date:
        return self.row.starts_on + timedelta(days=self.cap)

    @property
    def is_planned(self) -> bool:
        return self.row is not None and self.row.state == SuspensionState.PLANNED


def standing(case: Case, hand: Hand) -> Standing:
    """Return how the agreement `case` stands, in a number of statements that does not grow with its rows."""
    book = hand.book_of(case)
    rows = _suspensions(case)
    row = next((one for one in rows if one.over_on is None), None)
    return Standing(
        row=row,
        cap=book.clocks[CAP].amount if CAP in book.clocks else 0,
        today=hand.today,
        buttons=_buttons(case, hand, row),
        **_asking(case, hand),
        paused=pauses.paused(case),
        earlier=[one for one in rows if one.over_on is not None],
        counted=len(counted_suspensions(case)),
        limit=book.thresholds.get("suspensions"),
        grounds=chosen(row, hand) if row else [],
        items=list(RectificationItem.select().where(RectificationItem.suspension == row)) if row else [],
        request=open_request(case),
        termination=termination_of(case),
        meaning=consequence(book, case.state)[1],
        newest=_newest(case, hand),
    )


def _asking(case: Case, hand: Hand) -> dict[str, Any]:
    """Return whether the institution may ask to leave, how that is called, and what it may ask."""
    if not hand.serves(case.office, Matter.EXIT):
        return {"is_here": False}
    book = hand.book_for(case.office, Matter.EXIT)
    wishes = exits.wishes(book, case)
    return {"is_here": bool(wishes), "name": name_of(book), "wishes": "、".join(wishes.values())}


def _newest(case: Case, hand: Hand) -> StepTaken | None:
    """Return the last step if this person may take it back; what opened the agreement is undone elsewhere."""
    taken = steps.last_step(case)
    if taken is None or undo.came_with_another(case, taken) or undo.is_take_over(case, taken):
        return None
    is_mine = corrections.may_correct(case, taken, hand) and not corrections.is_lapse(case, taken, hand)
    return taken if is_mine else None


def _suspensions(case: Case) -> list[Suspension]:
    """Return the suspensions of an agreement, newest first, each with its step and document."""
    return list(
        Suspension.select(Suspension, StepTaken, Document)
        .join(StepTaken, JOIN.LEFT_OUTER)
        .switch(Suspension)
        .join(Document, JOIN.LEFT_OUTER, on=(Suspension.document == Document.id))
        .where(Suspension.case == case)
        .order_by(Suspension.id.desc())
    )


def chosen(row: Suspension | Termination, hand: Hand) -> list[Chosen]:
    """Return the grounds of a suspension or termination as printed, with what was recorded for each."""
    book = hand.book_of(row.case)
    use = "termination" if isinstance(row, Termination) else "suspension"
    data = (
        row.evidence if use == "termination" else (row.step.data or {} if row.step_id else {}).get("evidence")
    )
    told = data if isinstance(data, dict) else {}
    known = {ground.key: ground for ground in book.grounds if ground.use == use}
    return [Chosen(known[key], str(told.get(key) or "")) for key in row.grounds if key in known]


def termination_of(case: Case) -> Termination | None:
    """Return the termination of an agreement that was not taken back, or None."""
    return (
        Termination.select(Termination, Document)
        .join(Document, JOIN.LEFT_OUTER, on=(Termination.document == Document.id))
        .where(Termination.case == case, Termination.revoked_at.is_null())
        .first()
    )


def open_request(case: Case) -> Case | None:
    """Return the exit request of an agreement that is not closed, or None."""
    return (
        Case.select(Case, ExitRequest)
        .join(ExitRequest, on=(ExitRequest.case == Case.id), attr="request")
        .where(ExitRequest.agreement == case, Case.closed_on.is_null())
        .order_by(Case.id.desc())
        .first()
    )


def _buttons(case: Case, hand: Hand, row: Suspension | None) -> list[tuple[steps.Offer, str]]:
    """Return the steps of suspension and termination, possible or not, each with its page.

    Two steps of one page are one button; what cancels a planned suspension is not shown without one. The
    next term has a place of its own.
    """
    shown: dict[str, tuple[steps.Offer, str]] = {}
    is_planned = row is not None and row.state == SuspensionState.PLANNED
    for offer in steps.offers(case, hand, words.ROLES):
        waits = any(need.startswith("running:") for need in offer.step.needs)
        is_ours = offer.step.effects or offer.step.raises
        if is_ours and offer.step.screen != "renewal" and (is_planned or not waits):
            shown[offer.step.screen or offer.step.action] = (offer, step_url(case, offer.step))
    return list(shown.values())


def step_url(case: Case, step: Step) -> str:
    """Return the page on which a step of an agreement is worked."""
    endpoint, values = page_of(step) or ("cases.step_page", {"action": step.action})
    return url_for(endpoint, case_id=case.id, **values)
