"""What is recorded before acceptance: each condition met or not, each ground of refusal present or not.

The machine answers what it can (eligibility.py, screening.py); a person's finding stands, with one exception:
a ground that a standing ban proves. Rows come into being when they are first answered: version 0 until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lifecycle import audit, eligibility, moment, screening
from lifecycle.cases import declared_features
from lifecycle.db import locked, write_tx
from lifecycle.eligibility import NOTHING, Answer
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CaseCheck,
    CaseState,
    CheckFinding,
    CheckList,
    ExtraCondition,
    Office,
    Role,
    User,
)
from rules.form_rows import Condition
from rules.rows import Ground

OPEN_STATES = (CaseState.DRAFT, CaseState.FILED, CaseState.CORRECTION_REQUESTED)
LABELS: Mapping[str, Mapping[str, str]] = {
    CheckList.CONDITION: {"clear": "符合", "hit": "不符合", "not_applicable": "不适用"},
    CheckList.SCREENING: {"clear": "未发现", "hit": "存在"},
}


@dataclass(frozen=True)
class Item:
    """A condition or a ground as it stands: the book's row, the machine's answer, the person's finding.

    where: what a person looks at. wants_inquiry: where one asked, and when, belongs to every finding.
    may_be_na: 不适用 is an answer, because the text itself names a case.
    """

    list: str
    key: str
    no: str
    text: str
    article: str
    hint: str = ""
    where: str = ""
    wants_inquiry: bool = False
    may_be_na: bool = False
    machine: Answer = NOTHING
    finding: str = ""
    evidence: str = ""
    checked_on: date | None = None
    by: str = ""
    at: datetime | None = None
    version: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether acceptance may go on over this row."""
        if self.machine.is_hard or self.finding in (CheckFinding.OPEN, CheckFinding.HIT):
            return False
        return bool(self.evidence) or not (self.machine.is_doubt or self.machine.finding == CheckFinding.HIT)

    @property
    def may_be_cleared_together(self) -> bool:
        """Whether the one button answers it: still open, and nothing speaks against it."""
        against = self.machine.finding == CheckFinding.HIT or self.machine.is_doubt
        return self.finding == CheckFinding.OPEN and not against


def items(case: Case, hand: Hand, on: date | None = None) -> list[Item]:
    """Return every row that applies to `case`, conditions before grounds, as of the day `on` (today)."""
    application = Application.get_or_none(Application.case == case)
    if application is None:
        return []
    application.case = case  # known already: not asked for again
    facts = {
        "kind": case.institution.kind,
        "types": frozenset(application.types),
        "features": declared_features(application, hand),
    }
    book, day = hand.book_of(case), on or hand.today
    conditions = book.conditions_for(facts)
    grounds = [ground for ground in book.grounds_for("refusal", facts) if ground.is_screened]
    told = eligibility.answers(application, hand, conditions, day) if conditions else {}
    found = screening.answers(application, hand, grounds, day) if grounds else {}
    rows = [_condition(row, told[row.key]) for row in conditions]
    marks = _marks(case)
    extras = extra_conditions(case.office, case.institution.kind) if conditions else []
    told_of = {key for _, key in marks}
    rows += [_extra(row) for row in extras if row.is_active or f"x{row.id}" in told_of]
    head = grounds[0].article.partition("（")[0] if grounds else ""
    rows += [_ground(row, found[row.key], head) for row in grounds]
    return [_marked(row, marks.get((row.list, row.key))) for row in rows]


def item(case: Case, list_: str, key: str, hand: Hand) -> Item | None:
    """Return one row that applies to `case`, or None."""
    return next((row for row in items(case, hand) if (row.list, row.key) == (list_, key)), None)


def _condition(row: Condition, machine: Answer) -> Item:
    na = row.check.get("name") == "department" or bool(row.when)
    return Item(
        CheckList.CONDITION, row.key, row.no, row.text, row.article, "", row.evidence, False, na, machine
    )


