"""Annex 2 field by field: its blanks, its repeating rows, and what they say for other parts of the case."""

import pytest
from werkzeug.datastructures import MultiDict

from blueprints import book_tables
from models import Application, CaseMaterial, Institution, Role
from rules.book import BOOKS, load_book
from tests.intake.test_routes import TYPED, error_under, refusal
from tests.page import log_in

PHARMACY = {
    **{key: text for key, text in TYPED.items() if not key.startswith("blank_")},
    "kind": "pharmacy",
    "types": ["personal_account"],
    "features": [],
    "business_model": "单体",
    "blank_drugs": ["西药", "中成药"],
}


@pytest.fixture
def clerk(client):
    return log_in(client, Role.CLERK)


@pytest.fixture(scope="module")
def book():
    return load_book(BOOKS / "liaocheng-2023")


def table(book, key):
    return next(table for table in book.tables if table.key == key)


def department(no, *texts):
    """The cells of row `no` of 住院科室, in printed order."""
    keys = ("code", "name", "beds", "physicians", "seniors", "physician_note", "nurses", "nurse_note")
    filled = [*texts, *[""] * (len(keys) - len(texts))]
    return {f"t_departments-{no}-{key}": text for key, text in zip(keys, filled, strict=True)}


@pytest.mark.clause("LC-A02-5", "LC-A02-6")
def test_the_two_tables_have_the_printed_columns_and_the_clinics_no_beds(book):
    printed = [
        "科室编码",
        "科室名称",
        "开展床位",
        "医师数量",
        "医师中级及以上职称",
        "医师备注",
        "护士数量",
        "护士备注",
    ]
    tables = book.tables_of("application", "medical")
    assert [(t.label, [c.label for c in t.columns]) for t in tables] == [
        ("住院科室", printed),
        ("门诊诊室", printed),
    ]
    assert [[c.label for c in t.columns if c.is_blank] for t in tables] == [[], ["开展床位"]]
    assert book.tables_of("application", "pharmacy") == []


@pytest.mark.clause("LC-A02-5", "LC-A02-6")
def test_departments_and_clinics_are_kept_row_by_row_and_counted(clerk):
    rows = department(1, "0301", "消化内科", "40", "６", "3", "含返聘", "12", "")
    rows |= department(2) | department(3, "", "骨科", "40")
    rows |= {"t_clinics-1-name": "口腔科门诊", "t_clinics-1-nurses": "2", "t_clinics-1-beds": "9"}
    clerk.post("/applications/new", data={**TYPED, **rows})
    application = Application.get()
    assert application.tables == {
        "departments": [
            {
                "code": "0301",
                "name": "消化内科",
                "beds": 40,
                "physicians": 6,
                "seniors": 3,
                "physician_note": "含返聘",
                "nurses": 12,
            },
            {"name": "骨科", "beds": 40},
        ],
        "clinics": [{"name": "口腔科门诊", "nurses": 2}],
    }
    assert application.counts == {"dialysis_machine": 12, "inpatient_department": 2, "bed": 80}


def test_a_wrong_cell_is_told_beside_it_and_everything_typed_stays(clerk):
    rows = department(1, "0301", "", "四十") | department(2, "0302", "内科", "1" * 9)
    page = clerk.post("/applications/new", status=422, data={**TYPED, **rows})
    told = [span.text for span in page.one("table", id="grid-departments").all("span", class_="error")]
    assert told == ["请填写科室名称", "请填写整数", "数目不对，请核对"]
    assert page.one("input", id="t_departments-1-beds").attrs["value"] == "四十"
    links = [link.attrs["href"] for link in refusal(page).all("a")]
    assert links == ["#t_departments-1-name", "#t_departments-1-beds", "#t_departments-2-beds"]


def test_a_row_is_added_and_removed_without_script_and_nothing_is_saved(clerk):
    rows = department(1, "0301", "内科") | department(2, "0302", "骨科") | department(3)
    page = clerk.post("/applications/new", status=200, data={**TYPED, **rows, "add_row": "departments"})
    shown = [
        field.attrs["id"] for field in page.all("input") if field.attrs.get("name", "").endswith("-code")
    ]
    assert [name for name in shown if "departments" in name] == [
        f"t_departments-{n}-code" for n in (1, 2, 3, 4)
    ]
    assert page.one("input", id="name").attrs["value"] == TYPED["name"]
    assert "autofocus" in page.one("input", id="t_departments-4-code").attrs
    page = clerk.post("/applications/new", status=200, data={**TYPED, **rows, "remove_row": "departments-1"})
    assert page.one("input", id="t_departments-1-name").attrs["value"] == "骨科"
    assert Application.select().count() == 0


