"""The review group of a case: appointed, changed, bound by the pledge (第十四条)."""

from collections.abc import Mapping

from blueprints.review import board, queries
from blueprints.review.operations import member_of, record, void_signatures
from lifecycle import moment, sheets
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from lifecycle.steps import take_step
from models import Case, CaseState, GroupMember, SheetSignature, User

# While the case stands here its group may be appointed and changed.
GROUP_STATES = (CaseState.ACCEPTED, CaseState.DESK_REVIEW, CaseState.ON_SITE)


def group_stamp(case: Case) -> str:
    """Return the present group in one line: who sees another one than this is told so."""
    return ",".join(f"{member.user_id}:{member.field}:{member.team or 0}" for member in sheets.group(case))


def set_group(
    case: Case,
    fields: Mapping[int, str],
    *,
    seen: str,
    hand: Hand,
    teams: Mapping[int, int] | None = None,
) -> None:
    """Make the group of the present round exactly `fields`: user id to field of expertise (第十四条).

    Who leaves keeps the row with the moment of leaving; his signature under the open sheet is voided.
    seen: the group as the page showed it. teams: who inspects in which team. Raises NotAllowed in another
    state or for a stranger, Unmet for nobody at all, Conflict when a colleague changed the group meanwhile.
    """
    with write_tx():
        case = locked(Case, case.id)
        _demand_group(case, fields, seen, hand)
        present = {member.user_id: member for member in sheets.group(case)}
        before = _named(
            {m.user_id: m.field for m in present.values()}, {i: m.team for i, m in present.items()}
        )
        teams = teams or {}
        for user_id, member in present.items():
            _keep_or_leave(case, member, fields.get(user_id), teams.get(user_id), hand)
        for user_id in fields.keys() - present.keys():
            row = {"user": user_id, "field": fields[user_id], "team": teams.get(user_id)}
            GroupMember.create(case=case, round=case.round, **row)
        after = _named(fields, teams)
        if before != after:
            told = {"group": [before, after], "title": "、".join(after), "round": case.round}
            record(case, "assign_group", hand, article=board.start_article(case, hand), **told)


def start_review(
    case: Case,
    fields: Mapping[int, str],
    *,
    seen: str,
    third_party: str,
    hand: Hand,
    teams: Mapping[int, int] | None = None,
) -> Case:
    """Appoint the group and take the step that begins the desk review, together or not at all.

    Raises what set_group and take_step raise.
    """
    with write_tx():
        set_group(case, fields, seen=seen, hand=hand, teams=teams)
        data = {"third_party": third_party} if third_party else {}
        return take_step(case, "start_desk_review", hand=hand, data=data)


def _demand_group(case: Case, fields: Mapping[int, str], seen: str, hand: Hand) -> None:
    if case.state not in GROUP_STATES:
        label = hand.book_of(case).states[case.state].label
        raise NotAllowed(f"办件现为“{label}”，评估小组不再变动")
    if case.office_id != hand.actor.office_id:
        raise NotAllowed("只能指派本单位办件的评估小组")
    if not fields:
        raise Unmet(["评估小组至少要有一名成员，请为参加的人选择专业方面"])
    if fields.keys() - {person.id for person in queries.reviewers(case)}:
        raise NotAllowed("只能指派本单位的评审员")
    if seen != group_stamp(case):
        raise Conflict("同事刚刚改动了评估小组，本次没有保存，您的选择都保留着；请核对后再保存")


def _keep_or_leave(case: Case, member: GroupMember, field: str | None, team: int | None, hand: Hand) -> None:
    if field:
        GroupMember.update(field=field, team=team).where(GroupMember.id == member.id).execute()
        return
    GroupMember.update(left_at=moment.now()).where(GroupMember.id == member.id).execute()
    stage = next((key for key, state in board.STATE_OF.items() if state == case.state), "")
    sheet = sheets.sheet_of(case, stage)
    if sheet:
        void_signatures(case, sheet, "已退出评估小组", hand, SheetSignature.user == member.user_id)


def _named(fields: Mapping[int, str], teams: Mapping[int, int | None]) -> list[str]:
    names = dict(User.select(User.id, User.name).where(User.id.in_(list(fields))).tuples())
    told = []
    for user_id, field in fields.items():
        team = f"第 {teams[user_id]} 组" if teams.get(user_id) else ""
        more = "，".join(part for part in (field, team) if part)
        told.append(f"{names[user_id]}（{more}）" if more else names[user_id])
    return sorted(told)


def pledge(case: Case, *, hand: Hand) -> None:
    """Record that this member confirmed discipline and confidentiality; once is enough (第十四条).

    Raises NotAllowed for somebody who is not in the group.
    """
    with write_tx():
        member = member_of(case, hand)
        if member.pledged_at:
            return
        GroupMember.update(pledged_at=moment.now()).where(GroupMember.id == member.id).execute()
        record(case, "pledge", hand, article=board.start_article(case, hand), round=case.round)
