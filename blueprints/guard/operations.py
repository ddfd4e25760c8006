"""Ending the branches of a chain, each in a transaction of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from lifecycle import follow_ups
from lifecycle.errors import DomainError
from lifecycle.hand import Hand
from models import FollowUp


def terminate_branches(
    rows: Sequence[FollowUp], given: Mapping[str, Any], *, hand: Hand
) -> tuple[list[str], list[str]]:
    """Return the names of the branches that were terminated, and why the others were not.

    Each is a transaction of its own: what fails for one leaves the others terminated.
    """
    ended, refused = [], []
    for row in rows:
        try:
            follow_ups.terminate_branch(row, given, hand=hand, version=row.version)
            ended.append(row.institution.name)
        except DomainError as error:
            refused.append(f"{row.institution.name}：{'；'.join(error.sentences)}")
    return ended, refused
