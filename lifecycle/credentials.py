"""Papers of an institution with their validity (证照、合同): recorded, changed, ended with a reason."""

from collections.abc import Mapping
from typing import Any

from lifecycle import audit, register
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Credential, Institution

TOLD = ("kind", "title", "number", "issuer", "valid_from", "valid_until", "note")


def save(
    values: Mapping[str, Any],
    *,
    hand: Hand,
    institution: Institution,
    credential: Credential | None = None,
    version: int | None = None,
) -> Credential:
    """Return the paper as saved: a new one of `institution`, or `credential` with new `values` (columns).

    valid_until is the last day, inclusive; without one the paper is valid for ever. version: the one seen.
    Raises NotAllowed for another office's institution, Conflict if it is stale, Unmet if the paper was ended
    or would end before it begins. Nothing changed leaves no event.
    """
    with write_tx():
        row = _held(credential, version, hand) if credential else Credential(institution=institution)
        demand_own(institution, hand)
        before = _told(row) if credential else {}
        for name, value in values.items():
            setattr(row, name, value)
        if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
            raise Unmet(["有效期止不能早于有效期起"])
        _write(row, before, hand)
    return row


def end(credential: Credential, *, hand: Hand, reason: str, version: int | None = None) -> None:
    """End `credential` today: it was replaced or withdrawn and is watched no longer.

    Raises Unmet without a reason or if it was ended before, Conflict and NotAllowed as `save` does.
    """
    if not reason:
        raise Unmet(["请写明停用原因，如已换发新证、已注销"])
    with write_tx():
        row = _held(credential, version, hand)
        row.ended_on, row.ended_reason = hand.today, reason
        row.version += 1
        row.save()
        stream = register.stream_of(row.institution)
        audit.record(stream, "end_credential", hand=hand, reason=reason, title=row.title, number=row.number)


def demand_own(institution: Institution, hand: Hand) -> None:
    """Raise NotAllowed if `institution` is another office's."""
    if institution.office_id != hand.actor.office_id:
        raise NotAllowed(f"“{institution.name}”由{institution.office.name}登记，只能由该机构修改")


def _held(credential: Credential, version: int | None, hand: Hand) -> Credential:
    row = locked(Credential, credential.id)
    demand_own(row.institution, hand)
    if version is not None and version != row.version:
        raise Conflict(f"同事刚刚改动了“{row.title}”，本次未保存，已填内容都保留着；请另开页面核对后再提交")
    if row.ended_on:
        raise Unmet([f"“{row.title}”已于 {row.ended_on.isoformat()} 停用，不能再改；有新证的请新增"])
    return row


def _told(row: Credential) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TOLD}


def _write(row: Credential, before: Mapping[str, Any], hand: Hand) -> None:
    after = _told(row)
    changed = [name for name in TOLD if before.get(name) != after[name]] if before else list(TOLD)
    if not changed:
        return
    row.version += 1 if before else 0
    row.save()
    audit.record(
        register.stream_of(row.institution),
        "change_credential" if before else "add_credential",
        hand=hand,
        title=row.title,
        before={name: before[name] for name in changed if before},
        after={name: after[name] for name in changed},
    )
