"""Every row of annexes 5-1 and 5-2 takes files and a tick; added rows; what a correction brought."""

from datetime import date
from io import BytesIO

import pytest

from lifecycle import materials
from models import Attachment, CaseMaterial, Document, Filing, Role
from tests.builders import (
    MONDAY,
    an_accepted,
    an_application,
    clear_checks,
    hand_of,
    miss,
    receive_all,
    serve_last,
    step,
)
from tests.page import log_in

PDF = b"%PDF-1.4\n%%EOF\n"
HOSPITAL = [
    pytest.param(1, ["定点申请表"], marks=pytest.mark.clause("LC-08-1", "LC-A05-1-01")),
    pytest.param(
        2,
        ["执业许可证》副本或备案证复印件", "卫生技术人员执业证", "专业技术职称证"],
        marks=pytest.mark.clause("LC-08-2a", "LC-08-2b", "LC-08-2c", "LC-A05-1-02"),
    ),
    pytest.param(3, ["花名册（盖章的PDF版）"], marks=pytest.mark.clause("LC-08-3a", "LC-A05-1-03")),
    pytest.param(4, ["不动产权证或租赁合同（协议）"], marks=pytest.mark.clause("LC-08-4", "LC-A05-1-04")),
    pytest.param(5, ["信息系统承诺书"], marks=pytest.mark.clause("LC-08-5", "LC-A05-1-05")),
    pytest.param(6, ["内部管理制度和财务制度文本"], marks=pytest.mark.clause("LC-08-6", "LC-A05-1-06")),
    pytest.param(7, ["预测性分析报告"], marks=pytest.mark.clause("LC-08-7", "LC-A05-1-07")),
]
PHARMACY = [
    pytest.param(1, ["申请表"], marks=pytest.mark.clause("LC-09-1", "LC-A05-2-01")),
    pytest.param(
        2,
        [
            "《药品经营许可证》副本和《营业执照》",
            "法定代表人、主要负责人或实际控制人身份证",
            "药学技术人员的注册证、专业技术职称证",
            "营业人员的从业证（上岗证）复印件及其劳动合同",
            "医保专（兼）职管理人员的劳动合同",
        ],
        marks=pytest.mark.clause("LC-09-2a", "LC-09-2b", "LC-09-2c", "LC-09-2d", "LC-09-2e", "LC-A05-2-02"),
    ),
    pytest.param(3, ["花名册（盖章的PDF版）"], marks=pytest.mark.clause("LC-09-3a", "LC-A05-2-03")),
    pytest.param(
        4,
        ["不动产权证或租赁合同", "户外正面照片", "室内全景电子视频"],
        marks=pytest.mark.clause("LC-09-4a", "LC-09-4b", "LC-A05-2-04"),
    ),
    pytest.param(5, ["信息系统承诺书"], marks=pytest.mark.clause("LC-09-5", "LC-A05-2-05")),
    pytest.param(6, ["内部管理制度和财务制度文本"], marks=pytest.mark.clause("LC-09-6", "LC-A05-2-06")),
]


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def row_of(case, no):
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def url(case, rest=""):
    return f"/cases/{case.id}/materials{rest}"


def takes_file_and_tick(clerk, case, no, words):
    """Upload to the row and tick it on the page; return whether both are kept and the title says `words`."""
    row = row_of(case, no)
    shown = clerk.get(url(case)).one("tr", id=f"material-{row.id}")
    assert [word for word in words if word not in shown.text] == []
    upload = shown.one("form", id=f"files-form-{row.id}").attrs["action"]
    clerk.post(upload, data={"files": [(BytesIO(PDF), "扫描件.pdf")]})
    tick = shown.one("form", id=f"material-form-{row.id}").attrs["action"]
    clerk.post(tick, data={"state": "received", "version": str(row.version)})
    assert Attachment.get().material == row
    assert row_of(case, no).state == "received"


@pytest.mark.parametrize(("no", "words"), HOSPITAL)
def test_each_material_of_a_hospital_takes_files_and_a_tick(clerk, no, words):
    takes_file_and_tick(clerk, an_application(), no, words)


