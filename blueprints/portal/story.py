"""A case told to the institution: where it stands and what happened, in neutral sentences.

No internal notes, no reasons of internal decisions, nothing about complaints; who acted for the office is
named only where the office does not hide its officers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from blueprints import words
from blueprints.stations import StationRow
from blueprints.telling import Card, Told
from models import Attachment, Case, CaseState, Document, StepTaken, User
from rules.book import Book

OFFICER = "经办机构工作人员"
CORRECTION = "correction"  # the flag of a case that was accepted all the same

PLAIN = {
    CaseState.DRAFT: "还没有提交。填写申请、上传材料后提交",
    CaseState.FILED: "已提交，经办机构正在核对材料是否齐全",
    CaseState.CORRECTION_REQUESTED: "材料需要补正。按补正通知书列明的各项上传，再提交",
    CaseState.ACCEPTED: "已受理，等待审核评估",
    CaseState.DESK_REVIEW: "经办机构正在审核评价",
    CaseState.ON_SITE: "经办机构正在组织现场评估，请配合",
    CaseState.RESULT_PENDING: "评估已经完成，正在形成结果",
    CaseState.RECTIFICATION: "评估不合格。按告知书整改，再申请再次评估",
    CaseState.QUALIFIED: "评估合格，等待公示",
    CaseState.PUBLIC_NOTICE: "评估结果正在公示",
    CaseState.NOTICE_INVESTIGATION: "公示后正在核实有关情况",
    CaseState.PROPOSED_PASS: "等待集体决策",
    CaseState.CITY_REVIEW: "等待市级复审",
    CaseState.FINAL_DECISION: "等待确定名单",
    CaseState.LISTED: "已列入名单，等待公示",
    CaseState.SUPERVISION_NOTICE: "名单正在公示",
    CaseState.NEGOTIATION: "请与经办机构协商谈判",
    CaseState.SIGNING: "请在期限内与经办机构签订协议",
    CaseState.DESIGNATED: "已签订协议，成为定点医药机构",
    CaseState.ABANDONED_CORRECTION: "期限内没有补正，已视为放弃此次申请",
    CaseState.REFUSED: "不予受理，理由见通知书",
    CaseState.WITHDRAWN: "申请已撤回",
    CaseState.REJECTED_FRAUD: "材料不实，申请已终止",
    CaseState.FAILED_FINAL: "再次评估不合格，申请已办结",
    CaseState.ABANDONED_RECTIFICATION: "期限内没有申请再次评估，已视为放弃此次申请",
    CaseState.NOT_SELECTED: "没有纳入名单，申请已办结",
    CaseState.NOT_AGREED: "协商没有达成一致，申请已办结",
    CaseState.ABANDONED_SIGNING: "期限内没有签订协议，已视为放弃",
    CaseState.ABANDONED_COMMITMENT: "期限内没有完成承诺的事项，已视为放弃",
    CaseState.ACTIVE: "协议履行中",
    CaseState.EXTENDED: "续签办理中，原协议继续有效",
    CaseState.EXPIRED: "协议已期满",
    CaseState.ANNULLED: "协议已取消",
}
# Labels of the book that would tell what came from a third person.
VEILED = {CaseState.NOTICE_INVESTIGATION: "公示核实"}
# What the institution does itself, in its own words; what the office does inside, without its outcome; what
# came from a third person, not at all.
OWN = {"file": "提交申请", "receive_supplement": "提交补正材料", "withdraw": "撤回申请"}
NEUTRAL = {
    "conclude_desk_review": "完成审核评价",
    "fail_desk_review": "完成审核评价",
    "conclude_on_site": "完成现场评估",
}
UNTOLD = frozenset({"receive_complaint", "add_complaint", "dismiss_complaint", "uphold_complaint"})


@dataclass(frozen=True)
class _Moment:
    """Something that happened, before it is told."""

    on: date
    at: datetime
    who: str
    what: str
    detail: str = ""
    is_key: bool = False


def state_label(case: Case, book: Book) -> str:
    """Return the label of the case's state as the institution may read it."""
    return VEILED.get(CaseState(case.state)) or book.states[case.state].label


