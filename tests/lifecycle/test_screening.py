"""Every ground of refusal: what the register says, what a person records, what nobody may deny."""

from datetime import date
from typing import Any

import pytest

from lifecycle import bans, case_checks, fund, policy, screening
from lifecycle.cases import set_application
from lifecycle.errors import BadDay, Conflict, NotAllowed, Unmet
from models import (
    Application,
    Ban,
    Case,
    CaseCheck,
    CaseMaterial,
    Event,
    FormerValue,
    Institution,
    Kind,
    Role,
)
from tests.builders import (
    MONDAY,
    a_city,
    a_person,
    an_application,
    an_institution,
    an_office,
    clear_checks,
    hand_of,
    receive_all,
    step,
)

CLERK = Role.CLERK


def hand(today: date = MONDAY, **more: Any):
    return hand_of(CLERK, today=today, **more)


def row(case: Case, key: str, on: date = MONDAY):
    return next(item for item in case_checks.items(case, hand(on), on) if item.key == key)


def said(case: Case, key: str, on: date = MONDAY) -> tuple[str, bool, bool]:
    """The machine's finding, whether it is hard, whether it is a doubt."""
    machine = row(case, key, on).machine
    return machine.finding, machine.is_hard, machine.is_doubt


def mark(case: Case, key: str, finding: str, evidence: str = "", day: date | None = MONDAY, version: int = 0):
    list_ = row(case, key).list
    return case_checks.mark(
        case, list_, key, finding=finding, evidence=evidence, checked_on=day, version=version, hand=hand()
    )


def ban(rule: str, from_on: date, of: Case, **more: Any) -> Ban:
    manager = hand_of(Role.MANAGER)
    target = more if "person" in more else {"institution": of.institution, **more}
    book = manager.book_of(of)
    return bans.impose(
        rule, hand=manager, office=of.office, book=book, from_on=from_on, reason="查实", **target
    )


BANS = [
    pytest.param("g5", "fraud_ban", date(2023, 3, 2), marks=pytest.mark.clause("LC-10-5")),
    pytest.param("g6", "illegality_ban", date(2023, 3, 2), marks=pytest.mark.clause("LC-10-6")),
    pytest.param("g7", "breach_ban", date(2025, 3, 2), marks=pytest.mark.clause("LC-10-7")),
    pytest.param("reapply", "reapply_ban", date(2025, 3, 2)),
]


@pytest.mark.parametrize(("key", "rule", "from_on"), BANS)
def test_a_standing_ban_proves_its_ground_and_no_other(app, key, rule, from_on):
    case = an_application()
    ban(rule, from_on, case)
    proven = [i.key for i in case_checks.items(case, hand(), MONDAY) if i.machine.is_hard]
    assert (said(case, key), proven) == (("hit", True, False), [key])
    assert said(case, key, date(2026, 3, 3)) == ("clear", False, False)  # its last day was yesterday


@pytest.mark.clause("LC-10-6b", "LC-10-7b")
@pytest.mark.parametrize(("key", "rule"), [("g6", "illegality_ban"), ("g7", "breach_ban")])
def test_an_open_duty_proves_the_ground_beyond_its_years(app, key, rule):
    case = an_application()
    stays = ban(rule, date(2020, 1, 1), case, is_duty_open=True)
    assert said(case, key) == ("hit", True, False)
    assert "责任尚未履行完毕" in row(case, key).machine.lines[0]
    bans.perform_duty(stays, hand=hand_of(Role.MANAGER), reason="已缴清")
    assert said(case, key) == ("clear", False, False)


