"""What happened to an institution and to its cases, as sentences."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from blueprints import telling
from blueprints.register_fields import COLUMNS
from lifecycle import register
from models import Case, Event, Institution
from rules.book import Book

VERBS = {
    "register_institution": "登记机构",
    "change_institution": "修改登记信息",
    "reveal_id": "查看证件号",
    "perform_duty": "登记责任履行完毕",
    "lift_ban": "解除限制申请",
    "register_person": "登记人员",
    "rename_person": "更正人员姓名",
    "add_credential": "登记证照",
    "change_credential": "修改证照",
    "end_credential": "停用证照",
    "add_handling": "登记处罚或处理",
    "change_handling": "修改处罚或处理",
    "perform_handling": "登记处罚或处理履行完毕",
    "add_dispute": "登记争议",
    "change_dispute": "修改争议",
    "add_staff": "登记人员",
    "change_staff": "修改人员登记",
    "staff_left": "登记人员离职",
}
ABOUT_STAFF = ("reveal_id", "add_staff", "change_staff", "staff_left")  # told with the person's name
TOGETHER = ("add_staff", "change_staff")  # a run of one person's on one day is told as one
QUIET = ("mark_material", "mark_check", "set_application", "mark_row", "upload")  # on the case's own page


def story(institution: Institution, book: Book, limit: int | None = 10) -> list[telling.Told]:
    """Return the newest events of the institution and its cases as sentences, blanks under their labels."""
    labels = COLUMNS | {f"profile.{row.key}": row.label for row in book.fields}
    mine = Case.select(Case.id).where(Case.institution == institution.id)
    people = [getattr(institution, f"{role}_id") for role in register.PERSONS]
    streams = [register.stream_of(institution), *(f"person:{person}" for person in people if person)]
    rows = (
        Event.select()
        .where(Event.stream.in_(streams) | Event.case.in_(mine), Event.action.not_in(QUIET))
        .order_by(Event.id.desc())
        .limit(limit * 20 if limit else None)
    )
    told = [_run(list(run), labels) for _, run in groupby(rows, key=_run_key)]
    return told[:limit]


def _run_key(event: Event) -> tuple[Any, ...]:
    is_one_of_many = event.action in TOGETHER
    return (event.action, event.actor_id, event.on) if is_one_of_many else (event.id,)


def _run(run: list[Event], labels: Mapping[str, str]) -> telling.Told:
    newest = _told(run[0], labels)
    if len(run) == 1:
        return newest
    names = "、".join(event.change["name"] for event in reversed(run[:5]))
    more = "等" if len(run) > 5 else ""
    return replace(newest, text=f"{newest.text} {len(run)} 次", detail=names + more)


def _told(event: Event, labels: Mapping[str, str]) -> telling.Told:
    """Return the event under its legal day: a story is told by the days of what happened."""
    told = telling.tell(event)
    parts = [part for part in told.detail.split("，") if part and not part.startswith("办理日期")]
    change, text = event.change, told.text
    if event.action in VERBS:
        text = f"{event.actor_name}{VERBS[event.action]}"
    if event.action in ABOUT_STAFF:
        parts.insert(0, change["name"])
    if event.action == "change_institution":
        parts.insert(0, "、".join(labels.get(name, name) for name in change["after"]))
    day = event.on.isoformat()
    return replace(told, when=day, iso=day, text=text, detail="，".join(parts))
