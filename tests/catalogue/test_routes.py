"""The rule catalogue and the service guides: what the books say, with their articles, and who interprets."""

import pytest

from blueprints.catalogue.entries import entries
from models import Event, Office, Role, RuleNote
from rules.book import load_books
from rules.periods import describe
from tests.builders import a_city, an_office
from tests.page import log_in

BOOK = load_books()["liaocheng-2023"]


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def below(city):
    """The county's office, put below the city."""
    Office.update(parent=city).where(Office.id == an_office().id).execute()
    return Office.get_by_id(an_office().id)


def rows(page):
    """The text of the catalogue's rows by their ids."""
    return {row.attrs["id"]: row.text for row in page.all("tr") if row.attrs.get("id")}


@pytest.mark.clause("LC-00-1", "LC-01-1", "LC-40-1")
def test_the_catalogue_names_the_document_its_issuers_its_days_and_the_rules_above(clerk):
    text = clerk.get("/rules").one(id="catalogue").text
    for fact in (
        "《聊城市医药机构医疗保障定点管理经办规程（暂行）》（聊医保发〔2023〕18号）",
        "聊城市医疗保障局、聊城市卫生健康委员会、聊城市行政审批服务局，2023年4月14日",
        "自 2023-04-14 起；原有文件与此不符的，以此为准",
        "国家医疗保障局令第2号",
        "国家医疗保障局令第3号",
        "没有第十一条",
    ):
        assert fact in text


def test_every_clock_step_material_ground_and_condition_stands_there_with_its_article(clerk):
    told = rows(clerk.get("/rules"))
    for section, book_rows in (
        ("clock", BOOK.clocks.values()),
        ("ground", BOOK.grounds),
        ("material", BOOK.materials),
        ("condition", BOOK.conditions),
    ):
        for row in book_rows:
            assert row.article in told[f"{section}:{row.key}"]
    assert len([key for key in told if key.startswith("step:")]) == len(BOOK.steps)
    assert all(entry.article for entry in entries(BOOK))


def test_a_junior_clerk_finds_why_it_is_five_workdays(clerk):
    found = rows(clerk.get("/rules?q=机构补正&section=clock"))
    assert list(found) == ["clock:correction"]
    correction = BOOK.clocks["correction"]
    assert f"{correction.name}：{describe(correction)}" in found["clock:correction"]
    assert "“要求补正”文书送达之日起算" in found["clock:correction"]
    assert "届满后系统自动办理：逾期未补正，视为放弃此次申请" in found["clock:correction"]


def test_what_is_not_there_says_what_to_do(clerk):
    assert "换一个词试试" in clerk.get("/rules?q=没有这个词").one(id="catalogue").text


@pytest.mark.clause("LC-39-1")
def test_the_citys_manager_interprets_a_rule_and_everybody_reads_it(client, clerk):
    city = a_city()
    below(city)
    manager = log_in(client, Role.MANAGER, office=city)
    said = {"text": "寄送的，以签收日为送达之日", "source": "聊医保函〔2026〕3号", "version": ""}
    manager.post(f"/rules/note/{BOOK.id}/clock:correction", data=said)
    assert RuleNote.get().text == "寄送的，以签收日为送达之日"
    assert Event.select().where(Event.stream == "rules", Event.action == "interpret").count() == 1
    clerk = log_in(client, Role.CLERK)
    assert "寄送的，以签收日为送达之日" in rows(clerk.get("/rules?q=签收"))["clock:correction"]


@pytest.mark.clause("LC-39-1")
def test_a_countys_manager_below_a_city_does_not_interpret(client):
    below(a_city())
    manager = log_in(client, Role.MANAGER)
    address = f"/rules/note/{BOOK.id}/clock:correction"
    assert "规程由市级经办机构解释" in manager.get(address).text
    refused = manager.post(address, data={"text": "随意解释", "source": "", "version": ""}, status=403)
    assert "请由其负责人填写" in refused.text
    assert RuleNote.select().count() == 0


def test_two_managers_one_wins_the_other_keeps_the_typing(client):
    manager = log_in(client, Role.MANAGER)
    address = f"/rules/note/{BOOK.id}/clock:correction"
    manager.post(address, data={"text": "甲说", "source": "", "version": ""})
    late = manager.post(address, data={"text": "乙说", "source": "", "version": ""}, status=409)
    assert "同事刚刚改动了这条解释" in late.text
    assert "乙说" in late.text
    assert RuleNote.get().text == "甲说"


def test_an_emptied_interpretation_is_gone_but_its_event_stays(client):
    manager = log_in(client, Role.MANAGER)
    address = f"/rules/note/{BOOK.id}/clock:correction"
    manager.post(address, data={"text": "甲说", "source": "", "version": ""})
    manager.post(address, data={"text": "", "source": "", "version": "1"})
    assert RuleNote.select().count() == 0
    assert Event.select().where(Event.action == "interpret").count() == 2