@pytest.mark.parametrize(("no", "words"), PHARMACY)
def test_each_material_of_a_pharmacy_takes_files_and_a_tick(clerk, no, words):
    takes_file_and_tick(clerk, an_application(kind="pharmacy"), no, words)


@pytest.mark.parametrize(
    ("kind", "no", "applies"),
    [
        pytest.param("medical", 9, "妇产专业", marks=pytest.mark.clause("LC-A05-1-0")),
        pytest.param("pharmacy", 7, "谈判药（特药）定点", marks=pytest.mark.clause("LC-A05-2-0")),
    ],
)
def test_a_row_shows_tick_number_title_and_where_it_applies(clerk, kind, no, applies):
    case = an_application(kind=kind)
    row = row_of(case, no)
    shown = clerk.get(url(case)).one("tr", id=f"material-{row.id}")
    assert shown.one("td", class_="num").text == str(no)
    assert row.title in shown.text
    assert f"（{applies}）" in shown.text
    ticks = [radio.attrs["value"] for radio in shown.all("input", name="state")]
    assert ticks == ["received", "missing", "not_applicable"]


@pytest.mark.clause("LC-08-8-1")
def test_the_seen_original_is_kept_with_name_and_day_and_acceptance_waits_for_it(clerk):
    case = an_application()
    receive_all(case)
    CaseMaterial.update(
        state="pending", received_on=None, is_original_seen=False, original_seen_on=None
    ).where(CaseMaterial.case == case, CaseMaterial.no == 9).execute()
    row = row_of(case, 9)
    clerk.post(url(case, f"/{row.id}"), data={"state": "received", "version": str(row.version)})
    clear_checks(case)
    accept = {"on": "2026-03-02", "version": str(case.version)}
    page = clerk.post(f"/cases/{case.id}/steps/accept", 422, data=accept)
    assert "未核原件：9." in page.text
    row = row_of(case, 9)
    data = {"state": "received", "original_seen": "y", "version": str(row.version)}
    clerk.post(url(case, f"/{row.id}"), data=data)
    row = row_of(case, 9)
    assert (row.original_seen_on, row.original_seen_by.name) == (MONDAY, "clerk")
    assert "clerk 2026-03-02" in clerk.get(url(case)).one("tr", id=f"material-{row.id}").text
    clerk.post(f"/cases/{case.id}/steps/accept", data=accept)


# --- Rows of one case alone ---


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        pytest.param("medical", 12, marks=pytest.mark.clause("LC-08-0")),
        pytest.param("pharmacy", 9, marks=pytest.mark.clause("LC-09-0")),
    ],
)
def test_a_material_added_for_one_case_counts_and_is_printed(clerk, kind, last):
    case = an_application(kind=kind)
    receive_all(case)
    typed = {"title": "消防验收意见书", "basis": "第八条“包括但不限于”"}
    clerk.swap("post", url(case, "/extra"), data=typed)
    row = row_of(case, last + 1)
    assert (row.title, row.basis, row.is_extra, row.key) == (*typed.values(), True, "x1")
    clear_checks(case)
    page = clerk.post(f"/cases/{case.id}/steps/accept", 422, data={"on": "2026-03-02"})
    assert f"材料未齐：{last + 1}. 消防验收意见书" in page.text
    miss(case, last + 1, "尚未提交")
    step(case, "request_correction", Role.CLERK, MONDAY)
    missing = Document.select().order_by(Document.id.desc()).get().data["missing"]
    assert [item["title"] for item in missing] == ["消防验收意见书"]


def test_an_added_material_without_basis_or_under_a_known_title_is_refused_and_the_typing_stays(clerk):
    case = an_application()
    page = clerk.swap("post", url(case, "/extra"), status=422, data={"title": "消防验收意见书", "basis": ""})
    assert page.one("input", id="extra-title").attrs["value"] == "消防验收意见书"
    assert "请写明按什么要求提供" in page.one("p", id="extra-error").text
    known = {"title": row_of(case, 1).title, "basis": "通知"}
    assert "清单里已经有" in clerk.post(url(case, "/extra"), status=422, data=known).text
    assert CaseMaterial.select().where(CaseMaterial.case == case).count() == 12


