"""What the check pages show: rows as the sheet wants them, the summary of a case, the region's supply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from peewee import JOIN

from lifecycle import case_checks, fund, policy, screening
from lifecycle.case_checks import LABELS, Item
from lifecycle.hand import Hand
from models import (
    Application,
    Case,
    CheckList,
    ExtraCondition,
    FundYear,
    Institution,
    Matter,
    Office,
)
from rules.book import Book

TITLES = {CheckList.CONDITION: "基本条件", CheckList.SCREENING: "不予受理情形"}
SIGNS = {"clear": "ok", "hit": "missing", "not_applicable": "na", "": "open"}
WORDS = {
    "clear": "系统核对无误",
    "hit": "系统发现问题",
    "not_applicable": "系统判定不适用",
    "": "由受理人员核对",
}


@dataclass(frozen=True)
class Row:
    """An item as macros/check.html wants it. typed, day: what the fields hold; error, colleague: refusals."""

    item: Item
    at: str
    is_first: bool = False  # of its number
    is_locked: bool = False
    is_current: bool = False
    verdict: str = ""
    typed: str = ""
    day: str = ""
    error: str = ""
    colleague: str = ""

    @property
    def id(self) -> str:
        return f"{self.item.list}-{self.item.key}"

    @property
    def labels(self) -> dict[str, str]:
        return {
            k: v for k, v in LABELS[self.item.list].items() if k != "not_applicable" or self.item.may_be_na
        }

    @property
    def sign(self) -> str:
        return "doubt" if self.item.machine.is_doubt else SIGNS[self.item.machine.finding]

    @property
    def word(self) -> str:
        return "系统提示核对" if self.item.machine.is_doubt else WORDS[self.item.machine.finding]

    @property
    def is_note_open(self) -> bool:
        item = self.item
        return bool(
            self.typed or self.error or item.wants_inquiry or item.machine.is_doubt or self.verdict == "hit"
        )


@dataclass(frozen=True)
class Sheet:
    """Both lists of a case, as one person sees them."""

    case: Case
    rows: tuple[Row, ...]
    is_editable: bool

    def of(self, list_: str) -> list[Row]:
        return [row for row in self.rows if row.item.list == list_]

    @property
    def left(self) -> int:
        return sum(not row.item.finding for row in self.rows)

    @property
    def done(self) -> int:
        return len(self.rows) - self.left

    @property
    def against(self) -> list[Row]:
        """Rows that keep the case from acceptance however, or as, they are answered."""
        return [r for r in self.rows if r.item.machine.is_hard or (r.item.finding and not r.item.is_settled)]

    @property
    def rest(self) -> int:
        """How many rows the one button answers."""
        return sum(row.item.may_be_cleared_together for row in self.rows)

    @property
    def asks_inquiry(self) -> bool:
        return any(row.item.wants_inquiry and row.item.may_be_cleared_together for row in self.rows)

    @property
    def inquiry(self) -> str:
        """The places of inquiry, as they are offered for the rest."""
        places = [row.item.where for row in self.rows if row.item.wants_inquiry]
        return f"已查询{'、'.join(places)}，未见记录"

    @property
    def is_ready(self) -> bool:
        return bool(self.rows) and all(row.item.is_settled for row in self.rows)


def sheet(case: Case, hand: Hand, items: list[Item] | None = None) -> Sheet:
    """Return both lists of `case`; the first open row is the current one. items: if looked up already."""
    is_editable = case_checks.may_check(case, hand)
    rows, number = [], ("", "")
    for item in case_checks.items(case, hand) if items is None else items:
        rows.append(row_of(item, hand.today, is_editable, is_first=(item.list, item.no) != number))
        number = (item.list, item.no)
    current = next((n for n, row in enumerate(rows) if not row.item.finding), 0)
    if rows:
        rows[current] = replace(rows[current], is_current=True)
    return Sheet(case, tuple(rows), is_editable)


def row_of(item: Item, today: date, is_editable: bool, *, is_first: bool = False) -> Row:
    """Return an item as its row: the day of inquiry is today until another is written."""
    return Row(
        item,
        stamp(item.at, today) if item.at else "",
        is_first=is_first,
        is_locked=not is_editable,
        verdict=item.finding,
        typed=item.evidence,
        day=(item.checked_on or today).isoformat(),
    )


def faster(row: Row, mine: str) -> str:
    """Return what a colleague answered meanwhile, and that the own answer was not saved."""
    theirs = LABELS[row.item.list].get(row.item.finding, "未填")
    own = f"，您填的“{row.labels[mine]}”没有保存" if mine in row.labels else "，您填的没有保存"
    return f"{row.item.by} {row.at}填为“{theirs}”{own}；仍要改的请重新选择"


def stamp(at: datetime, today: date) -> str:
    """Return a moment as the staff say it: 今天 09:12, 昨天 16:05, 09-17 10:00, 2025-12-18 10:00."""
    days = {today: "今天", today - timedelta(days=1): "昨天"}
    pattern = "%m-%d" if at.year == today.year else "%Y-%m-%d"
    return f"{days.get(at.date()) or at.strftime(pattern)} {at:%H:%M}"


def application_of(case: Case) -> Application | None:
    return Application.get_or_none(Application.case == case)


def guard(application: Application | None, case: Case, hand: Hand) -> fund.Guard | None:
    """Return the fund guard of an inpatient application, or None."""
    if application is None:
        return None
    application.case = case
    return fund.guard_of(application, hand)


def old_policy(application: Application | None, case: Case, hand: Hand) -> str:
    """Return what the transition says for this case, or nothing."""
    if application is None:
        return ""
    since = application.operating_since or case.institution.operating_since
    on = application.applied_on or case.opened_on
    return policy.old_policy_hint(case.institution, since, on, hand.book_of(case), hand)


def look_alikes(case: Case, hand: Hand) -> list[tuple[screening.LookAlike, list[str]]]:
    """Return those like the applicant with what is on record against each."""
    return [
        (other, _record(other, hand)) for other in screening.look_alikes(case.institution, hand.today, hand)
    ]


def _record(other: screening.LookAlike, hand: Hand) -> list[str]:
    told = [screening.bans.sentence(ban, hand.books[ban.book]) for ban in other.bans]
    return told + [
        f"办件 {case.number}“{hand.book_of(case).states[case.state].label}”"
        + (f"，{case.closed_on.isoformat()}" if case.closed_on else "")
        for case in other.ends
    ]


# --- The fund and the region ---


@dataclass(frozen=True)
class YearRow:
    """A year of the fund as the page lists it; without figures where `row` is None."""

    year: int
    row: FundYear | None
    guard: fund.Guard | None  # what 第二十四条 says for applications of this year


def fund_years(office: Office, book: Book, today: date) -> list[YearRow]:
    """Return the years of `office`, newest first: this one, two before it, and every other with figures."""
    known = {row.year: row for row in FundYear.select().where(FundYear.office == office)}
    years = sorted({today.year, today.year - 1, today.year - 2, *known}, reverse=True)
    return [
        YearRow(year, known.get(year), fund.guard(office, year, book) if year >= today.year else None)
        for year in years
    ]


def fund_year(office: Office, year: int) -> FundYear | None:
    return FundYear.get_or_none(FundYear.office == office, FundYear.year == year)


@dataclass(frozen=True)
class Supply:
    """Designated institutions of one kind: how many, how many of each type, beds of the inpatient ones."""

    kind: str
    count: int
    types: dict[str, int]
    beds: int


def supply(offices: Sequence[int], book: Book) -> list[Supply]:
    """Return what the region has (区域医药资源): institutions with a standing agreement, by kind and type."""
    own = Application.alias()
    origin = Application.alias()
    rows = (
        Case.select(
            Institution.id, Institution.kind, Institution.beds, own.types, origin.types.alias("first_types")
        )
        .join(Institution)
        .switch(Case)
        .join(own, JOIN.LEFT_OUTER, on=(own.case == Case.id))
        .join(origin, JOIN.LEFT_OUTER, on=(origin.case == Case.origin))
        .where(Case.matter == Matter.AGREEMENT, Case.closed_on.is_null(), Case.office.in_(list(offices)))
        .distinct()
        .tuples()
    )
    found: dict[int, tuple[str, int, set[str]]] = {}
    for institution_id, kind, beds, types, first in rows:
        known = found.get(institution_id, (kind, beds or 0, set()))
        found[institution_id] = (kind, known[1], known[2] | set(types or ()) | set(first or ()))
    return [_supply(kind, found.values(), book) for kind in ("medical", "pharmacy")]


def _supply(kind: str, found: Iterable[tuple[str, int, set[str]]], book: Book) -> Supply:
    mine = [row for row in found if row[0] == kind]
    types = {
        row.label: sum(row.key in types for *_, types in mine) for row in book.types if kind in row.kinds
    }
    return Supply(kind, len(mine), types, sum(beds for _, beds, _ in mine))


def extra_conditions(offices: Sequence[int]) -> list[ExtraCondition]:
    """Return what these offices added to the conditions, those in force first."""
    return list(
        ExtraCondition.select(ExtraCondition, Office)
        .join(Office)
        .where(ExtraCondition.office.in_(list(offices)))
        .order_by(ExtraCondition.is_active.desc(), ExtraCondition.kind, ExtraCondition.id)
    )


def extra_condition(office: Office, condition_id: int) -> ExtraCondition | None:
    return ExtraCondition.get_or_none(ExtraCondition.id == condition_id, ExtraCondition.office == office)
