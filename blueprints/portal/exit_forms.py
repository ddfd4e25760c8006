"""The form by which an institution asks to change, end or pause (协议变更及终止申请)."""

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from blueprints.fields import HouseForm, Needed, TicksField
from models import ExitWish


class ExitForm(HouseForm):
    wish = RadioField("申请事项", [Needed("请选择申请事项")], validate_choice=False)
    files = MultipleFileField("相关资料文件", [Needed("请选择相关资料文件")])
    type = StringField(
        "协议终止类型",
        [Length(max=60, message="不超过 60 字")],
        description="申请终止的必填，如 停业、搬迁、经营主体注销",
    )
    reason = TextAreaField("申请理由", [Needed("请填写申请理由"), Length(max=1000, message="不超过 1000 字")])
    categories = TicksField("暂停服务类别", description="只在申请暂停时勾选；不勾选即暂停全部服务")
    version = HiddenField()

    def validate_wish(self, field: RadioField) -> None:
        if field.data not in [value for value, _ in field.choices]:
            raise ValidationError("请选择申请事项")

    def validate_type(self, field: StringField) -> None:
        if self.wish.data == ExitWish.TERMINATE and not field.data:
            raise ValidationError("请填写协议终止类型")

    def validate_categories(self, field: TicksField) -> None:
        if field.data and self.wish.data != ExitWish.SUSPEND:
            raise ValidationError("只在申请暂停时勾选，请取消勾选或改选申请事项")


class AgainForm(HouseForm):
    """Nothing but the version seen: asking for a new agreement."""

    version = HiddenField()
