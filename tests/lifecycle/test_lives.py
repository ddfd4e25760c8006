"""Random lives of an agreement over five years, day by day, against a naive reading of the law.

States, clocks, the days without settlement and what is proposed are compared every day.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from lifecycle import change_cases, changes, exits, idle, proposals, renewals, settlements, sweep, workdays
from models import Agreement, Case, Clock, Event, Institution, RectificationItem, Role, Suspension, db
from rules.book import load_books
from tests.builders import a_file, hand_of, step, system_hand
from tests.lifecycle.stations import TERM, an_agreement
from tests.lifecycle.test_agreement import with_terms
from tests.lifecycle.test_exits import asked, imposed

BOOK = load_books()["liaocheng-2023"]
NAME = next(row for row in BOOK.fields if row.key == "name")
SIGNED, LAST = date.fromisoformat(TERM["signed_on"]), date.fromisoformat(TERM["ends_on"])
END = date(2031, 5, 6)
IDLE, CAP, REPORT, CHECK = (
    BOOK.clocks[key].amount for key in ("inactivity", "suspension_cap", "change_request", "change_check")
)
REMINDERS = [IDLE - left for left in sorted(BOOK.clocks["inactivity"].warn_at, reverse=True)]
DAY, SPARE, DAYS_LEFT = timedelta(days=1), timedelta(days=20), 20
COUNTED = ("active", "extended")
SUSPENDED = ("suspended_imposed", "suspended_requested", "suspended_entity")
OVER = ("expired", "terminated", "lapsed_180")
# What the machine proposes, by the key of the ground.
TWICE, UNDONE, UNSETTLED, LATE = "tm01", "tm01b", "tm02", "s3"


class Naive:
    """What the law says, one day after the other; days are kept as sets, nothing is reckoned ahead."""

    def __init__(self):
        self.state, self.held, self.last, self.next = "active", "active", LAST, None
        self.is_renewal_open = False
        self.since, self.days, self.mark = SIGNED, set(), None
        self.suspended, self.until, self.plan = 0, None, None
        self.wish, self.is_resume_asked = None, False
        self.imposed, self.is_undone = 0, False
        self.changes = {}  # number → (approved on, asked on or None)
        self.told, self.reminders, self.marked = set(), [], 0

    @property
    def is_over(self):
        return self.state in OVER

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
        if self.state in COUNTED:
            self.days.add(today)
            self.remark(today)
        if self.mark and not self.is_proposed:
            self.mark = None

    def move(self, today):
        if self.state == "suspended_imposed" and today > self.until:
            self.state, self.is_undone = self.held, True  # nobody marked anything as done
        if today > self.last and self.state != "extended":
            self.term_over()
        if self.state == "suspended_requested" and self.suspended > CAP and not self.is_resume_asked:
            self.state = "lapsed_180"
        elif self.plan and self.plan[0] == today and self.state in COUNTED:
            self.until, self.plan = self.plan[1], None
            self.suspend("suspended_imposed")
        elif self.wish == today and self.state in COUNTED:
            self.suspended, self.wish = 0, None
            self.suspend("suspended_requested")

    def term_over(self):
        if self.state in SUSPENDED:
            self.state = "expired"
        elif self.next:
            self.follow()
        else:
            self.state = "extended" if self.is_renewal_open else "expired"

    def follow(self):
        """The next term: the count of suspensions begins anew, the days without settlement go on."""
        self.state, self.last, self.next = "active", self.next, None
        self.imposed, self.is_undone = 0, False

    def suspend(self, state):
        self.held, self.state = self.state, state
        self.imposed += state == "suspended_imposed"

    def remark(self, today):
        if self.is_proposed and not self.mark:
            self.mark, self.marked = today, self.marked + 1
        reached = [days for days in REMINDERS if days <= self.idle <= IDLE][-1:]
        if reached and (self.since, *reached) not in self.told:
            self.told.add((self.since, *reached))
            self.reminders += reached

    def proposed(self, today):
        """The grounds that the records speak for."""
        late = any((asked or today) > workday(approved, REPORT) for approved, asked in self.changes.values())
        found = {TWICE: self.imposed >= 2, UNDONE: self.is_undone, UNSETTLED: self.mark, LATE: late}
        return {ground for ground, speaks in found.items() if speaks}

    def clocks(self):
        """The open clocks of the agreement: rule → last day."""
        found = {} if self.state == "extended" else {"term": self.last}
        if self.plan:
            found["suspension_start"] = self.plan[0] - DAY
        if self.state == "suspended_imposed":
            found["suspension_end"] = self.until
        if self.state == "suspended_requested" and not self.is_resume_asked:
            found["suspension_cap"] = None  # reckoned in days gone, not ahead
        return found


def workday(after, count):
    """The `count`th workday after a day."""
    calendar, day = workdays.current(), after
    while count:
        day += DAY
        count -= calendar.is_workday(day)
    return day


class Life:
    """An agreement and its model, to which the same things happen."""

    def __init__(self, case):
        self.institution, self.model, self.requests = case.institution_id, Naive(), 0

    @property
    def case(self):
        """The agreement as it stands: the newest that has begun."""
        mine = (Case.institution == self.institution) & (Case.matter == "agreement")
        return Case.select().where(mine, Case.state != "new").order_by(Case.id.desc()).get()

    @property
    def row(self):
        return Agreement.get(Agreement.case == self.case.id)

    def act(self, action, today, amount):
        """Let `action` happen if it is lawful today; both hear of it."""
        model = self.model
        is_free = model.wish is None and model.plan is None
        if model.state in FROM[action] and (is_free or action in ANY_TIME):
            getattr(self, action)(today, amount)

    def kept(self, today):
        """What keeps a life going: suspensions do not outlast it, it is renewed in time."""
        model = self.model
        if model.state in SUSPENDED and (
            model.suspended == CAP - DAYS_LEFT or model.last - today == 2 * SPARE
        ):
            return [("resume", 0), ("lift", 0), ("evaluate", 1)]
        return [("cancel", 0), ("renew", 0)] if model.last - today == SPARE else []

    def settle(self, today, amount):
        on = max(today - timedelta(days=amount % 15), self.model.since)
        hand = hand_of(Role.AGREEMENT, today=today)
        settlements.record(self.row, settled_on=on, hand=hand, version=self.row.version)
        self.model.since = on
        if not self.model.is_proposed:
            self.model.mark = None

    def impose(self, today, amount):
        imposed(self.case, today, today + timedelta(days=amount))
        self.model.until = today + timedelta(days=amount)
        self.model.suspend("suspended_imposed")
        self.model.days.discard(today)

    def plan(self, today, amount):
        starts_on, ends_on = today + timedelta(days=amount + 1), today + timedelta(days=2 * amount + 1)
        model = self.model
        if model.next is None and (starts_on <= model.last or model.state == "extended"):
            imposed(self.case, starts_on, ends_on, today=today)
            model.plan = (starts_on, ends_on)

    def cancel(self, today, amount):  # noqa: ARG002
        if self.model.plan:
            self.step("cancel_suspension", Role.MANAGER, today, reason="整改到位")
            self.model.plan = None

    def lift(self, today, amount):  # noqa: ARG002
        hand = hand_of(Role.AGREEMENT, today=today)
        open_items = RectificationItem.state == "required", Suspension.over_on.is_null()
        for item in RectificationItem.select(RectificationItem).join(Suspension).where(*open_items):
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
        self.model.state = self.model.held
        self.model.days.add(today)

    def change(self, today, amount):
        """Another name, approved a while ago: applied for now, or noted and left to the institution."""
        self.requests += 1
        approved = max(today - timedelta(days=amount), SIGNED)
        items = [changes.item(Institution.get_by_id(self.institution), NAME, f"康宁医院{self.requests}")]
        said = {"items": items, "approved_on": approved, "asked_on": today if amount % 2 else None}
        clerk = hand_of(Role.CLERK, today=today)
        case = change_cases.report(self.case, said, hand=clerk, reason="补录")
        self.model.changes[case.id] = (approved, said["asked_on"])

    def decide(self, today, amount):
        """What was noted is applied for, what was applied for is refused."""
        for number, (approved, asked_on) in list(self.model.changes.items()):
            case = Case.get_by_id(number)
            if asked_on is None and amount % 2:
                change_cases.file(case, asked_on=today, hand=hand_of(Role.CLERK, today=today))
                self.model.changes[number] = (approved, today)
            elif asked_on:
                step(case, "refuse_change", Role.MANAGER, today, reason="材料不符")
                del self.model.changes[number]

    def sell(self, today, amount):  # noqa: ARG002
        """Another owner: the agreement is suspended, a new evaluation begins."""
        self.step("suspend_entity", Role.MANAGER, today, reason="整体转让")
        self.model.suspend("suspended_entity")
        self.model.days.discard(today)

    def evaluate(self, today, amount):
        """The new evaluation passes, or is still under way."""
        if amount % 2:
            opened = (Case.origin == self.case.id) & (Case.matter == "application")
            Case.update(state="qualified").where(opened, Case.closed_on.is_null()).execute()
            self.step("resume_entity", Role.MANAGER, today, reason="评估合格")
            self.resumed(today)

    def prepare(self, today, amount):  # noqa: ARG002
        """The renewal is under way: the term runs on beyond its last day."""
        said = {"is_renewal_open": True, "renewal_basis": "履约良好", "renewal_approved_by": "负责人"}
        if self.model.next is None and self.model.state == "active":
            Agreement.update(**said).where(Agreement.case == self.case.id).execute()
            self.model.is_renewal_open = True

    def renew(self, today, amount):  # noqa: ARG002
        """Sign the next term, which follows on the last day of this one; at once if that is past."""
        model = self.model
        if model.next:
            return
        a_file(self.case, "signed_text")
        starts_on = model.last + DAY
        ends_on = starts_on.replace(year=starts_on.year + 1) - DAY
        days = {"signed_on": today, "starts_on": starts_on, "ends_on": ends_on, "text_version": "2026 版"}
        renewals.renew(self.case, days, hand=hand_of(Role.AGREEMENT, today=today))
        model.next, model.is_renewal_open = ends_on, False
        if model.state == "extended":
            model.follow()

    def terminate(self, today, amount):
        if amount % 4 == 0:
            ends_on(self.case, today)
            self.model.state = "terminated"

    def step(self, action, role, today, **given):
        step(self.case, action, role, today, **given)

    def compare(self, hand):
        model, case = self.model, self.case
        assert (case.state, case.closed_on is not None) == (model.state, model.is_over), hand.today
        if model.is_over:
            mine = (Case.institution == self.institution) & Case.closed_on.is_null()
            assert not Case.select().where(mine, Case.matter != "application").exists(), hand.today
            return
        row = self.row
        assert (idle.count_of(row, hand).days, row.idle_since) == (model.idle, model.mark), hand.today
        found = {*proposals.proposals(case, hand), *proposals.proposals(case, hand, "suspension")}
        assert found == model.proposed(hand.today), hand.today
        self.compare_clocks(case, hand.today)

    def compare_clocks(self, case, today):
        rows = Clock.select(Clock.rule, Clock.due_on).where(Clock.case == case.id, Clock.ended_on.is_null())
        found = {rule: due for rule, due in rows.tuples() if rule not in ("system_connection", "commitment")}
        wanted = self.model.clocks()
        if "suspension_cap" in wanted:  # the days gone and the days left make the cap
            wanted["suspension_cap"] = today + timedelta(days=CAP - self.model.suspended)
        assert found == wanted, today
        for number, (approved, asked_on) in self.model.changes.items():
            rule, due = (
                ("change_check", workday(asked_on, CHECK))
                if asked_on
                else ("change_request", workday(approved, REPORT))
            )
            assert Clock.get(Clock.case == number, Clock.ended_on.is_null()).due_on == due, (rule, today)


def ends_on(case, today):
    data = {
        "grounds": ["tm04"], "evidence": {"tm04": "决定书"}, "decided_by": "领导小组会议",
        "effective_on": today, "ban_class": "none", "ban_reason": "",
    }  # fmt: skip
    exits.terminate(case, data, hand=hand_of(Role.MANAGER, today=today))


ANY_TIME = (
    "settle",
    "cancel",
    "change",
    "decide",
    "prepare",
)  # also while something is planned or wished for
FROM = {
    "settle": (*COUNTED, *SUSPENDED),
    "impose": COUNTED,
    "plan": COUNTED,
    "cancel": COUNTED,
    "lift": ("suspended_imposed",),
    "ask": COUNTED,
    "resume": ("suspended_requested",),
    "change": (*COUNTED, *SUSPENDED),
    "decide": (*COUNTED, *SUSPENDED),
    "sell": COUNTED,
    "evaluate": ("suspended_entity",),
    "prepare": COUNTED,
    "renew": COUNTED,
    "terminate": (*COUNTED, *SUSPENDED),
}
HAPPENING = st.tuples(st.integers(1, 60), st.sampled_from(sorted(FROM)), st.integers(0, 60))
LIFE = st.lists(HAPPENING, min_size=40, max_size=70)
LONG = [(150, "impose", 20), (40, "settle", 3), (100, "ask", 5)]  # reminded of, suspended, then proposed
CAPPED = [(5, "ask", 10), (100, "resume", 1), (1, "settle", 0)]  # refused, then lapsed on day 181
FIVE_YEARS = [
    (20, "change", 4), (40, "decide", 1), (60, "plan", 9), (30, "settle", 0), (20, "decide", 1),  # year 1
    (30, "impose", 10), (60, "prepare", 0), (130, "renew", 0),  # twice suspended, run on, then renewed
    (150, "settle", 0), (20, "sell", 0), (40, "evaluate", 1), (60, "renew", 0),  # year 2
    (20, "impose", 50),  # to the last day of the term, which it does not outlast
    (20, "change", 8), (170, "settle", 0), (60, "ask", 20), (60, "resume", 0), (90, "renew", 0),  # year 3
    (190, "settle", 2), (30, "plan", 40), (5, "cancel", 0), (60, "renew", 0),  # year 4
    (60, "impose", 30), (3, "lift", 0), (200, "settle", 0), (40, "decide", 2),  # year 5
]  # fmt: skip


@pytest.mark.clause("LC-29-1", "LC-29-2", "LC-29-3", "LC-29-6", "LC-29-7", "LC-29-9", "LC-31-01", "LC-31-02")
@pytest.mark.clause("LC-19-3b", "LC-19-4", "LC-19-5", "LC-23-3", "LC-29-G3")
@settings(
    max_examples=1,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(LIFE, st.just(True))
@example(LONG, False)
@example(CAPPED, False)
@example(FIVE_YEARS, False)
def test_random_lives_of_five_years_go_as_a_naive_reading_of_the_law_says(agreement, happenings, is_kept):
    with db.atomic() as tx:
        life, today, due = Life(agreement), SIGNED, schedule(happenings)
        system = system_hand(today)
        while today < END and not life.model.is_over:
            today += DAY
            sweep.run(replace(system, today=today))
            life.model.dawn(today)
            for action, amount in due.get(today, life.kept(today) if is_kept else ()):
                life.act(action, today, amount)
            life.compare(replace(system, today=today))
        assert told("remind_unsettled") == life.model.reminders
        assert len(told("propose_termination")) == life.model.marked
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
