"""Printing: empty forms, the forms of a case, the whole number, several cases as one zip."""

import zipfile
from io import BytesIO

import pytest

from lifecycle import long_tasks, vault
from models import Application, Attachment, Case, Event, Institution, LongTask, Role
from tests.builders import MONDAY, a_city, a_draft, a_file, an_accepted, an_application, an_office, serve_last
from tests.documents.test_annexes import text_of
from tests.page import log_in

ANSWERS = {"grade_level": "二级", "grade_rank": "甲"}


def complete(case: Case) -> Case:
    """Fill every blank that annex 2 asks of a hospital."""
    fields = {"ownership": "国有", "category": "综合医院", "is_for_profit": False}
    Institution.update(**fields).where(Institution.id == case.institution_id).execute()
    Application.update(answers=ANSWERS, contact="许某", phone="1").where(Application.case == case).execute()
    return Case.get_by_id(case.id)


def is_marked(docx: bytes) -> bool:
    """Whether 未完成 stands across the pages."""
    with zipfile.ZipFile(BytesIO(docx)) as word:
        parts = [word.read(name).decode() for name in word.namelist() if "header" in name]
    return any('string="未完成"' in part for part in parts)


@pytest.mark.clause("LC-A02-9", "LC-A03-1", "LC-A03-2", "LC-A05-1-0", "LC-A05-2-0")
def test_every_blank_form_of_the_page_can_be_downloaded(client):
    clerk = log_in(client, Role.CLERK)
    links = [a.attrs["href"] for a in clerk.get("/documents/forms").one("tbody").all("a")]
    titles = [text_of(clerk.get(link).data)[:12] for link in links]
    assert len(titles) == 15
    assert titles[0].startswith("医药机构医疗保障定点申请")
    assert clerk.get("/documents/forms/nothing", 404)


def test_a_provider_takes_the_blank_forms_too(client):
    browser = log_in(client, Role.PROVIDER)
    assert "附件2" in browser.get("/documents/forms").text
    assert text_of(browser.get("/documents/forms/commitment_pharmacy").data).startswith("医药机构")


@pytest.mark.clause("LC-A02-9")
def test_the_menu_of_a_case_prints_its_annexes_and_each_print_leaves_an_event(client):
    case = complete(an_application())
    clerk = log_in(client, Role.CLERK)
    menu = clerk.get(f"/cases/{case.id}").one(id="print-menu")
    links = [a.attrs["href"] for a in menu.all("a") if "/forms/" in a.attrs["href"]]
    printed = [clerk.get(link) for link in links]
    texts = [text_of(page.data) for page in printed]
    assert case.institution.name in texts[0]
    assert f"医疗机构名称：{case.institution.name}" in texts[1]
    assert f"机构名称：{case.institution.name}" in texts[2]
    events = Event.select().where(Event.case == case, Event.action == "print").order_by(Event.id)
    assert [event.change["name"] for event in events] == [
        "附件2 定点申请表",
        "附件3 信息系统承诺书",
        "附件5-1 申请材料清单",
    ]
    assert "打印表格和文书 3 次" in clerk.get(f"/cases/{case.id}").one(id="timeline").text


def test_the_number_is_masked_unless_printed_whole_on_purpose(client):
    case = complete(a_draft())
    clerk = log_in(client, Role.CLERK)
    person = case.institution.legal_representative
    whole = vault.reveal(person.id_cipher)
    url = f"/documents/cases/{case.id}/forms/application_form"
    masked = text_of(clerk.get(url).data)
    assert (person.id_masked in masked, whole in masked) == (True, False)
    assert whole in text_of(clerk.post(f"{url}/whole", 200).data)
    revealed = Event.select().where(Event.action == "reveal_id")
    assert [e.change["id"] for e in revealed] == [person.id_masked]
    assert [e.change["name"] for e in Event.select().where(Event.case == case, Event.action == "print")] == [
        "附件2 定点申请表",
        "附件2 定点申请表（完整证件号）",
    ]
    assert whole not in str([event.change for event in Event.select()])


