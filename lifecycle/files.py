"""Uploaded files: checked by content, stored under random names, found again by their row."""

import secrets
import unicodedata
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from lifecycle import audit, moment
from lifecycle.db import write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Attachment, Case, CaseMaterial, Document

MEGABYTE = 1024 * 1024
MAX_SIZE = 50 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE

_folder: list[Path] = []

OFFICE_FILES = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def open_folder(path: Path) -> None:
    """Keep files in `path` from now on."""
    _folder[:] = [path]


def folder() -> Path:
    """Return where files lie, all in one place, so that a backup holds them all."""
    return _folder[0]


def path_of(attachment: Attachment) -> Path:
    """Return where the file lies."""
    return _folder[0] / attachment.stored_as


def content_type(content: bytes) -> str:
    """Return the type that the bytes themselves show, whatever the file is called.

    Raises ValueError with a sentence for anything that is no PDF, picture, Word, Excel file or MP4 video,
    and for an archive that unpacks to more than 200 MB.
    """
    head = content[:16]
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"PK\x03\x04"):
        return _office_type(content)
    raise ValueError("只能上传 PDF、JPG、PNG、Word（docx）、Excel（xlsx）或 MP4 文件")


def _office_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise ValueError("文件解开后过大，不能上传")
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        raise ValueError("文件已损坏，请重新导出后上传") from None
    for member, (_, kind) in OFFICE_FILES.items():
        if member in names:
            return kind
    raise ValueError("压缩包不能上传，请逐个上传其中的文件")


def plain_name(filename: str) -> str:
    """Return the bare file name without folders and control characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if char.isprintable()).strip(" .")
    return name[-120:] or "未命名"


def store_file(
    case: Case,
    *,
    purpose: str,
    filename: str,
    content: bytes,
    hand: Hand,
    material: CaseMaterial | None = None,
    document: Document | None = None,
) -> Attachment:
    """Store an uploaded file with the case and return its row.

    Raises Unmet with a sentence for an empty, too large or foreign file; then nothing is kept on disk.
    """
    if not hand.is_system and hand.actor.office_id != case.office_id:
        raise NotAllowed("由办理该件的经办机构上传")
    if not content:
        raise Unmet([f"“{plain_name(filename)}”是空文件，请重新选择"])
    if len(content) > MAX_SIZE:
        raise Unmet([f"“{plain_name(filename)}”超过 {MAX_SIZE // MEGABYTE} MB，请压缩或分开上传"])
    try:
        kind = content_type(content)
    except ValueError as error:
        raise Unmet([f"“{plain_name(filename)}”没有保存：{error}"]) from error
    stored_as = secrets.token_hex(16)
    path = _folder[0] / stored_as
    try:
        with write_tx():
            path.write_bytes(content)
            row = Attachment.create(
                case=case,
                material=material,
                document=document,
                purpose=purpose,
                filename=plain_name(filename),
                stored_as=stored_as,
                content_type=kind,
                size=len(content),
                sha256=sha256(content).hexdigest(),
                uploaded_by=hand.actor,
                uploaded_at=moment.now(),
            )
            audit.record(
                audit.of_case(case), "upload", hand=hand, case=case, filename=row.filename, purpose=purpose
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


def remove_file(attachment: Attachment, *, hand: Hand, reason: str) -> None:
    """Take a file out of the lists; all stays. Raises Unmet without reason, NotAllowed once closed."""
    if not reason:
        raise Unmet(["请写明移除原因"])
    if hand.actor.office_id != attachment.case.office_id:
        raise NotAllowed("由办理该件的经办机构移除")
    if attachment.case.closed_on:
        raise NotAllowed("办件已办结，附件不能再移除")
    with write_tx():
        Attachment.update(removed_at=moment.now(), removed_reason=reason[:200]).where(
            Attachment.id == attachment.id, Attachment.removed_at.is_null()
        ).execute()
        audit.record(
            audit.of_case(attachment.case),
            "remove_file",
            hand=hand,
            case=attachment.case,
            reason=reason,
            filename=attachment.filename,
        )


def is_whole(attachment: Attachment) -> bool:
    """Return whether the file on disk is still the one that was uploaded."""
    path = path_of(attachment)
    return path.exists() and sha256(path.read_bytes()).hexdigest() == attachment.sha256
