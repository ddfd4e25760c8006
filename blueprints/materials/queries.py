"""Rows and files of a case's material list."""

from models import Attachment, Case, CaseMaterial, User


def material(case: Case, material_id: int) -> CaseMaterial | None:
    """Return a row of the case's material list."""
    return CaseMaterial.get_or_none(CaseMaterial.id == material_id, CaseMaterial.case == case)


def file(case: Case, attachment_id: int) -> Attachment | None:
    """Return a file of the case's material list, replaced or not, with its row and who uploaded it."""
    return (
        Attachment.select(Attachment, CaseMaterial, User)
        .join(CaseMaterial)
        .switch(Attachment)
        .join(User)
        .where(Attachment.id == attachment_id, Attachment.case == case.id)
        .first()
    )


def files_of(row: CaseMaterial) -> list[Attachment]:
    """Return every file the row ever had, newest first, with who uploaded it."""
    rows = Attachment.select(Attachment, User).join(User).where(Attachment.material == row.id)
    return list(rows.order_by(Attachment.id.desc()))


def neighbours(shown: Attachment) -> tuple[int | None, int | None]:
    """Return the ids of the standing files before and after `shown` in the order of the list."""
    rows = (
        Attachment.select(Attachment.id)
        .join(CaseMaterial)
        .where(Attachment.case == shown.case_id)
        .where(Attachment.removed_at.is_null() | (Attachment.id == shown.id))
        .order_by(CaseMaterial.no, CaseMaterial.id, Attachment.id)
        .tuples()
    )
    ids = [None, *(row[0] for row in rows), None]
    at = ids.index(shown.id)
    return ids[at - 1], ids[at + 1]
