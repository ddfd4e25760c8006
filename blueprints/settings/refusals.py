"""A refusal that belongs beside one field of the form."""

from lifecycle.errors import Unmet


class Misfit(Unmet):
    """What was typed into one field cannot be; the sentence stands beside it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__([sentence])
        self.field = field