@pytest.mark.parametrize("kind", ["medical", "pharmacy"])
def test_a_guide_holds_every_condition_material_and_limit_of_its_kind(clerk, kind):
    text = clerk.get(f"/rules/guide?kind={kind}").text
    for row in BOOK.conditions_for({"kind": kind}):
        assert row.text in text
    for row in BOOK.materials_for(kind):
        assert row.title in text
    assert describe(BOOK.clocks["evaluation"]) in text
    assert BOOK.guide_for(kind).audience in text


def test_a_guide_draws_the_flow_with_its_limits_and_ends(clerk):
    picture = clerk.get("/rules/guide?kind=medical").one("svg", class_="flow").text
    for station in ("收件审查", "审核评价", "现场评估", "市级复审（住院）", "签约"):
        assert station in picture
    assert "不予受理" in picture
    assert f"完成审核评估 {describe(BOOK.clocks['evaluation'])}" in picture
    assert "现场评估" not in clerk.get("/rules/guide?kind=pharmacy").one("svg", class_="flow").text


def test_a_guide_says_where_and_when_the_window_is_open(clerk):
    Office.update(hours="周一至周五 8:30-12:00、14:00-17:30", complaint_phone="0635-5550199").execute()
    text = clerk.get("/rules/guide").text
    office = an_office()
    for fact in (office.name, office.address, office.phone, "8:30-12:00", "0635-5550199", "没有设定收费"):
        assert fact in text


@pytest.mark.clause("ZJ-00-1", "ZJ-01-1", "ZJ-09-1", "ZJ-10-1", "ZJ-11-1")
def test_the_guide_of_another_region_is_that_regions_own(client):
    office = an_office(
        "遂溪县医疗保障服务中心", "遂医保", region="zhanjiang", directions="乘坐 10 线在市场站下车"
    )
    Office.update(hours="星期一至星期五 8:30-12:00、14:30-18:00").where(Office.id == office.id).execute()
    text = log_in(client, Role.CLERK, office=office).get("/rules/guide").text
    for fact in (
        "湛江市医疗机构申请定点协议管理办事指南",
        "2021年10月修订",
        "湛江市需要申请定点协议管理的医疗机构",
        "不收费",
        "湛社保〔2021〕296号",
        "8:30-12:00、14:30-18:00",
        "乘坐 10 线",
        office.address,
    ):
        assert fact in text


@pytest.mark.clause("ZJ-07-1")
def test_the_guide_leads_to_the_blank_forms(client):
    office = an_office("遂溪县医疗保障服务中心", "遂医保", region="zhanjiang")
    browser = log_in(client, Role.CLERK, office=office)
    assert "/documents/forms" in [a.attrs.get("href") for a in browser.get("/rules/guide").all("a")]
    assert "湛江市医疗保障定点医疗机构申请表" in browser.get("/documents/forms").text


def test_a_citys_guide_page_chooses_among_the_offices_below(client):
    city = a_city()
    county = below(city)
    user = log_in(client, Role.CLERK, office=city)
    assert f"受理单位{county.name}" in user.get(f"/rules/guide?office={county.id}").text


@pytest.mark.parametrize(
    ("section", "word", "told"),
    [
        ("measure", "违约金", "协议处理，医疗机构"),
        ("measure", "罚款", "行政处罚，医疗机构、零售药店"),
        ("choice", "行政复议", "争议的解决途径"),
        ("choice", "科室", "中止或终止结算资格的对象"),
        ("threshold", "累计被中止", "2 次"),
        ("follow_up", "社会公布", "在“解除协议、按申请解除协议”之后"),
        ("ground", "串换", "解除协议，零售药店"),
        ("ground", "第二十九条（三）", "中止协议"),
    ],
)
def test_measures_lists_bounds_and_grounds_of_exit_are_found(clerk, section, word, told):
    page = clerk.get("/rules", query_string={"section": section, "q": word})
    found = rows(page)
    assert found
    assert all(key.startswith(section) for key in found)
    assert any(told in text for text in found.values())


def test_every_measure_choice_and_ground_of_every_book_stands_in_the_catalogue():
    for book in load_books().values():
        keys = [entry.key for entry in entries(book)]
        assert len(keys) == len(set(keys))
        wanted = {f"measure:{row.of}.{row.key}" for row in book.measures}
        wanted |= {f"choice:{row.list}.{row.key}" for row in book.choices}
        wanted |= {f"ground:{row.key}" for row in book.grounds}
        assert wanted <= set(keys)
