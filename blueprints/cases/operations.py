"""What a case page does besides steps: files."""

from collections.abc import Iterable
from typing import Any

from lifecycle import files
from lifecycle.db import write_tx
from lifecycle.errors import Unmet
from lifecycle.hand import Hand
from models import Attachment, Case


def upload(case: Case, uploads: Iterable[Any], *, purpose: str, hand: Hand) -> list[Attachment]:
    """Store the uploaded files with the case, all or none, and return their rows.

    uploads: objects with filename and read(). Raises Unmet naming the file that cannot be
        taken, or if there is none.
    """
    chosen = [upload for upload in uploads if upload and upload.filename]
    if not chosen:
        raise Unmet(["请选择要上传的文件"])
    with files.kept_together() as stored, write_tx():
        for one in chosen:
            content = one.read()
            stored.append(
                files.store_file(case, purpose=purpose, filename=one.filename, content=content, hand=hand)
            )
    return stored
