"""The application form (annex 2) of a book, as the window types it and as a provider fills it in itself.

The institution and its persons, what is applied for, the blanks and repeating rows of the book: shape and
wording only.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import Length

from blueprints import book_fields, book_tables, words
from blueprints.fields import DayField, Needed, TicksField
from blueprints.register_fields import PEOPLE, CountField, InstitutionForm, OneField
from models import Application, Channel, Kind
from rules import features as rule_features
from rules.book import Book
from rules.calendar import FIRST
from rules.form_rows import Field

# What the staffing rows of a book count; the keys are the book's.
COUNTS = {
    "rehabilitation_bed": "康复床位数",
    "dialysis_machine": "血液透析机台数",
    "inpatient_department": "住院科室数",
    "chronic_room": "门诊慢性病诊室数",
}
# Below the ticks and counts on the page.
DAYS = ("operating_since", "channel", "received_on", "reason")
OTHER = "other"  # the designation type that wants words of its own
GRADES = ("grade_level", "grade_rank")  # annex 2 asks in two blanks what the register keeps as grade
PHARMACY_CLASS = "pharmacy_class"  # 零售药店分类: the register keeps it as category
RANK = "等"


class ApplicationForm(InstitutionForm):
    """Annex 2 in one form. Made by `application_form`, which knows book and kind."""

    application_version = HiddenField()
    types = TicksField("申请定点类型", [Needed("至少选择一项")])
    other_type = StringField("其他类型", [Length(max=60, message="不超过 60 字")])
    features = TicksField("有关情况")
    operating_since = DayField("正式运营时间", [Needed("请填写正式运营时间")])
    channel = OneField("收件方式", choices=list(words.CHANNELS.items()), default=Channel.WINDOW)
    received_on = DayField("收件日期", [Needed("请填写收件日期")])
    reason = StringField(
        "补录原因", [Length(max=200, message="不超过 200 字")], description="收件日期早于今天的，在此说明"
    )

    book: Book
    tables: tuple[book_tables.FormTable, ...] = ()

    def adapt(self, kind: str, today: date, kept: Mapping[str, Any]) -> None:
        """As the register's form; what a blank of the book asks for is not asked twice."""
        super().adapt(kind, today, kept)
        for name, key in (("grade", GRADES[0]), ("category", PHARMACY_CLASS)):
            if self._asks(key) and name in self:
                del self[name]

    @property
    def counts(self) -> dict[str, CountField]:
        """The fields of what staffing rules multiply with, by the book's key."""
        return {
            name.removeprefix("count_"): f for name, f in self._fields.items() if name.startswith("count_")
        }

    @property
    def blank_rows(self) -> list[Field]:
        """The book's blanks of this form, in its order."""
        return self.book.fields_of("application", self.kind)

    @property
    def is_backdated(self) -> bool:
        return bool("received_on" in self and self.received_on.data and self.received_on.data < self.today)

    @property
    def errors_flat(self) -> list[tuple[str, str, str]]:
        """Every error in the order of the page, where the persons come last."""
        people = {self[name].id for name in PEOPLE}
        flat = super().errors_flat
        rows = [error for table in self.tables for error in table.errors]
        return [e for e in flat if e[0] not in people] + rows + [e for e in flat if e[0] in people]

    @property
    def bed_warnings(self) -> dict[str, list[str]]:
        """What the sums of each table ought to say, by its key (readings C-55)."""
        beds = {"bed": self.beds.data} if "beds" in self else {}
        return {t.table.key: book_tables.sum_warnings(t, beds, {"bed": "床位数"}) for t in self.tables}

    def validate(self, extra_validators: Any = None) -> bool:
        """A draft wants its institution alone; what else is wrong in it is told when it is submitted."""
        super().validate(extra_validators)
        if self.is_draft:
            return not any(self[name].errors for name in ("name", "uscc", "csrf_token") if name in self)
        if self.types.data and OTHER in self.types.data and not self.other_type.data:
            self.other_type.errors = [*self.other_type.errors, "选了“其他”，请写明类型"]
        if "received_on" in self:
            self._check_receipt()
        return not self.errors_flat

    def _check_receipt(self) -> None:
        day, field = self.received_on.data, self.received_on
        if day and day > self.today:
            field.errors = [*field.errors, "收件日期不能晚于今天"]
        if day and day < FIRST:
            field.errors = [*field.errors, "收件日期太早，请核对年份"]
        if self.is_backdated and not self.reason.data:
            self.reason.errors = [*self.reason.errors, "收件日期早于今天，请写明补录原因"]

    def columns(self) -> dict[str, Any]:
        """Return what was typed as columns of Institution; in a draft only what names the institution."""
        columns = super().columns()
        if self.is_draft:
            return {name: columns[name] for name in ("kind", "name", "uscc")} | {"address": ""}
        answers = self.answers()
        if self._asks(*GRADES):
            columns["grade"] = grade_of(answers)
        if self._asks(PHARMACY_CLASS) and answers.get(PHARMACY_CLASS):
            columns["category"] = answers[PHARMACY_CLASS]
        return columns

    def answers(self) -> dict[str, Any]:
        """Return the book's blanks as typed, and what the types applied for say besides; ready for JSON."""
        rows = [row for row in self.blank_rows if not self[f"blank_{row.key}"].errors]
        typed = book_fields.blank_values(self, rows)
        return rule_features.settled(self._features(), self.types.data or [], typed)

    def application(self) -> dict[str, Any]:
        """Return what was typed as columns of Application; what a draft has wrong is left out."""
        right = {f.name: f.data for f in self if not f.errors}
        counts = {key: f.data for key, f in self.counts.items() if f.data is not None and not f.errors}
        counts |= {t.table.counts: len(t.values) for t in self.tables if t.table.counts and t.values}
        if right.get("beds") is not None:
            counts["bed"] = right["beds"]
        asked = {
            "types": right.get("types") or [],
            "other_type": right.get("other_type") or "",
            "features": right.get("features") or [],
            "counts": counts,
            "operating_since": right.get("operating_since"),
            "contact": right.get("contact") or "",
            "phone": right.get("phone") or "",
            "answers": self.answers(),
            "tables": book_tables.rows_of(self.tables),
        }
        if "channel" in self:
            asked["channel"] = right.get("channel") or Channel.WINDOW
        return asked | ({"applied_on": right.get("received_on")} if "received_on" in self else {})

    def declared(self) -> frozenset[str]:
        """Return the features that hold: ticked, and what types, answers and other features say."""
        return rule_features.declared(
            self._features(), self.types.data or [], self.features.data or [], self.answers()
        )

    def _features(self) -> list[Any]:
        return [feature for feature in self.book.features if feature.kind == self.kind]

    def _asks(self, *keys: str) -> bool:
        return all(f"blank_{key}" in self for key in keys)


