"""The next term of an agreement (续签): a case that waits for the end of the one before (第十九条)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import effects
from lifecycle.db import write_tx
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Agreement, Case, CaseState, Document, Matter


def renew(
    case: Case, given: Mapping[str, Any], *, hand: Hand, reason: str = "", version: int | None = None
) -> Agreement:
    """Return the agreement of the next term, signed on `signed_on`; it begins by itself on `starts_on`.

    given: signed_on, starts_on, ends_on (days), text_version, term_reason. An extended one is followed at
    once. Raises as take_step does, Unmet if the terms would not follow one another without a gap.
    """
    days: dict[str, date] = {name: given[name] for name in ("signed_on", "starts_on", "ends_on")}
    data = {name: day.isoformat() for name, day in days.items()}
    data["eve"] = effects.eve(days["starts_on"]).isoformat()
    with write_tx():
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
