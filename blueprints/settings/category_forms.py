"""The form of a category of service that may be paused (暂停服务类别)."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from blueprints.fields import HouseForm, Needed


class CategoryForm(HouseForm):
    label = StringField("类别名称", [Needed("请填写类别名称"), Length(max=60, message="不超过 60 字")])
    version = HiddenField()


class SwitchForm(HouseForm):
    is_active = BooleanField("启用")
    version = HiddenField()
