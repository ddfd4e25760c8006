"""What an institution files otherwise than the register says: the clerk sees it on the case."""

from datetime import date

import pytest

from blueprints.filed_changes import FiledChange, filed_changes
from demo.numbers import resident_id
from lifecycle import register
from models import Case, Event, Institution, Role
from rules.identity import mask_id
from tests.builders import a_user, an_application, an_institution, hand_of, miss, serve_last, step
from tests.page import log_in
from tests.portal.test_applying import TYPED, applied, held, submit
from tests.providers import a_provider, log_in_as

KNOWN = {
    "licence_no": TYPED["licence_no"],
    "address": TYPED["address"],
    "category": "综合医院",
    "grade": "二级乙等",
    "ownership": "私营",
    "is_for_profit": True,
    "beds": 60,
    "operating_since": date(2024, 5, 1),
    "contact": "",
    "phone": TYPED["phone"],
}
CHANGED = [
    FiledChange("类别", "综合医院", "专科医院"),
    FiledChange("床位数", "60", "80"),
    FiledChange("联系人", "", "闫晓东"),
]


@pytest.fixture
def institution(app):  # noqa: ARG001
    a_user(Role.CLERK)
    return an_institution(name="安澜颐康医院", **KNOWN)


@pytest.fixture
def provider(app, institution):
    browser = log_in_as(app.test_client(), a_provider(institution))
    browser.url = f"/my/institutions/{institution.id}/apply"
    return browser


@pytest.fixture
def clerk(client, institution):  # noqa: ARG001
    return log_in(client, Role.CLERK)


def filed(provider, **typed):
    case = applied(provider, **typed)
    submit(provider, case)
    return Case.get_by_id(case.id)


def panel(page):
    """The rows of the panel, each as its cells; none if there is no panel."""
    panels = page.all("section", id="filed-changes")
    return [
        [cell.text for cell in row.all("th") + row.all("td")]
        for one in panels
        for row in one.one("tbody").all("tr")
    ]


def test_the_clerk_sees_what_the_filing_changed_in_the_register(provider, clerk):
    case = filed(provider)
    assert filed_changes(case) == CHANGED
    rows = [["类别", "综合医院", "专科医院"], ["床位数", "60", "80"], ["联系人", "（空）", "闫晓东"]]
    assert panel(clerk.get(f"/cases/{case.id}")) == rows
    assert panel(clerk.get(f"/cases/{case.id}/checks")) == rows


def test_it_stays_true_when_the_register_changes_later(provider, institution):
    case = filed(provider)
    row = Institution.get_by_id(institution.id)
    register.save_institution({"beds": 30, "category": "综合医院"}, hand=hand_of(Role.CLERK), institution=row)
    assert filed_changes(Case.get_by_id(case.id)) == CHANGED


def test_it_is_still_told_after_a_correction(provider, clerk):
    case = filed(provider)
    day = date(2026, 3, 2)
    miss(case, 3)
    step(case, "request_correction", Role.CLERK, day)
    serve_last(case, day)
    case = step(case, "receive_supplement", Role.CLERK, day)
    assert filed_changes(case) == CHANGED
    assert len(panel(clerk.get(f"/cases/{case.id}"))) == 3


def test_what_the_clerk_puts_back_is_no_difference_any_more(provider, clerk):
    case = filed(provider)
    url = f"/applications/{case.id}/amend"
    page = clerk.get(url)
    typed = {
        **held(page),
        "blank_grade_level": "二级",
        "category": "综合医院",
        "beds": "90",
        "reason": "电话核实",
    }
    shown = clerk.post(url, data=typed, status=422)
    clerk.post(url, data={**typed, "seen": shown.one("input", name="seen").attrs["value"]})
    assert filed_changes(Case.get_by_id(case.id)) == [
        FiledChange("床位数", "60", "90"),
        FiledChange("联系人", "", "闫晓东"),
    ]


def test_personal_numbers_are_masked(provider, clerk, institution):
    known, number = institution.legal_representative, resident_id(700)
    case = filed(provider, legal_representative="邵启明", legal_representative_id=number)
    assert filed_changes(case)[2] == FiledChange(
        "法定代表人", f"{known.name} {known.id_masked}", f"邵启明 {mask_id(number)}"
    )
    assert number not in clerk.get(f"/cases/{case.id}").text


def test_there_is_no_panel_where_nothing_differs(provider, clerk):
    case = filed(provider, category="综合医院", beds="60", contact="")
    assert filed_changes(case) == []
    assert panel(clerk.get(f"/cases/{case.id}")) == []


def test_a_draft_has_changed_nothing_yet(provider, clerk):
    case = applied(provider)
    assert filed_changes(case) == []
    assert Event.select().where(Event.action == "change_institution").count() == 0


def test_what_the_window_typed_is_not_told_again(clerk):
    case = an_application()
    assert panel(clerk.get(f"/cases/{case.id}")) == []


# --- Told to the institution while it fills in ---


def test_the_form_tells_the_institution_what_it_fills_in_otherwise(provider):
    assert "与经办机构登记的信息一致" in provider.get(provider.url).one("aside", id="differences").text
    case = applied(provider)
    page = provider.get(f"/my/cases/{case.id}/draft")
    assert page.one(id="category-warning").text == "原登记为“综合医院”"
    assert "床位数：80原登记为“60”" in page.one("aside", id="differences").text.replace(" ", "")


def test_what_differs_is_told_while_it_is_typed_and_nothing_is_saved(provider, institution):
    typed = {**held(provider.get(provider.url)), **TYPED, "legal_representative_id": resident_id(700)}
    url = f"/my/institutions/{institution.id}/differences"
    told = provider.swap("post", url, data=typed).one("aside", id="differences").text
    assert "医疗机构类别：专科医院" in told.replace(" ", "")
    assert mask_id(resident_id(700)) in told
    assert resident_id(700) not in told
    assert (Case.select().count(), Institution.get_by_id(institution.id).beds) == (0, 60)
    provider.post(f"/my/institutions/{an_institution().id}/differences", status=404, data=typed)


# --- What it costs ---


def test_the_panel_takes_one_statement_whatever_it_tells(provider, clerk, statements):
    case = filed(provider)

    def count():
        with statements() as seen:
            clerk.get(f"/cases/{case.id}")
        return len(seen)

    count()  # the calendar is read once
    told = count()
    Case.update(is_on_behalf=True).where(Case.id == case.id).execute()
    assert told == count() + 1
