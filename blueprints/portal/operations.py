"""What an institution does with its case besides applying: hand in a correction, withdraw, ask to leave."""

from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.portal import queries
from lifecycle import exits, files, materials
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Attachment, Case, CaseMaterial


def submit_supplement(case: Case, *, hand: Hand, version: int | None) -> Case:
    """Return the case with the correction handed in today (第十二条（二）).

    Raises Unmet while a row named in the notice has no new file, and as take_step does.
    """
    held = queries.files(case)
    asked = materials.open_rows_for_provider(case)
    if bare := [str(row.no) for row in asked if not _is_answered(row, held)]:
        raise Unmet(
            [f"第 {'、'.join(bare)} 项还没有上传补正的文件；只能交纸质材料的，请到窗口提交，由经办机构登记"]
        )
    return take_step(case, "receive_supplement", hand=hand, version=version)


def _is_answered(row: CaseMaterial, files: list[Attachment]) -> bool:
    """Return whether a file came in for the row since it was asked for, and is still there."""
    since = row.asked_on
    return bool(
        since
        and row.answered_on
        and any(file.material_id == row.id and file.uploaded_at.date() >= since for file in files)
    )


def withdraw(case: Case, *, hand: Hand, reason: str, version: int | None) -> Case:
    """Return the case as withdrawn today. Raises Unmet without a reason, and as take_step does."""
    return take_step(case, "withdraw", hand=hand, reason=reason, version=version)


def ask_to_leave(
    agreement: Case,
    given: Mapping[str, Any],
    uploads: Sequence[tuple[str, bytes]],
    *,
    hand: Hand,
    version: int | None,
) -> Case:
    """Return the case of what the institution asks about its agreement today, with its files.

    given: wish, type, reason, categories. uploads: name and content. Raises Conflict if the agreement was
    changed since it was seen, and as exits.ask_to_leave and store_file do; then no file is kept.
    """
    with files.kept_together() as stored, write_tx():
        if locked(Case, agreement.id).version != version:
            raise Conflict("这份协议刚刚有了变化，本次没有保存；请核对后再提交")
        days = {"asked_on": hand.today, "from_on": hand.today}
        case = exits.ask_to_leave(agreement, {**given, **days}, hand=hand)
        for name, content in uploads:
            stored.append(
                files.store_file(case, purpose="material", filename=name, content=content, hand=hand)
            )
    return case


def withdraw_exit(case: Case, *, hand: Hand, reason: str, version: int | None) -> Case:
    """Return the request as withdrawn today. Raises Unmet without a reason, and as take_step does."""
    return take_step(case, "withdraw_exit", hand=hand, reason=reason, version=version)


def apply_again(agreement: Case, *, hand: Hand, version: int | None) -> Case:
    """Return the agreement for which the institution asked to sign again. Raises as take_step does."""
    return take_step(agreement, "apply_again", hand=hand, version=version)
