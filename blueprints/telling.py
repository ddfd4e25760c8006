"""Events told as sentences, and clocks told with their sums: for every page that shows a case."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from peewee import JOIN

from blueprints import words
from lifecycle import clocks, moment
from lifecycle.hand import Hand
from models import Case, Clock, ClockState, Document, Event, ProofOfService, StepTaken
from rules.periods import Lamp, Line, day_text, describe, due_date, lamp, remainder


@dataclass(frozen=True)
class Told:
    """An event as the timeline macro wants it."""

    when: str
    text: str
    detail: str
    kind: str
    iso: str


# What the sentence of an event says after the name; steps bring their own label.
VERBS = {
    "open_case": "登记办件",
    "update_existing": "按台账更新存量协议",
    "set_application": "填写申请内容",
    "amend_application": "修改申请信息",
    "issue_document": "出具{name}",
    "serve": "登记送达",
    "correct_served": "更正送达日期",
    "void_document": "作废文书",
    "print": "打印{name}",
    "hand_over": "移交办件",
    "take_back": "撤回“{label}”",
    "correct_day": "更正“{label}”的办理日期",
    "reinstate": "恢复办理",
    "lapse_taken_back": "日期更正，取消“{label}”",
    "upload": "上传附件",
    "remove_file": "移除附件",
    "mark_material": "核对材料",
    "reuse_material": "沿用以前收到的材料",
    "add_material": "增加一项材料",
    "drop_material": "删除自行增加的材料",
    "set_validity": "登记文件有效期",
    "file_changed": "打开文件被拒，内容与上传时不一致",
    "mark_materials": "核对材料",
    "rebind": "转用新版规程",
    "calendar_moved_clock": "节假日调整，到期日变更",
    "propose_termination": "提示：长期未结算，建议解除协议",
    "drop_proposal": "撤下因长期未结算解除协议的建议",
    "remind_unsettled": "提醒：接近最长未结算期限",
    "assign_group": "指派审核评估小组",
    "mark_row": "填写评审表",
    "sign_sheet": "签字确认",
    "pledge": "作出廉洁保密承诺",
    "filing": "登记备案",
    "urge": "督办",
    "answer_urge": "答复督办",
    "settle": "登记最近结算日期",
    "note_visit": "填写评估日期和备注",
    "rename_person": "更正人员姓名",
    "amend_change": "更正变更登记",
    "open_renewal": "登记续签办理中",
    "close_renewal": "取消续签办理",
    "impose_ban": "登记限制申请",
    "mark_check": "受理前核查",
    "set_policy": "登记基金评估和政策标记",
    "link_replacement": "登记退一进一关联",
    "unlink_replacement": "取消退一进一关联",
    "block_rights": "登记中止或终止结算资格",
    "lift_rights": "恢复结算资格",
    "do_follow_up": "登记后续事项",
    "mark_rectification": "登记整改核查",
    "decline_follow_up": "登记后续事项不办理",
}
KEY = {"take_back", "reinstate", "lapse_taken_back"}


# Told together when one person did several in a row on one day; looking into a sheet is not told at all.
TOGETHER = {
    "mark_material": "核对材料 {n} 项",
    "mark_row": "填写评审表 {n} 项",
    "upload": "上传 {n} 个附件",
    "mark_check": "受理前核查 {n} 项",
    "print": "打印表格和文书 {n} 次",
}
UNTOLD = ("open_sheet", "set_application", "change_institution")


def events_of(case: Case, limit: int | None = 10) -> list[Told]:
    """Return the newest events of a case as sentences, a run of ticks told as one; all without a limit."""
    rows = (
        Event.select()
        .where(Event.case == case, Event.action.not_in(UNTOLD))
        .order_by(Event.id.desc())
        .limit(limit * 20 if limit else None)
    )
    seen = list(rows)
    with_step = {event.change.get("document") for event in seen}  # the step's own sentence names its document
    kept = [e for e in seen if e.action != "issue_document" or e.change.get("number") not in with_step]
    told = [_tell_run(list(run)) for _, run in groupby(kept, key=_run_key)]
    return told[:limit]


def _run_key(event: Event) -> tuple[Any, ...]:
    together = event.action in TOGETHER
    return (event.action, event.actor_id, event.at.date()) if together else (event.id,)


def _tell_run(run: list[Event]) -> Told:
    newest = tell(run[0])
    if len(run) == 1:
        return newest
    return replace(newest, text=run[0].actor_name + TOGETHER[run[0].action].format(n=len(run)), detail="")


def tell(event: Event) -> Told:
    """Return one event as a sentence with a grey line of detail."""
    change = event.change or {}
    label = change.get("label", "")
    verb = VERBS.get(event.action) or label or event.action
    verb = verb.format(label=label, name=change.get("name") or "文书")
    moved = isinstance(change.get("state"), list) and change["state"][0] != change["state"][1]
    return Told(
        when=_when(event.at),
        text=f"{event.actor_name}{verb}",
        detail="，".join(_details(event, change)),
        kind="key" if moved or event.action in KEY else "",
        iso=event.at.isoformat(),
    )


def _when(at: datetime) -> str:
    """Return the time as the timeline shows it: of an earlier year only the day, with its year."""
    return f"{at:%m-%d %H:%M}" if at.year == moment.today().year else f"{at:%Y-%m-%d}"


def _details(event: Event, change: dict[str, Any]) -> Iterable[str]:
    if event.on != event.at.date():
        yield f"办理日期 {day_text(event.on)}"
    for name in ("number", "document", "filename", "recipient", "title"):
        if change.get(name):
            yield str(change[name])
    yield from _changed(change)
    for name in ("legal_day", "served_on", "handler", "due_on"):
        pair = change.get(name)
        if isinstance(pair, list) and len(pair) == 2:
            yield f"{pair[0] or '—'} 改为 {pair[1] or '—'}"
    if event.reason:
        yield f"理由：{event.reason}"


def _changed(change: dict[str, Any]) -> Iterable[str]:
    """Return what a change of designation information is about, each with what it was and what it became."""
    if change.get("items"):
        yield from (str(text) for text in change["items"])
        return
    data = change.get("data")
    for item in (data.get("items") or []) if isinstance(data, dict) else []:
        if isinstance(item, dict):
            yield f"{item['label']}：{item['before'] or '（空）'} → {item['after']}"


@dataclass(frozen=True)
class Card:
    """A clock as the clock_card macro wants it."""

    id: int
    name: str
    lamp: tuple[str, str] | None
    due_on: date | None
    is_provisional: bool
    lines: list[Any]
    is_met: bool
    met_text: str
    is_late: bool
    is_open: bool
    note: str
    party: str = ""


@dataclass(frozen=True)
class CardLine:
    label: str
    text: str
    on: str


def clock_cards(case: Case, hand: Hand) -> list[Card]:
    """Return a case's clocks with their derivation: running ones first, the nearest unfolded."""
    rows = (
        Clock.select(Clock, StepTaken, Document, ProofOfService)
        .join(StepTaken, JOIN.LEFT_OUTER)
        .switch(Clock)
        .join(Document, JOIN.LEFT_OUTER, on=(Clock.document == Document.id))
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Clock.case == case, Clock.state != ClockState.CANCELLED)
    )
    ordered = sorted(rows, key=_order)
    pauses = clocks.pauses_by_clock(case)
    for clock in ordered:
        clock.case = case  # known already: not asked for again, clock by clock
    return [_card(clock, hand, pauses.get(clock.id, []), is_first=n == 0) for n, clock in enumerate(ordered)]


