"""How a change of designation information stands: for its case's page, its agreement, the lists and 预警."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifecycle import changes, guard, steps
from lifecycle.change_cases import OPEN
from lifecycle.changes import Lateness
from lifecycle.exit_conditions import evaluation_of
from lifecycle.hand import Hand
from models import Case, ChangeRequest, Institution, Matter, Office, Role
from rules.book import Book

FILED, TOLD, FOUND, GENERAL = "filed", "told", "found", "general"
HOWS = {
    FILED: "机构提交申请",
    TOLD: "机构尚未申请，先登记",
    FOUND: "核查发现未报",
    GENERAL: "一般信息告知",
}
CONFIRMING, OWNER, RESUMING = "confirm_change", "begin_evaluation", "resume_entity"
MOST = 10  # changes of an agreement in its panel


@dataclass(frozen=True)
class Forbidden:
    """A penalty or handling during which nothing may be changed."""

    text: str
    since: date


@dataclass(frozen=True)
class Change:
    """A change as its case's page shows it. offer: the step by which an evaluated agreement goes on."""

    row: ChangeRequest
    how: str
    standing: Lateness | None
    forbidden: list[Forbidden]
    article: str  # what forbids it
    evaluation: Case | None
    evaluation_label: str
    offer: steps.Offer | None
    may_amend: bool


@dataclass(frozen=True)
class Line:
    """A change in the panel of an agreement or institution."""

    row: ChangeRequest
    case: Case
    items: str
    label: str
    standing: Lateness | None


def book_of(office: Any, hand: Hand) -> Book | None:
    """Return the book by which `office` handles changes, or None where its region knows none."""
    name = hand.region_of(office).books.get(Matter.CHANGE)
    return hand.books[name] if name else None


def how_of(row: Any) -> str:
    """Return by which way a change became known; row: a request, or a row with its columns."""
    if row.is_general:
        return GENERAL
    if row.found_on:
        return FOUND
    return FILED if row.asked_on else TOLD


def article_of(book: Book, action: str) -> str:
    """Return the article of a step of changes."""
    return next((step.article for step in book.steps if step.action == action), "")


def owner_note(book: Book) -> tuple[str, str]:
    """Return what follows where the operating entity itself changes, and its article."""
    step = next((step for step in book.steps if step.action == OWNER), None)
    return (step.note, step.article) if step else ("", "")


def named(items: Sequence[dict[str, Any]]) -> str:
    """Return what changes, as 名称、床位数."""
    return "、".join(part["label"] for part in items)


def forbidding(institution: Institution, hand: Hand) -> list[Forbidden]:
    """Return what is open against `institution`, during which its information may not be changed."""
    rows = guard.open_handling(institution, hand.today)
    for row in rows:
        row.institution = institution  # known already: not asked for again, row by row
    return [
        Forbidden(f"{row.authority}{row.number} {guard.name_of(row, hand)}", row.started_on) for row in rows
    ]


def lateness_of(book: Book, days: dict[str, date | None], hand: Hand) -> Lateness | None:
    """Return how a change stands that is still being typed. days: columns of ChangeRequest."""
    return changes.lateness(ChangeRequest(case=Case(book=book.id), **days), hand)


def standings(scope: Sequence[int], hand: Hand) -> dict[int, Lateness]:
    """Return how the open important changes of some offices stand, by the id of their case; one statement."""
    rows = _open(scope).where(ChangeRequest.approved_on.is_null(False), ~ChangeRequest.is_general)
    found = ((row.case_id, changes.lateness(row, hand)) for row in rows)
    return {case_id: standing for case_id, standing in found if standing}


def _open(scope: Sequence[int]) -> Any:
    rows = ChangeRequest.select(ChangeRequest, Case).join(Case, on=ChangeRequest.case)
    return rows.where(Case.office.in_(list(scope)), Case.closed_on.is_null())


def urgent(scope: Sequence[int], hand: Hand) -> list[tuple[ChangeRequest, Lateness | None]]:
    """Return the open changes that are late or unreported, with institution and office, in one statement."""
    rows = _open(scope).select_extend(Institution, Office)
    rows = rows.switch(Case).join(Institution).switch(Case).join(Office)
    told = [(row, changes.lateness(row, hand)) for row in rows.where(~ChangeRequest.is_general)]
    return [(row, at) for row, at in told if (at and at.is_late) or (row.found_on and not row.asked_on)]


def change_of(case: Case, hand: Hand) -> Change | None:
    """Return the change of a case, or None for any other case."""
    row = ChangeRequest.select(ChangeRequest).where(ChangeRequest.case == case).first()
    if row is None:
        return None
    row.case = case
    book, agreement = hand.book_of(case), row.agreement
    evaluation = evaluation_of(agreement) if row.is_entity else None
    keeps = {Role.CLERK, Role.AGREEMENT} & set(hand.roles)
    return Change(
        row=row,
        how=HOWS[how_of(row)],
        standing=changes.lateness(row, hand),
        forbidden=[] if case.closed_on else forbidding(case.institution, hand),
        article=article_of(book, CONFIRMING),
        evaluation=evaluation,
        evaluation_label=label_of(evaluation, hand) if evaluation else "",
        offer=_resuming(agreement, hand) if evaluation else None,
        may_amend=bool(keeps) and case.state in OPEN and hand.owns(case),
    )


def _resuming(agreement: Case, hand: Hand) -> steps.Offer | None:
    offered = steps.offers(agreement, hand, {role: role for role in Role})
    return next((offer for offer in offered if offer.step.action == RESUMING), None)


def lines(clause: Any, hand: Hand) -> list[Line]:
    """Return the changes for which `clause` holds, open ones first, then the newest, in one statement."""
    rows = ChangeRequest.select(ChangeRequest, Case).join(Case, on=ChangeRequest.case).where(clause)
    ordered = rows.order_by(Case.closed_on.is_null().desc(), ChangeRequest.id.desc()).limit(MOST)
    return [_line(row, hand) for row in ordered]


def _line(row: ChangeRequest, hand: Hand) -> Line:
    case = row.case
    standing = None if case.closed_on else changes.lateness(row, hand)
    return Line(row, case, named(row.items), label_of(case, hand), standing)


def label_of(case: Case, hand: Hand) -> str:
    """Return where a case stands, in the words of its book."""
    return hand.book_of(case).label_of(case.state, case.flag)


def of_agreement(agreement: Case, hand: Hand) -> list[Line]:
    """Return the changes under an agreement."""
    return lines(ChangeRequest.agreement == agreement.id, hand)


def of_institution(institution: Institution, hand: Hand) -> list[Line]:
    """Return the changes of an institution, under whatever agreement."""
    return lines(Case.institution == institution.id, hand)
