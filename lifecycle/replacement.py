"""One out, one in (退一进一): an application takes the place of an agreement that ended (第二十七条).

Not in here: the guard of the fund that such a place answers (fund.py), and what the fund bears (capacity.py).
"""

from typing import Any

from lifecycle import audit
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case, CaseState, Matter, Replacement, Role
from rules.book import Book

RULE = "replacement"  # the provision of a book
EXITED = (CaseState.TERMINATED, CaseState.LAPSED_180, CaseState.EXPIRED)


def is_exit(case: Case) -> bool:
    """Return whether `case` is an agreement that ended with no other after it: its place may be given."""
    return case.matter == Matter.AGREEMENT and case.closed_on is not None and case.state in EXITED


def holds_place(entry: Case) -> bool:
    """Return whether an application wants its place still: open, or designated; refused ones free it."""
    return entry.closed_on is None or entry.state == CaseState.DESIGNATED


def place_of(entry: Case) -> Replacement | None:
    """Return what `entry` is linked to, with the agreement and its institution, in one statement."""
    return _links().where(Replacement.entry == entry.id).first()


def taker_of(exit_: Case) -> Replacement | None:
    """Return what took the place of `exit_`, with the application and its institution, in one statement."""
    return _links("entry").where(Replacement.exit == exit_.id).first()


def _links(side: str = "exit") -> Any:
    other = Case.alias()
    institution = Case.institution.rel_model.alias()
    column = getattr(Replacement, side)
    return (
        Replacement.select(Replacement, other, institution)
        .join(other, on=(column == other.id), attr=side)
        .join(institution, on=(other.institution == institution.id), attr="institution")
    )


def told(entry: Case, hand: Hand) -> str:
    """Return which exit answers for `entry`, by name, number, day and how it ended; nothing without one.

    Nothing either where the exit does not stand any more because its last step was taken back.
    """
    book = hand.book_of(entry)
    link = place_of(entry) if book.provisions_of(RULE) else None
    if link is None or not is_exit(link.exit):
        return ""
    out = link.exit
    ended = f"{out.closed_on.isoformat()} {hand.book_of(out).states[out.state].label}"
    return f"{out.institution.name}（协议 {out.number}，{ended}，{article_of(book)}）"


def article_of(book: Book) -> str:
    """Return where `book` lets one out stand for one in; nothing where it does not."""
    return book.article_of(RULE)


def link(entry: Case, exit_: Case, *, note: str, hand: Hand) -> Replacement:
    """Let `entry` take the place of `exit_` and return the link; an application that failed frees its place.

    Raises NotAllowed unless a manager of the office of both asks under a book that knows it, Unmet for what
    is no exit or of the other kind of institution, Conflict if either of them is taken (第二十七条).
    """
    with write_tx():
        entry, exit_ = locked(Case, entry.id), locked(Case, exit_.id)
        _demand_manager(entry, exit_, hand)
        _demand_fitting(entry, exit_)
        _demand_free(entry, exit_, hand)
        row = Replacement.create(
            entry=entry, exit=exit_, made_on=hand.today, made_by=hand.actor, note=note[:200]
        )
        _tell("link_replacement", row, hand, note)
    return row


def _demand_manager(entry: Case, exit_: Case, hand: Hand) -> None:
    if not article_of(hand.book_of(entry)):
        raise NotAllowed("本地区的规程没有规定退一进一，不能关联退出机构")
    if Role.MANAGER not in hand.roles or not hand.owns(entry):
        raise NotAllowed("关联退出机构由办理该申请的经办机构负责人登记")
    if exit_.office_id != entry.office_id:
        raise NotAllowed("只能关联本单位管理的退出机构")


def _demand_fitting(entry: Case, exit_: Case) -> None:
    if entry.matter != Matter.APPLICATION or not holds_place(entry):
        raise Unmet(["这个申请已经办结且未定点，不必再关联退出机构"])
    if not is_exit(exit_):
        raise Unmet(["所选机构的协议没有终止，请重新选择"])
    if exit_.institution.kind != entry.institution.kind:
        raise Unmet(["只能关联同类的退出机构，请重新选择"])


def _demand_free(entry: Case, exit_: Case, hand: Hand) -> None:
    if own := place_of(entry):
        raise Conflict(f"这个申请已关联 {own.exit.institution.name}，须先取消再关联其他机构")
    taken = taker_of(exit_)
    if taken and holds_place(taken.entry):
        other = taken.entry
        raise Conflict(
            f"{exit_.institution.name} 已由 {other.institution.name}（{other.number}）关联，请另选"
        )
    if taken:
        _remove(taken, hand, "申请未定点，退出名额空出")


def unlink(entry: Case, *, exit_id: int, version: int, reason: str, hand: Hand) -> None:
    """Give the place of `entry` free again, with a reason.

    exit_id, version: the link as the person saw it. Raises NotAllowed as `link` does, Conflict if it is
    another one by now, Unmet without a reason.
    """
    if not reason:
        raise Unmet(["请写明取消关联的原因"])
    with write_tx():
        entry = locked(Case, entry.id)
        _demand_manager(entry, entry, hand)
        row = place_of(entry)
        if row is None or (row.exit_id, row.version) != (exit_id, version):
            raise Conflict("同事刚刚改动了这项关联，本次未保存；请刷新后核对")
        _remove(row, hand, reason)


def _remove(row: Replacement, hand: Hand, reason: str) -> None:
    _tell("unlink_replacement", row, hand, reason)
    Replacement.delete().where(Replacement.id == row.id).execute()


def _tell(action: str, row: Replacement, hand: Hand, reason: str) -> None:
    """Write the link or its end into the streams of both cases."""
    article = article_of(hand.book_of(row.entry))
    for case, other in ((row.entry, row.exit), (row.exit, row.entry)):
        audit.record(
            audit.of_case(case),
            action,
            hand=hand,
            case=case,
            article=article,
            reason=reason,
            title=f"{other.institution.name}，{other.number}",
            entry=row.entry_id,
            exit=row.exit_id,
        )