def application_form(
    book: Book,
    kind: Kind,
    *,
    formdata: Any = None,
    rows: Mapping[str, Any] | None = None,
    leave_out: tuple[str, ...] = (),
    **values: Any,
) -> ApplicationForm:
    """Return the form for `kind`: types, ticks, counts, blanks and tables as the book has them.

    formdata: what was posted or left in a draft; without it the form shows `values` and the stored `rows`.
    leave_out: fields that this page does not ask for. The caller adapts it to the day and the stored persons.
    """
    blanks = book.fields_of("application", kind)
    tables = book.tables_of("application", kind)
    counted = {table.counts for table in tables}
    asked = [key for key in _counted(book, kind) if key in COUNTS and key not in counted]
    fields = {f"count_{key}": CountField(COUNTS[key]) for key in asked} | book_fields.blanks(blanks)
    form = type("ApplicationForm", (ApplicationForm,), fields)(formdata=formdata, **values)
    form.book, form.kind = book, kind
    form.types.choices = [(row.key, row.label) for row in book.types if kind in row.kinds]
    form.features.choices = [
        (row.key, row.label) for row in book.features if row.kind == kind and rule_features.is_asked(row)
    ]
    for name in leave_out:
        del form[name]
    for name in DAYS:
        if name in form:
            form._fields[name] = form._fields.pop(name)
    if formdata:
        form.tables = tuple(book_tables.posted(formdata, table) for table in tables)
    else:
        form.tables = tuple(book_tables.stored(rows or {}, table) for table in tables)
    return form


def _counted(book: Book, kind: str) -> list[str]:
    sheets = {sheet.key for sheet in book.sheets.values() if sheet.kind == kind}
    return list(dict.fromkeys(r.staffing.per for r in book.rows if r.staffing and r.sheet in sheets))


def default_ticks(book: Book, kind: str) -> list[str]:
    """Return the features that are ticked unless told otherwise."""
    return [f.key for f in book.features if f.kind == kind and f.default and rule_features.is_asked(f)]


def application_data(application: Application, received_on: date, book: Book) -> dict[str, Any]:
    """Return what the form shows of a stored application; its rows come from `application.tables`."""
    names = ("types", "other_type", "features", "operating_since", "channel")
    data = {name: getattr(application, name) for name in names}
    return (
        data
        | former_data(application, book)
        | {
            "application_version": application.version,
            "received_on": application.applied_on or received_on,
        }
    )


def former_data(application: Application, book: Book) -> dict[str, Any]:
    """Return what an application says that the next one of the institution will say too."""
    kind = application.case.institution.kind
    counts = {f"count_{key}": count for key, count in application.counts.items()}
    blanks = book_fields.blank_data(application.answers, book.fields_of("application", kind))
    return {"features": application.features, **counts, **blanks}


# --- One blank of the register, two of the annex ---


def grade_of(answers: Mapping[str, Any]) -> str:
    """Return the grade as the register keeps it: 二级乙等, 未定级."""
    level, rank = (str(answers.get(key, "")) for key in GRADES)
    rank = rank.removesuffix(RANK)
    return f"{level}{rank}{RANK}" if level and rank else level


def register_data(institution: Any, book: Book) -> dict[str, Any]:
    """Return the blanks that the register can fill in: grade and 零售药店分类."""
    blanks = {row.key: row for row in book.fields_of("application", institution.kind)}
    data = {}
    if GRADES[0] in blanks:
        levels = blanks[GRADES[0]].choices
        level = next((choice for choice in levels if institution.grade.startswith(choice)), "")
        rank = institution.grade.removeprefix(level).removesuffix(RANK) if level else ""
        data = {f"blank_{GRADES[0]}": level, f"blank_{GRADES[1]}": rank}
    if PHARMACY_CLASS in blanks and institution.category in blanks[PHARMACY_CLASS].choices:
        data[f"blank_{PHARMACY_CLASS}"] = institution.category
    return data
