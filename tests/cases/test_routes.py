"""The case page: what it shows, the steps taken on it, corrections, files."""

from datetime import date
from io import BytesIO

import pytest

from models import Attachment, Case, Document, Role, StepTaken
from tests.builders import (
    MONDAY,
    a_group,
    a_signed_sheet,
    an_accepted,
    an_application,
    an_office,
    clear_checks,
    clock_of,
    miss,
    night,
    receive_all,
    serve_last,
    step,
)
from tests.page import log_in

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.mark.clause("LC-05-0-2")
def test_the_process_bar_shows_the_nodes_of_annex_1_with_the_one_reached(client):
    case = an_accepted(types=["inpatient"])
    page = log_in(client, Role.CLERK).get(f"/cases/{case.id}")
    bar = page.one("ol", class_="process")
    names = [node.text for node in bar.all("span", class_="name")]
    assert names == [
        "收件审查",
        "受理",
        "审核评价",
        "现场评估",
        "结果反馈",
        "公示",
        "集体决策",
        "市级复审",
        "监督公示",
        "协商谈判",
        "签约",
    ]
    assert bar.one("li", aria_current="step").one("span", class_="name").text == "受理"


def test_a_step_that_is_not_possible_is_greyed_with_its_reason(client):
    case = an_application()
    page = log_in(client, Role.CLERK).get(f"/cases/{case.id}")
    accept = next(node for node in page.all("a", aria_disabled="true") if node.text == "受理")
    assert page.one("p", id=accept.attrs["aria-describedby"]).text.startswith("还有 7 项材料未齐")


def loud(page):
    return [node.text for node in page.one("section", id="next-steps").all("a", class_="btn-primary")]


def test_refusing_and_side_steps_are_never_the_loud_button(client):
    case = an_application()
    clerk, url = log_in(client, Role.CLERK), f"/cases/{case.id}"
    assert loud(clerk.get(url)) == ["受理前核查"]
    clear_checks(case)
    assert loud(clerk.get(url)) == ["核对材料"]
    miss(case, 3)
    assert loud(clerk.get(url)) == ["要求补正"]
    receive_all(case)
    assert loud(clerk.get(url)) == ["受理"]


def test_a_paper_to_be_served_is_the_first_next_step_of_the_clerk(client):
    case = an_accepted()
    clerk = log_in(client, Role.CLERK)
    assert loud(clerk.get(f"/cases/{case.id}")) == ["登记送达"]
    serve_last(case, MONDAY)
    assert loud(clerk.get(f"/cases/{case.id}")) == []  # to withdraw is possible, but not what comes next


def test_an_accepted_case_leads_the_reviewer_to_the_group(client):
    case = an_accepted()
    page = log_in(client, Role.REVIEWER).get(f"/cases/{case.id}")
    assert loud(page) == ["开始审核评价"]
    assert page.all("a", href=f"/cases/{case.id}/group")


def test_a_correction_notice_shows_beforehand_what_it_will_list(client):
    case = an_application()
    miss(case, 3, note="缺单位盖章")
    page = log_in(client, Role.CLERK).get(f"/cases/{case.id}/steps/request_correction")
    assert "通知书列明的缺项" in page.text
    assert "缺单位盖章" in page.text


@pytest.mark.clause("LC-12-0a", "LC-12-1b")
def test_accepting_on_the_day_of_receipt_issues_the_acceptance_notice(client):
    case = an_application()
    receive_all(case)
    clerk = log_in(client, Role.CLERK)
    form = clerk.get(f"/cases/{case.id}/steps/accept")
    version = form.one("input", name="version").attrs["value"]
    answer = clerk.post(f"/cases/{case.id}/steps/accept", data={"on": "2026-03-02", "version": version})
    assert answer.location == f"/cases/{case.id}"
    document = Document.get(Document.case == case)
    assert (document.number, document.kind) == ("安医保受字〔2026〕1号", "acceptance_notice")
    assert [row["no"] for row in document.data["materials"]] == [1, 2, 3, 4, 5, 6, 7]
    assert "安医保受字〔2026〕1号" in clerk.get(answer.location).text


