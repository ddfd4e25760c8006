"""Rows and files of a case's material list."""

from models import Case, CaseMaterial


def material(case: Case, material_id: int) -> CaseMaterial | None:
    """Return a row of the case's material list."""
    return CaseMaterial.get_or_none(CaseMaterial.id == material_id, CaseMaterial.case == case)
