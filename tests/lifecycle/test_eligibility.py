"""What the machine says about each condition of 第六条 and 第七条, at its boundary, and how it says so."""

from datetime import date, timedelta

import pytest

from lifecycle import eligibility
from lifecycle.eligibility import Answer, Applicant, Post
from rules.book import BOOKS, load_book
from rules.calendar import WorkCalendar

BOOK = load_book(BOOKS / "liaocheng-2023")
TODAY = date(2026, 3, 2)
ROWS = {row.key: row for row in BOOK.conditions}


CALENDAR = WorkCalendar({}, set())  # months and years need none


def said(key, **about):
    """What the machine says about the condition `key` of an applicant with these facts."""
    who = Applicant(on=TODAY, applied_on=about.pop("applied_on", TODAY), **about)
    return eligibility.answer(ROWS[key], who, BOOK, CALENDAR)


def staff(*posts):
    return tuple(Post(name, category, **more) for name, category, more in posts)


def pharmacists(**numbers):
    """So many people of each category, registered here."""
    return tuple(Post(f"{key}{n}", key) for key, count in numbers.items() for n in range(count))


@pytest.mark.clause("LC-06-1", "LC-07-1")
@pytest.mark.parametrize("key", ["m1", "p1"])
@pytest.mark.parametrize(
    ("since", "finding", "line"),
    [
        (date(2025, 12, 1), "clear", "3 个月至 2026年3月1日届满，申请之日 2026年3月2日已满"),
        (date(2025, 12, 2), "hit", "3 个月至 2026年3月2日届满，至申请之日 2026年3月2日还差 1 日"),
        (date(2025, 11, 30), "clear", "3 个月至 2026年2月28日届满，申请之日 2026年3月2日已满"),
    ],
)
def test_three_months_of_operation_are_over_the_day_after_their_last(key, since, finding, line):
    answer = said(key, operating_since=since)
    assert answer.finding == finding
    assert answer.lines == (f"{since.year}年{since.month}月{since.day}日正式运营，{line}",)


def test_operation_counts_to_the_day_of_application_not_to_the_day_of_the_check():
    since, applied = date(2025, 12, 1), date(2026, 2, 27)
    assert said("m1", operating_since=since, applied_on=applied).finding == "hit"


def test_without_a_day_of_operation_the_machine_does_not_know():
    assert said("m1") == Answer("", ("没有填写正式运营时间",))


@pytest.mark.clause("LC-06-2")
@pytest.mark.parametrize(("registered", "finding"), [(True, "clear"), (False, "hit")])
def test_one_physician_must_be_registered_here_first(registered, finding):
    posts = staff(("周敏", "physician", {"is_registered_here": registered}))
    assert said("m2", staff=posts).finding == finding


def test_the_gap_is_told_in_people():
    posts = staff(("周敏", "nurse", {}))
    assert said("m2", staff=posts).lines == ("登记在册的第一注册地在本机构的医师 0 名，至少 1 名，缺 1 名",)


def test_an_empty_roster_says_nothing_against_anybody():
    for key in ("m2", "m3b", "m6", "p2a", "p2b", "p2c", "p3a", "p3b", "p7"):
        assert said(key) == eligibility.NO_ROSTER


@pytest.mark.clause("LC-06-3a")
def test_the_principal_is_named_and_a_person_judges():
    answer = said("m3a", principal="陶云峰")
    assert answer == Answer("", ("登记的主要负责人：陶云峰，是否负责医保工作由受理人员核对",))
    assert "补登" in said("m3a").lines[0]


@pytest.mark.clause("LC-06-3b")
def test_a_part_time_insurance_manager_is_enough_for_a_clinic():
    manager = {"is_insurance_manager": True, "is_full_time": False}
    assert said("m3b", staff=staff(("韩雪", "clerk", manager))).finding == "clear"
    assert said("m3b", staff=staff(("韩雪", "clerk", {}))).finding == "hit"


@pytest.mark.clause("LC-06-3c")
@pytest.mark.parametrize(("beds", "finding"), [(99, "not_applicable"), (100, "clear"), (None, "")])
def test_a_department_with_full_time_staff_is_asked_from_100_beds_on(beds, finding):
    manager = {"is_insurance_manager": True, "department": "医保科"}
    answer = said("m3c", beds=beds, staff=staff(("韩雪", "clerk", manager)))
    assert answer.finding == finding


