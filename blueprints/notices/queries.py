"""What the board of publications and decisions shows, and what a notice holds."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from peewee import JOIN, fn

from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CaseState,
    Clock,
    Complaint,
    Document,
    Institution,
    NoticeCase,
    NoticeKind,
    Office,
    PublicNotice,
    User,
)
from rules.book import Book
from rules.periods import Due, due_date
from rules.rows import Step

PAGE = 50


class Tab(NamedTuple):
    """A stage of the board. work: what is done with its rows, the name of an action of the page."""

    state: str
    label: str
    work: str


TABS = (
    Tab(CaseState.QUALIFIED, "待公示结果", "publish"),
    Tab(CaseState.PUBLIC_NOTICE, "公示中", "complaint"),
    Tab(CaseState.NOTICE_INVESTIGATION, "举报核查", "verify"),
    Tab(CaseState.PROPOSED_PASS, "待集体决策", "decide"),
    Tab(CaseState.CITY_REVIEW, "待市级复审", "review"),
    Tab(CaseState.FINAL_DECISION, "待定最终名单", "decide"),
    Tab(CaseState.LISTED, "待监督公示", "publish"),
    Tab(CaseState.SUPERVISION_NOTICE, "监督公示中", "objection"),
)


def tabs(book: Book) -> tuple[Tab, ...]:
    """Return the stages that a book knows; where it publishes no list, its 拟新增 is the list to sign."""
    known = [tab for tab in TABS if tab.state in book.states]
    publishes = {step.action for step in book.steps if step.screen == "publication"}
    if STEPS[NoticeKind.SUPERVISION][0] in publishes:
        return tuple(known)
    listed = Tab(CaseState.LISTED, "", "negotiate")
    return tuple(
        listed._replace(label=book.states[tab.state].label) if tab.state == listed.state else tab
        for tab in known
    )


# Which step of the book takes a case into a publication of this kind, and which document it is.
STEPS = {
    NoticeKind.RESULT: ("publish_result", "result_publication"),
    NoticeKind.SUPERVISION: ("publish_list", "supervision_publication"),
}
STATES = {NoticeKind.RESULT: CaseState.QUALIFIED, NoticeKind.SUPERVISION: CaseState.LISTED}
SORTS = {
    "due": (Clock.due_on.is_null(), Clock.due_on, Case.id),
    "name": (Institution.name, Case.id),
    "stage": (Case.stage_on, Case.id),
}


def _visible(office: Office, scope: Sequence[int]) -> Any:
    """The own office's cases; of the offices below only what they passed up for review."""
    passed_up = (Case.state == CaseState.CITY_REVIEW) & Case.office.in_(scope)
    return (Case.office == office) | passed_up


def counts(office: Office, scope: Sequence[int]) -> dict[str, int]:
    """Return how many open cases stand in each stage of the board."""
    rows = (
        Case.select(Case.state, fn.COUNT(Case.id))
        .where(Case.state.in_([tab.state for tab in TABS]), _visible(office, scope))
        .group_by(Case.state)
    )
    return dict(rows.tuples())


def board(  # noqa: PLR0913 - what the page can be asked for
    state: str, office: Office, scope: Sequence[int], *, text: str = "", sort: str = "due", page: int = 1
) -> tuple[list[Any], int]:
    """Return one page of the cases in `state` as namedtuples, and how many there are. Two statements."""
    query = (
        Case.select(
            Case.id,
            Case.number,
            Case.book,
            Case.stage_on,
            Case.office,
            Office.name.alias("office_name"),
            Institution.name,
            Institution.kind.alias("institution_kind"),
            Application.types,
            Clock.due_on,
            Clock.yellow_on,
            Clock.state.alias("clock_state"),
            Clock.kind,
        )
        .join(Institution)
        .switch(Case)
        .join(Office)
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER)
        .switch(Case)
        .join(Clock, JOIN.LEFT_OUTER, on=((Clock.case == Case.id) & Clock.is_lead))
        .where(Case.state == state, _visible(office, scope))
    )
    if text:
        query = query.where(Institution.search_key.contains(text.lower()) | Case.number.contains(text))
    rows = query.order_by(*SORTS.get(sort, SORTS["due"])).paginate(page, PAGE).namedtuples()
    return list(rows), query.count()


def type_labels(book: str, types: Iterable[str] | None, hand: Hand) -> str:
    """Return designation types in words, as 住院、门诊统筹."""
    return hand.books[book].type_labels(types)


