"""The upload of last settlement days, and the word to go after its rows were looked at."""

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import StopValidation

from blueprints.fields import DayField, HouseForm, Needed
from lifecycle import moment


class UploadForm(HouseForm):
    """One workbook."""

    file = FileField("文件", description="xlsx 或 xls，一家机构一行；列的顺序不限")
    as_of = DayField("数据截至", [Needed("请填写数据截至日期")], description="从结算系统导出数据的日期")

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise StopValidation("请选择要导入的 Excel 文件")

    def validate_as_of(self, field: DayField) -> None:
        if field.data > moment.today():
            raise StopValidation("数据截至日期不能晚于今天")


class GoForm(HouseForm):
    """The rows were looked at."""

    version = HiddenField()
    is_checked = BooleanField("以上内容已核对")

    def validate_is_checked(self, field: BooleanField) -> None:
        if not field.data:
            raise StopValidation("请核对后勾选")
