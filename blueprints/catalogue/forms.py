"""The form of an interpretation."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from blueprints.fields import HouseForm


class NoteForm(HouseForm):
    text = TextAreaField(
        "解释", [Length(max=1000, message="不超过 1000 字")], description="清空后保存，即取消这条解释"
    )
    source = StringField(
        "出处", [Length(max=120, message="不超过 120 字")], description="答复函或会议纪要的文号和日期"
    )
    version = HiddenField()
