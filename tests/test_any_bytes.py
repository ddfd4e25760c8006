"""Whatever is posted to any form: never a fault of the program, and the invariants hold afterwards."""

import random
from io import BytesIO

from lifecycle import checks
from models import CaseMaterial, CaseSheet, Document, Role, SheetMark
from tests.builders import a_group, an_accepted, an_application, an_office, miss, step, system_hand
from tests.page import log_in
from tests.test_access import urls

STAFF = (Role.CLERK, Role.REVIEWER, Role.AGREEMENT, Role.MANAGER, Role.LEADER)
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "9" * 30,
    "1e309",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "二〇二六年三月",
    "\x00",
    "<script>alert(1)</script>",
    "'; drop table 'case'; --",
    "=1+1",
    "{{7*7}}",
    "\u202e",
    "😀" * 300,
    "a" * 5000,
    "../../etc/passwd",
    "null",
    "on",
    "pass",
    "direct",
    "2026-03-02",
)
FIELDS = (
    "on",
    "reason",
    "version",
    "served_on",
    "way",
    "recipient",
    "tracking",
    "also",
    "back",
    "grounds",
    "reasons",
    "advice",
    "supplement",
    "findings",
    "state",
    "received_on",
    "note",
    "verdict",
    "insist",
    "seen",
    "to",
    "cases",
    "kind",
    "published_on",
    "medium",
    "phone",
    "held_on",
    "chair",
    "attendees",
    "outcome",
    "opinion",
    "votes_for",
    "is_agreed",
    "signed_on",
    "starts_on",
    "ends_on",
    "text_version",
    "settled_on",
    "basis",
    "approved_by",
    "name",
    "uscc",
    "licence_no",
    "types",
    "features",
    "operating_since",
    "beds",
    "legal_representative",
    "legal_representative_id",
    "code",
    "username",
    "password",
    "current",
    "new",
    "again",
    "year",
    "notice",
    "day",
    "is_workday",
    "text",
    "q",
    "filed_on",
    "number",
    "purpose",
    "material",
    "rule",
    "from_on",
    "is_duty_open",
    "new_due",
    "roles",
    "office",
    "how",
    "asked_on",
    "found_on",
    "found_how",
    "approved_on",
    "hindered_from",
    "hindered_until",
    "is_entity",
    "after_name",
    "after_beds",
    "after_is_public",
    "after_principal",
    "number_principal",
    "free_label_0",
    "free_after_0",
    "verified_on",
    "verified_by",
    "next",
    "page",
    "chosen",
)


def nasty_forms(rng: random.Random, count: int):
    for _ in range(count):
        form = {name: rng.choice(NASTY) for name in rng.sample(FIELDS, 25)}
        form["files"] = (BytesIO(rng.randbytes(40)), rng.choice(("a.pdf", "../b.png", "", "ü\x00.docx")))
        form["scan"] = (BytesIO(rng.randbytes(40)), "回执.pdf")
        yield form


def test_nothing_posted_to_any_route_breaks_the_product(app, client):
    rng = random.Random(20260302)
    case = an_application()
    miss(case, 3)
    step(case, "request_correction", Role.CLERK, case.opened_on)
    other = an_accepted()
    user = a_group(other)[0]
    sheet = CaseSheet.create(case=other, sheet="desk_medical", stage="desk", round=1)
    ids = {
        "case_id": case.id,
        "institution_id": case.institution_id,
        "document_id": Document.get(Document.case == case).id,
        "material_id": CaseMaterial.get(CaseMaterial.case == case).id,
        "mark_id": SheetMark.create(sheet=sheet, row="d01", no=1).id,
        "office_id": an_office().id,
        "user_id": user.id,
    }
    broken = []
    for roles in (STAFF, (Role.ADMIN,)):
        browser = log_in(client, *roles).client
        for rule, method, url in urls(app, **ids):
            if rule.endpoint in ("accounts.log_out", "settings.user_close"):
                continue
            for form in nasty_forms(rng, 4):
                if method == "GET":
                    form.pop("files"), form.pop("scan")
                    status = browser.get(url, query_string=form).status_code
                else:
                    status = browser.open(url, method=method, data=form).status_code
                if status >= 500:
                    broken.append((rule.endpoint, method, form))
        browser.post("/log-out")
    assert broken == []
    assert list(checks.problems(system_hand(case.opened_on))) == []


def test_an_id_that_no_table_can_hold_is_simply_not_there(app, client):
    browser = log_in(client, *STAFF).client
    huge = 2**70
    for rule, method, url in urls(
        app, **dict.fromkeys(("case_id", "document_id", "institution_id", "notice_id"), huge)
    ):
        if str(huge) in url and not rule.endpoint.startswith("settings"):
            assert browser.open(url, method=method).status_code in (403, 404), url
