"""Files of the material list: uploaded row by row, looked at, replaced, taken out, reused."""

from datetime import date
from io import BytesIO

import pytest

from lifecycle import files, materials
from models import Attachment, CaseMaterial, Event, Role
from tests.builders import (
    MONDAY,
    an_accepted,
    an_application,
    an_institution,
    an_office,
    hand_of,
    receive_all,
    step,
)
from tests.page import log_in

PDF = b"%PDF-1.4\n%%EOF\n"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


def row_of(case, no):
    return CaseMaterial.get(CaseMaterial.case == case, CaseMaterial.no == no)


def a_file(case, no=2, name="执业许可证.pdf", **given):
    return materials.supply(row_of(case, no), [(name, PDF)], hand=hand_of(Role.CLERK), **given)[0]


def chosen(*names, content=PDF):
    return {"files": [(BytesIO(content), name) for name in names]}


def url(case, rest=""):
    return f"/cases/{case.id}/materials{rest}"


def test_several_files_go_into_one_row_and_the_row_swaps_itself(clerk):
    case = an_application()
    row = row_of(case, 2)
    answer = clerk.swap("post", url(case, f"/{row.id}/files"), data=chosen("许可证.pdf", "职称证.pdf"))
    assert answer.roots[0].attrs["id"] == f"material-{row.id}"
    assert [link.text for link in answer.all("a", class_="clip")] == ["许可证.pdf", "职称证.pdf"]
    assert answer.headers["HX-Trigger"] == "case-changed"
    assert CaseMaterial.get_by_id(row.id).state == "pending"


def test_without_javascript_an_upload_leads_back_to_its_row(clerk):
    case = an_application()
    row = row_of(case, 2)
    page = clerk.post(url(case, f"/{row.id}/files"), data=chosen("许可证.pdf"))
    assert page.location == url(case) + f"#material-{row.id}"
    form = clerk.get(url(case)).one("form", id=f"files-form-{row.id}")
    assert (form.attrs["method"], form.attrs["enctype"]) == ("post", "multipart/form-data")
    assert form.attrs["action"] == url(case, f"/{row.id}/files")


def test_nothing_chosen_and_a_wrong_file_are_told(clerk):
    case = an_application()
    row = row_of(case, 2)
    for data, told in (
        ({}, "请选择要上传的文件"),
        (chosen("a.pdf", content=b"MZ"), "“a.pdf”没有保存：只能上传"),
    ):
        page = clerk.swap("post", url(case, f"/{row.id}/files"), status=422, data=data)
        assert told in page.all("div", id="refusal")[0].text
    assert Attachment.select().count() == 0


@pytest.mark.parametrize(
    ("kind", "tag"),
    [("application/pdf", "iframe"), ("image/jpeg", "img"), ("video/mp4", "video")],
)
def test_a_file_is_shown_beside_the_list(clerk, kind, tag):
    case = an_application()
    file = a_file(case)
    Attachment.update(content_type=kind).execute()
    shown = clerk.swap("get", url(case, f"/files/{file.id}")).one(tag)
    assert shown.attrs["src"] == f"/cases/{case.id}/attachments/{file.id}"
    page = clerk.get(url(case, f"/files/{file.id}"))
    assert (len(page.all(tag)), len(page.all("tr", id=f"material-{file.material_id}"))) == (1, 1)


def test_a_word_file_is_offered_for_download_with_name_and_size(clerk):
    case = an_application()
    file = a_file(case)
    Attachment.update(content_type=DOCX, size=2_600_000).execute()
    page = clerk.swap("get", url(case, f"/files/{file.id}"))
    assert page.one("a", href=f"/cases/{case.id}/attachments/{file.id}", target=None).text
    assert "大小2.5 MB" in page.text


def test_the_preview_leads_to_the_files_before_and_after(clerk):
    case = an_application()
    ids = [a_file(case, no).id for no in (2, 3, 4)]
    page = clerk.swap("get", url(case, f"/files/{ids[1]}"))
    links = {link.text: link.attrs["href"] for link in page.all("a")}
    assert links["上一个"] == url(case, f"/files/{ids[0]}")
    assert links["下一个"] == url(case, f"/files/{ids[2]}")