def test_a_row_is_added_by_swapping_the_table_alone(clerk):
    data = {**TYPED, **department(1, "0301", "内科"), "add_row": "clinics"}
    answer = clerk.swap("post", "/applications/rows/clinics", data=data)
    assert answer.roots[0].attrs["id"] == "table-clinics"
    assert len(answer.one("tbody").all("tr")) == book_tables.SHOWN
    clerk.post("/applications/rows/nothing", status=404, data=data)


def test_a_table_has_an_end(book):
    rows = {f"t_clinics-{n}-name": "诊室" for n in range(book_tables.MOST_ROWS + 5)}
    found = book_tables.posted(MultiDict(rows), table(book, "clinics"))
    assert (len(found.rows), found.error) == (200, "最多填写 200 行")
    full = MultiDict({f"t_clinics-{n}-name": "诊室" for n in range(200)} | {"add_row": "clinics"})
    assert len(book_tables.posted(full, table(book, "clinics")).rows) == 200


def test_odd_names_of_rows_are_ignored(book):
    odd = MultiDict(
        {
            "t_clinics--name": "a",
            "t_clinics-²-name": "b",
            "t_clinics-9999999-name": "c",
            "t_clinics-1-no": "d",
        }
    )
    assert book_tables.table_values(odd, table(book, "clinics")) == []


@pytest.mark.clause("LC-A02-5")
def test_a_sum_of_beds_that_differs_is_warned_of_and_does_not_stop_the_receipt(clerk):
    rows = department(1, "", "内科", "40") | department(2, "", "骨科", "30")
    told = "住院科室开展床位合计 70，与床位数 80 不同，请核对"
    assert told in clerk.swap("post", "/applications/duplicates", data={**TYPED, **rows}).text
    agreed = {**TYPED, **rows, **department(3, "", "儿科", "10")}
    assert told not in clerk.swap("post", "/applications/duplicates", data=agreed).text
    clerk.post("/applications/new", data={**TYPED, **rows})
    assert Application.select().count() == 1


@pytest.mark.clause("LC-A02-4", "LC-A02-7")
def test_the_grade_is_asked_as_printed_and_kept_in_one_word(clerk):
    blanks = {
        "blank_grade_level": "三级",
        "blank_grade_rank": "甲等",
        "blank_chronic_a": "12",
        "blank_chronic_b": "30",
    }
    clerk.post("/applications/new", data={**TYPED, **blanks, "types": ["chronic_outpatient"]})
    assert Institution.get().grade == "三级甲等"
    answers = Application.get().answers
    assert (answers["grade_level"], answers["chronic_a"], answers["chronic_b"]) == ("三级", 12, 30)
    page = clerk.get(f"/applications/new?institution={Institution.get().id}")
    assert page.one("input", id="blank_grade_rank").attrs["value"] == "甲"


@pytest.mark.clause("LC-A02-8")
def test_a_pharmacy_says_its_drugs_model_and_class(clerk):
    clerk.post("/applications/new", data={**PHARMACY, "blank_pharmacy_class": "3类"})
    row, application = Institution.get(), Application.get()
    assert (row.business_model, row.category) == ("单体", "3类")
    assert application.answers == {"drugs": ["西药", "中成药"], "pharmacy_class": "3类"}
    page = clerk.post("/applications/new", status=422, data={**PHARMACY, "blank_drugs": []})
    assert error_under(page, "blank_drugs") == "请选择经营药品"


def test_the_drugs_declare_what_they_bring_and_nobody_ticks_twice(clerk, book):
    page = clerk.get("/applications/new?kind=pharmacy")
    ticks = [box.attrs["value"] for box in page.all("input", name="features")]
    assert ticks == ["prescription_drug"]
    drugs = {"blank_drugs": ["西药", "中药饮片", "特药"]}
    clerk.post("/applications/new", data={**PHARMACY, **drugs})
    asked = {row.no for row in CaseMaterial.select().where(CaseMaterial.state == "pending")}
    by_feature = {m.no for m in book.materials_for("pharmacy") if m.feature == "negotiated_drug"}
    assert by_feature
    assert by_feature <= asked


def test_applying_for_special_drugs_says_that_they_are_sold(clerk):
    clerk.post("/applications/new", data={**PHARMACY, "types": ["negotiated_drug"]})
    assert Application.get().answers["drugs"] == ["西药", "中成药", "特药"]


def test_obstetrics_asks_for_the_training_too(clerk):
    clerk.post("/applications/new", data={**TYPED, "features": ["obstetrics"], "count_dialysis_machine": ""})
    rows = {row.no: row.state for row in CaseMaterial.select()}
    assert (rows[9], rows[10]) == ("pending", "pending")
