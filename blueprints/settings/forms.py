"""The forms of users, offices and the leading group."""

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from blueprints.fields import DayField, HouseForm, Needed, TicksField

CLOSING = r"([01]?\d|2[0-3])[:：][0-5]\d"


def longest(n: int) -> Length:
    return Length(max=n, message=f"不超过 {n} 个字")


class UserForm(HouseForm):
    username = StringField(
        "用户名",
        [
            Needed("请输入用户名"),
            Length(2, 40, message="用户名为 2 到 40 个字符"),
            Regexp(r"[\w.-]+\Z", message="用户名只用字母、数字、汉字、点、横线"),
        ],
        description="登录时输入，如姓名全拼",
    )
    name = StringField("姓名", [Needed("请输入姓名"), longest(40)])
    office = SelectField("单位", coerce=int)
    post = StringField("职务", [longest(40)])
    phone = StringField("电话", [longest(30)])
    roles = TicksField(
        "岗位", [Needed("请至少选一个岗位")], description="系统管理员、审计员各自单独设立，不兼任其他岗位"
    )
    version = HiddenField()


class OfficeForm(HouseForm):
    name = StringField("单位名称", [Needed("请输入单位名称"), longest(80)], description="全称，印在文书上")
    code = StringField(
        "机关代字",
        [
            Needed("请输入机关代字"),
            longest(20),
            Regexp(r"[^\s〔〕\[\]]+\Z", message="机关代字里不能有空格和括号"),
        ],
        description="文书编号的开头，如“聊医保”",
    )
    level = RadioField("级别")
    parent = SelectField("上级单位", coerce=int)
    region = SelectField("适用地区", description="决定适用的规程和选项，只影响以后登记的办件")
    district = StringField("辖区", [Needed("请输入辖区"), longest(40)], description="印在文书上，如“安澜县”")
    department = StringField("同级医保部门", [longest(80)], description="备案的对象，如“安澜县医疗保障局”")
    address = StringField("地址", [Needed("请输入地址"), longest(120)])
    phone = StringField("电话", [Needed("请输入电话"), longest(30)], description="印在公示和通知上")
    closing_time = StringField(
        "下班时间", [Needed("请输入下班时间"), Regexp(CLOSING + r"\Z", message="请写成 17:30")]
    )
    division = StringField(
        "行政区划代码",
        [Optional(), Regexp(r"[0-9]{6}\Z", message="行政区划代码为 6 位数字")],
        description="核对定点编号第 2 至 7 位，如“371502”",
    )
    hours = StringField("办公时间", [longest(120)], description="印在办事指南上，如“周一至周五 8:30-12:00”")
    directions = StringField("交通指引", [longest(160)])
    website = StringField("状态查询网址", [longest(120)])
    complaint_phone = StringField("投诉电话", [longest(30)])
    hides_officers = BooleanField("机构经办人看不到本单位工作人员的姓名", default=True)
    version = HiddenField()


class MemberForm(HouseForm):
    """One row of the leading group; an empty row is nobody."""

    class Meta(HouseForm.Meta):
        csrf = False  # the form around it has the token

    name = StringField("姓名", [longest(40)])
    post = StringField("职务", [longest(60)])
    is_chair = BooleanField("组长")
    left_on = DayField("离任日期")

    def validate_name(self, field: StringField) -> None:
        if not field.data and (self.post.data or self.is_chair.data or self.left_on.data):
            raise ValidationError("请输入姓名")


class LeadingGroupForm(HouseForm):
    members = FieldList(FormField(MemberForm), max_entries=60)
    version = HiddenField()

    def rows(self) -> list[dict[str, object]]:
        """Return the rows that name somebody."""
        return [entry.data for entry in self.members if entry.form.name.data]