def test_a_replaced_file_is_found_in_the_history_of_its_row(clerk):
    case = an_application()
    old = a_file(case, name="旧.pdf")
    answer = clerk.swap("post", url(case, f"/files/{old.id}/replace"), data=chosen("新.pdf"))
    assert [link.text for link in answer.all("a", class_="clip")] == ["新.pdf"]
    assert "另有 1 个已替换或移除" in answer.text
    history = clerk.get(url(case, f"/{old.material_id}/history"))
    assert [cell.text for cell in history.all("th", scope="row")] == ["新.pdf", "旧.pdf"]
    assert "2026-03-02 替换为“新.pdf”" in history.text
    clerk.swap("post", url(case, f"/files/{old.id}/replace"), status=422, data=chosen("a.pdf", "b.pdf"))


def test_a_file_is_taken_out_with_a_reason_and_stays_on_record(clerk):
    case = an_application()
    file = a_file(case)
    clerk.post(url(case, f"/files/{file.id}/take-out"), status=422, data={"reason": " "})
    clerk.post(url(case, f"/files/{file.id}/take-out"), data={"reason": "传错了机构"})
    assert Attachment.get_by_id(file.id).removed_reason == "传错了机构"
    assert files.path_of(file).exists()
    assert clerk.get(url(case)).all("a", class_="clip") == []


def test_a_file_changed_on_the_disk_is_not_opened_and_told_in_the_trail(clerk):
    case = an_application()
    file = a_file(case)
    link = f"/cases/{case.id}/attachments/{file.id}"
    assert clerk.get(link).data == PDF
    files.path_of(file).write_bytes(PDF + b"%other")
    assert "与上传时不一致" in clerk.get(link, status=422).text
    event = Event.select().where(Event.action == "file_changed").get()
    assert (event.change["filename"], event.case_id) == ("执业许可证.pdf", case.id)
    files.path_of(file).unlink()
    clerk.get(link, status=422)


def test_another_cases_file_is_not_there(clerk):
    mine, other = an_application(), an_application(office=an_office("别县医保中心", "别医保"))
    row = row_of(other, 2)
    file = Attachment.create(
        case=other, material=row, purpose="material", filename="a.pdf", stored_as="x",
        content_type="application/pdf", size=1, sha256="0" * 64, uploaded_by=other.handler,
        uploaded_at=Event.select().get().at,
    )  # fmt: skip
    for case in (mine, other):
        clerk.get(url(case, f"/files/{file.id}"), status=404)
        clerk.post(url(case, f"/files/{file.id}/replace"), status=404, data=chosen("a.pdf"))
        clerk.post(url(case, f"/{row.id}/files"), status=404, data=chosen("a.pdf"))


def test_a_reviewer_looks_but_does_not_touch(client):
    case = an_accepted()
    file = a_file(case)
    reviewer = log_in(client, Role.REVIEWER)
    page = reviewer.get(url(case, f"/files/{file.id}"))
    assert page.all("form", class_="pick") == []
    reviewer.post(url(case, f"/files/{file.id}/replace"), status=403, data=chosen("a.pdf"))


# --- What serves again ---


@pytest.fixture
def again(app):
    """The next application of an institution that handed in rows 2 and 4 once."""
    hospital = an_institution()
    old = an_application(institution=hospital)
    for no, name in ((2, "许可证.pdf"), (4, "租赁合同.pdf")):
        a_file(old, no, name)
    receive_all(old)
    step(old, "withdraw", Role.CLERK, MONDAY, reason="书面撤回")
    return old, an_application(institution=hospital)


