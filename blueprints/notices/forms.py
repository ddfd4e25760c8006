"""Forms of publications and complaints."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from blueprints.fields import DayField, HouseForm, Needed

LATE = "日期早于今天的，在此说明原因"


class PublishForm(HouseForm):
    published_on = DayField("发布日期", [Needed("请填写发布日期")], description="当日不计，次一工作日起算")
    medium = StringField(
        "公示媒介",
        [Needed("请填写在哪里公示"), Length(max=80, message="不超过 80 字")],
        description="如县医疗保障局官网、政务公开栏",
    )
    phone = StringField("监督电话", [Needed("请填写监督电话"), Length(max=30, message="不超过 30 字")])
    reason = StringField("补录说明", [Length(max=200, message="不超过 200 字")], description=LATE)


class ComplaintForm(HouseForm):
    received_on = DayField("收到日期", [Needed("请填写收到日期")])
    complainant = StringField(
        "举报人", [Length(max=60, message="不超过 60 字")], description="不填按匿名登记"
    )
    phone = StringField("联系电话", [Length(max=30, message="不超过 30 字")])
    content = TextAreaField(
        "举报内容", [Needed("请填写举报内容"), Length(max=2000, message="不超过 2000 字")]
    )
    reason = StringField("补录说明", [Length(max=200, message="不超过 200 字")], description=LATE)
    version = HiddenField()


class VerifyForm(HouseForm):
    verified_on = DayField("核查完毕日期", [Needed("请填写核查完毕日期")])
    is_effective = RadioField(
        "核查结论",
        [Needed("请选择核查结论")],
        choices=[("no", "不影响评估结果"), ("yes", "属实，影响评估结果")],
    )
    findings = TextAreaField(
        "核查情况", [Needed("请写明核查情况"), Length(max=2000, message="不超过 2000 字")]
    )
    version = HiddenField()


class SettleForm(HouseForm):
    on = DayField("办理日期", [Needed("请填写办理日期")])
    reason = TextAreaField("说明", [Length(max=1000, message="不超过 1000 字")], description=LATE)
    version = HiddenField()
