"""What the catalogue shows: books with their rows, interpretations, and the office of a guide."""

from collections.abc import Mapping, Sequence

from blueprints.catalogue.entries import Entry, entries
from lifecycle.hand import Hand
from models import Kind, Matter, Office, RuleNote, User
from rules.book import Book


def books_in_use(hand: Hand, office: Office) -> list[Book]:
    """Return the books of the region of `office` first, then all others."""
    mine = list(dict.fromkeys(hand.region_of(office).books.values()))
    return [hand.books[key] for key in mine] + [book for key, book in hand.books.items() if key not in mine]


def found(book: Book, text: str, section: str, notes: Mapping[str, RuleNote]) -> list[Entry]:
    """Return the rows of `book` that hold every word of `text`, interpretations included."""
    wanted = text.lower().split()
    return [
        entry
        for entry in entries(book)
        if (not section or entry.section == section)
        and all(word in entry.text or word in _note_text(notes.get(entry.key)) for word in wanted)
    ]


def _note_text(note: RuleNote | None) -> str:
    return f"{note.text} {note.source}".lower() if note else ""


def entry(book: Book, key: str) -> Entry | None:
    """Return the row of `book` under its catalogue key, or None."""
    return next((row for row in entries(book) if row.key == key), None)


def notes_of(book: Book) -> dict[str, RuleNote]:
    """Return the interpretations of a book by row."""
    rows = RuleNote.select(RuleNote, User).join(User).where(RuleNote.book == book.id)
    return {note.row: note for note in rows}


def note_of(book: Book, key: str) -> RuleNote | None:
    return RuleNote.get_or_none(RuleNote.book == book.id, RuleNote.row == key)


def guided_offices(scope: Sequence[int]) -> list[Office]:
    """Return the offices whose guides can be shown: those in `scope`, the own one first."""
    order = {office_id: place for place, office_id in enumerate(scope)}
    return sorted(Office.select().where(Office.id.in_(list(scope))), key=lambda office: order[office.id])


def kinds_served(hand: Hand, office: Office) -> list[str]:
    """Return the kinds of institution that the office's book for applications knows types of."""
    book = hand.book_for(office, Matter.APPLICATION)
    return [kind for kind in Kind if any(kind in row.kinds for row in book.types)]
