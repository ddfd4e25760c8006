"""The words of the trail: what was done, to what, and how the recorded values read."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from blueprints import telling, words
from rules.book import Book
from rules.identity import mask_phone

CHECK = "verify_trail"

# Streams as the auditor chooses them; "case" stands for the chains of all cases, and so on.
STREAMS: Mapping[str, str] = MappingProxyType(
    {
        "case": "办件",
        "institution": "机构",
        "person": "人员",
        "office": "名单和导出",
        "access": "查看评审表",
        "accounts": "账号",
        "invitations": "机构邀请",
        "offices": "经办机构设置",
        "calendar": "节假日",
        "sweep": "夜间自动办理",
        "trail": "审计",
    }
)

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "first_start": "首次启动，建立系统管理员",
        "demo_start": "装入演示数据",
        "log_in": "登录",
        "log_out": "退出",
        "idle_out": "长时间无操作，自动退出",
        "log_in_failed": "登录失败",
        "change_password": "修改密码",
        "create_user": "建立账号",
        "change_user": "修改账号",
        "reset_password": "重置密码",
        "unlock": "解锁账号",
        "close": "停用账号",
        "reopen": "恢复账号",
        "close_user": "停用账号",
        "reopen_user": "恢复账号",
        "invite": "邀请机构注册",
        "revoke_invitation": "撤销邀请",
        "accept_invitation": "凭邀请码注册机构账号",
        "join_institution": "凭邀请码加入机构",
        "invitation_failed": "邀请码不对",
        "end_membership": "移出机构",
        "add_office": "增加经办机构",
        "save_office": "修改经办机构",
        "save_leading_group": "修改领导小组",
        "override_day": "修改工作日历",
        "import_year": "导入放假安排",
        "mark_overdue": "标记超期期限",
        "register_person": "登记人员",
        "register_institution": "登记机构",
        "change_institution": "修改机构登记信息",
        "add_credential": "登记证照",
        "change_credential": "修改证照",
        "end_credential": "停用证照",
        "add_staff": "登记在册人员",
        "change_staff": "修改在册人员",
        "staff_left": "登记人员离职",
        "amend_application": "修改申请信息",
        "open_sheet": "打开评审表",
        "look_at_sheet:desk": "查看审核评价表",
        "look_at_sheet:on_site": "查看现场评估表",
        "verify_complaint": "登记举报核查结果",
        "lift_ban": "解除限制申请",
        "save_fund_year": "登记基金运行数据",
        "save_capacity_estimate": "登记基金可承受范围测算",
        "add_category": "增加暂停服务类别",
        "rename_category": "暂停服务类别改名",
        "end_category": "停用暂停服务类别",
        "restore_category": "启用暂停服务类别",
        "add_condition": "增加补充条件",
        "end_condition": "停用补充条件",
        "restore_condition": "恢复补充条件",
        "perform_duty": "登记责任履行完毕",
        "reveal": "查看证件号",
        "reveal_id": "查看证件号",
        "export": "导出",
        "import_ledger": "导入台账",
        "import_settlements": "导入最近结算日期",
        "cancel_task": "取消任务",
        "download": "下载结果文件",
        "print": "打印",
        CHECK: "核验审计记录",
    }
)

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "username": "用户名",
        "new": "新登记",
        "unchanged": "无变化",
        "wrong": "有误",
        "agreements": "存量协议",
        "address": "地址",
        "why": "原因",
        "name": "名称",
        "id_masked": "证件号",
        "office": "单位",
        "post": "职务",
        "contact": "联系人",
        "phone": "电话",
        "roles": "岗位",
        "code": "机关代字",
        "level": "级别",
        "parent": "上级",
        "region": "地区",
        "district": "辖区",
        "department": "同级医保部门",
        "closing_time": "下班时间",
        "division": "行政区划代码",
        "hours": "办公时间",
        "directions": "交通指引",
        "website": "状态查询网址",
        "complaint_phone": "投诉电话",
        "hides_officers": "机构端不显示姓名",
        "members": "成员",
        "group": "小组",
        "state": "状态",
        "clock": "期限",
        "due_on": "到期日",
        "served_on": "送达日期",
        "legal_day": "办理日期",
        "handler": "经办人",
        "number": "编号",
        "document": "文书",
        "matter": "事项",
        "kind": "种类",
        "types": "定点类型",
        "other_type": "其他类型",
        "features": "具备情形",
        "counts": "数量",
        "operating_since": "正式运营时间",
        "applied_on": "申请日期",
        "received_on": "收到日期",
        "signed_on": "签订日期",
        "starts_on": "开始日期",
        "ends_on": "截止日期",
        "last_settled_on": "最近结算日期",
        "as_of": "数据截至",
        "failed": "出错",
        "until": "期满日期",
        "rule": "情形",
        "round": "轮次",
        "sheet": "评审表",
        "mark": "评审项编号",
        "finding": "结论",
        "note": "备注",
        "no": "序号",
        "changed": "改动",
        "preset": "自动填写的项",
        "voided": "作废的签字",
        "way": "送达方式",
        "purpose": "用途",
        "data": "填写内容",
        "meeting": "会议编号",
        "votes": "赞成、反对票",
        "negotiation": "谈判",
        "place": "地点",
        "negotiators": "谈判人",
        "counterparts": "对方人员",
        "subject": "主题",
        "content": "内容",
        "opinion": "意见",
        "held_on": "谈判日期",
        "grounds": "理由条目",
        "reasons": "不合格理由",
        "advice": "整改建议",
        "remark": "备注",
        "complaint": "举报编号",
        "approved_by": "批准人",
        "is_renewal_open": "续签办理中",
        "is_passed": "通过",
        "day": "日期",
        "is_workday": "是否上班",
        "year": "年份",
        "target": "总额控制指标（分）",
        "spent": "实际支出（分）",
        "income": "基金收入（分）",
        "capacity_tenths": "可支撑能力（十分之一月）",
        "evidence": "依据",
        "checked_on": "核对日期",
        "list": "核查表",
        "key": "项",
        "text": "内容",
        "policy": "政策倾斜",
        "policy_reason": "倾斜依据",
        "is_old_policy": "按原有政策执行",
        "forecast": "预测年使用基金（分）",
        "forecast_opinion": "承受范围评估",
        "days": "天数",
        "count": "数量",
        "filename": "文件",
        "recipient": "签收人",
        "title": "名称",
        "before": "改前",
        "after": "改后",
        "what": "导出内容",
        "rows": "行数",
        "broken": "不符之处",
        "events": "记录数",
        "uscc": "统一社会信用代码",
        "licence_no": "许可证号",
        "national_code": "定点编号",
        "category": "类别",
        "grade": "等级",
        "ownership": "所有制形式",
        "is_public": "公立",
        "is_for_profit": "营利性",
        "business_model": "经营模式",
        "beds": "床位",
        "legal_representative": "法定代表人",
        "principal": "主要负责人",
        "controller": "实际控制人",
        "notice": "通知或公示",
        "supplement": "补充材料",
        "items": "变更项目",
        "approved_on": "批准日期",
        "asked_on": "申请日期",
        "found_on": "发现日期",
        "found_how": "发现方式",
        "hindered_from": "不得变更期间开始",
        "hindered_until": "不得变更期间结束",
        "is_entity": "经营主体变化",
        "is_general": "一般信息",
        "verified_on": "核实日期",
        "verified_by": "核实人员",
        "findings": "核实情况",
    }
)
# Already said by the sentence, or of no use to a reader.
UNTOLD = ("label", "demo")
# Words that somebody typed: a code of the same spelling must not be read into them.
TYPED = ("username", "name", "address", "note", "recipient", "filename", "title", "contact", "what", "notice")
CODES: Mapping[str, str] = MappingProxyType(
    {
        **words.ROLES,
        **words.KINDS,
        **words.LEVELS,
        **words.MATTERS,
        **words.MATERIAL_STATES,
        **words.SERVICE_WAYS,
        **words.PURPOSES,
        "pass": "符合",
        "fail": "不符合",
        "department": "医疗保障行政部门",
        "province": "省级系统",
        "wrong": "用户名或密码不对",
        "locks": "密码不对，账号锁定",
        "locked": "账号锁定期间",
        "closed": "账号已停用",
    }
)


def codes(books: Iterable[Book]) -> dict[str, str]:
    """Return what each code of the books and of the house is called."""
    known: dict[str, str] = {}
    for book in books:
        known |= {row.key: row.label for rows in (book.types, book.features) for row in rows}
        known |= {key: row.name for rows in (book.clocks, book.documents) for key, row in rows.items()}
        known |= {key: row.title for key, row in book.sheets.items()}
        known |= {key: row.label for key, row in book.states.items()}
    return {**known, **CODES}


def actions(books: Iterable[Book]) -> dict[str, str]:
    """Return every action that the trail may hold, with its words."""
    steps = {step.action: step.label for book in books for step in book.steps}
    told = {key: text.format(name="文书", label="上一步") for key, text in telling.VERBS.items()}
    return {**steps, **told, **VERBS}


def verb(action: str, change: Mapping[str, Any]) -> str:
    """Return what was done: the words of the house, else the label of the step that was taken."""
    label = change.get("label") or ""
    if action in VERBS:
        return VERBS[action]
    known = telling.VERBS.get(action)
    return known.format(label=label, name=change.get("name") or "文书") if known else label or action


def where(stream: str) -> str:
    return STREAMS.get(stream.partition(":")[0], stream)


def details(change: Mapping[str, Any], known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what was recorded, each as (label, value), empty ones left out."""
    told = ((key, value) for key, value in change.items() if key not in UNTOLD)
    return [
        (LABELS.get(key, key), plain(key, value, known))
        for key, value in told
        if value not in ("", None, [], {})
    ]


def plain(key: str, value: Any, known: Mapping[str, str]) -> str:
    """Return a recorded value as text; a pair is what it was and what it became."""
    if isinstance(value, dict):
        parts = (f"{LABELS.get(name, name)} {plain(name, part, known)}" for name, part in value.items())
        return "；".join(parts) or "无"
    if isinstance(value, list):
        texts = [plain(key, part, known) for part in value]
        is_pair = len(value) == 2 and key not in ("types", "features", "roles", "votes", "preset")
        return (" 改为 " if is_pair else "、").join(texts) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return "无"
    text = str(value)
    if key == "phone":
        return mask_phone(text)
    return text if key in TYPED else known.get(text, text)
