"""What the demo's register knows besides the institutions: rosters, papers with their validity, blanks."""

from collections.abc import Iterator
from datetime import date, timedelta

from demo import numbers, places
from demo.world import World, institution
from lifecycle import credentials, moment, register, staff
from lifecycle.hand import Hand
from models import CredentialKind, Institution, Kind

FIRST = 2000  # number of the first person on a roster; owners and principals come before

# (category, title, department, remark, manages insurance): a clinic's people, then what a hospital has more.
CLINIC = (
    ("physician", "主治医师", "全科", "在职", False),
    ("nurse", "护师", "全科", "在职", False),
    ("pharmacy_staff", "药师", "药房", "在职", False),
    ("other", "", "医保科", "在职", True),
)
HOSPITAL = (
    *CLINIC,
    ("physician", "副主任医师", "内科", "在职", False),
    ("physician", "主任医师", "外科", "退休", False),
    ("nurse", "主管护师", "内科", "在职", False),
    ("nurse", "护士", "外科", "劳务派遣", False),
    ("imaging", "技师", "影像科", "在职", False),
    ("laboratory", "检验师", "检验科", "在职", False),
)
SHOP = (
    ("licensed_pharmacist", "执业药师", "", "在职", False),
    ("licensed_pharmacist", "执业药师", "", "在职", True),
    ("licensed_tcm_pharmacist", "执业中药师", "", "在职", False),
    ("clerk", "", "", "在职", True),
    ("clerk", "", "", "退休", False),
)
# How many days the licences and leases last beyond today, in turn: most for years, some end soon, one ended.
LICENCE_LEFT = (820, 1460, 26, 610, 1105, 55, 1700, 240, -6, 1330, 88, 950)
LEASE_LEFT = (410, 730, 300, 19, 1050, 560, 72)


def register_place(world: World, place: places.Place, *, is_short: bool = False) -> Institution:
    """Return `place` as registered on the day the clock shows; one of three with roster and papers.

    is_short: the roster lacks what the basic conditions want, which the check of conditions finds.
    """
    row = institution(world, place)
    n = world.people
    hand = world.hand(world.offices[place.district], clerk_of(place))
    if is_short or n % 3 == 1:
        _roster(world, place, row, hand, is_short=is_short)
        _papers(world, place, row, hand, n)
    return row


def clerk_of(place: places.Place) -> str:
    return "clerk" if place.district != "市直" else "cityclerk"


def _roster(world: World, place: places.Place, row: Institution, hand: Hand, *, is_short: bool) -> None:
    people = SHOP if place.kind == Kind.PHARMACY else HOSPITAL if place.beds else CLINIC
    today = moment.today()
    for category, title, department, remark, manages in people[:2] if is_short else people:
        world.employed += 1
        n = FIRST + world.employed
        number = numbers.resident_id(n)
        values = {
            "gender": "男" if int(number[16]) % 2 else "女",
            "category": category,
            "title": title,
            "department": department,
            "remark": remark,
            "is_registered_here": category not in ("clerk", "other"),
            "is_insurance_manager": manages and not is_short,
            "contract_from": today - timedelta(days=300 + n % 90),
            "contract_until": today + timedelta(days=800 + n % 300),
            "insured_since": today - timedelta(days=20 if is_short else 280 + n % 60),
        }
        staff.save(values, hand=hand, institution=row, person=(places.person_name(n), number))


def _papers(world: World, place: places.Place, row: Institution, hand: Hand, n: int) -> None:
    for values in _papers_of(world.today, place, row, n):
        credentials.save(values, hand=hand, institution=row)


def _papers_of(today: date, place: places.Place, row: Institution, n: int) -> Iterator[dict[str, object]]:
    area = place.district.replace("市直", "澜川市")
    medical = place.kind == Kind.MEDICAL
    ends = today + timedelta(days=LICENCE_LEFT[n // 3 % len(LICENCE_LEFT)])
    yield {
        "kind": CredentialKind.LICENCE,
        "title": "医疗机构执业许可证" if medical else "药品经营许可证",
        "number": row.licence_no,
        "issuer": f"{area}{'卫生健康局' if medical else '行政审批服务局'}",
        "valid_from": ends - timedelta(days=5 * 365),
        "valid_until": ends,
    }
    yield {
        "kind": CredentialKind.REGISTRATION,
        "title": "事业单位法人证书" if place.is_public else "营业执照",
        "number": row.uscc,
        "issuer": f"{area}{'事业单位监督管理局' if place.is_public else '市场监督管理局'}",
        "valid_from": today - timedelta(days=1200 + n),
    }
    if not place.is_public:
        ends = today + timedelta(days=LEASE_LEFT[n // 3 % len(LEASE_LEFT)])
        yield {
            "kind": CredentialKind.PREMISES,
            "title": "房屋租赁合同",
            "issuer": "出租人：" + places.person_name(n + 900),
            "valid_from": ends - timedelta(days=3 * 365),
            "valid_until": ends,
        }
    if "large_equipment" in place.features:
        yield {
            "kind": CredentialKind.EQUIPMENT,
            "title": "乙类大型医用设备配置许可证（CT）",
            "number": f"乙鲁{n:06d}",
            "issuer": "省卫生健康委员会",
            "valid_from": today - timedelta(days=900),
        }


def keep_names(world: World, changes: tuple[tuple[str, str, int], ...]) -> None:
    """Rename institutions (old name, new name, days ago); the old ones stay as former names."""
    for old, new, ago in changes:
        row = Institution.get(Institution.name == old)
        register.save_institution(
            {"name": new},
            hand=world.hand(row.office, "clerk"),
            institution=row,
            version=row.version,
            on=moment.today() - timedelta(days=ago),
        )
