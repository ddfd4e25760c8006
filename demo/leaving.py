"""How some of the demo's agreements are suspended, terminated or left: a life's rest after the signing."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from demo import changing, renewing
from lifecycle import exits, steps
from models import Case, ExitWish, RectificationState, Suspension

if TYPE_CHECKING:
    from demo.lives import Life

Days = Iterator[date]


def leave(me: "Life") -> Days:
    """Yield the days on which the agreement of `me` goes on to the ending that its plan names, if any."""
    if me.plan.ending:
        yield from ENDINGS[me.plan.ending](me)


def _agreement(me: "Life") -> Case:
    return Case.get(Case.origin == me.case, Case.matter == "agreement")


def _ago(me: "Life", days: int) -> date:
    """Return the workday so many days before today, or the next one."""
    return me.world.calendar.workday_from(me.world.today - timedelta(days=days))


def _take(me: "Life", case: Case, action: str, post: str, reason: str = "", **data: object) -> Case:
    return steps.take_step(Case.get_by_id(case.id), action, hand=me.hand(post), reason=reason, data=data)


# --- suspension by the office ---


def _suspend(
    me: "Life", starts_on: date, ends_on: date, ground: str, evidence: str, *items: str
) -> Suspension:
    given = {
        "grounds": [ground],
        "evidence": {ground: evidence},
        "findings": evidence,
        "decided_by": "主任办公会",
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    return exits.suspend(_agreement(me), given, items=items, hand=me.hand("manager"))


def _mark(me: "Life", row: Suspension, *states: str) -> None:
    hand = me.hand("agreement")
    notes = {
        RectificationState.DONE: "现场核查，已整改",
        RectificationState.INSUFFICIENT: "台账仍缺两个月，限期补齐",
    }
    for item, state in zip(row.items.order_by("id"), states, strict=False):
        exits.mark_item(item, state=state, on=hand.today, note=notes[state], hand=hand, version=item.version)


STOCK = (
    "s2",
    "7 月应报送的药品进销存数据，两次催报仍未报",
    "补报 7 月进销存数据",
    "建立数据报送台账，指定专人",
)
RISK = (
    "s1",
    "绩效考核发现收费项目与诊疗记录不符，存在基金安全风险",
    "逐份核对病历并退回多收费用",
    "完善收费复核制度",
)


def _suspended(me: "Life") -> Days:
    """A suspension that holds, one item put right and one not."""
    yield (day := _ago(me, 26))
    row = _suspend(me, day, me.world.today + timedelta(days=35), *RISK)
    me.serve_paper(_agreement(me))
    yield _ago(me, 6)
    _mark(me, row, RectificationState.DONE, RectificationState.INSUFFICIENT)


def _suspended_pharmacy(me: "Life") -> Days:
    """A second suspension within one term: termination suggests itself (C-36)."""
    yield (day := _ago(me, 120))
    _suspend(me, day, day + timedelta(days=29), *STOCK)
    yield (day := _ago(me, 9))
    _suspend(me, day, me.world.today + timedelta(days=5), *STOCK)
    me.serve_paper(_agreement(me))


def _planned(me: "Life") -> Days:
    """A suspension decided on that begins in a few days."""
    yield _ago(me, 2)
    starts_on = me.world.today + timedelta(days=4)
    _suspend(me, starts_on, starts_on + timedelta(days=59), *STOCK)


def _resumed(me: "Life") -> Days:
    """A suspension that ended early, everything put right."""
    yield (day := _ago(me, 80))
    row = _suspend(me, day, day + timedelta(days=60), *RISK)
    yield _ago(me, 50)
    _mark(me, row, RectificationState.DONE, RectificationState.DONE)
    _take(me, _agreement(me), "resume_early", "manager", "整改已全部到位")


# --- termination ---


def _end(me: "Life", ground: str, evidence: str, ban_class: str, why: str, **given: object) -> None:
    hand = me.hand("manager")
    exits.terminate(
        _agreement(me),
        {
            "grounds": [ground],
            "evidence": {ground: evidence},
            "decided_by": "定点管理领导小组会议",
            "effective_on": hand.today,
            "ban_class": ban_class,
            "ban_reason": why,
            **given,
        },
        hand=hand,
    )


def _terminated_fraud(me: "Life") -> Days:
    """A pharmacy of a chain that cheated by its persons: its branches are to be looked at one by one."""
    yield _ago(me, 12)
    _end(
        me,
        "tp05",
        "将保健食品串换为医保药品结算 213 笔，涉及 4.6 万元，有监控和销售记录",
        "illegality",
        "查实串换药品套取医保基金",
        is_by_persons=True,
        is_duty_open=True,
    )


def _terminated_suspended(me: "Life") -> Days:
    """A suspension that was not put right becomes a termination."""
    yield (day := _ago(me, 70))
    row = _suspend(me, day, day + timedelta(days=60), *RISK)
    yield _ago(me, 40)
    _mark(me, row, RectificationState.INSUFFICIENT, RectificationState.INSUFFICIENT)
    yield _ago(me, 30)
    _end(me, "tm01b", "两项整改期满均未到位", "breach", "中止期间未按要求整改")
    me.serve_paper(_agreement(me))


def _renewed_and_terminated(me: "Life") -> Days:
    """Renewed, then terminated before the next term began."""
    yield from renewing.renewed(me)
    yield _ago(me, 3)
    evidence = "协议第三十二条：将结算终端移至院外使用"
    _end(me, "tm14", evidence, "breach", "查实将结算终端移至院外使用")


# --- exit requests (annex 12) ---


def _ask(me: "Life", wish: str, from_on: date, reason: str, **given: Any) -> Case:
    hand = me.hand("clerk")
    insurance = "职工医保" if me.place.kind == "pharmacy" else "职工医保、居民医保"
    wanted = {
        "wish": wish,
        "asked_on": hand.today,
        "from_on": from_on,
        "reason": reason,
        "insurance": insurance,
    }
    return exits.ask_to_leave(_agreement(me), wanted | given, hand=hand)


def _filed(me: "Life") -> Days:
    yield _ago(me, 3)
    _ask(me, ExitWish.SUSPEND, me.world.today + timedelta(days=100), "房屋加固改造，预计停业四个月")


def _filed_late(me: "Life") -> Days:
    """Asked for less than three months ahead: marked, and still to be answered."""
    yield _ago(me, 5)
    _ask(me, ExitWish.TERMINATE, me.world.today + timedelta(days=20), "经营者因病停业")


def _approved(me: "Life") -> Days:
    yield _ago(me, 40)
    case = _ask(me, ExitWish.TERMINATE, me.world.today + timedelta(days=60), "门店合并至总店经营")
    yield _ago(me, 31)
    exits.approve(case, hand=me.hand("manager"))
    me.serve_paper(case)


def _not_renewing(me: "Life") -> Days:
    """What was asked for has been carried out: the agreement runs out at its end and is not renewed."""
    yield _ago(me, 110)
    case = _ask(me, ExitWish.NOT_RENEW, me.world.today - timedelta(days=14), "拟转型为互联网药店")
    yield _ago(me, 101)
    exits.approve(case, hand=me.hand("manager"))


def _refused(me: "Life") -> Days:
    yield _ago(me, 33)
    case = _ask(me, ExitWish.TERMINATE, me.world.today + timedelta(days=70), "客源减少")
    yield _ago(me, 27)
    _take(me, case, "refuse_exit", "manager", "有未结清的违规费用，结清后再申请")


def _withdrawn(me: "Life") -> Days:
    yield _ago(me, 29)
    case = _ask(me, ExitWish.SUSPEND, me.world.today + timedelta(days=80), "拟装修")
    yield _ago(me, 22)
    _take(me, case, "withdraw_exit", "clerk", "机构书面撤回：装修推迟")


def _on_leave(me: "Life", since: int, *, resumes: bool = False) -> Days:
    """Suspended at its own wish for so many days."""
    yield _ago(me, since + 98)
    case = _ask(me, ExitWish.SUSPEND, me.world.today - timedelta(days=since), "院区改造，暂停执业")
    yield _ago(me, since + 88)
    exits.approve(case, hand=me.hand("manager"))
    if resumes:
        yield _ago(me, 4)
        _take(me, _agreement(me), "request_resumption", "clerk")


def _left(me: "Life") -> Days:
    """Terminated at its own wish, without a ban."""
    yield _ago(me, 130)
    case = _ask(me, ExitWish.TERMINATE, me.world.today - timedelta(days=35), "投资人决定停止经营")
    yield _ago(me, 122)
    exits.approve(case, hand=me.hand("manager"))


ENDINGS: dict[str, Callable[["Life"], Days]] = {
    "suspended": _suspended,
    "suspended_pharmacy": _suspended_pharmacy,
    "planned": _planned,
    "resumed": _resumed,
    "owner_changed": changing.owner_changed,
    "terminated_fraud": _terminated_fraud,
    "terminated_suspended": _terminated_suspended,
    "renewed": renewing.renewed,
    "renewed_and_terminated": _renewed_and_terminated,
    "filed": _filed,
    "filed_late": _filed_late,
    "approved": _approved,
    "not_renewing": _not_renewing,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "on_leave": lambda me: _on_leave(me, 90),
    "on_leave_long": lambda me: _on_leave(me, 172),
    "resuming": lambda me: _on_leave(me, 140, resumes=True),
    "lapsed": lambda me: _on_leave(me, 192),
    "left": _left,
}
