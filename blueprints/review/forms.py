"""What a reviewer types: a finding with its note, the foot of a sheet, a signature, the group."""

from collections.abc import Iterable, Mapping

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from blueprints import words
from blueprints.fields import DayField, HouseForm

FINDINGS = ("pass", "fail", "not_applicable")
STALE = "页面打开太久，请刷新后再填"
CHOICE = "这一项的选择认不出，请重新选择"


class SheetRowForm(HouseForm):
    """One row. `insist` is the verdict a person keeps although a colleague was faster."""

    verdict = StringField("评价情况", [Optional(), AnyOf(FINDINGS, message=CHOICE)])
    insist = StringField("评价情况", [Optional(), AnyOf(FINDINGS, message=CHOICE)])
    note = TextAreaField("说明", [Length(max=500, message="说明不超过 500 字")])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(STALE)])

    @property
    def chosen(self) -> str:
        return self.insist.data or self.verdict.data or ""


class VisitForm(HouseForm):
    """The foot of a sheet: remark, and the day of the visit on the sheet of annex 8."""

    visited_on = DayField("现场评估日期", [Optional()])
    remark = TextAreaField("备注", [Length(max=1000, message="备注不超过 1000 字")])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(STALE)])

    def renew(self, version: int) -> None:
        """Let what was typed be sent again, knowing what stands now."""
        self.version.raw_data, self.version.data = None, version


class SignForm(HouseForm):
    """A signature, put under what the page showed: the versions of its rows, or their sum on a plain page."""

    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    @property
    def total(self) -> int | None:
        versions = [text for text in self.version.raw_data or () if text.isdecimal() and len(text) < 10]
        return sum(map(int, versions)) if versions else self.seen.data


class GroupForm(HouseForm):
    """The group as a whole; one select for each reviewer, made by group_form()."""

    third_party = StringField(
        "受托第三方机构",
        [Length(max=60, message="名称不超过 60 字")],
        description="委托第三方机构开展审核评估的填写",
    )
    seen = HiddenField()

    @property
    def fields(self) -> dict[int, str]:
        """Return who is appointed, each with the field of expertise."""
        chosen = {name.removeprefix("field-"): f.data for name, f in self._fields.items() if "field-" in name}
        return {int(user_id): field for user_id, field in chosen.items() if field}


def group_form(people: Iterable[tuple[int, str]], present: Mapping[int, str], seen: str) -> GroupForm:
    """Return the form with a select for each of `people` (id, name); `present`: who is in the group now."""
    choices = [SelectChoice("", "不参加"), *(SelectChoice(field, field) for field in words.GROUP_FIELDS)]
    selects = {f"field-{user_id}": SelectField(name, choices=choices) for user_id, name in people}
    form = type("AppointForm", (GroupForm,), selects)
    chosen = {name: present.get(int(name.removeprefix("field-")), "") for name in selects}
    return form(data=chosen | {"seen": seen})
