"""What the agreement is told of the wish that is carried out, and what follows from each suspension."""

from datetime import date

import pytest

from models import Case, FollowUp, Suspension, Termination
from tests.builders import night
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_exits import agreed, asked, ends, imposed


@pytest.mark.clause("LC-31-13", "LC-32-16")
@pytest.mark.parametrize(("kind", "ground"), [("medical", "tm13"), ("pharmacy", "tp16")])
def test_consent_is_the_ground_of_a_termination_that_was_asked_for(app, kind, ground):
    agreed(asked(an_agreement(kind=kind), "terminate"))
    night(date(2026, 9, 1))
    row = Termination.get()
    assert (row.grounds, list(row.evidence)) == ([ground], [ground])


@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_a_suspension_that_was_asked_for_has_no_ground_of_termination(app, kind):
    agreed(asked(an_agreement(kind=kind), "suspend"))
    night(date(2026, 9, 1))
    assert (Suspension.get().kind, Suspension.get().grounds) == ("requested", [])


def texts(case):
    return [row.text for row in FollowUp.select().where(FollowUp.case == case).order_by(FollowUp.id)]


def test_what_follows_tells_which_suspension_it_follows_from(app):
    case = an_agreement()
    first = imposed(case, date(2026, 6, 1), date(2026, 6, 30))
    night(date(2026, 7, 1))
    second = imposed(Case.get_by_id(case.id), date(2026, 8, 3), date(2026, 8, 31), today=date(2026, 7, 20))
    night(date(2026, 8, 3))
    told = texts(case)
    assert len(told) == len(set(told)) == 4
    assert told[0].endswith(f"报备：2026年6月1日中止协议（{first.document.number}）")
    assert told[3] == (f"函告其他统筹地区经办机构同时办理：2026年8月3日中止开始（{second.document.number}）")


def test_what_follows_from_an_end_tells_its_day_and_its_notice(app):
    case = an_agreement()
    ends(case, effective_on=date(2026, 6, 15))
    number = Termination.get().document.number
    publication, city, region = texts(case)
    assert publication == f"向社会公布解除名单：{case.institution.name}（2026年6月15日解除协议）"
    assert city.endswith(f"报备：2026年6月15日解除协议（{number}）")
    assert region.endswith(f"：2026年6月15日解除协议（{number}）")
