"""Signing the next term of an agreement, in one transaction with its text."""

from blueprints.agreements import operations, queries, renewal_queries
from blueprints.agreements.operations import Signing, Upload
from lifecycle import files, renewals
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Agreement, Attachment, Case


def renew(  # noqa: PLR0913
    case: Case,
    signing: Signing,
    *,
    hand: Hand,
    version: int,
    upload: Upload | None = None,
    reason: str = "",
) -> Agreement:
    """Return the next term of the agreement `case`: it begins by itself on the day after this one's last.

    upload: the signed text; may be left out if the case holds one already. Raises Conflict for a stale
    version, NotAllowed if no next term can be signed, Unmet for an unusual term without a reason, and what
    store_file and take_step refuse with; then no file is kept.
    """
    stored: Attachment | None = None
    try:
        with write_tx():
            case = locked(Case, case.id)
            if case.version != version:
                raise Conflict("同事刚刚改动了这份协议，本次没有保存；请核对后再办")
            if hindrance := renewal_queries.hindrance(case, hand):
                raise NotAllowed(hindrance)
            stored = operations.keep_text(case, upload, hand)
            return renewals.renew(case, _given(case, signing, hand), hand=hand, reason=reason)
    except BaseException:
        if stored:
            files.path_of(stored).unlink(missing_ok=True)
        raise


def _given(case: Case, signing: Signing, hand: Hand) -> dict[str, object]:
    starts_on = renewal_queries.first_day(Agreement.get(Agreement.case == case))
    usual = queries.usual_end(starts_on, case, hand)
    ends_on = signing.ends_on or usual
    if ends_on != usual and not signing.term_reason:
        raise Unmet([f"有效期与通常的 {usual.isoformat()} 届满不同，请写明理由"])
    return {
        "signed_on": signing.signed_on,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "term_reason": signing.term_reason if ends_on != usual else "",
        "text_version": signing.text_version,
    }
