"""What the night says of agreements without settlement: reminders, the proposal to terminate, its end (B-13).

A fixed number of statements for all agreements, and one event for each that changes. Never a step of a case.
"""

from peewee import Expression

from lifecycle import audit, idle
from lifecycle.hand import Hand
from lifecycle.idle import Idle
from models import Agreement, Case, Event

PROPOSE, DROP, REMIND = "propose_termination", "drop_proposal", "remind_unsettled"


def tonight(hand: Hand) -> list[str]:
    """Mark, drop and remind as of today; return a line for each agreement of which something new is said."""
    rows = idle.standing(hand, idle.warned(hand.books, hand.today))
    return [*_propose(rows, hand), *_withdraw(hand), *_remind(rows, hand)]


def _propose(rows: list[Idle], hand: Hand) -> list[str]:
    """Mark what is proposed for termination from today."""
    fresh = [row for row in rows if row.is_proposed and row.idle_since is None]
    if fresh:
        marked = Agreement.id.in_([row.agreement_id for row in fresh])
        Agreement.update(idle_since=hand.today).where(marked).execute()
        _tell(fresh, PROPOSE, hand)
    return [_line(row, "长期未结算，建议解除协议") for row in fresh]


def _withdraw(hand: Hand) -> list[str]:
    dropped = drop(hand)
    _tell(dropped, DROP, hand)
    return [_line(row, "结算恢复或已扣除中止期间，撤下解除建议") for row in dropped]


def drop(hand: Hand, *where: Expression) -> list[Idle]:
    """Take the mark off the agreements that are no longer proposed for termination and return them."""
    marked = idle.agreements(hand, Agreement.idle_since.is_null(False), *where)
    found = [row for row in marked if not row.is_proposed]
    if found:
        gone = Agreement.id.in_([row.agreement_id for row in found])
        Agreement.update(idle_since=None).where(gone).execute()
    return found


def _remind(rows: list[Idle], hand: Hand) -> list[str]:
    """Record every reminder that is due for the first time since the last settlement."""
    near = [row for row in rows if row.count.is_near]
    told = _reminded(near)
    due = [row for row in near if (row.institution_id, row.count.since.isoformat(), _mark(row)) not in told]
    _tell(due, REMIND, hand)
    return [_line(row, f"已 {row.count.days} 日未发生医保费用结算") for row in due]


def _reminded(rows: list[Idle]) -> set[tuple[int, str, int]]:
    """Return what their institutions were reminded of, in this term of the agreement or an earlier one."""
    if not rows:
        return set()
    events = (
        Event.select(Case.institution, Event.change)
        .join(Case)
        .where(Event.action == REMIND, Case.institution.in_([row.institution_id for row in rows]))
    )
    return {(institution, change["since"], change["mark"]) for institution, change in events.tuples()}


def _mark(row: Idle) -> int:
    """Return the reminder reached last: 150, then 170."""
    limit = row.count.limit
    return limit.amount - min(row.count.warned) if limit else 0


def _tell(rows: list[Idle], action: str, hand: Hand) -> None:
    if not rows:
        return
    told = []
    for row in rows:
        change = {"since": row.count.since, "days": row.count.days}
        if action == REMIND:
            change["mark"] = _mark(row)
        article = row.count.limit.article if row.count.limit else ""
        told.append(audit.Told(f"case:{row.case_id}", action, change, row.case_id, article))
    audit.record_many(told, hand=hand)


def _line(row: Idle, text: str) -> str:
    return f"{row.office_code} {row.case_number} {row.name}：{text}"
