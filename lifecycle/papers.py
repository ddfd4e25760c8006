"""Numbered documents: issued with frozen data, served, corrected, voided and issued anew (文书)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lifecycle import audit, clocks, exit_papers, moment, numbering
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import (
    Case,
    CaseMaterial,
    Clock,
    ClockPause,
    Document,
    DocumentState,
    MaterialState,
    Office,
    ProofOfService,
    StepTaken,
    Suspension,
)
from rules.book import Book
from rules.periods import describe


def issue(  # noqa: PLR0913
    case: Case, kind: str, *, hand: Hand, on: date, step: StepTaken | None, data: Mapping[str, Any]
) -> Document:
    """Return a new document of `kind` about `case`, with the next number of its series and its frozen data.

    data: what was typed with the step. Must run inside the step's transaction.
    """
    book = hand.book_of(case)
    content = book.documents[kind].content or kind
    if step and content in exit_papers.CONTENTS:
        told = exit_papers.contents(content, case, step, data, book)
    else:
        told = FREEZE.get(content, _nothing_more)(case, data, hand)
    frozen = _heading(case, on) | told
    return register(case.office, book, kind, hand=hand, on=on, frozen=frozen, case=case, step=step)


def register(  # noqa: PLR0913
    office: Office,
    book: Book,
    kind: str,
    *,
    hand: Hand,
    on: date,
    frozen: Mapping[str, Any],
    case: Case | None = None,
    step: StepTaken | None = None,
) -> Document:
    """Return a new row of the register of documents; one without a case is a publication of the office.

    frozen: the data the document is printed from for ever; its number is added. Must run in a transaction.
    """
    paper = book.documents[kind]
    seq, number = numbering.document_number(office, paper.word, on, hand)
    document = Document.create(
        office=office,
        case=case,
        step=step,
        kind=kind,
        name=paper.name,
        word=paper.word,
        year=on.year,
        seq=seq,
        number=number,
        data={**frozen, "number": number},
        issued_on=on,
        is_to_serve=paper.is_served,
        issued_by=hand.actor,
    )
    audit.record(
        _stream(document),
        "issue_document",
        hand=hand,
        on=on,
        case=case,
        article=paper.article,
        kind=kind,
        name=paper.name,
        number=number,
    )
    return document


def _stream(document: Document) -> str:
    return audit.of_case(document.case) if document.case_id else f"office:{document.office_id}"


def _heading(case: Case, on: date) -> dict[str, Any]:
    return {
        "institution": case.institution.name,
        "address": case.institution.address,
        "office": case.office.name,
        "office_phone": case.office.phone,
        "issued_on": f"{on.year}年{on.month}月{on.day}日",
        "matter": "医药机构医疗保障定点申请",
    }


def _nothing_more(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:  # noqa: ARG001
    return {}


def _acceptance(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:  # noqa: ARG001
    rows = (
        CaseMaterial.select()
        .where(CaseMaterial.case == case, CaseMaterial.state == MaterialState.RECEIVED)
        .order_by(CaseMaterial.no)
    )
    return {"materials": [{"no": row.no, "title": row.title} for row in rows]}


def _correction(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    return _one_time(case, data, hand) | {"term": _term(case, "correction", hand)}


def _one_time(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:  # noqa: ARG001
    """Everything that is missing, told at once, with no limit for supplying it."""
    rows = (
        CaseMaterial.select()
        .where(CaseMaterial.case == case, CaseMaterial.state == MaterialState.MISSING)
        .order_by(CaseMaterial.no)
    )
    return {"missing": [{"title": row.title, "note": row.note} for row in rows]}


def _refusal(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    book = hand.book_of(case)
    chosen = [ground for ground in book.grounds if ground.key in data["grounds"]]
    return {
        "grounds": [{"text": g.text, "article": g.article, "note": ""} for g in chosen],
        "remark": data.get("remark", ""),
        "matter": "医药机构医疗保障定点申请不予受理",
    }


def _unqualified(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    return {
        "matter": "医药机构定点申请",
        "result": "评估不合格" if case.round == 1 else "再次评估不合格",
        "reasons": data["reasons"],
        "advice": data["advice"],
        "query": hand.region_of(case.office).province_system,
        "wait_term": _term(case, "rectify_earliest", hand),
        "ban_term": _term(case, "reapply_ban", hand),
    }


def _supplement(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:  # noqa: ARG001
    return {"materials": [line for line in data["supplement"].splitlines() if line.strip()]}


def _negotiation(case: Case, data: Mapping[str, Any], hand: Hand) -> dict[str, Any]:  # noqa: ARG001
    return {"district": case.office.district, **data["negotiation"]}


def _term(case: Case, rule: str, hand: Hand) -> str:
    """Return an amount of the book as the annexes print it, without spaces: 5个工作日."""
    return describe(hand.book_of(case).clocks[rule]).replace(" ", "")


FREEZE: dict[str, Callable[[Case, Mapping[str, Any], Hand], dict[str, Any]]] = {
    "acceptance_notice": _acceptance,
    "correction_notice": _correction,
    "one_time_notice": _one_time,
    "refusal_notice": _refusal,
    "unqualified_notice": _unqualified,
    "supplement_notice": _supplement,
    "negotiation_record": _negotiation,
}


def _demand_own(document: Document, hand: Hand) -> None:
    """Raise NotAllowed unless the person's own office issued the document: a city only reads."""
    if not hand.is_system and hand.actor.office_id != document.office_id:
        raise NotAllowed("由出具文书的经办机构办理")


