"""Single categories of service that are paused (暂停服务类别), and the list that an office keeps of them."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Misfit, NotAllowed
from lifecycle.hand import Hand
from models import (
    Case,
    Document,
    ExitRequest,
    Matter,
    Office,
    RightsBlock,
    RightsScope,
    ServiceCategory,
    StepTaken,
)
from rules.book import Book
from rules.region import Region

if TYPE_CHECKING:
    from lifecycle.conditions import Ask

PAUSE, LIFT = "pause_categories", "lift_pauses"
STALE = "同事刚刚改动了这个类别，本次未保存；请核对后再改"


def are_known(book: Book) -> bool:
    """Return whether a pause of single categories is something the book knows."""
    return any(PAUSE in step.effects for step in book.steps)


def are_kept(region: Region, books: Mapping[str, Book]) -> bool:
    """Return whether exit requests of `region` go by a book that pauses single categories."""
    key = region.books.get(Matter.EXIT)
    return key is not None and are_known(books[key])


# --- the list of an office ---


def categories(office: Office) -> list[ServiceCategory]:
    """Return the office's categories, those in use first, each group as they were added."""
    rows = ServiceCategory.select().where(ServiceCategory.office == office)
    return list(rows.order_by(ServiceCategory.is_active.desc(), ServiceCategory.id))


def labels(office: Office) -> list[str]:
    """Return the names of the categories in use."""
    return [row.label for row in categories(office) if row.is_active]


def add_category(label: str, *, hand: Hand) -> ServiceCategory:
    """Return a new category of the actor's office. Raises Misfit for a name that is there already."""
    with write_tx():
        _demand_free(hand.actor.office, label)
        row = ServiceCategory.create(office=hand.actor.office, label=label)
        _tell(row, "add_category", hand)
    return row


def rename_category(
    row: ServiceCategory, label: str, *, hand: Hand, version: int | None = None
) -> ServiceCategory:
    """Return the category under another name; what was paused under the old one keeps it.

    Raises NotAllowed for another office's, Conflict for a stale version, Misfit for a name that is there.
    """
    with write_tx():
        row, before = _held(row, hand, version), row.label
        if label != row.label:
            _demand_free(row.office, label)
            _write(row, label=label)
            _tell(row, "rename_category", hand, name=[before, label])
    return row


def switch_category(
    row: ServiceCategory, *, is_active: bool, hand: Hand, version: int | None = None
) -> ServiceCategory:
    """Return the category as in use or not. Raises as rename_category does."""
    with write_tx():
        row = _held(row, hand, version)
        if row.is_active != is_active:
            _write(row, is_active=is_active)
            _tell(row, "restore_category" if is_active else "end_category", hand)
    return row


def _held(row: ServiceCategory, hand: Hand, version: int | None) -> ServiceCategory:
    row = locked(ServiceCategory, row.id)
    if row.office_id != hand.actor.office_id:
        raise NotAllowed("暂停服务类别由各经办机构自行维护")
    if version is not None and version != row.version:
        raise Conflict(STALE)
    return row


def _write(row: ServiceCategory, **values: Any) -> None:
    for name, value in {**values, "version": row.version + 1}.items():
        setattr(row, name, value)
    row.save()


def _demand_free(office: Office, label: str) -> None:
    if (
        ServiceCategory.select()
        .where(ServiceCategory.office == office, ServiceCategory.label == label)
        .exists()
    ):
        raise Misfit("label", f"已有类别“{label}”，停用的可以恢复")


def _tell(row: ServiceCategory, action: str, hand: Hand, **change: Any) -> None:
    audit.record(f"offices:{row.office_id}", action, hand=hand, **{"name": row.label, **change})


# --- what is paused under an agreement ---


def is_whole(request: ExitRequest, office: Office) -> bool:
    """Return whether a pause means the whole agreement: no category is named, or every one in use."""
    return not request.categories or set(labels(office)) <= set(request.categories)


def paused(case: Case) -> list[RightsBlock]:
    """Return what is or was paused under an agreement, what holds first, then the newest."""
    rows = RightsBlock.select().where(RightsBlock.case == case, RightsBlock.scope == RightsScope.CATEGORY)
    return list(rows.order_by(RightsBlock.lifted_on.is_null().desc(), RightsBlock.id.desc()))


def begin(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Block the categories that were agreed to from the day of the step; what is blocked stays as it is."""
    request = _agreed(ask.case)
    held = {row.subject for row in _blocked(ask.case)}
    for label in request.categories:
        if label not in held:
            RightsBlock.create(
                case=ask.case,
                scope=RightsScope.CATEGORY,
                subject=label,
                from_on=ask.on,
                reason=request.reason,
                decided_by=ask.case.office.name,
            )


def lift(ask: "Ask", taken: StepTaken, document: Document | None) -> None:  # noqa: ARG001
    """Give back every category that is paused: the agreement is signed anew."""
    _lift(ask.case, ask.on, ask.step.label)


def undo(case: Case, taken: StepTaken, effects: tuple[str, ...], today: date) -> None:
    """Put the categories back as they were before a step that is taken back."""
    if PAUSE in effects:
        mine = set(_agreed(case).categories)
        for row in _blocked(case):
            if row.subject in mine and row.from_on == taken.on:
                _write_block(row, lifted_on=today, lifted_reason="步骤已撤回")
    if LIFT in effects:
        for row in RightsBlock.select().where(
            RightsBlock.case == case, RightsBlock.lifted_reason == taken.label
        ):
            _write_block(row, lifted_on=None, lifted_reason="")


def _agreed(agreement: Case) -> ExitRequest:
    """Return the newest exit request of an agreement: there is never more than one under way."""
    return (
        ExitRequest.select().where(ExitRequest.agreement == agreement).order_by(ExitRequest.id.desc()).get()
    )


def _blocked(case: Case) -> list[RightsBlock]:
    return [row for row in paused(case) if row.lifted_on is None]


def _lift(case: Case, on: date, reason: str) -> None:
    for row in _blocked(case):
        _write_block(row, lifted_on=on, lifted_reason=reason[:200])


def _write_block(row: RightsBlock, **values: Any) -> None:
    RightsBlock.update(**values, version=RightsBlock.version + 1).where(RightsBlock.id == row.id).execute()
