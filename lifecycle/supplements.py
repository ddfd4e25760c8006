"""Materials that a correction asks for (第十二条（二）): asked all at once, answered row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from lifecycle.material_list import MaterialRow
from models import Case, CaseMaterial, Document, MaterialState, StepTaken

ASKS = "request_correction"


def gaps(case: Case) -> list[str]:
    """Return what keeps the correction from naming all missing items at once, one sentence each."""
    rows = list(CaseMaterial.select().where(CaseMaterial.case == case.id).order_by(CaseMaterial.no))
    missing = [row for row in rows if row.state == MaterialState.MISSING]
    if not missing:
        return ["请先在材料清单中把缺少或须更正的标为“缺”"]
    if unseen := [str(row.no) for row in rows if row.state == MaterialState.PENDING]:
        return [f"缺项须一次性告知：第 {'、'.join(unseen)} 项还没有核对，请先标为“齐全”或“缺”"]
    silent = [str(row.no) for row in missing if not row.note.strip()]
    return [f"第 {'、'.join(silent)} 项没有写明缺什么，请在材料清单中补上"] if silent else []


def ask(case: Case, on: date) -> None:
    """Note that the missing rows were asked for on `on`; what an earlier request asked is over."""
    _forget(case)
    missing = (CaseMaterial.case == case.id) & (CaseMaterial.state == MaterialState.MISSING)
    CaseMaterial.update(asked_on=on).where(missing).execute()


def asked_at(case: Case) -> datetime | None:
    """Return when the last request that stands was recorded, or None."""
    taken = StepTaken.select(fn.MAX(StepTaken.at)).where(
        StepTaken.case == case.id, StepTaken.action == ASKS, StepTaken.undone_at.is_null()
    )
    return taken.scalar()


def kept(case: Case) -> list[dict[str, Any]]:
    """Return what `restore` needs when the step that asked is taken back."""
    rows = CaseMaterial.select(CaseMaterial.id, CaseMaterial.asked_on, CaseMaterial.answered_on)
    return list(rows.where(CaseMaterial.case == case.id, CaseMaterial.asked_on.is_null(False)).dicts())


def restore(case: Case, rows: Iterable[Mapping[str, Any]]) -> None:
    """Restore what was asked and answered as `kept` found it."""
    _forget(case)
    for row in rows:
        values = {name: row[name] for name in ("asked_on", "answered_on")}
        CaseMaterial.update(**values).where(CaseMaterial.id == row["id"]).execute()


def _forget(case: Case) -> None:
    asked = (CaseMaterial.case == case.id) & CaseMaterial.asked_on.is_null(False)
    CaseMaterial.update(asked_on=None, answered_on=None).where(asked).execute()


@dataclass(frozen=True)
class Change:
    """What came for a row since it was asked for. files: names of those uploaded since then."""

    material_id: int
    no: int
    title: str
    asked: str
    state: str
    answered_on: date | None
    files: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        return self.answered_on is not None


def changes(case: Case, rows: Iterable[MaterialRow]) -> list[Change]:
    """Return every row that the last request named, with what came for it since; one statement if any."""
    asked = [row for row in rows if row.asked_on]
    paper = _last_notice(case) if asked else None
    if paper is None:
        return []
    notes = {item["title"]: item.get("note", "") for item in paper.data.get("missing", ())}
    return [
        Change(
            row.id,
            row.no,
            row.title,
            notes.get(row.title, row.note),
            row.state,
            row.answered_on,
            tuple(file.name for file in row.files if file.at >= paper.step.at),
        )
        for row in asked
    ]


def _last_notice(case: Case) -> Document | None:
    """Return the last notice that stands with its step; it says what was missing, whatever a row says now."""
    return (
        Document.select(Document, StepTaken)
        .join(StepTaken)
        .where(Document.case == case.id, StepTaken.action == ASKS, StepTaken.undone_at.is_null())
        .order_by(Document.id.desc())
        .first()
    )