def chosen(case_ids: Iterable[int], office: Office) -> list[Any]:
    """Return the chosen cases of the office as namedtuples, in the order of their names."""
    return list(
        Case.select(
            Case.id,
            Case.number,
            Case.book,
            Case.state,
            Institution.name,
            Institution.address,
            Institution.kind.alias("institution_kind"),
            Application.types,
        )
        .join(Institution)
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER)
        .where(Case.id.in_(list(case_ids)), Case.office == office)
        .order_by(Institution.kind, Institution.name, Case.id)
        .namedtuples()
    )


def publishing_step(kind: str, book: str, hand: Hand) -> Step:
    """Return the step of the book that a publication of `kind` takes."""
    action, _ = STEPS[NoticeKind(kind)]
    return next(step for step in hand.books[book].steps if step.action == action)


def period(kind: str, book: str, published_on: date, hand: Hand) -> Due:
    """Return the last day of a publication of `kind` that begins on `published_on`, with its derivation."""
    step = publishing_step(kind, book, hand)
    rule = hand.books[book].clocks[step.starts[0].clock]
    return due_date(published_on, rule, hand.calendar, anchor="公示发布")


def last_notice(office: Office) -> PublicNotice | None:
    """Return the office's newest publication: its medium and phone are proposed for the next."""
    return PublicNotice.select().where(PublicNotice.office == office).order_by(PublicNotice.id.desc()).first()


def notice(notice_id: int, scope: Sequence[int]) -> PublicNotice | None:
    """Return a publication in scope with its office, document and author, or None."""
    return (
        PublicNotice.select(PublicNotice, Office, Document, User)
        .join(Office)
        .switch(PublicNotice)
        .join(Document)
        .switch(PublicNotice)
        .join(User)
        .where(PublicNotice.id == notice_id, PublicNotice.office.in_(scope))
        .first()
    )


def notices(office: Office, page: int = 1) -> tuple[list[Any], int]:
    """Return one page of the office's publications, newest first, as namedtuples, and how many there are."""
    query = PublicNotice.select().where(PublicNotice.office == office)
    rows = (
        PublicNotice.select(
            PublicNotice.id,
            PublicNotice.kind,
            PublicNotice.published_on,
            PublicNotice.medium,
            Document.number,
            Document.data,
            fn.COUNT(NoticeCase.id).alias("cases"),
        )
        .join(Document)
        .switch(PublicNotice)
        .join(NoticeCase)
        .where(PublicNotice.office == office)
        .group_by(PublicNotice.id, Document.id)
        .order_by(PublicNotice.published_on.desc(), PublicNotice.id.desc())
        .paginate(page, PAGE)
    )
    return list(rows.namedtuples()), query.count()


def entries(notice: PublicNotice) -> list[Any]:
    """Return the cases of a publication by kind and name, with how many complaints each drew."""
    complaints = Complaint.select(fn.COUNT(Complaint.id)).where(
        Complaint.case == Case.id, Complaint.notice == notice
    )
    return list(
        NoticeCase.select(
            Case.id,
            Case.number,
            Case.book,
            Case.state,
            Institution.name,
            Institution.address,
            Institution.kind.alias("institution_kind"),
            Application.types,
            complaints.alias("complaints"),
        )
        .join(Case)
        .join(Institution)
        .switch(Case)
        .join(Application, JOIN.LEFT_OUTER)
        .where(NoticeCase.notice == notice)
        .order_by(Institution.kind, Institution.name, NoticeCase.id)
        .namedtuples()
    )


def complaints_of(case: Case) -> list[Complaint]:
    """Return the complaints about a case with who recorded them: those to verify first, then the newest."""
    return list(
        Complaint.select(Complaint, User)
        .join(User)
        .where(Complaint.case == case)
        .order_by(Complaint.verified_on.is_null(False), Complaint.id.desc())
    )


def complaint(complaint_id: int, scope: Sequence[int]) -> Complaint | None:
    """Return one complaint about a case in scope, or None."""
    return (
        Complaint.select(Complaint, Case, Institution)
        .join(Case)
        .join(Institution)
        .where(Complaint.id == complaint_id, Case.office.in_(scope))
        .first()
    )


def notice_of(case: Case) -> PublicNotice | None:
    """Return the newest publication that holds the case."""
    return (
        PublicNotice.select(PublicNotice, Document)
        .join(Document, JOIN.LEFT_OUTER)
        .switch(PublicNotice)
        .join(NoticeCase)
        .where(NoticeCase.case == case)
        .order_by(PublicNotice.id.desc())
        .first()
    )
