"""The blanks of a book as form fields: what is typed, kept and shown again."""

from datetime import date

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from blueprints.book_fields import blank_data, blank_values, parse_number, with_blanks
from blueprints.fields import HouseForm
from rules.form_rows import Field


def a_blank(key, type="text", **more):
    return Field(
        key=key, label=key, of="institution", kinds=("medical",), article="附件11-1", type=type, **more
    )


ROWS = [
    a_blank("postcode", max=6, group="位置"),
    a_blank("scope", "long", max=500),
    a_blank("area", "number", unit="平方米"),
    a_blank("served", "choice", choices=("社会", "内部"), is_required=True),
    a_blank("drugs", "many", choices=("西药", "中成药", "中药饮片")),
    a_blank("open_on", "day"),
    a_blank("office_phone", "phone"),
]
TYPED = {
    "blank_postcode": " 252000 ",
    "blank_scope": "内科\n外科",
    "blank_area": "１20.5",
    "blank_served": "社会",
    "blank_drugs": ["西药", "中药饮片"],
    "blank_open_on": "2024年5月1日",
    "blank_office_phone": "0635-5550106",
}
KEPT = {
    "postcode": "252000",
    "scope": "内科\n外科",
    "area": 120.5,
    "served": "社会",
    "drugs": ["西药", "中药饮片"],
    "open_on": "2024-05-01",
    "office_phone": "0635-5550106",
}


def a_form(app, typed):
    with app.test_request_context(method="POST", data=MultiDict(typed)):
        form = with_blanks(HouseForm, ROWS)()
        form.validate()
        return form


def test_what_is_typed_is_kept_ready_for_json(app):
    form = a_form(app, TYPED)
    assert form.errors_flat == []
    assert blank_values(form, ROWS) == KEPT


def test_what_is_kept_is_shown_again(app):
    with app.test_request_context():
        form = with_blanks(HouseForm, ROWS)(data=blank_data(KEPT, ROWS))
        assert form.blank_open_on.data == date(2024, 5, 1)
        assert blank_values(form, ROWS) == KEPT


def test_empty_blanks_are_left_out(app):
    form = a_form(app, {"blank_served": "内部", "blank_postcode": " ", "blank_area": ""})
    assert blank_values(form, ROWS) == {"served": "内部"}


def test_each_refusal_names_its_blank(app):
    form = a_form(
        app,
        {
            "blank_postcode": "2520001",
            "blank_area": "很大",
            "blank_drugs": ["保健品"],
            "blank_open_on": "昨天",
            "blank_office_phone": "12",
        },
    )
    assert [field for field, _, _ in form.errors_flat] == [
        "blank_postcode",
        "blank_area",
        "blank_served",
        "blank_drugs",
        "blank_open_on",
        "blank_office_phone",
    ]
    assert form.blank_area._value() == "很大"


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("1,200", 1200), ("12.50", 12.5), ("０", 0), ("1e3", 1000)]
)
def test_a_number_as_it_is_typed(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["-1", "1e99", "NaN", "Infinity", "1.234", "十二", "1 2"])
def test_what_is_no_count_or_measure_is_refused(text):
    with pytest.raises(ValueError, match="数"):
        parse_number(text)


def test_blanks_stand_under_the_heading_of_their_group(app):
    with app.test_request_context():
        form = with_blanks(HouseForm, ROWS)()
        html = render_template_string(
            '{% from "macros/blanks.html" import blanks %}{{ blanks(form, rows) }}', form=form, rows=ROWS
        )
    assert html.count("<section") == html.count("</section>") == 2
    assert "<h2>位置</h2>" in html
    assert html.count('class="field"') == len(ROWS)
