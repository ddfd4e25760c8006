"""What a book's conditions mean here: each name with the function that says what is missing.

A condition that reads what is typed with the step says nothing while the step is only being offered
(Ask.data is None); the form asks for it then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from lifecycle import bans, case_checks, change_conditions, clocks, exit_conditions, sheets, supplements
from lifecycle.cases import declared_features
from lifecycle.hand import Hand
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    ClockState,
    Complaint,
    MaterialState,
    StepTaken,
)
from rules.rows import Step


@dataclass(frozen=True)
class Ask:
    """A step that somebody wants to take, or that a page wants to offer (data None)."""

    case: Case
    step: Step
    hand: Hand
    on: date
    reason: str = ""
    data: Mapping[str, Any] | None = None
    known: list[case_checks.Item] | None = None  # what the page has looked up of the checks

    @property
    def is_offer(self) -> bool:
        return self.data is None

    @cached_property
    def checks(self) -> list[case_checks.Item]:
        """What is checked before acceptance, looked up once for all conditions that read it."""
        return case_checks.items(self.case, self.hand, self.on) if self.known is None else self.known

    def given(self, name: str) -> Any:
        return (self.data or {}).get(name)


def gaps(ask: Ask) -> list[str]:
    """Return what keeps the step from being taken, one sentence each; empty if nothing does."""
    found: list[str] = []
    for need in ask.step.needs:
        name, _, argument = need.partition(":")
        found += TIMED[name](ask, argument) if argument else CONDITIONS[name](ask)
    return found


def _typed(name: str, sentence: str) -> Callable[[Ask], list[str]]:
    """Return a condition that demands the typed value `name`."""
    return lambda ask: [] if ask.is_offer or ask.given(name) else [sentence]


def application_complete(ask: Ask) -> list[str]:
    application = Application.get_or_none(Application.case == ask.case)
    if application is None or not application.types:
        return ["请选择申请定点类型"]
    return [] if application.operating_since else ["请填写正式运营时间"]


def materials_complete(ask: Ask) -> list[str]:
    rows = CaseMaterial.select().where(CaseMaterial.case == ask.case).order_by(CaseMaterial.no)
    open_rows = [r for r in rows if r.state in (MaterialState.PENDING, MaterialState.MISSING)]
    originals = {m.key for m in ask.hand.book_of(ask.case).materials if m.original}
    if ask.is_offer and open_rows:
        return [f"还有 {len(open_rows)} 项材料未齐"]
    unseen = [r for r in rows if r.key in originals and r.state == "received" and not r.is_original_seen]
    return [f"材料未齐：{r.no}. {r.title}" for r in open_rows] + [
        f"未核原件：{r.no}. {r.title}" for r in unseen
    ]


def no_ban(ask: Ask) -> list[str]:
    books = ask.hand.books  # a ban keeps the book it was imposed under
    return [bans.sentence(ban, books[ban.book]) for ban in bans.standing(ask.case.institution, ask.on)]


def _checked(list_: str) -> Callable[[Ask], list[str]]:
    """Return a condition that demands an answer to every row of a list, and none against the applicant."""

    def condition(ask: Ask) -> list[str]:
        return case_checks.gaps(ask.checks, list_, is_offer=ask.is_offer)

    return condition


def missing_items_named(ask: Ask) -> list[str]:
    return supplements.gaps(ask.case)


def first_correction_or_reason(ask: Ask) -> list[str]:
    asked_before = (
        StepTaken.select()
        .where(
            StepTaken.case == ask.case,
            StepTaken.action == ask.step.action,
            StepTaken.undone_at.is_null(),
        )
        .exists()
    )
    if not asked_before or ask.is_offer or ask.reason:
        return []
    return ["已经出具过补正通知书（一次性告知），再次要求补正须写明理由"]


def grounds_chosen(ask: Ask) -> list[str]:
    if ask.is_offer:
        return []
    chosen = ask.given("grounds") or []
    if not chosen:
        return ["请至少选定一项不予受理情形"]
    known = ask.hand.book_of(ask.case).grounds_for("refusal", _facts(ask.case, ask.hand))
    if not set(chosen) <= {ground.key for ground in known}:
        return ["所选情形不适用于该机构"]
    found = set(case_checks.found_grounds(ask.checks))
    return [
        f"{ground.article}：请先在受理前核查中标为“存在”，写明依据和日期"
        for ground in known
        if ground.is_recorded and ground.key in chosen and ground.key not in found
    ]


def _facts(case: Case, hand: Hand) -> dict[str, Any]:
    application = Application.get(Application.case == case)
    return {
        "kind": case.institution.kind,
        "types": frozenset(application.types),
        "features": declared_features(application, hand),
    }


def reason_given(ask: Ask) -> list[str]:
    return [] if ask.is_offer or ask.reason.strip() else ["请写明理由"]


def group_assigned(ask: Ask) -> list[str]:
    # offered without a group: the step's own page is where the group is put together
    return [] if ask.is_offer or sheets.group(ask.case) else ["还没有指派审核评估小组成员"]


def flag_lowered(ask: Ask) -> list[str]:
    flag = ask.hand.book_of(ask.case).flags.get(ask.case.flag)
    return [f"{flag.label}，{flag.todo}后再办理"] if flag else []


def teams_formed(ask: Ask) -> list[str]:
    """Every member of the group belongs to a team; how many teams is the office's choice (一般)."""
    alone = [member.user.name for member in sheets.group(ask.case) if member.team is None]
    return [f"请先为评估小组成员分组：{'、'.join(alone)}"] if alone else []


