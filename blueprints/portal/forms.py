"""The forms of registering by invitation, and of an institution's own users."""

from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Regexp, StopValidation

from blueprints.fields import CheckedField, HouseForm, Needed, TicksField
from lifecycle.memberships import LABELS
from rules import identity

LONGEST_PASSWORD = Length(max=128, message="密码不超过 128 个字符")
USERNAME = (
    Needed("请输入用户名"),
    Length(2, 40, message="用户名为 2 到 40 个字符"),
    Regexp(r"[\w.-]+\Z", message="用户名只用字母、数字、汉字、点、横线"),
)
NAME = (Needed("请输入姓名"), Length(max=40, message="不超过 40 个字"))
ROLE_CHOICES = [(role.value, label) for role, label in LABELS.items()]


class InviteForm(HouseForm):
    name = StringField("机构经办人姓名", NAME)


class CodeForm(HouseForm):
    code = StringField("邀请码", [Needed("请输入邀请码"), Length(max=60, message="邀请码不对，请核对")])


class RegisterForm(CodeForm):
    name = StringField("姓名", NAME)
    phone = CheckedField("手机或电话", identity.check_phone, [Needed("请输入电话")])
    username = StringField("用户名", USERNAME)
    password = PasswordField("密码", [Needed("请输入密码"), LONGEST_PASSWORD])
    again = PasswordField("再输一次密码", [Needed("请再输一次密码")])

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise StopValidation("两次输入的密码不一致")


class UserForm(HouseForm):
    """A new user of the institution; all but the password must be filled (附件8-4 一)."""

    username = StringField("用户名", USERNAME, description="登录时输入，如姓名全拼")
    name = StringField("姓名", NAME)
    phone = CheckedField("手机或电话", identity.check_phone, [Needed("请输入电话")])
    institution = SelectField("机构", coerce=int)
    roles = TicksField("角色", [Needed("请至少选一个角色")])
    password = PasswordField(
        "初始密码", [LONGEST_PASSWORD], description="可以空着，保存后由系统生成，只显示一次"
    )

    def columns(self) -> dict[str, object]:
        """Return what was typed as the values of create_user."""
        names = ("username", "name", "phone", "institution", "roles", "password")
        return {name: self[name].data or "" for name in names}


class RolesForm(HouseForm):
    roles = TicksField("角色", [Needed("请至少选一个角色")])
    version = HiddenField()


class ResetForm(HouseForm):
    password = PasswordField("新密码", [LONGEST_PASSWORD], description="可以空着，由系统生成，只显示一次")
    version = HiddenField()


class WithdrawForm(HouseForm):
    reason = TextAreaField("撤回原因", [Needed("请写明撤回原因"), Length(max=500, message="不超过 500 字")])
    version = HiddenField()