def _extra(row: ExtraCondition) -> Item:
    return Item(CheckList.CONDITION, f"x{row.id}", "补充", row.text, row.basis, may_be_na=True)


def _ground(row: Ground, machine: Answer, head: str) -> Item:
    """Return the row of a ground; one outside the list's own article `head` is numbered by its article."""
    article, _, number = row.article.partition("（")
    number = f"（{number}" if number and article == head else article
    return Item(
        CheckList.SCREENING,
        row.key,
        number,
        row.text,
        row.article,
        row.hint,
        row.evidence,
        bool(row.evidence),
        False,
        machine,
    )


def extra_conditions(office: Office, kind: str) -> list[ExtraCondition]:
    """Return what `office` or the city above it added for `kind`, oldest first, ended ones too.

    第六条（七）、第七条（八）
    """
    offices = [office.id, *([office.parent_id] if office.parent_id else [])]
    query = ExtraCondition.select().where(ExtraCondition.office.in_(offices), ExtraCondition.kind == kind)
    return list(query.order_by(ExtraCondition.id))


def _marks(case: Case) -> dict[tuple[str, str], CaseCheck]:
    rows = CaseCheck.select(CaseCheck, User).join(User).where(CaseCheck.case == case.id)
    return {(row.list, row.key): row for row in rows}


def _marked(row: Item, mark: CaseCheck | None) -> Item:
    if mark is None:
        return row
    return replace(
        row,
        finding=mark.finding,
        evidence=mark.evidence,
        checked_on=mark.checked_on,
        by=mark.marked_by.name,
        at=mark.marked_at,
        version=mark.version,
    )


def may_check(case: Case, hand: Hand) -> bool:
    """Return whether this person may answer now: clerk or manager of the office, before acceptance."""
    return (
        case.closed_on is None
        and case.state in OPEN_STATES
        and bool(hand.roles & {Role.CLERK, Role.MANAGER})
        and case.office_id == hand.actor.office_id
    )


def demand_open(case: Case, hand: Hand) -> None:
    """Raise NotAllowed unless this person may write what is checked before acceptance."""
    if not may_check(case, hand):
        raise NotAllowed("受理前核查由本单位受理岗在受理前登记，这个办件现在不能改动")


def mark(  # noqa: PLR0913 - what is recorded of a check
    case: Case,
    list_: str,
    key: str,
    *,
    finding: str,
    evidence: str,
    checked_on: date | None,
    version: int,
    hand: Hand,
) -> Item:
    """Answer one row and return it as it now stands. finding: empty keeps what was found.

    A finding against the applicant, one against the machine, and every one of an inquiry want evidence; an
    inquiry and a hit want their day too, not to come.

    Raises NotAllowed after acceptance or for another person, Unmet for what is lacking or what a standing ban
    forbids, BadDay for a day to come, Conflict for a stale version.
    """
    with write_tx():
        case = locked(Case, case.id)
        demand_open(case, hand)
        row = item(case, list_, key, hand)
        if row is None:
            raise Unmet(["这一项不适用于本办件，请刷新后核对"])
        finding = finding or row.finding
        if (finding, evidence, checked_on) == (row.finding, row.evidence, row.checked_on):
            return row
        if version != row.version:
            raise Conflict("同事刚刚填了这一项")
        demand_lawful(row, finding, evidence, checked_on, hand)
        _write(case, row, finding, evidence, checked_on, hand)
        return replace(
            row,
            finding=finding,
            evidence=evidence,
            checked_on=checked_on,
            by=hand.actor.name,
            at=moment.now(),
            version=row.version + 1,
        )


