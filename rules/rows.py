"""The rows a book is made of, one class each, frozen. Shape only: loading and checking is in book.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Guard = Mapping[str, Any]

UNITS = ("workday", "day", "month", "year")
CLOCK_KINDS = ("limit", "wait", "cap", "ban")
FIELD_TYPES = ("text", "long", "number", "choice", "many", "day", "phone")
FIELD_OWNERS = ("institution", "application", "column")
TABLE_OWNERS = ("application", "staff")


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
    """A place where a case can stand, what is to be done there, and by whom."""

    key: str
    label: str
    matter: str
    station: str = ""
    todo: str = ""
    roles: tuple[str, ...] = ()
    takes_materials: bool = False  # the window may mark the material list


@dataclass(frozen=True)
class Flag:
    """What stands open in a case besides its state (已受理、待补正), and what is to be done about it."""

    key: str
    label: str
    todo: str


@dataclass(frozen=True)
class Station:
    """A node of the process bar (annex 1)."""

    key: str
    label: str
    matter: str
    when: Guard = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """A row of a material list (annex 5; articles 21 and 22 for changes).

    With a feature, it is asked for only where that is declared; with fields, only where one of them changes.
    """

    key: str
    kind: str
    form: str
    no: int
    title: str
    article: str
    feature: str = ""
    applies: str = ""  # the printed case of application, 其他 column
    original: bool = False  # the original must have been seen (C-13)
    matter: str = "application"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feature:
    """A question of the application form that switches conditional rows on."""

    key: str
    label: str
    kind: str
    hint: str = ""
    default: bool = False
    type: str = ""  # a designation type that implies the feature
    answered: Guard = field(default_factory=dict)  # an answer of the form that implies it, in a list (many)
    implies: tuple[str, ...] = ()  # features that hold with this one


@dataclass(frozen=True)
class DesignationType:
    """A designation type one can apply for (annex 2)."""

    key: str
    label: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A blank of a printed form that has no column of its own, kept by key in a profile or application.

    of: the register (institution) or one application; `column` gives the printed name of a column of the
    register. forms: the annexes that print it. is_important: a change of it is 重要信息 and its former values
    are kept. is_count: whole numbers only. sum_of: the blanks that should add up to it.
    """

    key: str
    label: str
    of: str
    kinds: tuple[str, ...]
    article: str
    type: str = "text"
    group: str = ""
    choices: tuple[str, ...] = ()
    unit: str = ""
    forms: tuple[str, ...] = ()
    when: Guard = field(default_factory=dict)
    is_required: bool = False
    is_important: bool = False
    is_count: bool = False
    sum_of: tuple[str, ...] = ()
    hint: str = ""
    max: int = 200


@dataclass(frozen=True)
class Column:
    """A column of a repeating table. Blank: printed as `---`, nothing to fill in.

    is_required: a row in which anything is filled in must hold it.
    """

    key: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    unit: str = ""
    is_blank: bool = False
    is_required: bool = False


@dataclass(frozen=True)
class Table:
    """Repeating rows of a printed form. of: kept with the application, or a view of the staff (roster).

    counts: what staffing rules multiply with, as many as there are rows. sums: columns whose sum ought to be
    a count of the application, by its key.
    """

    key: str
    label: str
    of: str
    kinds: tuple[str, ...]
    columns: tuple[Column, ...]
    article: str
    when: Guard = field(default_factory=dict)
    forms: tuple[str, ...] = ()
    hint: str = ""
    counts: str = ""
    sums: Guard = field(default_factory=dict)


@dataclass(frozen=True)
class StaffCategory:
    """A category of people at work (人员类别), for rosters and headcounts."""

    key: str
    label: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A basic condition of designation. `check` names what the machine can answer, with its arguments."""

    key: str
    kinds: tuple[str, ...]
    no: str  # as printed: （一）
    text: str
    article: str
    check: Guard = field(default_factory=dict)
    when: Guard = field(default_factory=dict)
    evidence: str = ""  # what a person looks at


@dataclass(frozen=True)
class Guide:
    """The head of a service guide (办事指南) for one kind of institution; other rows fill the rest."""

    kind: str
    title: str
    audience: str
    fee: str
    basis: str
    article: str
    revised: str = ""
    form_url: str = ""
    query: str = ""  # where to ask for the state of a case
    notes: tuple[str, ...] = ()


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
    text: str  # {institution}, {city}, {branch}
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
class Sheet:
    """A tick table (annex 7 or 8)."""

    key: str
    stage: str  # desk | on_site
    kind: str
    form: str
    title: str
    rule: str
    article: str
    sign_label: str
    short: str  # as the staff call it: 审核评价表
    heads: tuple[str, ...]  # column heads: indicator, method, standard, finding
    verdicts: tuple[str, ...]  # the words for met and not met
    teams: tuple[int, ...] = ()  # how many teams inspect, usually from this many to that many
    feedback: bool = False  # what was found is told on the spot, and who heard it is recorded
    report: bool = False  # a report with the group's opinion stands under the sheet before it is signed


@dataclass(frozen=True)
class Topic:
    """A subject of the negotiation, ticked off as it is settled."""

    key: str
    title: str
    article: str


@dataclass(frozen=True)
class Staffing:
    """A number of people that depends on another number: ratio (exact decimal) per unit, at least `least`."""

    per: str
    ratio: str
    who: str
    least: int = 0


@dataclass(frozen=True)
class SheetRow:
    """One indicator of a sheet. Only a row with a feature or `conditional` may be answered 不适用."""

    sheet: str
    key: str
    no: int
    group: str
    indicator: str
    article: str
    method: str = ""
    standard: str = ""
    feature: str = ""
    conditional: bool = False
    staffing: Staffing | None = None
    advice: str = ""  # how an ambiguous printed standard is read (readings C-19)

    @property
    def may_be_na(self) -> bool:
        return self.conditional or bool(self.feature)


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
class PrintedForm:
    """A form that the office hands out empty; of a case, it is also printed filled in."""

    key: str
    name: str
    annex: str = ""
    kinds: tuple[str, ...] = ()  # of institution, if filled in for a case


@dataclass(frozen=True)
class Example:
    """A worked example of the agency's lawyer: the clock started on `start` is due on `due_on`."""

    start: date
    clock: str
    due_on: date
    why: str
