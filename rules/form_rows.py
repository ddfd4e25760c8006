"""The rows of a book that say what is handed in, filled in, asked and judged, one class each, frozen.

Shape only, as in rows.py: materials, types, blanks and tables of the forms, conditions, guides, tick tables.
"""

from dataclasses import dataclass, field

from rules.rows import Guard

FIELD_TYPES = ("text", "long", "number", "choice", "many", "day", "phone")
FIELD_OWNERS = ("institution", "application", "column")
TABLE_OWNERS = ("application", "staff")


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
class PrintedForm:
    """A form that the office hands out empty; of a case, it is also printed filled in."""

    key: str
    name: str
    annex: str = ""
    kinds: tuple[str, ...] = ()  # of institution, if filled in for a case
