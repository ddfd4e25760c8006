"""Many at once: exactly one wins each step, the others are told, and nothing is half done."""

from collections import Counter
from threading import Barrier, Thread

from lifecycle import checks
from lifecycle.errors import Conflict, NotAllowed
from lifecycle.steps import take_step
from models import Case, Clock, Document, Event, StepTaken, db
from tests.builders import a_draft, an_application, hand_of, receive_all, system_hand
from tests.lifecycle.stations import day

CLERKS, ROUNDS = 50, 20


def at_once(count, work):
    """Run `work(n)` in `count` threads that begin together, each on its own connection; what each returned or
    was refused with."""
    barrier, told = Barrier(count), [None] * count

    def run(n):
        with db.connection_context():
            barrier.wait()
            try:
                told[n] = work(n)
            except (Conflict, NotAllowed) as refusal:
                told[n] = type(refusal).__name__

    threads = [Thread(target=run, args=(n,)) for n in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return told


def test_of_fifty_clerks_one_accepts_in_every_round(app):
    hand = hand_of("clerk", today=day(3, 2))
    for _ in range(ROUNDS):
        case = an_application()
        receive_all(case)
        told = at_once(
            CLERKS, lambda n, case=case: take_step(case, "accept", hand=hand, version=case.version).state
        )
        assert Counter(told) == {"accepted": 1, "Conflict": CLERKS - 1}
        assert Document.select().where(Document.case == case).count() == 1
        assert Event.select().where(Event.case == case, Event.action == "accept").count() == 1
        assert StepTaken.select().where(StepTaken.case == case, StepTaken.action == "accept").count() == 1
        assert Clock.select().where(Clock.case == case, Clock.rule == "evaluation").count() == 1
    assert [d.seq for d in Document.select().order_by(Document.seq)] == list(range(1, ROUNDS + 1))
    assert list(checks.problems(system_hand(day(3, 2)))) == []


def test_two_different_steps_at_once_end_in_one_of_them(app):
    hand = hand_of("clerk", today=day(3, 2))
    outcomes = Counter()
    for _ in range(10):
        case = an_application()
        receive_all(case)

        def work(n, case=case):
            if n % 2:
                return take_step(case, "accept", hand=hand, version=case.version).state
            return take_step(case, "withdraw", hand=hand, reason="撤回", version=case.version).state

        won = [outcome for outcome in at_once(8, work) if outcome != "Conflict"]
        assert won == [Case.get_by_id(case.id).state]
        outcomes[won[0]] += 1
    assert sum(outcomes.values()) == 10


def test_twenty_cases_filed_at_once_each_get_their_own_trail(app):
    cases, hand = [a_draft() for _ in range(20)], hand_of("clerk", today=day(3, 2))
    told = at_once(20, lambda n: take_step(cases[n], "file", hand=hand).state)
    assert told == ["filed"] * 20
    assert list(checks.problems(system_hand(day(3, 2)))) == []