def test_an_added_material_goes_while_untouched_and_not_after(clerk):
    case = an_application()
    for title in ("甲", "乙"):
        clerk.post(url(case, "/extra"), data={"title": title, "basis": "通知"})
    first, second = row_of(case, 13), row_of(case, 14)
    clerk.post(url(case, f"/{first.id}/remove"))
    assert CaseMaterial.get_or_none(CaseMaterial.id == first.id) is None
    materials.supply(second, [("a.pdf", PDF)], hand=hand_of(Role.CLERK))
    clerk.post(url(case, f"/{second.id}/remove"), status=422)
    clerk.post(url(case, f"/{row_of(case, 1).id}/remove"), status=403)
    clerk.post(url(case, f"/{second.id}"), data={"state": "not_applicable", "version": "1"})
    assert row_of(case, 14).state == "not_applicable"


def test_after_acceptance_nothing_is_added(clerk):
    clerk.post(url(an_accepted(), "/extra"), status=403, data={"title": "甲", "basis": "通知"})


# --- What came since the correction was asked for ---


@pytest.mark.clause("LC-12-2c")
def test_the_page_tells_what_came_since_the_request_and_what_did_not(client, at):
    case = an_application()
    miss(case, 3, "缺骑缝章")
    miss(case, 5, "缺签名")
    miss(case, 6, "缺财务制度")
    case = step(case, "request_correction", Role.CLERK, MONDAY)
    serve_last(case, MONDAY)
    at(2026, 3, 4)
    hand = hand_of(Role.CLERK)
    materials.supply(row_of(case, 3), [("花名册（补盖）.pdf", PDF)], hand=hand)
    materials.mark_material(row_of(case, 6), state="received", hand=hand, on=date(2026, 3, 3))
    step(case, "receive_supplement", Role.CLERK, date(2026, 3, 4))
    panel = log_in(client, Role.CLERK).get(f"/cases/{case.id}").one("section", id="changes")
    assert "要求补正 3 项，2 项有补交，1 项没有变化" in panel.text
    told = [[cell.text for cell in row.children][2:] for row in panel.all("tr")[1:]]
    assert told == [
        ["缺骑缝章", "花名册（补盖）.pdf（03-04）"],
        ["缺签名", "没有变化"],
        ["缺财务制度", "03-03 收到，标为“齐全”"],
    ]
    answers = [row_of(case, no).answered_on for no in (3, 5, 6)]
    assert answers == [date(2026, 3, 4), None, date(2026, 3, 3)]


def test_a_row_marked_missing_again_is_no_longer_answered_unless_a_file_came(app):
    case = an_application()
    miss(case, 3)
    miss(case, 5)
    step(case, "request_correction", Role.CLERK, MONDAY)
    hand = hand_of(Role.CLERK)
    materials.supply(row_of(case, 3), [("a.pdf", PDF)], hand=hand)
    for no in (3, 5):
        materials.mark_material(row_of(case, no), state="received", hand=hand)
        materials.mark_material(row_of(case, no), state="missing", note="仍缺", hand=hand)
    assert [row_of(case, no).answered_on for no in (3, 5)] == [MONDAY, None]


# --- The provincial system ---


@pytest.mark.clause("LC-12-1a")
def test_the_upload_to_the_provincial_system_is_a_task_until_day_and_number_are_recorded(client):
    case = an_application()
    clerk = log_in(client, Role.CLERK)
    assert clerk.get(f"/cases/{case.id}").all("section", id="province") == []
    receive_all(case)
    clear_checks(case)
    step(case, "accept", Role.CLERK, MONDAY)
    panel = clerk.get(f"/cases/{case.id}").one("section", id="province")
    assert "上传山东省定点医药机构动态管理系统3月2日受理，尚未登记上传" in panel.text
    form = panel.one("form")
    typed = {
        "kind": form.one("input", name="kind").attrs["value"],
        "filed_on": "2026-03-02",
        "number": "SD-118",
    }
    clerk.post(form.attrs["action"], data=typed)
    row = Filing.get()
    assert (row.kind, row.filed_on, row.number, row.recorded_by.name) == (
        "province",
        MONDAY,
        "SD-118",
        "clerk",
    )
    page = clerk.get(f"/cases/{case.id}")
    assert page.all("section", id="province") == []
    assert "SD-118" in page.one("section", id="filings").text
