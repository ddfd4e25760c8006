"""What a book's conditions mean for changes of designation information and for the next term."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from lifecycle import guard
from lifecycle.clocks import as_day
from models import Agreement, CaseState, ChangeRequest

if TYPE_CHECKING:
    from lifecycle.conditions import Ask


def change_named(ask: "Ask") -> list[str]:
    """What changes and into what, and for important information the day on which that was approved."""
    request = ChangeRequest.get_or_none(ChangeRequest.case == ask.case)
    if request is None or not request.items:
        return ["请填写变更项目"]
    is_told = request.is_general or (request.found_on and ask.step.action != "file_change")
    return [] if is_told or request.approved_on else ["请填写有关部门批准日期"]


def no_open_handling(ask: "Ask") -> list[str]:
    """No change while a penalty or a handling is open (第二十三条)."""
    return [
        f"{row.authority}{row.number} {row.started_on.isoformat()} 起的{guard.name_of(row, ask.hand)}"
        f"尚未了结，期间不得变更定点信息（{ask.step.article}）"
        for row in guard.open_handling(ask.case.institution, ask.on)
    ]


def verification_given(ask: "Ask") -> list[str]:
    if ask.is_offer:
        return []
    if not ask.given("verified_on") or not ask.given("findings") or not ask.given("verified_by"):
        return ["请填写现场核实的日期、人员和情况"]
    return [] if as_day(ask.given("verified_on")) <= ask.on else ["现场核实日期不能晚于办理日期"]


def verification_recorded(ask: "Ask") -> list[str]:
    """Whoever went to look has written down what was found."""
    if ask.case.state != CaseState.CHANGE_CHECKING:
        return []
    request = ChangeRequest.get(ChangeRequest.case == ask.case)
    return [] if request.verified_on else ["请先登记现场核实情况"]


def term_follows(ask: "Ask") -> list[str]:
    """The next term begins on the day after the last of this one (第十九条)."""
    if ask.is_offer or not ask.given("starts_on"):
        return []
    last = Agreement.select(Agreement.ends_on).where(Agreement.case == ask.case).scalar()
    first = last + timedelta(days=1)
    if as_day(ask.given("starts_on")) != first:
        return [f"续签的协议须自 {first.isoformat()} 起，与原协议首尾相接"]
    return []


CONDITIONS: dict[str, Callable[["Ask"], list[str]]] = {
    "change_named": change_named,
    "no_open_handling": no_open_handling,
    "verification_given": verification_given,
    "verification_recorded": verification_recorded,
    "term_follows": term_follows,
}
