"""Forms of meetings, of the city's review, and of filings."""

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from blueprints.fields import DayField, HouseForm, Needed, TicksField

LATE = "日期早于今天的，在此说明原因"
FILING_KINDS = {
    "department": "报同级医疗保障行政部门备案",
    "city": "向市级经办机构报备",
    "province": "省动态管理系统维护",
}


class MeetingForm(HouseForm):
    held_on = DayField("会议日期", [Needed("请填写会议日期")])
    place = StringField("地点", [Length(max=80, message="不超过 80 字")])
    chair = StringField("主持人", [Needed("请填写主持人"), Length(max=40, message="不超过 40 字")])
    attendees = TicksField("参会成员")
    others = StringField(
        "其他参会人员", [Length(max=400, message="不超过 400 字")], description="用顿号隔开，如 王某、李某"
    )
    minutes = TextAreaField("会议纪要", [Length(max=5000, message="不超过 5000 字")])
    reason = StringField("补录说明", [Length(max=200, message="不超过 200 字")], description=LATE)

    @property
    def present(self) -> list[str]:
        """Everybody who attended: ticked members, then those typed."""
        typed = (self.others.data or "").replace("，", "、").replace(",", "、").split("、")
        return [*(self.attendees.data or []), *(name.strip() for name in typed if name.strip())]


class VerdictForm(HouseForm):
    """What was decided on one case; its fields carry the case's id as a prefix."""

    class Meta(HouseForm.Meta):
        csrf = False

    outcome = RadioField("审议结果", [Needed("请选择审议结果")], default="approve")
    opinion = TextAreaField("审议意见", [Length(max=1000, message="不超过 1000 字")])
    votes_for = IntegerField("同意", [Optional(), NumberRange(0, 99, message="票数应为 0 至 99")])
    votes_against = IntegerField("不同意", [Optional(), NumberRange(0, 99, message="票数应为 0 至 99")])
    version = HiddenField()

    def validate_opinion(self, field: TextAreaField) -> None:
        if self.outcome.data == "decline" and not field.data:
            raise ValidationError("不予纳入的，请写明理由")


class ReviewForm(HouseForm):
    is_passed = RadioField(
        "复审结论",
        [Needed("请选择复审结论")],
        choices=[("yes", "复审通过，退县级集体决策"), ("no", "复审不通过，退县级重新确定结果")],
    )
    on = DayField("复审日期", [Needed("请填写复审日期")])
    reason = TextAreaField(
        "复审意见", [Length(max=1000, message="不超过 1000 字")], description="不通过的，必须写明理由"
    )
    version = HiddenField()

    def validate_reason(self, field: TextAreaField) -> None:
        if self.is_passed.data == "no" and not field.data:
            raise ValidationError("复审不通过的，请写明理由")


class FilingForm(HouseForm):
    kind = SelectField("备案事项", choices=list(FILING_KINDS.items()))
    filed_on = DayField("备案日期", [Needed("请填写备案日期")])
    number = StringField("文号或编号", [Length(max=60, message="不超过 60 字")])
    note = StringField("备注", [Length(max=200, message="不超过 200 字")])
