"""Recording a meeting with its decisions, the city's review, and filings. One transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from blueprints.decisions import queries
from lifecycle import audit, moment
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, DomainError, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Case, Decision, Filing, Meeting


@dataclass(frozen=True)
class Verdict:
    """What a meeting decided on one case. outcome: approve or decline; version: of the case as seen."""

    case_id: int
    outcome: str
    opinion: str = ""
    votes_for: int | None = None
    votes_against: int | None = None
    version: int | None = None


def hold_meeting(  # noqa: PLR0913
    verdicts: Sequence[Verdict],
    *,
    hand: Hand,
    held_on: date,
    place: str,
    chair: str,
    attendees: Sequence[str],
    minutes: str = "",
    reason: str = "",
) -> Meeting:
    """Return a new meeting whose decisions have moved every case of `verdicts`; all or none.

    reason: why it is recorded later than the day it was held. Raises Unmet without a case or an attendee, and
    what take_step refuses with, naming the institution.
    """
    if not verdicts:
        raise Unmet(["请至少选择一件提交审议的申请"])
    if not attendees:
        raise Unmet(["请登记参会人员"])
    with write_tx():
        meeting = Meeting.create(
            office=hand.actor.office,
            held_on=held_on,
            place=place,
            chair=chair,
            attendees=list(attendees),
            minutes=minutes,
            recorded_by=hand.actor,
        )
        for verdict in verdicts:
            _decide(verdict, meeting, hand, reason)
    return meeting


def _decide(verdict: Verdict, meeting: Meeting, hand: Hand, reason: str) -> None:
    case = locked(Case, verdict.case_id)
    try:
        action = _action(case, verdict.outcome, hand)
        Decision.create(
            meeting=meeting,
            case=case,
            action=action,
            opinion=verdict.opinion,
            votes_for=verdict.votes_for,
            votes_against=verdict.votes_against,
        )
        take_step(
            case,
            action,
            hand=hand,
            on=meeting.held_on,
            reason="；".join(text for text in (verdict.opinion, reason) if text),
            data={"meeting": meeting.id, "votes": [verdict.votes_for, verdict.votes_against]},
            version=verdict.version,
        )
    except DomainError as refusal:
        refusal.sentences = tuple(f"{case.institution.name}：{sentence}" for sentence in refusal.sentences)
        raise


def _action(case: Case, outcome: str, hand: Hand) -> str:
    """Return the step that `outcome` means where the case stands now, after its own book."""
    for step in queries.decision_steps(case, hand):
        if queries.outcome(step) == outcome:
            return step.action
    label = hand.book_of(case).states[case.state].label
    raise Conflict(f"办件现为“{label}”，不在集体决策环节，可能同事刚刚办过")


def review(  # noqa: PLR0913
    case: Case, *, is_passed: bool, hand: Hand, on: date, reason: str = "", version: int | None = None
) -> Case:
    """Record the city's conclusion about a county's case and return the case as it then stands.

    Raises what take_step refuses with; a negative conclusion wants its reason.
    """
    action = "pass_city_review" if is_passed else "fail_city_review"
    return take_step(
        case, action, hand=hand, on=on, reason=reason, data={"is_passed": is_passed}, version=version
    )


def record_filing(case: Case, *, kind: str, hand: Hand, filed_on: date, number: str, note: str) -> Filing:
    """Return a new row that says when the case was filed with whom, at the stage it stands in now.

    Raises NotAllowed for another office's case, BadDay for a day after today or before the case was opened.
    """
    if case.office_id != hand.actor.office_id:
        raise NotAllowed("由办理该办件的经办机构登记备案")
    if filed_on > hand.today:
        raise BadDay("备案日期不能晚于今天")
    if filed_on < case.opened_on:
        raise BadDay(f"备案日期不能早于办件登记的 {case.opened_on.isoformat()}")
    with write_tx():
        case = locked(Case, case.id)
        filing = Filing.create(
            case=case,
            kind=kind,
            node=case.state,
            filed_on=filed_on,
            number=number,
            note=note,
            recorded_by=hand.actor,
            recorded_at=moment.now(),
        )
        audit.record(
            audit.of_case(case), "filing", hand=hand, on=filed_on, case=case, kind=kind, number=number
        )
    return filing
