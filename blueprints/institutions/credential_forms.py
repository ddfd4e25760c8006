"""The forms of an institution's papers: one paper, and its end."""

from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from blueprints.fields import DayField, HouseForm, Needed
from models import CredentialKind

KINDS = {
    CredentialKind.LICENCE: "执业或经营许可证",
    CredentialKind.REGISTRATION: "营业执照、法人登记证",
    CredentialKind.PREMISES: "不动产权证、租赁合同",
    CredentialKind.CONTRACT: "其他合同",
    CredentialKind.EQUIPMENT: "大型设备配置许可证",
    CredentialKind.OTHER: "其他证照",
}
COLUMNS = ("kind", "title", "number", "issuer", "valid_from", "valid_until", "note")


class CredentialForm(HouseForm):
    """A paper with its validity."""

    version = HiddenField()
    kind = SelectField(
        "种类", [Needed("请选择种类")], choices=[(str(key), word) for key, word in KINDS.items()]
    )
    title = StringField(
        "名称",
        [Needed("请填写名称"), Length(max=80, message="不超过 80 字")],
        description="如医疗机构执业许可证",
    )
    number = StringField("证号", [Length(max=60, message="不超过 60 字")])
    issuer = StringField("发证机关或签约方", [Length(max=80, message="不超过 80 字")])
    valid_from = DayField("有效期起")
    valid_until = DayField("有效期止", description="最后一天；长期有效的不填")
    note = StringField("备注", [Length(max=200, message="不超过 200 字")])

    def validate_valid_until(self, field: DayField) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise StopValidation("有效期止不能早于有效期起")

    def columns(self) -> dict[str, Any]:
        return {
            name: "" if self[name].data is None and name in TEXTS else self[name].data for name in COLUMNS
        }


TEXTS = ("title", "number", "issuer", "note")


class EndForm(HouseForm):
    """Why a paper is watched no longer."""

    version = HiddenField()
    reason = StringField(
        "停用原因",
        [Needed("请写明停用原因"), Length(max=100, message="不超过 100 字")],
        description="如已换发新证、已注销、合同提前解除",
    )
