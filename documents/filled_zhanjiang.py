"""The data that fill 湛江市医疗保障定点医疗机构申请表: rows come in, nothing is asked here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from documents.filled import PROFIT, long_day
from documents.forms import lines_of
from models import Application, Staff
from rules.book import Book

FORM = "zhanjiang_application"
OF_REGISTER = ("area_county", "area_township", "area_community", "approval_no", "departments")
OF_APPLICATION = ("staff_total", "staff_physicians", "staff_nurses", "staff_others", "insured_count")


def application_form(  # noqa: PLR0913 - what stands on the form
    application: Application,
    book: Book,
    people: Iterable[Staff],
    *,
    opinion: str = "",
    opinion_on: date | None = None,
    sketch: str = "",
) -> dict[str, Any]:
    """Return the data of the form. people: who is insured; their numbers are printed masked.

    opinion: of the agency, given on `opinion_on`. sketch: the name of the file with the map.
    """
    institution = application.case.institution
    profile, answers = institution.profile, application.answers
    person = institution.legal_representative or institution.principal
    area = profile.get("floor_area")
    postcode = profile.get("postcode", "")
    return {
        "applied_on": long_day(application.applied_on),
        "institution": institution.name,
        "legal_representative": person.name if person else "",
        "contact": application.contact or institution.contact,
        "phone": application.phone or institution.phone,
        "address": f"{institution.address}　邮编 {postcode}" if postcode else institution.address,
        "licence_no": institution.licence_no,
        "equipment": profile.get("equipment", ""),
        "insurance_code": profile.get("insurance_code", ""),
        "floor_area": f"{area}平方米" if area else "",
        "requested": _requested(application, book),
        "opinion": opinion,
        "opinion_on": long_day(opinion_on),
        "sketch": f"见附件：{sketch}" if sketch else "",
        "people": lines_of(FORM, "people", [_line(row) for row in people]),
        **_texts(profile, OF_REGISTER),
        "nature": profile.get("nature") or PROFIT[institution.is_for_profit],
        **_texts(answers, OF_APPLICATION),
    }


def _texts(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: str(values.get(name, "")) for name in names}


def _requested(application: Application, book: Book) -> str:
    types = [row.label for row in book.types if row.key in application.types and row.key != "other"]
    types += [application.other_type] if application.other_type else []
    asked = f"申请{'、'.join(types)}定点。" if types else ""
    return asked + str(application.answers.get("requested", ""))


def _line(row: Staff) -> dict[str, str]:
    return {
        "name": row.person.name,
        "resident_id": row.person.id_masked,
        "insured_code": row.insured_code,
        "insured_since": row.insured_since.isoformat() if row.insured_since else "",
    }


def lacking(data: Mapping[str, Any]) -> list[str]:
    """Return the keys of the blanks that the institution leaves empty and everybody has to fill."""
    asked = ("institution", "nature", "legal_representative", "contact", "phone", "address", "licence_no")
    return [key for key in (*asked, "departments", "staff_total", "insurance_code") if not data[key]]
