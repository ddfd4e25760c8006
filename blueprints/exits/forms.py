"""Forms of suspension, termination and exit requests."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from blueprints.fields import DayField, HouseForm, Needed, TicksField
from lifecycle import moment
from rules.rows import Ground

FARTHEST = 10  # years from today in which a day is believed
MOST_ITEMS = 50
LINE = Length(max=200, message="不超过 200 字")
TEXT = Length(max=1000, message="不超过 1000 字")
LATE = "日期早于今天的，在此说明原因"


def believable(form: HouseForm, field: DayField) -> None:  # noqa: ARG001
    """Refuse a year that can only be a slip of the finger."""
    if field.data and abs(field.data.year - moment.today().year) > FARTHEST:
        raise ValidationError("请核对年份")


class GroundsForm(HouseForm):
    """Grounds by tick, each with what has to be recorded for it, and who decided."""

    rows: tuple[Ground, ...] = ()
    grounds = TicksField("情形", [Needed("请至少选定一项情形")])
    decided_by = StringField(
        "决定人或会议",
        [Needed("请填写决定人或决定会议"), Length(max=60, message="不超过 60 字")],
        description="如 主任办公会、定点管理领导小组会议",
    )
    version = HiddenField()

    def evidence(self) -> dict[str, str]:
        """Return what was typed for the chosen grounds, by their key."""
        return {key: self[f"evidence_{key}"].data or "" for key in self.grounds.data or ()}

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        for row in self.rows:
            field = self[f"evidence_{row.key}"]
            if row.key in (self.grounds.data or ()) and row.asks and not field.data:
                field.errors = [*field.errors, f"请填写“{'、'.join(row.asks)}”"]
                is_valid = False
        return is_valid


class SuspensionForm(GroundsForm):
    findings = TextAreaField("查实情况", [TEXT], description="检查、考核中查实的情况，留存备查")
    starts_on = DayField("中止开始", [Needed("请填写中止开始日期"), believable], description="当天起不予结算")
    ends_on = DayField(
        "中止届满", [Needed("请填写中止届满日期"), believable], description="最后一天，次日自动恢复履行"
    )
    items = TextAreaField("整改事项", [Length(max=5000, message="不超过 5000 字")], description="一行一项")
    reason = TextAreaField("补录说明", [TEXT], description="中止" + LATE)

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("中止届满日期早于开始日期")

    def validate_items(self, field: TextAreaField) -> None:
        if len(self.lines()) > MOST_ITEMS or any(len(line) > LINE.max for line in self.lines()):
            raise ValidationError(f"最多 {MOST_ITEMS} 项，每项不超过 {LINE.max} 字")

    def lines(self) -> list[str]:
        """Return the items to be put right, one a line."""
        return [line.strip() for line in (self.items.data or "").splitlines() if line.strip()]


class TerminationForm(GroundsForm):
    since: date | None = None  # the first day of the agreement
    effective_on = DayField(
        "解除日期", [Needed("请填写解除日期"), believable], description="自当日起医保基金不再结算"
    )
    ban_class = RadioField("解除后再次申请", [Needed("请选择解除后再次申请是否限制")], validate_choice=False)
    ban_reason = TextAreaField("限制的事实和依据", [Length(max=300, message="不超过 300 字")])
    is_by_persons = BooleanField("因法定代表人、主要负责人或实际控制人严重违法违规导致解除")
    is_duty_open = BooleanField("行政处罚责任或违约责任尚未完全履行，履行前持续限制")
    reason = TextAreaField("说明", [TEXT])

    def validate_effective_on(self, field: DayField) -> None:
        if field.data and field.data > moment.today():
            raise ValidationError("解除日期不能晚于今天；以后解除的，到当天再办理")
        if field.data and self.since and field.data < self.since:
            raise ValidationError("解除日期早于协议生效日期")

    def validate_ban_class(self, field: RadioField) -> None:
        if field.data not in [value for value, _ in field.choices]:
            raise ValidationError("请选择解除后再次申请是否限制")

    def validate_ban_reason(self, field: TextAreaField) -> None:
        if self.ban_class.data not in (None, "", "none") and not field.data:
            raise ValidationError("请写明限制申请的事实和依据")


def grounds_form(
    base: type[GroundsForm], rows: Iterable[Ground], found: Mapping[str, str] | None = None, **values: Any
) -> Any:
    """Return a form of `base` with a blank for each ground; `found` fills in what the records say of some."""
    rows = tuple(rows)
    blanks = {
        f"evidence_{row.key}": TextAreaField(
            "、".join(row.asks) or "说明", [TEXT], default=(found or {}).get(row.key)
        )
        for row in rows
    }
    form = type(base.__name__, (base,), {**blanks, "rows": rows})(**values)
    form.grounds.choices = [(row.key, row.text) for row in rows]
    return form


class ItemForm(HouseForm):
    """How one thing that was to be put right stands."""

    state = SelectField("核查结果", validate_choice=False)
    on = DayField("核查日期", [Needed("请填写核查日期"), believable])
    note = StringField("说明", [LINE])
    version = HiddenField()


class RequestForm(HouseForm):
    """What annex 12 asks besides the facts of the register."""

    wish = RadioField("申请事项", [Needed("请选择申请事项")], validate_choice=False)
    asked_on = DayField("申请日期", [Needed("请填写申请日期"), believable])
    from_on = DayField(
        "拟退出日期", [Needed("请填写拟退出日期"), believable], description="暂停、解除或不再续签从这一天开始"
    )
    until_on = DayField(
        "拟恢复日期", [Optional(), believable], description="只在申请中止时填写，不填即到最长期限"
    )
    reason = TextAreaField("申请理由", [Needed("请填写申请理由"), TEXT])
    type = StringField(
        "协议终止类型", [Length(max=60, message="不超过 60 字")], description="如 停业、搬迁、经营主体注销"
    )
    categories = TicksField("暂停服务类别", description="只涉及部分服务的，勾选暂停的类别；不勾即全部")
    insurance = StringField(
        "申请定点险种", [Length(max=60, message="不超过 60 字")], description="如 职工医保、居民医保"
    )
    note = TextAreaField("补录说明", [TEXT], description="申请" + LATE)
    version = HiddenField()

    def validate_wish(self, field: RadioField) -> None:
        if field.data not in [value for value, _ in field.choices]:
            raise ValidationError("请选择申请事项")

    def validate_from_on(self, field: DayField) -> None:
        if field.data and self.asked_on.data and field.data < self.asked_on.data:
            raise ValidationError("拟退出日期不能早于申请日期")

    def validate_until_on(self, field: DayField) -> None:
        if field.data and self.wish.data != "suspend":
            raise ValidationError("只有申请中止时填写")
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError("拟恢复日期早于拟退出日期")


class ResignForm(HouseForm):
    """The agreement that was signed again."""

    signed_on = DayField(
        "签订日期", [Needed("请填写签订日期"), believable], description="新协议从这一天起生效，原协议同时终止"
    )
    ends_on = DayField("届满日期", [Needed("请填写届满日期"), believable])
    text_version = StringField(
        "协议文本版本", [Needed("请填写协议文本版本"), Length(max=60, message="不超过 60 字")]
    )
    signed_text = FileField("签署文本", description="双方签署的协议扫描件，PDF 或图片")
    reason = TextAreaField("补录说明", [TEXT], description="签订" + LATE)
    version = HiddenField()

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.signed_on.data and field.data < self.signed_on.data:
            raise ValidationError("届满日期早于签订日期")


def the_day(day: date | None) -> date | None:
    """Return a typed day if it is one to reckon with, else None."""
    return day if day and abs(day.year - moment.today().year) <= FARTHEST else None
