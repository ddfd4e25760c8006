"""The fields of an institution and its persons (annex 2), for the two features that write the register.

Shape and wording only; the page that shows a person's number shows it masked, and a masked one means keep it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import Length, StopValidation

from blueprints.fields import CheckedField, HouseForm, Needed, stripped
from lifecycle.errors import Unmet
from models import Institution, Kind, Person
from rules import identity

YES_NO = {"yes": True, "no": False}
ONLY_FOR = {
    Kind.MEDICAL: ("grade", "ownership", "is_public", "is_for_profit", "beds"),
    Kind.PHARMACY: ("business_model",),
}
LICENCES = {Kind.MEDICAL: "执业许可证登记号", Kind.PHARMACY: "药品经营许可证号"}
MOST = 100_000  # nothing in an institution is counted beyond that
PERSONS = {"legal_representative": "法定代表人", "principal": "主要负责人", "controller": "实际控制人"}
# What a page calls the columns of the register, where it tells of them outside a form.
COLUMNS = {
    "name": "名称",
    "uscc": "统一社会信用代码",
    "licence_no": "许可证号",
    "national_code": "定点编号",
    "category": "类别",
    "grade": "等级",
    "ownership": "所有制形式",
    "is_public": "是否公立",
    "is_for_profit": "经营性质",
    "business_model": "经营模式",
    "beds": "床位数",
    "address": "地址",
    "operating_since": "正式运营时间",
    "contact": "联系人",
    "phone": "联系电话",
    "legal_representative": "法定代表人",
    "principal": "主要负责人",
    "approved_on": "行政审批部门批准日期",
    "parent": "所属机构或连锁总部",
    "settlement": "结算机构",
    "kind": "种类",
    "office": "经办机构",
    "controller": "实际控制人",
}

# They stand last on the page, so that a list of errors names them last.
PEOPLE = (*(name for role in PERSONS for name in (role, f"{role}_id")), "contact", "phone")


class CountField(IntegerField):
    """A whole number, empty if not known."""

    def __init__(self, label: str, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, invalid_value_message="请填写整数", **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and stripped(valuelist[0]):
            super().process_formdata([stripped(valuelist[0])])

    def pre_validate(self, form: HouseForm) -> None:  # noqa: ARG002
        if self.data is not None and not 0 <= self.data <= MOST:
            raise StopValidation("数目不对，请核对")


class OneField(RadioField):
    """One of several; none chosen is empty, which Needed may refuse."""

    def pre_validate(self, form: HouseForm) -> None:
        if self.data:
            super().pre_validate(form)


class ResidentIdField(StringField):
    """A resident id. `kept`: the masked number that is stored; typed back unchanged it means: keep."""

    kept = ""

    def pre_validate(self, form: "InstitutionForm") -> None:
        if not self.data or self.data == self.kept:
            return
        try:
            self.data = identity.check_resident_id(self.data, form.today)
        except ValueError as error:
            raise StopValidation(str(error)) from error

    @property
    def typed(self) -> str:
        """The number if a new one was typed, else nothing."""
        return self.data if self.data and self.data != self.kept else ""

    @property
    def warning(self) -> str:
        return identity.warn_resident_id(self.typed) if self.typed and not self.errors else ""


def _name_field(role: str, *checks: Any) -> StringField:
    return StringField(PERSONS[role], [*checks, Length(max=40, message="姓名不超过 40 字")])


def _number_field(*checks: Any) -> ResidentIdField:
    return ResidentIdField(
        "身份证号", checks, filters=[stripped], description="加密存放，只显示首尾四位" if checks else ""
    )


class InstitutionForm(HouseForm):
    """The institution as the register keeps it. Made by `institution_form`, which knows the kind."""

    version = HiddenField()
    name = StringField("单位名称", [Needed("请填写单位名称"), Length(max=120, message="名称不超过 120 字")])
    uscc = CheckedField("统一社会信用代码", identity.check_uscc, [Needed("请填写统一社会信用代码")])
    licence_no = StringField(
        "许可证号", [Needed("请填写许可证号"), Length(max=40, message="许可证号不超过 40 字")]
    )
    address = StringField(
        "单位地址",
        [Needed("请填写单位地址"), Length(max=160, message="地址不超过 160 字")],
        description="与许可证一致",
    )
    category = StringField("医疗机构类别", [Length(max=40, message="不超过 40 字")])
    grade = StringField("等级", [Length(max=20, message="不超过 20 字")], description="未评定的写“未定级”")
    ownership = StringField("所有制形式", [Length(max=20, message="不超过 20 字")])
    is_public = BooleanField("公立医疗机构")
    is_for_profit = OneField(
        "经营性质", [Needed("请选择经营性质")], choices=[("yes", "营利"), ("no", "非营利")]
    )
    beds = CountField("床位数", description="没有床位的不填")
    business_model = OneField(
        "经营模式", [Needed("请选择经营模式")], choices=[("连锁", "连锁"), ("单体", "单体")]
    )
    legal_representative = _name_field("legal_representative", Needed("请填写法定代表人"))
    legal_representative_id = _number_field(Needed("请填写身份证号"))
    principal = _name_field("principal")
    principal_id = _number_field()
    controller = _name_field("controller")
    controller_id = _number_field()
    contact = StringField("联系人", [Length(max=40, message="不超过 40 字")])
    phone = CheckedField("联系电话", identity.check_phone, [Needed("请填写联系电话")])

    today: date
    kind: str
    is_draft = False

    def adapt(self, kind: str, today: date, kept: Mapping[str, Person | None]) -> None:
        """Leave the fields of `kind`, set the day of the check and the numbers that are stored."""
        self.kind, self.today = kind, today
        for name in PEOPLE:
            self._fields[name] = self._fields.pop(name)
        for other, names in ONLY_FOR.items():
            for name in names if other != kind else ():
                del self[name]
        self.licence_no.label.text = LICENCES[Kind(kind)]
        if kind == Kind.PHARMACY:
            self.category.label.text = "零售药店分类"
        for role, person in kept.items():
            if person:
                self[f"{role}_id"].kept = person.id_masked
                self[f"{role}_id"].description = "已保留，加密存放，只显示首尾四位；重新输入即覆盖"

    def relax(self, *kept: str) -> None:
        """Demand nothing but the fields `kept`: what is a draft may be half filled in."""
        self.is_draft = True
        for field in self:
            if field.name not in kept:
                field.validators = [check for check in field.validators if not isinstance(check, Needed)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand a number for every named person, and a name for every number."""
        is_valid = super().validate(extra_validators)
        for role in PERSONS:
            name, number = self[role], self[f"{role}_id"]
            if name.data and not number.data and not number.errors:
                number.errors = [*number.errors, "请填写身份证号"]
            if number.data and not name.data and not name.errors:
                name.errors = [*name.errors, f"请填写{PERSONS[role]}姓名"]
        return is_valid and not self.errors_flat

    def columns(self) -> dict[str, Any]:
        """Return what was typed as columns of Institution; a text that was not typed is empty."""
        columns = Institution._meta.fields.keys() - PERSONS.keys() - {"version"}
        values = {f.name: _plain(f) for f in self if f.name in columns}
        if "is_for_profit" in values:
            values["is_for_profit"] = YES_NO.get(values["is_for_profit"])
        return {"kind": self.kind, **values}

    def persons(self) -> dict[str, tuple[str, str]]:
        """Return name and newly typed number of each person; no number means: keep the stored one."""
        return {role: (self[role].data or "", self[f"{role}_id"].typed) for role in PERSONS}


