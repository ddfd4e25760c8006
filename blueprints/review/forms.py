"""What a reviewer types: a finding with its note, the foot of a sheet, a signature, the group."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from blueprints import words
from blueprints.fields import DayField, HouseForm
from rules.form_rows import Sheet

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

    visited_on = DayField("现场日期", [Optional()])
    remark = TextAreaField("备注", [Length(max=1000, message="备注不超过 1000 字")])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(STALE)])

    def renew(self, version: int) -> None:
        """Let what was typed be sent again, knowing what stands now."""
        self.version.raw_data, self.version.data = None, version


class FeedbackForm(VisitForm):
    """The foot where what was found is told on the spot, to the provider's person in charge."""

    feedback_to = StringField("机构在场负责人", [Length(max=40, message="不超过 40 字")])
    feedback = TextAreaField(
        "当场反馈情况",
        [Length(max=1000, message="不超过 1000 字")],
        description="考察情况当场向机构在场负责人反馈，反馈日期即现场日期",
    )


class ReportForm(FeedbackForm):
    """The foot that also holds the report with the group's opinion, which the signatures confirm."""

    report = TextAreaField(
        "考察报告和评估意见",
        [Length(max=5000, message="不超过 5000 字")],
        description="根据初评和现场考察结果汇总，小组成员签字确认",
    )


def visit_form(spec: Sheet, place: str, *args: Any, **values: Any) -> VisitForm:
    """Return the form of the foot as the book's sheet wants it. place: what is done on the spot, 现场评估."""
    kind = ReportForm if spec.report else FeedbackForm if spec.feedback else VisitForm
    form = kind(*args, **values)
    form.visited_on.label.text = f"{place}日期"
    return form


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

    @property
    def teams(self) -> dict[int, int]:
        """Return who is in which team, of those who are in one."""
        chosen = {name.removeprefix("team-"): f.data for name, f in self._fields.items() if "team-" in name}
        return {int(user_id): int(team) for user_id, team in chosen.items() if team}


def group_form(
    people: Sequence[tuple[int, str]],
    present: Mapping[int, str],
    seen: str,
    most: int = 0,
    teams: Mapping[int, int | None] | None = None,
) -> GroupForm:
    """Return the form with a select for each of `people` (id, name); `present`: who is in the group now.

    most: how many teams may inspect; 0 where the book knows none. teams: who is in which now.
    """
    choices = [SelectChoice("", "不参加"), *(SelectChoice(field, field) for field in words.GROUP_FIELDS)]
    selects = {f"field-{user_id}": SelectField(name, choices=choices) for user_id, name in people}
    numbers = [SelectChoice("", "未分组"), *(SelectChoice(str(n), f"第 {n} 组") for n in range(1, most + 1))]
    if most:
        selects |= {
            f"team-{user_id}": SelectField(f"{name} 组别", choices=numbers) for user_id, name in people
        }
    form = type("AppointForm", (GroupForm,), selects)
    known = {f"team-{user_id}": str(team) for user_id, team in (teams or {}).items() if team}
    chosen = {name: present.get(int(name.removeprefix("field-")), "") for name in selects if "field-" in name}
    return form(data=chosen | known | {"seen": seen})
