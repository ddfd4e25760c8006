"""The blanks of a book's printed forms as form fields: `blank_<key>` for each row `[[field]]`.

What they hold is kept by key in a profile or an application, ready for JSON; a blank left empty is left out.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation
from wtforms.widgets import TextInput

from blueprints.fields import CheckedField, DayField, HouseForm, Needed, TicksField, stripped
from rules import form_rows, identity

MOST = 100_000_000  # nothing on a form is counted or measured beyond that
FEW = 5  # so many choices stand side by side; more fold into a list


class NumberField(Field):
    """A number that is not negative, with at most two decimals; what could not be read stays in the field."""

    widget = TextInput()
    data: int | float | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = stripped(valuelist[0]) if valuelist else ""
        if text:
            self.data = parse_number(text)


def parse_number(text: str) -> int | float:
    """Return the number that `text` means, whole ones as int. Raises ValueError with a Chinese sentence."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValueError("请填写数字") from None
    if not number.is_finite():
        raise ValueError("请填写数字")
    if not 0 <= number <= MOST:
        raise ValueError("数目不对，请核对")
    if number != round(number, 2):
        raise ValueError("最多保留两位小数")
    return int(number) if number == int(number) else float(number)


class WholeField(NumberField):
    """A count."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if isinstance(self.data, float):
            raise ValueError("请填写整数")


class ChoiceField(RadioField):
    """One of a few; none chosen is empty, which Needed may refuse."""

    def pre_validate(self, form: HouseForm) -> None:
        if self.data:
            super().pre_validate(form)


def blanks(blank_rows: Iterable[form_rows.Field]) -> dict[str, Any]:
    """Return an unbound field for each row under the name `blank_<key>`, in the order of the book."""
    return {f"blank_{row.key}": _field(row) for row in blank_rows}


def with_blanks(form: type[HouseForm], blank_rows: Iterable[form_rows.Field]) -> type[Any]:
    """Return a form class that is `form` and asks for the blanks besides."""
    return type(form.__name__, (form,), blanks(blank_rows))


def blank_values(form: HouseForm, blank_rows: Iterable[form_rows.Field]) -> dict[str, Any]:
    """Return what was typed by key, ready for JSON (days as ISO text); empty blanks are left out."""
    typed = {row.key: form[f"blank_{row.key}"].data for row in blank_rows if f"blank_{row.key}" in form}
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in typed.items()
        if value not in (None, "", [])
    }


def blank_data(values: Mapping[str, Any], blank_rows: Iterable[form_rows.Field]) -> dict[str, Any]:
    """Return what a form shows of stored `values`: keyword data for its blanks."""
    return {
        f"blank_{row.key}": date.fromisoformat(values[row.key]) if row.type == "day" else values[row.key]
        for row in blank_rows
        if values.get(row.key) is not None
    }


def sum_warnings(values: Mapping[str, Any], blank_rows: Iterable[form_rows.Field]) -> list[str]:
    """Return a sentence for every total in `values` that is not the sum of its parts; never a refusal."""
    by_key = {row.key: row for row in blank_rows}
    told = []
    for row in by_key.values():
        parts = [values[key] for key in row.sum_of if key in values]
        if row.key in values and parts and sum(parts) != values[row.key]:
            told.append(f"{row.label} {values[row.key]}，与构成合计 {sum(parts)} 不一致，请核对")
    return told


def _field(row: form_rows.Field) -> Any:
    checks: list[Any] = (
        [Needed(f"请{'选择' if row.choices else '填写'}{row.label}")] if row.is_required else []
    )
    label = f"{row.label}（{row.unit}）" if row.unit else row.label
    return MAKERS[row.type](row, label, checks)


def _text(row: form_rows.Field, label: str, checks: list[Any], kind: Any = StringField) -> Any:
    most = Length(max=row.max, message=f"不超过 {row.max} 字")
    return kind(label, [*checks, most], description=row.hint)


def _choice(row: form_rows.Field, label: str, checks: list[Any]) -> Any:
    choices = [(choice, choice) for choice in row.choices]
    if row.is_required and len(choices) <= FEW:
        return ChoiceField(label, checks, choices=choices, description=row.hint)
    return SelectField(label, [*checks, _known], choices=[("", "未选择"), *choices], description=row.hint,
                       validate_choice=False)  # fmt: skip


def _known(form: HouseForm, field: SelectField) -> None:  # noqa: ARG001
    if field.data and field.data not in {value for value, *_ in field.iter_choices()}:
        raise StopValidation("选择不在列表里，请重新选择")


MAKERS: Mapping[str, Any] = {
    "text": _text,
    "long": lambda row, label, checks: _text(row, label, checks, TextAreaField),
    "number": lambda row, label, checks: (WholeField if row.is_count else NumberField)(
        label, checks, description=row.hint
    ),
    "choice": _choice,
    "many": lambda row, label, checks: TicksField(
        label, checks, choices=[(choice, choice) for choice in row.choices], description=row.hint
    ),
    "day": lambda row, label, checks: DayField(label, checks, description=row.hint),
    "phone": lambda row, label, checks: CheckedField(
        label, identity.check_phone, checks, description=row.hint
    ),
}
