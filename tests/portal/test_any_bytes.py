"""Whatever an institution posts to its pages: never a fault of the program, and the invariants hold."""

import random

from lifecycle import checks
from models import CaseMaterial, Document, User
from tests.builders import MONDAY, a_file, a_user, system_hand
from tests.page import Browser
from tests.portal.test_cases import corrected
from tests.providers import BOTH, a_provider, log_in_as
from tests.roles import WHO_MAY
from tests.test_access import urls
from tests.test_any_bytes import NASTY, nasty_forms


def test_nothing_posted_by_an_institution_breaks_the_product(app, client):
    rng = random.Random(20260302)
    case, row = corrected()
    user = a_provider(case.institution)
    browser = log_in_as(client, user)
    ids = {
        "case_id": case.id,
        "institution_id": case.institution_id,
        "material_id": row.id,
        "attachment_id": a_file(case, "evidence").id,
        "document_id": Document.get(Document.case == case).id,
        "user_id": a_provider(case.institution, name="乙").id,
        "key": "departments",
    }
    faults = []
    for rule, method, url in urls(app, **ids):
        if not rule.endpoint.startswith("portal.") or not set(BOTH) & set(WHO_MAY[rule.endpoint]):
            continue
        for form in nasty_forms(rng, 3):
            if method == "POST":
                status = browser.client.post(url, data=form).status_code
            else:
                status = browser.client.get(
                    url,
                    query_string={
                        "q": rng.choice(NASTY),
                        "number": rng.choice(NASTY),
                        "institution": rng.choice(NASTY),
                    },
                ).status_code
            if status >= 500:
                faults.append((rule.endpoint, method, status))
            User.update(is_active=True, session_key="k").where(User.id == user.id).execute()
    assert faults == []
    assert list(checks.problems(system_hand(MONDAY))) == []
    assert CaseMaterial.select().where(CaseMaterial.case == case).count() > 0


def test_nothing_posted_to_the_registration_breaks_the_product(client):
    rng = random.Random(7)
    for form in nasty_forms(rng, 20):
        form |= {"code": rng.choice(NASTY), "username": rng.choice(NASTY)}
        assert Browser(client).client.post("/register", data=form).status_code in (302, 422)
    assert a_user("clerk").is_active
