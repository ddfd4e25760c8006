"""The marks of an application: inclined policy, old rules, the forecast of what it will cost the fund.

A mark only documents and may answer the guard of 第二十四条; all conditions still apply (第二十五条).
"""

from datetime import date

from lifecycle import audit, fund
from lifecycle.case_checks import demand_open
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, Unmet
from lifecycle.hand import Hand
from models import Application, Institution, Kind
from rules.book import Book, joined
from rules.periods import describe, first_day_after


def set_policy(  # noqa: PLR0913 - what 第二十四条、第二十五条、第三十七条 ask
    application: Application,
    *,
    policy: str,
    policy_reason: str,
    is_old_policy: bool,
    forecast: int | None,
    forecast_opinion: str,
    version: int,
    hand: Hand,
) -> Application:
    """Record the marks of an application: inclined policy with its reason, old rules, forecast with opinion.

    All conditions still apply (第二十五条). Raises Unmet for a policy without a
    reason, NotAllowed for another office or after acceptance, Conflict for a stale version.
    """
    if bool(policy) != bool(policy_reason):
        raise Unmet(["选了政策倾斜的请写明依据" if policy else "写了倾斜依据，请选择政策倾斜的情形"])
    with write_tx():
        row = locked(Application, application.id)
        demand_open(row.case, hand)
        if row.version != version:
            raise Conflict("同事刚刚改动了这份申请，本次未保存，已填内容都保留着；请核对后再保存")
        values = {
            "policy": policy,
            "policy_reason": policy_reason,
            "is_old_policy": is_old_policy,
            "forecast": forecast,
            "forecast_opinion": forecast_opinion,
        }
        before = {name: getattr(row, name) for name in values}
        if before != values:
            Application.update(**values, version=Application.version + 1).where(
                Application.id == row.id
            ).execute()
            changed = {name: [before[name], values[name]] for name in values if before[name] != values[name]}
            audit.record(
                audit.of_case(row.case),
                "set_policy",
                hand=hand,
                case=row.case,
                article=article_of(hand.book_of(row.case)),
                reason=policy_reason,
                changed=changed,
            )
    return Application.get_by_id(application.id)


def article_of(book: Book) -> str:
    """Return where `book` speaks of the fund, of inclined policies and of old rules, as far as it does."""
    marks = (*book.choices_of("policy"), *book.transitions)
    return joined((fund.article_of(book), *(row.article for row in marks)))


def old_policy_hint(
    institution: Institution, operating_since: date | None, on: date, book: Book, hand: Hand
) -> str:
    """Return what 第三十七条 says for `institution` on the day of application; a person decides (C-53)."""
    if institution.kind != Kind.MEDICAL:
        return ""
    for rule in book.transitions:
        wait, until = book.clocks[rule.clock], rule.until.isoformat()
        if institution.approved_on is None:
            return f"没有登记行政审批部门批准日期；{until} 及以前批准的才可能适用（{rule.article}）"
        approved = f"{institution.approved_on.isoformat()} 批准"
        if institution.approved_on > rule.until:
            return f"{approved}，晚于 {until}，不适用（{rule.article}）"
        first = first_day_after(operating_since, wait, hand.calendar) if operating_since else None
        months = f"正式运营{'已满' if first and on >= first else '未满'} {describe(wait)}"
        return f"{approved}，不晚于 {until}，{months}（{rule.article}）"
    return ""
