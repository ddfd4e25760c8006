"""A row of the material list (annex 5) as the window marks it."""

from typing import Any

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from blueprints.fields import DayField, HouseForm
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
