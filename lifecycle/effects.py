"""What a step writes beside its case: suspensions, terminations, what follows from them. Named by the book.

Each effect runs inside the step's transaction, after papers and clocks. Undoing a step puts back what `kept`
kept of suspensions; terminations and follow-ups of a step that is taken back are withdrawn by undo.py.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lifecycle import bans, change_effects, pauses
from lifecycle.clocks import as_day
from models import (
    Agreement,
    BanClass,
    Case,
    Document,
    ExitRequest,
    ExitWish,
    FollowUp,
    FollowUpKind,
    Institution,
    Kind,
    StepTaken,
    Suspension,
    SuspensionKind,
    SuspensionState,
    Termination,
)
from rules.book import Book
from rules.guards import holds
from rules.periods import day_text

if TYPE_CHECKING:
    from lifecycle.conditions import Ask

PERSONS = ("legal_representative", "principal", "controller")
BAN_CLOCKS = {BanClass.ILLEGALITY: "illegality_ban", BanClass.BREACH: "breach_ban"}
PERSON_BAN = "person_ban"
EXIT_DAY = "exit_day"  # the clock that waits for the day an exit request names
APPROVE = "approve_exit"
# Effects that write days of their own: a day put right afterwards would part from them.
DATED = frozenset(
    {"impose_suspension", "plan_suspension", "begin_suspension", "grant_suspension", "terminate"}
)
CONSENT = "consent"  # the ground that an exit request which was agreed to brings with it


def carry_out(ask: "Ask", taken: StepTaken, document: Document | None) -> None:
    """Write what the step of `ask` brings beside the case, in the order the book names it."""
    for name in ask.step.effects:
        EFFECTS[name](ask, taken, document)


def open_suspension(case: Case) -> Suspension | None:
    """Return the suspension of an agreement that is planned or holds, or None."""
    return Suspension.get_or_none(Suspension.case == case.id, Suspension.over_on.is_null())


def planned(case: Case, action: str, book: Book) -> dict[str, Any]:
    """Return what an automatic step would be told by a form: the days and grounds of what was decided."""
    row = Suspension.get_or_none(Suspension.case == case.id, Suspension.state == SuspensionState.PLANNED)
    if action == "begin_suspension" and row and row.ends_on:
        return {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}
    if action == "begin_term":
        term = Agreement.get(Agreement.case == case.id)
        return {name: getattr(term, name).isoformat() for name in ("signed_on", "starts_on", "ends_on")}
    request = ExitRequest.get_or_none(ExitRequest.case == case.id)
    return wish_data(case, request, book) if request else {}


def wish_data(case: Case, request: ExitRequest, book: Book) -> dict[str, Any]:
    """Return what the agreement's step needs to know of an exit request that is carried out.

    Only the wish to terminate brings a ground, the office's consent (第三十一条（十三）、第三十二条（十六）).
    Nothing begins before the day on which it was agreed to (第二十九条第二款).
    """
    ends = request.wish == ExitWish.TERMINATE
    grounds = [
        row.key
        for row in book.grounds_for("termination", {"kind": case.institution.kind})
        if ends and row.proposes == CONSENT
    ]
    first = max(request.from_on, _agreed_on(case) or request.from_on)
    days = {
        "starts_on": first.isoformat(),
        "ends_on": max(request.until_on, first).isoformat() if request.until_on else None,
        "effective_on": first.isoformat(),
    }
    return {
        **(days if EXIT_DAY in book.clocks else {}),
        "grounds": grounds,
        "evidence": {key: f"{request.asked_on.isoformat()} 申请，{case.number}" for key in grounds},
        "decided_by": case.office.name,
        "ban_class": BanClass.NONE,
        "exit": case.number,
    }


def _agreed_on(case: Case) -> date | None:
    agreed = (StepTaken.case == case.id) & (StepTaken.action == APPROVE) & StepTaken.undone_at.is_null()
    return StepTaken.select(StepTaken.on).where(agreed).order_by(StepTaken.id.desc()).scalar()


def eve(day: date) -> date:
    """Return the day before `day`: a clock that ends on it lets the sweep act on `day` itself."""
    return day - timedelta(days=1)


def kept(case: Case) -> list[dict[str, Any]]:
    """Return the suspensions of a case as they stand, for a step to be taken back."""
    return list(Suspension.select().where(Suspension.case == case.id).dicts())


def restore(case: Case, rows: Iterable[Mapping[str, Any]]) -> None:
    """Let the suspensions of `case` stand as `kept` said; those begun since are cancelled."""
    known = {row["id"]: row for row in rows}
    for suspension in Suspension.select().where(Suspension.case == case.id).order_by(Suspension.id.desc()):
        if suspension.id not in known:
            end(
                suspension,
                SuspensionState.CANCELLED,
                suspension.over_on or suspension.starts_on,
                "步骤已撤回",
            )
    for row in known.values():
        Suspension.update(**{**row, "version": Suspension.version + 1}).where(
            Suspension.id == row["id"]
        ).execute()


def end(suspension: Suspension, state: str, on: date, reason: str) -> None:
    """Let a suspension be over from `on`."""
    Suspension.update(
        state=state, over_on=on, over_reason=reason[:200], version=Suspension.version + 1
    ).where(Suspension.id == suspension.id).execute()


# --- suspensions ---


def _open(kind: str, state: str = SuspensionState.ACTIVE) -> Callable[..., None]:
    def effect(ask: "Ask", taken: StepTaken, document: Document | None) -> None:
        given = ask.data or {}
        row = Suspension.create(
            case=ask.case,
            kind=kind,
            state=state,
            grounds=list(given.get("grounds") or ()),
            evidence=str(given.get("findings") or ask.reason),
            decided_by=given.get("decided_by") or ask.hand.actor.name,
            decided_on=ask.on,
            starts_on=as_day(given["starts_on"]) if given.get("starts_on") else ask.on,
            ends_on=as_day(given["ends_on"]) if given.get("ends_on") else None,
            step=taken,
            document=document,
        )
        if state == SuspensionState.ACTIVE:
            _follow_up(ask, row)

    return effect


def _end_with(state: str) -> Callable[..., None]:
    def effect(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
        if suspension := open_suspension(ask.case):
            end(suspension, state, ask.on, ask.reason or ask.step.label)

    return effect


def _begin(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    Suspension.update(state=SuspensionState.ACTIVE, version=Suspension.version + 1).where(
        Suspension.case == ask.case.id, Suspension.state == SuspensionState.PLANNED
    ).execute()
    if row := open_suspension(ask.case):
        _follow_up(ask, row)


def _resumption(asked: bool) -> Callable[..., None]:
    def effect(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
        Suspension.update(resume_asked_on=ask.on if asked else None, version=Suspension.version + 1).where(
            Suspension.case == ask.case.id, Suspension.over_on.is_null()
        ).execute()

    return effect


# --- termination and what follows ---


def _terminate(ask: "Ask", taken: StepTaken, document: Document | None) -> None:
    """Record the termination, its bans and its follow-ups; an open suspension is converted."""
    given = ask.data or {}
    termination = Termination.create(
        case=ask.case,
        grounds=list(given.get("grounds") or ()),
        evidence=dict(given.get("evidence") or {}),
        decided_by=given.get("decided_by") or ask.hand.actor.name,
        decided_on=ask.on,
        effective_on=as_day(given["effective_on"]) if given.get("effective_on") else ask.on,
        ban_class=given.get("ban_class") or BanClass.NONE,
        ban_reason=str(given.get("ban_reason") or "")[:300],
        is_by_persons=bool(given.get("is_by_persons")),
        is_duty_open=bool(given.get("is_duty_open")),
        step=taken,
        document=document,
    )
    if suspension := open_suspension(ask.case):
        end(suspension, SuspensionState.CONVERTED, ask.on, ask.step.label)
    _bans(ask, taken, termination)
    _follow_up(ask, termination)


def _bans(ask: "Ask", taken: StepTaken, termination: Termination) -> None:
    """Impose the ban of the chosen class, and on the persons where they caused it (第十条（六）至（八）)."""
    institution = ask.case.institution
    said = {
        "hand": ask.hand,
        "office": ask.case.office,
        "book": ask.hand.book_of(ask.case),
        "from_on": termination.effective_on,
        "reason": termination.ban_reason or ask.reason or ask.step.label,
        "case": ask.case,
        "step": taken,
        "is_duty_open": termination.is_duty_open,
    }
    if rule := BAN_CLOCKS.get(BanClass(termination.ban_class)):
        bans.impose(rule, institution=institution, **said)
    if termination.is_by_persons:
        people = {person.id: person for role in PERSONS if (person := getattr(institution, role))}
        for person in people.values():
            bans.impose(PERSON_BAN, person=person, **said)


def _follow_up(ask: "Ask", of: Suspension | Termination) -> None:
    """Open what the book says follows from `of`: publication, report, letters, branches (C-47).

    Each tells its day and its document: an agreement can be suspended more than once.
    """
    case, book = ask.case, ask.hand.book_of(ask.case)
    is_end = isinstance(of, Termination)
    known = {
        "kind": case.institution.kind,
        "level": case.office.level,
        "by_persons": is_end and of.is_by_persons,
    }
    on = of.effective_on if is_end else of.starts_on
    said = {
        "institution": case.institution.name,
        "city": case.office.parent.name if case.office.parent_id else "上级经办机构",
        "day": f"{on.year}年{day_text(on)}",
        "step": ask.step.label,
        "paper": f"（{of.document.number}）" if of.document_id else "",
    }
    for rule in book.follow_ups:
        if ask.step.action not in rule.steps or not holds(rule.when, known):
            continue
        for institution in branches(case) if rule.kind == FollowUpKind.BRANCH else [None]:
            text = rule.text.format(**said, branch=institution.name if institution else "")
            FollowUp.create(
                case=case, kind=rule.kind, text=text[:200], article=rule.article, institution=institution
            )


def branches(case: Case) -> list[Institution]:
    """Return the other pharmacies under agreement that share one of the three persons with this one.

    Whatever office holds their agreement (第三十二条（十五）).
    """
    mine = case.institution
    people = [getattr(mine, f"{role}_id") for role in PERSONS if getattr(mine, f"{role}_id")]
    if not people:
        return []
    same = (
        Institution.legal_representative.in_(people)
        | Institution.principal.in_(people)
        | Institution.controller.in_(people)
    )
    return list(
        Institution.select()
        .join(Case)
        .where(
            same,
            Institution.kind == Kind.PHARMACY,
            Institution.id != mine.id,
            Case.matter == "agreement",
            Case.closed_on.is_null(),
        )
        .order_by(Institution.name, Institution.id)
        .distinct()
    )


def _begin_exit(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Let what the institution asked for hold from the day it was agreed to."""
    ExitRequest.update(from_on=ask.on, version=ExitRequest.version + 1).where(
        ExitRequest.case == ask.case.id
    ).execute()


EFFECTS: dict[str, Callable[..., None]] = {
    "impose_suspension": _open(SuspensionKind.IMPOSED),
    "plan_suspension": _open(SuspensionKind.IMPOSED, SuspensionState.PLANNED),
    "grant_suspension": _open(SuspensionKind.REQUESTED),
    "suspend_entity": _open(SuspensionKind.ENTITY),
    "begin_suspension": _begin,
    "cancel_suspension": _end_with(SuspensionState.CANCELLED),
    "end_suspension": _end_with(SuspensionState.ENDED),
    "lapse_suspension": _end_with(SuspensionState.LAPSED),
    "ask_resumption": _resumption(asked=True),
    "deny_resumption": _resumption(asked=False),
    "terminate": _terminate,
    "begin_exit": _begin_exit,
    pauses.PAUSE: pauses.begin,
    pauses.LIFT: pauses.lift,
    **change_effects.EFFECTS,
}
