"""The material list as the window works it: marks, files, rows added for one case."""

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from blueprints.fields import DayField, HouseForm, Needed
from blueprints.register_fields import whole
from models import MaterialState


class MaterialForm(HouseForm):
    """One row of annex 5 as it was marked."""

    state = StringField("情况")
    received_on = DayField("收到日期")
    original_seen = BooleanField("已核原件")
    note = StringField("说明", [Length(max=200, message="说明不超过 200 字")])
    version = HiddenField()

    def validate_state(self, field: StringField) -> None:
        """A day without a state means received; a note alone leaves the row as it is: not marked."""
        field.data = field.data or (
            MaterialState.RECEIVED if self.received_on.data else MaterialState.PENDING
        )
        if field.data not in list(MaterialState):
            raise ValidationError("请选择情况")

    def marked(self) -> dict[str, Any]:
        """Return what was typed as the arguments of mark_material."""
        return {
            "state": self.state.data,
            "on": self.received_on.data,
            "original_seen": self.original_seen.data,
            "note": self.note.data or "",
            "version": whole(self.version.data),
        }


class ReceiveRestForm(HouseForm):
    received_on = DayField("收到日期")


class FilesForm(HouseForm):
    files = MultipleFileField("文件")

    def uploads(self) -> list[tuple[str, bytes]]:
        """Return name and content of each chosen file."""
        return [(file.filename, file.read()) for file in self.files.data or () if file and file.filename]


class ExtraForm(HouseForm):
    title = StringField(
        "材料名称", [Needed("请填写材料名称"), Length(max=300, message="材料名称不超过 300 字")]
    )
    basis = StringField(
        "要求的依据", [Needed("请写明按什么要求提供"), Length(max=120, message="依据不超过 120 字")]
    )


class ValidityForm(HouseForm):
    valid_until = DayField("有效期至")


class TakeOutForm(HouseForm):
    reason = StringField(
        "移除原因", [Needed("请写明移除原因"), Length(max=200, message="移除原因不超过 200 字")]
    )
