"""Random lives of an agreement, day by day, against a naive model of its states and of the idle proposal."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from lifecycle import exits, idle, settlements, sweep
from models import Agreement, Case, Event, RectificationItem, Role, Suspension, db
from rules.book import load_books
from tests.builders import hand_of, step, system_hand
from tests.lifecycle.stations import TERM, an_agreement
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import asked, imposed

BOOK = load_books()["liaocheng-2023"]
SIGNED, LAST = date.fromisoformat(TERM["signed_on"]), date.fromisoformat(TERM["ends_on"])
IDLE, CAP = (BOOK.clocks[key].amount for key in ("inactivity", "suspension_cap"))
REMINDERS = [IDLE - left for left in sorted(BOOK.clocks["inactivity"].warn_at, reverse=True)]
DAY = timedelta(days=1)


class Naive:
    """What the law says, one day after the other: a state, and the set of days that counted as unsettled."""

    def __init__(self):
        self.state, self.since, self.days, self.mark = "active", SIGNED, set(), None
        self.suspended = 0  # days gone since the first of a requested suspension
        self.until, self.wish = None, None  # last day of an imposed one; day of an agreed wish for one
        self.is_resume_asked = False
        self.told, self.reminders, self.proposals = set(), [], 0

    @property
    def is_over(self):
        return self.state in ("expired", "terminated", "lapsed_180")

    @property
    def idle(self):
        return len([day for day in self.days if day > self.since])

    @property
    def is_proposed(self):
        return self.idle > IDLE and self.wish is None

    def dawn(self, today):
        """First what begins and ends by itself, then what the night says of the days without settlement."""
        self.suspended += self.state == "suspended_requested"
        self.move(today)
        if self.is_over:
            return
        if self.state == "active":
            self.days.add(today)
            self.remark(today)
        if self.mark and not self.is_proposed:
            self.mark = None

    def move(self, today):
        if today > LAST:
            self.state = "expired"
        elif self.state == "suspended_requested" and self.suspended > CAP and not self.is_resume_asked:
            self.state = "lapsed_180"
        elif self.state == "suspended_imposed" and today > self.until:
            self.state = "active"
        elif self.wish == today:
            self.state, self.suspended, self.wish = "suspended_requested", 0, None

    def remark(self, today):
        if self.is_proposed and not self.mark:
            self.mark, self.proposals = today, self.proposals + 1
        reached = [days for days in REMINDERS if days <= self.idle <= IDLE][-1:]
        if reached and (self.since, *reached) not in self.told:
            self.told.add((self.since, *reached))
            self.reminders += reached


class Life:
    """An agreement and its model, to which the same things happen."""

    def __init__(self, case):
        self.id, self.model, self.request = case.id, Naive(), None

    @property
    def case(self):
        return Case.get_by_id(self.id)

    @property
    def row(self):
        return Agreement.get(Agreement.case == self.id)

    def act(self, action, today, amount):
        """Let `action` happen if it is lawful today; both hear of it."""
        if self.model.state in FROM[action] and (self.model.wish is None or action == "settle"):
            getattr(self, action)(today, amount)

    def settle(self, today, amount):
        on = max(today - timedelta(days=amount % 15), self.model.since)
        hand = hand_of(Role.AGREEMENT, today=today)
        settlements.record(self.row, settled_on=on, hand=hand, version=self.row.version)
        self.model.since = on
        if not self.model.is_proposed:
            self.model.mark = None

    def impose(self, today, amount):
        imposed(self.case, today, today + timedelta(days=amount))
        self.model.state, self.model.until = "suspended_imposed", today + timedelta(days=amount)
        self.model.days.discard(today)

    def lift(self, today, amount):  # noqa: ARG002
        hand = hand_of(Role.AGREEMENT, today=today)
        for item in RectificationItem.select().where(RectificationItem.state == "required"):
            exits.mark_item(item, state="done", on=today, note="已核", hand=hand, version=item.version)
        self.step("resume_early", Role.MANAGER, today, reason="整改到位")
        self.resumed(today)

    def ask(self, today, amount):
        self.model.wish = today + timedelta(days=amount + 1)
        exits.approve(
            asked(self.case, "suspend", asked_on=today, from_on=self.model.wish),
            hand=hand_of(Role.MANAGER, today=today),
        )

    def resume(self, today, amount):
        """Ask to resume; then agreed to, refused, or left open."""
        if not self.model.is_resume_asked:
            self.step("request_resumption", Role.CLERK, today)
            self.model.is_resume_asked = True
        if amount % 3 == 0:
            self.step("grant_resumption", Role.MANAGER, today)
            self.model.is_resume_asked = False
            self.resumed(today)
        elif amount % 3 == 1:
            data = {"starts_on": Suspension.get(Suspension.over_on.is_null()).starts_on.isoformat()}
            self.step("refuse_resumption", Role.MANAGER, today, reason="未到位", data=data)
            self.model.is_resume_asked = False

    def resumed(self, today):
        self.model.state = "active"
        self.model.days.add(today)

    def terminate(self, today, amount):
        if amount % 4 == 0:
            ends_on(self.case, today)
            self.model.state = "terminated"

    def step(self, action, role, today, **given):
        step(self.case, action, role, today, **given)

    def compare(self, hand):
        row, case = self.row, self.case
        assert (case.state, case.closed_on is not None) == (self.model.state, self.model.is_over), hand.today
        if not self.model.is_over:
            days = idle.count_of(row, hand).days
            assert (days, row.idle_since) == (self.model.idle, self.model.mark), hand.today


def ends_on(case, today):
    data = {
        "grounds": ["tm04"], "evidence": {"tm04": "决定书"}, "decided_by": "领导小组会议",
        "effective_on": today, "ban_class": "none", "ban_reason": "",
    }  # fmt: skip
    exits.terminate(case, data, hand=hand_of(Role.MANAGER, today=today))


SUSPENDED = ("suspended_imposed", "suspended_requested")
FROM = {
    "settle": ("active", *SUSPENDED),
    "impose": ("active",),
    "lift": ("suspended_imposed",),
    "ask": ("active",),
    "resume": ("suspended_requested",),
    "terminate": ("active", *SUSPENDED),
}
HAPPENING = st.tuples(st.integers(1, 75), st.sampled_from(sorted(FROM)), st.integers(0, 60))
LONG = [(150, "impose", 20), (40, "settle", 3), (100, "ask", 5)]  # reminded of, suspended, then proposed
CAPPED = [(5, "ask", 10), (100, "resume", 1), (1, "settle", 0)]  # refused, then lapsed on day 181


@pytest.mark.clause("LC-29-6", "LC-29-7", "LC-29-9", "LC-31-02")
@settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(HAPPENING, min_size=4, max_size=14))
@example(LONG)
@example(CAPPED)
def test_random_lives_go_as_a_naive_reading_of_the_law_says(agreement, happenings):
    with db.atomic() as tx:
        life, today, due = Life(agreement), SIGNED, schedule(happenings)
        system = system_hand(today)
        while today <= LAST + DAY and not life.model.is_over:
            today += DAY
            sweep.run(replace(system, today=today))
            life.model.dawn(today)
            for action, amount in due.get(today, ()):
                life.act(action, today, amount)
            life.compare(replace(system, today=today))
        assert told("remind_unsettled") == life.model.reminders
        assert len(told("propose_termination")) == life.model.proposals
        tx.rollback()


def schedule(happenings):
    """The happenings by their day."""
    found, today = {}, SIGNED
    for gap, action, amount in happenings:
        today += timedelta(days=gap)
        found.setdefault(today, []).append((action, amount))
    return found


def told(action):
    rows = Event.select().where(Event.action == action).order_by(Event.id)
    return [event.change.get("mark") for event in rows]


@pytest.fixture
def agreement(app):  # noqa: ARG001
    case = an_agreement()
    with_terms(case)
    return case