def demand_lawful(row: Item, finding: str, evidence: str, checked_on: date | None, hand: Hand) -> None:
    """Raise Unmet or BadDay if a row may not be answered so."""
    if not finding:
        raise Unmet(["请先选择核对结果"])
    if finding not in LABELS[row.list] or (finding == CheckFinding.NOT_APPLICABLE and not row.may_be_na):
        raise Unmet(["这一项适用于所有申请机构，不能填“不适用”"])
    if row.machine.is_hard and finding != CheckFinding.HIT:
        raise Unmet([f"限制申请记录仍在期内，不能标为“{LABELS[row.list][finding]}”，请出具不予受理通知书"])
    if checked_on and checked_on > hand.today:
        raise BadDay("查询日期不能晚于今天")
    if lacking := _lacking(row, finding, evidence, checked_on):
        raise Unmet(lacking)


def _lacking(row: Item, finding: str, evidence: str, checked_on: date | None) -> list[str]:
    is_hit = finding == CheckFinding.HIT
    is_against = row.machine.finding == CheckFinding.HIT and not is_hit
    found = []
    if not evidence and (is_hit or is_against or row.machine.is_doubt or row.wants_inquiry):
        found.append("系统的核对结果与此不同，请写明理由" if is_against else "请写明依据")
    if not checked_on and (is_hit or row.wants_inquiry):
        found.append("请填写查询日期")
    return found


def mark_rest(case: Case, *, inquiry: str, checked_on: date | None, hand: Hand) -> int:
    """Answer every open row against which nothing speaks as in order; return how many.

    inquiry: where it was asked, kept with the rows that want it. Raises as `mark` does.
    """
    with write_tx():
        case = locked(Case, case.id)
        demand_open(case, hand)
        rest = [row for row in items(case, hand) if row.may_be_cleared_together]
        for row in rest:
            finding = CheckFinding.NOT_APPLICABLE if row.machine.finding == "not_applicable" else "clear"
            evidence, day = (inquiry, checked_on) if row.wants_inquiry else ("", checked_on)
            demand_lawful(row, finding, evidence, day, hand)
            _write(case, row, finding, evidence, day, hand)
    return len(rest)


def _write(case: Case, row: Item, finding: str, evidence: str, checked_on: date | None, hand: Hand) -> None:
    values: dict[str, Any] = {
        "finding": finding,
        "evidence": evidence,
        "checked_on": checked_on,
        "marked_by": hand.actor,
        "marked_at": moment.now(),
        "version": row.version + 1,
    }
    if row.version:
        CaseCheck.update(**values).where(
            CaseCheck.case == case.id, CaseCheck.list == row.list, CaseCheck.key == row.key
        ).execute()
    else:
        CaseCheck.create(case=case, list=row.list, key=row.key, **values)
    audit.record(
        audit.of_case(case),
        "mark_check",
        hand=hand,
        case=case,
        on=hand.today,
        article=row.article,
        list=row.list,
        key=row.key,
        no=row.no,
        finding=[row.finding, finding],
        evidence=[row.evidence, evidence],
        checked_on=checked_on,
    )


def gaps(rows: Sequence[Item], list_: str, *, is_offer: bool) -> list[str]:
    """Return what keeps an application from acceptance in one list, in words; short while only offered."""
    # what a ban proves is told by the ban itself (conditions.no_ban)
    mine = [row for row in rows if row.list == list_ and not row.is_settled and not row.machine.is_hard]
    title = {CheckList.CONDITION: "基本条件", CheckList.SCREENING: "不予受理情形"}[CheckList(list_)]
    against = [row for row in mine if row.finding == CheckFinding.HIT]
    still = len(mine) - len(against)
    told = [f"{title}还有 {still} 项未核对"] if still else []
    word = "不符合" if list_ == CheckList.CONDITION else "存在"
    if is_offer:
        return told + ([f"{title}有 {len(against)} 项“{word}”"] if against else [])
    return told + [f"{title}{word}：{row.text}（{row.article}）" for row in against]


def found_grounds(rows: Sequence[Item]) -> list[str]:
    """Return the keys of the grounds that were found or that a ban proves, in printed order."""
    grounds = [row for row in rows if row.list == CheckList.SCREENING]
    return [row.key for row in grounds if row.machine.is_hard or row.finding == CheckFinding.HIT]
