"""What the list of changes shows, and which agreements a change can be reported under."""

from collections.abc import Mapping, Sequence
from typing import Any

from peewee import fn

from blueprints import caseload
from lifecycle.changes import Lateness
from models import Agreement, Case, ChangeRequest, Institution, Matter, Office

PAGE = 50
TABS = {"open": "在办", "late": "逾期申请", "unreported": "查出未报", "closed": "已办结"}
TOLD = (
    "items", "is_entity", "is_general", "approved_on", "asked_on", "found_on",
)  # fmt: skip


def requests(  # noqa: PLR0913 - what the page can be asked for
    scope: Sequence[int],
    standings: Mapping[int, Lateness],
    *,
    chosen: str = "open",
    text: str = "",
    page: int = 1,
) -> tuple[list[Any], int]:
    """Return one page of the changes of some offices and how many there are, in two statements."""
    base = (
        caseload.with_lead()
        .switch(Case)
        .join(ChangeRequest, on=(ChangeRequest.case == Case.id))
        .where(Case.matter == Matter.CHANGE, Case.office.in_(scope), _clause(chosen, standings))
    )
    for word in text.lower().split():
        base = base.where(Institution.search_key.contains(word) | Case.number.contains(word))
    rows = caseload.as_rows(base).select_extend(*(getattr(ChangeRequest, name) for name in TOLD))
    newest = (Case.closed_on.desc(), Case.id.desc())
    return list(
        rows.order_by(*newest if chosen == "closed" else (Case.id,)).paginate(page, PAGE)
    ), base.count()


def _clause(chosen: str, standings: Mapping[int, Lateness]) -> Any:
    late = [case_id for case_id, standing in standings.items() if standing.is_late]
    is_open = Case.closed_on.is_null()
    return {
        "late": Case.id.in_(late),
        "unreported": is_open & ChangeRequest.found_on.is_null(False) & ChangeRequest.asked_on.is_null(),
        "closed": ~is_open,
    }.get(chosen, is_open)


def counts(scope: Sequence[int], standings: Mapping[int, Lateness]) -> dict[str, int]:
    """Return how many changes each tab holds, in one statement."""
    columns = [fn.COUNT(1).filter(_clause(tab, standings)).alias(tab) for tab in TABS]
    rows = Case.select(*columns).join(ChangeRequest, on=(ChangeRequest.case == Case.id))
    return dict(rows.where(Case.matter == Matter.CHANGE, Case.office.in_(scope)).dicts().get())


def agreements(office: Office, text: str, limit: int = 30) -> list[Any]:
    """Return the standing agreements of an office whose institution is called so, by name."""
    rows = (
        Case.select(Case.id, Institution.name, Institution.uscc, Institution.address, Agreement.ends_on)
        .join(Institution)
        .switch(Case)
        .join(Agreement, on=(Agreement.case == Case.id))
        .where(Case.office == office, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
    )
    for word in text.lower().split():
        rows = rows.where(Institution.search_key.contains(word))
    return list(rows.order_by(Institution.name, Case.id).limit(limit).namedtuples())
