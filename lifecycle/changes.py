"""Changes of designation information (信息变更): reported by the institution or found by the office.

Important information is what the register's fields of the book call so; it is reviewed. Anything else is told
in writing and noted. A change is one case; what changes are its items.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lifecycle import audit, clocks, history, register, vault
from lifecycle.db import locked
from lifecycle.hand import Hand
from models import Case, ChangeRequest, Clock, ClockPause, Institution, StepTaken
from rules.book import Book
from rules.form_rows import Field
from rules.identity import mask_id
from rules.periods import Due, Pause, due_date

REQUEST = "change_request"
PERSONS = register.PERSONS

Item = dict[str, Any]


@dataclass(frozen=True)
class Lateness:
    """How late a change was reported, or is by today. plain: the last day if no days were hindered (C-39)."""

    due: Due
    plain: Due
    asked_on: date | None
    is_late: bool


def item(row: Institution, blank: Field, value: Any) -> Item:
    """Return what changes in `row`, in words before and after, with the `value` the register will hold.

    A person's value is (name, resident id); the id is kept sealed and masked in words.
    """
    before = history.text_of(row, blank)
    if blank.key in PERSONS:
        name, number = value
        sealed = b64encode(vault.seal(number)).decode() if number else ""
        after = f"{name} {mask_id(number)}" if number else name
        value = {"name": name, "sealed": sealed}
    else:
        after = history.value_text(blank, value)
    return {"field": blank.key, "label": blank.label, "before": before, "after": after, "value": value}


def free_item(label: str, before: str, after: str) -> Item:
    """Return a change of general information that the register has no field for."""
    return {"field": "", "label": label, "before": before, "after": after, "value": None}


def lateness(request: ChangeRequest, hand: Hand) -> Lateness | None:
    """Return whether the request was filed, or is unfiled today, after its last day; None if no day counts.

    The day of approval is not counted, days on which a change was forbidden neither (第二十一条、C-39).
    """
    if request.is_general or request.approved_on is None:
        return None
    rule = hand.book_of(request.case).clocks[REQUEST]
    plain = due_date(request.approved_on, rule, hand.calendar, [])
    due = due_date(request.approved_on, rule, hand.calendar, hindered(request))
    last = due.on
    is_late = last is not None and (request.asked_on or hand.today) > last
    return Lateness(due, plain, request.asked_on, is_late)


def hindered(request: ChangeRequest) -> list[Pause]:
    """Return the days on which the change could not be reported, both inclusive, as a stop of its clock.

    A stop counts from the day after its first (readings 1.3-11), so it begins the day before.
    """
    if request.hindered_from is None:
        return []
    return [Pause(request.hindered_from - timedelta(days=1), request.hindered_until, "")]


def unreported(agreement: Case) -> list[ChangeRequest]:
    """Return what was found changed and nobody has applied for since, oldest first."""
    return [row for row in open_requests(agreement) if row.found_on and row.asked_on is None]


def late(agreement: Case, hand: Hand) -> list[tuple[ChangeRequest, Lateness]]:
    """Return the open changes of important information that are late, filed or not, oldest first."""
    found = [(row, lateness(row, hand)) for row in open_requests(agreement)]
    return [(row, standing) for row, standing in found if standing and standing.is_late]


def open_requests(agreement: Case) -> list[ChangeRequest]:
    """Return the changes of an agreement that are not closed, oldest first, in one statement."""
    return list(
        ChangeRequest.select(ChangeRequest, Case)
        .join(Case, on=(ChangeRequest.case == Case.id))
        .where(ChangeRequest.agreement == agreement, Case.closed_on.is_null())
        .order_by(ChangeRequest.id)
    )


def apply(request: ChangeRequest, *, on: date, hand: Hand) -> None:
    """Write what changed into the register; former values are kept up to the day of approval.

    Raises as register.save_institution does. Free items touch nothing.
    """
    row = locked(Institution, request.case.institution_id)
    known = [part for part in request.items if part["field"]]
    values: dict[str, Any] = {}
    profile = dict(row.profile)
    persons: dict[str, register.Named] = {}
    for part in known:
        key, value = part["field"], part["value"]
        if key in PERSONS:
            persons[key] = (value["name"], _number(value["sealed"]))
        elif key in Institution._meta.fields:
            values[key] = value
        else:
            profile[key] = value
    if known:
        register.save_institution(
            {**values, "profile": profile},
            hand=hand,
            persons=persons,
            institution=row,
            on=min(request.approved_on or on, on),
        )


def _number(sealed: str) -> str:
    return vault.reveal(b64decode(sealed)) if sealed else ""


def follow_days(request: ChangeRequest, hand: Hand) -> None:
    """Let the clock of the request follow its day of approval and the days that do not count."""
    clock = clocks.latest(request.case, REQUEST)
    if clock is None or request.approved_on is None:
        return
    step = clock.step
    StepTaken.update(data={**step.data, "approved_on": request.approved_on.isoformat()}).where(
        StepTaken.id == step.id
    ).execute()
    ClockPause.delete().where(ClockPause.clock == clock).execute()
    hinder(clock, request)
    clocks.recompute(clocks.latest(request.case, REQUEST), hand)
    clocks.choose_lead(request.case)


def forget_verification(case: Case) -> None:
    """Take back what was found on the spot, because its record was an error."""
    ChangeRequest.update(
        verified_on=None, verified_by="", findings="", version=ChangeRequest.version + 1
    ).where(ChangeRequest.case == case.id).execute()


def hinder(clock: Clock, request: ChangeRequest) -> None:
    """Stop the clock of a request for the days that do not count."""
    for stop in hindered(request):
        ClockPause.create(clock=clock, from_on=stop.from_on, until_on=stop.until_on)


def fields(book: Book, kind: str) -> list[Field]:
    """Return the important information of `kind`, in the order the article names it."""
    return history.important(book, kind)


def tell(request: ChangeRequest, action: str, before: Mapping[str, Any], *, hand: Hand) -> None:
    """Leave an event of what a request says now."""
    after = {name: getattr(request, name) for name in TOLD}
    said = _said(request.items)
    audit.record(
        audit.of_case(request.case),
        action,
        hand=hand,
        case=request.case,
        items=said,
        before={name: value for name, value in before.items() if after.get(name) != value},
        after=after,
    )


TOLD = (
    "is_entity", "is_general", "approved_on", "approved_by", "asked_on", "found_on", "found_how",
    "hindered_from", "hindered_until", "reason",
)  # fmt: skip


def _said(items: Sequence[Item]) -> list[str]:
    return [f"{part['label']}：{part['before'] or '（空）'} → {part['after']}" for part in items]
