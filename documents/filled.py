"""The data that fill the forms of one case: annexes 2, 3, 5-1, 5-2. Rows come in, nothing is asked here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from documents.forms import lines_of
from models import Application, CaseMaterial, Institution, Kind, MaterialState
from rules.book import Book
from rules.form_rows import Material
from rules.periods import describe

PRINTED_TYPES = ("住院", "门诊统筹", "医保个人账户")
LISTS: Mapping[str, str] = {
    Kind.MEDICAL: "医疗机构医疗保障定点申请材料清单",
    Kind.PHARMACY: "零售药店医疗保障定点申请材料清单",
}
PROFIT: Mapping[bool | None, str] = {True: "营利", False: "非营利", None: ""}
GRADES = ("三级", "二级", "一级")
UNGRADED = "未定级"
# What annex 2 asks of everybody, in its order, and of one kind.
ASKED = (
    ("institution", "单位名称"),
    ("address", "单位地址"),
    ("legal_representative", "法定代表人（主要负责人）姓名"),
    ("legal_id", "法定代表人身份证号"),
    ("contact", "联系人"),
    ("phone", "联系电话"),
    ("applied_types", "申请定点类型"),
    ("operating_since", "正式运营时间"),
    ("applied_on", "申请时间"),
)
ASKED_OF: Mapping[str, tuple[tuple[str, str], ...]] = {
    Kind.MEDICAL: (
        ("ownership", "所有制形式"),
        ("category", "医疗机构类别"),
        ("profit", "经营性质"),
        ("grade_level", "医疗机构机构等级"),
    ),
    Kind.PHARMACY: (
        ("business_model", "经营模式"),
        ("drugs", "经营药品"),
        ("pharmacy_class", "零售药店分类"),
    ),
}


def long_day(day: date | None) -> str:
    """Return a day as the forms print it, 2026年3月2日, or nothing."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def term(book: Book, clock: str) -> str:
    """Return an amount of the book without spaces, 5个工作日, or nothing where the book has no such clock."""
    return describe(book.clocks[clock]).replace(" ", "") if clock in book.clocks else ""


def application_form(application: Application, book: Book, legal_id: str | None = None) -> dict[str, Any]:
    """Return the data of annex 2. legal_id: the whole number; left out, it is printed masked.

    An answer the book does not know (yet) is an empty blank.
    """
    institution = application.case.institution
    person = institution.legal_representative or institution.principal
    return {
        "institution": institution.name,
        "address": institution.address,
        "legal_representative": person.name if person else "",
        "legal_id": (legal_id or person.id_masked) if person else "",
        "contact": application.contact or institution.contact,
        "phone": application.phone or institution.phone,
        "operating_since": long_day(application.operating_since or institution.operating_since),
        "applied_on": long_day(application.applied_on),
        "operating_term": term(book, "operating_wait"),
        **_types(application, book),
        **_medical(application, institution),
        **_pharmacy(application, institution),
    }


def _types(application: Application, book: Book) -> dict[str, Any]:
    """Return the types that annex 2 prints, and those it does not as 其他."""
    chosen = [row.label for row in book.types if row.key in application.types and row.key != "other"]
    others = [label for label in chosen if label not in PRINTED_TYPES]
    others += [application.other_type] if application.other_type else []
    if "other" in application.types and not others:
        others = ["　　　　　　"]
    return {
        "types": [label for label in chosen if label in PRINTED_TYPES],
        "other_types": "、".join(others),
    }


def _medical(application: Application, institution: Institution) -> dict[str, Any]:
    if institution.kind != Kind.MEDICAL:
        empty = (
            "ownership",
            "category",
            "profit",
            "beds",
            "grade_level",
            "grade_rank",
            "chronic_a",
            "chronic_b",
        )
        return dict.fromkeys(empty, "") | _tables({})
    level, rank = _grade(application.answers, institution.grade)
    return {
        "ownership": institution.ownership,
        "category": institution.category,
        "profit": PROFIT[institution.is_for_profit],
        "beds": "" if institution.beds is None else str(institution.beds),
        "grade_level": level,
        "grade_rank": rank,
        "chronic_a": str(application.answers.get("chronic_a", "")),
        "chronic_b": str(application.answers.get("chronic_b", "")),
        **_tables(application.tables),
    }


def _tables(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    return {key: lines_of("application_form", key, tables.get(key, ())) for key in ("departments", "clinics")}


def _grade(answers: Mapping[str, Any], registered: str) -> tuple[str, str]:
    """Return level and rank, 二级 and 甲, as answered or else as registered (二级甲等)."""
    if answers.get("grade_level"):
        return str(answers["grade_level"]), str(answers.get("grade_rank", "")).removesuffix("等")
    if registered[:2] in GRADES:
        return registered[:2], registered[2:].removesuffix("等")
    return (UNGRADED if registered == UNGRADED else ""), ""


def _pharmacy(application: Application, institution: Institution) -> dict[str, Any]:
    if institution.kind != Kind.PHARMACY:
        return {"business_model": "", "drugs": [], "pharmacy_class": ""}
    return {
        "business_model": institution.business_model,
        "drugs": application.answers.get("drugs", []),
        "pharmacy_class": application.answers.get("pharmacy_class") or institution.category,
    }


def lacking(data: Mapping[str, Any], kind: str) -> list[str]:
    """Return the labels of annex 2 that `kind` has to fill and that `data` leave empty, in printed order."""
    applied = {"applied_types": data["types"] or data["other_types"]}
    return [label for key, label in (*ASKED, *ASKED_OF[kind]) if not {**data, **applied}[key]]


def commitment(institution: str, book: Book) -> dict[str, Any]:
    """Return the data of annex 3."""
    return {"institution": institution, "connection_term": term(book, "commitment")}


def material_list(
    rows: Iterable[CaseMaterial], printed: Iterable[Material], *, kind: str, institution: str, number: str
) -> dict[str, Any]:
    """Return the data of annex 5-1 or 5-2: rows of the case in printed order, those added for it at the end.

    A conditional row that does not apply stays without tick.
    """
    applies = {row.key: row.applies for row in printed}
    ordered = sorted(rows, key=lambda row: (row.is_extra, row.no, row.id))
    listed = [
        {
            "received": row.state == MaterialState.RECEIVED,
            "no": str(no),
            "title": row.title,
            "applies": row.basis if row.is_extra else applies.get(row.key, ""),
        }
        for no, row in enumerate(ordered, 1)
    ]
    return {"title": LISTS[kind], "institution": institution, "number": number, "rows": listed}


def blank_material_list(book: Book, kind: str) -> dict[str, Any]:
    """Return the data of annex 5-1 or 5-2 with nothing ticked."""
    rows = [
        {"received": False, "no": str(row.no), "title": row.title, "applies": row.applies}
        for row in book.materials_for(kind)
    ]
    return {"title": LISTS[kind], "institution": "", "number": "", "rows": rows}
