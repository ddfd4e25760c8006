"""The calendar page, a day set by hand, a year imported, and what they move."""

import io
from datetime import date

import pytest

from lifecycle import workdays
from models import CalendarDay, Event, Role
from tests.builders import an_application, an_office, clock_of
from tests.page import log_in

DAYS_2027 = """date,name,isOffDay
2027-01-01,元旦,true
2027-02-05,春节,true
2027-02-06,春节,true
2027-02-07,春节,true
2027-02-14,春节,false
2027-05-01,劳动节,true
2027-05-02,劳动节,true
2027-10-01,国庆节,true
2027-10-02,国庆节,true
2027-10-03,国庆节,true
"""


@pytest.fixture
def admin(client):
    return log_in(client, Role.ADMIN)


def version(browser, page="day"):
    return browser.get(f"/settings/calendar/{page}").one("input", name="version").attrs["value"]


def set_day(browser, day, works, status=302, **given):
    form = {"day": day, "works": works, "name": "暴雪停工", "reason": "县政府 3 号通知", **given}
    form.setdefault("version", version(browser))
    return browser.post("/settings/calendar/day", status, data=form)


def import_year(browser, text, status=302, **given):
    form = {"year": 2027, "notice": "国办发明电〔2026〕8号", "text": text, **given}
    form.setdefault("version", version(browser, "import"))
    return browser.post("/settings/calendar/import", status, data=form)


def months(page):
    return page.all("div", class_="month")


def test_everybody_reads_the_year_with_holidays_and_make_up_days(client):
    page = log_in(client, Role.CLERK).get("/settings/calendar?year=2026")
    february = months(page)[1]
    assert page.one("h1").text == "2026 年工作日历"
    assert "全年 248 个工作日" in page.text
    assert february.one("caption").text == "2月16 个工作日"
    assert [cell.text for cell in february.all("td", class_="holiday")] == [f"{n}休" for n in range(15, 24)]
    assert [cell.text for cell in february.all("td", class_="makeup")] == ["14班", "28班"]
    assert [cell.text for cell in months(page)[2].all("td", class_="today")] == ["2"]


def test_the_holidays_stand_beside_the_year(client):
    side = log_in(client, Role.AUDITOR).get("/settings/calendar?year=2026").one(id="calendar-side")
    rows = [[cell.text for cell in row.children] for row in side.one("tbody").all("tr")]
    assert rows[1] == ["春节", "2月15日至23日", "2月14日、28日"]
    assert rows[2] == ["清明节", "4月4日至6日", "—"]


def test_a_year_that_is_not_published_says_so_in_every_place(client):
    page = log_in(client, Role.CLERK).get("/settings/calendar?year=2027")
    assert page.one("h1").text == "2027 年工作日历暂估"
    assert "2027 年的放假安排还没有录入" in page.text
    assert [cell.text for cell in months(page)[9].all("td", class_="holiday")] == ["1休", "2休", "3休"]
    assert "2028（暂估）" in page.text


@pytest.mark.parametrize("year", ["1", "9999", "-5", "99999999999999999999"])
def test_a_year_out_of_range_is_not_found(client, year):
    log_in(client, Role.CLERK).get(f"/settings/calendar?year={year}", status=404)


def test_a_year_that_is_no_number_is_this_year(client):
    assert "2026 年工作日历" in log_in(client, Role.CLERK).get("/settings/calendar?year=x").text


@pytest.mark.clause("ZJ-09-2")
def test_a_day_set_by_hand_recomputes_an_open_clock_and_the_page_shows_both_days(admin):
    case = an_application()
    assert clock_of(case, "completeness_check").due_on == date(2026, 3, 9)
    answer = set_day(admin, "2026-03-04", "no")
    assert clock_of(case, "completeness_check").due_on == date(2026, 3, 10)
    row = admin.get(answer.location).one(id="moved").one("tbody").all("tr")[0]
    assert row.children[0].text == case.number
    assert row.children[1].text == case.institution.name
    assert [cell.text for cell in row.children[3:]] == ["2026-03-09", "2026-03-10"]
    assert not row.all("a"), "the administrator opens no case"


def test_the_change_of_another_office_is_only_counted(client, app):
    an_application()
    other = an_office("河西县医疗保险事业中心", "河医保")
    answer = set_day(log_in(client, Role.ADMIN, office=other), "2026-03-04", "no")
    page = log_in(app.test_client(), Role.CLERK, office=other).get(answer.location)
    assert "个期限在其他经办机构" in page.text


def test_the_change_stands_in_the_log_with_reason_and_effect(admin):
    an_application()
    set_day(admin, "2026-03-04", "no")
    log = admin.get("/settings/calendar").one("ol", class_="timeline")
    assert "将 2026年3月4日 改为放假" in log.text
    assert "县政府 3 号通知；重算后 1 个到期日有变化" in log.text
    event = Event.select().where(Event.stream == "calendar").get()
    assert (event.action, event.change["is_workday"]) == ("override_day", [True, False])


def test_a_day_without_reason_or_in_no_year_is_refused_and_stays_typed(admin):
    page = set_day(admin, "2026-13-40", "no", 422, reason="")
    assert "认不出" in page.one(id="day-error").text
    assert page.one(id="reason-error").text == "请写明修改原因"
    assert page.one("input", id="day").attrs["value"] == "2026-13-40"
    assert not CalendarDay.select().where(CalendarDay.is_override).exists()


