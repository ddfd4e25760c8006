"""What an institution sees of its own cases. Every query here is bounded by the account's institutions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from peewee import JOIN

from blueprints.portal import story
from lifecycle.hand import Hand
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    CaseState,
    Clock,
    ClockPause,
    Document,
    DocumentState,
    Institution,
    MaterialState,
    Membership,
    Office,
    ProofOfService,
    StepTaken,
    User,
)

SHOWN_FILES = ("material", "signed_text")  # of a case: its materials and the agreement, not the evidence


@dataclass(frozen=True)
class Line:
    """A case with the clocks that run in it, the institution's own first."""

    case: Case
    label: str
    types: str
    clocks: list[Clock]


def institutions(ids: Collection[int]) -> list[Institution]:
    """Return the institutions with their office, by name."""
    rows = Institution.select(Institution, Office).join(Office).where(Institution.id.in_(list(ids)))
    return list(rows.order_by(Institution.name, Institution.id))


def case_of(case_id: int, ids: Collection[int]) -> Case | None:
    """Return the case if it is one of the institutions'."""
    return (
        Case.select(Case, Institution, Office)
        .join(Institution)
        .switch(Case)
        .join(Office)
        .where(Case.id == case_id, Case.institution.in_(list(ids)))
        .first()
    )


def lines(ids: Collection[int], hand: Hand, *, number: str = "") -> list[Line]:
    """Return the cases of the institutions, open ones first, with state and clocks, in three statements."""
    rows = (
        Case.select(Case, Institution)
        .join(Institution)
        .where(Case.institution.in_(list(ids)))
        .order_by(Case.closed_on.is_null(False), Case.id.desc())
        .limit(200)
    )
    if number:
        rows = rows.where(Case.number.contains(number))
    cases = list(rows)
    clocks, types = _clocks(cases), _types(cases)
    return [
        Line(
            case,
            story.state_label(case, hand.book_of(case)),
            hand.book_of(case).type_labels(types.get(case.id, ())),
            clocks.get(case.id, []),
        )
        for case in cases
    ]


def _clocks(cases: Iterable[Case]) -> dict[int, list[Clock]]:
    """Return the open clocks by case: those against the institution first, then the nearest."""
    rows = (
        Clock.select(Clock, ClockPause.from_on.alias("paused_on"))
        .join(ClockPause, JOIN.LEFT_OUTER, on=(ClockPause.clock == Clock.id) & ClockPause.until_on.is_null())
        .where(Clock.case.in_([case.id for case in cases]), Clock.ended_on.is_null())
        .order_by(Clock.party != "provider", Clock.due_on.is_null(), Clock.due_on, Clock.id)
        .objects()
    )
    found: dict[int, list[Clock]] = {}
    for clock in rows:
        found.setdefault(clock.case_id, []).append(clock)
    return found


def _types(cases: Iterable[Case]) -> dict[int, list[str]]:
    rows = Application.select(Application.case, Application.types)
    return dict(rows.where(Application.case.in_([case.id for case in cases])).tuples())


def type_labels(case: Case, hand: Hand) -> str:
    """Return the designation types applied for, as 住院、门诊统筹."""
    return hand.book_of(case).type_labels(_types([case]).get(case.id, ()))


def documents(case: Case) -> list[Document]:
    """Return the documents meant for the institution, newest first, each with `.proof` or None.

    A voided one only if it had been served: otherwise it never reached anybody.
    """
    rows = (
        Document.select(Document, ProofOfService)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Document.case == case, Document.is_to_serve)
        .where((Document.state == DocumentState.ISSUED) | ProofOfService.id.is_null(False))
    )
    return list(rows.order_by(Document.id.desc()))


def files(case: Case) -> list[Attachment]:
    """Return the files of the case that the institution may see: of its materials, and the agreement."""
    rows = (
        Attachment.select(Attachment, User)
        .join(User)
        .where(Attachment.case == case, Attachment.purpose.in_(SHOWN_FILES), Attachment.removed_at.is_null())
    )
    return list(rows.order_by(Attachment.id))


def steps(case: Case) -> list[StepTaken]:
    """Return the steps of the case that stand, with who took them, newest first."""
    rows = StepTaken.select(StepTaken, User).join(User)
    return list(
        rows.where(StepTaken.case == case, StepTaken.undone_at.is_null()).order_by(StepTaken.id.desc())
    )


def accounts_of(case: Case) -> set[int]:
    """Return the ids of the accounts that work, or worked, for the institution of the case."""
    rows = Membership.select(Membership.user).where(Membership.institution == case.institution_id)
    return {row[0] for row in rows.tuples()}


def materials(case: Case) -> list[CaseMaterial]:
    """Return the rows of the material list that apply, in printed order."""
    rows = CaseMaterial.select().where(
        CaseMaterial.case == case, CaseMaterial.state != MaterialState.NOT_APPLICABLE
    )
    return list(rows.order_by(CaseMaterial.no, CaseMaterial.id))


def file_of(case: Case, attachment_id: int) -> Attachment | None:
    return next((row for row in files(case) if row.id == attachment_id), None)


def draft_of(case: Case) -> Application | None:
    """Return the application of a draft, or None once it was filed."""
    if case.state != CaseState.DRAFT:
        return None
    return Application.get_or_none(Application.case == case)


def last_application(institution: Institution) -> Application | None:
    """Return the institution's newest application: what the next one starts with."""
    rows = Application.select().join(Case).where(Case.institution == institution.id)
    return rows.order_by(Application.id.desc()).first()
