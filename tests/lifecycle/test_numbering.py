"""Numbers of documents and cases: gapless per office, kind and year, whatever rolls back."""

from datetime import date
from threading import Thread

import pytest

from lifecycle import corrections, numbering
from lifecycle.db import write_tx
from lifecycle.steps import take_step
from models import Case, Document, NumberSeries, db
from tests.builders import an_application, an_institution, an_office, hand_of, receive_all, step
from tests.lifecycle.stations import day


class _Given(Exception):
    pass


def test_a_number_has_the_brackets_of_official_papers_and_no_padding(app):
    office = an_office()
    with write_tx():
        assert numbering.document_number(office, "受", day(3, 2), hand_of("clerk")) == (
            1,
            "安医保受字\u30142026\u30151号",
        )


def test_each_office_kind_and_year_has_a_series_of_its_own(app):
    hand, other = hand_of("clerk"), an_office("邻县医疗保险事业中心", "邻医保")
    given = [
        (hand.actor.office, "受", day(12, 31)),
        (hand.actor.office, "受", day(12, 31)),
        (hand.actor.office, "补", day(12, 31)),
        (other, "受", day(12, 31)),
        (hand.actor.office, "受", date(2027, 1, 1)),
    ]
    with write_tx():
        numbers = [numbering.document_number(office, word, on, hand)[1] for office, word, on in given]
    assert numbers == [
        "安医保受字〔2026〕1号",
        "安医保受字〔2026〕2号",
        "安医保补字〔2026〕1号",
        "邻医保受字〔2026〕1号",
        "安医保受字〔2027〕1号",
    ]


def test_a_paper_typed_in_january_for_december_is_numbered_in_the_old_year(app):
    case = an_application(on=day(12, 28))
    receive_all(case, day(12, 28))
    hand = hand_of("clerk", today=date(2027, 1, 4))
    take_step(case, "accept", hand=hand, on=day(12, 31), reason="节前受理，补录")
    assert Document.get().number == "安医保受字〔2026〕1号"


def test_cases_are_numbered_by_office_and_year(app):
    other = an_office("邻县医疗保险事业中心", "邻医保")
    numbers = [an_application(on=on).number for on in (day(3, 2), day(3, 3), date(2027, 1, 4))]
    numbers.append(an_application(institution=an_institution(office=other), office=other).number)
    assert numbers == ["2026-0001", "2026-0002", "2027-0001", "2026-0001"]
    assert Case.select().count() == 4


def test_a_number_outside_a_transaction_is_a_fault_of_the_program(app):
    with pytest.raises(RuntimeError):
        numbering.next_number(an_office(), "受", 2026)


def test_eight_threads_that_roll_back_now_and_then_leave_no_gap(app):
    office, used = an_office(), []

    def draw(thread):
        with db.connection_context():
            for n in range(25):
                try:
                    with write_tx():
                        number = numbering.next_number(office, "受", 2026)
                        if (n + thread) % 3 == 0:
                            raise _Given
                    used.append(number)
                except _Given:
                    pass

    threads = [Thread(target=draw, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(used) == list(range(1, len(used) + 1))
    assert NumberSeries.get(NumberSeries.word == "受").last == len(used)


def test_a_voided_number_is_never_used_again(app):
    case = an_application()
    receive_all(case)
    for n in (1, 2, 3):
        case = step(case, "accept", "clerk", day(3, 2))
        assert Document.select().order_by(-Document.id).get().number == f"安医保受字〔2026〕{n}号"
        case = corrections.take_back(case, hand=hand_of("manager"), reason="错")
