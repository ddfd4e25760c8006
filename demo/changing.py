"""How the designation information of some of the demo's institutions changes: a life beside the agreement."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lifecycle import change_cases, changes, materials, steps
from models import Case, Institution, Matter

if TYPE_CHECKING:
    from demo.lives import Life

Days = Iterator[date]
BUREAU = "县行政审批服务局"


def change(me: "Life") -> Days:
    """Yield the days on which what the plan of `me` names is reported and dealt with, if anything."""
    if me.plan.change:
        yield from CHANGES[me.plan.change](me)


def owner_changed(me: "Life") -> Days:
    """The operating entity changes: the agreement is suspended until the new one is evaluated (C-40)."""
    yield _ago(me, 25)
    case = _report(me, "legal_representative", ("岳玉兰", "371524198803071224"), approved=9, is_entity=True)
    yield _ago(me, 18)
    _take(me, case, "begin_evaluation", "manager", "医院整体转让，法定代表人和出资人同时变更")


def _agreement(me: "Life") -> Case:
    return Case.get(Case.origin == me.case, Case.matter == Matter.AGREEMENT)


def _ago(me: "Life", days: int) -> date:
    """Return the workday so many days before today, or the next one."""
    return me.world.calendar.workday_from(me.world.today - timedelta(days=days))


def _take(me: "Life", case: Case, action: str, post: str, reason: str = "", **data: object) -> Case:
    return steps.take_step(Case.get_by_id(case.id), action, hand=me.hand(post), reason=reason, data=data)


def _report(me: "Life", key: str, value: Any, *, approved: int, **given: Any) -> Case:
    """Report that a field of the register changed, approved so many days ago; applied for at once."""
    hand, agreement = me.hand("clerk"), _agreement(me)
    book = hand.book_for(agreement.office, Matter.CHANGE)
    row = Institution.get_by_id(agreement.institution_id)
    blank = next(field for field in changes.fields(book, row.kind) if field.key == key)
    said = {
        "items": [changes.item(row, blank, value)],
        "approved_on": hand.today - timedelta(days=approved),
        "approved_by": BUREAU,
        "asked_on": hand.today,
    }
    return change_cases.report(agreement, said | given, hand=hand)


def _filed(me: "Life") -> Days:
    yield _ago(me, 6)
    _report(me, "beds", 96, approved=11, reason="增设康复病区")


def _late(me: "Life") -> Days:
    """Approved long ago, told by telephone and still not applied for."""
    yield _ago(me, 20)
    scope = "化学药制剂、中成药、中药饮片、生物制品"
    _report(me, "business_scope", scope, approved=45, asked_on=None, reason="增加生物制品")


def _found(me: "Life") -> Days:
    """Found changed on a round, and nobody had reported it."""
    yield (day := _ago(me, 9))
    found = {"found_on": day, "found_how": "日常巡查，门诊牌匾和科室设置与登记不符"}
    _report(me, "departments", "内科、外科、口腔科", approved=0, approved_on=None, asked_on=None, **found)


def _confirmed(me: "Life") -> Days:
    yield _ago(me, 40)
    case = _report(me, "beds", 60, approved=8, reason="病房改造")
    materials.receive_rest(case, hand=me.hand("clerk"))
    yield _ago(me, 31)
    _take(me, case, "confirm_change", "manager")


def _checking(me: "Life") -> Days:
    yield _ago(me, 12)
    case = _report(me, "business_scope", "化学药制剂、中成药、医疗器械", approved=14)
    yield _ago(me, 5)
    _take(me, case, "check_on_site", "agreement", "许可证副本所列范围与申请表不一致")


def _refused(me: "Life") -> Days:
    yield _ago(me, 50)
    case = _report(me, "business_scope", "化学药制剂、保健食品", approved=6)
    yield _ago(me, 44)
    _take(me, case, "refuse_change", "manager", "药品经营许可证没有作相应变更")


def _withdrawn(me: "Life") -> Days:
    yield _ago(me, 34)
    case = _report(me, "beds", 45, approved=4)
    yield _ago(me, 30)
    _take(me, case, "withdraw_change", "clerk", "机构书面撤回，床位暂不调整")


def _told(me: "Life") -> Days:
    """General information: told in writing and noted."""
    yield _ago(me, 15)
    items = [changes.free_item("收费窗口电话", "0635-5550110", "0635-5550166")]
    change_cases.report(_agreement(me), {"items": items, "is_general": True}, hand=me.hand("clerk"))


CHANGES: dict[str, Callable[["Life"], Days]] = {
    "filed": _filed,
    "late": _late,
    "found": _found,
    "confirmed": _confirmed,
    "checking": _checking,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "told": _told,
}