def _order(clock: Clock) -> tuple[Any, ...]:
    if clock.ended_on is None:
        return (0, clock.due_on is None, clock.due_on or date.max, clock.id)
    return (1, False, date.max - (clock.ended_on - date.min), -clock.id)


def _card(clock: Clock, hand: Hand, pauses: list[Any], *, is_first: bool) -> Card:
    rule = hand.book_of(clock.case).clocks[clock.rule]
    is_open = clock.ended_on is None
    light: Lamp | None = None
    if is_open:
        paused_on = next((p.from_on for p in reversed(pauses) if p.until_on is None), None)
        light = lamp(
            hand.today, clock.due_on, clock.yellow_on, clock.state, hand.calendar, paused_on, clock.kind
        )
    text, is_late = _outcome(clock, hand)
    name = f"{rule.name}（第 {clock.round} 轮）" if clock.round > 1 else rule.name
    return Card(
        id=clock.id,
        name=name,
        lamp=(light.color, light.text) if light else None,
        due_on=clock.due_on,
        is_provisional=clock.is_provisional,
        lines=_lines(clock, rule, hand, pauses),
        is_met=not is_open,
        met_text=text,
        is_late=is_late,
        is_open=is_open and is_first,
        note=f"{describe(rule)}，登记送达回执后起算" if clock.state == ClockState.WAITING else "",
        party=clock.party,
    )