@pytest.mark.clause("LC-10-8")
@pytest.mark.parametrize("post", ["legal_representative", "principal", "controller"])
def test_a_person_who_caused_a_termination_elsewhere_is_found_by_id(app, post):
    culprit = a_person("陶云峰")
    elsewhere = an_application(name="安澜县旧康医院")
    case = an_application(**{post: culprit})
    ban("person_ban", date(2021, 3, 2), case, person=culprit, case=elsewhere)
    machine = row(case, "g8").machine
    assert said(case, "g8") == ("hit", True, False)
    assert [(link.name, link.institution_id) for link in machine.links] == [
        ("安澜县旧康医院", elsewhere.institution_id)
    ]
    assert said(case, "g8", date(2026, 3, 3)) == ("clear", False, False)


def test_the_same_code_under_another_licence_is_the_same_applicant(app):
    first = an_application()
    case = an_application(uscc=first.institution.uscc)
    ban("illegality_ban", date(2025, 1, 1), first)
    assert said(case, "g6") == ("hit", True, False)
    assert row(case, "g6").machine.links[0].institution_id == first.institution_id


@pytest.mark.parametrize(("key", "rule", "from_on"), [*BANS])
def test_a_proven_ground_cannot_be_clicked_away(app, key, rule, from_on):
    case = an_application()
    ban(rule, from_on, case)
    with pytest.raises(Unmet) as refusal:
        mark(case, key, "clear", "核对过，没有问题")
    assert "限制申请记录仍在期内" in refusal.value.sentences[0]
    assert CaseCheck.select().where(CaseCheck.key == key).count() == 0


def test_a_ban_imposed_after_the_tick_still_keeps_the_application_out(app):
    case = an_application()
    receive_all(case)
    clear_checks(case)
    ban("fraud_ban", MONDAY, case)
    with pytest.raises(Unmet) as refusal:
        step(case, "accept", CLERK, MONDAY)
    assert refusal.value.sentences == ("弄虚作假申请定点，不予受理（第十条（五）、第十四条），至 2029-03-02",)


SAME = {
    "name": {"name": "安澜县仁和诊所"},
    "address": {"address": "安澜县沙堤镇河东街 9 号"},
    "phone": {"phone": "13806351234"},
}


@pytest.mark.clause("LC-10-6")
@pytest.mark.parametrize("trait", [*SAME, "legal_representative", "controller", "principal"])
def test_a_look_alike_with_a_ban_is_a_doubt_that_names_it(app, trait):
    about = SAME.get(trait) or {trait: a_person("韩某")}
    old = an_application(**about)
    ban("illegality_ban", date(2025, 1, 1), old)
    case = an_application(**about)
    assert said(case, "g6") == ("", False, True)
    assert [link.institution_id for link in row(case, "g6").machine.links] == [old.institution_id]
    assert said(case, "g5") == ("clear", False, False)


@pytest.mark.parametrize("which", ["own", "other"])
def test_a_former_name_is_matched_both_ways(app, which):
    old, case = an_application(name="安澜县旧名诊所"), an_application(name="安澜县新名诊所")
    ban("illegality_ban", date(2025, 1, 1), old)
    changed, value = (case, "安澜县旧名诊所") if which == "own" else (old, "安澜县新名诊所")
    FormerValue.create(
        institution=changed.institution,
        field="name",
        value=value,
        until_on=date(2025, 6, 1),
        recorded_by=case.handler,
        recorded_at=date(2025, 6, 1),
    )
    assert said(case, "g6") == ("", False, True)


def test_a_look_alike_without_a_record_is_no_doubt(app):
    an_application(**SAME["phone"])
    assert said(an_application(**SAME["phone"]), "g6") == ("clear", False, False)


def test_a_look_alike_that_was_refused_is_listed_for_the_clerk(app):
    old = an_application(**SAME["phone"])
    step(old, "refuse", CLERK, MONDAY, data={"grounds": ["g2"]})
    case = an_application(**SAME["phone"])
    alike = screening.look_alikes(case.institution, MONDAY, hand())
    assert [(a.institution.id, a.why, [c.state for c in a.ends]) for a in alike] == [
        (old.institution_id, "地址、电话", ["refused"])
    ]