def test_a_refused_step_tells_what_is_missing_and_keeps_the_typing(client):
    case = an_application()
    clerk = log_in(client, Role.CLERK)
    page = clerk.post(f"/cases/{case.id}/steps/accept", 422, data={"on": "2026-03-02", "reason": "材料已核"})
    assert "材料未齐：3. 医疗机构工作人员花名册（盖章的PDF版）" in page.one(id="refusal").text
    assert page.one("textarea", name="reason").text == "材料已核"
    assert Case.get_by_id(case.id).state == "filed"


def test_a_colleague_who_was_faster_is_told_and_the_typing_stays(client):
    case = an_application()
    receive_all(case)
    clerk = log_in(client, Role.CLERK)
    stale = clerk.get(f"/cases/{case.id}/steps/accept").one("input", name="version").attrs["value"]
    step(case, "accept", Role.CLERK, MONDAY, name="周敏")
    page = clerk.post(
        f"/cases/{case.id}/steps/accept",
        409,
        data={"on": "2026-03-02", "version": stale, "reason": "当场受理"},
    )
    assert "同事" in page.one(id="refusal").text
    assert page.one("textarea", name="reason").text == "当场受理"
    assert page.one("input", name="version").attrs["value"] == str(Case.get_by_id(case.id).version)


@pytest.mark.clause("LC-12-3", "LC-A04-3-1", "LC-10-0")
def test_a_refusal_needs_a_ground_and_prints_it(client):
    case = an_application()
    clerk = log_in(client, Role.CLERK)
    url = f"/cases/{case.id}/steps/refuse"
    assert "请至少选定一项" in clerk.post(url, 422, data={"on": "2026-03-02"}).one(id="field-grounds").text
    clerk.post(url, data={"on": "2026-03-02", "grounds": ["g4"], "remark": "可在履行后再次申请"})
    document = Document.get(Document.case == case)
    assert (document.kind, document.data["remark"]) == ("refusal_notice", "可在履行后再次申请")
    assert [ground["article"] for ground in document.data["grounds"]] == ["第十条（四）"]
    assert Case.get_by_id(case.id).state == "refused"


def test_a_step_day_in_any_usual_form_is_read_and_nonsense_is_told(client):
    case = an_application(on=date(2026, 3, 2))
    receive_all(case)
    clerk = log_in(client, Role.CLERK)
    page = clerk.post(f"/cases/{case.id}/steps/accept", 422, data={"on": "三月初"})
    assert "认不出" in page.one(id="field-on").text
    assert page.one("input", name="on").attrs["value"] == "三月初"
    clerk.post(f"/cases/{case.id}/steps/accept", data={"on": "2026年3月2日"})
    assert Case.get_by_id(case.id).state == "accepted"


def test_a_manager_takes_the_last_step_back(client):
    case = an_accepted()
    manager = log_in(client, Role.MANAGER)
    page = manager.get(f"/cases/{case.id}/take-back")
    data = {"version": page.one("input", name="version").attrs["value"]}
    assert "请写明原因" in manager.post(f"/cases/{case.id}/take-back", 422, data=data).text
    manager.post(f"/cases/{case.id}/take-back", data={**data, "reason": "误点受理"})
    assert Case.get_by_id(case.id).state == "filed"
    assert Document.get(Document.case == case).state == "voided"


def test_a_manager_reinstates_a_lapsed_application_and_the_next_night_leaves_it(client, at):
    case = an_application()
    miss(case, 3)
    step(case, "request_correction", Role.CLERK, MONDAY)
    serve_last(case, MONDAY)
    night(date(2026, 3, 10))
    at(2026, 3, 10)
    manager = log_in(client, Role.MANAGER)
    manager.post(f"/cases/{case.id}/reinstate", data={"reason": "邮寄途中延误", "new_due": "2026-03-13"})
    assert Case.get_by_id(case.id).state == "correction_requested"
    assert night(date(2026, 3, 11)) == []
    assert clock_of(case, "correction").due_on == date(2026, 3, 13)


def test_a_wrong_day_is_corrected_on_the_history_page(client, at):
    case = an_accepted()
    at(2026, 3, 5)
    clerk = log_in(client, Role.CLERK)
    taken = StepTaken.get(StepTaken.case == case, StepTaken.action == "accept")
    clerk.post(
        f"/cases/{case.id}/taken/{taken.id}/day", data={"on": "2026-03-04", "reason": "通知书实为 4 日出具"}
    )
    assert clock_of(case, "evaluation").due_on == date(2026, 6, 4)
    assert "更正“受理”的办理日期" in clerk.get(f"/cases/{case.id}/history").text


