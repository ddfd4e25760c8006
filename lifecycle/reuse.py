"""What an institution handed in once serves its next case too, while it is valid (沿用)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lifecycle import audit, files, materials
from lifecycle.db import locked, write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.material_list import MaterialRow, material_row, material_rows, may_mark
from models import Attachment, Case, CaseMaterial, MaterialState

WANTING = (MaterialState.PENDING, MaterialState.MISSING)


@dataclass(frozen=True)
class Found:
    """Files of the newest earlier case for one row. reason: why they cannot serve again, or nothing."""

    case_number: str
    received_on: date
    files: tuple[Attachment, ...]
    reason: str

    @property
    def is_usable(self) -> bool:
        return not self.reason


def found(case: Case, rows: Iterable[MaterialRow], hand: Hand) -> Mapping[int, Found]:
    """Return what earlier cases of the institution hold for those of `rows` that still need a file.

    A row serves again for the row with the same key of the same book, or with the same title. The newest
    case that has files for it is taken. One statement.
    """
    wanting = [row for row in rows if row.is_editable and row.state in WANTING and not row.files]
    earlier = _earlier(case) if wanting else []
    told = {}
    for row in wanting:
        fitting = [file for file in earlier if _fits(file.material, row, case)]
        if fitting:
            newest = fitting[-1].case_id
            told[row.id] = _found([file for file in fitting if file.case_id == newest], hand)
    return told


def for_row(row: CaseMaterial, hand: Hand) -> Found | None:
    """Return what earlier cases hold for one row, or None."""
    return found(row.case, [material_row(row, hand)], hand).get(row.id)


def take_over(row: CaseMaterial, *, hand: Hand) -> list[Attachment]:
    """Copy what an earlier case holds to `row`, mark it received and return the copies.

    The original of a row that needs one has to be seen anew. Raises Unmet if nothing is there or it is no
    longer valid, NotAllowed as mark_material does.
    """
    with files.kept_together() as stored, write_tx():
        row = locked(CaseMaterial, row.id)
        if not may_mark(row.case, hand):
            raise NotAllowed("材料只能由受理岗在受理前登记，这个办件现在不能改动材料清单")
        there = for_row(row, hand)
        if there is None or there.reason:
            raise Unmet(
                [f"第 {row.no} 项不能沿用：{there.reason if there else '没有可沿用的文件，或已经有文件'}"]
            )
        for file in there.files:
            stored.append(files.copy_file(file, row.case, row, hand=hand))  # noqa: PERF401 - known if one fails
        note = f"沿用自 {there.case_number}"
        materials.mark_material(row, state=MaterialState.RECEIVED, hand=hand, note=note)
        audit.record(
            audit.of_case(row.case),
            "reuse_material",
            hand=hand,
            case=row.case,
            no=row.no,
            title=row.title,
            number=there.case_number,
        )
    return stored


def take_over_all(case: Case, *, hand: Hand) -> int:
    """Take over everything that is still valid, all or none, and return for how many rows."""
    with files.kept_together() as stored, write_tx():
        usable = [
            row_id
            for row_id, there in found(case, material_rows(case, hand), hand).items()
            if there.is_usable
        ]
        for row_id in usable:
            stored.extend(take_over(CaseMaterial.get_by_id(row_id), hand=hand))
    return len(usable)


def _earlier(case: Case) -> list[Attachment]:
    """Return the standing files of received rows in earlier cases, the oldest case first."""
    return list(
        Attachment.select(Attachment, CaseMaterial, Case)
        .join(CaseMaterial)
        .join(Case)
        .where(
            Case.institution == case.institution_id,
            Case.office == case.office_id,
            Case.id < case.id,
            CaseMaterial.state == MaterialState.RECEIVED,
            Attachment.removed_at.is_null(),
        )
        .order_by(Case.id, Attachment.id)
    )


def _fits(old: CaseMaterial, row: MaterialRow, case: Case) -> bool:
    same_row = old.key == row.key and old.case.book == case.book and not (old.is_extra or row.is_extra)
    return same_row or old.title.strip() == row.title.strip()


def _found(fitting: list[Attachment], hand: Hand) -> Found:
    row = fitting[0].material
    over = [file.valid_until for file in fitting if file.valid_until and file.valid_until < hand.today]
    reason = f"有效期至 {min(over).isoformat()}，已过期，须交新的" if over else ""
    return Found(row.case.number, row.received_on, tuple(fitting), reason)
