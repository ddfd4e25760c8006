"""What the register knows about the grounds of refusal (第十条、第十四条、第二十四条), and of whom.

A standing ban of the applicant, of its credit code or its people proves its ground: nobody may say otherwise.
A look-alike is a doubt that a person settles: another institution with the same name, address, phone, code or
people, former ones included, that is banned or came to a bad end.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecycle import bans, fund, guard, replacement
from lifecycle.cases import declared_features
from lifecycle.eligibility import CLEAR, HIT, OPEN, Answer, Link
from lifecycle.hand import Hand
from models import Application, Ban, Case, CaseMaterial, FormerValue, Institution, Office
from rules.book import Book
from rules.rows import Ground

# What tells two rows of the register apart, and its word; persons by id, the rest by what is written.
TRAITS = {"name": "名称", "address": "地址", "phone": "电话", "uscc": "统一社会信用代码"}
PEOPLE = {
    "legal_representative_id": "法定代表人",
    "principal_id": "主要负责人",
    "controller_id": "实际控制人",
}
REFUSED = ("refused",)


@dataclass(frozen=True)
class LookAlike:
    """An institution that may be the applicant under another name. why: what is the same, in words."""

    institution: Institution
    why: str
    bans: tuple[Ban, ...]
    ends: tuple[Case, ...]  # how its cases ended, where that was bad
    is_seen: bool  # lies in the reader's scope

    @property
    def link(self) -> Link:
        """A name that leads to its page; one of an office out of reach is told by its name alone."""
        text = f"{self.why}相同" + ("" if self.is_seen else f"，由{self.institution.office.name}登记")
        return Link(self.institution.name, self.institution.id if self.is_seen else None, text)


@dataclass(frozen=True)
class Inquiry:
    """All that the answers about one case are drawn from."""

    case: Case
    application: Application
    hand: Hand
    book: Book
    standing: tuple[Ban, ...]
    alike: tuple[LookAlike, ...]
    on: date

    @property
    def features(self) -> frozenset[str]:
        return declared_features(self.application, self.hand)


def answers(application: Application, hand: Hand, grounds: Iterable[Ground], on: date) -> dict[str, Answer]:
    """Return what the machine says on the day `on` about each of `grounds`, by key."""
    case = application.case
    inquiry = Inquiry(
        case,
        application,
        hand,
        hand.book_of(case),
        tuple(bans.standing(case.institution, on)),
        tuple(look_alikes(case.institution, on, hand)),
        on,
    )
    return {ground.key: _answer(ground, inquiry) for ground in grounds}


def _answer(ground: Ground, inquiry: Inquiry) -> Answer:
    if ground.ban:
        return _banned(ground, inquiry)
    ask = ANSWERS.get(ground.check.get("name", ""))
    return ask(ground.check, inquiry) if ask else Answer()


def _banned(ground: Ground, inquiry: Inquiry) -> Answer:
    hits = [ban for ban in inquiry.standing if ban.rule == ground.ban]
    if hits:
        lines = tuple(f"{_sentence(ban, inquiry)}。{ban.reason}" for ban in hits)
        return Answer(HIT, lines, tuple(_source(ban, inquiry.hand) for ban in hits), is_hard=True)
    states = ground.check.get("states", ())
    doubts = [
        (other, told) for other in inquiry.alike if (told := _record(other, ground.ban, states, inquiry))
    ]
    if doubts:
        lines = tuple(
            f"疑似关联：{other.institution.name}（{other.link.text}），{told}" for other, told in doubts
        )
        return Answer(OPEN, lines, tuple(other.link for other, _ in doubts), is_doubt=True)
    return Answer(CLEAR, ("限制申请记录、疑似关联机构中没有发现",))


def _sentence(ban: Ban, inquiry: Inquiry) -> str:
    return bans.sentence(ban, inquiry.hand.books[ban.book])


def _source(ban: Ban, hand: Hand) -> Link:
    """Whose record it is: the institution banned, or the one whose case brought a person the ban."""
    row = ban.institution or (ban.case.institution if ban.case_id else None)
    if row is None:
        return Link(ban.person.name)
    return Link(row.name, row.id if _sees(row, hand) else None)


def _record(other: LookAlike, rule: str, states: Iterable[str], inquiry: Inquiry) -> str:
    """Return what speaks against a look-alike for one ground, or nothing."""
    told = [_sentence(ban, inquiry) for ban in other.bans if ban.rule == rule]
    told += [
        f"办件 {case.number}“{inquiry.hand.books[case.book].states[case.state].label}”"
        for case in other.ends
        if case.state in states
    ]
    return "；".join(told)


def _non_basic_main(check: Mapping[str, Any], inquiry: Inquiry) -> Answer:
    """第十条（一）, first half: the main scope is always judged by a person."""
    if check["feature"] not in inquiry.features:
        return Answer(CLEAR, ("申请没有勾选执业范围含非基本医疗服务",))
    line = "申请勾选了执业范围含非基本医疗服务，但不作为主要执业范围；请对照执业许可证核对"
    return Answer(OPEN, (line,), is_doubt=True)


def _non_basic(check: Mapping[str, Any], inquiry: Inquiry) -> Answer:
    """第十条（一）, second half, against annex 5-1 row 12: a warning; a person decides (readings C-04)."""
    if check["feature"] not in inquiry.features:
        return Answer(CLEAR, ("申请没有勾选执业范围含非基本医疗服务",))
    if check["type"] not in inquiry.application.types:
        return Answer(HIT, ("申请的是不含住院、门诊统筹的类型，执业范围含非基本医疗服务",))
    row = CaseMaterial.get_or_none(
        CaseMaterial.case == inquiry.case,
        CaseMaterial.key == check["material"],
        CaseMaterial.state == "received",
    )
    promise = "已收到书面承诺" if row else "还没有收到书面承诺"
    line = f"申请门诊统筹，执业范围含非基本医疗服务，{promise}"
    way = "不作为主要执业范围并已承诺的可以受理，由经办人判断"
    return Answer(OPEN, (line, way), is_doubt=True)


def _forecast(_check: Mapping[str, Any], inquiry: Inquiry) -> Answer:
    application = inquiry.application
    if application.forecast is None and not application.forecast_opinion:
        return Answer(OPEN, ("还没有登记基金使用预测和承受范围评估",))
    told = (
        [] if application.forecast is None else [f"预测年使用基金 {fund.in_wan(application.forecast)} 万元"]
    )
    told += [f"评估结论：{application.forecast_opinion}"] if application.forecast_opinion else []
    return Answer(OPEN, tuple(told))


def _penalty(_check: Mapping[str, Any], inquiry: Inquiry) -> Answer:
    """第十条（四）: a penalty in the register that is not performed; a person may know better (时限未到)."""
    rows = guard.unperformed_penalties(inquiry.case.institution, inquiry.on)
    if not rows:
        return Answer(OPEN, ("处罚和处理台账中没有未履行完毕的行政处罚，外部公示另行查询",))
    lines = tuple(
        f"{row.authority}{row.number}，{row.started_on.isoformat()}，未登记履行完毕" for row in rows
    )
    return Answer(HIT, lines)


def _fund(_check: Mapping[str, Any], inquiry: Inquiry) -> Answer:
    """第二十四条: in principle no acceptance; 第二十五条、第二十七条 or a reason answers it (C-42)."""
    guard = fund.guard_of(inquiry.application, inquiry.hand)
    if guard is None:
        return Answer()
    if not guard.is_over:
        return Answer(CLEAR if guard.is_known else OPEN, guard.lines)
    if told := fund.answers(inquiry.application, inquiry.hand):
        return Answer(CLEAR, (*guard.lines, *told, "其他条件照常核对"))
    exit_ = "，退一进一的先关联退出机构" if replacement.article_of(inquiry.book) else ""
    way = f"原则上当年不予受理；符合政策倾斜情形的先登记{exit_}，其他须受理的标“未发现”并写明理由"
    return Answer(HIT, (*guard.lines, way))


ANSWERS: Mapping[str, Callable[[Mapping[str, Any], Inquiry], Answer]] = {
    "non_basic_main": _non_basic_main,
    "non_basic": _non_basic,
    "forecast": _forecast,
    "fund": _fund,
    "penalty": _penalty,
}


def look_alikes(institution: Institution, on: date, hand: Hand) -> list[LookAlike]:
    """Return others like `institution` that are banned on `on`, were refused or ended badly.

    In five statements at most, of any office. The same credit code is the applicant itself (bans.standing).
    """
    own = _traits(institution)
    people = {getattr(institution, name) for name in PEOPLE} - {None}
    rows = _candidates(institution, own, people)
    if not rows:
        return []
    ids = [row.id for row in rows]
    banned = _by_institution(
        Ban.select().where(
            Ban.institution.in_(ids),
            Ban.lifted_on.is_null(),
            Ban.from_on <= on,
            (Ban.until_on >= on) | Ban.is_duty_open,
        )
    )
    ended = _by_institution(
        Case.select().where(Case.institution.in_(ids), Case.state.in_(_bad_states(hand))).order_by(Case.id)
    )
    former = _by_institution(FormerValue.select().where(FormerValue.institution.in_(ids)))
    return [
        LookAlike(
            row,
            _why(row, former.get(row.id, []), own, people),
            tuple(banned.get(row.id, ())),
            tuple(ended.get(row.id, ())),
            _sees(row, hand),
        )
        for row in rows
        if row.id in banned or row.id in ended
    ]


def _bad_states(hand: Hand) -> set[str]:
    """Return refusal, and every state that a ground of any book names as a bad end."""
    named = (ground.check.get("states", ()) for book in hand.books.values() for ground in book.grounds)
    return {*REFUSED, *(state for states in named for state in states)}


def _traits(institution: Institution) -> dict[str, set[str]]:
    """Return what the institution is and was called, where it is and was, and so on."""
    own = {name: {getattr(institution, name)} for name in TRAITS}
    rows = FormerValue.select().where(
        FormerValue.institution == institution.id, FormerValue.field.in_(list(TRAITS))
    )
    for row in rows:
        own[row.field].add(row.value)
    return {name: values - {"", None} for name, values in own.items()}


def _candidates(institution: Institution, own: Mapping[str, set[str]], people: set[int]) -> list[Institution]:
    same = Institution.id.in_(
        FormerValue.select(FormerValue.institution).where(
            FormerValue.field.in_(list(TRAITS)),
            FormerValue.value.in_(sorted(set().union(*own.values()))),
        )
    )
    for name, values in own.items():
        same |= getattr(Institution, name).in_(sorted(values))
    for name in PEOPLE:
        same |= getattr(Institution, name.removesuffix("_id")).in_(sorted(people))
    query = Institution.select(Institution, Office).join(Office).where(same, Institution.id != institution.id)
    return list(query.where(Institution.uscc != institution.uscc).order_by(Institution.id).limit(20))


def _by_institution(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.institution_id, []).append(row)
    return found


def _why(
    row: Institution, former: Iterable[FormerValue], own: Mapping[str, set[str]], people: set[int]
) -> str:
    words = [word for name, word in TRAITS.items() if getattr(row, name) in own[name]]
    words += [f"曾用{TRAITS[f.field]}" for f in former if f.field in TRAITS and f.value in own[f.field]]
    words += [word for name, word in PEOPLE.items() if getattr(row, name) in people]
    return "、".join(dict.fromkeys(words))


def _sees(row: Institution, hand: Hand) -> bool:
    return hand.actor.office_id in (row.office_id, row.office.parent_id)
