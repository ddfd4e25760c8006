"""The base of every form and the fields the library lacks: a day typed in any usual way, a clean text."""

import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from rules.days import parse_day

MOST = Decimal(10) ** 9


def stripped(text: str | None) -> str | None:
    """WTForms filter: no blanks at the ends, no NUL, which SQLite would keep."""
    return text.replace("\x00", "").strip() if isinstance(text, str) else text


class HouseForm(FlaskForm):
    """A form with Chinese messages; its errors in the order of the fields."""

    class Meta(FlaskForm.Meta):
        locales = ["zh"]

        def bind_field(self, form: FlaskForm, unbound_field: Any, options: dict[str, Any]) -> Field:
            if unbound_field.field_class.__name__ in ("StringField", "TextAreaField"):
                filters = unbound_field.kwargs.get("filters", [])
                unbound_field.kwargs["filters"] = [*[f for f in filters if f is not stripped], stripped]
            return super().bind_field(form, unbound_field, options)

    @property
    def errors_flat(self) -> list[tuple[str, str, str]]:
        """(field id, label, message) of every error, in the order of the page."""
        return [(f.id, f.label.text, str(message)) for f in self for message in f.errors]


class DayField(Field):
    """A day as text; what could not be read stays in the field."""

    widget = TextInput()
    data: date | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = stripped(valuelist[0]) if valuelist else ""
        if text:
            self.data = parse_day(text)


class Needed:
    """Demand an answer: like InputRequired, for days and lists too, without the browser's own message."""

    field_flags = {"required": True}  # noqa: RUF012

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002
        if field.errors:
            raise StopValidation
        if field.data is None or field.data == "" or field.data == []:
            raise StopValidation(self.message)


class TicksField(SelectMultipleField):
    """Several of several; nothing ticked is an empty list."""

    def pre_validate(self, form: FlaskForm) -> None:
        known = {str(value) for value, *_ in self.iter_choices()}
        if self.data and not set(self.data) <= known:
            raise StopValidation("有一项选择不在列表里，请重新选择")


class CheckedField(StringField):
    """A text that a function of rules/identity.py cleans or refuses with a sentence."""

    def __init__(self, label: str, check: Callable[[str], str], validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.check = check

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002
        text = stripped(self.data or "")
        if not text:
            return
        try:
            self.data = self.check(text)
        except ValueError as error:
            raise StopValidation(str(error)) from error


class ScaledField(StringField):
    """A number as the staff write it (万元, 月), kept as a whole number of `scale` parts: 分, tenths."""

    widget = TextInput()

    def __init__(self, label: str, validators: Any = (), *, places: int, scale: int, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.places, self.scale = places, scale

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        text = f"{Decimal(self.data) / self.scale:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        plain = unicodedata.normalize("NFKC", stripped(valuelist[0]) or "") if valuelist else ""
        plain = plain.strip().replace(",", "")
        if not plain:
            return
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise ValueError("请填写数字") from None
        if not number.is_finite() or not 0 <= number <= MOST:
            raise ValueError("数目不对，请核对")
        if number != round(number, self.places):
            raise ValueError(f"最多保留 {self.places} 位小数")
        self.data = int(number * self.scale)