def plain_state(case: Case, label: str) -> str:
    """Return where the case stands in a sentence for the institution; the book's label if there is none."""
    if owes_correction(case):
        return PLAIN[CaseState.CORRECTION_REQUESTED]
    return PLAIN.get(CaseState(case.state), label)


def owes_correction(case: Case) -> bool:
    """Return whether the institution was told what is missing, in whichever state its region does so."""
    is_asked = case.state == CaseState.CORRECTION_REQUESTED or case.flag == CORRECTION
    return case.closed_on is None and is_asked


def without_names(rows: Iterable[StationRow], *, hides: bool) -> list[StationRow]:
    """Return the process bar without the names of officers, if the office hides them."""
    return [replace(row, who="") if hides else row for row in rows]


def shown_clocks(cards: Iterable[Card]) -> list[Card]:
    """Return what runs now, and what has ended of the institution's own periods."""
    return [card for card in cards if not card.is_met or card.party == "provider"]


def history(
    steps: Iterable[StepTaken],
    documents: Iterable[Document],
    files: Iterable[Attachment],
    own: set[int],
    today: date,
    *,
    hides: bool,
) -> list[Told]:
    """Return what happened in the case, newest first.

    own: the ids of the institution's accounts. They are named to themselves; officers as the office has it.
    """
    taken = {step.id: step for step in steps if step.action not in UNTOLD}
    told = [
        *(_of_step(step, own, hides) for step in taken.values()),
        *(moment for document in documents for moment in _of_document(document, taken)),
        *_of_files(files, own),
    ]
    told.sort(key=lambda moment: (moment.on, moment.at), reverse=True)
    return [_told(moment, today) for moment in told]


def _of_step(step: StepTaken, own: set[int], hides: bool) -> _Moment:
    is_own = step.actor_id in own
    what = OWN.get(step.action, step.label) if is_own else NEUTRAL.get(step.action, step.label)
    return _Moment(step.on, step.at, _who(step.actor, is_own, hides), what, is_key=step.origin != step.target)


def _who(actor: User, is_own: bool, hides: bool) -> str:
    if is_own:
        return actor.name
    if actor.username == "system":
        return "系统"
    return OFFICER if hides else actor.name


def _of_document(document: Document, steps: Mapping[int, StepTaken]) -> Iterable[_Moment]:
    step = steps.get(document.step_id)
    at = step.at if step else datetime.combine(document.issued_on, time.min)
    yield _Moment(document.issued_on, at, "经办机构", f"出具{document.name}", document.number)
    proof = getattr(document, "proof", None)
    if proof:
        way = words.SERVICE_WAYS[proof.way]
        yield _Moment(
            proof.served_on, proof.recorded_at, document.name, f"送达（{way}）", f"收件人 {proof.recipient}"
        )


def _of_files(files: Iterable[Attachment], own: set[int]) -> list[_Moment]:
    """Return the own uploads, those of one person on one day together."""
    counted: dict[tuple[date, str], list[Attachment]] = {}
    for row in files:
        if row.uploaded_by_id in own:
            key = (row.uploaded_at.date(), row.uploaded_by.name)
            counted.setdefault(key, []).append(row)
    return [
        _Moment(on, max(row.uploaded_at for row in rows), who, f"上传 {len(rows)} 个文件")
        for (on, who), rows in counted.items()
    ]


def _told(moment: _Moment, today: date) -> Told:
    when = f"{moment.on:%m-%d}" if moment.on.year == today.year else f"{moment.on:%Y-%m-%d}"
    kind = "key" if moment.is_key else ""
    return Told(when, f"{moment.who}{moment.what}", moment.detail, kind, moment.on.isoformat())