def test_a_row_takes_over_what_an_earlier_case_received(clerk, again):
    old, case = again
    row = row_of(case, 2)
    offered = clerk.get(url(case)).one("tr", id=f"material-{row.id}").one("div", class_="reuse")
    assert f"办件 {old.number} 于 03-02 收过：许可证.pdf" in offered.text
    answer = clerk.swap("post", url(case, f"/{row.id}/reuse"))
    assert f"沿用自 {old.number}" in answer.text
    row, copy = row_of(case, 2), Attachment.select().where(Attachment.case == case).get()
    assert (row.state, row.received_on, row.note) == ("received", MONDAY, f"沿用自 {old.number}")
    first = Attachment.get(Attachment.case == old, Attachment.filename == "许可证.pdf")
    assert (copy.source, copy.sha256, copy.stored_as == first.stored_as) == (first, first.sha256, False)
    assert files.is_whole(copy)


def test_a_row_that_has_a_file_is_not_taken_over_again(clerk, again):
    _, case = again
    clerk.post(url(case, f"/{row_of(case, 2).id}/reuse"))
    clerk.post(url(case, f"/{row_of(case, 2).id}/reuse"), status=422)
    clerk.post(url(case, f"/{row_of(case, 3).id}/reuse"), status=422)
    assert Attachment.select().where(Attachment.case == case).count() == 1


def test_all_that_is_still_valid_is_taken_over_at_once(clerk, again):
    old, case = again
    lease = Attachment.get(Attachment.case == old, Attachment.filename == "租赁合同.pdf")
    clerk.swap("post", url(old, f"/files/{lease.id}/validity"), data={"valid_until": "2026-2-28"})
    page = clerk.get(url(case))
    assert page.one("form", action=url(case, "/reuse")).text == "全部沿用（1 项）"
    told = page.one("tr", id=f"material-{row_of(case, 4).id}").one("div", class_="reuse").text
    assert told == f"办件 {old.number} 收过，不能沿用：有效期至 2026-02-28，已过期，须交新的"
    clerk.post(url(case, "/reuse"))
    assert [row_of(case, no).state for no in (2, 4)] == ["received", "pending"]
    clerk.post(url(case, f"/{row_of(case, 4).id}/reuse"), status=422)


def test_a_paper_is_good_on_its_last_day(app, again, clerk):
    old, case = again
    Attachment.update(valid_until=MONDAY).where(Attachment.case == old).execute()
    assert "全部沿用（2 项）" in clerk.get(url(case)).text


def test_the_original_has_to_be_seen_anew(clerk, app):
    hospital = an_institution()
    old = an_application(institution=hospital)
    CaseMaterial.update(state="pending").where(CaseMaterial.case == old, CaseMaterial.no == 9).execute()
    a_file(old, 9, "母婴保健许可证.pdf")
    receive_all(old)
    step(old, "withdraw", Role.CLERK, MONDAY, reason="书面撤回")
    case = an_application(institution=hospital)
    CaseMaterial.update(state="pending").where(CaseMaterial.case == case, CaseMaterial.no == 9).execute()
    clerk.post(url(case, f"/{row_of(case, 9).id}/reuse"))
    row = row_of(case, 9)
    assert (row.state, row.is_original_seen, row.original_seen_on) == ("received", False, None)


def test_another_institutions_files_are_never_offered(clerk, again):
    assert "沿用" not in clerk.get(url(an_application())).text


def test_an_unreadable_validity_is_told_and_kept(clerk):
    case = an_application()
    file = a_file(case)
    page = clerk.swap(
        "post", url(case, f"/files/{file.id}/validity"), status=422, data={"valid_until": "明年"}
    )
    assert page.one("input", name="valid_until").attrs["value"] == "明年"
    assert "日期“明年”认不出" in page.one("p", id="valid-error").text
    clerk.post(url(case, f"/files/{file.id}/validity"), status=200, data={"valid_until": "2027-05-01"})
    assert Attachment.get_by_id(file.id).valid_until == date(2027, 5, 1)


def test_the_list_asks_as_often_for_many_files_as_for_one(clerk, statements):
    few, many = an_application(), an_application()
    a_file(few)
    for no in (2, 2, 3, 4):
        a_file(many, no)
    counts = []
    for case in (few, few, many):
        with statements() as seen:
            clerk.get(url(case))
        counts.append(len(seen))
    assert counts[1] == counts[2]
