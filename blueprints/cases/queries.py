"""What a case page shows: stations, documents, attachments, who may take it over."""

from dataclasses import dataclass

from peewee import JOIN

from lifecycle import bans
from lifecycle.cases import facts
from lifecycle.corrections import may_correct
from lifecycle.hand import Hand
from lifecycle.memberships import is_staff
from lifecycle.steps import last_step
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    Clock,
    ClockState,
    Document,
    MaterialState,
    ProofOfService,
    StepTaken,
    User,
)
from rules.book import Book, holds


@dataclass(frozen=True)
class StationRow:
    """A node of the process bar."""

    name: str
    kind: str
    when: str = ""
    who: str = ""
    late: str = ""


def stations(case: Case, hand: Hand) -> list[StationRow]:
    """Return the process bar: stations done with day and person, the current with its due day, the rest."""
    book = hand.book_of(case)
    nodes = [s for s in book.stations if s.matter == case.matter and holds(s.when, facts(case))]
    left = _left(case, book)
    here = _station_of(case, book)
    passed = {key for key in left if key != here}
    lates = _late_by_station(case, book, hand)
    rows = []
    for node in nodes:
        if node.key == here and not case.closed_on:
            rows.append(StationRow(node.label, "current", *_until(case, hand)))
        elif node.key in passed or (node.key == here and case.closed_on):
            step = left.get(node.key)
            when = f"{step.on:%m-%d}" if step else ""
            who = step.actor.name if step else ""
            rows.append(StationRow(node.label, "done", when, who, lates.get(node.key, "")))
        else:
            rows.append(StationRow(node.label, "to-come"))
    return rows


def _station_of(case: Case, book: Book) -> str:
    state = book.states[case.held_state or case.state]
    return state.station or (book.states[case.state].station)


def _left(case: Case, book: Book) -> dict[str, StepTaken]:
    """Return the last step by which the case left each station in its present round."""
    rows = (
        StepTaken.select(StepTaken, User)
        .join(User)
        .where(StepTaken.case == case, StepTaken.undone_at.is_null())
        .order_by(StepTaken.id)
    )
    left: dict[str, StepTaken] = {}
    for step in rows:
        origin, target = book.states[step.origin].station, book.states[step.target].station
        if step.origin == "rectification" or (step.target == "accepted" and step.round < case.round):
            left = {key: value for key, value in left.items() if key == "check"}
        if target == "accept":
            left["accept"] = step  # acceptance is done when it is pronounced, not when the review begins
        if origin and origin not in (target, "accept"):
            left[origin] = step
    return left


def _until(case: Case, hand: Hand) -> tuple[str, str, str]:
    """Return the day of the leading clock, nobody, and whether that day is past."""
    due = Clock.select(Clock.due_on).where(Clock.case == case, Clock.is_lead).scalar()
    if due is None:
        return "", "", ""
    shown = f"{due:%m-%d}" if due.year == hand.today.year else f"{due:%Y-%m-%d}"
    return f"至 {shown}", "", "已超期" if due < hand.today else ""


def _late_by_station(case: Case, book: Book, hand: Hand) -> dict[str, str]:
    """Return how late the limits of each station were met, as 迟 2 工作日."""
    rows = (
        Clock.select(Clock.rule, Clock.due_on, Clock.ended_on)
        .where(Clock.case == case, Clock.state == ClockState.MET, Clock.kind == "limit")
        .where(Clock.ended_on > Clock.due_on)
        .tuples()
    )
    found = {}
    for rule, due_on, ended_on in rows:
        step = next((s for s in book.steps if rule in s.meets and s.matter == case.matter), None)
        station = book.states[step.origins[0]].station if step else ""
        found[station] = f"迟 {hand.calendar.count_workdays(due_on, ended_on)} 工作日"
    return found


def documents(case: Case) -> list[Document]:
    """Return the documents of a case, newest first, each with its proof of service as `.proof` or None."""
    return list(
        Document.select(Document, ProofOfService)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Document.case == case)
        .order_by(Document.id.desc())
    )


def attachments(case: Case) -> list[Attachment]:
    """Return the files of a case that were not removed, with who uploaded them."""
    return list(
        Attachment.select(Attachment, User, CaseMaterial)
        .join(User)
        .switch(Attachment)
        .join(CaseMaterial, JOIN.LEFT_OUTER)
        .where(Attachment.case == case, Attachment.removed_at.is_null())
        .order_by(Attachment.id)
    )


def attachment(case: Case, attachment_id: int) -> Attachment | None:
    """Return one file of the case, removed or not."""
    return Attachment.get_or_none(Attachment.id == attachment_id, Attachment.case == case)


def lacking(case: Case) -> list[CaseMaterial]:
    """Return the materials marked as missing, in printed order."""
    rows = CaseMaterial.select().where(CaseMaterial.case == case, CaseMaterial.state == MaterialState.MISSING)
    return list(rows.order_by(CaseMaterial.no, CaseMaterial.id))


def application_of(case: Case) -> Application | None:
    return Application.get_or_none(Application.case == case)


def type_labels(case: Case, hand: Hand) -> str:
    """Return the designation types applied for, as 住院、门诊统筹."""
    application = application_of(case)
    return hand.book_of(case).type_labels(application.types if application else ())


def colleagues(case: Case) -> list[User]:
    """Return the active staff of the case's office."""
    return list(
        User.select()
        .where(User.office == case.office_id, User.is_active, User.username != "system", is_staff())
        .order_by(User.name)
    )


def correctable_steps(case: Case, hand: Hand) -> list[StepTaken]:
    """Return the steps of the case whose day this person may correct, newest first."""
    rows = StepTaken.select().where(StepTaken.case == case, StepTaken.undone_at.is_null())
    return [step for step in rows.order_by(StepTaken.id.desc()) if may_correct(case, step, hand)]


def taken_step(case: Case, step_id: int) -> StepTaken | None:
    return StepTaken.get_or_none(
        StepTaken.id == step_id, StepTaken.case == case, StepTaken.undone_at.is_null()
    )


def newest_step(case: Case) -> StepTaken | None:
    return last_step(case)


def ground_choices(case: Case, hand: Hand) -> list[tuple[str, str]]:
    """Return the refusal grounds that apply to the case, those first that a standing ban proves."""
    book = hand.book_of(case)
    proven = {ban.rule for ban in bans.standing(case.institution, hand.today)}
    grounds = sorted(book.grounds_for("refusal", facts(case)), key=lambda g: not (g.ban and g.ban in proven))
    return [
        (g.key, f"{g.text}（{g.article}）" + ("，本机构有此记录" if g.ban in proven and g.ban else ""))
        for g in grounds
    ]


def ban_hints(case: Case, hand: Hand) -> list[str]:
    """Return what the bans that stand against the institution say."""
    book = hand.book_of(case)
    return [bans.sentence(ban, book) for ban in bans.standing(case.institution, hand.today)]