def test_an_institution_of_a_foreign_office_is_told_by_its_name_only(app):
    elsewhere = an_office("邻川县医疗保险事业中心", "邻医保", district="邻川县")
    old = an_application(office=elsewhere, name="邻川县旧康医院", **SAME["phone"])
    ban("illegality_ban", date(2025, 1, 1), old)
    link = row(an_application(**SAME["phone"]), "g6").machine.links[0]
    assert (link.name, link.institution_id) == ("邻川县旧康医院", None)


def test_the_city_sees_a_look_alike_of_its_counties(app):
    county = an_office(parent=a_city())
    old = an_application(office=county, **SAME["phone"])
    ban("illegality_ban", date(2025, 1, 1), old)
    case = an_application(office=a_city(), **SAME["phone"])
    found = screening.look_alikes(case.institution, MONDAY, hand(office=a_city()))
    assert found[0].link.institution_id == old.institution_id


def test_a_doubt_is_settled_by_a_person_with_evidence(app):
    old = an_application(**SAME["phone"])
    ban("illegality_ban", date(2025, 1, 1), old)
    case = an_application(**SAME["phone"])
    with pytest.raises(Unmet):
        mark(case, "g6", "clear")
    assert mark(case, "g6", "clear", "同一代办人的电话，两家无关联").is_settled


NON_BASIC = {"features": ["non_basic_service"]}


def declare(case: Case, types: list[str], features: list[str]) -> None:
    set_application(case, hand=hand(), types=types, features=features)


@pytest.mark.clause("LC-10-1a")
def test_the_main_scope_is_judged_by_a_person_once_non_basic_service_is_declared(app):
    case = an_application()
    assert said(case, "g1a") == ("clear", False, False)
    declare(case, ["outpatient_pooling"], ["non_basic_service"])
    assert said(case, "g1a") == ("", False, True)
    assert mark(case, "g1a", "hit", "执业许可证诊疗科目只有医疗美容科").finding == "hit"


@pytest.mark.clause("LC-10-1b")
def test_non_basic_service_with_outpatient_pooling_is_a_warning(app):
    case = an_application()
    declare(case, ["outpatient_pooling"], ["non_basic_service"])
    assert said(case, "g1b") == ("", False, True)
    assert "还没有收到书面承诺" in row(case, "g1b").machine.lines[0]
    CaseMaterial.update(state="received", received_on=MONDAY).where(
        CaseMaterial.case == case, CaseMaterial.key == "m12"
    ).execute()
    assert "已收到书面承诺" in row(case, "g1b").machine.lines[0]


@pytest.mark.clause("LC-10-1b")
def test_non_basic_service_without_outpatient_pooling_speaks_against_it(app):
    case = an_application()
    declare(case, ["personal_account"], ["non_basic_service"])
    assert said(case, "g1b") == ("hit", False, False)


@pytest.mark.clause("LC-10-1b")
def test_the_second_half_of_ground_one_is_not_asked_of_inpatient_types(app):
    assert [i.key for i in case_checks.items(an_application(types=("inpatient",)), hand())].count("g1b") == 0


@pytest.mark.clause("LC-10-2")
def test_prices_are_judged_by_a_person(app):
    case = an_application()
    assert row(case, "g2").machine.finding == ""
    assert mark(case, "g2", "hit", "抽查处方 12 张，超价 4 张").finding == "hit"


@pytest.mark.clause("LC-10-3", "LC-24-4")
def test_the_forecast_and_its_opinion_stand_beside_ground_three(app):
    case = an_application(types=("inpatient",))
    assert row(case, "g3").machine.lines == ("还没有登记基金使用预测和承受范围评估",)
    record_policy(case, forecast=123_456_789, forecast_opinion="在可承受范围内")
    assert row(case, "g3").machine.lines == ("预测年使用基金 123.456789 万元", "评估结论：在可承受范围内")
    assert [i.key for i in case_checks.items(an_application(), hand())].count("g3") == 0


