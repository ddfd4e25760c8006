"""Forms of the worklist: hand-over of several cases, a reminder and its answer."""

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from blueprints.fields import HouseForm, Needed

SHORT = Length(max=200, message="不超过 200 字")


def _chosen(value: object) -> int | None:
    """Return the id of the person chosen, or None while nobody is."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


class HandOverForm(HouseForm):
    to = SelectField("移交给", [Needed("请选择接手的同事")], coerce=_chosen, validate_choice=False)
    reason = TextAreaField("移交原因", [Needed("请写明移交原因"), SHORT], description="如请假、岗位调整")
    seen = HiddenField()


class UrgeForm(HouseForm):
    text = TextAreaField(
        "督办内容", [Needed("请写明督办内容"), SHORT], description="经办人在工作台的“督办”里看到并答复"
    )


class AnswerForm(HouseForm):
    answer = TextAreaField("答复", [Needed("请填写答复"), SHORT])
