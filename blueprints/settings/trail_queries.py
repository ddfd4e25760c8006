"""The trail as the auditor reads it: events newest first, filtered, and whether the chains hold."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from peewee import JOIN, ModelSelect, fn
from pypinyin import lazy_pinyin

from blueprints import telling
from lifecycle import audit
from models import Case, Event, Seal, User

PAGE = 50
MOST_BROKEN = 50
CHECK = "verify_trail"

# Streams as the auditor chooses them; "case" stands for the chains of all cases.
STREAMS = {
    "case": "办件",
    "accounts": "账号",
    "calendar": "节假日",
    "office": "经办机构",
    "person": "人员",
    "institution": "机构",
    "sweep": "夜间自动办理",
    "trail": "审计",
}
SHARED = ("calendar", "sweep")  # one for all offices of the box

VERBS = {
    "first_start": "首次启动，建立系统管理员",
    "log_in": "登录",
    "log_out": "退出",
    "idle_out": "长时间无操作，自动退出",
    "log_in_failed": "登录失败",
    "change_password": "修改密码",
    "create_user": "建立账号",
    "change_user": "修改账号",
    "reset_password": "重置密码",
    "unlock_user": "解锁账号",
    "unlock": "解锁账号",
    "close_user": "停用账号",
    "reopen_user": "恢复账号",
    "add_office": "增加经办机构",
    "create_office": "增加经办机构",
    "change_office": "修改经办机构",
    "set_group": "修改领导小组",
    "set_leading_group": "修改领导小组",
    "override_day": "修改工作日历",
    "import_year": "导入放假安排",
    "mark_overdue": "标记超期期限",
    "reveal": "查看证件号",
    "export": "导出",
    "print": "打印",
    CHECK: "核验审计记录",
}

LABELS = {
    "username": "用户名",
    "address": "来自",
    "why": "原因",
    "name": "姓名或名称",
    "office": "单位",
    "post": "职务",
    "phone": "电话",
    "roles": "岗位",
    "code": "机关代字",
    "level": "级别",
    "parent": "上级",
    "region": "规程",
    "district": "辖区",
    "department": "医疗保障行政部门",
    "closing_time": "下班时间",
    "members": "成员",
    "state": "状态",
    "clock": "期限",
    "due_on": "到期日",
    "served_on": "送达日期",
    "legal_day": "办理日期",
    "handler": "经办人",
    "number": "编号",
    "document": "文书",
    "matter": "事项",
    "day": "日期",
    "is_workday": "是否上班",
    "year": "年份",
    "notice": "通知文号",
    "days": "天数",
    "count": "数量",
    "filename": "文件",
    "recipient": "签收人",
    "title": "名称",
    "before": "改前",
    "after": "改后",
    "broken": "不符之处",
    "events": "记录数",
    "label": "步骤",
    "is_active": "在用",
}
WHY = {
    "wrong": "用户名或密码不对",
    "locks": "密码不对，账号锁定",
    "locked": "账号锁定期间",
    "closed": "账号已停用",
}


@dataclass(frozen=True)
class Filters:
    """What the trail was asked for. before: the id of the last event of the page above."""

    stream: str = ""
    actor: str = ""
    action: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """An event as the page shows it."""

    id: int
    at: datetime
    on: date
    actor: str
    text: str
    where: str
    article: str
    reason: str
    details: list[tuple[str, str]]
    stream: str
    seq: int


def events(scope: Sequence[int], filters: Filters) -> tuple[list[Line], bool]:
    """Return a page of the events in `scope`, newest first, and whether older ones follow."""
    rows = (
        _asked(_in_scope(scope), filters)
        .select(Event, Case.number.alias("case_number"))
        .order_by(Event.id.desc())
        .limit(PAGE + 1)
        .objects()
    )
    lines = [_line(row) for row in rows]
    return lines[:PAGE], len(lines) > PAGE


def _in_scope(scope: Sequence[int]) -> ModelSelect:
    """Events of the offices' cases, of their people, of nobody known, and of what all offices share."""
    offices = list(scope)
    is_ours = Case.office.in_(offices) | (
        Event.case.is_null()
        & (Event.actor.is_null() | User.office.in_(offices) | Event.stream.in_(list(SHARED)))
    )
    return (
        Event.select()
        .join(Case, JOIN.LEFT_OUTER)
        .switch(Event)
        .join(User, JOIN.LEFT_OUTER, on=(Event.actor == User.id))
        .where(is_ours)
    )


