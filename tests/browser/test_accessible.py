"""What axe finds on the pages people work in all day: nothing."""

import pytest

from models import Role
from tests.builders import a_group, an_accepted, an_application, miss, serve_last, step

pytestmark = pytest.mark.browser

PAGES = (
    ("clerk", "/worklist/"),
    ("clerk", "/applications"),
    ("clerk", "/applications/new"),
    ("clerk", "/cases/{case}"),
    ("clerk", "/cases/{case}/materials"),
    ("clerk", "/cases/{case}/steps/refuse"),
    ("clerk", "/documents/"),
    ("clerk", "/institutions"),
    ("manager", "/dashboard/"),
    ("manager", "/cases/{accepted}/group"),
    ("agreement", "/notices/"),
    ("agreement", "/agreements/"),
    ("admin", "/settings/calendar"),
    ("admin", "/settings/users"),
    ("clerk", "/cases/{case}/checks"),
    ("clerk", "/cases/{accepted}"),
    ("clerk", "/institutions/{institution}"),
    ("clerk", "/institutions/{institution}/edit"),
    ("clerk", "/institutions/{institution}/staff"),
    ("clerk", "/institutions/{institution}/staff/new"),
    ("clerk", "/institutions/{institution}/staff/import"),
    ("clerk", "/institutions/{institution}/credentials/new"),
    ("clerk", "/institutions/expiring"),
    ("clerk", "/imports/ledger"),
    ("clerk", "/imports/tasks"),
    ("clerk", "/documents/forms"),
    ("clerk", "/documents/unserved"),
    ("clerk", "/documents/gaps"),
    ("clerk", "/documents/batch?cases={accepted}"),
    ("manager", "/institutions/{institution}/accounts"),
    ("manager", "/conditions"),
    ("manager", "/funds"),
    ("manager", "/funds/2025"),
    ("reviewer", "/rules"),
    ("reviewer", "/rules/guide"),
)


@pytest.fixture
def filled(app):  # noqa: ARG001
    case = an_application()
    miss(case, 3)
    accepted = an_accepted()
    a_group(accepted)
    waiting = an_application()
    miss(waiting, 4)
    step(waiting, "request_correction", Role.CLERK, waiting.opened_on)
    serve_last(waiting, waiting.opened_on)
    return {"case": case.id, "accepted": accepted.id, "institution": case.institution_id}


def test_axe_finds_nothing_on_the_pages_of_every_day(filled, open_page, sign_in, violations):
    tabs, found = {}, {}
    for role, address in PAGES:
        if role not in tabs:
            tabs[role] = open_page(bypass_csp=True)
            sign_in(tabs[role], role)
        url = address.format(**filled)
        tabs[role].goto(url)
        if bad := violations(tabs[role]):
            found[url] = bad
    assert found == {}
