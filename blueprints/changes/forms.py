"""Forms of changes: what changes and into what, how it became known, and what was found on the spot."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from blueprints.book_fields import WholeField
from blueprints.change_facts import FILED, FOUND, GENERAL, HOWS
from blueprints.fields import DayField, HouseForm, Needed, stripped
from blueprints.register_fields import ResidentIdField
from lifecycle import moment
from lifecycle.changes import PERSONS, Item
from lifecycle.history import SAID
from models import Institution
from rules.form_rows import Field

FARTHEST = 10  # years from today in which a day is believed
FREE = 4  # rows for what the register has no field for
AFTER, NUMBER, LABEL, WAS, NOW = "after_", "number_", "free_label_", "free_before_", "free_after_"
LINE = Length(max=200, message="不超过 200 字")
TEXT = Length(max=1000, message="不超过 1000 字")
DAYS = ("approved_on", "asked_on", "found_on", "hindered_from", "hindered_until")


def believed(day: date | None) -> date | None:
    """Return a typed day if it is one to reckon with, else None."""
    return day if day and abs(day.year - moment.today().year) <= FARTHEST else None


class ChangeForm(HouseForm):
    """What is reported as changed. Made by `change_form`, which knows the fields of the kind."""

    how = RadioField("变更情形", [Needed("请选择变更情形")], validate_choice=False)
    asked_on = DayField("申请日期", description="机构提交申请的填写")
    found_on = DayField("发现日期", description="核查发现未报的填写")
    found_how = StringField("发现方式", [LINE], description="如 日常检查、群众举报、数据比对")
    approved_on = DayField("有关部门批准日期", description="期限自批准之日起算")
    approved_by = StringField("批准部门", [Length(max=80, message="不超过 80 字")])
    hindered_from = DayField("不得变更期间 从", description="行政处罚、协议处理期间，这些天不计入期限")
    hindered_until = DayField("至", description="已经了结的填写")
    is_entity = BooleanField("经营主体发生变化（买卖、转让、重组等）")
    reason = TextAreaField("变更原因", [TEXT])
    note = TextAreaField("补录说明", [TEXT], description="申请或发现日期早于今天的，在此说明")
    version = HiddenField()

    known: tuple[Field, ...] = ()
    said: Mapping[str, str] = {}
    free: int = FREE
    today: date

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        for field_name, sentence in (*self._days(), *self._reported(), *self._named()):
            field = self[field_name]
            if not field.errors:
                field.errors = [sentence]
                is_valid = False
        return is_valid

    def _days(self) -> Iterable[tuple[str, str]]:
        """Every day that is no day to reckon with, is to come, or comes in the wrong order."""
        for name in (name for name in DAYS if name in self):
            day = self[name].data
            if day and believed(day) is None:
                yield name, "请核对年份"
            elif day and day > self.today and name != "hindered_until":
                yield name, "不能晚于今天"
        approved, asked = self.approved_on.data, self["asked_on"].data if "asked_on" in self else None
        if self._is(FILED) and approved and asked and asked < approved:
            yield "asked_on", "申请日期不能早于有关部门批准日期"
        first, last = self.hindered_from.data, self.hindered_until.data
        if last and (first is None or last < first):
            yield "hindered_until", "请先填写起始日期" if first is None else "不能早于起始日期"

    def _is(self, *hows: str) -> bool:
        return self.how.data in hows

    def _reported(self) -> Iterable[tuple[str, str]]:
        """What the chosen way of becoming known demands."""
        if self.how.data not in [value for value, _ in self.how.choices]:
            yield "how", "请选择变更情形"
        if self._is(FILED) and "asked_on" in self and not self.asked_on.data:
            yield "asked_on", "请填写申请日期"
        if self._is(FOUND) and not self.found_on.data:
            yield "found_on", "请填写发现日期"
        if self._is(FOUND) and not self.found_how.data:
            yield "found_how", "请填写怎样发现的"
        if not self._is(FOUND, GENERAL) and not self.approved_on.data:
            yield "approved_on", "请填写有关部门批准日期"
        began = self.began_on()
        if began and began < self.today and not self.note.data and "asked_on" in self:
            yield "note", "日期早于今天的，请说明原因"

    def began_on(self) -> date | None:
        """Return the day on which the office learned of the change, if the form asks for it."""
        names = {FILED: "asked_on", FOUND: "found_on"}
        name = names.get(self.how.data or "")
        return self[name].data if name in self else None

    def _named(self) -> Iterable[tuple[str, str]]:
        """What is to change: at least one thing, each different from what the register says."""
        if not self.typed() and not self.free_rows():
            yield self._first(), "请至少填写一项变更内容"
        if self._is(GENERAL):
            yield from ((AFTER + key, "属于重要信息，不能按一般信息告知") for key in self.typed())
        for row in self.known:
            field = self[AFTER + row.key]
            if row.key in PERSONS:
                yield from self._person(row)
            elif field.data not in (None, "") and self._words(row) == self.said.get(row.key):
                yield field.name, "与变更前相同"
        for n in range(self.free):
            typed = [self[name + str(n)].data for name in (LABEL, WAS, NOW)]
            if any(typed) and not (typed[0] and typed[2]):
                yield f"{LABEL if not typed[0] else NOW}{n}", "请填写变更项目和变更后的内容"

    def _first(self) -> str:
        return f"{LABEL}0" if self._is(GENERAL) or not self.known else AFTER + self.known[0].key

    def _person(self, row: Field) -> Iterable[tuple[str, str]]:
        name, number = self[AFTER + row.key], self[NUMBER + row.key]
        if name.data and not number.data:
            yield number.name, "请填写身份证号"
        if number.data and not name.data:
            yield name.name, f"请填写{row.label}姓名"

    def _words(self, row: Field) -> str:
        """Return what was typed for a field, in the words of the register."""
        data = self[AFTER + row.key].data
        return f"{data} {row.unit}" if row.unit and row.type == "number" else str(data)

    def typed(self) -> dict[str, Any]:
        """Return what was filled in, by key, as the register holds it; a person as (name, new number)."""
        told = {row.key: self[AFTER + row.key].data for row in self.known}
        for key in (key for key in told if key in PERSONS and told[key]):
            told[key] = (told[key], self[NUMBER + key].typed)
        for key in (key for key in told if key in SAID and told[key]):
            told[key] = {words: value for value, words in SAID[key].items()}.get(told[key])
        return {key: value for key, value in told.items() if value not in (None, "")}

    def free_rows(self) -> list[tuple[str, str, str]]:
        """Return the free rows that name something and say what it is now: label, before, after."""
        rows = [[self[name + str(n)].data or "" for name in (LABEL, WAS, NOW)] for n in range(self.free)]
        return [(label, before, after) for label, before, after in rows if label and after]

    def given(self) -> dict[str, Any]:
        """Return the columns of ChangeRequest that the form says besides its items."""
        is_general, is_found = self._is(GENERAL), self._is(FOUND)
        days = {name: self[name].data for name in ("approved_on", "hindered_from", "hindered_until")}
        return {
            **({"approved_on": None, "hindered_from": None, "hindered_until": None} if is_general else days),
            "approved_by": self.approved_by.data or "",
            "found_on": self.found_on.data if is_found else None,
            "found_how": (self.found_how.data or "") if is_found else "",
            "is_entity": bool(self.is_entity.data) and not is_general,
            "is_general": is_general,
            "reason": self.reason.data or "",
        }


def change_form(  # noqa: PLR0913
    blanks: Sequence[Field],
    said: Mapping[str, str],
    hows: Iterable[str],
    today: date,
    items: Sequence[Item] = (),
    **values: Any,
) -> ChangeForm:
    """Return the form for the important fields `blanks`; said: what the register says now, by key.

    items: what was reported before. Numbers of persons that were told are kept behind their mask.
    """
    free = [item for item in items if not item["field"]]
    rows = max(FREE, len(free) + 1)
    more: dict[str, Any] = {"known": tuple(blanks), "said": said, "free": rows, "today": today}
    for blank in blanks:
        more |= _inputs(blank)
    for n in range(rows):
        more |= {name + str(n): StringField(label, [LINE]) for name, label in PARTS.items()}
    form = type("ChangeForm", (ChangeForm,), more)(**{**_told(items, free), **values})
    form.how.choices = [(how, HOWS[how]) for how in hows]
    for name in LAST:  # as they stand on the page, so that a list of errors names them last
        form._fields[name] = form._fields.pop(name)
    for item in (item for item in items if item["field"] in PERSONS):
        form[NUMBER + item["field"]].kept = _mask(item)
    return form


LAST = ("is_entity", "reason", "note", "version")
PARTS = {LABEL: "变更项目", WAS: "变更前", NOW: "变更后"}


def _inputs(blank: Field) -> dict[str, Any]:
    """Return the fields by which a blank of the register is changed."""
    label = f"{blank.label} 变更后"
    if blank.key in PERSONS:
        number = ResidentIdField(f"{blank.label} 身份证号", filters=[stripped])
        return {AFTER + blank.key: StringField(label, [_length(40)]), NUMBER + blank.key: number}
    if blank.key in SAID:
        choices = [("", "不变"), *((words, words) for words in SAID[blank.key].values())]
        return {AFTER + blank.key: SelectField(label, [_known], choices=choices, validate_choice=False)}
    if blank.type == "number":
        return {AFTER + blank.key: WholeField(label)}
    kind = TextAreaField if blank.type == "long" else StringField
    return {AFTER + blank.key: kind(label, [_length(_most(blank))])}


def _known(form: HouseForm, field: SelectField) -> None:  # noqa: ARG001
    if field.data and field.data not in {value for value, *_ in field.iter_choices()}:
        raise StopValidation("选择不在列表里，请重新选择")


def _most(blank: Field) -> int:
    column = Institution._meta.fields.get(blank.key)
    return getattr(column, "max_length", None) or blank.max


def _length(most: int) -> Length:
    return Length(max=most, message=f"不超过 {most} 字")


def _told(items: Sequence[Item], free: Sequence[Item]) -> dict[str, Any]:
    """Return what the form shows of the items that were reported: numbers of persons masked."""
    shown: dict[str, Any] = {}
    for item in items:
        key, value = item["field"], item["value"]
        if key in PERSONS:
            shown |= {AFTER + key: value["name"], NUMBER + key: _mask(item)}
        elif key:
            shown[AFTER + key] = SAID[key].get(value, "") if key in SAID else value
    for n, item in enumerate(free):
        named = zip((LABEL, WAS, NOW), (item["label"], item["before"], item["after"]), strict=True)
        shown |= {name + str(n): text for name, text in named}
    return shown


def _mask(item: Item) -> str:
    """Return the masked number of a person that was told, which stands behind the name."""
    return item["after"].removeprefix(item["value"]["name"]).strip() if item["value"]["sealed"] else ""


class AskedForm(HouseForm):
    """When the institution came with its request."""

    asked_on = DayField(
        "收到申请的日期", [Needed("请填写收到申请的日期")], description="审核期限自收到之日起算"
    )
    reason = TextAreaField("补录说明", [TEXT], description="收到日期早于今天的，在此说明")
    version = HiddenField()


class VerificationForm(HouseForm):
    """What was found on the spot."""

    verified_on = DayField("核实日期", [Needed("请填写现场核实的日期")])
    verified_by = StringField(
        "核实人员",
        [Needed("请填写现场核实的人员"), Length(max=60, message="不超过 60 字")],
        description="到现场的人，用顿号隔开",
    )
    findings = TextAreaField("核实情况", [Needed("请写明现场核实的情况"), TEXT])
    on = DayField("办理日期", [Needed("请填写办理日期")])
    reason = TextAreaField("补录说明", [TEXT], description="办理日期早于今天的，在此说明")
    version = HiddenField()
