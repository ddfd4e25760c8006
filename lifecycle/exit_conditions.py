"""What a book's conditions mean for suspension, termination and exit requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lifecycle import effects
from lifecycle.clocks import as_day
from models import (
    Agreement,
    Attachment,
    BanClass,
    Case,
    CaseState,
    ExitRequest,
    ExitWish,
    Matter,
    RectificationItem,
    RectificationState,
)

if TYPE_CHECKING:
    from lifecycle.conditions import Ask


def _unknown_grounds(ask: "Ask", use: str) -> list[str]:
    chosen = ask.given("grounds") or []
    if not chosen:
        return ["请至少选定一项情形"]
    book = ask.hand.book_of(ask.case)
    known = {row.key: row for row in book.grounds_for(use, {"kind": ask.case.institution.kind})}
    if not set(chosen) <= known.keys():
        return ["所选情形不适用于该机构"]
    evidence = ask.given("evidence") or {}
    return [
        f"请填写“{'、'.join(known[key].asks)}”：{known[key].text}"
        for key in chosen
        if known[key].asks and not str(evidence.get(key) or "").strip()
    ]


def suspension_given(ask: "Ask") -> list[str]:
    """Grounds with what they ask for, who decided, and the days of the suspension (第二十九条)."""
    if ask.is_offer:
        return []
    missing = _unknown_grounds(ask, "suspension")
    if not ask.given("decided_by"):
        missing.append("请填写决定人或决定会议")
    starts_on, ends_on = ask.given("starts_on"), ask.given("ends_on")
    if not starts_on or not ends_on:
        return [*missing, "请填写中止的起止日期"]
    if as_day(ends_on) < as_day(starts_on):
        missing.append("中止终止日期早于开始日期")
    term = Agreement.get_or_none(Agreement.case == ask.case)
    if term and ask.case.state == CaseState.ACTIVE and not term.is_renewal_open:
        late = as_day(starts_on) > term.ends_on
        missing += [f"协议 {term.ends_on.isoformat()} 期满，中止不能在期满后开始"] if late else []
    return missing


def no_suspension(ask: "Ask") -> list[str]:
    row = effects.open_suspension(ask.case)
    return [f"已经决定自 {row.starts_on.isoformat()} 起中止，须先取消"] if row else []


def rectified(ask: "Ask") -> list[str]:
    """Every item that was to be put right is done."""
    row = effects.open_suspension(ask.case)
    left = (
        RectificationItem.select()
        .where(RectificationItem.suspension == row, RectificationItem.state != RectificationState.DONE)
        .count()
        if row
        else 0
    )
    return [f"还有 {left} 项整改没有到位"] if left else []


def termination_given(ask: "Ask") -> list[str]:
    """Grounds with what they ask for, who decided, from when, and the class of ban a person chose (C-46)."""
    if ask.is_offer:
        return []
    missing = _unknown_grounds(ask, "termination")
    if not ask.given("decided_by"):
        missing.append("请填写决定人或决定会议")
    if not ask.given("effective_on"):
        missing.append("请填写解除日期")
    if ask.given("ban_class") not in set(BanClass):
        missing.append("请选择解除后限制申请的类别")
    elif ask.given("ban_class") != BanClass.NONE and not ask.given("ban_reason"):
        missing.append("请写明限制申请的事实和依据")
    return missing


def exit_allowed(ask: "Ask") -> list[str]:
    """Public medical institutions may neither suspend nor terminate by themselves (第三十三条)."""
    request = ExitRequest.get_or_none(ExitRequest.case == ask.case)
    if request is None:
        return ["请先填写退出申请表"]
    if request.agreement.closed_on:
        return ["协议已经终止，不必再申请退出"]
    return [refusal] if (refusal := public_refusal(ask, request.wish)) else []


def exit_asked(ask: "Ask") -> list[str]:
    """What is asked for is written down, and the agreement it is about still stands."""
    request = ExitRequest.get_or_none(ExitRequest.case == ask.case)
    if request is None:
        return ["请先填写申请"]
    return ["协议已经终止或重新签订，不必再办理"] if request.agreement.closed_on else []


def related_files(ask: "Ask") -> list[str]:
    """At least one file of the institution lies with the request (相关资料文件)."""
    rows = Attachment.select().where(Attachment.case == ask.case, Attachment.removed_at.is_null())
    has = rows.where(Attachment.purpose == "material").exists()
    return [] if has else ["还没有相关资料文件，请先上传（附件用途选“申请材料”）"]


def public_refusal(ask: "Ask", wish: str) -> str:
    """Return why a public medical institution may not ask for this, or nothing."""
    mine = ask.case.institution
    if mine.kind == "medical" and mine.is_public and wish in (ExitWish.SUSPEND, ExitWish.TERMINATE):
        return f"公立医疗机构不得主动提出中止或解除医保协议（{ask.step.article}）"
    return ""


EVALUATED = (
    CaseState.QUALIFIED,
    CaseState.PUBLIC_NOTICE,
    CaseState.PROPOSED_PASS,
    CaseState.CITY_REVIEW,
    CaseState.FINAL_DECISION,
    CaseState.LISTED,
    CaseState.SUPERVISION_NOTICE,
    CaseState.NEGOTIATION,
    CaseState.SIGNING,
)


def evaluated_anew(ask: "Ask") -> list[str]:
    """After a change of owner the evaluation that the suspension opened has passed (第二十三条, C-40)."""
    evaluation = evaluation_of(ask.case)
    if evaluation is None:
        return ["没有在办的重新评估办件，请先为该机构登记定点申请并完成审核评估"]
    return [] if evaluation.state in EVALUATED else [f"重新评估 {evaluation.number} 尚未评估合格"]


def evaluation_of(case: Case) -> Case | None:
    """Return the open application by which the new owner is evaluated, or None."""
    return Case.get_or_none(
        Case.origin == case.id, Case.matter == Matter.APPLICATION, Case.closed_on.is_null()
    )


CONDITIONS: dict[str, Callable[["Ask"], list[str]]] = {
    "suspension_given": suspension_given,
    "no_suspension": no_suspension,
    "rectified": rectified,
    "termination_given": termination_given,
    "exit_allowed": exit_allowed,
    "exit_asked": exit_asked,
    "related_files": related_files,
    "evaluated_anew": evaluated_anew,
}
