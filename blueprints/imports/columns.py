"""The columns of the ledger workbook: heading, how a cell is read, what may stand in it, its note."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from blueprints import words
from blueprints.workbooks import code_of, count_of, day_of, text_of
from models import Institution
from rules import identity

REASON = "错误原因"  # first column of the rows that came back
IGNORED = (REASON, "序号")


@dataclass(frozen=True)
class Column:
    """One column. key: of Institution, of a person (…_id: the number), or of the agreement (agreement.…)."""

    key: str
    heading: str
    read: Callable[[Any], Any] = text_of
    width: int = 14
    most: int = 0  # characters of a text
    is_needed: bool = False
    choices: Mapping[str, Any] = field(default_factory=dict)  # words → value; empty: any text
    check: Callable[[str], str] | None = None
    note: str = ""

    @property
    def is_agreement(self) -> bool:
        return self.key.startswith("agreement.")


def _text(key: str, heading: str, width: int = 14, **more: Any) -> Column:
    return Column(key, heading, width=width, most=Institution._meta.fields[key].max_length, **more)


def _code(key: str, heading: str, width: int = 22, **more: Any) -> Column:
    return Column(key, heading, read=code_of, width=width, **more)


def _person(role: str, heading: str) -> tuple[Column, Column]:
    note = "姓名和身份证号要么都填，要么都不填；已登记过的人员只填姓名即可"
    return (
        Column(role, heading, width=10, most=40),
        _code(f"{role}_id", f"{heading}身份证号", note=note),
    )


def _day(key: str, heading: str, note: str = "") -> Column:
    return Column(key, heading, read=day_of, width=13, note=note)


YES_NO = MappingProxyType({"是": True, "否": False})

COLUMNS: tuple[Column, ...] = (
    Column(
        "kind", "机构类型", is_needed=True, width=11, choices={name: key for key, name in words.KINDS.items()}
    ),
    _text("name", "机构名称", 36, is_needed=True, note="与许可证一致"),
    _code("uscc", "统一社会信用代码", is_needed=True, check=identity.check_uscc, note="18 位"),
    _code(
        "licence_no",
        "许可证号",
        is_needed=True,
        most=40,
        note="医疗机构填执业许可证登记号，零售药店填药品经营许可证号；与信用代码一起认定是不是同一家机构",
    ),
    _code("national_code", "定点编号", 16, note="国家医保编码，H 或 P 加 11 位数字；没有的不填"),
    _text("category", "类别", 16, note="医疗机构类别或零售药店分类"),
    _text("grade", "等级", note="只填医疗机构，未评定的写“未定级”"),
    _text("ownership", "所有制形式"),
    Column("is_public", "是否公立", width=10, choices=YES_NO, note="只填医疗机构"),
    Column(
        "is_for_profit",
        "经营性质",
        width=10,
        choices=MappingProxyType({"营利": True, "非营利": False, "营利性": True, "非营利性": False}),
        note="只填医疗机构",
    ),
    Column("beds", "床位数", read=count_of, width=9, note="只填医疗机构，没有床位的不填"),
    Column(
        "business_model",
        "经营模式",
        width=10,
        choices=MappingProxyType({"连锁": "连锁", "单体": "单体"}),
        note="只填零售药店",
    ),
    _text("address", "地址", 34, is_needed=True),
    _day("operating_since", "正式运营时间"),
    _text("contact", "联系人", 10),
    Column("phone", "联系电话", width=15, check=identity.check_phone, note="手机号，或区号-固定电话"),
    *_person("legal_representative", "法定代表人"),
    *_person("principal", "主要负责人"),
    *_person("controller", "实际控制人"),
    Column("agreement.types", "定点类型", width=20, note="有几种的用顿号隔开"),
    _day("agreement.signed_on", "协议签订日期", "有现行协议的填写这六列；没有的都不填，只登记机构"),
    _day("agreement.starts_on", "协议生效日期"),
    _day("agreement.ends_on", "协议终止日期", "有效期最后一天；已期满的协议不导入"),
    _code("agreement.own_number", "协议编号", 24, most=60, note="纸质协议上的编号，照原样填写"),
    _day("agreement.last_settled_on", "最近结算日期"),
)
BY_KEY: Mapping[str, Column] = MappingProxyType({column.key: column for column in COLUMNS})
HEADINGS = tuple(column.heading for column in COLUMNS)
NEEDED = tuple(column.heading for column in COLUMNS if column.is_needed)
