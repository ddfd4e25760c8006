"""The agreements of an account's institutions, and what was asked about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from peewee import JOIN

from lifecycle import exits, pauses
from lifecycle.hand import Hand
from models import (
    Agreement,
    Application,
    Attachment,
    Case,
    Document,
    ExitRequest,
    Institution,
    Matter,
    Office,
    RightsBlock,
    RightsScope,
)

LAST = 200  # agreements of one account that are looked at


@dataclass(frozen=True)
class Line:
    """An agreement as its institution sees it: what it may ask, what it asked, what is paused."""

    case: Case
    agreement: Agreement
    number: str
    types: str
    label: str
    wishes: dict[str, str]
    request: Case | None
    paused: list[str]
    may_apply: bool


def served(ids: Collection[int], hand: Hand) -> list[Institution]:
    """Return the institutions whose office lets them ask online, by name, in one statement."""
    rows = Institution.select(Institution, Office).join(Office).where(Institution.id.in_(list(ids)))
    rows = rows.order_by(Institution.name, Institution.id)
    return [row for row in rows if exits.is_online(row.office, hand)]


def kinds(ids: Collection[int], hand: Hand) -> dict[str, str]:
    """Return what the agreements of the institutions are about (协议分类), by key, in the book's order."""
    rows = Case.select(Case.book).where(Case.institution.in_(list(ids)), Case.matter == Matter.AGREEMENT)
    books = [hand.books[key] for (key,) in rows.distinct().tuples()]
    own = {
        row[0] for row in Institution.select(Institution.kind).where(Institution.id.in_(list(ids))).tuples()
    }
    return {row.key: row.label for book in books for row in book.types if own & set(row.kinds)}


def lines(ids: Collection[int], hand: Hand, *, year: int | None = None, kind: str = "") -> list[Line]:
    """Return the agreements of the institutions in force in `year` and about `kind`, in three statements."""
    rows = (
        Agreement.select(Agreement, Case, Institution, Office, Document.number, Application.types)
        .join(Case)
        .join(Institution)
        .join_from(Case, Office)
        .join_from(Agreement, Document, JOIN.LEFT_OUTER)
        .join_from(Case, Application, JOIN.LEFT_OUTER, on=(Application.case == Case.id), attr="applied")
        .where(Case.institution.in_(list(ids)), Case.matter == Matter.AGREEMENT)
        .order_by(Case.closed_on.is_null(False), Agreement.ends_on.desc(), Case.id.desc())
        .limit(LAST)
    )
    if year:
        rows = rows.where(Agreement.starts_on <= date(year, 12, 31), Agreement.ends_on >= date(year, 1, 1))
    found = [row for row in rows if not kind or kind in _types(row)]
    requests, paused = _requests(found), _paused(found)
    return [_line(row, hand, requests.get(row.case_id), paused.get(row.case_id, [])) for row in found]


def _types(agreement: Agreement) -> list[str]:
    return list(getattr(getattr(agreement.case, "applied", None), "types", None) or ())


def _line(agreement: Agreement, hand: Hand, request: Case | None, paused: list[str]) -> Line:
    case = agreement.case
    book, is_open = hand.book_of(case), case.closed_on is None and request is None
    step = next((row for row in book.steps if row.action == "apply_again"), None)
    return Line(
        case=case,
        agreement=agreement,
        number=agreement.document.number if agreement.document else agreement.own_number or case.number,
        types=book.type_labels(_types(agreement)),
        label=book.label_of(case.state, case.flag),
        wishes=exits.wishes(book, case) if is_open and exits.is_online(case.office, hand) else {},
        request=request,
        paused=paused,
        may_apply=bool(
            step and not case.closed_on and case.flag == step.when["flag"] and hand.may(step, case)
        ),
    )


def _requests(rows: Collection[Agreement]) -> dict[int, Case]:
    """Return the request that is under way by the case of the agreement."""
    found = (
        Case.select(Case, ExitRequest.agreement.alias("about"))
        .join(ExitRequest, on=(ExitRequest.case == Case.id))
        .where(ExitRequest.agreement.in_([row.case_id for row in rows]), Case.closed_on.is_null())
        .objects()
    )
    return {case.about: case for case in found}


def _paused(rows: Collection[Agreement]) -> dict[int, list[str]]:
    held = RightsBlock.select(RightsBlock.case, RightsBlock.subject).where(
        RightsBlock.case.in_([row.case_id for row in rows]),
        RightsBlock.scope == RightsScope.CATEGORY,
        RightsBlock.lifted_on.is_null(),
    )
    found: dict[int, list[str]] = {}
    for case_id, subject in held.order_by(RightsBlock.id).tuples():
        found.setdefault(case_id, []).append(subject)
    return found


def agreement_case(case_id: int, ids: Collection[int], hand: Hand) -> Case | None:
    """Return the case of an agreement of the institutions whose office lets them ask online, or None."""
    case = (
        Case.select(Case, Institution, Office)
        .join(Institution)
        .join_from(Case, Office)
        .where(Case.id == case_id, Case.institution.in_(list(ids)), Case.matter == Matter.AGREEMENT)
        .first()
    )
    return case if case and exits.is_online(case.office, hand) else None


def agreement_of(case: Case) -> Agreement | None:
    return Agreement.get_or_none(Agreement.case == case)


def categories(case: Case) -> list[str]:
    """Return what the institution may pause by itself: the list of its office."""
    return pauses.labels(case.office)


def related(case: Case) -> list[Attachment]:
    """Return the files that came with a request."""
    rows = Attachment.select().where(
        Attachment.case == case,
        Attachment.purpose == "material",
        Attachment.material.is_null(),
        Attachment.removed_at.is_null(),
    )
    return list(rows.order_by(Attachment.id))
