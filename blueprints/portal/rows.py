"""The material list as the institution sees it: what it handed in, and what a notice asks of it.

What the window ticked while it was still checking is the office's own matter until a notice says it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from blueprints.portal import queries
from lifecycle import materials
from lifecycle.hand import Hand
from models import Attachment, Case, CaseMaterial, MaterialState, Role


@dataclass(frozen=True)
class MaterialLine:
    """A row of the list. asked: what the correction notice says is missing. is_open: to be supplied now."""

    id: int
    no: int
    title: str
    text: str
    asked: str
    is_missing: bool
    is_open: bool
    files: list[Attachment]


def rows_of(case: Case, files: Iterable[Attachment], hand: Hand) -> list[MaterialLine]:
    """Return the rows that apply, in printed order, in as many statements for one as for many."""
    may_file = Role.PROVIDER in hand.roles
    open_rows = {row.id for row in materials.open_rows_for_provider(case)} if may_file else set()
    by_row: dict[int, list[Attachment]] = {}
    for file in files:
        if file.material_id:
            by_row.setdefault(file.material_id, []).append(file)
    return [_line(row, by_row.get(row.id, []), row.id in open_rows) for row in queries.materials(case)]


def _line(row: CaseMaterial, files: list[Attachment], is_open: bool) -> MaterialLine:
    is_missing = bool(row.asked_on and not row.answered_on and row.state == MaterialState.MISSING)
    asked = row.note if row.asked_on and row.state == MaterialState.MISSING else ""
    return MaterialLine(
        row.id, row.no, row.title, _text(row, files, is_missing), asked, is_missing, is_open, files
    )


def _text(row: CaseMaterial, files: list[Attachment], is_missing: bool) -> str:
    if is_missing:
        return "须补正"
    if row.asked_on and row.answered_on:
        return f"{row.answered_on:%m-%d} 已补交"
    if row.state == MaterialState.RECEIVED:
        return "已收"
    return f"已上传 {len(files)} 个文件" if files else "未上传"
