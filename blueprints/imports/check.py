"""From the cells of a row to what the ledger takes: every error with its column, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from blueprints.imports.columns import BY_KEY, COLUMNS, Column
from blueprints.workbooks import Line
from lifecycle.ledger import COLUMNS as OF_INSTITUTION
from lifecycle.ledger import Entry, Terms
from lifecycle.register import PERSONS
from models import Kind
from rules import identity
from rules.form_rows import DesignationType

# What one kind alone can have; another filled in is a slip of the row.
ONLY_FOR = {Kind.MEDICAL: ("grade", "beds"), Kind.PHARMACY: ("business_model",)}
TERM_NEEDED = ("types", "signed_on", "starts_on", "ends_on")
SPLIT = str.maketrans("，,；;/ ", "、、、、、、")

Errors = list[tuple[str, str]]


class Checker:
    """Checks rows of one sheet. types: of the book; today: no day may lie beyond it."""

    def __init__(self, types: tuple[DesignationType, ...], today: date) -> None:
        self.types, self.today = types, today

    def entry(self, line: Line) -> Entry:
        """Return the row as read, with an error for every cell that cannot be right."""
        errors: Errors = []
        values = {}
        for column in COLUMNS:
            value = _value(column, line.by_heading.get(column.heading, ""), errors)
            if value not in ("", None):
                values[column.key] = value
        kind = values.get("kind", "")
        self._check_institution(values, kind, errors)
        persons = self._persons(values, errors)
        terms = self._terms(values, kind, errors)
        columns = {key: values[key] for key in OF_INSTITUTION if key in values}
        return Entry(line.number, columns, persons, terms, errors)

    def _check_institution(self, values: dict[str, Any], kind: str, errors: Errors) -> None:
        if kind and "national_code" in values:
            try:
                code = identity.check_institution_code(values["national_code"], kind)
                values["national_code"] = code
            except ValueError as error:
                errors.append(("national_code", str(error)))
        for owner, keys in ONLY_FOR.items():
            for key in keys if kind and owner != kind else ():
                if values.pop(key, None):
                    name = "医疗机构" if owner == Kind.MEDICAL else "零售药店"
                    errors.append((key, f"只有{name}填这一列"))
        if values.get("operating_since", self.today) > self.today:
            errors.append(("operating_since", "正式运营时间晚于今天"))

    def _persons(self, values: Mapping[str, Any], errors: Errors) -> dict[str, tuple[str, str]]:
        persons = {}
        wrong = {key for key, _ in errors}
        for role in PERSONS:
            name, number = values.get(role, ""), values.get(f"{role}_id", "")
            if number and not name and role not in wrong:
                errors.append((role, "填了身份证号，请同时填写姓名"))
            if number:
                try:
                    number = identity.check_resident_id(number, self.today)
                except ValueError as error:
                    errors.append((f"{role}_id", str(error)))
                    continue
            if name and f"{role}_id" not in wrong:
                persons[role] = (name, number)
        return persons

    def _terms(self, values: Mapping[str, Any], kind: str, errors: Errors) -> Terms | None:
        """Return the agreement in force, None if the row has none; then all its cells are empty."""
        told = {key.removeprefix("agreement."): values[key] for key in values if key.startswith("agreement.")}
        wrong = {key for key, _ in errors}
        before = len(errors)
        if not told and not any(key.startswith("agreement.") for key in wrong):
            return None
        for name in TERM_NEEDED:
            key = f"agreement.{name}"
            if name not in told and key not in wrong:
                errors.append((key, f"有现行协议的请填写{BY_KEY[key].heading}；没有协议的，协议各列都不填"))
        told["types"] = self._types(told.get("types", ""), kind, errors)
        errors += self._days(told)
        if len(errors) > before or any(key.startswith("agreement.") for key in wrong):
            return None
        return Terms(**told)

    def _types(self, text: str, kind: str, errors: Errors) -> tuple[str, ...]:
        known = {row.label: row.key for row in self.types if kind in row.kinds}
        names = [name for name in text.translate(SPLIT).split("、") if name]
        unknown = [name for name in names if name not in known]
        if unknown and kind:
            sentence = f"没有“{'”“'.join(unknown)}”这种定点类型，可填：{'、'.join(known)}"
            errors.append(("agreement.types", sentence))
        order = list(known.values())
        return tuple(sorted({known[name] for name in names if name in known}, key=order.index))

    def _days(self, told: Mapping[str, Any]) -> Errors:
        errors = []
        signed, starts, ends = (told.get(name) for name in ("signed_on", "starts_on", "ends_on"))
        if starts and ends and ends < starts:
            errors.append(("agreement.ends_on", f"终止日期早于生效日期 {starts.isoformat()}"))
        elif ends and ends < self.today:
            over = f"协议已于 {ends.isoformat()} 期满，不是现行协议；"
            errors.append(("agreement.ends_on", f"{over}已续签的请填现行协议，未续签的请清空协议各列"))
        if signed and ends and signed > ends:
            errors.append(("agreement.signed_on", f"签订日期晚于终止日期 {ends.isoformat()}"))
        for name in ("signed_on", "last_settled_on"):
            if name in told and told[name] > self.today:
                errors.append((f"agreement.{name}", f"{BY_KEY[f'agreement.{name}'].heading}晚于今天"))
        return errors


def _value(column: Column, cell: Any, errors: Errors) -> Any:
    """Return what the cell means; nothing if it is empty or wrong, which is added to `errors`."""
    try:
        value = column.read(cell)
        if value in ("", None):
            if column.is_needed:
                raise ValueError(f"请填写{column.heading}")
            return None
        return _checked(column, value)
    except ValueError as error:
        errors.append((column.key, str(error)))
        return None


def _checked(column: Column, value: Any) -> Any:
    if column.choices:
        if value not in column.choices:
            raise ValueError(f"“{value[:20]}”认不出，可填：{'、'.join(column.choices)}")
        return column.choices[value]
    if column.most and len(value) > column.most:
        raise ValueError(f"超过 {column.most} 字")
    return column.check(value) if column.check else value
