"""The material list of a case as a page shows it: rows in printed order, each with its files."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from peewee import JOIN

from lifecycle.hand import Hand
from models import Attachment, Case, CaseMaterial, MaterialState, Role, User
from rules.form_rows import Material

LABELS = {
    MaterialState.PENDING: "未收",
    MaterialState.RECEIVED: "齐全",
    MaterialState.MISSING: "缺",
    MaterialState.NOT_APPLICABLE: "不适用",
}


@dataclass(frozen=True)
class FileRow:
    """A file of a row. source: number of the earlier case it was taken over from, or nothing."""

    id: int
    name: str
    size: int
    content_type: str
    by: str
    at: datetime
    valid_until: date | None
    source: str


@dataclass(frozen=True)
class MaterialRow:
    """A row as a page shows it.

    applies: the printed case of application. basis: of an extra row, what it is asked for after.
    files: those that stand; earlier: how many were replaced or taken out. is_editable: may be marked now.
    takes_files: files may be added or taken out now. is_untouched: an extra row that may still go.
    """

    id: int
    case_id: int
    key: str
    no: int
    title: str
    article: str
    applies: str
    state: str
    received_on: date | None
    is_original_seen: bool
    original_seen_on: date | None
    original_seen_by: str
    note: str
    version: int
    files: tuple[FileRow, ...]
    earlier: int
    needs_original: bool
    is_conditional: bool
    is_extra: bool
    asked_on: date | None
    answered_on: date | None
    is_editable: bool
    takes_files: bool

    @property
    def state_label(self) -> str:
        if self.state == MaterialState.RECEIVED and self.is_original_seen and self.needs_original:
            return "已核原件"
        return LABELS[MaterialState(self.state)]

    @property
    def is_untouched(self) -> bool:
        is_new = self.state == MaterialState.PENDING and self.asked_on is None
        return self.is_extra and is_new and not self.files and not self.earlier


def may_mark(case: Case, hand: Hand) -> bool:
    """Return whether this person may mark the materials now: a clerk of the office, before acceptance."""
    return (
        case.closed_on is None
        and takes_materials(case, hand)
        and Role.CLERK in hand.roles
        and case.office_id == hand.actor.office_id
    )


def takes_materials(case: Case, hand: Hand) -> bool:
    """Return whether the case stands where the book lets its material list be marked."""
    return hand.book_of(case).states[case.state].takes_materials


def material_rows(case: Case, hand: Hand) -> list[MaterialRow]:
    """Return the material list of `case` in printed order, in two statements."""
    standing, earlier = _files(case)
    materials = {material.key: material for material in hand.book_of(case).materials}
    is_editable = may_mark(case, hand)
    takes_files = case.closed_on is None and Role.CLERK in hand.roles and hand.owns(case)
    return [
        MaterialRow(
            id=row.id,
            case_id=row.case_id,
            key=row.key,
            no=row.no,
            title=row.title,
            state=row.state,
            received_on=row.received_on,
            is_original_seen=row.is_original_seen,
            original_seen_on=row.original_seen_on,
            original_seen_by=row.original_seen_by.name if row.original_seen_by_id else "",
            note=row.note,
            version=row.version,
            files=tuple(standing[row.id]),
            earlier=earlier[row.id],
            is_extra=row.is_extra,
            asked_on=row.asked_on,
            answered_on=row.answered_on,
            is_editable=is_editable,
            takes_files=takes_files,
            **_from_book(materials.get(row.key), row),
        )
        for row in rows_of(case)
    ]


def material_row(material: CaseMaterial, hand: Hand) -> MaterialRow:
    """Return one row as the list shows it."""
    return next(row for row in material_rows(material.case, hand) if row.id == material.id)


def rows_of(case: Case) -> list[CaseMaterial]:
    """Return the rows in printed order, those added for this case last, with who saw the original."""
    return list(
        CaseMaterial.select(CaseMaterial, User)
        .join(User, JOIN.LEFT_OUTER, on=(CaseMaterial.original_seen_by == User.id), attr="original_seen_by")
        .where(CaseMaterial.case == case.id)
        .order_by(CaseMaterial.no, CaseMaterial.id)
    )


def _from_book(material: Material | None, row: CaseMaterial) -> dict[str, object]:
    return {
        "article": material.article if material else row.basis,
        "applies": material.applies if material else "",
        "needs_original": bool(material and material.original),
        "is_conditional": bool(material.feature) if material else True,
    }


def _files(case: Case) -> tuple[dict[int, list[FileRow]], dict[int, int]]:
    """Return the standing files of each row, and how many of each were replaced or taken out."""
    standing: dict[int, list[FileRow]] = defaultdict(list)
    earlier: dict[int, int] = defaultdict(int)
    source, of = Attachment.alias(), Case.alias()
    rows = (
        Attachment.select(Attachment, User.name, of.number)
        .join(User)
        .switch(Attachment)
        .join(source, JOIN.LEFT_OUTER, on=(Attachment.source == source.id))
        .join(of, JOIN.LEFT_OUTER, on=(source.case == of.id))
        .where(Attachment.case == case.id, Attachment.material.is_null(False))
        .order_by(Attachment.id)
        .objects()
    )
    for row in rows:
        if row.removed_at:
            earlier[row.material_id] += 1
        else:
            standing[row.material_id].append(
                FileRow(
                    row.id,
                    row.filename,
                    row.size,
                    row.content_type,
                    row.name,
                    row.uploaded_at,
                    row.valid_until,
                    row.number or "",
                )
            )
    return standing, earlier