def feedback_told(ask: Ask) -> list[str]:
    sheet = sheets.sheet_of(ask.case, "on_site")
    return [] if sheet and sheet.feedback_on else ["还没有登记当场反馈"]


def report_written(ask: Ask) -> list[str]:
    sheet = sheets.sheet_of(ask.case, "on_site")
    return [] if sheet and sheet.report.strip() else ["还没有形成考察报告和评估意见"]


def topics_settled(ask: Ask) -> list[str]:
    if ask.is_offer:
        return []
    topics, settled = ask.hand.book_of(ask.case).topics, set(ask.given("topics") or ())
    left = [row.title for row in topics if row.key not in settled]
    return [f"还没有谈妥：{'、'.join(left)}"] if left else []


def findings_weighed(ask: Ask) -> list[str]:
    """No book says how rows make the result here, so a result against the rows is given with its reason."""
    failed = sum(sheets.progress(ask.case, stage).failed for stage in ("desk", "on_site"))
    if not failed or ask.is_offer or ask.reason.strip():
        return []
    return [f"评审表有 {failed} 项不符合，评为合格须写明理由"]


def _signed(stage: str) -> Callable[[Ask], list[str]]:
    def condition(ask: Ask) -> list[str]:
        state = sheets.progress(ask.case, stage)
        spec = ask.hand.book_of(ask.case).sheet_for(stage, ask.case.institution.kind)
        title = spec.short if spec else ""
        if not state.total:
            return [f"{title}还没有填写"]
        if state.left:
            return [f"{title}还有 {state.left} 项未填"]
        return [f"{title}尚待签字：{'、'.join(state.unsigned)}"] if state.unsigned else []

    return condition


def desk_passed(ask: Ask) -> list[str]:
    failed = sheets.progress(ask.case, "desk").failed
    return [f"审核评价表有 {failed} 项不符合，不予通过"] if failed else []


def desk_failed(ask: Ask) -> list[str]:
    state = sheets.progress(ask.case, "desk")
    return [] if state.failed or not state.total else ["审核评价表没有不符合项"]


def result_may_pass(ask: Ask) -> list[str]:
    if sheets.progress(ask.case, "desk").failed:
        return ["审核评价表有不符合项，不能评为合格"]
    if sheets.progress(ask.case, "on_site").failed and not ask.is_offer and not ask.reason:
        return ["现场评估表有不合格项，评为合格须写明理由"]
    return []


def supplement_named(ask: Ask) -> list[str]:
    """A clock can be stopped once at a time, so the answer to an earlier request comes first."""
    if any(clocks.open_pause(ask.case, begin.clock) for begin in ask.step.pauses):
        return ["已要求补充材料，尚未登记收到；请先登记收到再要求"]
    return [] if ask.is_offer or ask.given("supplement") else ["请列明需要补充的材料"]


def evidence_attached(ask: Ask) -> list[str]:
    has = _has_file(ask.case, "evidence")
    return [] if has else ["请先上传证据材料（附件用途选“证据”）"]


def signed_text_attached(ask: Ask) -> list[str]:
    return [] if ask.is_offer or _has_file(ask.case, "signed_text") else ["请上传双方签署的协议文本扫描件"]


def _has_file(case: Case, purpose: str) -> bool:
    return (
        Attachment.select()
        .where(Attachment.case == case, Attachment.purpose == purpose, Attachment.removed_at.is_null())
        .exists()
    )


def reasons_and_advice(ask: Ask) -> list[str]:
    if ask.is_offer:
        return []
    missing = [("reasons", "请写明不合格理由"), ("advice", "请写明整改建议")]
    return [sentence for name, sentence in missing if not ask.given(name)]


def no_open_complaint(ask: Ask) -> list[str]:
    count = Complaint.select().where(Complaint.case == ask.case, Complaint.verified_on.is_null()).count()
    return [f"有 {count} 件举报尚未核查完毕"] if count else []


