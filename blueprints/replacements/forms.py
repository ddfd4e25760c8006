"""What is typed for 退一进一: an estimate of what the fund bears, the exit an application is linked to."""

from typing import Any

from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from blueprints.fields import DayField, HouseForm, Needed, ScaledField
from blueprints.register_fields import whole

STALE = "页面打开太久，请刷新后再填"


def _hidden() -> IntegerField:
    bound = NumberRange(0, 10**9, message=STALE)
    return IntegerField(widget=HiddenInput(), default=0, validators=[InputRequired(STALE), bound])


class EstimateForm(HouseForm):
    """An estimate: its day, its amount, what it rests on."""

    estimated_on = DayField("测算日期", [Needed("请填写测算日期")])
    amount = ScaledField(
        "可承受金额",
        [Needed("请填写可承受金额")],
        places=6,
        scale=1_000_000,
        description="万元，本年新增定点可以使用的基金",
    )
    basis = TextAreaField(
        "测算依据",
        [Needed("请写明测算依据"), Length(max=1000, message="测算依据不超过 1000 字")],
        description="基金收支预算、可支撑能力、区域卫生规划等",
    )
    version = _hidden()

    @property
    def given(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("estimated_on", "amount", "basis")}

    def renew(self, version: int) -> None:
        """Let the form be sent again after a refusal, knowing what stands now."""
        self.version.raw_data, self.version.data = None, version


def _case_id(text: object) -> int:
    """Return the id that was chosen, 0 for what is none."""
    return whole(str(text)) or 0


class LinkForm(HouseForm):
    """The exit whose place an application takes. The page itself lists the free ones."""

    exit = RadioField("退出机构", coerce=_case_id, choices=[], validate_choice=False)
    note = StringField("说明", [Length(max=200, message="说明不超过 200 字")])


class UnlinkForm(HouseForm):
    """Why a link ends. exit, version: the link as the person saw it."""

    reason = StringField(
        "取消的原因", [Needed("请写明取消关联的原因"), Length(max=200, message="原因不超过 200 字")]
    )
    exit = _hidden()
    version = _hidden()
