"""Appointing the review group of a case."""

import pytest

from blueprints.review import group_operations, queries
from lifecycle import sheets
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Event, Role
from tests.builders import an_accepted, hand_of

pytestmark = pytest.mark.usefixtures("app")


def pen(name):
    return hand_of(Role.REVIEWER, name=name)


@pytest.mark.clause("LC-14a-1", "LC-14a-2")
def test_a_group_is_appointed_with_fields_and_the_review_begins_in_one_go():
    case = an_accepted()
    one, two = pen("孙立群").actor, pen("韩雪").actor
    fields = {one.id: "医疗保障", two.id: "信息技术"}

    case = group_operations.start_review(
        case, fields, seen="", third_party="明正评估事务所", hand=hand_of(Role.MANAGER)
    )

    assert case.state == "desk_review"
    assert [(m.user.name, m.field) for m in sheets.group(case)] == [
        ("孙立群", "医疗保障"),
        ("韩雪", "信息技术"),
    ]
    assert queries.third_party(case, 1) == "明正评估事务所"
    events = Event.select(Event.action).where(Event.case == case).order_by(Event.id.desc()).limit(2)
    assert [event.action for event in events] == ["start_desk_review", "assign_group"]


def test_nobody_at_all_is_no_group():
    with pytest.raises(Unmet):
        group_operations.set_group(an_accepted(), {}, seen="", hand=hand_of(Role.MANAGER))


def test_only_reviewers_of_the_own_office_can_be_appointed():
    clerk = hand_of(Role.CLERK).actor
    with pytest.raises(NotAllowed):
        group_operations.set_group(an_accepted(), {clerk.id: "医疗保障"}, seen="", hand=hand_of(Role.MANAGER))


def test_the_second_of_two_who_change_the_group_is_told():
    case, one, two = an_accepted(), pen("孙立群").actor, pen("韩雪").actor
    group_operations.set_group(case, {one.id: "医疗保障"}, seen="", hand=hand_of(Role.MANAGER))
    with pytest.raises(Conflict):
        group_operations.set_group(case, {two.id: "医疗保障"}, seen="", hand=hand_of(Role.MANAGER))
    assert [m.user.name for m in sheets.group(case)] == ["孙立群"]
