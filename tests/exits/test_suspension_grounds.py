"""Every ground of article 29: offered in print, refused without its evidence, and a suspension with it."""

import pytest

from models import Role, Suspension
from tests.exits.grounds import FACT, decided, notice, offered, refused, state, url
from tests.exits.pages import signed
from tests.page import log_in


@pytest.mark.clause("LC-29-9")
@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
@pytest.mark.parametrize(
    ("key", "text", "asks"),
    [
        pytest.param(
            "s1",
            "（一）根据日常检查或绩效考核，发现对医保基金安全和参保人员权益可能造成重大风险的",
            "检查或考核的时间和结论",
            id="s1",
            marks=pytest.mark.clause("LC-29-G1"),
        ),
        pytest.param(
            "s2",
            "（二）未按规定向经办机构及医疗保障行政部门提供有关数据或提供数据不真实的",
            "应提供的数据和期限",
            id="s2",
            marks=pytest.mark.clause("LC-29-G2"),
        ),
        pytest.param(
            "s3",
            "（三）有关部门批准之日起超过30个工作日内未向所属经办机构提交变更申请的",
            "批准变更的部门和日期",
            id="s3",
            marks=pytest.mark.clause("LC-29-G3"),
        ),
        pytest.param(
            "s4",
            "（四）根据协议约定应当中止协议的",
            "协议条款号",
            id="s4",
            marks=pytest.mark.clause("LC-29-G4"),
        ),
        pytest.param(
            "s5",
            "（五）法律、法规、规章规定的应当中止协议的其他情形",
            "法律、法规、规章的条款",
            id="s5",
            marks=pytest.mark.clause("LC-29-G5"),
        ),
    ],
)
def test_a_ground_of_article_29_suspends_on_its_evidence_alone(client, at, kind, key, text, asks):
    at(2026, 7, 1)
    case, browser = signed(kind=kind), log_in(client, Role.MANAGER)
    no, _, words = text.partition("）")
    assert offered(browser, case, "suspension", key) == [f"{words}（第二十九条{no}））"]
    assert offered(browser, case, "termination", key) == []
    assert refused(browser, case, "suspension", key) == (asks, f"请填写“{asks}”")
    assert state(case) == "active"
    browser.post(url(case, "suspension"), data=decided(case, "suspension", key))
    assert (state(case), Suspension.get().grounds) == ("suspended_imposed", [key])
    printed_ground = f"1.{words}。依据：第二十九条{no}）。事实和证据：{FACT}"
    assert printed_ground in notice(case, "suspension_notice")
