"""Negotiating, signing, and what is kept up while an agreement stands. One transaction each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from blueprints.agreements import queries
from lifecycle import audit, files, moment, settlements
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Agreement, Attachment, Case, CaseState, Document, Matter, Negotiation


def negotiate(  # noqa: PLR0913
    case: Case,
    record: Mapping[str, str],
    *,
    held_on: date,
    is_agreed: bool,
    hand: Hand,
    topics: Sequence[str] = (),
    reason: str = "",
    version: int | None = None,
) -> Negotiation:
    """Return the record of negotiation (annex 10) that has moved the case on, or ended it without consensus.

    record: place, negotiators, counterparts, subject, content, opinion. topics: keys of the book's topics
    that were settled. The month for signing, where there is one, runs from `held_on`. Raises what take_step
    refuses with; no consensus wants its reason.
    """
    with write_tx():
        case = locked(Case, case.id)
        negotiation = Negotiation.create(
            case=case,
            held_on=held_on,
            is_agreed=is_agreed,
            recorded_by=hand.actor,
            recorded_at=moment.now(),
            topics=list(topics),
            **record,
        )
        printed = {**record, "held_on": f"{held_on.year}年{held_on.month}月{held_on.day}日"}
        settled = [row.title for row in hand.book_of(case).topics if row.key in topics]
        if settled:
            printed["content"] = f"已协商一致的内容：{'、'.join(settled)}。\n{record['content']}"
        take_step(
            case,
            "agree" if is_agreed else "disagree",
            hand=hand,
            on=held_on,
            reason=reason,
            data={"negotiation": printed, "topics": list(topics)},
            version=version,
        )
    return negotiation


@dataclass(frozen=True)
class Signing:
    """What is typed when an agreement was signed. None: the day of signing, the usual end."""

    signed_on: date
    text_version: str
    starts_on: date | None = None
    ends_on: date | None = None
    term_reason: str = ""


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name and its bytes."""

    filename: str
    content: bytes


def sign(  # noqa: PLR0913
    case: Case,
    signing: Signing,
    *,
    hand: Hand,
    upload: Upload | None = None,
    reason: str = "",
    version: int | None = None,
) -> Agreement:
    """Return the agreement that was signed: its own case is open, its term and the limit for connection run.

    upload: the signed text; may be left out if the case holds one already. Raises Unmet for an unusual term
    without a reason, and what store_file and take_step refuse with; then no file is kept.
    """
    starts_on = signing.starts_on or signing.signed_on
    usual = queries.usual_end(starts_on, case, hand)
    ends_on = signing.ends_on or usual
    if ends_on != usual and not signing.term_reason:
        raise Unmet([f"有效期与通常的 {usual.isoformat()} 届满不同，请写明理由"])
    days = {"signed_on": signing.signed_on, "starts_on": starts_on, "ends_on": ends_on}
    data = {name: day.isoformat() for name, day in days.items()}
    stored: Attachment | None = None
    try:
        with write_tx():
            case = locked(Case, case.id)
            stored = keep_text(case, upload, hand)
            take_step(
                case, "sign", hand=hand, on=signing.signed_on, reason=reason, data=data, version=version
            )
            return _agreement(case, signing, days)
    except BaseException:
        if stored:
            files.path_of(stored).unlink(missing_ok=True)
        raise


def keep_text(case: Case, upload: Upload | None, hand: Hand) -> Attachment | None:
    """Keep the signed text that came, if one did. Raises what store_file refuses with."""
    if upload is None:
        return None
    return files.store_file(
        case, purpose="signed_text", filename=upload.filename, content=upload.content, hand=hand
    )


def _agreement(case: Case, signing: Signing, days: Mapping[str, date]) -> Agreement:
    opened = (
        Case.select()
        .where(Case.origin == case, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
        .order_by(Case.id.desc())
        .get()
    )
    document = Document.get(Document.case == opened, Document.kind == "agreement")
    return Agreement.create(
        case=opened,
        document=document,
        term_reason=signing.term_reason,
        text_version=signing.text_version,
        **days,
    )


def settle(agreement: Agreement, *, settled_on: date, hand: Hand, version: int, reason: str = "") -> None:
    """Record the last day on which fees were settled. Raises as lifecycle.settlements.record does."""
    settlements.record(agreement, settled_on=settled_on, hand=hand, version=version, reason=reason)


def _own(agreement: Agreement, hand: Hand, version: int) -> Agreement:
    """Return the agreement as it stands, if this person's office holds it and nobody changed it since."""
    agreement = locked(Agreement, agreement.id)
    if agreement.case.office_id != hand.actor.office_id:
        raise NotAllowed("由签订协议的经办机构办理")
    if agreement.case.closed_on:
        raise NotAllowed("协议已终止，不能再改")
    if agreement.case.state == CaseState.NEW:
        raise NotAllowed("协议尚未生效，请在原协议上办理")
    if agreement.version != version:
        raise Conflict("同事刚刚改动了这份协议，本次没有保存；请核对后再办")
    return agreement


def open_renewal(agreement: Agreement, *, basis: str, approved_by: str, hand: Hand, version: int) -> None:
    """Mark the renewal or the annual assessment as under way: the term is extended, not ended (第十九条).

    Raises Unmet without basis or approver, and what settle refuses with for office, state and version.
    """
    missing = [s for value, s in ((basis, "请写明依据"), (approved_by, "请填写批准人")) if not value]
    if missing:
        raise Unmet(missing)
    values = {"renewal_basis": basis, "renewal_approved_by": approved_by, "renewal_opened_on": hand.today}
    with write_tx():
        agreement = _own(agreement, hand, version)
        if not queries.may_extend(agreement.case, hand):
            raise NotAllowed("当地规程没有规定协议到期顺延")
        _set_renewal(agreement, hand, "open_renewal", basis, is_renewal_open=True, **values)


def close_renewal(agreement: Agreement, *, reason: str, hand: Hand, version: int) -> Case:
    """Take the mark off and return the case; an extended agreement ends now, any other at its printed end.

    Raises Unmet without a reason, and what settle and take_step refuse with.
    """
    if not reason:
        raise Unmet(["请写明取消的原因"])
    with write_tx():
        agreement = _own(agreement, hand, version)
        case = locked(Case, agreement.case_id)
        _set_renewal(agreement, hand, "close_renewal", reason, is_renewal_open=False)
        if case.state == CaseState.EXTENDED:
            return take_step(case, "end_extension", hand=hand, reason=reason, data={})
    return Case.get_by_id(case.id)


def _set_renewal(agreement: Agreement, hand: Hand, action: str, reason: str, **values: Any) -> None:
    case, before = agreement.case, agreement.is_renewal_open
    extend = hand.book_of(case).step(case.matter, CaseState.ACTIVE, "extend", {"renewal_open": True})
    Agreement.update(**values, version=Agreement.version + 1).where(Agreement.id == agreement.id).execute()
    audit.record(
        audit.of_case(case),
        action,
        hand=hand,
        case=case,
        article=extend.article if extend else "",
        reason=reason,
        is_renewal_open=[before, values["is_renewal_open"]],
        approved_by=values.get("renewal_approved_by", ""),
    )


def record_connection(
    case: Case, *, on: date, hand: Hand, reason: str = "", version: int | None = None
) -> Case:
    """Record that the information system is connected and return the case. Raises as take_step does."""
    return take_step(case, "record_connection", hand=hand, on=on, reason=reason, data={}, version=version)


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the office's stream that a list was taken out of the product."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)
