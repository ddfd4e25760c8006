"""What is near a cliff in changes of designation information: reported late, or found and not reported."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from blueprints import change_facts
from blueprints.guard.agreement_queries import MOST, Alert
from lifecycle.hand import Hand

LATE, UNREPORTED = "change_late", "change_unreported"


def proposed(hand: Hand, proposes: str) -> Mapping[str, str]:
    """Return the article of the ground that the machine proposes for something, by kind of institution."""
    grounds = [g for book in hand.books_here for g in book.grounds if g.proposes == proposes]
    return {kind: ground.article for ground in reversed(grounds) for kind in ground.kinds}


def late(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """第二十九条（三）: applied for after the last day, or not at all though it is over, until decided."""
    articles = proposed(hand, LATE)
    rows = [(row, at) for row, at in change_facts.urgent(scope, hand) if at and at.is_late]
    for row, at in sorted(rows, key=lambda one: (one[1].due.on, one[0].id))[: MOST + 1]:
        done = f"{at.asked_on.isoformat()} 才提交变更申请" if at.asked_on else "至今没有提交变更申请"
        text = f"{change_facts.named(row.items)}变更 {row.approved_on.isoformat()} 批准，{done}"
        yield _told(row, at.due.on, text, articles)


def unreported(scope: Sequence[int], hand: Hand) -> Iterable[Alert]:
    """第三十一条（七）、第三十二条（十）: found changed, and nobody has applied for it since."""
    articles = proposed(hand, UNREPORTED)
    rows = [row for row, _ in change_facts.urgent(scope, hand) if row.found_on and not row.asked_on]
    for row in sorted(rows, key=lambda one: (one.found_on, one.id))[: MOST + 1]:
        text = f"{row.found_how}，发现{change_facts.named(row.items)}已变更，机构没有申请"
        yield _told(row, row.found_on, text, articles)


def _told(row: Any, on: Any, text: str, articles: Mapping[str, str]) -> Alert:
    mine, values = row.case.institution, {"case_id": row.case_id}
    return Alert(
        on, mine.name, row.case.office.name, text, articles.get(mine.kind, ""), "cases.case_page", values
    )
