"""Verifying the trail, which itself leaves a trace."""

from blueprints.settings import trail_queries, trail_words
from lifecycle import audit
from lifecycle.db import write_tx
from lifecycle.hand import Hand


def verify(hand: Hand) -> None:
    """Follow every chain and record when, by whom, and each broken link."""
    broken = (
        trail_queries.broken_links()
    )  # outside the transaction: reading it all must not hold up the writers
    with write_tx():
        audit.record("trail", trail_words.CHECK, hand=hand, broken=broken, events=trail_queries.count())
