"""What is filed with whom: the provincial system at each node, the department, the city."""

import pytest

from lifecycle.filings import filings_of
from models import Case, Role
from tests.builders import MONDAY, a_group, an_accepted, step
from tests.page import log_in


@pytest.mark.clause("LC-12-1a", "LC-13-2")
def test_the_upload_to_the_provincial_system_is_recorded_at_each_node_with_its_day(client, at):
    case = an_accepted()
    clerk = log_in(client, Role.CLERK)
    url = f"/decisions/cases/{case.id}/filings"
    clerk.post(url, data={"kind": "province", "filed_on": "2026-03-02", "number": "SD2026-118", "note": ""})
    a_group(case, "孙立群")
    step(case, "start_desk_review", Role.REVIEWER, MONDAY, name="孙立群")
    clerk.post(url, data={"kind": "province", "filed_on": "2026-03-02", "number": "", "note": "评价开始"})
    rows = [(row.kind, row.node, row.filed_on, row.number) for row in filings_of(Case.get_by_id(case.id))]
    assert rows == [
        ("province", "desk_review", MONDAY, ""),
        ("province", "accepted", MONDAY, "SD2026-118"),
    ]
    assert "SD2026-118" in clerk.get(f"/cases/{case.id}").one(id="filings").text


def test_a_filing_of_tomorrow_is_refused_and_kept_as_typed(client):
    case = an_accepted()
    clerk = log_in(client, Role.CLERK)
    url = f"/decisions/cases/{case.id}/filings"
    page = clerk.post(
        url, 422, data={"kind": "department", "filed_on": "2026-03-03", "number": "安医保备1号"}
    )
    assert page.one("input", name="number").attrs["value"] == "安医保备1号"
    assert filings_of(case) == []