@pytest.mark.clause("LC-14a-3")
def test_evidence_is_uploaded_shown_and_stays_when_removed(client):
    case = an_accepted()
    reviewer = log_in(client, Role.REVIEWER)
    url = f"/cases/{case.id}/attachments"
    reviewer.post(url, data={"purpose": "evidence", "material": "0", "files": (BytesIO(PDF), "比对记录.pdf")})
    row = Attachment.get(Attachment.case == case)
    assert (row.purpose, row.filename, row.content_type) == ("evidence", "比对记录.pdf", "application/pdf")
    assert reviewer.get(f"{url}/{row.id}").data == PDF
    reviewer.post(f"{url}/{row.id}/remove", data={"reason": "传错"})
    assert Attachment.get_by_id(row.id).removed_reason == "传错"
    assert reviewer.get(f"{url}/{row.id}").data == PDF


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("程序.pdf", b"MZ\x90\x00", "只能上传"),
        ("空.pdf", b"", "空文件"),
        ("../../etc/网页.pdf", b"<html>", "只能上传"),
    ],
)
def test_a_foreign_file_is_refused_and_nothing_is_kept(client, app, name, content, sentence):
    case = an_accepted()
    page = log_in(client, Role.CLERK).post(
        f"/cases/{case.id}/attachments", 422, data={"purpose": "other", "files": (BytesIO(content), name)}
    )
    assert sentence in page.one(id="refusal").text
    assert Attachment.select().count() == 0
    assert list((app.config["INSTANCE"] / "attachments").iterdir()) == []


def test_a_case_of_another_county_is_not_there(client):
    foreign = an_accepted(office=an_office("清源县医疗保险事业中心", "清医保"))
    clerk = log_in(client, Role.CLERK)
    assert clerk.get(f"/cases/{foreign.id}", 404).text
    assert clerk.post(
        f"/cases/{foreign.id}/steps/withdraw", 404, data={"on": "2026-03-02", "reason": "x"}
    ).text


def test_a_case_is_handed_over_with_a_reason(client):
    case = an_accepted()
    to = a_group(case, "韩雪")[0]
    log_in(client, Role.MANAGER).post(f"/cases/{case.id}/hand-over", data={"to": to.id, "reason": "周敏休假"})
    assert Case.get_by_id(case.id).handler_id == to.id


def corrected():
    case = an_application()
    miss(case, 3)
    step(case, "request_correction", Role.CLERK, MONDAY)
    serve_last(case, MONDAY)
    return step(case, "receive_supplement", Role.CLERK, MONDAY)


def test_the_page_asks_the_database_as_often_for_one_clock_as_for_many(client, statements):
    few, many = an_application(), an_application()
    for case in (few, many, many, many):
        miss(case, 3)
        step(case, "request_correction", Role.CLERK, MONDAY, reason="又有缺项")
        serve_last(case, MONDAY)
        step(case, "receive_supplement", Role.CLERK, MONDAY)
    clerk = log_in(client, Role.CLERK)
    clerk.get(f"/cases/{few.id}")
    with statements() as first:
        clerk.get(f"/cases/{few.id}")
    with statements() as second:
        clerk.get(f"/cases/{many.id}")
    assert len(first) == len(second)


@pytest.mark.parametrize(("made", "most"), [(an_application, 37), (corrected, 38), (an_accepted, 24)])
def test_the_page_asks_the_database_no_more_than_it_needs(client, statements, made, most):
    """What is asked twice is passed on: the application's facts, the checks before acceptance."""
    case, clerk = made(), log_in(client, Role.CLERK)
    clerk.get(f"/cases/{case.id}")  # the calendar is read once
    with statements() as seen:
        clerk.get(f"/cases/{case.id}")
    assert len(seen) <= most


def test_once_all_have_signed_the_conclusion_is_the_loud_button(client):
    case = an_accepted()
    a_group(case, "孙立群")
    case = step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    serve_last(case, MONDAY)
    reviewer = log_in(client, Role.REVIEWER)

    def loud():
        panel = reviewer.get(f"/cases/{case.id}").one(id="next-steps")
        return [button.text for button in panel.all("a", class_="btn-primary")]

    assert loud() == ["填写审核评价表"]
    a_signed_sheet(case, "desk")
    assert loud() == ["审核评价通过"]
