"""What the state of an agreement means for settlement, as its book says it, wherever staff look."""

from rules.book import Book


def consequence(book: Book, state: str) -> tuple[str, str]:
    """Return what follows for settlement in a word and in a sentence, empty while it goes on as agreed."""
    row = book.states[state]
    return row.settlement, row.meaning


def with_consequence(book: Book, state: str) -> str:
    """Return the label of a state of an agreement with what follows for settlement, as lists show it."""
    row = book.states[state]
    return f"{row.label}，{row.settlement}" if row.settlement else row.label
