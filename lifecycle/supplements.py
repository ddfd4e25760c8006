"""Materials that a correction asks for (第十二条（二）): asked all at once, answered row by row."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models import Case, CaseMaterial, MaterialState


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


def kept(case: Case) -> list[dict[str, Any]]:
    """Return what `put_back` needs when the step that asked is taken back."""
    rows = CaseMaterial.select(CaseMaterial.id, CaseMaterial.asked_on, CaseMaterial.answered_on)
    return list(rows.where(CaseMaterial.case == case.id, CaseMaterial.asked_on.is_null(False)).dicts())


def put_back(case: Case, rows: Iterable[Mapping[str, Any]]) -> None:
    """Restore what was asked and answered as `kept` found it."""
    _forget(case)
    for row in rows:
        values = {name: row[name] for name in ("asked_on", "answered_on")}
        CaseMaterial.update(**values).where(CaseMaterial.id == row["id"]).execute()


def _forget(case: Case) -> None:
    asked = (CaseMaterial.case == case.id) & CaseMaterial.asked_on.is_null(False)
    CaseMaterial.update(asked_on=None, answered_on=None).where(asked).execute()