def test_a_day_that_is_so_already_is_refused(admin):
    assert "本来就休息" in set_day(admin, "2026-10-01", "no", 422).one(id="refusal").text


def test_whoever_saw_an_older_calendar_is_told_and_keeps_what_was_typed(admin):
    old = version(admin)
    set_day(admin, "2026-03-04", "no")
    page = set_day(admin, "2026-03-05", "no", 409, version=old)
    assert "同事刚刚改动了日历" in page.one(id="refusal").text
    assert page.one("input", id="day").attrs["value"] == "2026-03-05"
    set_day(admin, "2026-03-05", "no", version=page.one("input", name="version").attrs["value"])


def test_only_the_administrator_changes_the_calendar(client):
    clerk = log_in(client, Role.CLERK, Role.MANAGER)
    clerk.get("/settings/calendar/day", status=403)
    clerk.post("/settings/calendar/import", status=403)
    assert "修改日期" not in clerk.get("/settings/calendar").text


def test_an_imported_year_is_settled_and_recomputes_what_crosses_it(admin):
    case = an_application(on=date(2026, 12, 29))
    clock = clock_of(case, "completeness_check")
    assert (clock.due_on, clock.is_provisional) == (date(2027, 1, 6), True)
    assert "暂估的期限1 个" in admin.get("/settings/calendar").text
    answer = import_year(admin, DAYS_2027 + "2027-01-04,元旦,true\n")
    assert "2027-01-07" in admin.get(answer.location).one(id="moved").text
    clock = clock_of(case, "completeness_check")
    assert (clock.due_on, clock.is_provisional) == (date(2027, 1, 7), False)
    assert "暂估的期限0 个" in admin.get("/settings/calendar").text


def test_an_imported_year_shows_its_notice_and_its_make_up_days(admin):
    answer = import_year(admin, DAYS_2027)
    assert "导入 2027 年安排" in admin.get(answer.location).one("h1").text
    assert 2027 in workdays.current().published
    page = admin.get("/settings/calendar?year=2027")
    assert page.one("h1").text == "2027 年工作日历"
    assert "国办发明电〔2026〕8号" in page.text
    assert [cell.text for cell in months(page)[1].all("td", class_="makeup")] == ["14班"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_year_comes_as_a_file_of_either_encoding(admin, encoding):
    file = (io.BytesIO(DAYS_2027.replace("true", "休").encode(encoding)), "2027.csv")
    import_year(admin, "", file=file)
    assert CalendarDay.get(CalendarDay.day == date(2027, 2, 5)).name == "春节"


def test_every_bad_line_is_told_beside_the_field_and_the_file_stays_as_text(admin):
    lines = ["2027-01-01,元旦,休", "2026-05-01,劳动节,休", "morgen,x,休", "2027-10-01,国庆节,vielleicht"]
    text = "\n".join([*lines, "2027-01-01,元旦,休", "2027"])
    page = import_year(admin, "", 422, file=(io.BytesIO(text.encode()), "2027.csv"))
    told = [node.text for node in page.one(id="text-error").all("li")]
    assert [sentence.partition("：")[0] for sentence in told] == [f"第 {n} 行" for n in (2, 3, 4, 5, 6)]
    assert "morgen,x,休" in page.one("textarea", id="text").text
    assert 2027 not in workdays.current().published


@pytest.mark.parametrize(
    "text",
    ["", "\x00\x01", '"' + "2027," * 30_000, "2027-01-01,元旦,休\n", "a,b,c\rd,e,f\u2028", "," * 500],
    ids=["empty", "binary", "one endless quote", "only one day", "odd line ends", "commas"],
)
def test_whatever_is_no_year_is_refused_with_a_sentence(admin, text):
    assert import_year(admin, text, 422).one(id="text-error").text


def test_bytes_that_are_no_text_are_refused_with_a_sentence(admin):
    page = import_year(admin, "", 422, file=(io.BytesIO(b"PK\x03\x04\xff\xff\x81\xff"), "2027.xlsx"))
    assert page.one(id="text-error").text


def test_a_year_without_its_fixed_holidays_is_not_a_whole_year(admin):
    page = import_year(admin, DAYS_2027.replace("2027-10-03,国庆节,true\n", ""), 422)
    assert page.one(id="text-error").text == "缺法定假日 10月3日，请核对是不是全年的安排"


def test_the_banner_stands_from_november_until_next_year_is_there(client, app, at):
    an_office()
    banner = "2027 年的节假日安排还没有录入"
    at(2026, 10, 31)
    assert banner not in log_in(client, Role.CLERK).get("/settings/calendar").text
    at(2026, 11, 1)
    clerk, admin = log_in(app.test_client(), Role.CLERK), log_in(app.test_client(), Role.ADMIN)
    assert banner in clerk.get("/settings/calendar").text
    import_year(admin, DAYS_2027)
    assert banner not in clerk.get("/settings/calendar").text


def test_the_page_asks_the_same_whatever_the_number_of_changes(admin, statements):
    an_application()
    set_day(admin, "2026-03-04", "no")
    with statements() as few:
        admin.get("/settings/calendar")
    for day in range(9, 14):
        set_day(admin, f"2026-03-{day:02}", "no")
    with statements() as many:
        admin.get("/settings/calendar")
    assert len(few) == len(many)
