"""The guard of 第二十四条: which year, bound and figures; the marks of 第二十五条 and 第三十七条."""

from datetime import date
from typing import Any

import pytest

from lifecycle import fund, policy
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Application, Event, FundYear, Institution, Kind, Role
from tests.builders import MONDAY, a_city, an_application, an_office, hand_of

TARGET = 1_000_000_00  # 分


def save(year: int = 2025, version: int = 0, office: Any = None, **figures: Any) -> FundYear:
    office = office or an_office()
    return fund.save_year(office, year, figures, version=version, hand=hand_of(Role.MANAGER, office=office))


def guard(year: int = 2026, office: Any = None) -> fund.Guard:
    me = hand_of(Role.CLERK)
    return fund.guard(office or an_office(), year, me.book_for(an_office(), "application"))


@pytest.mark.clause("LC-24-1")
@pytest.mark.parametrize(
    ("spent", "is_over"),
    [(TARGET * 110 // 100, False), (TARGET * 110 // 100 + 1, True), (TARGET // 2, False)],
)
def test_more_than_ten_percent_over_last_years_target_closes_the_year(app, spent, is_over):
    save(target=TARGET, spent=spent)
    assert guard().is_over is is_over


def test_the_sum_is_shown(app):
    save(target=TARGET, spent=TARGET * 115 // 100)
    assert guard().lines == (
        "2025 年总额控制指标 100 万元，实际支出 115 万元，超出 15.00%，超过 10%",
        "没有登记医保基金可支撑能力",
    )


def test_only_the_year_before_is_compared(app):
    save(2024, target=TARGET, spent=TARGET * 2)
    save(2026, target=TARGET, spent=TARGET * 2)
    assert guard() == fund.Guard(
        2026,
        is_over=False,
        is_known=False,
        lines=("没有登记 2025 年总额控制指标和实际支出", "没有登记医保基金可支撑能力"),
        article="第二十四条",
    )


@pytest.mark.clause("LC-24-2")
@pytest.mark.parametrize(("tenths", "is_over"), [(59, True), (60, True), (61, False)])
def test_six_months_of_capacity_or_fewer_close_the_year(app, tenths, is_over):
    save(2026, capacity_tenths=tenths)
    assert guard().is_over is is_over


def test_the_newest_capacity_counts(app):
    save(2025, capacity_tenths=50)
    assert guard().is_over
    save(2026, capacity_tenths=80)
    assert not guard().is_over


@pytest.mark.clause("LC-24-3")
def test_each_region_has_its_own_figures_and_else_the_citys(app):
    county, other = an_office(parent=a_city()), an_office("邻川县中心", "邻医保", parent=a_city())
    save(office=a_city(), target=TARGET, spent=TARGET * 2)
    assert guard(office=county).is_over
    save(office=county, target=TARGET, spent=TARGET)
    assert (guard(office=county).is_over, guard(office=other).is_over) == (False, True)


@pytest.mark.clause("LC-24-3")
def test_a_manager_enters_a_year_and_the_event_tells_what_changed(app):
    save(target=TARGET, spent=1, capacity_tenths=73, note="决算数")
    row = save(version=1, target=TARGET, spent=2, income=3)
    assert (row.spent, row.income, row.capacity_tenths, row.version) == (2, 3, None, 2)
    event = Event.select().where(Event.action == "save_fund_year").order_by(Event.id.desc()).get()
    assert (event.change["before"]["spent"], event.change["after"]["spent"]) == (1, 2)
    assert event.article == "第二十四条"


def test_a_stale_year_is_refused(app):
    save(target=TARGET)
    with pytest.raises(Conflict):
        save(target=1)


def test_a_year_without_a_figure_is_refused(app):
    with pytest.raises(Unmet):
        save(note="待补")


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGREEMENT, Role.LEADER])
def test_only_a_manager_enters_figures(app, role):
    with pytest.raises(NotAllowed):
        fund.save_year(an_office(), 2025, {"target": 1}, version=0, hand=hand_of(role))


def test_the_guard_does_not_ask_of_those_without_inpatient(app):
    save(target=TARGET, spent=TARGET * 2)
    me = hand_of(Role.CLERK)
    plain, inpatient = an_application(), an_application(types=("inpatient",))
    assert fund.guard_of(Application.get(Application.case == plain), me) is None
    assert fund.guard_of(Application.get(Application.case == inpatient), me).is_over


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0"), (100, "0.0001"), (1_000_000, "1"), (123_456_789_000, "123,456.789")]
)
def test_amounts_are_told_in_ten_thousands(fen, text):
    assert fund.in_wan(fen) == text


OLD = [
    (date(2022, 12, 31), "2022-12-31 批准，不晚于 2022-12-31，正式运营已满 3 个月（第三十七条）"),
    (date(2023, 1, 1), "2023-01-01 批准，晚于 2022-12-31，不适用（第三十七条）"),
    (None, "没有登记行政审批部门批准日期；2022-12-31 及以前批准的才可能适用（第三十七条）"),
]


@pytest.mark.clause("LC-37-1")
@pytest.mark.parametrize(("approved_on", "sentence"), OLD)
def test_the_transition_is_told_and_left_to_a_person(app, approved_on, sentence):
    case = an_application(approved_on=approved_on)
    assert hint(case) == sentence


def hint(case: Any, on: date = MONDAY) -> str:
    me, row = hand_of(Role.CLERK), Institution.get_by_id(case.institution_id)
    return policy.old_policy_hint(row, row.operating_since, on, me.book_of(case), me)


@pytest.mark.clause("LC-37-1")
def test_three_months_of_operation_belong_to_the_transition(app):
    case = an_application(approved_on=date(2022, 12, 31), operating_since=date(2022, 12, 2))
    assert "未满 3 个月" in hint(case, date(2023, 3, 2))
    assert "已满 3 个月" in hint(case, date(2023, 3, 3))
    assert hint(an_application(Kind.PHARMACY, approved_on=date(2022, 1, 1))) == ""


@pytest.mark.clause("LC-37-1")
def test_the_mark_of_the_old_rules_is_kept_with_its_event(app):
    case = an_application()
    application = Application.get(Application.case == case)
    given = {"policy": "", "policy_reason": "", "forecast": None, "forecast_opinion": ""}
    saved = policy.set_policy(
        application, **given, is_old_policy=True, version=application.version, hand=hand_of(Role.CLERK)
    )
    assert saved.is_old_policy
    event = Event.get(Event.action == "set_policy")
    assert event.change["changed"] == {"is_old_policy": [False, True]}
    assert event.article == "第二十四条、第二十五条、第三十七条"
    with pytest.raises(Conflict):
        policy.set_policy(
            application, **given, is_old_policy=False, version=application.version, hand=hand_of(Role.CLERK)
        )
