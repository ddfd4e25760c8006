"""Signing again after a change or a pause that was agreed to: a new agreement follows the old (重新签订)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lifecycle import files
from lifecycle.db import write_tx
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Agreement, Application, Attachment, Case, Document, Matter


def resign(
    case: Case,
    given: Mapping[str, Any],
    *,
    uploads: Sequence[tuple[str, bytes]] = (),
    hand: Hand,
    reason: str = "",
    version: int | None = None,
) -> Agreement:
    """Return the new agreement: signed on `signed_on`, in force from that day to `ends_on`; the old one ends.

    given: signed_on, ends_on, text_version. uploads: the signed text, as name and content; kept with the case
    of the old agreement, which may hold it already. Raises as store_file and take_step do; then no file is
    kept.
    """
    signed_on: date = given["signed_on"]
    days = {"signed_on": signed_on, "starts_on": signed_on, "ends_on": given["ends_on"]}
    data = {name: day.isoformat() for name, day in days.items()}
    with files.kept_together() as stored, write_tx():
        for filename, content in uploads:
            stored.append(_keep(case, filename, content, hand))
        take_step(case, "resign", hand=hand, on=signed_on, reason=reason, data=data, version=version)
        opened = Case.get(Case.origin == case.id, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
        _same_types(case, opened)
        document = Document.get_or_none(Document.case == opened, Document.kind == "agreement")
        return Agreement.create(
            case=opened,
            document=document,
            text_version=given["text_version"],
            last_settled_on=Agreement.get(Agreement.case == case.id).last_settled_on,
            **days,
        )


def usual_end(case: Case, signed_on: date) -> date:
    """Return the day proposed as the last: of the year it is signed in, or that of the agreement before."""
    if case.options.get("term") == "calendar_year_end":
        return date(signed_on.year, 12, 31)
    return max(Agreement.get(Agreement.case == case.id).ends_on, signed_on)


def _same_types(case: Case, opened: Case) -> None:
    """What the agreement is about goes on, where it was known of an agreement from the ledger."""
    before = Application.get_or_none(Application.case == case.id)
    if before:
        Application.create(case=opened, types=before.types, note=before.note)


def _keep(case: Case, filename: str, content: bytes, hand: Hand) -> Attachment:
    return files.store_file(case, purpose="signed_text", filename=filename, content=content, hand=hand)
