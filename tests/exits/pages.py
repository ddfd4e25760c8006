"""An agreement with the row of what was signed, for the pages of exits."""

from datetime import date

from models import Agreement, Case, Document
from tests.lifecycle.stations import TERM, an_agreement
from tests.page import log_in


def signed(**fields) -> Case:
    """The case of an agreement signed on 6 May 2026 for a year."""
    case = an_agreement(**fields)
    days = {name: date.fromisoformat(on) for name, on in TERM.items()}
    Agreement.create(case=case, document=Document.get(Document.case == case), text_version="2026版", **days)
    return case


def again(client, *roles):
    """Log in after the clock has moved: the idle session ends first."""
    client.get("/")
    return log_in(client, *roles)