def complaint_upheld(ask: Ask) -> list[str]:
    effective = (
        Complaint.select()
        .where(Complaint.case == ask.case, Complaint.is_effective, Complaint.settled_on.is_null())
        .exists()
    )
    return no_open_complaint(ask) or ([] if effective else ["没有核查属实、影响结果的举报"])


def complaints_verified(ask: Ask) -> list[str]:
    effective = (
        Complaint.select()
        .where(Complaint.case == ask.case, Complaint.is_effective, Complaint.settled_on.is_null())
        .exists()
    )
    return no_open_complaint(ask) or (["有举报经核查影响评估结果，应当重新确定结果"] if effective else [])


def term_given(ask: Ask) -> list[str]:
    if ask.is_offer:
        return []
    days = [ask.given(name) for name in ("signed_on", "starts_on", "ends_on")]
    if not all(days):
        return ["请填写签订日期和协议有效期"]
    signed_on, starts_on, ends_on = (clocks.as_day(day) for day in days)
    gaps_ = [] if ends_on >= starts_on else ["协议终止日期早于生效日期"]
    return gaps_ + ([] if signed_on == ask.on else ["签订日期须与办理日期一致"])


def over(ask: Ask, rule: str) -> list[str]:
    """The wait must be past: the step's day lies after its last day."""
    clock = clocks.latest(ask.case, rule)
    name = ask.hand.book_of(ask.case).clocks[rule].name
    if clock is None or clock.due_on is None:
        return [f"{name}还没有起算，请先登记文书送达"]
    if ask.on > clock.due_on:
        return []
    return [f"{name}至 {clock.due_on.isoformat()} 届满，次日起可以办理"]


def within(ask: Ask, rule: str) -> list[str]:
    """The step's day must lie inside the period, although it is typed after it."""
    clock = clocks.latest(ask.case, rule)
    if clock is None or clock.due_on is None or ask.is_offer or ask.on <= clock.due_on:
        return []
    name = ask.hand.book_of(ask.case).clocks[rule].name
    return [f"{name}期限至 {clock.due_on.isoformat()}，只能补录当日及以前的事项"]


def paused(ask: Ask, rule: str) -> list[str]:
    stop = clocks.open_pause(ask.case, rule)
    if stop is None:
        return ["没有等待收到的补充材料"]
    if stop.from_on and ask.on < stop.from_on:
        return [f"补充材料通知 {stop.from_on.isoformat()} 送达，收到日期不能早于这一天"]
    return []


def running(ask: Ask, rule: str) -> list[str]:
    clock = clocks.latest(ask.case, rule)
    return [] if clock and clock.state in (ClockState.RUNNING, ClockState.PAUSED) else ["已经登记过了"]


def done(ask: Ask, rule: str) -> list[str]:
    """What the clock limits must have been done."""
    clock = clocks.latest(ask.case, rule)
    name = ask.hand.book_of(ask.case).clocks[rule].name
    return [f"{name}还没有办完"] if clock and clock.ended_on is None else []


CONDITIONS: dict[str, Callable[[Ask], list[str]]] = {
    **exit_conditions.CONDITIONS,
    **change_conditions.CONDITIONS,
    "application_complete": application_complete,
    "materials_complete": materials_complete,
    "no_ban": no_ban,
    "conditions_met": _checked("condition"),
    "grounds_cleared": _checked("screening"),
    "missing_items_named": missing_items_named,
    "first_correction_or_reason": first_correction_or_reason,
    "grounds_chosen": grounds_chosen,
    "reason_given": reason_given,
    "group_assigned": group_assigned,
    "desk_signed": _signed("desk"),
    "desk_passed": desk_passed,
    "desk_failed": desk_failed,
    "on_site_signed": _signed("on_site"),
    "flag_lowered": flag_lowered,
    "teams_formed": teams_formed,
    "feedback_told": feedback_told,
    "report_written": report_written,
    "findings_weighed": findings_weighed,
    "topics_settled": topics_settled,
    "result_may_pass": result_may_pass,
    "findings_given": _typed("findings", "请写明核实情况"),
    "supplement_named": supplement_named,
    "evidence_attached": evidence_attached,
    "reasons_and_advice": reasons_and_advice,
    "complaint_given": _typed("complaint", "请填写举报内容"),
    "no_open_complaint": no_open_complaint,
    "complaints_verified": complaints_verified,
    "complaint_upheld": complaint_upheld,
    "meeting_recorded": _typed("meeting", "请先登记领导小组会议"),
    "negotiation_recorded": _typed("negotiation", "请填写协商谈判记录"),
    "signed_text_attached": signed_text_attached,
    "term_given": term_given,
}

TIMED: dict[str, Callable[[Ask, str], list[str]]] = {
    "over": over,
    "within": within,
    "paused": paused,
    "running": running,
    "done": done,
}
