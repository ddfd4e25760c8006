"""The register's own form, and the records of a ban."""

from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from blueprints.fields import DayField, HouseForm, Needed
from blueprints.register_fields import InstitutionForm
from models import Kind
from rules import identity

PARENTS = {Kind.MEDICAL: "所属机构", Kind.PHARMACY: "连锁总部"}


class RegisterForm(InstitutionForm):
    """An institution as the register keeps it, with its designation code, links and blanks of the book.

    link_errors: what is wrong with the text of a link; the route asks the register before validating.
    """

    national_code = StringField("定点编号", description="纳入定点后由国家平台生成，没有的不填")
    operating_since = DayField("正式运营时间")
    approved_on = DayField("批准日期", description="行政审批部门准予执业或经营、准予备案的日期")
    parent = StringField("所属机构", [Length(max=120, message="不超过 120 字")])
    parent_id = StringField("所属机构序号")
    settlement = StringField("结算机构", [Length(max=120, message="不超过 120 字")])
    settlement_id = StringField("结算机构序号")
    is_correction = BooleanField("更正录入错误", description="勾选后，改动前的内容不作为曾用名等历史信息保留")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.link_errors: dict[str, str] = {}

    def adapt(self, kind: str, *args: Any) -> None:
        super().adapt(kind, *args)
        self.parent.label.text = PARENTS[Kind(kind)]

    def columns(self) -> dict[str, Any]:
        """Return what was typed as columns; the links are chosen, not typed."""
        return {
            name: value for name, value in super().columns().items() if name not in ("parent", "settlement")
        }

    def validate_parent(self, field: StringField) -> None:
        if problem := self.link_errors.get(field.name):
            raise StopValidation(problem)

    validate_settlement = validate_parent

    def validate_approved_on(self, field: DayField) -> None:
        if field.data and field.data > self.today:
            raise StopValidation("批准日期不能晚于今天")

    def validate_national_code(self, field: StringField) -> None:
        if not field.data:
            return
        try:
            field.data = identity.check_institution_code(field.data, self.kind)
        except ValueError as error:
            raise StopValidation(str(error)) from error


class BanForm(HouseForm):
    """A ban of the institution or of one of its persons. Made by `ban_form`, which knows who and what."""

    subject = SelectField("限制对象", [Needed("请选择限制对象")])
    rule = SelectField("限制情形", [Needed("请选择限制情形")])
    from_on = DayField(
        "起算日期", [Needed("请填写起算日期")], description="发现之日或协议解除之日，可早于录入日"
    )
    is_duty_open = BooleanField("行政处罚责任或违约责任尚未履行完毕，期满后继续限制")
    reason = TextAreaField(
        "事实和依据", [Needed("请写明限制的事实和依据"), Length(max=1000, message="不超过 1000 字")]
    )
    today: date

    def validate_from_on(self, field: DayField) -> None:
        if field.data and field.data > self.today:
            raise StopValidation("起算日期不能晚于今天")


def ban_form(
    subjects: list[tuple[str, str]], rules: list[tuple[str, str]], today: date, **values: Any
) -> BanForm:
    """Return the form for these subjects and rules, each as (key, words)."""
    form = BanForm(**values)
    form.subject.choices, form.rule.choices, form.today = subjects, rules, today
    return form


class ReasonForm(HouseForm):
    """Why a ban ends or its duty is done."""

    reason = StringField("原因", [Needed("请写明原因"), Length(max=200, message="原因不超过 200 字")])
    version = HiddenField()
