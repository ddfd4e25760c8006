"""The worklist: its tabs, lamps, filters, what it reminds of, hand-over of several, reminders, export."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest

from blueprints import reminders
from blueprints.caseload import by_color, with_lead
from lifecycle.cases import facts
from models import Case, Event, Institution, Kind, Role, Urge
from rules.periods import lamp
from tests.builders import (
    a_city,
    a_draft,
    a_user,
    an_accepted,
    an_application,
    an_office,
    hand_of,
    miss,
    serve_last,
    step,
)
from tests.lifecycle.stations import a_case_at
from tests.page import log_in


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def names(page):
    return [cell.text for cell in page.all("th", class_="name")]


def a_correction(on=date(2026, 3, 2), served_on=None):
    """An application whose correction was asked for, and served on a day."""
    case = an_application(on=on)
    miss(case, 3, "缺盖章")
    case = step(case, "request_correction", Role.CLERK, on)
    if served_on:
        serve_last(case, served_on)
    return case


def counts(page):
    tabs = page.one("nav", class_="tabs").all("span", class_="count")
    return dict(zip(("todo", "doing", "done", "urged"), [int(tab.text) for tab in tabs], strict=True))


def test_my_to_dos_are_the_cases_that_wait_for_my_role(client):
    mine, reviewers = an_application(), an_accepted()
    page = log_in(client, Role.CLERK).get("/worklist/")
    assert names(page) == [mine.institution.name]
    assert counts(page) == {"todo": 1, "doing": 2, "done": 0, "urged": 0}
    page = log_in(client, Role.REVIEWER).get("/worklist/")
    assert names(page) == [reviewers.institution.name]


def test_the_row_leads_to_the_exact_place_of_work(client):
    draft, filed = a_draft(), an_application()
    desk, desk_page = a_case_at("desk_review"), "/cases/{}/sheets/desk"
    page = log_in(client, Role.CLERK).get("/worklist/")
    links = {link.text: link.attrs["href"] for link in page.one("table").all("a")}
    assert links["完善并登记收件"] == f"/applications/{draft.id}/draft"
    assert links["出具受理或补正通知书"] == f"/cases/{filed.id}"
    page = log_in(client, Role.REVIEWER).get("/worklist/")
    links = {link.text: link.attrs["href"] for link in page.one("table").all("a")}
    assert links["填写审核评价表"] == desk_page.format(desk.id)


def test_another_role_is_led_to_the_case_page(client):
    case = a_case_at("desk_review")
    page = log_in(client, Role.CLERK).get("/worklist/?tab=doing")
    assert page.all("a", href=f"/cases/{case.id}")[0].text == "填写审核评价表"


def test_the_city_reviewer_sees_the_cases_below_that_wait_for_re_review(client):
    case = a_case_at("city_review", types=("inpatient",))
    other = an_application()
    page = log_in(client, Role.CITY, office=a_city()).get("/worklist/")
    assert names(page) == [case.institution.name]
    assert page.one("table").all("a", href=f"/decisions/cases/{case.id}/city-review")[0].text == "复审"
    page = log_in(client, Role.CITY, office=a_city(), name="再").get("/worklist/?tab=doing")
    assert set(names(page)) == {case.institution.name, other.institution.name}


def test_a_county_does_not_see_its_neighbour(client):
    an_application(office=an_office("河湾县医疗保险事业中心", "河医保", district="河湾县"))
    page = log_in(client, Role.CLERK).get("/worklist/?tab=doing")
    assert names(page) == []


def test_a_standing_agreement_is_no_work_unless_a_limit_runs(client, at):
    a_case_at("designated")
    at(2026, 5, 7)
    agreement = Case.get(Case.matter == "agreement")
    page = log_in(client, Role.AGREEMENT).get("/worklist/")
    assert page.one("table").all("a", href=f"/agreements/{agreement.id}")[0].text == "登记系统对接完成"
    step(agreement, "record_connection", Role.AGREEMENT, date(2026, 5, 7))
    page = log_in(client, Role.AGREEMENT).get("/worklist/?tab=doing")
    assert names(page) == []


# --- Lamps ---


def test_lamps_count_the_rows_and_narrow_them(client, at):
    at(2026, 3, 16)
    red = an_application(on=date(2026, 3, 2))  # due 9 March
    yellow = an_application(on=date(2026, 3, 11))  # due 18 March
    green = an_application(on=date(2026, 3, 16), kind=Kind.PHARMACY, types=("designated_pharmacy",))
    grey = a_correction(on=date(2026, 3, 16))
    clerk = log_in(client, Role.CLERK)
    page = clerk.get("/worklist/")
    assert names(page) == [row.institution.name for row in (red, yellow, green, grey)]
    lights = [node.text for node in page.one("div", class_="filter-lamps").all("span", class_="lamp")]
    assert lights == ["超期 1", "临近 1", "正常 1", "未计时 1"]
    cells = [node.text for node in page.one("tbody").all("span", class_="lamp")]
    assert cells == ["超期 5 个工作日", "剩 2 个工作日", "剩 5 个工作日", "待送达"]
    for color, case in (("red", red), ("yellow", yellow), ("green", green), ("grey", grey)):
        assert names(clerk.get(f"/worklist/?lamp={color}")) == [case.institution.name]
    assert "待办 4 件，其中 1 件已超期" in page.text


def test_the_lamp_of_the_database_is_that_of_the_rules(app):
    a_correction(served_on=date(2026, 3, 3))
    a_case_at("public_notice")
    an_application()
    draft = a_draft()
    hand = hand_of(Role.CLERK)
    for day in (date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 10), date(2026, 4, 3), date(2026, 4, 20)):
        shown = dict.fromkeys(("red", "yellow", "green", "grey"), 0)
        for case in Case.select():
            clock = case.clocks.where(case.clocks.model.is_lead).first()
            light = (
                lamp(day, clock.due_on, clock.yellow_on, clock.state, hand.calendar, None, clock.kind).color
                if clock
                else "grey"
            )
            shown[light] += 1
        assert by_color(with_lead(Case.id), day) == shown
    assert draft.state == "draft"


def test_a_case_that_waits_for_service_asks_for_the_proof(clerk):
    case = a_correction()
    document = case.documents.get()
    page = clerk.get("/worklist/")
    links = [link.text for link in page.all("a", href=f"/documents/{document.id}/serve")]
    assert links == ["登记送达回执", "登记送达"]  # of the row, and of the list at the side
    assert document.number in page.one("section", id="unserved").text


# --- Filters, sort, paging ---


def test_filters_narrow_by_text_matter_and_handler(client):
    one, other = an_application(name="安澜沙堤颐康医院"), an_application(name="安澜百草堂大药房")
    Institution.update(search_key="安澜百草堂大药房 albctdyf").where(
        Institution.id == other.institution_id
    ).execute()
    clerk = log_in(client, Role.CLERK)
    assert names(clerk.get("/worklist/?q=颐康")) == [one.institution.name]
    assert names(clerk.get("/worklist/?q=BCT")) == [other.institution.name]
    assert names(clerk.get("/worklist/?q=%25")) == []
    assert names(clerk.get("/worklist/?matter=agreement")) == []
    assert len(names(clerk.get("/worklist/?matter=application&mine=1"))) == 2
    colleague = log_in(client, Role.CLERK, name="赵敏")
    assert names(colleague.get("/worklist/?mine=1")) == []


def test_a_swap_answers_the_list_alone(clerk):
    case = an_application()
    page = clerk.swap("get", "/worklist/?tab=doing&sort=-name")
    assert page.roots[0].attrs["id"] == "worklist"
    assert names(page) == [case.institution.name]


def test_sorting_by_institution_and_by_day_of_receipt(client, at):
    at(2026, 3, 9)
    first = an_application(name="乙卫生院", on=date(2026, 3, 2))
    second = an_application(name="丙卫生院", on=date(2026, 3, 9))
    clerk = log_in(client, Role.CLERK)
    by_name = sorted((first.institution.name, second.institution.name))
    assert names(clerk.get("/worklist/?sort=name")) == by_name
    assert names(clerk.get("/worklist/?sort=-name")) == by_name[::-1]
    assert names(clerk.get("/worklist/?sort=-opened")) == [second.institution.name, first.institution.name]


def test_the_fifty_first_case_is_on_the_second_page(clerk):
    cases = [an_application() for _ in range(51)]
    page = clerk.get("/worklist/")
    assert len(names(page)) == 50
    assert page.one("nav", class_="pager").text == "第 1–50 件，共 51 件 下一页"
    page = clerk.get("/worklist/?page=2")
    assert names(page) == [cases[-1].institution.name]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999999999999", "due=foo", "sort=x", "lamp=x", "q=%00"]
)
def test_odd_questions_are_answered(clerk, query):
    assert clerk.get(f"/worklist/?{query}").one("section", id="worklist")


@pytest.mark.parametrize(
    ("tab", "title"),
    [
        ("todo", "没有待办"),
        ("doing", "没有在办的办件"),
        ("done", "还没有办结的办件"),
        ("urged", "没有未答复的督办"),
    ],
)
def test_an_empty_tab_says_what_will_stand_there(clerk, tab, title):
    assert clerk.get(f"/worklist/?tab={tab}").one("div", id="no-rows").one("b").text == title


def test_closed_cases_show_how_they_ended(client, at):
    at(2026, 3, 3)
    case = an_application()
    step(case, "withdraw", Role.CLERK, date(2026, 3, 3), reason="机构撤回")
    page = log_in(client, Role.CLERK).get("/worklist/?tab=done")
    assert names(page) == [case.institution.name]
    assert page.one("table").all("a", href=f"/cases/{case.id}")[0].text == "已撤回"


@pytest.mark.parametrize("tab", ["todo", "doing", "done", "urged"])
def test_thirty_rows_ask_no_more_than_one(client, statements, tab):
    boss = a_user(Role.MANAGER)

    def more(count):
        for _ in range(count):
            case = a_correction(served_on=date(2026, 3, 2))
            Urge.create(case=case, asked_by=boss, asked_at=date(2026, 3, 2), text="请尽快")
            step(an_application(), "withdraw", Role.CLERK, date(2026, 3, 2), reason="机构撤回")

    more(1)
    browser = log_in(client, Role.CLERK, Role.MANAGER)
    with statements() as few:
        browser.get(f"/worklist/?tab={tab}")
    more(29)
    with statements() as many:
        page = browser.get(f"/worklist/?tab={tab}")
    assert len(names(page)) == 30
    assert len(many) == len(few)


# --- What it reminds of ---


@pytest.mark.clause("LC-12-2b")
def test_what_lapses_tonight_is_named_with_the_way_out(app, at):
    case = a_correction(served_on=date(2026, 3, 2))  # five workdays: until 9 March
    at(2026, 3, 6)
    early = log_in(app.test_client(), Role.CLERK).get("/worklist/").one("section", id="tonight")
    assert "今晚没有自动办理的办件" in early.text
    at(2026, 3, 9)
    told = log_in(app.test_client(), Role.CLERK).get("/worklist/").one("section", id="tonight")
    assert told.one("a", href=f"/cases/{case.id}").text == case.institution.name
    assert "机构补正今日届满，24 时后自动办理“逾期未补正" in told.text
    assert "请在下班前“登记补正材料收到”" in told.text
    elsewhere = a_user(Role.CLERK, office=an_office("河湾县医疗保险事业中心", "河医保"))
    other = log_in(app.test_client(), Role.CLERK, office=elsewhere.office).get("/worklist/")
    assert case.institution.name not in other.text


def test_the_facts_of_tonights_rows_are_those_of_the_engine(app):
    a_case_at("designated")
    for row in reminders._guarded([case.id for case in Case.select()], [office.id for office in _offices()]):
        assert reminders.facts_of(row) == facts(Case.get_by_id(row.id))


def _offices():
    return [an_office(), a_city()]


def test_what_is_due_this_week_leads_to_its_rows(client, at):
    an_application(on=date(2026, 3, 2))  # due Monday 9
    second = an_application(on=date(2026, 3, 4))  # due Wednesday 11
    an_application(on=date(2026, 3, 9))  # due Monday 16
    at(2026, 3, 9)
    clerk = log_in(client, Role.CLERK)
    week = clerk.get("/worklist/").one("section", id="week")
    assert [row.text for row in week.all("li")] == ["今天收件审查1 件", "周三收件审查1 件"]
    assert names(clerk.get(week.all("a")[1].attrs["href"])) == [second.institution.name]


# --- Hand-over of several ---


def test_several_cases_change_hands_at_once(client):
    cases = [an_application(), an_application()]
    to = a_user(Role.CLERK, name="赵敏")
    clerk = log_in(client, Role.CLERK)
    page = clerk.get("/worklist/hand-over?" + "&".join(f"cases={case.id}" for case in cases))
    assert "共 2 件" in page.text
    assert names(page) == [case.institution.name for case in cases]
    seen = page.one("input", name="seen").attrs["value"]
    data = {"cases": [case.id for case in cases], "to": to.id, "reason": "请假", "seen": seen}
    assert clerk.post("/worklist/hand-over", data=data).location == "/worklist/?tab=doing"
    assert {case.handler_id for case in Case.select()} == {to.id}
    assert Event.select().where(Event.action == "hand_over", Event.reason == "请假").count() == 2


def test_a_hand_over_without_reason_or_colleague_keeps_what_was_typed(clerk):
    case = an_application()
    page = clerk.post("/worklist/hand-over", 422, data={"cases": case.id, "to": "", "reason": "请假"})
    assert "请选择接手的同事" in page.text
    assert page.one("textarea", name="reason").text == "请假"
    page = clerk.post("/worklist/hand-over", 422, data={"cases": case.id, "to": "x", "reason": ""})
    assert "请写明移交原因" in page.text
    assert page.one("input", name="cases").attrs["value"] == str(case.id)


def test_a_hand_over_is_refused_if_a_colleague_was_faster(client):
    case = an_application()
    to, faster = a_user(Role.CLERK, name="赵敏"), a_user(Role.CLERK, name="孙立群")
    data = {"cases": case.id, "to": to.id, "reason": "请假", "seen": f"{case.id}:{case.handler_id}"}
    Case.update(handler=faster).where(Case.id == case.id).execute()
    page = log_in(client, Role.CLERK).post("/worklist/hand-over", 409, data=data)
    assert "刚刚换了经办人" in page.all("div", id="refusal")[0].text
    assert page.one("textarea", name="reason").text == "请假"
    assert Case.get().handler_id == faster.id


def test_only_the_office_of_the_cases_can_take_over(client):
    case = an_application()
    stranger = a_user(Role.CLERK, office=an_office("河湾县医疗保险事业中心", "河医保"))
    page = log_in(client, Role.CLERK).post(
        "/worklist/hand-over", 403, data={"cases": case.id, "to": stranger.id, "reason": "请假"}
    )
    assert "请核对经办人所在单位" in page.all("div", id="refusal")[0].text
    assert Case.get().handler_id != stranger.id


def test_a_hand_over_of_nothing_says_so(clerk):
    an_application(office=an_office("河湾县医疗保险事业中心", "河医保"))
    assert "没有选择办件" in clerk.get("/worklist/hand-over?cases=1&cases=99999999999999999999").text


# --- Reminders ---


def test_a_manager_reminds_and_the_handler_answers(client):
    case = an_application()
    manager = log_in(client, Role.MANAGER)
    manager.post(f"/worklist/cases/{case.id}/urge", 422, data={"text": " "})
    manager.post(f"/worklist/cases/{case.id}/urge", data={"text": "请今日办结"})
    clerk = log_in(client, Role.CLERK)
    page = clerk.get("/worklist/?tab=urged")
    assert (counts(page)["urged"], "请今日办结" in page.one("table").text) == (1, True)
    answer = page.one("a", href=f"/worklist/urges/{Urge.get().id}/answer")
    clerk.post(answer.attrs["href"], data={"answer": "已通知机构"})
    assert names(clerk.get("/worklist/?tab=urged")) == []
    assert Urge.get().answer == "已通知机构"
    told = [event.action for event in Event.select().where(Event.case == case).order_by(Event.id)]
    assert told[-2:] == ["urge", "answer_urge"]
    assert "已经答复过" in clerk.post(answer.attrs["href"], 409, data={"answer": "再答"}).text


def test_only_a_manager_reminds_and_only_the_handler_answers(client):
    case = an_application()
    log_in(client, Role.CLERK).get(f"/worklist/cases/{case.id}/urge", 403)
    log_in(client, Role.MANAGER).post(f"/worklist/cases/{case.id}/urge", data={"text": "请今日办结"})
    colleague = log_in(client, Role.CLERK, name="赵敏")
    told = colleague.post(f"/worklist/urges/{Urge.get().id}/answer", 403, data={"answer": "知道了"})
    assert "由现经办人" in told.text
    assert Urge.get().answered_at is None


# --- Export ---


def texts_of(data):
    """The texts of an Excel file in the order of their cells, and its formulas."""
    with ZipFile(BytesIO(data)) as file:
        strings = re.findall(r"<t[^>]*>([^<]*)</t>", file.read("xl/sharedStrings.xml").decode())
        cells = file.read("xl/worksheets/sheet1.xml").decode()
    order = re.findall(r't="s"><v>(\d+)</v>', cells)
    return [strings[int(place)] for place in order], re.findall(r"<f>", cells)


def test_the_export_holds_exactly_what_is_filtered_as_text(client, at):
    at(2026, 3, 2, 9, 30)
    case = an_application(name="=1+1药店")
    an_application(name="安澜沙堤颐康医院")
    clerk = log_in(client, Role.CLERK)
    texts, formulas = texts_of(clerk.get("/worklist/export?q=药店").data)
    assert texts[:2] == ["工作台 待办", f"{an_office().name}　2026-03-02 09:30 导出　clerk"]
    assert texts[2:5] == ["期限", "到期日", "机构"]
    assert texts[14:17] == ["剩 5 个工作日", "=1+1药店", "定点申请"]
    assert (case.number in texts, "安澜沙堤颐康医院" in texts, formulas) == (True, False, [])
    event = Event.get(Event.action == "export")
    assert (event.stream, event.change) == (f"office:{an_office().id}", {"what": "工作台_待办", "rows": 1})
