"""The next term of an agreement (续签): a case that waits for the end of the one before (第十九条)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import change_effects, effects
from lifecycle.db import write_tx
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import (
    Agreement,
    Application,
    Case,
    CaseState,
    ChangeRequest,
    Document,
    ExitRequest,
    Matter,
    StepTaken,
)

# An agreement in these states is none: it waits for its first day, never came to it, or was an error.
NOT_HELD = (CaseState.NEW, CaseState.NOT_BEGUN, CaseState.ANNULLED)


def renew(
    case: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "", version: int | None = None
) -> Agreement:
    """Return the agreement of the next term, signed on `signed_on`; it begins by itself on `starts_on`.

    given: signed_on, starts_on, ends_on (days), text_version, term_reason. An extended one is followed at
    once. Raises as take_step does, Unmet if the terms would not follow one another without a gap.
    """
    days: dict[str, date] = {name: given[name] for name in ("signed_on", "starts_on", "ends_on")}
    data: dict[str, Any] = {name: day.isoformat() for name, day in days.items()}
    data["eve"] = effects.eve(days["starts_on"]).isoformat()
    with write_tx():
        data["renewal_open"] = Agreement.get(Agreement.case == case.id).is_renewal_open
        take_step(case, "renew", hand=hand, on=days["signed_on"], reason=reason, data=data, version=version)
        opened = Case.get(
            Case.origin == case.id, Case.matter == Matter.AGREEMENT, Case.state == CaseState.NEW
        )
        row = Agreement.create(
            case=opened,
            document=Document.get_or_none(Document.case == opened, Document.kind == "agreement"),
            term_reason=given.get("term_reason", ""),
            text_version=given["text_version"],
            **days,
        )
        _take_over_types(case, opened)
        if days["starts_on"] <= hand.today:
            take_step(
                opened,
                "begin_term",
                hand=hand,
                on=days["signed_on"],
                reason=reason,
                data=data,
                is_linked=True,
            )
    return Agreement.get_by_id(row.id)


def _take_over_types(case: Case, opened: Case) -> None:
    """The next term is for the same types of designation; what was applied for is kept with it."""
    applied = Application.select().where(Application.case.in_([case.id, case.origin_id]))
    before = applied.order_by((Application.case == case.id).desc()).first()
    if before:
        Application.create(case=opened, **{name: getattr(before, name) for name in change_effects.KEPT})


def take_back(opened: Case, taken: StepTaken) -> None:
    """Let go on under the term before what `opened` took over, and its renewal stand as it stood.

    For undo.py, which annuls `opened` because the renewal that `taken` tells was an error.
    """
    after, before = (Agreement.get(Agreement.case == case) for case in (opened.id, opened.origin_id))
    begun = {"last_settled_on": after.last_settled_on} if after.counts_from else {}
    is_open = bool(taken.data.get("renewal_open"))
    Agreement.update(**begun, is_renewal_open=is_open, version=Agreement.version + 1).where(
        Agreement.id == before.id
    ).execute()
    goes_back = (Case.origin == opened.id) & Case.matter.in_((Matter.CHANGE, Matter.EXIT))
    moved = [row.id for row in Case.select().where(goes_back)]
    Case.update(origin=opened.origin_id).where(Case.id.in_(moved)).execute()
    for table in (ChangeRequest, ExitRequest):
        table.update(agreement=opened.origin_id).where(table.case.in_(moved)).execute()
