"""Forms of negotiation, signing, and of a standing agreement."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from blueprints.fields import DayField, HouseForm, Needed, TicksField
from lifecycle.errors import DomainError, Misfit
from rules.book import Book

LATE = "日期早于今天的，在此说明原因"
LINE = Length(max=200, message="不超过 200 字")
TEXT = Length(max=5000, message="不超过 5000 字")


class NegotiationForm(HouseForm):
    """Annex 10, in its printed order."""

    held_on = DayField("时间", [Needed("请填写谈判时间")])
    place = StringField("地点", [Needed("请填写谈判地点"), Length(max=80, message="不超过 80 字")])
    negotiators = StringField("谈判人", [Needed("请填写谈判人"), LINE])
    counterparts = StringField("被谈判人", [Needed("请填写被谈判人"), LINE])
    subject = StringField("谈判主题", [Needed("请填写谈判主题"), LINE])
    content = TextAreaField("谈判内容", [Needed("请填写谈判内容"), TEXT])
    opinion = TextAreaField("谈判意见", [TEXT], description="由定点医药机构填写并签章")
    is_agreed = RadioField(
        "谈判结果",
        [Needed("请选择谈判结果")],
        choices=[("yes", "达成一致，进入签约"), ("no", "未达成一致，办件结束")],
    )
    reason = TextAreaField(
        "说明", [Length(max=1000, message="不超过 1000 字")], description="未达成一致的写明原因；" + LATE
    )
    version = HiddenField()

    def validate_reason(self, field: TextAreaField) -> None:
        if self.is_agreed.data == "no" and not field.data:
            raise ValidationError("未达成一致的，请写明原因")


def negotiation_form(book: Book, **values: Any) -> NegotiationForm:
    """Return the form, with the book's topics to tick off if it names any."""
    if not book.topics:
        return NegotiationForm(**values)
    topics = TicksField("谈妥的内容", description="逐项协商，谈妥一项勾一项；全部谈妥方可达成一致")
    form = type("TopicsForm", (NegotiationForm,), {"topics": topics})(**values)
    form.topics.choices = [(row.key, row.title) for row in book.topics]
    return form


class SigningForm(HouseForm):
    signed_on = DayField("签订日期", [Needed("请填写签订日期")])
    starts_on = DayField("生效日期", [Optional()], description="不填即签订日期")
    ends_on = DayField("届满日期", [Optional()], description="不填即通常的届满日期")
    term_reason = StringField("有效期不同的理由", [LINE], description="与通常的届满日期不同时填写")
    text_version = StringField(
        "协议文本版本",
        [Needed("请填写协议文本版本"), Length(max=60, message="不超过 60 字")],
        description="如 2026版住院、门诊统筹协议",
    )
    signed_text = FileField("签署文本", description="双方签署的协议扫描件，PDF 或图片")
    reason = TextAreaField("补录说明", [Length(max=1000, message="不超过 1000 字")], description=LATE)
    version = HiddenField()

    def validate_ends_on(self, field: DayField) -> None:
        start = self.starts_on.data or self.signed_on.data
        if field.data and start and field.data < start:
            raise ValidationError("届满日期早于生效日期")


class RenewalForm(HouseForm):
    """The next term: its first day is not asked for, it follows the old one without a gap."""

    signed_on = DayField("签订日期", [Needed("请填写签订日期")])
    text_version = StringField(
        "协议文本版本",
        [Needed("请填写协议文本版本"), Length(max=60, message="不超过 60 字")],
        description="如 2027版住院、门诊统筹协议",
    )
    ends_on = DayField("届满日期", [Optional()], description="不填即通常的届满日期")
    term_reason = StringField("有效期不同的理由", [LINE], description="与通常的届满日期不同时填写")
    signed_text = FileField("签署文本", description="双方签署的协议扫描件，PDF 或图片")
    reason = TextAreaField("补录说明", [Length(max=1000, message="不超过 1000 字")], description=LATE)
    version = HiddenField()


class SettleForm(HouseForm):
    settled_on = DayField("最近结算日期", [Needed("请填写最近结算日期")])
    reason = StringField("更正原因", [LINE], description="早于已登记的日期时填写")
    version = HiddenField()


def beside(form: HouseForm, error: DomainError) -> DomainError:
    """Put a refusal that is about one field beside it, and return it."""
    if isinstance(error, Misfit):
        form[error.field].errors = [*form[error.field].errors, *error.sentences]
    return error


class OpenRenewalForm(HouseForm):
    basis = StringField("依据", [Needed("请写明依据"), LINE], description="如 年度考核未完成、机构已申请续签")
    approved_by = StringField("批准人", [Needed("请填写批准人"), Length(max=40, message="不超过 40 字")])
    version = HiddenField()


class CloseRenewalForm(HouseForm):
    reason = StringField("原因", [Needed("请写明取消的原因"), LINE])
    version = HiddenField()


class ConnectionForm(HouseForm):
    on = DayField("完成日期", [Needed("请填写完成日期")])
    reason = StringField("补录说明", [LINE], description=LATE)
    version = HiddenField()
