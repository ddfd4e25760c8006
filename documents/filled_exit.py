"""The data that fill annex 12 (定点医药机构定点资格退出申请表): rows come in, nothing is asked here."""

from typing import Any

from documents.filled import PROFIT, long_day
from models import Credential, ExitRequest, Institution, Kind, Person

ANNEX = "12"


def exit_form(
    request: ExitRequest, institution: Institution, licence: Credential | None, *, region: str
) -> dict[str, Any]:
    """Return the data of annex 12; the numbers of persons are printed masked.

    licence: the licence in force. What the register does not know stays a blank to be filled in by hand.
    """
    profile = institution.profile
    is_medical = institution.kind == Kind.MEDICAL
    return {
        "institution": institution.name,
        "level": _text(profile, "level"),
        "address": institution.address,
        "grade": institution.grade,
        "district": _text(profile, "district"),
        "postcode": _text(profile, "postcode"),
        "category": institution.category,
        "profit": PROFIT[institution.is_for_profit] if is_medical else institution.business_model,
        "ownership": institution.ownership,
        "beds": "" if institution.beds is None else str(institution.beds),
        "uscc_paper": _text(profile, "uscc_paper"),
        "uscc": institution.uscc,
        "licence_no": institution.licence_no,
        "registration_type": _text(profile, "registration_type"),
        "legal_representative": _person(institution.legal_representative),
        "principal": _person(institution.principal),
        "valid_until": long_day(licence.valid_until) if licence else "",
        "insurances": request.insurance or _text(profile, "insurances"),
        "scope": _text(profile, "departments" if is_medical else "business_scope"),
        "reason": request.reason,
        "wish": request.wish,
        "region": region,
        "from_on": long_day(request.from_on),
        "asked_on": long_day(request.asked_on),
    }


def _text(profile: dict[str, Any], key: str) -> str:
    return str(profile.get(key) or "")


def _person(person: Person | None) -> str:
    """Return name and masked number, on a line each."""
    return f"{person.name}\n({person.id_masked})" if person else ""
