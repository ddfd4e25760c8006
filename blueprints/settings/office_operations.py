"""Setting up an office, adding one below the city, and its leading group; told in the stream `offices`."""

from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.settings import office_queries
from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Misfit, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import LeadingGroupMember, Level, Matter, Office, Role

STREAM = "offices"
COLUMNS = (
    "name",
    "code",
    "region",
    "district",
    "department",
    "address",
    "phone",
    "closing_time",
    "division",
    "hours",
    "directions",
    "website",
    "complaint_phone",
    "hides_officers",
)
LABELS = {
    "name": "单位名称",
    "code": "机关代字",
    "level": "级别",
    "parent": "上级单位",
    "region": "适用地区",
    "district": "辖区",
    "department": "同级医保部门",
    "address": "地址",
    "phone": "电话",
    "closing_time": "下班时间",
    "division": "行政区划代码",
    "hours": "办公时间",
    "directions": "交通指引",
    "website": "状态查询网址",
    "complaint_phone": "投诉电话",
    "hides_officers": "不显示工作人员姓名",
}


def may_move(office: Office, hand: Hand) -> bool:
    """Return whether level and city can still be chosen: for the own office, with nothing above or below."""
    return (
        office.id == hand.actor.office_id
        and office.parent_id is None
        and not office_queries.has_offices_below(office)
    )


def check_may_add(hand: Hand) -> None:
    """Raise NotAllowed unless the actor's office is the city."""
    if hand.actor.office.level != Level.CITY:
        raise NotAllowed("下级单位由市级经办机构的系统管理员增加")


def add_office(values: Mapping[str, Any], *, hand: Hand) -> Office:
    """Add a county office below the actor's city; NotAllowed elsewhere, Misfit if the code is taken."""
    check_may_add(hand)
    city = hand.actor.office
    with write_tx():
        _check_code(values["code"], None)
        office = Office.create(**_columns(values), level=Level.COUNTY, parent=city, is_set_up=True)
        audit.record(STREAM, "add_office", hand=hand, office=office.name, after=_told(office))
    return office


def save_office(office: Office, values: Mapping[str, Any], *, hand: Hand, version: int | None) -> Office:
    """Save the office page, which makes the office ready for work, and return the fresh row.

    values: COLUMNS, and level and parent where `may_move` allows it. Raises NotAllowed out of reach, Misfit
    if the code is taken or the place cannot be, Conflict (with what stands now) if a colleague was faster.
    """
    with write_tx():
        office = locked(Office, office.id)
        _check_reach(office, hand)
        before = _told(office)
        if office.version != version:
            raise Conflict(_what_stands(before))
        _check_code(values["code"], office)
        for name, value in _columns(values).items():
            setattr(office, name, value)
        if may_move(office, hand):
            _place(office, values)
        office.is_set_up, office.version = True, office.version + 1
        office.save()
        after = _told(office)
        changed = [name for name in after if after[name] != before[name]]
        audit.record(
            STREAM,
            "save_office",
            hand=hand,
            office=office.name,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return office


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that were sent; a text left empty is empty, not null."""
    return {name: "" if values[name] is None else values[name] for name in COLUMNS if name in values}


def save_group(office: Office, rows: Sequence[Mapping[str, Any]], *, hand: Hand, version: int | None) -> None:
    """Make `rows` (name, post, is_chair, left_on) the leading group of `office` (第五条).

    Raises NotAllowed for another office's group, Unmet for two chairs or a day to come, Conflict if a
    colleague was faster.
    """
    with write_tx():
        office = locked(Office, office.id)
        if Role.ADMIN in hand.roles:
            _check_reach(office, hand)
        elif office.id != hand.actor.office_id:
            raise NotAllowed(f"{office.name}的领导小组由该单位维护")
        if office.version != version:
            raise Conflict(
                "刚才有人改过这个单位或领导小组，您填的还没有保存。请核对后再点一次保存，即以您填的为准"
            )
        if gaps := _gaps(rows, hand):
            raise Unmet(gaps)
        before = [_member(row.__data__) for row in office_queries.members(office)]
        LeadingGroupMember.delete().where(LeadingGroupMember.office == office).execute()
        for row in rows:
            LeadingGroupMember.create(office=office, **{**row, "post": row["post"] or ""})
        Office.update(version=Office.version + 1).where(Office.id == office.id).execute()
        audit.record(
            STREAM,
            "save_leading_group",
            hand=hand,
            article=hand.book_for(office, Matter.APPLICATION).article_of("leading_group"),
            office=office.name,
            before=before,
            after=[_member(row) for row in rows],
        )


def _gaps(rows: Sequence[Mapping[str, Any]], hand: Hand) -> list[str]:
    found = []
    if sum(bool(row["is_chair"] and not row["left_on"]) for row in rows) > 1:
        found.append("在任的组长只能有一位，请只勾选一个")
    found += [
        f"{row['name']}的离任日期还没有到，请到那天再登记"
        for row in rows
        if row["left_on"] and row["left_on"] > hand.today
    ]
    return found


def _member(row: Mapping[str, Any]) -> str:
    """Return a member as the trail tells it: 郑国栋（主任，组长，2026-03-02 离任）."""
    left = f"{row['left_on']} 离任" if row["left_on"] else ""
    rest = "，".join(part for part in (row["post"], "组长" if row["is_chair"] else "", left) if part)
    return f"{row['name']}（{rest}）" if rest else row["name"]


def _place(office: Office, values: Mapping[str, Any]) -> None:
    if values["level"] == Level.CITY and values["parent"]:
        raise Misfit("parent", "市级单位没有上级单位，请选“无”")
    office.level, office.parent = values["level"], values["parent"] or None


def _check_code(code: str, office: Office | None) -> None:
    """The code heads every number: two offices with one code would give the same numbers."""
    twin = Office.get_or_none(Office.code == code)
    if twin and (office is None or twin.id != office.id):
        raise Misfit("code", f"机关代字“{code}”已由{twin.name}使用，请换一个")


def _check_reach(office: Office, hand: Hand) -> None:
    if hand.actor.office_id not in (office.id, office.parent_id):
        raise NotAllowed(f"{office.name}不归您管理，请找该单位的系统管理员")


def _told(office: Office) -> dict[str, str]:
    row = {name: getattr(office, name) for name in ("level", *COLUMNS)}
    return row | {"parent": office.parent.name if office.parent_id else ""}


def _what_stands(now: Mapping[str, str]) -> str:
    values = "，".join(f"{LABELS[name]} {now[name] or '空'}" for name in COLUMNS)
    return (
        f"刚才有人先改过这个单位，您填的还没有保存。现在的内容：{values}。核对后再点一次保存，即以您填的为准"
    )