@pytest.mark.clause("LC-06-3c")
def test_with_100_beds_a_part_time_manager_is_not_enough():
    part = {"is_insurance_manager": True, "department": "医保科", "is_full_time": False}
    assert said("m3c", beds=100, staff=staff(("韩雪", "clerk", part))).finding == "hit"


def test_a_full_time_manager_without_a_department_is_left_to_a_person():
    answer = said("m3c", beds=120, staff=staff(("韩雪", "clerk", {"is_insurance_manager": True})))
    assert answer.finding == ""
    assert answer.lines == (
        "床位 120 张，100 张以上",
        "专职医保管理人员：韩雪，没有登记所在的内部医保管理部门",
    )


@pytest.mark.clause("LC-06-6", "LC-07-7")
@pytest.mark.parametrize("key", ["m6", "p7"])
@pytest.mark.parametrize(("since", "finding"), [(date(2025, 12, 1), "clear"), (date(2025, 12, 2), "hit")])
def test_three_months_of_contributions(key, since, finding):
    posts = staff(
        ("周敏", "physician", {"insured_since": since}),
        ("韩雪", "nurse", {"insured_since": date(2024, 1, 1)}),
    )
    assert said(key, staff=posts).finding == finding


@pytest.mark.clause("LC-06-6", "LC-07-7")
@pytest.mark.parametrize(("key", "finding"), [("m6", "clear"), ("p7", "hit")])
def test_contributions_are_measured_at_review_or_at_application(key, finding):
    posts = staff(("周敏", "physician", {"insured_since": date(2025, 12, 1)}))
    assert said(key, staff=posts, applied_on=date(2026, 2, 27)).finding == finding


def test_whose_contributions_nobody_entered_is_unknown():
    posts = staff(("周敏", "physician", {"insured_since": date(2025, 1, 1)}), ("韩雪", "nurse", {}))
    answer = said("p7", staff=posts)
    assert (answer.finding, answer.lines[-1]) == ("", "1 人没有登记参保起始日期")


@pytest.mark.clause("LC-07-2a")
@pytest.mark.parametrize("category", ["licensed_pharmacist", "licensed_tcm_pharmacist", "pharmacist"])
@pytest.mark.parametrize(("registered", "finding"), [(True, "clear"), (False, "hit")])
def test_one_pharmacist_must_be_registered_at_the_pharmacy(category, registered, finding):
    posts = staff(("邵静", category, {"is_registered_here": registered}))
    assert said("p2a", staff=posts).finding == finding


CONTRACTS = [
    (date(2025, 6, 1), date(2026, 5, 31), "clear"),  # exactly a year
    (date(2025, 6, 1), date(2026, 5, 30), "hit"),
    (date(2025, 3, 3), date(2026, 3, 2), "clear"),  # its last day is today
    (date(2025, 3, 1), date(2026, 3, 1), "hit"),  # ended yesterday
    (date(2026, 3, 2), date(2027, 3, 1), "clear"),  # begins today
    (date(2026, 3, 3), date(2027, 3, 2), "hit"),
    (date(2024, 2, 29), None, "clear"),  # without fixed term
    (None, None, ""),
]


@pytest.mark.clause("LC-07-2b")
@pytest.mark.parametrize(("begin", "end", "finding"), CONTRACTS)
def test_the_pharmacists_contract_runs_a_year_and_is_in_force(begin, end, finding):
    posts = staff(("邵静", "licensed_pharmacist", {"contract_from": begin, "contract_until": end}))
    assert said("p2b", staff=posts).finding == finding


def test_a_short_contract_is_told_with_its_days():
    term = {"contract_from": date(2025, 6, 1), "contract_until": date(2026, 5, 30)}
    answer = said("p2b", staff=staff(("邵静", "licensed_pharmacist", term)))
    assert answer.lines == (
        "登记在册的注册地在本店的药师 1 名，劳动合同符合的 0 名，至少 1 名",
        "邵静：劳动合同 2025年6月1日至 2026年5月30日，不足 1 年",
    )


def managers(*ends):
    about = {"is_insurance_manager": True, "contract_from": date(2025, 6, 1)}
    return staff(*((f"管{n}", "clerk", {**about, "contract_until": end}) for n, end in enumerate(ends)))


YEAR_END, SHORT = date(2026, 5, 31), date(2026, 5, 30)


@pytest.mark.clause("LC-07-3a")
@pytest.mark.parametrize(("ends", "finding"), [((SHORT,), "hit"), ((SHORT, SHORT), "clear")])
def test_a_pharmacy_needs_two_insurance_managers(ends, finding):
    assert said("p3a", staff=managers(*ends)).finding == finding


