"""A document of the register as a Word file, from its frozen data: repeatable for ever."""

from collections.abc import Mapping
from typing import Any

from documents.forms import FORMS
from documents.render import render
from models import Document, ProofOfService, ServiceWay

WAYS: Mapping[str, str] = {
    ServiceWay.DIRECT: "直接送达",
    ServiceWay.MAIL: "寄送",
    ServiceWay.OTHER: "其他方式",
}


def word(document: Document) -> bytes | None:
    """Return the Word file of `document`, or None if its kind has no form (agreement, publications)."""
    form = FORMS.get(document.kind)
    if form is None:
        return None
    return render(form.template, {key: document.data[key] for key in form.needs})


def proof_word(document: Document, proof: ProofOfService | None) -> bytes:
    """Return the proof of service (annex 6) of `document`, with what is known of the service filled in."""
    form = FORMS["proof_of_service"]
    data: dict[str, Any] = {
        "number": document.number,
        "institution": document.data.get("institution", ""),
        "address": (proof.address if proof else "") or document.data.get("address", ""),
        "way": WAYS[proof.way] if proof else "",
    }
    return render(form.template, data)


# How the frozen data of a document read on a screen: label and key, in the order of the form.
LABELS = (
    ("机构名称", "institution"),
    ("机构地址", "address"),
    ("办理事项", "matter"),
    ("评估结果", "result"),
    ("补正补齐材料", "missing"),
    ("需要补充的材料", "materials"),
    ("不予受理原因", "grounds"),
    ("不合格理由", "reasons"),
    ("整改建议", "advice"),
    ("时间", "held_on"),
    ("地点", "place"),
    ("谈判人", "negotiators"),
    ("被谈判人", "counterparts"),
    ("谈判主题", "subject"),
    ("谈判内容", "content"),
    ("谈判意见", "opinion"),
    ("备注", "remark"),
    ("经办机构", "office"),
    ("出具日期", "issued_on"),
)


def facts(document: Document) -> list[tuple[str, list[str]]]:
    """Return (label, lines) of what the document says, in the order of its form; empty ones left out."""
    return [(label, lines) for label, key in LABELS if (lines := _lines(document.data.get(key)))]


def _lines(value: Any) -> list[str]:
    if not value:
        return []
    if isinstance(value, list):
        return [_line(entry) for entry in value]
    return str(value).splitlines()


def _line(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    text = str(entry.get("title") or entry.get("text") or entry.get("name") or "")
    extra = entry.get("note") or entry.get("article") or ""
    return f"{text}（{extra}）" if extra else text
