"""Forms of the register of documents: proof of service (annex 6) with its scan, correction, voiding."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from blueprints import words
from blueprints.fields import DayField, HouseForm, Needed, TicksField
from blueprints.register_fields import whole
from models import Document, ServiceWay

LONG = Length(max=200, message="不超过 200 字")
NOTE_LENGTH = 200


class ScanForm(HouseForm):
    scan = FileField("回执扫描件", description="PDF 或照片；以后还可以补传、更换")

    def scanned(self) -> tuple[str, bytes] | None:
        """Return name and content of the chosen file, or None."""
        chosen = self.scan.data
        return (chosen.filename, chosen.read()) if chosen and getattr(chosen, "filename", "") else None


class ServeForm(ScanForm):
    served_on = DayField("送达日期", [Needed("请填写送达日期")])
    way = RadioField("送达方式", choices=list(words.SERVICE_WAYS.items()), default="direct")
    tracking = StringField("邮寄单号", [Length(max=40, message="不超过 40 字")], description="寄送的填写")
    recipient = StringField("受送人签名", [Needed("请填写受送人"), Length(max=40, message="不超过 40 字")])
    phone = StringField("受送人电话", [Length(max=30, message="不超过 30 字")])
    address = StringField("送达地址", [Length(max=160, message="不超过 160 字")])
    note = StringField("备注", [LONG])
    also = TicksField("一并送达", choices=[], description="同一办件还未送达的文书，同一张回执")

    def validate_note(self, field: StringField) -> None:
        if len(self.proof()["note"]) > NOTE_LENGTH:
            raise ValidationError("备注连同邮寄单号不超过 200 字")

    def validate_tracking(self, field: StringField) -> None:
        if field.data and self.way.data != ServiceWay.MAIL:
            raise ValidationError("填了邮寄单号，送达方式请选“寄送”")

    def proof(self) -> dict[str, Any]:
        """Return what was typed as lifecycle.papers.serve takes it; the tracking number leads the note."""
        values = {name: self[name].data or "" for name in ("way", "recipient", "phone", "address")}
        number = f"邮寄单号 {self.tracking.data}" if self.tracking.data else ""
        note = "；".join(filter(None, (number, self.note.data)))
        return {"served_on": self.served_on.data, **values, "note": note}


def serve_form(document: Document, others: Sequence[Document], today: date) -> ServeForm:
    """The form of the proof of `document`, with the other documents of its case that wait beside it."""
    form = ServeForm(served_on=today, address=document.data.get("address", ""))
    form.also.choices = [(str(row.id), f"{row.number} {row.name}") for row in others]
    return form


class CorrectServedForm(HouseForm):
    served_on = DayField("正确的送达日期", [Needed("请填写送达日期")])
    reason = TextAreaField("更正原因", [Needed("请写明更正原因"), LONG])
    version = HiddenField()

    def seen(self) -> int:
        """Return the version the person saw; 0, which is never current, for anything else."""
        return whole(self.version.data) or 0


class VoidForm(HouseForm):
    reason = TextAreaField("作废原因", [Needed("请写明作废原因"), LONG])