@pytest.mark.clause("LC-07-3b")
@pytest.mark.parametrize(
    ("ends", "finding"),
    [((YEAR_END, YEAR_END), "clear"), ((YEAR_END, SHORT), "hit"), ((YEAR_END, SHORT, YEAR_END), "clear")],
)
def test_both_managers_contracts_run_a_year(ends, finding):
    assert said("p3b", staff=managers(*ends)).finding == finding


TCM, NEGOTIATED = frozenset({"tcm_pieces"}), frozenset({"negotiated_drug"})
SUMS = [
    (TCM, {"licensed_pharmacist": 1}, "hit"),
    (TCM, {"licensed_pharmacist": 1, "licensed_tcm_pharmacist": 1}, "clear"),
    (TCM, {"licensed_pharmacist": 1, "pharmacist": 1}, "clear"),
    (TCM, {"licensed_tcm_pharmacist": 1}, "hit"),  # 还应配备: somebody besides
    (TCM, {"licensed_tcm_pharmacist": 2}, "clear"),
    (NEGOTIATED, {"licensed_pharmacist": 1, "pharmacist": 3}, "hit"),
    (NEGOTIATED, {"licensed_pharmacist": 2}, "clear"),
    (NEGOTIATED | TCM, {"licensed_pharmacist": 2}, "hit"),
    (NEGOTIATED | TCM, {"licensed_pharmacist": 1, "licensed_tcm_pharmacist": 1}, "hit"),  # 2 + 1 = 3 people
    (NEGOTIATED | TCM, {"licensed_pharmacist": 1, "licensed_tcm_pharmacist": 2}, "clear"),
    (NEGOTIATED | TCM, {"licensed_pharmacist": 2, "pharmacist": 1}, "clear"),
]


@pytest.mark.clause("LC-07-2a")
@pytest.mark.parametrize(("features", "people", "finding"), SUMS)
def test_the_minimums_of_the_drug_scopes_add_up(features, people, finding):
    assert said("p2c", features=features, staff=pharmacists(**people)).finding == finding


def test_the_sum_is_shown():
    answer = said("p2c", features=TCM, staff=pharmacists(licensed_pharmacist=1))
    assert answer.lines == (
        "登记在册药师 1 名，至少须有药师 1 名",
        "登记在册执业中药师或药师 0 名，经营中药饮片须另有执业中药师或药师 1 名，缺 1 名",
    )


def test_those_registered_elsewhere_do_not_count_for_a_scope():
    posts = pharmacists(licensed_pharmacist=2) + (Post("外", "pharmacist", is_registered_here=False),)
    assert said("p2c", features=TCM, staff=posts).finding == "hit"


BY_PERSON = ("m4a", "m4b", "m4c", "m4d", "m5a", "m5b", "p0", "p4", "p5a", "p5b", "p5c", "p5d", "p5e", "p6")


@pytest.mark.clause("LC-06-4", "LC-06-5a", "LC-06-5b", "LC-07-4", "LC-07-5", "LC-07-6")
@pytest.mark.parametrize("key", BY_PERSON)
def test_what_only_a_person_can_see_the_machine_leaves_alone(key):
    assert said(key, staff=pharmacists(pharmacist=3), beds=200) == Answer()
    assert ROWS[key].evidence


def test_every_condition_of_the_book_is_proved_here():
    asked = {"m1", "m2", "m3a", "m3b", "m3c", "m6", "p1", "p2a", "p2b", "p2c", "p3a", "p3b", "p7"}
    assert {row.key for row in BOOK.conditions} == asked | set(BY_PERSON)


def test_the_scope_row_is_asked_only_of_those_who_sell_such_drugs():
    def keys(*features):
        facts = {"kind": "pharmacy", "types": frozenset(), "features": frozenset(features)}
        return {row.key for row in BOOK.conditions_for(facts)}

    assert keys("tcm_pieces") - keys() == keys("negotiated_drug") - keys() == {"p2c"}


def test_tomorrow_is_another_day():
    term = {"contract_from": date(2025, 3, 3), "contract_until": TODAY}
    posts = staff(("邵静", "licensed_pharmacist", term))
    who = Applicant(on=TODAY + timedelta(days=1), applied_on=TODAY, staff=posts)
    assert eligibility.answer(ROWS["p2b"], who, BOOK, CALENDAR).finding == "hit"
