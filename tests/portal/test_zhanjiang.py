"""The same pages under another region's books: nothing in them is Liaocheng's."""

from io import BytesIO

import pytest

from models import Application, Case, CaseMaterial, Role
from tests.builders import MONDAY, a_user, an_institution, hand_of, miss, serve_last, step
from tests.lifecycle import zhanjiang
from tests.portal.test_applying import PDF, held
from tests.providers import a_provider, log_in_as

TYPED = {
    "beds": "120",
    "is_for_profit": "yes",
    "operating_since": "2024-05-01",
    "contact": "林小玲",
    "phone": "13806350001",
    "blank_requested": "门诊和住院",
}


@pytest.fixture
def provider(client):
    office = zhanjiang.the_office()
    a_user(Role.CLERK, office=office)
    browser = log_in_as(client, a_provider(an_institution(name="赤坎仁和医院", office=office)))
    browser.office = office
    return browser


@pytest.mark.clause("ZJ-05-1", "ZJ-05-5")
def test_an_institution_of_zhanjiang_files_online_and_answers_the_one_notice(provider):
    institution = provider.get("/my").one("a", class_="btn-primary").attrs["href"]
    page = provider.get(institution)
    types = [box.attrs["value"] for box in page.all("input", name="types")][:1]
    provider.post(institution, data={**held(page), **TYPED, "types": types})
    case = Case.get()
    version = Application.get(Application.case == case).version
    provider.post(f"/my/cases/{case.id}/submit", data={"application_version": version})
    case = Case.get_by_id(case.id)
    assert (case.state, Application.get(Application.case == case).channel) == ("filed", "online")

    hand = hand_of(Role.CLERK, today=MONDAY, office=provider.office)
    CaseMaterial.update(state="received", received_on=MONDAY).where(
        CaseMaterial.case == case, CaseMaterial.state == "pending"
    ).execute()
    row = miss(case, 2)
    assert hand.actor == case.handler
    step(case, "request_correction", Role.CLERK, MONDAY)
    serve_last(case, MONDAY)
    assert "补正材料" in provider.get("/my").one(id="to-do").text

    url = f"/my/cases/{case.id}"
    provider.post(f"{url}/materials/{row.id}/files", data={"files": (BytesIO(PDF), "补.pdf")})
    provider.post(f"{url}/supplement", data={"version": Case.get_by_id(case.id).version})
    assert Case.get_by_id(case.id).state == "filed"
    assert "现在没有要您办理的事" in provider.get("/my").text
