"""What the state of an agreement means for settlement (第二十九条、第三十条), wherever staff look."""

from models import Matter
from rules.book import Book

HELD = ("不予结算", "中止期间发生的医保费用不予结算（个人账户停止刷卡）")
ENDED = ("不再结算", "协议终止后产生的医药费用，医保基金不再结算（个人账户停止刷卡）")
NONE = ("", "")


def consequence(book: Book, state: str) -> tuple[str, str]:
    """Return what follows for settlement in a word and in a sentence, both empty while it goes on as agreed.

    An agreement is suspended in a state that a step holds it in, ended in one that a step closes it with.
    """
    into = [step for step in book.steps if step.matter == Matter.AGREEMENT and step.target == state]
    if any(step.holds for step in into):
        return HELD
    return ENDED if any(step.closes for step in into) else NONE


def with_consequence(book: Book, state: str) -> str:
    """Return the label of a state of an agreement with what follows for settlement, as lists show it."""
    label, (word, _) = book.states[state].label, consequence(book, state)
    return f"{label}，{word}" if word else label
