"""Periods in which an institution or a person may not be accepted (第十条), and who they hit."""

from datetime import date

from peewee import Expression

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import Unmet
from lifecycle.hand import Hand
from models import Ban, Case, Institution, Office, Person, StepTaken
from rules.book import Book
from rules.periods import add_period


def last_day(book: Book, rule: str, from_on: date) -> date:
    """Return the last day of the ban `rule` that began on `from_on`; it never rolls (readings 1.3-5)."""
    ban = book.clocks[rule]
    return add_period(from_on, ban.amount, ban.unit)


def impose(
    rule: str,
    *,
    hand: Hand,
    office: Office,
    book: Book,
    from_on: date,
    reason: str,
    institution: Institution | None = None,
    person: Person | None = None,
    case: Case | None = None,
    step: StepTaken | None = None,
    is_duty_open: bool = False,
) -> Ban:
    """Return a new ban of exactly one institution or person, from `from_on` on.

    is_duty_open: a penalty or liability is not performed yet; the ban holds beyond its last day until it is.
    Raises Unmet without a reason.
    """
    if not reason:
        raise Unmet(["请写明限制的事实和依据"])
    with write_tx():
        ban = Ban.create(
            rule=rule,
            book=book.id,
            institution=institution,
            person=person,
            office=office,
            case=case,
            step=step,
            from_on=from_on,
            until_on=last_day(book, rule, from_on),
            is_duty_open=is_duty_open,
            reason=reason,
        )
        stream = f"institution:{institution.id}" if institution else f"person:{person.id}"
        audit.record(
            stream,
            "impose_ban",
            hand=hand,
            on=from_on,
            case=case,
            article=book.clocks[rule].article,
            reason=reason,
            rule=rule,
            until=ban.until_on,
        )
    return ban


def perform_duty(ban: Ban, *, hand: Hand, reason: str) -> None:
    """Record that the duty behind `ban` is performed in full; from then on its days decide."""
    _change(ban, hand, reason, "perform_duty", {"is_duty_open": False})


def lift(ban: Ban, *, hand: Hand, reason: str) -> None:
    """End `ban` today, because it was imposed in error or annulled. Raises Unmet without a reason."""
    _change(ban, hand, reason, "lift_ban", {"lifted_on": hand.today, "lifted_reason": reason})


def move(ban: Ban, *, from_on: date, hand: Hand, reason: str) -> None:
    """Let `ban` begin on `from_on`, because the day of the step that imposed it was corrected."""
    until_on = last_day(hand.books[ban.book], ban.rule, from_on)
    _change(ban, hand, reason, "move_ban", {"from_on": from_on, "until_on": until_on})


def _change(ban: Ban, hand: Hand, reason: str, action: str, values: dict[str, object]) -> None:
    if not reason:
        raise Unmet(["请写明原因"])
    with write_tx():
        ban = locked(Ban, ban.id)
        Ban.update(**values, version=Ban.version + 1).where(Ban.id == ban.id).execute()
        stream = f"institution:{ban.institution_id}" if ban.institution_id else f"person:{ban.person_id}"
        audit.record(stream, action, hand=hand, reason=reason, ban=ban.id)


def standing(institution: Institution, on: date) -> list[Ban]:
    """Return the bans that forbid accepting `institution` on the day `on`, oldest first."""
    return list(Ban.select().where(forbids(institution, on)).order_by(Ban.from_on, Ban.id))


def forbids(institution: Institution, on: date) -> Expression:
    """Return the clause of the bans that forbid accepting `institution` on the day `on`.

    Those of the institution itself, of any other with the same credit code, and of its legal representative,
    principal and actual controller. A ban holds through its last day, and longer while its duty is open.
    """
    same = Institution.select(Institution.id).where(Institution.uscc == institution.uscc)
    people = [
        person
        for person in (
            institution.legal_representative_id,
            institution.principal_id,
            institution.controller_id,
        )
        if person
    ]
    hit = Ban.institution.in_(same) | Ban.person.in_(people)
    holds = Ban.lifted_on.is_null() & (Ban.from_on <= on) & ((Ban.until_on >= on) | Ban.is_duty_open)
    return hit & holds


def sentence(ban: Ban, book: Book) -> str:
    """Return what a ban says at the window: what for, until when, after which article."""
    rule = book.clocks[ban.rule]
    who = "" if ban.institution_id else f"{ban.person.name}"
    until = f"至 {ban.until_on.isoformat()}"
    duty = "，且责任尚未履行完毕" if ban.is_duty_open else ""
    return f"{who}{rule.name}（{rule.article}），{until}{duty}"