def _asked(rows: ModelSelect, filters: Filters) -> ModelSelect:
    if filters.stream in ("case", "person", "institution"):
        rows = rows.where(Event.stream.startswith(f"{filters.stream}:"))
    elif filters.stream:
        rows = rows.where(Event.stream == filters.stream)
    if filters.actor:
        rows = rows.where(Event.actor_name.contains(filters.actor))
    if filters.action:
        rows = rows.where(Event.action == filters.action)
    if filters.number:
        rows = rows.where(Case.number.contains(filters.number))
    if filters.since:
        rows = rows.where(Event.at >= datetime.combine(filters.since, time.min))
    if filters.until:
        rows = rows.where(Event.at < datetime.combine(filters.until + timedelta(days=1), time.min))
    return rows.where(Event.id < filters.before) if filters.before else rows


def actions() -> list[tuple[str, str]]:
    """Return the actions to choose from, with their words, by their sound."""
    known = {**{key: words for key, words in telling.VERBS.items() if "{" not in words}, **VERBS}
    return sorted(known.items(), key=lambda pair: lazy_pinyin(pair[1]))


def _line(row: Any) -> Line:
    change = row.change or {}
    return Line(
        id=row.id,
        at=row.at,
        on=row.on,
        actor=row.actor_name,
        text=_verb(row.action, change),
        where=row.case_number or _where(row.stream),
        article=row.article,
        reason=row.reason,
        details=list(_details(change)),
        stream=row.stream,
        seq=row.seq,
    )


def _verb(action: str, change: dict[str, Any]) -> str:
    if action in VERBS:
        return VERBS[action]
    known = telling.VERBS.get(action)
    label = change.get("label") or ""
    return known.format(label=label, name=change.get("name") or "文书") if known else label or action


def _where(stream: str) -> str:
    return STREAMS.get(stream.partition(":")[0], stream)


def _details(change: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what was before and after, in words where there are words."""
    for key, value in change.items():
        if value in ("", None, [], {}):
            continue
        yield LABELS.get(key, key), _plain(key, value)


def _plain(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return "；".join(f"{LABELS.get(name, name)} {_plain(name, part)}" for name, part in value.items())
    if isinstance(value, list) and len(value) == 2 and key not in ("roles", "types", "features"):
        return f"{_plain(key, value[0])} 改为 {_plain(key, value[1])}"
    if isinstance(value, list):
        return "、".join(_plain(key, part) for part in value) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return WHY.get(value, value) if key == "why" else str(value if value not in (None, "") else "无")


# --- Whether the chains hold ---


@dataclass(frozen=True)
class Check:
    """When the trail was last verified, by whom, and a sentence for each broken link."""

    at: datetime
    actor: str
    broken: list[str]
    events: int


@dataclass(frozen=True)
class Sealed:
    """The newest seal: the last day whose events are fixed, and how many events that are."""

    day: date
    events: int


def last_check() -> Check | None:
    row = (
        Event.select()
        .where(Event.stream == "trail", Event.action == CHECK)
        .order_by(Event.seq.desc())
        .first()
    )
    return Check(row.at, row.actor_name, row.change["broken"], row.change["events"]) if row else None


def last_seal() -> Sealed | None:
    row = Seal.select().order_by(Seal.id.desc()).first()
    return Sealed(row.day, row.events) if row else None


def count() -> int:
    return Event.select(fn.COUNT(Event.id)).scalar()


SENTENCES = (
    (
        re.compile(r"(\S+): event (\d+) is missing before (\d+)"),
        "{0}：第 {1} 条缺失（现有第 {2} 条在它之后）",
    ),
    (re.compile(r"(\S+): event (\d+) does not follow (\d+)"), "{0}：第 {1} 条与第 {2} 条接不上"),
    (re.compile(r"(\S+): event (\d+) was altered"), "{0}：第 {1} 条被改动过"),
    (re.compile(r"seal of (\S+): .*"), "{0} 的封存：封存之前的记录有变动"),
)


def broken_links() -> list[str]:
    """Follow every chain and return a sentence for each broken link, at most MOST_BROKEN."""
    return [_sentence(line) for line in islice(audit.broken_links(), MOST_BROKEN)]


def _sentence(line: str) -> str:
    for pattern, words in SENTENCES:
        if match := pattern.fullmatch(line):
            return words.format(*match.groups())
    return line
