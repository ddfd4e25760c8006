"""The words of the staff for what the code names in English; the states and steps have theirs in the book."""

from collections.abc import Mapping
from types import MappingProxyType

from models import Channel, Kind, Level, MaterialState, Matter, Role, ServiceWay

ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.CLERK: "受理岗",
        Role.REVIEWER: "评审员",
        Role.AGREEMENT: "协议岗",
        Role.MANAGER: "负责人",
        Role.LEADER: "领导小组成员",
        Role.CITY: "市级复审",
        Role.PROVIDER: "机构经办人",
        Role.PROVIDER_ADMIN: "机构管理员",
        Role.ADMIN: "系统管理员",
        Role.AUDITOR: "审计员",
        Role.SYSTEM: "系统",
    }
)
KINDS: Mapping[str, str] = MappingProxyType({Kind.MEDICAL: "医疗机构", Kind.PHARMACY: "零售药店"})
LEVELS: Mapping[str, str] = MappingProxyType({Level.CITY: "市级", Level.COUNTY: "县（市、区）级"})
MATTERS: Mapping[str, str] = MappingProxyType(
    {
        Matter.APPLICATION: "定点申请",
        Matter.AGREEMENT: "协议履行",
        Matter.CHANGE: "信息变更",
        Matter.EXIT: "退出申请",
    }
)
MATERIAL_STATES: Mapping[str, str] = MappingProxyType(
    {
        MaterialState.PENDING: "未收",
        MaterialState.RECEIVED: "齐全",
        MaterialState.MISSING: "缺",
        MaterialState.NOT_APPLICABLE: "不适用",
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType({Channel.WINDOW: "窗口", Channel.ONLINE: "网上"})
SERVICE_WAYS: Mapping[str, str] = MappingProxyType(
    {ServiceWay.DIRECT: "直接送达", ServiceWay.MAIL: "寄送", ServiceWay.OTHER: "其他方式"}
)
PARTIES: Mapping[str, str] = MappingProxyType(
    {"office": "经办机构", "provider": "医药机构", "both": "双方", "system": "系统"}
)
PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "material": "申请材料",
        "evidence": "证据",
        "sketch": "地理位置简图",
        "receipt": "送达回执",
        "signed_text": "签署文本",
        "other": "其他",
    }
)
GROUP_FIELDS = ("医疗保障", "医药卫生", "财务管理", "信息技术")