def record_policy(case: Case, **values: Any) -> Application:
    application = Application.get(Application.case == case)
    given = {
        "policy": "",
        "policy_reason": "",
        "is_old_policy": False,
        "forecast": None,
        "forecast_opinion": "",
        **values,
    }
    return policy.set_policy(application, **given, version=application.version, hand=hand())


@pytest.mark.clause("LC-10-4", "LC-10-9")
@pytest.mark.parametrize("key", ["g4", "g9"])
@pytest.mark.parametrize("finding", ["clear", "hit"])
@pytest.mark.parametrize(("evidence", "day"), [("", MONDAY), ("信用中国", None)])
def test_an_inquiry_is_recorded_with_where_and_when(app, key, finding, evidence, day):
    case = an_application()
    with pytest.raises(Unmet):
        mark(case, key, finding, evidence, day)
    told = mark(case, key, finding, "信用中国，查询无记录", MONDAY)
    assert (told.finding, told.evidence, told.checked_on) == (finding, "信用中国，查询无记录", MONDAY)


def test_an_inquiry_of_tomorrow_is_refused(app):
    with pytest.raises(BadDay):
        mark(an_application(), "g9", "clear", "信用中国", date(2026, 3, 3))


@pytest.mark.clause("LC-10-10")
def test_another_statutory_ground_wants_its_legal_basis(app):
    case = an_application(Kind.PHARMACY)
    with pytest.raises(Unmet):
        mark(case, "g10", "hit")
    assert mark(case, "g10", "hit", "《医疗保障基金使用监督管理条例》第三十八条").finding == "hit"


@pytest.mark.clause("LC-10-0")
def test_the_first_three_grounds_are_asked_of_medical_institutions_only(app):
    def grounds(case):
        return {i.key for i in case_checks.items(case, hand()) if i.list == "screening"}

    both = {"g4", "g5", "g6", "g7", "g8", "g9", "g10", "reapply"}
    assert grounds(an_application(Kind.PHARMACY)) == both
    assert grounds(an_application()) == both | {"g1a", "g1b", "g2"}
    assert grounds(an_application(types=("inpatient",))) == both | {"g1a", "g2", "g3", "fund_limit"}


def test_every_hit_by_a_person_wants_evidence_and_its_day(app):
    case = an_application()
    for item in case_checks.items(case, hand()):
        for evidence, day in (("", MONDAY), ("材料第 3 页", None)):
            with pytest.raises(Unmet):
                mark(case, item.key, "hit", evidence, day)


def a_fund(**figures: Any) -> None:
    manager = hand_of(Role.MANAGER)
    last = {"target": 10_000_00, "spent": 11_000_00, **figures}
    fund.save_year(an_office(), 2025, last, version=0, hand=manager)


@pytest.mark.clause("LC-24-1")
@pytest.mark.parametrize(("spent", "finding"), [(11_000_00, "clear"), (11_000_01, "hit")])
def test_inpatient_applications_meet_the_guard_of_the_fund(app, spent, finding):
    a_fund(spent=spent)
    assert row(an_application(types=("inpatient",)), "fund_limit").machine.finding == finding


@pytest.mark.clause("LC-25-1", "LC-25-2", "LC-25-3")
@pytest.mark.parametrize("kind", ["regional_centre", "national_policy", "major_project"])
def test_each_inclined_policy_answers_the_guard_with_its_reason(app, kind):
    a_fund(spent=12_000_00)
    case = an_application(types=("inpatient",))
    with pytest.raises(Unmet):
        record_policy(case, policy=kind)
    book = hand().book_of(case)
    record_policy(case, policy=kind, policy_reason="聊政办〔2025〕3号")
    machine = row(case, "fund_limit").machine
    assert (machine.finding, machine.lines[-2]) == (
        "clear",
        f"已登记政策倾斜：{book.choice('policy', kind).label}（聊政办〔2025〕3号，第二十五条）",
    )
    told = Event.select().where(Event.action == "set_policy").get()
    assert told.change["changed"]["policy"] == ["", kind]


