"""The rows a book is made of, one class each, frozen: clocks, steps, states, grounds, documents, rules.

Shape only: loading and checking is in book.py. What is handed in, filled in and judged is in form_rows.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Guard = Mapping[str, Any]

UNITS = ("workday", "day", "month", "year")
CLOCK_KINDS = ("limit", "wait", "cap", "ban")


@dataclass(frozen=True)
class ClockRule:
    """One legal period. `roll` left out: only limits in days, months or years roll (readings 1.3-4)."""

    key: str
    name: str
    kind: str  # limit: act by; wait: not before; cap: ends by itself; ban: blocks a new case
    amount: int
    unit: str
    article: str
    party: str = "office"
    direction: str = "forward"
    roll: bool | None = None
    warn_at: tuple[int, ...] = ()  # workdays left at which a reminder is due; lamps do not use it

    @property
    def rolls(self) -> bool:
        """True if an end on a rest day moves to the next workday."""
        return self.roll if self.roll is not None else self.kind == "limit" and self.unit != "workday"


@dataclass(frozen=True)
class Start:
    """Which clock a step starts, and from which day.

    when: `step` the step's legal day; `served` the served day of the document the step issues;
        `end-of:KEY` the last day of another clock; `day:NAME` a day typed with the step;
        `until:NAME` the clock ends on the typed day, whatever its amount.
    """

    clock: str
    when: str = "step"


@dataclass(frozen=True)
class Also:
    """A step of a linked case in the same transaction.

    of: `origin`, the case that opened this one; `opened`, all that this one opened; or a matter, the cases of
        it that this one opened, are not closed and can take the step, which may be none.
    """

    of: str
    action: str


@dataclass(frozen=True)
class Step:
    """One lawful move of a case. The empty target stays; `back` returns to the state that was held."""

    action: str
    label: str
    matter: str
    origins: tuple[str, ...]
    target: str
    article: str
    roles: tuple[str, ...] = ()
    when: Guard = field(default_factory=dict)
    not_same_as: tuple[str, ...] = ()  # earlier actions whose actor may not take this one
    needs: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    starts: tuple[Start, ...] = ()
    pauses: tuple[Start, ...] = ()
    resumes: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()  # ban clocks that begin with this step, on the institution
    issues: str = ""
    opens: str = ""  # the matter of a new case, opened with the step `open` of that matter
    also: tuple[Also, ...] = ()
    auto: str = ""  # "after KEY": the sweep takes the step once this clock is past
    linked: bool = False  # taken with a step of a linked case alone, by whoever takes that
    effects: tuple[str, ...] = ()  # what the step writes beside the case, by name
    holds: bool = False  # remembers the origin for a later `back`
    next_round: bool = False
    raises: str = ""  # the flag that stands from this step until another lowers it
    lowers: str = ""
    closes: bool = False
    reopens: bool = False
    asks: tuple[str, ...] = ()  # what the step's form asks for besides day and reason
    screen: str = ""  # the page on which the step is worked, when a form of its own does not do
    note: str = ""  # what follows from the step, in a few words

    @property
    def auto_clock(self) -> str:
        """The key of the clock after which the sweep takes the step, or nothing."""
        return self.auto.removeprefix("after ")


@dataclass(frozen=True)
class State:
    """A place where a case can stand, what is to be done there, and by whom.

    settlement, meaning: what it means for the settlement of fees, in a word and in a sentence.
    """

    key: str
    label: str
    matter: str
    station: str = ""
    todo: str = ""
    roles: tuple[str, ...] = ()
    takes_materials: bool = False  # the window may mark the material list
    settlement: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Flag:
    """What stands open in a case besides its state (已受理、待补正), and what is to be done about it.

    roles: whose work the case is while the flag stands, instead of those of its state.
    """

    key: str
    label: str
    todo: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Station:
    """A node of the process bar (annex 1)."""

    key: str
    label: str
    matter: str
    when: Guard = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """A ground of refusal. `ban` names the ban clock that proves it; `when` narrows it to some cases."""

    key: str
    use: str
    text: str
    kinds: tuple[str, ...]
    article: str
    when: Guard = field(default_factory=dict)
    ban: str = ""
    hint: str = ""
    check: Guard = field(default_factory=dict)  # what the machine looks at beside the ban, with its arguments
    evidence: str = ""  # where a person asks; the finding then wants what was found, and the day
    is_recorded: bool = False  # a refusal for it wants the finding, its evidence and day recorded first
    is_screened: bool = True  # looked at before acceptance; not one that only the completeness check brings
    ban_class: str = ""  # of a termination: what is proposed to the person who decides (readings C-46)
    asks: tuple[str, ...] = ()  # what has to be recorded with the ground
    proposes: str = ""  # what the machine can see by itself; a person decides


@dataclass(frozen=True)
class FollowUpRule:
    """What follows from a step: one row to confirm for each. `when` narrows it by the case's facts."""

    key: str
    kind: str  # publication | city | region | branch
    steps: tuple[str, ...]  # the actions it follows from
    text: str  # {institution}, {city}, {branch}; what it follows from: {step}, its {day}, its {paper}
    article: str
    when: Guard = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """A step of the ladder by which a breach is answered, or a kind of administrative penalty."""

    key: str
    of: str  # penalty | handling
    label: str
    kinds: tuple[str, ...]
    article: str
    has_amount: bool = False  # money belongs to it


@dataclass(frozen=True)
class Choice:
    """An answer that the law itself lists.

    list: remedy (the path of a dispute), dispute (what it is about), rights (whose settlement rights end),
        policy (for whom designation is inclined).
    """

    key: str
    list: str
    label: str
    article: str


@dataclass(frozen=True)
class Transition:
    """For whom the former rules go on: approved by `until`, and past the wait `clock`."""

    key: str
    name: str
    until: date
    clock: str
    article: str


@dataclass(frozen=True)
class Threshold:
    """A bound of the law that is no period: `amount` of `unit` (percent, month, bed)."""

    key: str
    name: str
    amount: int
    unit: str
    article: str


@dataclass(frozen=True)
class Provision:
    """A rule that screens and events only point to: its words in short, and where it stands.

    Without kinds it holds for every kind of institution.
    """

    key: str
    name: str
    article: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document with its number series. `word` stands in the number: 受 in 安医保受字〔2026〕1号."""

    key: str
    name: str
    word: str
    article: str
    template: str = ""
    form: str = ""
    title: str = ""
    content: str = ""  # which content it is drawn up with, where it is not that of its own key
    copies: int = 2
    is_served: bool = True  # needs a proof of service (annex 6)


@dataclass(frozen=True)
class Example:
    """A worked example of the agency's lawyer: the clock started on `start` is due on `due_on`."""

    start: date
    clock: str
    due_on: date
    why: str
