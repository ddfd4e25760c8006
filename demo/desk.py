"""What the demo's offices keep besides cases: fund figures, a condition, interpretations, an account."""

from blueprints.catalogue import operations as catalogue
from blueprints.checks import operations as conditions
from blueprints.replacements import queries as balances
from demo import furnish, numbers
from demo.world import World
from lifecycle import capacity, fund, invitations, policy, replacement
from lifecycle.case_checks import OPEN_STATES
from models import Application, Case, Clock, ClockState, Kind, User

YI = 10_000_000_000  # 亿 in 分

# district → (years back, target, spent, income in 亿, tenths of a month that the fund lasts)
FUND = {
    "市直": ((1, 9.6, 9.31, 10.4, 92), (0, 10.1, None, None, 90)),
    "安澜县": ((1, 3.2, 3.14, 3.35, 87), (0, 3.4, None, None, 84)),
    "河湾县": ((1, 2.6, 2.97, 2.71, 58), (0, 2.75, None, None, 55)),
}
RENAMED = (
    ("安澜福泽堂大药房", "安澜福泽堂大药房有限公司", 46),
    ("安澜同德诊所", "安澜同德综合诊所", 75),
    ("河湾慈康血液透析中心", "河湾慈康血液净化中心", 20),
)
NOTES = (
    (
        "clock:correction",
        "5 个工作日自送达之次日起算，末日 24 时前送到或寄出邮戳在末日以内的，均算按期。",
        "澜医保办函〔2026〕3 号",
    ),
    (
        "clock:completeness_check",
        "多处同时收件的，以经办机构收到纸质或网上材料最早之日为收件之日。",
        "2026 年 2 月业务例会纪要",
    ),
)
# district → (estimate in 亿, what it rests on)
BEARABLE = {
    "安澜县": (0.25, "按 2026 年基金收支预算、可支撑能力和住院服务需求测算"),
    "河湾县": (0.06, "上年超支，按收支平衡倒算，只留急需科室的增量"),
}
PROVIDER = "al-provider"


def set_up(world: World) -> None:
    """Enter all of it on the day the clock shows."""
    _fund(world)
    for district, (amount, basis) in BEARABLE.items():
        _place(world, district, round(amount * YI), basis.replace("2026", str(world.today.year)))
    _notes(world)
    conditions.add_condition(
        kind=Kind.PHARMACY,
        text="配备医保电子凭证扫码设备和药品追溯码采集设备",
        basis="澜医保办发〔2026〕6 号",
        hand=world.hand(world.offices["市直"], "citymanager"),
    )
    furnish.keep_names(world, RENAMED)
    _provider(world)


def _fund(world: World) -> None:
    for district, years in FUND.items():
        office = world.offices[district]
        hand = world.hand(office, "citymanager" if district == "市直" else "manager")
        for back, target, spent, income, tenths in years:
            figures = {
                "target": round(target * YI),
                "spent": round(spent * YI) if spent else None,
                "income": round(income * YI) if income else None,
                "capacity_tenths": tenths,
                "note": "年度决算数" if spent else "市下达指标",
            }
            fund.save_year(office, world.today.year - back, figures, version=0, hand=hand)


def _place(world: World, district: str, amount: int, basis: str) -> None:
    """Estimate what the fund bears this year, and give the first free exit to the application that asks."""
    office, today = world.offices[district], world.today
    hand = world.hand(office, "manager")
    on = min(today, today.replace(month=1, day=15))
    values = {"estimated_on": on, "amount": amount, "basis": basis}
    capacity.save_estimate(office, today.year, values, hand=hand)
    view = balances.balance(office, today.year, hand)
    free = [row for row in view.free if row.case.institution.kind == Kind.MEDICAL]
    asking = [row for row in view.asked if row.case.state in OPEN_STATES]
    for row in asking:
        _forecast(world, row.application, fen=amount // 5)
    if asking and free:
        note = "停业腾出的基金份额调剂使用"
        replacement.link(asking[0].case, free[0].case, note=note, hand=hand)


def _forecast(world: World, application: Application, fen: int) -> None:
    marks = {"policy": "", "policy_reason": "", "is_old_policy": False, "version": application.version}
    marks |= {"forecast": fen, "forecast_opinion": "参照同级机构住院量测算，在可承受范围内"}
    policy.set_policy(application, **marks, hand=world.hand(application.case.office, "clerk"))


def _notes(world: World) -> None:
    hand = world.hand(world.offices["市直"], "citymanager")
    book = world.app.extensions["rules"].books["liaocheng-2023"]
    for row, text, source in NOTES:
        catalogue.interpret(book, row, text=text, source=source, version=None, hand=hand)


def _provider(world: World) -> None:
    """Invite the institution whose correction is due last, which accepts; its password is that of all."""
    office = world.offices["安澜县"]
    case = (
        Case.select()
        .join(Clock)
        .where(Case.office == office, Clock.rule == "correction", Clock.state == ClockState.RUNNING)
        .order_by(Clock.due_on.desc(), Case.id.desc())
        .get()
    )
    row = case.institution
    _, code = invitations.invite(row, row.contact, hand=world.hand(office, "clerk"))
    values = {
        "username": PROVIDER,
        "name": row.contact,
        "phone": numbers.mobile(row.id),
        "password": "For-this-moment-1",
    }
    user = invitations.accept(code, values, address="192.0.2.10")
    User.update(password_hash=world.secret).where(User.id == user.id).execute()
