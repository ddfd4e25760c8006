"""The fund of a pooling area by year, and what it says about inpatient applications (第二十四条、第二十五条).

Money in 分, months of capacity in tenths. The guard is a strong warning: 原则上 leaves a way by 第二十五条.
"""

from dataclasses import dataclass
from typing import Any

from lifecycle import audit, replacement
from lifecycle.db import write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Application, FundYear, Matter, Office, Role
from rules.book import Book, joined

INPATIENT = "inpatient"
FIGURES = ("target", "spent", "income", "capacity_tenths", "note")
OVERRUN, CAPACITY = "fund_overrun", "fund_capacity"


@dataclass(frozen=True)
class Guard:
    """What the figures say for one year, and by which `article`.

    lines: how; is_known: whether there were figures to go by.
    """

    year: int
    is_over: bool
    is_known: bool
    lines: tuple[str, ...]
    article: str


def year_of(office: Office, year: int) -> FundYear | None:
    """Return the figures of `year` that count for `office`: its own, else those of the city above."""
    offices = [office.id, office.parent_id] if office.parent_id else [office.id]
    rows = FundYear.select().where(FundYear.office.in_(offices), FundYear.year == year)
    return next(iter(sorted(rows, key=lambda row: row.office_id != office.id)), None)


def guard(office: Office, year: int, book: Book) -> Guard | None:
    """Return what 第二十四条 says for inpatient applications of `year`; None where the book has no such rule.

    The previous year's spending against its target, strictly more than the percentage; the capacity told
    last, of this year or the one before, up to and including the months (readings C-42).
    """
    overrun, capacity = (book.thresholds.get(key) for key in (OVERRUN, CAPACITY))
    if overrun is None or capacity is None:
        return None
    last, this = year_of(office, year - 1), year_of(office, year)
    over, spent_line = _overrun(last, year - 1, overrun.amount)
    tenths = next((r.capacity_tenths for r in (this, last) if r and r.capacity_tenths is not None), None)
    low = tenths is not None and tenths <= capacity.amount * 10
    months = (
        "没有登记医保基金可支撑能力"
        if tenths is None
        else f"医保基金可支撑能力 {tenths / 10:.1f} 个月，"
        f"{f'低于 {capacity.amount} 个月（含）' if low else f'高于 {capacity.amount} 个月'}"
    )
    is_known = tenths is not None or bool(last and last.target and last.spent is not None)
    return Guard(year, over or low, is_known, (spent_line, months), article_of(book))


def article_of(book: Book) -> str:
    """Return where `book` sets the bounds of the fund; nothing where it sets none."""
    return joined(book.thresholds[key].article for key in (OVERRUN, CAPACITY) if key in book.thresholds)


def _overrun(last: FundYear | None, year: int, percent: int) -> tuple[bool, str]:
    if last is None or last.target is None or last.spent is None:
        return False, f"没有登记 {year} 年总额控制指标和实际支出"
    is_over = last.spent * 100 > last.target * (100 + percent)
    share = (last.spent - last.target) * 100 / last.target
    told = f"超出 {share:.2f}%" if share > 0 else f"节余 {-share:.2f}%" if share < 0 else "与指标持平"
    bound = f"，超过 {percent}%" if is_over else f"，未超过 {percent}%"
    figures = f"{year} 年总额控制指标 {in_wan(last.target)} 万元，实际支出 {in_wan(last.spent)} 万元"
    return is_over, f"{figures}，{told}{bound if share > 0 else ''}"


def in_wan(fen: int) -> str:
    """Return 分 as 万元 without needless zeros: 12345.6."""
    text = f"{fen / 1_000_000:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def guard_of(application: Application, hand: Hand) -> Guard | None:
    """Return the guard for an application that includes inpatient; None for any other."""
    if INPATIENT not in application.types:
        return None
    case = application.case
    return guard(case.office, (application.applied_on or case.opened_on).year, hand.book_of(case))


def policy_words(application: Application, book: Book) -> str:
    """Return the policy that inclines the application with its reason, or nothing (第二十五条)."""
    row = book.choice("policy", application.policy)
    return f"{row.label}（{application.policy_reason}，{row.article}）" if row else ""


def answers(application: Application, hand: Hand) -> list[str]:
    """Return what answers the guard: an inclined policy (第二十五条), the place of an exit (第二十七条)."""
    policy = policy_words(application, hand.book_of(application.case))
    exit_ = replacement.told(application.case, hand)
    told = [f"已登记政策倾斜：{policy}"] if policy else []
    return told + ([f"已关联退出机构：{exit_}"] if exit_ else [])


def warnings(application: Application, hand: Hand) -> list[str]:
    """Return why inpatient is in principle not accepted this year, and what answers it, if anything."""
    found = guard_of(application, hand)
    if found is None or not found.is_over:
        return []
    told = f"{found.year} 年原则上不予受理含住院的申请：{'；'.join(found.lines)}"
    return [told, *answers(application, hand)]


def save_year(office: Office, year: int, figures: dict[str, Any], *, version: int, hand: Hand) -> FundYear:
    """Return the figures of `year` as saved: target, spent, income (分), capacity_tenths, note.

    version: as the person saw it, 0 for a year that was not there. Raises NotAllowed unless a manager of the
    office asks, Conflict if a colleague was faster, Unmet without any figure.
    """
    if Role.MANAGER not in hand.roles or hand.actor.office_id != office.id:
        raise NotAllowed("基金运行数据由本单位负责人登记")
    if all(figures.get(name) is None for name in FIGURES if name != "note"):
        raise Unmet(["请至少填写一项基金数据"])
    if figures.get("target") == 0:
        raise Unmet(["总额控制指标须大于 0，没有下达的留空"])
    with write_tx():
        row = FundYear.get_or_none(FundYear.office == office, FundYear.year == year)
        if (row.version if row else 0) != version:
            raise Conflict(f"同事刚刚改动了 {year} 年的数据，本次未保存，已填内容都保留着；请核对后再保存")
        before = {name: getattr(row, name) for name in FIGURES} if row else {}
        row = row or FundYear(office=office, year=year, version=0)
        for name in FIGURES:
            setattr(row, name, figures.get(name) if name != "note" else figures.get(name) or "")
        row.version += 1
        row.save()
        after = {name: getattr(row, name) for name in FIGURES}
        if before != after:
            audit.record(
                "offices",
                "save_fund_year",
                hand=hand,
                article=article_of(hand.book_for(office, Matter.APPLICATION)),
                office=office.name,
                year=year,
                before=before,
                after=after,
            )
    return row
