"""The pages of 退一进一: the year's balance, the estimate, the link of an application; who may what."""

from datetime import date

import pytest

from lifecycle import capacity, replacement
from models import Application, CapacityEstimate, Case, Replacement, Role
from tests.builders import a_city, an_application, an_office
from tests.lifecycle.test_replacement import TODAY, an_entry, an_exit, close_the_year, link, manager
from tests.page import log_in

ESTIMATE = {"estimated_on": "2026-07-01", "amount": "123.45", "basis": "基金收支预算", "version": "0"}


@pytest.fixture(autouse=True)
def july(app, at):  # noqa: ARG001
    at(2026, 7, 2)
    an_office(parent=a_city())


@pytest.fixture
def boss(client):
    return log_in(client, Role.MANAGER, name="马主任")


def page_of(case: Case) -> str:
    return f"/replacements/cases/{case.id}"


def estimate(amount: int = 100) -> CapacityEstimate:
    values = {"estimated_on": TODAY, "amount": amount, "basis": "预算"}
    return capacity.save_estimate(an_office(), 2026, values, hand=manager())


@pytest.mark.clause("LC-27-1")
def test_the_page_shows_the_exits_and_entries_of_the_year_and_their_links(boss):
    out, free, entry = an_exit(), an_exit(), an_entry()
    close_the_year()
    page = boss.get("/replacements/")
    assert "退出2 家，其中含住院 2 家" in page.one(id="balance-figures").text
    assert "1 件待关联" in page.one(id="balance-figures").text
    assert "待关联" in page.one(id="entries").text
    link(entry, out)
    page = boss.get("/replacements/?year=2026")
    rows = [row.text for row in page.one(id="exits").all("tr")]
    assert [free.institution.name in rows[1], entry.institution.name in rows[2]] == [True, True]
    assert "解除协议" in rows[1]
    assert out.institution.name in page.one(id="entries").text
    assert "2025 年没有协议终止" in boss.get("/replacements/?year=2025").one(id="exits").text


def test_a_chosen_year_swaps_the_balance_alone(boss):
    assert boss.swap("get", "/replacements/?year=2025").roots[0].attrs["id"] == "balance"
    boss.get("/replacements/?year=1", status=404)
    boss.get("/replacements/?year=x", status=404)


def test_empty_lists_say_what_comes_here(client):
    page = log_in(client, Role.CLERK).get("/replacements/")
    assert "2026 年没有含住院的申请" in page.one(id="entries").text
    assert "2026 年没有协议终止" in page.one(id="exits").text
    assert "由经办机构负责人登记" in page.one(id="estimates").text


@pytest.mark.clause("LC-27-1")
def test_a_manager_links_an_exit_without_javascript_and_both_pages_show_it(boss):
    out, entry = an_exit(), an_entry()
    answer = boss.post(page_of(entry) + "/link", data={"exit": out.id, "note": "同镇"})
    assert answer.location == page_of(entry)
    row = Replacement.get()
    assert (row.entry_id, row.exit_id, row.note) == (entry.id, out.id, "同镇")
    assert out.institution.name in boss.get(f"/cases/{entry.id}").one(id="replacement").text
    told = boss.get(f"/agreements/{out.id}").one(id="replacement").text
    assert entry.institution.name in told
    assert "2026-07-02 马主任关联，同镇" in told
    assert "登记退一进一关联" in boss.get(f"/agreements/{out.id}").one(id="timeline").text


def test_a_link_and_its_end_swap_the_panel(boss):
    out, entry = an_exit(), an_entry()
    page = boss.swap("post", page_of(entry) + "/link", data={"exit": out.id, "note": ""})
    assert "已关联退出机构。" in page.one(id="link").text
    given = {"exit": out.id, "version": "1", "reason": "选错"}
    page = boss.swap("post", page_of(entry) + "/unlink", data=given)
    assert "已取消关联" in page.one(id="link").text
    assert page.one("input", id=f"exit-{out.id}")


