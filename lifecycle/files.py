"""Uploaded files: checked by content, stored under random names, found again by their row."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from lifecycle import audit, content_types, moment
from lifecycle.db import locked, write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Attachment, Case, CaseMaterial, Document

_folder: list[Path] = []
_whole: dict[tuple[object, ...], None] = {}  # files seen to be whole, the oldest first
REMEMBERED = 1_000


def open_folder(path: Path) -> None:
    """Keep files in `path` from now on."""
    _folder[:] = [path]


def folder() -> Path:
    """Return where files lie, all in one place, so that a backup holds them all."""
    return _folder[0]


def path_of(attachment: Attachment) -> Path:
    """Return where the file lies."""
    return _folder[0] / attachment.stored_as


def plain_name(filename: str) -> str:
    """Return the bare file name without folders and control characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if char.isprintable()).strip(" .")
    return name[-120:] or "未命名"


@contextmanager
def kept_together() -> Iterator[list[Attachment]]:
    """Collect stored files; if the block fails, none of those collected stays on disk."""
    stored: list[Attachment] = []
    try:
        yield stored
    except BaseException:
        for row in stored:
            path_of(row).unlink(missing_ok=True)
        raise


def store_file(  # noqa: PLR0913 - what a file is about
    case: Case,
    *,
    purpose: str,
    filename: str,
    content: bytes,
    hand: Hand,
    material: CaseMaterial | None = None,
    document: Document | None = None,
    replaces: Attachment | None = None,
) -> Attachment:
    """Store an uploaded file with the case and return its row; the file it replaces stays, marked.

    Raises Unmet with a sentence for an empty, too large, broken or foreign file; then nothing is kept.
    """
    if not hand.is_system and not hand.owns(case):
        raise NotAllowed("由办理该件的经办机构上传")
    name = plain_name(filename)
    try:
        kind = content_types.checked(name, content)
    except ValueError as error:
        raise Unmet([f"“{name}”没有保存：{error}"]) from error
    return _store(
        content,
        hand,
        case=case,
        material=material,
        document=document,
        purpose=purpose,
        filename=name,
        content_type=kind,
        replaces=replaces,
    )


def _store(content: bytes, hand: Hand, **columns: Any) -> Attachment:
    stored_as = secrets.token_hex(16)
    path = _folder[0] / stored_as
    try:
        path.write_bytes(content)
        with write_tx():
            row = Attachment.create(
                **columns,
                stored_as=stored_as,
                size=len(content),
                sha256=sha256(content).hexdigest(),
                uploaded_by=hand.actor,
                uploaded_at=moment.now(),
            )
            if row.replaces:
                _mark_removed(row.replaces, f"替换为“{row.filename}”")
            case, material = row.case, row.material
            more = {"no": material.no, "title": material.title} if material else {}
            audit.record(
                audit.of_case(case),
                "upload",
                hand=hand,
                case=case,
                filename=row.filename,
                purpose=row.purpose,
                **more,
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


def remove_file(attachment: Attachment, *, hand: Hand, reason: str) -> None:
    """Take a file out of the lists; all stays. Raises Unmet without reason, NotAllowed once closed."""
    if not reason:
        raise Unmet(["请写明移除原因"])
    if not hand.owns(attachment.case):
        raise NotAllowed("由办理该件的经办机构移除")
    if attachment.case.closed_on:
        raise NotAllowed("办件已办结，附件不能再移除")
    with write_tx():
        _mark_removed(attachment, reason)
        audit.record(
            audit.of_case(attachment.case),
            "remove_file",
            hand=hand,
            case=attachment.case,
            reason=reason,
            filename=attachment.filename,
        )


def _mark_removed(attachment: Attachment, reason: str) -> None:
    Attachment.update(removed_at=moment.now(), removed_reason=reason[:200]).where(
        Attachment.id == attachment.id, Attachment.removed_at.is_null()
    ).execute()


def whole_path(attachment: Attachment, *, hand: Hand) -> Path:
    """Return where the file lies, after seeing that it still is what was uploaded.

    Raises Unmet, leaving an event, if it was changed or is gone.
    """
    if is_whole(attachment):
        return path_of(attachment)
    with write_tx():
        audit.record(
            audit.of_case(attachment.case),
            "file_changed",
            hand=hand,
            case=attachment.case,
            filename=attachment.filename,
            expected=attachment.sha256,
        )
    raise Unmet(
        [f"“{attachment.filename}”与上传时不一致（被改动或已损坏），没有打开，已记入日志；请告诉系统管理员"]
    )


def is_whole(attachment: Attachment) -> bool:
    """Return whether the file on disk is still the one that was uploaded.

    A file that the disk says was not written since the last look is not read again: a video is asked for
    in many pieces.
    """
    path = path_of(attachment)
    if not path.exists():
        return False
    seen = path.stat()
    mark = (str(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, attachment.sha256)
    if mark in _whole:
        return True
    with path.open("rb") as file:
        is_same = file_digest(file, "sha256").hexdigest() == attachment.sha256
    if is_same:
        _whole[mark] = None
        while len(_whole) > REMEMBERED:
            _whole.pop(next(iter(_whole)), None)
    return is_same


def copy_file(source: Attachment, case: Case, material: CaseMaterial, *, hand: Hand) -> Attachment:
    """Return a copy of `source` under a random name of its own, for a row of another case.

    Raises Unmet if the file is no longer what was uploaded.
    """
    return _store(
        whole_path(source, hand=hand).read_bytes(),
        hand,
        case=case,
        material=material,
        purpose="material",
        filename=source.filename,
        content_type=source.content_type,
        source=source,
        valid_until=source.valid_until,
    )


def set_validity(attachment: Attachment, valid_until: date | None, *, hand: Hand) -> None:
    """Note until when the paper in the file is good, inclusive; None: without end. Raises NotAllowed."""
    if not hand.owns(attachment.case):
        raise NotAllowed("由办理该件的经办机构登记")
    with write_tx():
        attachment = locked(Attachment, attachment.id)
        before = attachment.valid_until
        if before == valid_until:
            return
        Attachment.update(valid_until=valid_until).where(Attachment.id == attachment.id).execute()
        audit.record(
            audit.of_case(attachment.case),
            "set_validity",
            hand=hand,
            case=attachment.case,
            filename=attachment.filename,
            valid_until=[before, valid_until],
        )
