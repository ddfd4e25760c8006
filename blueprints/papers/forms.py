"""Forms of the register of documents: proof of service (annex 6), its correction, voiding."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from blueprints import words
from blueprints.fields import DayField, HouseForm, Needed

LONG = Length(max=200, message="不超过 200 字")


class ServeForm(HouseForm):
    served_on = DayField("送达日期", [Needed("请填写送达日期")])
    way = RadioField("送达方式", choices=list(words.SERVICE_WAYS.items()), default="direct")
    recipient = StringField("受送人签名", [Needed("请填写受送人"), Length(max=40, message="不超过 40 字")])
    phone = StringField("受送人电话", [Length(max=30, message="不超过 30 字")])
    address = StringField("送达地址", [Length(max=160, message="不超过 160 字")])
    note = StringField("备注", [LONG])


class CorrectServedForm(HouseForm):
    served_on = DayField("正确的送达日期", [Needed("请填写送达日期")])
    reason = TextAreaField("更正原因", [Needed("请写明更正原因"), LONG])
    version = HiddenField()


class VoidForm(HouseForm):
    reason = TextAreaField("作废原因", [Needed("请写明作废原因"), LONG])
