"""The people at work in an institution (花名册): taken on, changed, left; who they are by document number."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecycle import audit, register, vault
from lifecycle.credentials import demand_own
from lifecycle.db import locked, write_tx
from lifecycle.errors import BadDay, Conflict, Unmet
from lifecycle.hand import Hand
from models import Institution, Staff

UNTOLD = ("id", "institution", "person", "version")


def save(
    values: Mapping[str, Any],
    *,
    hand: Hand,
    institution: Institution,
    person: register.Named,
    staff: Staff | None = None,
    version: int | None = None,
) -> Staff:
    """Return the row of the roster as saved: a new one of `institution`, or `staff` with new `values`.

    values: columns. person: name and resident id; an empty id keeps the person who is stored.
    Raises NotAllowed for another office's institution, Conflict if it is stale, Unmet if the person stands on
    the roster already, has left, or as register.save_person does. Nothing changed leaves no event.
    """
    with write_tx():
        row = _held(staff, version, hand) if staff else Staff(institution=institution)
        demand_own(institution, hand)
        before = _told(row) if staff else {}
        row.person = register.named_person(row.person if staff else None, person, hand=hand)
        for name, value in values.items():
            setattr(row, name, value)
        _demand_days(row)
        _refuse_twin(row)
        _write(row, before, hand)
    return row


def leave(staff: Staff, *, hand: Hand, on: date, version: int | None = None) -> None:
    """Take `staff` off the roster as of `on`, the last day at work.

    Raises BadDay for a day to come or before the contract, Conflict, NotAllowed and Unmet as `save` does.
    """
    with write_tx():
        row = _held(staff, version, hand)
        if on > hand.today:
            raise BadDay("离职日期不能晚于今天")
        if row.contract_from and on < row.contract_from:
            raise BadDay("离职日期不能早于劳动合同开始的日期")
        row.left_on = on
        row.version += 1
        row.save()
        audit.record(_stream(row), "staff_left", hand=hand, on=on, name=row.person.name)


def reveal(staff: Staff, *, hand: Hand) -> str:
    """Return the whole resident id of a person on the roster, leaving an event."""
    with write_tx():
        person = staff.person
        audit.record(
            _stream(staff), "reveal_id", hand=hand, role="staff", name=person.name, id=person.id_masked
        )
    return vault.reveal(person.id_cipher)


def _held(staff: Staff, version: int | None, hand: Hand) -> Staff:
    row = locked(Staff, staff.id)
    demand_own(row.institution, hand)
    name = row.person.name
    if version is not None and version != row.version:
        raise Conflict(f"同事刚刚改动了“{name}”的登记，本次未保存，已填内容都保留着；请另开页面核对后再提交")
    if row.left_on:
        raise Unmet([f"“{name}”已于 {row.left_on.isoformat()} 离职，重新入职的请新增"])
    return row


def _demand_days(row: Staff) -> None:
    if row.contract_from and row.contract_until and row.contract_until < row.contract_from:
        raise Unmet(["劳动合同期止不能早于期起"])


def _refuse_twin(row: Staff) -> None:
    """Somebody stands once on a roster while at work there."""
    twin = Staff.get_or_none(
        Staff.institution == row.institution_id,
        Staff.person == row.person_id,
        Staff.left_on.is_null(),
        Staff.id != (row.id or 0),
    )
    if twin:
        raise Unmet([f"“{row.person.name}”（{row.person.id_masked}）已在花名册上，请在原有一行修改"])


def _told(row: Staff) -> dict[str, Any]:
    told = {name: value for name, value in row.__data__.items() if name not in UNTOLD}
    return {"person": f"{row.person.name} {row.person.id_masked}", **told}


def _write(row: Staff, before: Mapping[str, Any], hand: Hand) -> None:
    after = _told(row)
    changed = [name for name in after if before.get(name) != after[name]]
    if not changed:
        return
    row.version += 1 if before else 0
    row.save()
    audit.record(
        _stream(row),
        "change_staff" if before else "add_staff",
        hand=hand,
        name=row.person.name,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed},
    )


def _stream(row: Staff) -> str:
    return register.stream_of(row.institution)
