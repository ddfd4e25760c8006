"""Whatever is posted to the pages of a change: never a fault of the program, and the invariants hold."""

import random

from lifecycle import checks
from models import ChangeRequest, Role
from tests.builders import step, system_hand
from tests.changes.test_change_reports import REPORTED, reported, request_of
from tests.exits.pages import signed
from tests.page import log_in
from tests.test_any_bytes import NASTY, nasty_forms

DAYS = ("asked_on", "approved_on", "found_on", "hindered_from", "hindered_until", "verified_on", "on")


def odd_forms(rng):
    """Whole forms with one to three blanks that are nonsense, and the nonsense of every form."""
    yield from nasty_forms(rng, 15)
    for how in ("filed", "told", "found", "general"):
        for _ in range(8):
            form = {**REPORTED, "how": how, "found_on": "2026-06-08", "found_how": "检查", "note": "补录"}
            names = rng.sample([*form, *DAYS, "after_beds", "after_principal", "number_principal"], 3)
            yield form | {name: rng.choice(NASTY) for name in names}


def test_nothing_posted_to_the_pages_of_a_change_breaks_the_product(client, at):
    at(2026, 6, 8)
    agreement = signed()
    browser = log_in(client, Role.CLERK, Role.AGREEMENT, Role.REVIEWER)
    reported(browser, agreement, how="told")
    told = request_of().case
    reported(browser, agreement)
    doubted = step(request_of().case, "check_on_site", Role.AGREEMENT, request_of().asked_on, reason="有疑点")
    urls = [
        f"/changes/{case.id}/{name}" for case in (told, doubted) for name in ("amend", "file", "verification")
    ]
    urls += [f"/changes/agreements/{agreement.id}/{name}" for name in ("new", "days")] + [
        "/changes/",
        "/changes/new",
    ]
    rng, broken = random.Random(20260608), []  # noqa: S311
    for form in odd_forms(rng):
        form.pop("files", None), form.pop("scan", None)
        for url in urls:
            for method in ("GET", "POST"):
                given = {"query_string": form} if method == "GET" else {"data": form}
                if browser.client.open(url, method=method, **given).status_code >= 500:
                    broken.append((url, method, form))
    assert broken == []
    assert ChangeRequest.select().count() > 2
    assert list(checks.problems(system_hand(request_of().case.opened_on))) == []