@pytest.mark.clause("LC-27-1")
def test_an_exit_that_a_colleague_took_is_refused_with_the_typing_kept(boss):
    out, first, entry = an_exit(), an_entry(), an_entry()
    link(first, out)
    an_exit()
    given = {"exit": out.id, "note": "同镇卫生院停业"}
    page = boss.post(page_of(entry) + "/link", status=409, data=given)
    assert first.number in page.one(id="refusal").text
    assert page.one(id="note").attrs["value"] == "同镇卫生院停业"
    assert first.number in boss.swap("post", page_of(entry) + "/link", status=409, data=given).text


@pytest.mark.parametrize("chosen", ["", "0", "x", "999999999999999999999"])
def test_without_a_choice_nothing_is_linked_and_the_note_stays(boss, chosen):
    an_exit()
    entry = an_entry()
    page = boss.post(page_of(entry) + "/link", status=422, data={"exit": chosen, "note": "说明"})
    assert "请选择一家已退出的机构" in page.one(id="exit-error").text
    assert page.one(id="note").attrs["value"] == "说明"


def test_a_stale_or_wordless_end_of_a_link_is_refused(boss):
    out, entry = an_exit(), an_entry()
    link(entry, out)
    url, given = page_of(entry) + "/unlink", {"exit": out.id, "version": "1", "reason": "选错"}
    page = boss.post(url, status=409, data={**given, "version": "9"})
    assert page.one(id="reason").attrs["value"] == "选错"
    assert "请写明取消关联的原因" in boss.post(url, status=422, data={**given, "reason": " "}).text
    boss.post(url, data=given)
    assert Replacement.select().count() == 0


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGREEMENT, Role.LEADER])
def test_staff_look_and_only_a_manager_links(client, role):
    out, entry = an_exit(), an_entry()
    staff = log_in(client, role)
    page = staff.get(page_of(entry))
    assert out.institution.name in page.text
    assert page.all("input", name="exit") == []
    staff.post(page_of(entry) + "/link", status=403, data={"exit": out.id})
    assert "登记测算" not in staff.get("/replacements/").text


@pytest.mark.clause("LC-27-1")
def test_the_checks_lead_to_the_link_and_tell_it(boss):
    out, entry = an_exit(), an_entry()
    close_the_year()
    guard = boss.get(f"/cases/{entry.id}/checks").one(id="fund-guard")
    assert guard.one("a").attrs["href"] == page_of(entry)
    assert "flash-refused" in guard.attrs["class"]
    link(entry, out)
    guard = boss.get(f"/cases/{entry.id}/checks").one(id="fund-guard")
    assert (
        f"已关联退出机构：{out.institution.name}（{out.number}，2026-07-01 已解除，第二十七条）" in guard.text
    )
    assert "flash-warn" in guard.attrs["class"]


def test_another_countys_year_case_and_exit_are_not_there(boss):
    other = an_office("邻川县中心", "邻医保", parent=a_city())
    boss.get(f"/replacements/?office={other.id}", status=404)
    boss.get(page_of(an_entry(office=other)), status=404)
    entry = an_entry()
    out = an_exit()
    Case.update(office=other).where(Case.id == out.id).execute()
    boss.post(page_of(entry) + "/link", status=422, data={"exit": out.id})


def test_a_city_looks_at_its_countys_year_and_changes_nothing_of_it(client):
    out, entry = an_exit(), an_entry()
    city = log_in(client, Role.MANAGER, office=a_city())
    page = city.get(f"/replacements/?office={an_office().id}")
    assert out.institution.name in page.one(id="exits").text
    assert "登记测算" not in page.text
    city.post(page_of(entry) + "/link", status=403, data={"exit": out.id, "note": ""})
    assert Replacement.select().count() == 0


