"""What a form says otherwise than the register: told field by field before anything is written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from blueprints import register_fields
from blueprints.application_form import ApplicationForm, register_data
from models import Institution
from rules.identity import mask_id

NOTHING = "空"


@dataclass(frozen=True)
class Difference:
    """A field of the form that is not as in the register; both values as a person reads them."""

    name: str
    id: str
    label: str
    was: str
    now: str


def differences(form: ApplicationForm, institution: Institution | None) -> list[Difference]:
    """Return where `form` differs from the register, in the order of the page; personal numbers masked.

    What the register does not know yet is filled in by the form, and no difference.
    """
    if institution is None:
        return []
    stored = register_fields.institution_data(institution) | register_data(institution, form.book)
    found = []
    for field in form:
        if field.name not in stored or field.name == "version":
            continue
        was, now = _shown(field, stored[field.name]), _shown(field, field.data)
        if was not in ("", now):
            found.append(Difference(field.name, field.id, _label(field), was, now or NOTHING))
    return found


def digest(found: Sequence[Difference]) -> str:
    """Return what stands for the differences that were shown; nothing if there are none."""
    text = json.dumps([(one.name, one.was, one.now) for one in found])
    return sha256(text.encode()).hexdigest()[:16] if found else ""


def _label(field: Any) -> str:
    role = field.name.removesuffix("_id")
    is_number = role in register_fields.PERSONS and field.name.endswith("_id")
    return f"{register_fields.PERSONS[role]}{field.label.text}" if is_number else field.label.text


def _shown(field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    choices = dict(getattr(field, "choices", None) or ())
    text = str(choices.get(value, value))
    return mask_id(text) if isinstance(field, register_fields.ResidentIdField) and "*" not in text else text