def _plain(field: Any) -> Any:
    return "" if field.data is None and isinstance(field, StringField | RadioField) else field.data


def institution_data(institution: Institution) -> dict[str, Any]:
    """Return what a form shows of a stored institution: numbers masked."""
    data = {name: getattr(institution, name) for name in Institution._meta.fields if name not in PERSONS}
    data["is_for_profit"] = {True: "yes", False: "no"}.get(institution.is_for_profit)
    for role in PERSONS:
        person = getattr(institution, role)
        data[role] = person.name if person else ""
        data[f"{role}_id"] = person.id_masked if person else ""
    return data


def persons_of(institution: Institution | None) -> dict[str, Person | None]:
    """Return the persons stored with `institution`, by role."""
    return {role: getattr(institution, role) if institution else None for role in PERSONS}


def whole(text: str | None) -> int | None:
    """Return an id or version that came with a request, or None for anything that is no such number.

    A number of the row itself is none: the field keeps it where the request left the field out.
    """
    came = text if isinstance(text, str) else ""
    return int(came) if came.isdecimal() and len(came) < 10 else None


def refusal_of(form: HouseForm, what: str = "未提交") -> Unmet:
    """Return the message above a refused form: how many fields, with links in the order of the page."""
    first = {field_id: label for field_id, label, _ in reversed(form.errors_flat)}
    links = [Markup('<a href="#{}">{}</a>').format(field_id, first[field_id]) for field_id in reversed(first)]
    lead = Markup("{}，有 {} 处需要修改，已填内容都保留着：").format(what, len(links))
    return Unmet([lead + Markup("、").join(links)])
