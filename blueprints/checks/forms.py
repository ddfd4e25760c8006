"""What is typed on the check pages: findings, the inquiry of the rest, marks of an application, figures."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from blueprints import words
from blueprints.fields import DayField, HouseForm, Needed, ScaledField
from rules.book import Book

FINDINGS = ("clear", "hit", "not_applicable")
STALE = "页面打开太久，请刷新后再填"


def wan(label: str, **kwargs: Any) -> ScaledField:
    """A field for an amount typed in 万元, kept in 分."""
    return ScaledField(label, [Optional()], places=6, scale=1_000_000, description="万元", **kwargs)


def version_field(**kwargs: Any) -> IntegerField:
    """The version of the row as the person saw it, hidden."""
    bound = NumberRange(0, 10**9, message=STALE)
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(STALE), bound], **kwargs)


class CheckForm(HouseForm):
    """One row: the finding, what it rests on, the day of the inquiry."""

    verdict = StringField("核对结果", [Optional(), AnyOf(FINDINGS, message="请重新选择核对结果")])
    note = TextAreaField("依据", [Length(max=400, message="依据不超过 400 字")])
    checked_on = DayField("查询日期", [Optional()])
    version = version_field()

    @property
    def given(self) -> dict[str, Any]:
        return {
            "finding": self.verdict.data or "",
            "evidence": self.note.data or "",
            "checked_on": self.checked_on.data,
            "version": self.version.data,
        }


class RestForm(HouseForm):
    """What the one button records with the rows that want an inquiry."""

    inquiry = StringField("查询情况", [Length(max=400, message="查询情况不超过 400 字")])
    checked_on = DayField("查询日期", [Needed("请填写查询日期")])


def chosen(labels: Mapping[str, str]) -> list[SelectChoice]:
    """Return the choices of a field by key."""
    return [SelectChoice(key, label) for key, label in labels.items()]


class Renewed(HouseForm):
    """A form that can be sent again after a refusal, knowing what stands now."""

    def renew(self, version: int) -> None:
        self.version.raw_data, self.version.data = None, version


class PolicyForm(Renewed):
    """The marks of an application: 第二十四条第二款、第二十五条、第三十七条."""

    forecast = wan("预测年使用基金")
    forecast_opinion = TextAreaField(
        "承受范围评估",
        [Length(max=300, message="评估结论不超过 300 字")],
        description="对照机构提交的预测性分析报告",
    )
    policy = SelectField("政策倾斜", [Optional()], default="")
    policy_reason = TextAreaField("倾斜依据", [Length(max=300, message="依据不超过 300 字")])
    is_old_policy = BooleanField("按照原有政策依据执行，办理节点按本规程")
    version = version_field()

    @property
    def given(self) -> dict[str, Any]:
        return {
            "policy": self.policy.data or "",
            "policy_reason": self.policy_reason.data or "",
            "is_old_policy": bool(self.is_old_policy.data),
            "forecast": self.forecast.data,
            "forecast_opinion": self.forecast_opinion.data or "",
            "version": self.version.data,
        }


def policy_form(book: Book, **values: Any) -> PolicyForm:
    """Return the form of the marks with the policies of `book`."""
    form = PolicyForm(**values)
    policies = {row.key: row.label for row in book.choices_of("policy")}
    form.policy.choices = chosen({"": "不适用", **policies})
    return form


class FundForm(Renewed):
    """The figures of a year."""

    target = wan("总额控制指标")
    spent = wan("实际支出")
    income = wan("基金收入")
    capacity_tenths = ScaledField(
        "可支撑能力", [Optional()], places=1, scale=10, description="个月，保留一位小数"
    )
    note = StringField("备注", [Length(max=200, message="备注不超过 200 字")])
    version = version_field(default=0)

    @property
    def figures(self) -> dict[str, Any]:
        names = ("target", "spent", "income", "capacity_tenths", "note")
        return {name: self[name].data for name in names}


class ConditionForm(HouseForm):
    """A condition that a higher authority added."""

    kind = RadioField("适用机构", choices=chosen(words.KINDS), default="medical")
    text = TextAreaField("条件", [Needed("请写明条件"), Length(max=300, message="条件不超过 300 字")])
    basis = StringField(
        "依据",
        [Needed("请写明依据的文件"), Length(max=120, message="依据不超过 120 字")],
        description="上级文件的名称、文号",
    )


class SwitchForm(HouseForm):
    """Ending a condition or putting it back."""

    is_active = BooleanField("有效")
    version = version_field()
