"""A document of the register as a Word file, from its frozen data: repeatable for ever."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from documents.across import VOIDED, across
from documents.filled import blank_material_list, long_day, term
from documents.forms import FORMS, blank
from documents.render import render
from models import Document, DocumentState, Kind, ProofOfService, ServiceWay
from rules.book import Book

WAYS: Mapping[str, str] = {
    ServiceWay.DIRECT: "直接送达",
    ServiceWay.MAIL: "寄送",
    ServiceWay.OTHER: "其他方式",
}


class Blank(NamedTuple):
    """An empty form that the office hands out: key, number of the annex as printed, name."""

    key: str
    annex: str
    name: str


BLANKS = (
    Blank("application_form", "附件2", "医药机构医疗保障定点申请表"),
    Blank("commitment_medical", "附件3", "信息系统承诺书（医疗机构）"),
    Blank("commitment_pharmacy", "附件3", "信息系统承诺书（零售药店）"),
    Blank("acceptance_notice", "附件4-1", "申请受理通知书"),
    Blank("correction_notice", "附件4-2", "申请材料补正补齐通知书"),
    Blank("refusal_notice", "附件4-3", "申请不予受理通知书"),
    Blank("material_list_medical", "附件5-1", "医疗机构申请材料清单"),
    Blank("material_list_pharmacy", "附件5-2", "零售药店申请材料清单"),
    Blank("proof_of_service", "附件6", "通知书送达回执"),
    Blank("unqualified_notice", "附件9", "评估不合格告知书"),
    Blank("negotiation_record", "附件10", "协商谈判记录表"),
    Blank("change_form_medical", "附件11-1", "定点信息变更申请表（医疗机构）"),
    Blank("change_form_pharmacy", "附件11-2", "定点信息变更申请表（零售药店）"),
    Blank("exit_form_medical", "附件12", "定点资格退出申请表（医疗机构）"),
    Blank("exit_form_pharmacy", "附件12", "定点资格退出申请表（零售药店）"),
)
LISTS: Mapping[str, str] = {Kind.MEDICAL: "material_list_medical", Kind.PHARMACY: "material_list_pharmacy"}
# Blanks that say an amount of the law, and the clock they take it from.
TERMS: Mapping[str, str] = {
    "operating_term": "operating_wait",
    "connection_term": "commitment",
    "term": "correction",
    "wait_term": "rectify_earliest",
    "ban_term": "reapply_ban",
}


def blanks_of(book: Book) -> list[Blank]:
    """Return the empty forms that `book` prints: those it names, or else its annexes.

    One without annexes only lists its materials.
    """
    if book.forms:
        return [Blank(row.key, row.annex, row.name) for row in book.forms]
    lists = [
        blank
        for blank in BLANKS
        for kind, key in LISTS.items()
        if blank.key == key and book.materials_for(kind)
    ]
    if any("2" in field.forms for field in book.fields):
        return [blank for blank in BLANKS if blank in lists or blank.key not in LISTS.values()]
    return [blank._replace(annex="") for blank in lists]


def word(document: Document) -> bytes | None:
    """Return the Word file of `document`, or None if its kind has no form (agreement, publications).

    A voided one prints with 作废 across it.
    """
    form = FORMS.get(document.kind)
    if form is None:
        return None
    printed = render(form.template, {key: document.data[key] for key in form.needs})
    return across(printed, VOIDED) if document.state == DocumentState.VOIDED else printed


def proof_word(document: Document, proof: ProofOfService | None) -> bytes:
    """Return the proof of service (annex 6) of `document`: to be signed, or with what was recorded."""
    data = blank("proof_of_service") | {
        "number": document.number,
        "institution": document.data.get("institution", ""),
        "address": document.data.get("address", ""),
    }
    if proof:
        data |= {
            "address": proof.address or data["address"],
            "way": WAYS[proof.way],
            "recipient": proof.recipient,
            "phone": proof.phone,
            "served_on": long_day(proof.served_on),
            "note": proof.note,
        }
    return render(FORMS["proof_of_service"].template, data)


def blank_word(kind: str, book: Book) -> bytes:
    """Return the empty form `kind`, with the amounts that the book prints on it."""
    lists = {form: owner for owner, form in LISTS.items()}
    if kind in lists:
        return render("material_list.docx", blank_material_list(book, lists[kind]))
    form = FORMS[kind]
    terms = {key: term(book, clock) for key, clock in TERMS.items() if key in form.keys}
    return render(form.template, blank(kind) | terms)


# How the frozen data of a document read on a screen: label and key, in the order of the form.
LABELS = (
    ("机构名称", "institution"),
    ("机构地址", "address"),
    ("办理事项", "matter"),
    ("协议编号", "agreement"),
    ("依据", "basis"),
    ("评估结果", "result"),
    ("补正补齐材料", "missing"),
    ("材料", "materials"),
    ("不予受理原因", "grounds"),
    ("查明事实", "findings"),
    ("开始日期", "starts_on"),
    ("终止日期", "ends_on"),
    ("整改事项", "items"),
    ("解除日期", "effective_on"),
    ("限制申请", "ban"),
    ("申请日期", "asked_on"),
    ("所申请的日期", "from_on"),
    ("中止至", "until_on"),
    ("申请理由", "asked_for"),
    ("批复意见", "answer"),
    ("中止开始", "suspended_on"),
    ("继续履行", "resumed_on"),
    ("不合格理由", "reasons"),
    ("整改建议", "advice"),
    ("时间", "held_on"),
    ("地点", "place"),
    ("谈判人", "negotiators"),
    ("被谈判人", "counterparts"),
    ("谈判主题", "subject"),
    ("谈判内容", "content"),
    ("谈判意见", "opinion"),
    ("争议解决途径", "remedies"),
    ("备注", "remark"),
    ("经办机构", "office"),
    ("出具日期", "issued_on"),
)
# What a list is called in one kind of document: the materials of an acceptance are those that came.
OWN_LABELS: Mapping[tuple[str, str], str] = {
    ("acceptance_notice", "materials"): "受理的材料",
    ("acceptance_receipt", "materials"): "受理的材料",
    ("supplement_notice", "materials"): "需要补充的材料",
    ("suspension_notice", "grounds"): "中止情形",
    ("termination_notice", "grounds"): "解除情形",
    ("resumption_notice", "reasons"): "事由",
    ("exit_reply", "reasons"): "理由",
}


def facts(document: Document) -> list[tuple[str, list[str]]]:
    """Return (label, lines) of what the document says, in the order of its form; empty ones left out."""
    told = [
        (OWN_LABELS.get((document.kind, key), label), _lines(document.data.get(key))) for label, key in LABELS
    ]
    return [(label, lines) for label, lines in told if lines]


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
