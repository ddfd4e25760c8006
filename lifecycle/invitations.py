"""The office's invitation to an institution to open its first account, and how it is taken up.

The code is told once and kept as a digest. Guessing leaves events and locks the address like a password does.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from werkzeug.security import generate_password_hash

from lifecycle import audit, memberships, moment, passwords, vault
from lifecycle.db import locked, write_tx
from lifecycle.errors import Misfit, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.setup import ALPHABET
from models import Event, Institution, Invitation, Membership, Role, User

STREAM = "invitations"
VALID = timedelta(days=14)  # a habit of the product; no law speaks of it
GROUPS, GROUP = 4, 4
WRONG = "邀请码不对、已用过或已过期，请核对；仍不行的，请经办机构重新邀请"


def invite(institution: Institution, name: str, *, hand: Hand) -> tuple[Invitation, str]:
    """Return an invitation of `institution` for the person `name`, with its code, which is kept nowhere.

    Raises NotAllowed for anybody but clerk and manager of its office.
    """
    _demand_keeper(institution, hand)
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    with write_tx():
        now = moment.now()
        row = Invitation.create(
            institution=institution,
            digest=_digest(code),
            name=name,
            created_by=hand.actor,
            created_at=now,
            expires_at=now + VALID,
        )
        _tell("invite", hand, institution, name=name, until=row.expires_at)
    return row, code


def revoke(invitation: Invitation, *, hand: Hand) -> None:
    """Take an open invitation back. Raises NotAllowed out of reach, Unmet if it was used or taken back."""
    with write_tx():
        row = locked(Invitation, invitation.id)
        _demand_keeper(row.institution, hand)
        if row.used_at or row.revoked_at:
            raise Unmet(["这份邀请已经用过或已撤销，不必再撤"])
        Invitation.update(revoked_at=moment.now()).where(Invitation.id == row.id).execute()
        _tell("revoke_invitation", hand, row.institution, name=row.name)


def accept(code: str, values: Mapping[str, Any], *, address: str) -> User:
    """Return the first account of the institution that invited: its administrator, who also files.

    values: username, name, phone, password. Raises Misfit beside the field: code if it opens nothing, which
    is counted by `address`, username if it is taken, password if it breaks a rule.
    """
    invitation = _asked(code, address)
    broken = passwords.gaps(values["password"], username=values["username"], is_administrator=False)
    if broken:
        raise Misfit("password", "；".join(broken))
    password_hash = generate_password_hash(values["password"])
    with write_tx():
        invitation = _still_open(invitation)
        memberships.demand_free(values["username"])
        institution = invitation.institution
        roles = (Role.PROVIDER, Role.PROVIDER_ADMIN)
        user = memberships.open_account(values, institution, password_hash, roles)
        User.update(must_change_password=False).where(User.id == user.id).execute()  # chosen by the person
        _use(invitation, user)
        _append("accept_invitation", user.name, user.id, username=user.username, institution=institution.name)
    return User.get_by_id(user.id)


def join(code: str, *, hand: Hand, address: str) -> Institution:
    """Let the actor's account work for a further institution that invited it; return the institution.

    Raises Misfit for a code that opens nothing, Unmet if the account works there already.
    """
    if not hand.is_provider:
        raise NotAllowed("只有机构账号能凭邀请码加入机构")
    invitation = _asked(code, address)
    with write_tx():
        invitation = _still_open(invitation)
        institution = invitation.institution
        if institution.id in memberships.institutions_of(hand.actor):
            raise Unmet([f"这个账号已经可以为{institution.name}办理，不必再次加入"])
        Membership.create(user=hand.actor, institution=institution)
        _use(invitation, hand.actor)
        _tell("join_institution", hand, institution)
    return institution


def is_open(invitation: Invitation) -> bool:
    """Return whether the invitation can still be taken up."""
    return not invitation.used_at and not invitation.revoked_at and invitation.expires_at > moment.now()


def _asked(code: str, address: str) -> Invitation:
    """Return the open invitation of `code`; a wrong one is an event, too many lock `address`."""
    with write_tx():
        until = _locked_until(address)
        row = Invitation.get_or_none(Invitation.digest == _digest(code))
        refusal = ""
        if until:
            refusal = _fail(address, "locked")
        elif row is None or not is_open(row):
            refusal = _fail(address, "wrong")
    if refusal:
        raise Misfit("code", refusal)
    return row


def _fail(address: str, why: str) -> str:
    wrong = [event for event in _failures(address) if event.change["why"] == "wrong"]
    if why == "wrong" and len(wrong) + 1 > passwords.MOST_FAILURES:
        why = "locks"
    _append("invitation_failed", "未登录", None, address=address, why=why)
    until = _locked_until(address)
    return f"输错次数过多，请在 {until:%H:%M} 以后再试，或联系经办机构" if until else WRONG


def _locked_until(address: str) -> datetime | None:
    locks = [event.at + passwords.LOCK for event in _failures(address) if event.change["why"] == "locks"]
    return max(locks, default=None)


def _failures(address: str) -> list[Event]:
    """Return the failures from `address` in the length of a lock, none of before the last one that locked."""
    since = moment.now() - passwords.LOCK
    rows = Event.select().where(Event.stream == STREAM, Event.action == "invitation_failed", Event.at > since)
    found = [event for event in rows.order_by(Event.id) if event.change.get("address") == address]
    locks = [n for n, event in enumerate(found) if event.change["why"] == "locks"]
    return found[locks[-1] :] if locks else found


def _still_open(invitation: Invitation) -> Invitation:
    row = locked(Invitation, invitation.id)
    if not is_open(row):
        raise Misfit("code", WRONG)
    return row


def _use(invitation: Invitation, user: User) -> None:
    Invitation.update(used_at=moment.now(), used_by=user).where(Invitation.id == invitation.id).execute()


def _digest(code: str) -> str:
    """Return the digest of a code, however it was typed: capitals, blanks and hyphens do not matter."""
    return vault.digest("invitation:" + "".join(char for char in code.lower() if char.isalnum()))


def _demand_keeper(institution: Institution, hand: Hand) -> None:
    is_ours = institution.office_id == hand.actor.office_id
    if hand.is_provider or not is_ours or not hand.roles & memberships.KEEPERS:
        raise NotAllowed("由机构所属经办机构的受理岗或负责人邀请")


def _tell(action: str, hand: Hand, institution: Institution, **change: Any) -> None:
    audit.record(STREAM, action, hand=hand, institution=institution.name, **change)


def _append(action: str, name: str, actor: int | None, **change: Any) -> None:
    audit.append(STREAM, action, actor=actor, actor_name=name, on=moment.today(), change=change)
