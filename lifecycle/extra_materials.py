"""Materials asked for in one case alone: the lists of articles 8 and 9 are open ended (包括但不限于)."""

from peewee import fn

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.material_list import may_mark
from models import Attachment, Case, CaseMaterial, MaterialState

SHUT = "材料只能由受理岗在受理前登记，这个办件现在不能改动材料清单"


def add(case: Case, *, title: str, basis: str, hand: Hand) -> CaseMaterial:
    """Return a new row at the end of the list, which counts like those of the book.

    basis: what it is asked for after. Raises NotAllowed once the list is shut, Unmet for a title that the
    list has already.
    """
    with write_tx():
        case = locked(Case, case.id)
        if not may_mark(case, hand):
            raise NotAllowed(SHUT)
        mine = CaseMaterial.case == case.id
        if CaseMaterial.select().where(mine, CaseMaterial.title == title).exists():
            raise Unmet([f"清单里已经有“{title}”，请直接在那一项登记"])
        last = CaseMaterial.select(fn.MAX(CaseMaterial.no)).where(mine).scalar() or 0
        row = CaseMaterial.create(
            case=case, key=f"x{_next(case)}", no=last + 1, title=title, basis=basis, is_extra=True
        )
        audit.record(
            audit.of_case(case), "add_material", hand=hand, case=case, article=basis, no=row.no, title=title
        )
    return row


def remove(row: CaseMaterial, *, hand: Hand) -> None:
    """Take an added row off the list again while nothing has happened to it.

    Raises NotAllowed for a row of the book and once the list is shut, Unmet if the row was used.
    """
    with write_tx():
        row = locked(CaseMaterial, row.id)
        if not may_mark(row.case, hand):
            raise NotAllowed(SHUT)
        if not row.is_extra:
            raise NotAllowed(f"第 {row.no} 项是规程列明的材料，不能删除")
        is_used = row.state != MaterialState.PENDING or row.asked_on
        if is_used or Attachment.select().where(Attachment.material == row).exists():
            raise Unmet([f"第 {row.no} 项已有登记或文件，不能删除；不再需要的请标为“不适用”"])
        audit.record(
            audit.of_case(row.case), "drop_material", hand=hand, case=row.case, no=row.no, title=row.title
        )
        row.delete_instance()


def _next(case: Case) -> int:
    keys = CaseMaterial.select(CaseMaterial.key).where(CaseMaterial.case == case.id, CaseMaterial.is_extra)
    return max((int(key[1:]) for (key,) in keys.tuples()), default=0) + 1
