"""What an operation can refuse with. The sentence is for the user: what was not done, and what to do next."""

from collections.abc import Sequence
from typing import ClassVar


class DomainError(Exception):
    """A refusal by law, by role or by a race; never a fault of the program."""

    status: ClassVar[int] = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentences: tuple[str, ...] = (sentence,)


class NotAllowed(DomainError):
    """The step does not exist from this state, or not for this person."""

    status = 403


class Unmet(DomainError):
    """Conditions of the step are not met; one sentence for each."""

    status = 422

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("；".join(sentences))
        self.sentences = tuple(sentences)


class Misfit(Unmet):
    """What was typed into one field cannot be; the sentence stands beside it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__([sentence])
        self.field = field


class Conflict(DomainError):
    """A colleague was faster; nothing was written."""


class BadDay(DomainError):
    """A legal day that cannot be: to come, before the step it follows, or backdated without a reason."""

    status = 422
