"""Interpretations of a rule, kept by the office that interprets it (第三十九条)."""

from lifecycle import audit, moment
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Level, Office, Role, RuleNote
from rules.book import Book


def may_interpret(hand: Hand) -> bool:
    """Return whether this person interprets rules: a manager of the city, or of a county without one."""
    office: Office = hand.actor.office
    return Role.MANAGER in hand.roles and (office.level == Level.CITY or office.parent_id is None)


def interpret(  # noqa: PLR0913 - a note is what it is
    book: Book, row: str, *, text: str, source: str, version: int | None, hand: Hand
) -> RuleNote | None:
    """Return the interpretation of `row` as written; None once it was emptied, which takes it away.

    version: the one the person saw, None for a first note. Raises NotAllowed for anybody but the interpreting
    office's manager, Conflict for a stale version, Unmet for a source without a text (第三十九条).
    """
    if not may_interpret(hand):
        raise NotAllowed("规程由市级经办机构解释，请由其负责人填写")
    if source and not text:
        raise Unmet(["请写明解释的内容"])
    with write_tx():
        note = RuleNote.get_or_none(RuleNote.book == book.id, RuleNote.row == row)
        if (note.version if note else None) != version:
            raise Conflict("同事刚刚改动了这条解释，本次未保存，已填内容都保留着；请核对后再保存")
        _write(note, book, row, text, source, hand)
        before = {"text": note.text, "source": note.source} if note else {}
        audit.record(
            "rules", "interpret", hand=hand, book=book.id, row=row, before=before, text=text, source=source
        )
    return RuleNote.get_or_none(RuleNote.book == book.id, RuleNote.row == row)


def _write(note: RuleNote | None, book: Book, row: str, text: str, source: str, hand: Hand) -> None:
    said = {"text": text, "source": source, "written_by": hand.actor, "written_at": moment.now()}
    if note is None and text:
        RuleNote.create(book=book.id, row=row, **said)
    elif note and text:
        RuleNote.update(**said, version=RuleNote.version + 1).where(RuleNote.id == note.id).execute()
    elif note:
        note.delete_instance()