@pytest.mark.clause("LC-27-2")
def test_a_manager_estimates_and_the_page_tells_day_author_and_use(boss):
    boss.post("/replacements/2026/estimates/new", data=ESTIMATE)
    row = CapacityEstimate.get()
    assert (row.amount, row.estimated_on, row.basis) == (123_450_000, date(2026, 7, 1), "基金收支预算")
    entry = an_entry()
    Application.update(forecast=20_000_000).where(Application.case == entry).execute()
    link(entry, an_exit())
    panel = boss.get("/replacements/").one(id="estimates")
    assert panel.all("tr")[1].text == "2026-07-01123.45基金收支预算马主任修改"
    assert "可承受123.45 万元" in panel.one(id="use").text
    assert "20 万元，1 件" in panel.one(id="use").text
    assert "余103.45 万元" in panel.one(id="use").text
    page = boss.get(f"/replacements/estimates/{row.id}")
    assert page.one(id="amount").attrs["value"] == "123.45"


@pytest.mark.clause("LC-27-2")
@pytest.mark.parametrize(
    ("field", "wrong", "sentence"),
    [
        ("amount", "很多", "请填写数字"),
        ("amount", "", "请填写可承受金额"),
        ("basis", "", "请写明测算依据"),
        ("estimated_on", "2026-02-30", "认不出"),
        ("estimated_on", "2026-07-03", "不能晚于今天"),
    ],
)
def test_a_wrong_estimate_is_refused_with_the_typing_kept(boss, field, wrong, sentence):
    page = boss.post("/replacements/2026/estimates/new", status=422, data={**ESTIMATE, field: wrong})
    assert sentence in page.text
    kept = {**ESTIMATE, field: wrong}
    assert page.one(id="basis").text == kept["basis"]
    assert [page.one(id=name).attrs["value"] for name in ("amount", "estimated_on")] == [
        kept["amount"],
        kept["estimated_on"],
    ]
    assert CapacityEstimate.select().count() == 0


def test_an_estimate_that_a_colleague_changed_is_not_overwritten(boss):
    row = estimate()
    url = f"/replacements/estimates/{row.id}"
    page = boss.post(url, status=409, data={**ESTIMATE, "version": "9"})
    assert page.one(id="amount").attrs["value"] == "123.45"
    boss.post(url, data={**ESTIMATE, "version": "1"})
    assert CapacityEstimate.get_by_id(row.id).amount == 123_450_000


def test_an_estimate_of_another_office_is_not_there(client):
    row = estimate()
    city = log_in(client, Role.MANAGER, office=a_city())
    city.get(f"/replacements/estimates/{row.id}", status=404)


def test_a_region_without_article_27_shows_nothing_of_it(client):
    office = an_office("湛江市中心", "湛医保", region="zhanjiang", district="市直")
    case = an_application(office=office, on=TODAY)
    other = log_in(client, Role.MANAGER, office=office)
    for url in ("/replacements/", page_of(case), "/replacements/2026/estimates/new"):
        other.get(url, status=404)
    other.post("/replacements/2026/estimates/new", status=404, data=ESTIMATE)
    other.post(page_of(case) + "/link", status=404, data={"exit": 1})
    for url in (f"/cases/{case.id}", f"/cases/{case.id}/checks", "/conditions"):
        assert "退一进一" not in other.get(url).text


def test_one_row_asks_the_database_as_often_as_thirty(boss, statements):
    out, entry = an_exit(), an_entry()
    estimate()
    link(entry, out)

    def count() -> list[int]:
        told = []
        for url in ("/replacements/", page_of(entry)):
            with statements() as seen:
                boss.get(url)
            told.append(len(seen))
        return told

    count()  # the calendar is read once
    one = count()
    for _ in range(29):
        twin, left = an_entry(), Case.get_by_id(out.id)
        left = Case.create(**{**left.__data__, "id": None, "number": f"X{twin.id}"})
        replacement.link(twin, left, note="", hand=manager())
        estimate()
    assert count() == one
    assert len(boss.get("/replacements/").one(id="exits").all("tr")) == 31


def test_the_tab_stands_beside_the_fund(client):
    page = log_in(client, Role.CLERK).get("/funds")
    assert [tab.text for tab in page.one("nav", class_="tabs").all("a")] == [
        "基金运行",
        "退一进一",
        "补充条件",
    ]
