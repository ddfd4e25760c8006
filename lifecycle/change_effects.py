"""What steps of a change, a new owner and the next term write beside their case; part of effects.EFFECTS."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lifecycle import cases, changes, clocks
from lifecycle.clocks import as_day
from models import Agreement, Application, Case, ChangeRequest, Document, ExitRequest, Matter, StepTaken

if TYPE_CHECKING:
    from lifecycle.conditions import Ask

# What an evaluation after a change of owner takes over from the application before.
KEPT = (
    "types",
    "features",
    "counts",
    "operating_since",
    "contact",
    "phone",
    "other_type",
    "answers",
    "tables",
)


def _open_evaluation(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Open the application by which the new owner is evaluated, for the same types (第二十三条)."""
    case, institution = ask.case, ask.case.institution
    if Matter.APPLICATION not in ask.hand.region_of(case.office).books:
        return
    open_one = (Case.institution == institution) & (Case.matter == "application") & Case.closed_on.is_null()
    if Case.update(origin=case).where(open_one).execute():
        return  # the application that stands open is the evaluation
    opened = cases.open_case(
        Matter.APPLICATION, institution, office=case.office, hand=ask.hand, on=ask.on, origin=case
    )
    before = (
        Application.select()
        .join(Case)
        .where(Case.institution == institution)
        .order_by(Application.id.desc())
        .first()
    )
    kept = {name: getattr(before, name) for name in KEPT} if before else {}
    cases.set_application(opened, hand=ask.hand, **kept)


def _hinder(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Days on which a change was forbidden do not count against the institution (C-39)."""
    request = ChangeRequest.get(ChangeRequest.case == ask.case)
    clock = clocks.latest(ask.case, "change_request")
    if request.hindered_from and clock:
        changes.hinder(clock, request)
        clocks.recompute(clock, ask.hand)


def _apply_change(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    changes.apply(ChangeRequest.get(ChangeRequest.case == ask.case), on=ask.on, hand=ask.hand)


def _record_verification(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    given = ask.data or {}
    ChangeRequest.update(
        verified_on=as_day(given["verified_on"]),
        verified_by=given["verified_by"],
        findings=given["findings"],
        version=ChangeRequest.version + 1,
    ).where(ChangeRequest.case == ask.case.id).execute()


def _close_renewal(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    Agreement.update(is_renewal_open=False, version=Agreement.version + 1).where(
        Agreement.case == ask.case.id
    ).execute()


def _begin_term(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Take over from the term before what goes on: settlement days, open changes and exit requests."""
    before = Agreement.get(Agreement.case == ask.case.origin_id)
    Agreement.update(
        last_settled_on=before.last_settled_on,
        idle_since=before.idle_since,
        counts_from=before.counts_from or before.starts_on,
    ).where(Agreement.case == ask.case.id).execute()
    Agreement.update(idle_since=None).where(Agreement.id == before.id).execute()
    goes_on = (Case.origin == ask.case.origin_id) & Case.closed_on.is_null()
    moved = [row.id for row in Case.select().where(goes_on, Case.matter.in_((Matter.CHANGE, Matter.EXIT)))]
    Case.update(origin=ask.case.id).where(Case.id.in_(moved)).execute()
    for table in (ChangeRequest, ExitRequest):
        table.update(agreement=ask.case.id).where(table.case.in_(moved)).execute()


EFFECTS: dict[str, Callable[..., None]] = {
    "stop_renewing": _close_renewal,
    "open_evaluation": _open_evaluation,
    "hinder_change": _hinder,
    "apply_change": _apply_change,
    "record_verification": _record_verification,
    "close_renewal": _close_renewal,
    "begin_term": _begin_term,
}
