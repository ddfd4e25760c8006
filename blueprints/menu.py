"""The frame of every page: menu, banners, who is logged in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_login import current_user

from blueprints.exit_facts import name_of
from blueprints.web import EVERYBODY, PROVIDERS, STAFF, hand
from lifecycle import exits, moment
from models import Matter, Role


@dataclass(frozen=True)
class Item:
    """A line of the menu; without a label, a rule between groups."""

    label: str = ""
    icon: str = ""
    endpoint: str = ""
    roles: Sequence[str] = EVERYBODY
    features: tuple[str, ...] = ()  # the blueprints whose pages this line stands for
    matters: tuple[str, ...] = ()  # the matters whose cases this line stands for
    threshold: str = ""  # shown only where the office's book has it
    matter: str = ""  # shown only where the office's region serves it


OF_CASES = ("cases.", "materials.")
ONLINE = "portal.exit_list"  # called as the book of the region calls it, and shown where it is asked online
OWN_CASES = ("portal.home", "portal.case", "portal.apply", "portal.draft")
MENU = (
    Item(
        "我的办件",
        "inbox",
        "portal.home",
        PROVIDERS,
        ("portal.home", "portal.case", "portal.apply", "portal.draft"),
    ),
    Item("退出申请", "box-arrow-right", ONLINE, PROVIDERS, ("portal.exit", "portal.apply_again")),
    Item("本机构用户", "people", "portal.user_list", (Role.PROVIDER_ADMIN,), ("portal.user",)),
    Item("工作台", "inbox", "worklist.worklist_page", STAFF, ("worklist",)),
    Item(
        "定点申请",
        "file-earmark-plus",
        "intake.application_list",
        STAFF,
        ("intake", "review", "checks.checks", "checks.mark"),
        (Matter.APPLICATION,),
        matter=Matter.APPLICATION,
    ),
    Item(
        "公示与决策",
        "megaphone",
        "notices.notice_list",
        STAFF,
        ("notices", "decisions", "rolls"),
        matter=Matter.APPLICATION,
    ),
    Item(
        "协议管理",
        "file-earmark-check",
        "agreements.agreement_list",
        STAFF,
        ("agreements", "settlements"),
        (Matter.AGREEMENT,),
    ),
    Item(
        "信息变更",
        "pencil-square",
        "changes.change_list",
        STAFF,
        ("changes",),
        (Matter.CHANGE,),
        matter=Matter.CHANGE,
    ),
    Item(
        "中止与退出",
        "box-arrow-right",
        "exits.exit_list",
        STAFF,
        ("exits",),
        (Matter.EXIT,),
        matter=Matter.EXIT,
    ),
    Item("机构台账", "building", "institutions.institution_list", STAFF, ("institutions",)),
    Item("文书送达", "envelope", "papers.document_list", STAFF, ("papers",)),
    Item(
        "基金运行",
        "cash-coin",
        "checks.fund_page",
        STAFF,
        ("checks.fund", "checks.condition", "replacements"),
        threshold="fund_overrun",
    ),
    Item("预警", "exclamation-triangle", "guard.alert_list", STAFF, ("guard",)),
    Item("看板", "bar-chart", "dashboard.dashboard_page", STAFF, ("dashboard",)),
    Item(),
    Item("规程目录", "journal-text", "catalogue.catalogue_page", EVERYBODY, ("catalogue",)),
    Item("节假日", "calendar3", "settings.calendar_page", EVERYBODY, ("settings.calendar",)),
    Item(
        "设置",
        "gear",
        "settings.office_list",
        (Role.ADMIN, Role.MANAGER),
        ("settings.office", "settings.user", "settings.category"),
    ),
    Item("审计", "shield-check", "settings.trail_page", (Role.AUDITOR,), ("settings.trail",)),
)


def login_url() -> str:
    """Return the log-in page's address, which comes back to the page that was asked for."""
    asked = request.full_path if request.method == "GET" and request.path != "/" else None
    return url_for("accounts.log_in_page", next=asked)


def frame() -> dict[str, Any]:
    """Return what every template gets."""
    context: dict[str, Any] = {
        "today": moment.today(),
        "menu": [],
        "banners": [],
        "is_large": False,
        "is_nav_narrow": False,
    }
    if current_user and current_user.is_authenticated:
        user = current_user.user
        context |= {
            "menu": _menu(),
            "can_search": current_user.has(*STAFF),
            "banners": _banners(),
            "is_large": user.is_large,
            "is_nav_narrow": user.is_nav_narrow,
        }
    return context


def _menu() -> list[dict[str, Any]]:
    """Return the user's lines; no rule before the first."""
    lines = [_line(item) for item in MENU if current_user.has(*item.roles) and _is_law(item)]
    return lines[1:] if lines and lines[0]["is_separator"] else lines


def _is_law(item: Item) -> bool:
    if item.endpoint == ONLINE:
        return exits.is_online(current_user.office, hand())
    if item.matter and item.matter not in hand().region_of(current_user.office).books:
        return False
    return not item.threshold or any(item.threshold in book.thresholds for book in hand().books_here)


def _line(item: Item) -> dict[str, Any]:
    endpoint = request.endpoint or ""
    return {
        "is_separator": not item.label,
        "label": _name(item),
        "icon": item.icon,
        "url": url_for(item.endpoint) if item.endpoint else "",
        "count": None,
        "is_current": _stands_for(item, endpoint),
    }


def _name(item: Item) -> str:
    return (
        name_of(hand().book_for(current_user.office, Matter.EXIT)) if item.endpoint == ONLINE else item.label
    )


def _stands_for(item: Item, endpoint: str) -> bool:
    """Return whether a page belongs to a line; those of a case and its materials, by its matter."""
    if endpoint.startswith(OF_CASES):
        return g.get("matter", Matter.APPLICATION) in item.matters
    return any(endpoint == name or endpoint.startswith((f"{name}.", name + "_")) for name in item.features)


def _banners() -> list[tuple[str, str, str]]:
    """From 1 November on, every page says so while next year's calendar is missing."""
    today = moment.today()
    if current_user.is_provider or today.month < 11 or today.year + 1 in hand().calendar.published:
        return []
    text = f"{today.year + 1} 年的节假日安排还没有录入，跨年的期限暂按周末和固定假日估算。"
    link_text = "去录入" if current_user.has(Role.ADMIN) else "查看日历"
    return [(text, url_for("settings.calendar_page", year=today.year + 1), link_text)]