def serve(document: Document, *, hand: Hand, served_on: date, **proof: str) -> ProofOfService:
    """Record that `document` was served (annex 6) and let the clocks that waited for it begin.

    proof: way, address, recipient, phone, note. Raises BadDay for a day before issue or after today,
    Conflict if a proof exists, NotAllowed for a voided document and for one that is not served.
    """
    with write_tx():
        document = locked(Document, document.id)
        _demand_own(document, hand)
        if not document.is_to_serve:
            raise NotAllowed("这份文书不需要送达，不用登记回执")
        _check_served_day(document, served_on, hand)
        if ProofOfService.get_or_none(ProofOfService.document == document):
            raise Conflict("这份文书已经登记过送达；日期有误的，请更正送达日期")
        row = ProofOfService.create(
            document=document, served_on=served_on, recorded_by=hand.actor, recorded_at=moment.now(), **proof
        )
        clocks.served(document, hand)
        clocks.choose_lead(document.case)
        audit.record(
            audit.of_case(document.case),
            "serve",
            hand=hand,
            on=served_on,
            case=document.case,
            article=hand.book_of(document.case).article_of("proof_of_service"),
            number=document.number,
            way=proof.get("way", ""),
            recipient=proof.get("recipient", ""),
        )
    return row


def correct_served(proof: ProofOfService, *, hand: Hand, served_on: date, reason: str, version: int) -> None:
    """Put the served day right and compute anew what hangs on it; both days stay in the trail.

    A lapse that rested on the wrong day is taken back by corrections.recheck_lapse, which the caller asks.
    Raises Unmet without a reason, BadDay as serve does, Conflict for a stale version.
    """
    if not reason:
        raise Unmet(["请写明更正原因"])
    with write_tx():
        proof = locked(ProofOfService, proof.id)
        document = locked(Document, proof.document_id)
        _demand_own(document, hand)
        if proof.version != version:
            raise Conflict(f"同事刚把送达日期改为 {proof.served_on.isoformat()}，请核对后再改")
        _check_served_day(document, served_on, hand)
        before = proof.served_on
        ProofOfService.update(served_on=served_on, version=version + 1).where(
            ProofOfService.id == proof.id
        ).execute()
        clocks.served(document, hand)
        clocks.choose_lead(document.case)
        audit.record(
            audit.of_case(document.case),
            "correct_served",
            hand=hand,
            on=served_on,
            case=document.case,
            reason=reason,
            number=document.number,
            served_on=[before, served_on],
        )


def _check_served_day(document: Document, served_on: date, hand: Hand) -> None:
    if document.state == DocumentState.VOIDED:
        raise NotAllowed("这份文书已作废，不能登记送达")
    if served_on > hand.today:
        raise BadDay("送达日期不能晚于今天")
    if served_on < document.issued_on:
        raise BadDay(f"送达日期不能早于出具日期 {document.issued_on.isoformat()}")


def void(document: Document, *, hand: Hand, reason: str) -> None:
    """Void `document`, keeping its number. Raises Unmet without a reason, Conflict if it is void already."""
    if not reason:
        raise Unmet(["请写明作废原因"])
    with write_tx():
        document = locked(Document, document.id)
        _demand_own(document, hand)
        if document.state == DocumentState.VOIDED:
            raise Conflict("这份文书已经作废")
        Document.update(state=DocumentState.VOIDED, void_reason=reason, voided_at=moment.now()).where(
            Document.id == document.id
        ).execute()
        audit.record(
            _stream(document),
            "void_document",
            hand=hand,
            case=document.case,
            reason=reason,
            number=document.number,
        )


def reissue(document: Document, *, hand: Hand, reason: str) -> Document:
    """Void `document` and return it with a new number and today's day; its open clocks wait for the new one.

    While the case stands where the document led it, its content is drawn up anew; later it says what it said.
    Raises as void does, and NotAllowed for a closed case and a publication.
    """
    case = document.case
    if case is None:
        raise NotAllowed("公示名单不能作废重开，内容有误的请更正后重新发布")
    with write_tx():
        if case.closed_on:
            raise NotAllowed("办件已办结，不能重新出具")
        void(document, hand=hand, reason=reason)
        fresh = _again(document, case, hand)
        Clock.update(document=fresh).where(Clock.document == document, Clock.ended_on.is_null()).execute()
        ClockPause.update(document=fresh).where(
            ClockPause.document == document, ClockPause.until_on.is_null()
        ).execute()
        Suspension.update(document=fresh).where(Suspension.document == document).execute()
        clocks.served(fresh, hand)
        clocks.choose_lead(case)
    return fresh


def _again(document: Document, case: Case, hand: Hand) -> Document:
    step, kind, on = document.step, document.kind, hand.today
    if step and case.state == step.target:
        return issue(case, kind, hand=hand, on=on, step=step, data=step.data)
    frozen = document.data | _heading(case, on) | {"matter": document.data["matter"]}
    return register(
        case.office, hand.book_of(case), kind, hand=hand, on=on, frozen=frozen, case=case, step=step
    )
