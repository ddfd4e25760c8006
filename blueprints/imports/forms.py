"""The upload of a ledger, and the word to go after its rows were looked at."""

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import StopValidation

from blueprints.fields import HouseForm


class UploadForm(HouseForm):
    """One workbook."""

    file = FileField("台账文件", description="xlsx 或 xls，不超过 20 MB、20,000 行；列的顺序不限")

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise StopValidation("请选择要导入的 Excel 文件")


class GoForm(HouseForm):
    """The rows were looked at."""

    version = HiddenField()
    is_checked = BooleanField("以上内容已核对")

    def validate_is_checked(self, field: BooleanField) -> None:
        if not field.data:
            raise StopValidation("请核对新增和变更的内容后勾选")
