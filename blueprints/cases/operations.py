"""What a case page does besides steps: files."""

from collections.abc import Iterable
from typing import Any

from lifecycle import files
from lifecycle.db import write_tx
from lifecycle.errors import Unmet
from lifecycle.hand import Hand
from models import Attachment, Case, CaseMaterial


def upload(
    case: Case, uploads: Iterable[Any], *, purpose: str, material_id: int, hand: Hand
) -> list[Attachment]:
    """Store the uploaded files with the case, all or none, and return their rows.

    uploads: objects with filename and read(). Raises Unmet naming the file that cannot be
        taken, or if there is none.
    """
    material = CaseMaterial.get_or_none(CaseMaterial.id == material_id, CaseMaterial.case == case)
    chosen = [upload for upload in uploads if upload and upload.filename]
    if not chosen:
        raise Unmet(["请选择要上传的文件"])
    stored: list[Attachment] = []
    try:
        with write_tx():
            stored += [
                files.store_file(
                    case,
                    purpose=purpose,
                    filename=upload.filename,
                    content=upload.read(),
                    hand=hand,
                    material=material if purpose == "material" else None,
                )
                for upload in chosen
            ]
    except BaseException:
        for row in stored:
            files.path_of(row).unlink(missing_ok=True)
        raise
    return stored
