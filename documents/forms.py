"""Which form each kind of document is printed on, and which data the form needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

BLANK_ROWS = 3  # lines left for handwriting where a form prints a list


@dataclass(frozen=True)
class Form:
    """A Word form. lists: its list keys, each with the keys of an entry; none means a list of plain text."""

    template: str
    keys: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)  # the lines of a list that the annex prints

    @property
    def needs(self) -> frozenset[str]:
        """Every key that must be in the data."""
        return frozenset(self.keys) | self.lists.keys()


ADDRESSEE = ("number", "institution", "address")
ISSUER = ("office", "office_phone", "issued_on")
DECIDED = ("agreement", "matter", "basis")
EXIT = (
    *("institution", "level", "address", "grade", "district", "postcode", "category", "profit", "ownership"),
    *("beds", "uscc_paper", "uscc", "licence_no", "registration_type", "legal_representative", "principal"),
    *("valid_until", "insurances", "scope", "reason", "wish", "region", "from_on", "asked_on"),
)
CHANGE = (
    *("institution", "district", "address", "postcode", "licence_no", "uscc", "legal_representative"),
    *("legal_phone", "principal", "principal_phone", "region", "asked_on"),
)
CHANGED = {"items": ("label", "before", "after")}
DEPARTMENT = (
    *("no", "code", "name", "beds", "physicians", "seniors", "physician_note", "nurses", "nurse_note"),
)

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "application_form": Form(
            "application_form.docx",
            (
                *("institution", "address", "legal_representative", "contact", "legal_id", "phone"),
                *("types", "other_types", "operating_since", "applied_on", "operating_term"),
                *("ownership", "category", "profit", "beds", "grade_level", "grade_rank"),
                *("chronic_a", "chronic_b", "business_model", "drugs", "pharmacy_class"),
            ),
            {"departments": DEPARTMENT, "clinics": DEPARTMENT},
            {"departments": 5, "clinics": 3},
        ),
        "commitment_medical": Form("commitment_medical.docx", ("institution", "connection_term")),
        "commitment_pharmacy": Form("commitment_pharmacy.docx", ("institution", "connection_term")),
        "acceptance_notice": Form("acceptance_notice.docx", (*ADDRESSEE, *ISSUER)),
        "correction_notice": Form(
            "correction_notice.docx", (*ADDRESSEE, "term", *ISSUER), {"missing": ("title", "note")}
        ),
        "refusal_notice": Form(
            "refusal_notice.docx", (*ADDRESSEE, "remark", *ISSUER), {"grounds": ("text", "article", "note")}
        ),
        "unqualified_notice": Form(
            "unqualified_notice.docx",
            (
                "number",
                "institution",
                "result",
                "reasons",
                "advice",
                "query",
                "wait_term",
                "ban_term",
                *ISSUER,
            ),
        ),
        "supplement_notice": Form(
            "supplement_notice.docx", (*ADDRESSEE, "matter", *ISSUER), {"materials": ()}
        ),
        "proof_of_service": Form(
            "proof_of_service.docx", (*ADDRESSEE, "way", "recipient", "phone", "served_on", "note")
        ),
        "negotiation_record": Form(
            "negotiation_record.docx",
            (
                *("held_on", "place", "institution", "district", "negotiators", "counterparts"),
                *("subject", "content", "opinion"),
            ),
        ),
        "zhanjiang_application": Form(
            "zhanjiang_application.docx",
            (
                *(
                    "applied_on",
                    "institution",
                    "nature",
                    "legal_representative",
                    "contact",
                    "phone",
                    "address",
                ),
                *("area_county", "area_township", "area_community", "licence_no", "approval_no"),
                *("departments", "equipment", "staff_total", "staff_physicians", "staff_nurses"),
                *("staff_others", "insurance_code", "insured_count", "floor_area", "requested"),
                *("opinion", "opinion_on", "sketch"),
            ),
            {"people": ("no", "name", "resident_id", "insured_code", "insured_since")},
            {"people": 12},
        ),
        "acceptance_receipt": Form(
            "zhanjiang_receipt.docx", (*ADDRESSEE, *ISSUER), {"materials": ("no", "title")}
        ),
        "one_time_notice": Form(
            "zhanjiang_one_time_notice.docx", (*ADDRESSEE, *ISSUER), {"missing": ("title", "note")}
        ),
        "refusal_answer": Form(
            "zhanjiang_refusal.docx",
            (*ADDRESSEE, "remark", *ISSUER),
            {"grounds": ("text", "article", "note")},
        ),
        "result_notice": Form(
            "zhanjiang_result.docx",
            ("number", "institution", "result", "reasons", "advice", "wait_term", "ban_term", *ISSUER),
        ),
        "exit_form_medical": Form("exit_form_medical.docx", EXIT),
        "exit_form_pharmacy": Form("exit_form_pharmacy.docx", EXIT),
        "change_form_medical": Form(
            "change_form_medical.docx",
            (*CHANGE, "ownership", "grade", "profit", "served", "beds", "services"),
            CHANGED,
            {"items": 5},
        ),
        "change_form_pharmacy": Form(
            "change_form_pharmacy.docx",
            (*CHANGE, "business_model", "pharmacy_class", "western_drugs", "patent_drugs", "tcm_drugs"),
            CHANGED,
            {"items": 5},
        ),
        "suspension_notice": Form(
            "suspension_notice.docx",
            (*ADDRESSEE, *DECIDED, "findings", "starts_on", "ends_on", "remedies", *ISSUER),
            {"grounds": ("text", "article", "note"), "items": ()},
        ),
        "resumption_notice": Form(
            "resumption_notice.docx",
            (*ADDRESSEE, *DECIDED, "suspended_on", "asked_on", "resumed_on", "reasons", *ISSUER),
        ),
        "termination_notice": Form(
            "termination_notice.docx",
            (*ADDRESSEE, *DECIDED, "effective_on", "ban", "remedies", *ISSUER),
            {"grounds": ("text", "article", "note")},
        ),
        "exit_reply": Form(
            "exit_reply.docx",
            (
                *(*ADDRESSEE, *DECIDED, "wish", "asked_on", "from_on", "until_on", "asked_for"),
                *("answer", "reasons", "cap", "remedies", *ISSUER),
            ),
        ),
        "material_list": Form(
            "material_list.docx",
            ("title", "institution", "number"),
            {"rows": ("received", "no", "title", "applies")},
        ),
    }
)


def blank(kind: str) -> dict[str, object]:
    """Return the data that print `kind` as an empty form, with empty lines where it lists something."""
    form = FORMS[kind]
    return {**dict.fromkeys(form.keys, ""), **{key: lines_of(kind, key) for key in form.lists}}


def lines_of(kind: str, key: str, rows: Sequence[Mapping[str, Any]] = ()) -> list[Any]:
    """Return `rows` of the list `key` as the form prints them, with empty lines up to what the annex prints.

    What an entry does not hold is printed as nothing; lines are numbered where the form numbers them.
    """
    form = FORMS[kind]
    keys = form.lists[key]
    if not keys:
        return [*rows, *[""] * (form.least.get(key, BLANK_ROWS) - len(rows))]
    empty = [{}] * (form.least.get(key, BLANK_ROWS) - len(rows))
    return [{name: _entry(row, name, no) for name in keys} for no, row in enumerate([*rows, *empty], 1)]


def _entry(row: Mapping[str, Any], name: str, no: int) -> Any:
    if name == "no" and not row.get("no"):
        return str(no)
    value = row.get(name)
    return "" if value is None else value
