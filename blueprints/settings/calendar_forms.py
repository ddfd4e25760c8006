"""The forms of the calendar: one day set by hand, the published days of a year."""

from wtforms import FileField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from blueprints.fields import DayField, HouseForm, Needed
from rules.calendar import FIRST, LAST


class DayForm(HouseForm):
    """One day set by hand."""

    day = DayField("日期", [Needed("请填写日期")])
    works = RadioField("改为", [Needed("请选择上班还是放假")], choices=[("yes", "上班"), ("no", "放假")])
    name = StringField(
        "名称", [Length(max=40, message="名称不超过 40 字")], description="显示在日历上，如 春节、暴雪停工"
    )
    reason = StringField(
        "原因",
        [Needed("请写明修改原因"), Length(max=200, message="原因不超过 200 字")],
        description="如 县政府临时放假通知的文号",
    )
    version = HiddenField()

    def validate_day(self, field: DayField) -> None:
        if field.data and not FIRST <= field.data <= LAST:
            raise StopValidation(f"日历从 {FIRST.year} 年到 {LAST.year} 年，请核对年份")


class YearForm(HouseForm):
    """The published days of a year, as a file or as text; a refused file stays as text, to be corrected."""

    year = IntegerField("年份", [Needed("请填写年份")])
    notice = StringField(
        "通知文号",
        [Needed("请填写国务院办公厅通知的文号"), Length(max=120, message="文号不超过 120 字")],
        description="如 国办发明电〔2026〕8号",
    )
    file = FileField("文件", description="CSV 文件，每行：日期,名称,休或班")
    text = TextAreaField(
        "或直接粘贴",
        description="每行一日，如 2027-10-01,国庆节,休。没有列出的日子，周一至周五上班、周末休息",
    )
    version = HiddenField()

    def validate_year(self, field: IntegerField) -> None:
        if field.data is not None and not FIRST.year <= field.data <= LAST.year:
            raise StopValidation(f"日历从 {FIRST.year} 年到 {LAST.year} 年，请核对年份")
