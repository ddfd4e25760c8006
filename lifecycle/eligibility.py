"""What the machine can say about the basic conditions (第六条、第七条), and how it came to say it.

Pure functions of an Applicant and a row of the book; `applicant` reads one from the database. An answer is a
proposal: what stands is what a person records (case_checks.py).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lifecycle.cases import declared_features
from lifecycle.hand import Hand
from models import Application, CheckFinding, Person, Staff
from rules.book import Book
from rules.calendar import WorkCalendar
from rules.form_rows import Condition
from rules.periods import add_period, day_text, describe, first_day_after
from rules.rows import ClockRule

CLEAR, HIT, OPEN = CheckFinding.CLEAR, CheckFinding.HIT, CheckFinding.OPEN


@dataclass(frozen=True)
class Post:
    """A person at work, as far as a condition asks."""

    name: str
    category: str
    is_registered_here: bool = True
    is_insurance_manager: bool = False
    is_full_time: bool = True
    department: str = ""
    contract_from: date | None = None
    contract_until: date | None = None  # last day; None with a first day: without fixed term
    insured_since: date | None = None


@dataclass(frozen=True)
class Applicant:
    """Who applies. on: the day of the check; applied_on: that of the application."""

    on: date
    applied_on: date
    operating_since: date | None = None
    beds: int | None = None
    principal: str = ""
    features: frozenset[str] = frozenset()
    staff: tuple[Post, ...] = ()


@dataclass(frozen=True)
class Link:
    """Somebody the machine came upon. institution_id: where the reader may look, else a name alone."""

    name: str
    institution_id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Answer:
    """What the machine says: clear, hit, not_applicable, or nothing (open); how; and whom it came upon.

    is_hard: no person may say otherwise. is_doubt: a person looks at this row by itself.
    """

    finding: str = OPEN
    lines: tuple[str, ...] = ()
    links: tuple[Link, ...] = field(default=())
    is_hard: bool = False
    is_doubt: bool = False


NOTHING = Answer()
NO_ROSTER = Answer(OPEN, ("花名册还没有登记人员，请对照申报材料核对",))


def answers(
    application: Application, hand: Hand, conditions: Iterable[Condition], on: date
) -> dict[str, Answer]:
    """Return what the machine says on the day `on` about each of `conditions`, by key."""
    book, who = hand.book_of(application.case), applicant(application, hand, on)
    return {row.key: answer(row, who, book, hand.calendar) for row in conditions}


def applicant(application: Application, hand: Hand, on: date) -> Applicant:
    """Return who applies as register and application tell it, in two statements."""
    case, institution = application.case, application.case.institution
    principal = Person.get_or_none(Person.id == institution.principal_id)
    rows = (
        Staff.select(Staff, Person)
        .join(Person)
        .where(Staff.institution == institution.id, Staff.left_on.is_null() | (Staff.left_on > on))
        .order_by(Staff.id)
    )
    return Applicant(
        on=on,
        applied_on=application.applied_on or case.opened_on,
        operating_since=application.operating_since or institution.operating_since,
        beds=application.counts.get("bed", institution.beds),
        principal=principal.name if principal else "",
        features=declared_features(application, hand),
        staff=tuple(_post(row) for row in rows),
    )


def _post(row: Staff) -> Post:
    return Post(
        name=row.person.name,
        category=row.category,
        is_registered_here=row.is_registered_here,
        is_insurance_manager=row.is_insurance_manager,
        is_full_time=row.is_full_time,
        department=row.department,
        contract_from=row.contract_from,
        contract_until=row.contract_until,
        insured_since=row.insured_since,
    )


def answer(row: Condition, who: Applicant, book: Book, calendar: WorkCalendar) -> Answer:
    """Return what the machine says about one condition; nothing where only a person can judge."""
    ask = ANSWERS.get(row.check.get("name", ""))
    return ask(row.check, who, book, calendar) if ask else NOTHING


def _operated(check: Mapping[str, Any], who: Applicant, book: Book, calendar: WorkCalendar) -> Answer:
    """第六条（一）、第七条（一）: the wait must be over on the day of application (readings 1.3-5)."""
    since, rule = who.operating_since, book.clocks[check["clock"]]
    if since is None:
        return Answer(OPEN, ("没有填写正式运营时间",))
    return _past(rule, since, who.applied_on, calendar, f"{_day(since)}正式运营", "申请之日")


def _past(
    rule: ClockRule, since: date, on: date, calendar: WorkCalendar, opening: str, reference: str
) -> Answer:
    first = first_day_after(since, rule, calendar)
    reached = f"{opening}，{describe(rule)}至 {_day(first - timedelta(days=1))}届满" if first else opening
    if first is None or on >= first:
        return Answer(CLEAR, (f"{reached}，{reference} {_day(on)}已满",))
    return Answer(HIT, (f"{reached}，至{reference} {_day(on)}还差 {(first - on).days} 日",))


def _people(check: Mapping[str, Any], who: Applicant, book: Book, _: WorkCalendar) -> Answer:
    """Enough people of a kind on the roster; with a clock: with labour contracts as long, and in force."""
    if not who.staff:
        return NO_ROSTER
    chosen = [post for post in who.staff if _is_asked(post, check)]
    least, count = check["least"], len(chosen)
    counted = f"登记在册的{check['who']} {count} 名"
    if count < least:
        return Answer(HIT, (f"{counted}，至少 {least} 名，缺 {least - count} 名",))
    if "clock" not in check:
        return Answer(CLEAR, (f"{counted}，至少 {least} 名：{_names(chosen)}",))
    return _contracts(chosen, least, book.clocks[check["clock"]], who.on, counted)


def _is_asked(post: Post, check: Mapping[str, Any]) -> bool:
    return (
        ("categories" not in check or post.category in check["categories"])
        and (not check.get("registered") or post.is_registered_here)
        and (not check.get("managers") or post.is_insurance_manager)
    )


def _contracts(posts: list[Post], least: int, rule: ClockRule, on: date, counted: str) -> Answer:
    """B-03: at least `rule` long (以上 includes it) and in force on `on`."""
    good = [post for post in posts if not contract_fault(post, rule, on)]
    lines = [f"{counted}，劳动合同符合的 {len(good)} 名，至少 {least} 名"]
    lines += [f"{post.name}：{fault}" for post in posts if (fault := contract_fault(post, rule, on))]
    if len(good) >= least:
        return Answer(CLEAR, tuple(lines))
    untold = any(post.contract_from is None for post in posts)
    return Answer(OPEN if untold else HIT, tuple(lines))


def contract_fault(post: Post, rule: ClockRule, on: date) -> str:
    """Return what is wrong with a labour contract, or nothing."""
    begin, end = post.contract_from, post.contract_until
    if begin is None:
        return "没有登记劳动合同起止日期"
    if on < begin:
        return f"劳动合同 {_day(begin)}才生效"
    if end is None:
        return ""
    if on > end:
        return f"劳动合同已于 {_day(end)}期满"
    if end < add_period(begin, rule.amount, rule.unit) - timedelta(days=1):
        return f"劳动合同 {_day(begin)}至 {_day(end)}，不足 {describe(rule)}"
    return ""


def _principal(_check: Mapping[str, Any], who: Applicant, _book: Book, _: WorkCalendar) -> Answer:
    if not who.principal:
        return Answer(OPEN, ("机构台账没有登记主要负责人，请补登后核对",))
    return Answer(OPEN, (f"登记的主要负责人：{who.principal}，是否负责医保工作由受理人员核对",))


def _department(check: Mapping[str, Any], who: Applicant, book: Book, _: WorkCalendar) -> Answer:
    """第六条（三）: a department with full-time staff from so many beds on (以上 includes the number)."""
    bound = book.thresholds[check["threshold"]].amount
    if who.beds is None:
        return Answer(OPEN, ("没有登记床位数",))
    if who.beds < bound:
        return Answer(CheckFinding.NOT_APPLICABLE, (f"床位 {who.beds} 张，不足 {bound} 张",))
    beds = f"床位 {who.beds} 张，{bound} 张以上"
    if not who.staff:
        return Answer(OPEN, (beds, *NO_ROSTER.lines))
    full = [post for post in who.staff if post.is_insurance_manager and post.is_full_time]
    if not full:
        return Answer(HIT, (beds, f"登记在册的{check['who']} 0 名"))
    placed = [post for post in full if check["word"] in post.department]
    if not placed:
        return Answer(OPEN, (beds, f"{check['who']}：{_names(full)}，没有登记所在的内部医保管理部门"))
    names = "、".join(f"{post.name}（{post.department}）" for post in placed)
    return Answer(CLEAR, (beds, f"{check['who']}：{names}"))


def _insured(check: Mapping[str, Any], who: Applicant, book: Book, calendar: WorkCalendar) -> Answer:
    """第六条（六）、第七条（七）; measured at review or at application (readings C-10)."""
    if not who.staff:
        return NO_ROSTER
    rule = book.clocks[check["clock"]]
    on, reference = (who.applied_on, "申请日") if check["until"] == "application" else (who.on, "今日")
    known = [post for post in who.staff if post.insured_since]
    short = [
        p for p in known if p.insured_since and on < (first_day_after(p.insured_since, rule, calendar) or on)
    ]
    counted = f"在册 {len(who.staff)} 人，至{reference}缴费满 {describe(rule)}的 {len(known) - len(short)} 人"
    lines = [counted if check["until"] == "application" else f"{counted}，审核评价时再核"]
    lines += [f"{post.name}：{_day(post.insured_since)}起参保，不满 {describe(rule)}" for post in short[:5]]
    if len(known) < len(who.staff):
        lines.append(f"{len(who.staff) - len(known)} 人没有登记参保起始日期")
    finding = HIT if short else OPEN if len(known) < len(who.staff) else CLEAR
    return Answer(finding, tuple(lines))


def _scopes(check: Mapping[str, Any], who: Applicant, _book: Book, _: WorkCalendar) -> Answer:
    """C-54: the minimums of the drugs applied for add up; `also` wants people beside those of the others."""
    if not who.staff:
        return NO_ROSTER
    asked = [need for need in check["needs"] if need.get("feature", "") in {"", *who.features}]
    lines, is_short = [], False
    for need in asked:
        have = len(_of(who, need))
        lacking = max(_lacking(need, asked, who), 0)
        is_short = is_short or lacking > 0
        more = "另有" if need.get("also") else "有"
        scope = f"{need['scope']}须{more}" if need["scope"] else "至少须有"
        lines.append(
            f"登记在册{need['who']} {have} 名，{scope}{need['who']} {need['least']} 名"
            + (f"，缺 {lacking} 名" if lacking else "")
        )
    return Answer(HIT if is_short else CLEAR, tuple(lines))


def _of(who: Applicant, *needs: Mapping[str, Any]) -> list[Post]:
    categories = {category for need in needs for category in need["categories"]}
    return [post for post in who.staff if post.is_registered_here and post.category in categories]


def _lacking(need: Mapping[str, Any], asked: Iterable[Mapping[str, Any]], who: Applicant) -> int:
    """Return how many are missing for `need`; one that wants people besides counts with each of the others.

    Two groups of people are enough for two needs if each is and if both together are.
    """
    alone = int(need["least"]) - len(_of(who, need))
    if not need.get("also"):
        return alone
    besides = [other for other in asked if not other.get("also")]
    return max([alone, *(need["least"] + other["least"] - len(_of(who, need, other)) for other in besides)])


def _names(posts: Iterable[Post]) -> str:
    names = [post.name for post in posts]
    return "、".join(names[:5]) + (f"等 {len(names)} 人" if len(names) > 5 else "")


def _day(on: date | None) -> str:
    return f"{on.year}年{day_text(on)}" if on else ""


ANSWERS: Mapping[str, Callable[[Mapping[str, Any], Applicant, Book, WorkCalendar], Answer]] = {
    "operated": _operated,
    "people": _people,
    "principal": _principal,
    "department": _department,
    "insured": _insured,
    "scopes": _scopes,
}
