"""The forms of log-in and password."""

from wtforms import PasswordField, StringField
from wtforms.validators import StopValidation

from blueprints.fields import HouseForm, Needed


class LogInForm(HouseForm):
    username = StringField("用户名", [Needed("请输入用户名")])
    password = PasswordField("密码", [Needed("请输入密码")])


class PasswordForm(HouseForm):
    old = PasswordField("原密码", [Needed("请输入原密码")])
    new = PasswordField("新密码", [Needed("请输入新密码")])
    again = PasswordField("再输一次新密码", [Needed("请再输一次新密码")])

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.new.data:
            raise StopValidation("两次输入的新密码不一致")
