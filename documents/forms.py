"""Which form each kind of document is printed on, and which data the form needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

BLANK_ROWS = 3  # lines left for handwriting where a form prints a list


@dataclass(frozen=True)
class Form:
    """A Word form. lists: its list keys, each with the keys of an entry; none means a list of plain text."""

    template: str
    keys: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def needs(self) -> frozenset[str]:
        """Every key that must be in the data."""
        return frozenset(self.keys) | self.lists.keys()


ADDRESSEE = ("number", "institution", "address")
ISSUER = ("office", "office_phone", "issued_on")

FORMS: Mapping[str, Form] = MappingProxyType(
    {
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
        "proof_of_service": Form("proof_of_service.docx", (*ADDRESSEE, "way")),
        "negotiation_record": Form(
            "negotiation_record.docx",
            (
                *("held_on", "place", "institution", "district", "negotiators", "counterparts"),
                *("subject", "content", "opinion"),
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
    """Return the data that print `kind` as an empty form, with a few empty lines where it lists something."""
    form = FORMS[kind]
    rows = {key: [_empty_entry(entry) for _ in range(BLANK_ROWS)] for key, entry in form.lists.items()}
    return {**dict.fromkeys(form.keys, ""), **rows}


def _empty_entry(keys: tuple[str, ...]) -> str | dict[str, str]:
    return dict.fromkeys(keys, "") if keys else ""
