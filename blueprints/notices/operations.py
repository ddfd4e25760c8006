"""Publishing lists, receiving complaints, verifying and settling them. One transaction each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from blueprints import words
from blueprints.notices import queries
from lifecycle import audit, papers
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, DomainError, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Case, CaseState, Complaint, NoticeCase, PublicNotice
from rules.periods import describe


def publish(  # noqa: PLR0913
    case_ids: Sequence[int],
    kind: str,
    *,
    hand: Hand,
    published_on: date,
    medium: str,
    phone: str,
    reason: str = "",
) -> PublicNotice:
    """Return a new publication of `case_ids` under one number; each case's own clock starts.

    Raises Unmet without a case, and what take_step refuses with, naming the institution.
    """
    with write_tx():
        cases = [locked(Case, case_id) for case_id in sorted(set(case_ids))]
        if not cases:
            raise Unmet(["请先勾选要公示的机构"])
        if any(case.office_id != hand.actor.office_id for case in cases):
            raise NotAllowed("只能公示本单位办理的机构")
        notice = PublicNotice.create(
            office=hand.actor.office,
            kind=kind,
            published_on=published_on,
            medium=medium,
            phone=phone,
            created_by=hand.actor,
        )
        for case in cases:
            NoticeCase.create(notice=notice, case=case)
            _take(case, kind, notice, hand, published_on, reason)
        _register(notice, hand)
    return notice


def _take(case: Case, kind: str, notice: PublicNotice, hand: Hand, on: date, reason: str) -> None:
    action, _ = queries.STEPS[kind]
    try:
        take_step(case, action, hand=hand, on=on, reason=reason, data={"notice": notice.id})
    except DomainError as refusal:
        refusal.sentences = tuple(f"{case.institution.name}：{sentence}" for sentence in refusal.sentences)
        raise


def _register(notice: PublicNotice, hand: Hand) -> None:
    """Give the publication its number and freeze what it says."""
    rows = queries.entries(notice)
    book = hand.books[rows[0].book]
    _, document = queries.STEPS[notice.kind]
    step = queries.publishing_step(notice.kind, book.id, hand)
    until_on = queries.period(notice.kind, book.id, notice.published_on, hand).on
    frozen = {
        "kind": notice.kind,
        "office": notice.office.name,
        "office_phone": notice.office.phone,
        "district": notice.office.district,
        "address": notice.office.address,
        "book": book.name,
        "published_on": _in_full(notice.published_on),
        "until_on": _in_full(until_on) if until_on else "",
        "term": describe(book.clocks[step.starts[0].clock]).replace(" ", ""),
        "medium": notice.medium,
        "phone": notice.phone,
        "entries": [_entry(no, row, hand) for no, row in enumerate(rows, start=1)],
    }
    notice.document = papers.register(
        notice.office, book, document, hand=hand, on=notice.published_on, frozen=frozen
    )
    notice.save()


def _in_full(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _entry(no: int, row: Any, hand: Hand) -> dict[str, Any]:
    return {
        "no": no,
        "name": row.name,
        "kind": words.KINDS[row.institution_kind],
        "address": row.address,
        "types": queries.type_labels(row.book, row.types, hand),
    }


def receive(  # noqa: PLR0913
    case: Case,
    *,
    hand: Hand,
    received_on: date,
    complainant: str,
    phone: str,
    content: str,
    reason: str = "",
    version: int | None = None,
) -> Complaint:
    """Return a new complaint about `case`; the case stands still until every complaint is settled.

    complainant: empty for an anonymous one. Raises what take_step refuses with.
    """
    with write_tx():
        case = locked(Case, case.id)
        complaint = Complaint.create(
            case=case,
            notice=queries.notice_of(case),
            received_on=received_on,
            complainant=complainant,
            phone=phone,
            content=content,
            recorded_by=hand.actor,
        )
        is_held = case.state == CaseState.NOTICE_INVESTIGATION
        take_step(
            case,
            "add_complaint" if is_held else "receive_complaint",
            hand=hand,
            on=received_on,
            reason=reason,
            data={"complaint": complaint.id},
            version=version,
        )
    return complaint


def verify(  # noqa: PLR0913
    complaint: Complaint,
    *,
    hand: Hand,
    verified_on: date,
    is_effective: bool,
    findings: str,
    version: int,
) -> None:
    """Record what the verification found: whether the complaint affects the result.

    Raises Unmet without findings, BadDay for a day before receipt or after today, Conflict for a stale
    version and for a complaint whose conclusion has already moved the case.
    """
    if not findings:
        raise Unmet(["请写明核查情况和结论"])
    with write_tx():
        complaint = locked(Complaint, complaint.id)
        case = locked(Case, complaint.case_id)
        _check_verification(complaint, case, hand, verified_on, version)
        Complaint.update(
            verified_on=verified_on, is_effective=is_effective, findings=findings, version=version + 1
        ).where(Complaint.id == complaint.id).execute()
        audit.record(
            audit.of_case(case),
            "verify_complaint",
            hand=hand,
            on=verified_on,
            case=case,
            reason=findings,
            label="登记举报核查结论",
            complaint=complaint.id,
            is_effective=[complaint.is_effective, is_effective],
        )


def _check_verification(
    complaint: Complaint, case: Case, hand: Hand, verified_on: date, version: int
) -> None:
    if case.office_id != hand.actor.office_id:
        raise NotAllowed("由办理该申请的经办机构核查")
    if complaint.version != version:
        raise Conflict("同事刚刚登记过这件举报的核查结论，请核对后再改")
    if complaint.settled_on:
        raise Conflict("办件已经按这件举报的核查结论办理，不能再改")
    if verified_on > hand.today:
        raise BadDay("核查日期不能晚于今天")
    if verified_on < complaint.received_on:
        raise BadDay(f"核查日期不能早于收到举报的 {complaint.received_on.isoformat()}")


def settle(  # noqa: PLR0913
    case: Case, action: str, *, hand: Hand, on: date, reason: str = "", version: int | None = None
) -> Case:
    """Take `action` (dismiss_complaint or uphold_complaint) and mark every verified complaint as settled.

    Returns the case as it then stands. Raises what take_step refuses with.
    """
    if action not in ("dismiss_complaint", "uphold_complaint"):
        raise NotAllowed("没有这个步骤")
    with write_tx():
        case = take_step(case, action, hand=hand, on=on, reason=reason, version=version)
        Complaint.update(settled_on=on, version=Complaint.version + 1).where(
            Complaint.case == case, Complaint.verified_on.is_null(False), Complaint.settled_on.is_null()
        ).execute()
    return case
