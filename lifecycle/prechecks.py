"""What is looked at before an application is accepted: bans, jurisdiction, operation, own grounds.

None of it keeps a receipt from being registered: the law demands a written answer (第十二条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lifecycle import bans
from lifecycle.hand import Hand
from models import Institution, Kind, Level, Office
from rules.book import Book
from rules.calendar import FIRST
from rules.periods import day_text, describe, due_date, first_day_after

OPERATING = "operating_wait"
RECEIPT = "completeness_check"


@dataclass(frozen=True)
class Check:
    """One line at the window. sign: ok, warn, missing (against acceptance) or open (to be looked at)."""

    sign: str
    text: str
    sub: str = ""


def prechecks(
    institution: Institution,
    *,
    office: Office,
    types: Sequence[str],
    operating_since: date | None,
    on: date,
    hand: Hand,
) -> list[Check]:
    """Return what an application received on `on` is checked for. The institution may be unsaved."""
    book = hand.book_for(office, "application")
    return [
        *_bans(institution, on, book),
        _jurisdiction(institution, office),
        _operating(operating_since, on, book, hand),
        *_own_grounds(institution.kind, types, book),
    ]


def operating_warning(operating_since: date | None, on: date, book: Book, hand: Hand) -> str:
    """Return a warning if the wait of 第六条（一）、第七条（一） is not over on `on`, else nothing."""
    if operating_since is None:
        return ""
    rule = book.clocks[OPERATING]
    if operating_since > on:
        return "正式运营时间晚于收件日期，请核对"
    first = first_day_after(operating_since, rule, hand.calendar)
    if first is None or on >= first:
        return ""
    left = (first - on).days
    since = f"{first.year}年{day_text(first)}"
    return f"至收件日满 {describe(rule)}还差 {left} 日（{since}起满足{rule.article}）。可以登记，审查时提示。"


def receipt_hint(received_on: date | None, book: Book, hand: Hand) -> str:
    """Return until when a receipt of `received_on` must be answered, with what the count skips."""
    if received_on is None or received_on < FIRST:
        return ""
    rule = book.clocks[RECEIPT]
    due = due_date(received_on, rule, hand.calendar)
    length = next(line.text for line in due.lines if line.label == "期限")
    provisional = "，暂估" if due.is_provisional else ""
    return f"{rule.name} {length}，截至 {due.on.year}年{day_text(due.on)}{provisional}" if due.on else ""


def _bans(institution: Institution, on: date, book: Book) -> list[Check]:
    if not (institution.id or institution.uscc or institution.legal_representative_id):
        return [Check("open", f"限制申请记录{_ban_article(book)}", "填写信用代码、法定代表人身份证号后核查")]
    standing = bans.standing(institution, on)
    if not standing:
        return [Check("ok", f"无限制申请记录{_ban_article(book)}")]
    sub = "可以登记，受理时须出具不予受理通知书"
    return [Check("missing", bans.sentence(ban, book), sub) for ban in standing]


def _ban_article(book: Book) -> str:
    """Return the article under which bans stand in the way, （第十条）, or nothing."""
    article = next((ground.article for ground in book.grounds if ground.ban), "")
    return f"（{article.partition('（')[0]}）" if article else ""


def _jurisdiction(institution: Institution, office: Office) -> Check:
    if office.level == Level.CITY:
        return Check("open", "市属机构由市级经办", "请核对隶属关系，县（市、区）的转所在地办理")
    if not institution.address:
        return Check("open", f"须在{office.district or office.name}辖区内", "填写地址后核查")
    if office.district and office.district not in institution.address:
        return Check("warn", f"地址中没有“{office.district}”", "请核对是否由本机构经办")
    return Check("ok", "在本县辖区内")


def _operating(operating_since: date | None, on: date, book: Book, hand: Hand) -> Check:
    rule = book.clocks[OPERATING]
    if operating_since is None:
        return Check("open", f"正式运营满 {describe(rule)}（{rule.article}）", "填写正式运营时间后核查")
    warning = operating_warning(operating_since, on, book, hand)
    return Check("warn", warning) if warning else Check("ok", f"正式运营已满 {describe(rule)}")


def _own_grounds(kind: str, types: Sequence[str], book: Book) -> list[Check]:
    """Return the grounds of refusal that only some types meet: they are looked at by a person."""
    facts = {"kind": Kind(kind), "types": frozenset(types), "features": frozenset()}
    found = book.grounds_for("refusal", facts) if types else []
    return [
        Check("open", f"须核对（{ground.article}）：{ground.text}", ground.hint)
        for ground in found
        if ground.when
    ]