def _lines(clock: Clock, rule: Any, hand: Hand, pauses: list[Any]) -> list[CardLine]:
    if clock.started_on is None:
        return []
    due = due_date(clock.started_on, rule, hand.calendar, pauses, _anchor(clock, hand))
    lines = [line for line in due.lines if line.label != "依据"]
    if clock.fixed_due_on and clock.anchor.startswith("until:"):
        is_eve = clock.anchor == "until:eve"
        told = "到期次日即开始之日" if is_eve else "写明的届满日，当日仍计入"
        lines = [Line("约定", told, clock.fixed_due_on)]
    elif clock.fixed_due_on:
        lines = [lines[0], Line("另定", "恢复办理时重新确定", clock.fixed_due_on)]
    if clock.ended_on is None and clock.due_on and clock.due_on >= hand.today:
        lines.append(remainder(hand.today, clock.due_on, hand.calendar))
    lines.append(Line("依据", rule.article, None))
    return [CardLine(line.label, line.text, _day(line.on, hand.today)) for line in lines]


def _day(on: date | None, today: date) -> str:
    """Return a day as a derivation shows it; with its year where that is not this one."""
    if on is None:
        return ""
    return day_text(on) if on.year == today.year else f"{on.year}年{day_text(on)}"


def _anchor(clock: Clock, hand: Hand) -> str:
    if clock.anchor == "served":
        return f"{clock.document.name}送达" if clock.document_id else "文书送达"
    if clock.after_id:
        return f"{hand.book_of(clock.case).clocks[clock.after.rule].name}期满"
    return clock.step.label if clock.step_id else ""


def _outcome(clock: Clock, hand: Hand) -> tuple[str, bool]:
    """Return how an ended clock ended (07-03 办结，早 3 个工作日), and whether that was late."""
    if clock.ended_on is None:
        return "", False
    day = f"{clock.ended_on:%m-%d}" if clock.ended_on.year == hand.today.year else clock.ended_on.isoformat()
    if clock.state == ClockState.LAPSED:
        return f"{day} 逾期", True
    if clock.state == ClockState.WAIVED:
        return clock.note or f"{day} 不再计算", False
    if clock.kind != "limit" or clock.due_on is None:
        is_over = clock.kind != "limit" and (clock.due_on is None or clock.ended_on >= clock.due_on)
        return f"{day} 期满" if is_over else f"{day} 办结", False
    if clock.ended_on > clock.due_on:
        return f"{day} 办结，迟 {hand.calendar.count_workdays(clock.due_on, clock.ended_on)} 个工作日", True
    early = hand.calendar.count_workdays(clock.ended_on, clock.due_on)
    return (f"{day} 办结，早 {early} 个工作日" if early else f"{day} 当日办结"), False


def role_names(roles: Iterable[str]) -> str:
    """Return the labels of roles, as in 由受理岗、负责人办理."""
    return "、".join(words.ROLES[role] for role in roles)
