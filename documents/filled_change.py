"""The data that fill annexes 11-1 and 11-2 (定点信息变更申请表): rows come in, nothing is asked here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from documents.filled import PROFIT, long_day
from documents.forms import lines_of
from models import ChangeRequest, Institution, Kind, Person

ANNEXES: Mapping[str, str] = {Kind.MEDICAL: "11-1", Kind.PHARMACY: "11-2"}
HEAD = (
    ("institution", "机构名称"),
    ("district", "所在区"),
    ("address", "机构地址"),
    ("postcode", "邮政编码"),
)
PERSONS = (
    ("uscc", "统一社会信用代码"),
    ("legal_representative", "法定代表人"),
    ("legal_phone", "法定代表人联系电话"),
    ("principal", "主要负责人"),
    ("principal_phone", "主要负责人联系电话"),
)
# What each annex asks for, in its order; what it changes is asked for besides.
ASKED: Mapping[str, tuple[tuple[str, str], ...]] = {
    Kind.MEDICAL: (
        *HEAD,
        ("ownership", "所有制形式"),
        ("grade", "经营等级"),
        ("profit", "经营类别"),
        ("served", "服务对象"),
        ("licence_no", "执业许可证登记号"),
        *PERSONS,
        ("beds", "床位数"),
        ("services", "诊疗科目及大型诊疗项目"),
    ),
    Kind.PHARMACY: (
        *HEAD,
        ("business_model", "经营形式"),
        ("pharmacy_class", "零售药店分类"),
        ("licence_no", "药品经营许可证号"),
        *PERSONS,
        ("drugs", "经营药品"),
    ),
}
DRUGS = ("western_drugs", "patent_drugs", "tcm_drugs")


@dataclass(frozen=True)
class Before:
    """What the register said before the change, whether that is confirmed meanwhile or not.

    told: by field, in words, of what changes.
    """

    row: Institution
    told: Mapping[str, str]

    def column(self, key: str) -> str:
        value = getattr(self.row, key)
        return self.told.get(key, PROFIT[value] if key == "is_for_profit" else value)

    def blank(self, key: str) -> str:
        value = self.row.profile.get(key)
        return self.told.get(key, "" if value is None else str(value))

    def number(self, key: str, value: int | None) -> str:
        """Return a number without its unit, which the form prints itself or not at all."""
        return self.told[key].split(" ")[0] if key in self.told else "" if value is None else str(value)

    def person(self, key: str) -> str:
        """Return name and masked number, on a line each."""
        person: Person | None = getattr(self.row, key)
        said = self.told.get(key, f"{person.name} {person.id_masked}" if person else "")
        name, _, number = said.partition(" ")
        return f"{name}\n({number})" if number else name


def change_form(request: ChangeRequest, institution: Institution, *, region: str) -> dict[str, Any]:
    """Return the data of annex 11-1 or 11-2; the numbers of persons are printed masked.

    The head says what the register said before: a change confirmed meanwhile alters no printed form.
    """
    before = Before(institution, {part["field"]: part["before"] for part in request.items if part["field"]})
    changed = [{name: part[name] for name in ("label", "before", "after")} for part in request.items]
    is_medical = institution.kind == Kind.MEDICAL
    return {
        "institution": before.column("name"),
        "district": before.blank("district"),
        "address": before.column("address"),
        "postcode": before.blank("postcode"),
        "licence_no": institution.licence_no,
        "uscc": institution.uscc,
        "legal_representative": before.person("legal_representative"),
        "legal_phone": before.blank("legal_representative_phone"),
        "principal": before.person("principal"),
        "principal_phone": before.blank("principal_phone"),
        **(_medical(before) if is_medical else _pharmacy(before)),
        "region": region,
        "items": lines_of(f"change_form_{institution.kind}", "items", changed),
        "asked_on": long_day(request.asked_on),
    }


def lacking(data: Mapping[str, Any], kind: str) -> list[str]:
    """Return the labels of the annex of `kind` that `data` leave empty, in printed order."""
    sold = {"drugs": any(data.get(key) for key in DRUGS)}
    empty = [label for key, label in ASKED[kind] if not {**data, **sold}[key]]
    changed = [row for row in data["items"] if row["label"]]
    return empty if changed and all(row["after"] for row in changed) else [*empty, "变更项目"]


def _medical(before: Before) -> dict[str, Any]:
    services = (before.blank("departments"), before.blank("large_services"))
    return {
        "ownership": before.column("ownership"),
        "grade": before.column("grade"),
        "profit": before.column("is_for_profit"),
        "served": before.blank("served"),
        "beds": before.number("beds", before.row.beds),
        "services": "；".join(filter(None, services)),
    }


def _pharmacy(before: Before) -> dict[str, Any]:
    return {
        "business_model": before.column("business_model"),
        "pharmacy_class": before.column("category"),
        **{key: before.number(key, before.row.profile.get(key)) for key in DRUGS},
    }
