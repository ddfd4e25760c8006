"""The forms of the roster: a person at work as the book's table asks, and the last day of work."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from blueprints.fields import DayField, HouseForm, Needed, stripped
from blueprints.register_fields import ResidentIdField
from models import Staff
from rules.book import Book
from rules.form_rows import Table

# Columns of a roster that are no columns of Staff: who it is.
WHO = ("name", "resident_id")
TEXTS = ("gender", "category", "title", "department", "remark", "insured_code")


class StaffForm(HouseForm):
    """A person at work. Made by `staff_form`, which knows what the roster of the kind asks for."""

    version = HiddenField()
    name = StringField("姓名", [Needed("请填写姓名"), Length(max=40, message="姓名不超过 40 字")])
    resident_id = ResidentIdField(
        "身份证号", [Needed("请填写身份证号")], filters=[stripped], description="加密存放，只显示首尾四位"
    )
    gender = SelectField("性别", validate_choice=True)
    category = SelectField("人员类别", [Needed("请选择人员类别")])
    title = StringField("职称", [Length(max=40, message="不超过 40 字")])
    department = StringField("所在科室", [Length(max=40, message="不超过 40 字")])
    remark = SelectField("备注")
    is_registered_here = BooleanField("第一执业地点或注册地在本机构")
    is_insurance_manager = BooleanField("专（兼）职医保管理人员")
    is_full_time = BooleanField("专职（全职）")
    contract_from = DayField("劳动合同期起")
    contract_until = DayField("劳动合同期止", description="最后一天；无固定期限的不填")
    insured_code = StringField("社会保险编号", [Length(max=30, message="不超过 30 字")])
    insured_since = DayField("参保起始日期")

    today: date

    def validate_contract_until(self, field: DayField) -> None:
        if field.data and self.contract_from.data and field.data < self.contract_from.data:
            raise StopValidation("劳动合同期止不能早于期起")

    def columns(self) -> dict[str, Any]:
        """Return what was typed as columns of Staff; what the roster does not ask for is left out."""
        names = Staff._meta.fields.keys() - {"version"}
        return {f.name: (f.data or "") if f.name in TEXTS else f.data for f in self if f.name in names}


def staff_form(
    table: Table, categories: list[tuple[str, str]], today: date, row: Staff | None, **values: Any
) -> StaffForm:
    """Return the form for a roster: its columns and choices as the book has them; categories by key."""
    form = StaffForm(data=staff_data(row) if row else {"is_full_time": True}, **values)
    form.today = today
    asked = {column.key: column for column in table.columns}
    for name in ("gender", "category", "title", "department", "remark"):
        if name not in asked:
            del form[name]
    for name in {"gender", "remark"} & asked.keys():
        form[name].label.text = asked[name].label
        form[name].choices = [("", "未选择"), *((choice, choice) for choice in asked[name].choices)]
    form.category.choices = [("", "请选择"), *categories]
    if row:
        form.resident_id.kept = row.person.id_masked
        form.resident_id.description = "已保留，加密存放，只显示首尾四位；重新输入即覆盖"
    return form


def roster(book: Book, kind: str) -> Table | None:
    """Return the table of the roster (花名册) that the book prints for `kind`, or None."""
    return next(iter(book.tables_of("staff", kind)), None)


def staff_data(row: Staff) -> dict[str, Any]:
    """Return what the form shows of a stored row: the number masked."""
    data = {name: getattr(row, name) for name in Staff._meta.fields if name not in ("institution", "person")}
    return data | {"name": row.person.name, "resident_id": row.person.id_masked}


class RosterForm(HouseForm):
    """A roster as a workbook."""

    file = FileField("花名册文件", description="xlsx 或 xls，列名与模板相同；身份证号一列须为文本格式")

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise StopValidation("请选择要导入的 Excel 文件")


class LeaveForm(HouseForm):
    """The last day at work."""

    version = HiddenField()
    on = DayField("离职日期", [Needed("请填写离职日期")], description="在本机构工作的最后一天")