@pytest.mark.clause("LC-24-1")
def test_without_a_policy_the_guard_is_passed_by_a_written_reason_alone(app):
    a_fund(spent=12_000_00)
    case = an_application(types=("inpatient",))
    receive_all(case)
    clear_checks(case)
    assert not row(case, "fund_limit").is_settled
    with pytest.raises(Unmet):
        mark(case, "fund_limit", "clear")
    mark(case, "fund_limit", "clear", "领导小组会议纪要〔2026〕2号，县域内唯一传染病床位")
    assert step(case, "accept", CLERK, MONDAY).state == "accepted"


@pytest.mark.clause("LC-25-4")
def test_an_inclined_application_meets_all_conditions_like_any_other(app):
    plain = an_application(types=("inpatient",))
    before = [(i.list, i.key) for i in case_checks.items(plain, hand())]
    record_policy(plain, policy="major_project", policy_reason="市重大项目")
    assert [(i.list, i.key) for i in case_checks.items(plain, hand())] == before
    receive_all(plain)
    clear_checks(plain)
    CaseCheck.update(finding="hit", evidence="x", checked_on=MONDAY).where(CaseCheck.key == "m4a").execute()
    with pytest.raises(Unmet):
        step(plain, "accept", CLERK, MONDAY)


def test_every_ground_but_the_incomplete_one_is_screened(app):
    book = hand().book_of(an_application())
    assert [g.key for g in book.grounds if not g.is_screened] == ["incomplete"]


def test_a_colleagues_answer_is_not_overwritten(app):
    case = an_application()
    mark(case, "g2", "clear")
    with pytest.raises(Conflict):
        mark(case, "g2", "hit", "超价")
    assert mark(case, "g2", "hit", "超价", version=1).version == 2


def test_only_the_office_answers_and_only_before_acceptance(app):
    case = an_application()
    given = {"finding": "clear", "evidence": "", "checked_on": None, "version": 0}
    for other in (hand_of(Role.REVIEWER), hand(office=an_office("邻川县中心", "邻医保"))):
        with pytest.raises(NotAllowed):
            case_checks.mark(case, "screening", "g2", **given, hand=other)
    receive_all(case)
    clear_checks(case)
    step(case, "accept", CLERK, MONDAY)
    with pytest.raises(NotAllowed):
        case_checks.mark(case, "screening", "g2", **{**given, "finding": "hit"}, hand=hand())


def test_the_look_alike_search_asks_the_same_whatever_it_finds(app, statements):
    case = an_application(**SAME["phone"])

    def count():
        with statements() as seen:
            screening.look_alikes(Institution.get_by_id(case.institution_id), MONDAY, hand())
        return len(seen)

    ban("illegality_ban", date(2025, 1, 1), an_application(**SAME["phone"]))
    one = count()
    for _ in range(3):
        ban("illegality_ban", date(2025, 1, 1), an_application(**SAME["phone"]))
    an_institution()
    assert count() == one


@pytest.mark.clause("LC-10-9", "LC-10-10")
@pytest.mark.parametrize("key", ["g9", "g10"])
def test_a_refusal_for_a_ground_of_inquiry_wants_it_recorded_first(app, key):
    case = an_application()
    with pytest.raises(Unmet) as refusal:
        step(case, "refuse", CLERK, MONDAY, data={"grounds": [key]})
    assert "请先在受理前核查中标为“存在”，写明依据和日期" in refusal.value.sentences[0]
    mark(case, key, "hit", "中国执行信息公开网，执行案号〔2025〕鲁15执1号")
    assert step(case, "refuse", CLERK, MONDAY, data={"grounds": [key]}).state == "refused"
