"""On which page a step is worked, and where the next thing of a state is done: as the book's screens say."""

from collections.abc import Mapping
from types import MappingProxyType

from models import CaseState
from rules.book import Book
from rules.rows import Step

Page = tuple[str, Mapping[str, str]]  # endpoint and fixed values

SCREENS: Mapping[str, str] = MappingProxyType(
    {
        "group": "review.group_page",
        "complaint": "notices.complaint_page",
        "negotiation": "agreements.negotiation_page",
        "signing": "agreements.signing_page",
        "city": "decisions.city_page",
        "decision": "decisions.meeting_page",
        "publication": "notices.publish",
        "renewal": "agreements.renewal_page",
        "suspension": "exits.suspension_page",
        "termination": "exits.termination_page",
        "exit_request": "exits.refile_page",
        "resigning": "exits.resign_page",
        "change": "changes.verification_page",
        "change_report": "changes.amend_page",
        "change_filing": "changes.file_page",
    }
)
# Pages of what may befall an agreement or what an institution still owes; nobody waits there for it.
ASIDE = ("renewal", "suspension", "termination", "change_report", "change_filing")
SEVERAL = ("notices.publish", "decisions.meeting_page")  # work on several cases at once
NOTICE_KIND: Mapping[str, str] = MappingProxyType({"publish_result": "result", "publish_list": "supervision"})
# In which state a sheet is filled in: its stage.
SHEETS: Mapping[str, str] = MappingProxyType({CaseState.DESK_REVIEW: "desk", CaseState.ON_SITE: "on_site"})


def page_of(step: Step) -> Page | None:
    """Return the page on which `step` is worked, or None if the form of a step does."""
    if step.screen not in SCREENS:
        return None
    values = {"kind": NOTICE_KIND[step.action]} if step.screen == "publication" else {}
    return SCREENS[step.screen], values


def place_of(book: Book, state: str) -> Page | None:
    """Return the page where the next thing of a case in `state` is done, or None if that is the case's own.

    A step that only holds the case up, such as a complaint, is not what the state waits for.
    """
    if state == CaseState.DRAFT:
        return "intake.draft_page", {}
    if state in SHEETS:
        return "review.sheet_page", {"stage": SHEETS[state]}
    leading = (s for s in book.steps if state in s.origins and not s.holds and s.screen not in ASIDE)
    return next((page for step in leading if (page := page_of(step))), None)
