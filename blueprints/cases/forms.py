"""Forms of a case page: one for a step, put together from what the step asks for; and the corrections."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from blueprints import words
from blueprints.fields import DayField, HouseForm, Needed, TicksField
from rules.rows import Step

LONG = Length(max=1000, message="不超过 1000 字")

# What a step may ask for besides day and reason: the book names these keys.
ASKED = {
    "grounds": lambda: TicksField("不予受理情形", [Needed("请至少选定一项不予受理情形")]),
    "opinion": lambda: TextAreaField("审核意见", [LONG], description="印在申请表的审核意见栏，不填留空手写"),
    "remark": lambda: TextAreaField("备注", [LONG]),
    "reasons": lambda: TextAreaField("不合格理由", [Needed("请写明不合格理由"), LONG]),
    "advice": lambda: TextAreaField("整改建议", [Needed("请写明整改建议"), LONG]),
    "findings": lambda: TextAreaField("核实情况", [Needed("请写明核实情况"), LONG]),
    "supplement": lambda: TextAreaField(
        "需要补充的材料", [Needed("请列明需要补充的材料"), LONG], description="一行一项"
    ),
}


class StepForm(HouseForm):
    on = DayField("办理日期", [Needed("请填写办理日期")], description="事情发生的那一天，可早于录入日")
    reason = TextAreaField("理由", [LONG], description="办理日期早于今天的，在此说明")
    version = HiddenField()


def step_form(step: Step, **values: Any) -> StepForm:
    """Return the form of `step`: its own questions first, then day and reason, which some steps demand."""
    fields = {name: ASKED[name]() for name in step.asks}
    if "reason_given" in step.needs:
        fields["reason"] = TextAreaField("理由", [Needed("请写明理由"), LONG])
    form_class = type("StepForm", (StepForm,), fields)
    return form_class(**values)


class ReasonForm(HouseForm):
    reason = TextAreaField("原因", [Needed("请写明原因"), LONG])
    version = HiddenField()


class ReinstateForm(ReasonForm):
    new_due = DayField("重新确定的期限", [Optional()], description="不填则不再计算该期限")


class CorrectDayForm(ReasonForm):
    on = DayField("正确的办理日期", [Needed("请填写正确的办理日期")])


class HandOverForm(ReasonForm):
    to = SelectField("移交给", coerce=int, validate_choice=False)


class UploadForm(HouseForm):
    purpose = SelectField("用途", choices=[row for row in words.PURPOSES.items() if row[0] != "material"])
    files = FileField("文件", render_kw={"multiple": True})


class RemoveForm(HouseForm):
    reason = StringField("移除原因", [Needed("请写明移除原因"), LONG])
