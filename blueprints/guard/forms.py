"""What is typed in the guard: penalties and handling, disputes, blocked rights, follow-ups."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, StopValidation

from blueprints.fields import DayField, HouseForm, Needed, ScaledField, TicksField
from models import BanClass, HandlingKind, RightsScope, Staff
from rules.book import Book

KINDS = {HandlingKind.PENALTY: "行政处罚", HandlingKind.HANDLING: "协议处理"}
BAN_CLASSES = {
    BanClass.NONE: "不限制再次申请",
    BanClass.ILLEGALITY: "因违法违规解除",
    BanClass.BREACH: "因严重违约解除",
}


class OneOf(RadioField):
    """A choice by radio; that none was made is told in the house's words."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        if self.data not in [value for value, *_ in self.choices]:
            raise StopValidation(f"请选择{self.label.text}")


class HandlingForm(HouseForm):
    """A penalty or handling. Made by `handling_form`, which knows the ladder; today: nothing begins later."""

    version = HiddenField()
    measure = SelectField("种类和措施", [Needed("请选择措施")])
    clause = StringField(
        "违反的条款",
        [Needed("请填写违反的协议或法规条款"), Length(max=120, message="不超过 120 字")],
        description="协议第几条第几款，或法规名称和条款",
    )
    authority = StringField(
        "作出机关", [Needed("请填写作出处罚或处理的机关"), Length(max=80, message="不超过 80 字")]
    )
    number = StringField("文书号", [Length(max=60, message="不超过 60 字")])
    facts = TextAreaField("事实", [Needed("请写明事实"), Length(max=2000, message="不超过 2000 字")])
    amount = ScaledField("金额", [Optional()], places=2, scale=100, description="元；没有金额的不填")
    started_on = DayField("开始日期", [Needed("请填写开始日期")], description="决定作出之日，期间自该日起算")
    ended_on = DayField("结束日期", description="有期间的，填最后一天")
    today: date

    def validate_started_on(self, field: DayField) -> None:
        if field.data and field.data > self.today:
            raise StopValidation("开始日期不能晚于今天")

    def validate_ended_on(self, field: DayField) -> None:
        if field.data and self.started_on.data and field.data < self.started_on.data:
            raise StopValidation("结束日期不能早于开始日期")

    def columns(self) -> dict[str, Any]:
        kind, _, measure = (self.measure.data or "").partition(":")
        names = ("amount", "started_on", "ended_on")
        texts = {name: self[name].data or "" for name in ("clause", "authority", "number", "facts")}
        return {"kind": kind, "measure": measure, **texts, **{name: self[name].data for name in names}}


def handling_form(book: Book, kind: str, today: date, row: Any = None) -> HandlingForm:
    """Return the form with the penalties and the ladder of `book` for one kind of institution."""
    given = {"measure": f"{row.kind}:{row.measure}"} if row else {"started_on": today}
    form = HandlingForm(obj=row, data=None) if row else HandlingForm(data=given)
    form.measure.choices = {
        word: [(f"{of}:{m.key}", m.label) for m in book.measures_for(of, kind)] for of, word in KINDS.items()
    }
    if row and not form.is_submitted():
        form.measure.data = given["measure"]
    form.today = today
    return form


class PerformForm(HouseForm):
    """That a penalty or handling was fully performed."""

    version = HiddenField()
    on = DayField("履行完毕日期", [Needed("请填写履行完毕的日期")])


class DisputeForm(HouseForm):
    """A dispute with the path it takes; closed by an outcome and a day, both or neither."""

    version = HiddenField()
    about = SelectField("争议事项", [Needed("请选择争议事项")], description="就医保协议的哪一环节发生争议")
    path = OneOf("途径", [Needed("请选择途径")])
    body = StringField(
        "受理机关",
        [Length(max=80, message="不超过 80 字")],
        description="协调部门、复议机关或法院",
    )
    number = StringField("文号或案号", [Length(max=60, message="不超过 60 字")])
    filed_on = DayField("提出日期", [Needed("请填写提出日期")])
    claim = TextAreaField(
        "请求和理由", [Needed("请写明请求和理由"), Length(max=2000, message="不超过 2000 字")]
    )
    outcome = TextAreaField("结果", [Length(max=2000, message="不超过 2000 字")], description="办结后填写")
    closed_on = DayField("办结日期")
    today: date

    def validate_filed_on(self, field: DayField) -> None:
        if field.data and field.data > self.today:
            raise StopValidation("提出日期不能晚于今天")

    def validate_closed_on(self, field: DayField) -> None:
        if bool(field.data) != bool(self.outcome.data):
            raise StopValidation("结果和办结日期要一起填写")
        if field.data and not (self.filed_on.data or field.data) <= field.data <= self.today:
            raise StopValidation("办结日期不能早于提出日期，也不能晚于今天")

    def columns(self) -> dict[str, Any]:
        texts = ("about", "path", "body", "number", "claim", "outcome")
        days = {name: self[name].data for name in ("filed_on", "closed_on")}
        return {name: self[name].data or "" for name in texts} | days


