"""What an institution does with its case besides applying: hand in a correction, withdraw."""

from blueprints.portal import queries
from lifecycle import materials
from lifecycle.errors import Unmet
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
