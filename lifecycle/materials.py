"""What is done to a row of the material list: marked by the window, supplied with files, added, removed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from peewee import fn

from lifecycle import audit, files, moment, supplements
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.material_list import LABELS, may_mark, takes_materials
from models import Attachment, Case, CaseMaterial, CaseState, MaterialState, Role
from rules.form_rows import Material


def mark_material(  # noqa: PLR0913 - what a row of annex 5 says
    row: CaseMaterial,
    *,
    state: str,
    hand: Hand,
    on: date | None = None,
    original_seen: bool = False,
    note: str = "",
    version: int | None = None,
) -> CaseMaterial:
    """Return the row as marked.

    on: the day it was received, today if left out; kept only with `received`, as is original_seen.
    note: what is missing, as the correction notice prints it.

    Raises Conflict for a stale version, NotAllowed once the case is accepted or for another person, Unmet for
    不适用 on a row that every applicant must hand in, BadDay for a day to come.
    """
    with write_tx():
        row = locked(CaseMaterial, row.id)
        _demand_markable(row, hand, version)
        is_received = state == MaterialState.RECEIVED
        material = _material_of(row, hand)
        if state == MaterialState.NOT_APPLICABLE and material and not material.feature:
            raise Unmet([f"第 {row.no} 项必须提交，不能标为不适用"])
        received_on = _day(on, hand) if is_received else None
        values = {
            "state": state,
            "received_on": received_on,
            "note": note,
            **_original(row, original_seen and is_received, hand),
            **_answer(row, received_on),
        }
        _mark(row, values, hand)
    return CaseMaterial.get_by_id(row.id)


def receive_rest(case: Case, *, hand: Hand, on: date | None = None) -> int:
    """Mark every row that nobody has marked yet as received on `on`; return how many."""
    with write_tx():
        rows = CaseMaterial.select().where(
            CaseMaterial.case == case.id, CaseMaterial.state == MaterialState.PENDING
        )
        marked = list(rows.order_by(CaseMaterial.no))
        for row in marked:
            _demand_markable(row, hand, None)
            _mark(row, {"state": MaterialState.RECEIVED, "received_on": _day(on, hand)}, hand)
    return len(marked)


def open_rows_for_provider(case: Case) -> list[CaseMaterial]:
    """Return the rows that the institution itself may supply now, in printed order.

    All that apply while its application is a draft; exactly the rows named in the correction notice while a
    correction is asked for (第十二条（二）); none otherwise.
    """
    rows = CaseMaterial.select().where(CaseMaterial.case == case.id)
    if case.closed_on is not None or not _is_up_to_provider(case):
        return []
    if case.state == CaseState.DRAFT:
        rows = rows.where(CaseMaterial.state != MaterialState.NOT_APPLICABLE)
    else:
        rows = rows.where(CaseMaterial.asked_on.is_null(False))
    return list(rows.order_by(CaseMaterial.no, CaseMaterial.id))


def _is_up_to_provider(case: Case) -> bool:
    """Return whether the institution owes materials: while it drafts, or once it was told what is missing."""
    return case.state in (CaseState.DRAFT, CaseState.CORRECTION_REQUESTED) or bool(case.flag)


def may_supply(row: CaseMaterial, hand: Hand) -> bool:
    """Return whether this person may put files to the row now, or take them out.

    The window until the case is closed; the institution for the rows of open_rows_for_provider.
    """
    if not hand.owns(row.case) or row.case.closed_on is not None:
        return False
    return row in open_rows_for_provider(row.case) if hand.is_provider else Role.CLERK in hand.roles


def supply(
    row: CaseMaterial,
    uploads: Iterable[tuple[str, bytes]],
    *,
    hand: Hand,
    replaces: Attachment | None = None,
) -> list[Attachment]:
    """Store files for `row`, all or none, and return them; a row that was asked for is answered today.

    uploads: name and content of each file.
    replaces: the file of this row whose place the one upload takes; it stays, marked 替换为….

    Raises NotAllowed if the row is not this person's to supply, Unmet naming the file that cannot be taken,
    Conflict if a colleague replaced or took out the same file.
    """
    chosen = list(uploads)
    with files.kept_together() as stored, write_tx():
        row = locked(CaseMaterial, row.id)
        if not may_supply(row, hand):
            raise NotAllowed(f"第 {row.no} 项材料现在不能上传或更换文件")
        if replaces and locked(Attachment, replaces.id).removed_at:
            raise Conflict(f"“{replaces.filename}”刚刚被替换或移除，本次没有保存；请刷新后核对")
        for name, content in chosen:
            stored.append(  # noqa: PERF401 - what is stored so far must be known when one is refused
                files.store_file(
                    row.case,
                    purpose="material",
                    filename=name,
                    content=content,
                    hand=hand,
                    material=row,
                    replaces=replaces,
                )
            )
        if not stored:
            raise Unmet(["请选择要上传的文件"])
        if row.asked_on and takes_materials(row.case, hand):
            CaseMaterial.update(answered_on=hand.today).where(CaseMaterial.id == row.id).execute()
    return stored


def take_out(attachment: Attachment, *, hand: Hand, reason: str) -> None:
    """Take a file out of its row; it stays on record. Raises as supply and remove_file do."""
    row = attachment.material
    if not may_supply(row, hand):
        raise NotAllowed(f"第 {row.no} 项材料现在不能上传或更换文件")
    files.remove_file(attachment, hand=hand, reason=reason)


def _demand_markable(row: CaseMaterial, hand: Hand, version: int | None) -> None:
    if not may_mark(row.case, hand):
        raise NotAllowed("材料只能由受理岗在受理前登记，这个办件现在不能改动材料清单")
    if version is not None and version != row.version:
        label = LABELS[MaterialState(row.state)]
        raise Conflict(f"同事刚刚登记了第 {row.no} 项（现为“{label}”），本次未保存；请刷新后核对")


def _original(row: CaseMaterial, is_seen: bool, hand: Hand) -> dict[str, Any]:
    """Return what is kept of the original: seen or not, on which day and by whom (readings C-13)."""
    if is_seen and row.is_original_seen:
        return {}
    return {
        "is_original_seen": is_seen,
        "original_seen_on": hand.today if is_seen else None,
        "original_seen_by": hand.actor if is_seen else None,
    }


def _answer(row: CaseMaterial, received_on: date | None) -> dict[str, Any]:
    """Return when a row that was asked for was answered: when received, else with its newest file since."""
    if row.asked_on is None:
        return {}
    newest = (
        Attachment.select(fn.MAX(Attachment.uploaded_at))
        .where(
            Attachment.material == row,
            Attachment.removed_at.is_null(),
            Attachment.uploaded_at >= supplements.asked_at(row.case),
        )
        .scalar()
    )
    return {"answered_on": received_on or (newest.date() if newest else None)}


def _material_of(row: CaseMaterial, hand: Hand) -> Material | None:
    """Return the book's row, or None for one that was added for this case."""
    return next((m for m in hand.book_of(row.case).materials if m.key == row.key), None)


def _article(row: CaseMaterial, hand: Hand) -> str:
    material = _material_of(row, hand)
    return material.article if material else row.basis


def _day(on: date | None, hand: Hand) -> date:
    if on and on > hand.today:
        raise BadDay("收到日期不能晚于今天")
    return on or hand.today


def _mark(row: CaseMaterial, values: dict[str, Any], hand: Hand) -> None:
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return
    CaseMaterial.update(
        **values, marked_by=hand.actor, marked_at=moment.now(), version=CaseMaterial.version + 1
    ).where(CaseMaterial.id == row.id).execute()
    changed = {
        name: [before[name], value]
        for name, value in values.items()
        if before[name] != value
        and name not in ("original_seen_by", "answered_on")  # the event names its actor
    }
    audit.record(
        audit.of_case(row.case),
        "mark_material",
        hand=hand,
        case=row.case,
        article=_article(row, hand),
        no=row.no,
        title=row.title,
        changed=changed,
    )