def test_a_city_reads_the_form_of_a_county_but_a_leader_does_not_see_the_number(client):
    an_office(parent=a_city())
    case = complete(a_draft())
    url = f"/documents/cases/{case.id}/forms/application_form"
    leader = log_in(client, Role.LEADER, office=a_city())
    leader.get(url)
    leader.post(f"{url}/whole", 403)
    assert "完整证件号" not in leader.get(f"/cases/{case.id}").one(id="print-menu").text


def test_what_is_not_finished_prints_with_the_word_across(client):
    case = an_application()
    clerk = log_in(client, Role.CLERK)
    url = f"/documents/cases/{case.id}/forms"
    assert is_marked(clerk.get(f"{url}/application_form").data)
    told = clerk.get(f"/cases/{case.id}").text
    assert "还有 5 处没有填：联系人、所有制形式、医疗机构类别、经营性质、医疗机构机构等级。" in told
    assert is_marked(clerk.get(f"{url}/material_list").data)
    complete(case)
    assert not is_marked(clerk.get(f"{url}/application_form").data)
    accepted = an_accepted()
    assert not is_marked(clerk.get(f"/documents/cases/{accepted.id}/forms/material_list").data)


def test_an_unknown_form_and_a_case_without_annexes_are_not_there(client):
    case = a_draft()
    log_in(client, Role.CLERK).get(f"/documents/cases/{case.id}/forms/x", 404)


@pytest.mark.clause("LC-12-1b", "LC-12-4")
def test_several_cases_become_one_zip_with_a_folder_each_and_an_event_each(client):
    first, second = complete(an_accepted()), an_application()
    document = serve_last(first, MONDAY)
    scan = a_file(first, "receipt")
    Attachment.update(document=document).where(Attachment.id == scan.id).execute()
    clerk = log_in(client, Role.CLERK)
    page = clerk.get(f"/documents/batch?cases={first.id}&cases={second.id}&cases=999999")
    assert [row.all("td")[2].text for row in page.one("tbody").all("tr")] == ["1 份", "0 份"]
    answer = clerk.post("/documents/batch", data={"cases": [first.id, second.id]})
    long_tasks.join_all()
    task = LongTask.get()
    assert (task.state, task.done, task.total) == ("done", 2, 2)
    assert answer.location.endswith(f"/imports/tasks/{task.id}")
    with zipfile.ZipFile(BytesIO(clerk.get(f"/imports/tasks/{task.id}/file").data)) as archive:
        names = sorted(archive.namelist())
    folder = f"{first.number} {first.institution.name}"
    assert names == sorted(
        [
            f"{folder}/{document.number} {document.name}.docx",
            f"{folder}/{document.number} 送达回执.docx",
            *(
                f"{case.number} {case.institution.name}/{form}.docx"
                for case in (first, second)
                for form in ("附件2 定点申请表", "附件3 信息系统承诺书", "附件5-1 申请材料清单")
            ),
        ]
    )
    told = {e.case_id: e.change["name"] for e in Event.select().where(Event.action == "print")}
    assert told == {first.id: "全部文书（5 个文件）", second.id: "全部文书（3 个文件）"}


def test_nothing_picked_packs_nothing_and_another_countys_case_is_left_out(client):
    elsewhere = an_accepted(office=an_office("清源县医疗保险事业中心", "清医保"))
    clerk = log_in(client, Role.CLERK)
    assert "没有选择办件" in clerk.get("/documents/batch").text
    clerk.post("/documents/batch", data={"cases": [elsewhere.id]})
    assert LongTask.select().count() == 0


def test_a_scan_in_the_zip_is_the_file_that_was_uploaded(client):
    case = an_accepted()
    document = serve_last(case, MONDAY)
    clerk = log_in(client, Role.CLERK)
    content = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    clerk.post(f"/documents/{document.id}/proof/scan", data={"scan": (BytesIO(content), "回执.pdf")})
    clerk.post("/documents/batch", data={"cases": [case.id]})
    long_tasks.join_all()
    with zipfile.ZipFile(BytesIO(clerk.get(f"/imports/tasks/{LongTask.get().id}/file").data)) as archive:
        scans = [name for name in archive.namelist() if "扫描件" in name]
        assert [archive.read(name) for name in scans] == [content]
