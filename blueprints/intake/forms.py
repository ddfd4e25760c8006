"""The application form (annex 2) as the window types it."""

from datetime import date
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import Length

from blueprints.fields import DayField, Needed, TicksField
from blueprints.register_fields import CountField, InstitutionForm
from models import Application
from rules.book import Book
from rules.calendar import FIRST

# What the staffing rows of a book count; the keys are the book's.
COUNTS = {
    "rehabilitation_bed": "康复床位数",
    "dialysis_machine": "血液透析机台数",
    "inpatient_department": "住院科室数",
    "chronic_room": "门诊慢性病诊室数",
}
# Below the ticks and counts on the page.
DAYS = ("operating_since", "received_on", "reason")
OTHER = "other"  # the designation type that wants words of its own


class ApplicationForm(InstitutionForm):
    """Annex 2 in one form: the institution, its persons, what is applied for."""

    application_version = HiddenField()
    types = TicksField("申请定点类型", [Needed("至少选择一项")])
    other_type = StringField("其他类型", [Length(max=60, message="不超过 60 字")])
    features = TicksField("有关情况")
    operating_since = DayField("正式运营时间", [Needed("请填写正式运营时间")])
    received_on = DayField("收件日期", [Needed("请填写收件日期")])
    reason = StringField(
        "补录原因", [Length(max=200, message="不超过 200 字")], description="收件日期早于今天的，在此说明"
    )

    @property
    def counts(self) -> dict[str, CountField]:
        """The fields of what staffing rules multiply with, by the book's key."""
        return {
            name.removeprefix("count_"): f for name, f in self._fields.items() if name.startswith("count_")
        }

    @property
    def is_backdated(self) -> bool:
        return bool(self.received_on.data and self.received_on.data < self.today)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.types.data and OTHER in self.types.data and not self.other_type.data:
            self.other_type.errors = [*self.other_type.errors, "选了“其他”，请写明类型"]
        if self.received_on.data and self.received_on.data > self.today:
            self.received_on.errors = [*self.received_on.errors, "收件日期不能晚于今天"]
        if self.received_on.data and self.received_on.data < FIRST:
            self.received_on.errors = [*self.received_on.errors, "收件日期太早，请核对年份"]
        if self.is_backdated and not self.reason.data and not self.is_draft:
            self.reason.errors = [*self.reason.errors, "收件日期早于今天，请写明补录原因"]
        return not self.errors_flat

    def application(self) -> dict[str, Any]:
        """Return what was typed as columns of Application."""
        counts = {key: f.data for key, f in self.counts.items() if f.data is not None}
        if "beds" in self and self.beds.data is not None:
            counts["bed"] = self.beds.data
        return {
            "types": self.types.data or [],
            "other_type": self.other_type.data or "",
            "features": self.features.data or [],
            "counts": counts,
            "operating_since": self.operating_since.data,
            "applied_on": self.received_on.data,
            "contact": self.contact.data or "",
            "phone": self.phone.data or "",
        }


def application_form(book: Book, kind: str, **values: Any) -> ApplicationForm:
    """Return the form for `kind`: types, ticks and counts as the book has them."""
    fields = {f"count_{key}": CountField(COUNTS[key]) for key in _counted(book, kind) if key in COUNTS}
    form_class = type("ApplicationForm", (ApplicationForm,), fields)
    form = form_class(**values)
    form.types.choices = [(row.key, row.label) for row in book.types if kind in row.kinds]
    asked = [feature for feature in book.features if feature.kind == kind and not feature.type]
    form.features.choices = [(feature.key, feature.label) for feature in asked]
    for name in DAYS:
        form._fields[name] = form._fields.pop(name)
    return form


def _counted(book: Book, kind: str) -> list[str]:
    sheets = {sheet.key for sheet in book.sheets.values() if sheet.kind == kind}
    return list(dict.fromkeys(r.staffing.per for r in book.rows if r.staffing and r.sheet in sheets))


def default_ticks(book: Book, kind: str) -> list[str]:
    """Return the features that are ticked unless told otherwise."""
    return [f.key for f in book.features if f.kind == kind and f.default and not f.type]


def application_data(application: Application, received_on: date) -> dict[str, Any]:
    """Return what the form shows of a stored application."""
    names = ("types", "other_type", "features", "operating_since")
    data = {name: getattr(application, name) for name in names}
    data |= {f"count_{key}": count for key, count in application.counts.items()}
    return data | {
        "application_version": application.version,
        "received_on": application.applied_on or received_on,
    }