def dispute_form(book: Book, today: date, row: Any = None) -> DisputeForm:
    """Return the form with what article and remedies of `book` name."""
    form = DisputeForm(obj=row) if row else DisputeForm(data={"filed_on": today})
    form.about.choices = [(c.label, c.label) for c in book.choices_of("dispute")]
    form.path.choices = [(c.key, c.label) for c in book.choices_of("remedy")]
    form.today = today
    return form


class RightsForm(HouseForm):
    """Whose settlement rights are suspended or ended. A person of the roster is chosen, others are named."""

    scope = OneOf("对象", [Needed("请选择对象")])
    staff = SelectField("在册人员", [Optional()], description="对象是人员的，从花名册选择")
    subject = StringField(
        "名称或姓名", [Length(max=80, message="不超过 80 字")], description="选了在册人员的不填"
    )
    is_final = OneOf(
        "处理",
        [Needed("请选择处理")],
        choices=[("no", "中止结算资格"), ("yes", "终止结算资格")],
        default="no",
    )
    from_on = DayField("开始日期", [Needed("请填写开始日期")])
    until_on = DayField("中止期满", description="最后一天；不定期的不填，终止的不填")
    decided_by = StringField(
        "决定人或会议", [Needed("请填写决定人或会议"), Length(max=60, message="不超过 60 字")]
    )
    reason = TextAreaField(
        "事实和依据", [Needed("请写明事实和依据"), Length(max=1000, message="不超过 1000 字")]
    )

    def validate_subject(self, field: StringField) -> None:
        if not field.data and not self.person:
            raise StopValidation("请填写科室（部门）名称，或选择在册人员")

    def validate_staff(self, field: SelectField) -> None:
        if field.data and self.scope.data and self.scope.data != RightsScope.PERSON:
            raise StopValidation("对象不是人员，请不要选择在册人员")

    def validate_until_on(self, field: DayField) -> None:
        if field.data and self.is_final.data == "yes":
            raise StopValidation("终止没有期满日，请清空")
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise StopValidation("期满不能早于开始日期")

    @property
    def person(self) -> str:
        """The id of the member of staff chosen, or nothing."""
        return (self.staff.data or "") if self.scope.data == RightsScope.PERSON else ""

    def columns(self) -> dict[str, Any]:
        names = dict(self.staff.choices)
        return {
            "scope": self.scope.data,
            "staff": int(self.person) if self.person else None,
            "subject": (names[self.person].partition("（")[0] if self.person else self.subject.data)[:80],
            "is_final": self.is_final.data == "yes",
            "from_on": self.from_on.data,
            "until_on": self.until_on.data,
            "reason": self.reason.data,
            "decided_by": self.decided_by.data,
        }


def rights_form(book: Book, staff: Sequence[Staff], today: date) -> RightsForm:
    """Return the form with the scopes of `book` and the people at work in the institution."""
    form = RightsForm(data={"from_on": today, "is_final": "no"})
    form.scope.choices = [(c.key, c.label) for c in book.choices_of("rights")]
    people = [(str(row.id), f"{row.person.name}（{row.department or '未登记科室'}）") for row in staff]
    form.staff.choices = [("", "不在花名册"), *people]
    return form


class ReasonForm(HouseForm):
    """Why: of lifting, of declining."""

    version = HiddenField()
    reason = StringField("原因", [Needed("请写明原因"), Length(max=200, message="原因不超过 200 字")])


class DoneForm(HouseForm):
    """The day and number of a publication, a report or a letter."""

    version = HiddenField()
    on = DayField("办理日期", [Needed("请填写办理日期")])
    number = StringField("文号", [Length(max=60, message="文号不超过 60 字")])


class BranchesForm(HouseForm):
    """The branches that go with the first one: each ticked, one decision for all that are ticked."""

    branches = TicksField("同时解除的分支", [Needed("请勾选要解除的分支")])
    facts = TextAreaField(
        "总部人员和违法违规事实",
        [Needed("请写明总部人员和违法违规事实"), Length(max=1000, message="不超过 1000 字")],
    )
    decided_by = StringField(
        "决定人或会议", [Needed("请填写决定人或会议"), Length(max=60, message="不超过 60 字")]
    )
    ban_class = SelectField(
        "解除后限制申请",
        [Needed("请选择解除后限制申请的类别")],
        choices=[("", "请选择"), *((str(key), word) for key, word in BAN_CLASSES.items())],
    )
    ban_reason = StringField("限制的事实和依据", [Length(max=300, message="不超过 300 字")])

    def validate_ban_reason(self, field: StringField) -> None:
        if not field.data and self.ban_class.data not in ("", None, BanClass.NONE):
            raise StopValidation("请写明限制申请的事实和依据")
