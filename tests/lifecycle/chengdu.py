"""Agreements of an office whose region is Chengdu; nothing else differs."""

from datetime import date

from lifecycle import pauses
from lifecycle.cases import open_case
from lifecycle.steps import take_step
from models import Agreement, Application, Case, Office, Role, ServiceCategory
from tests.builders import MONDAY, a_user, an_institution, an_office, hand_of

REGION = {"region": "chengdu", "district": "武侯区", "address": "成都市武侯区科华路 1 号"}
YEAR_END = date(2026, 12, 31)
CATEGORIES = ("门诊特殊疾病", "个人账户", "日间手术")


def the_office(**fields) -> Office:
    """The office, with its region chosen and a clerk who gets what comes online."""
    office = an_office("武侯区医疗保障事务中心", "武医保", **{**REGION, **fields})
    a_user(Role.CLERK, office=office)
    return office


def categories(*labels: str) -> list[ServiceCategory]:
    """The categories that the office keeps."""
    hand = hand_of(Role.MANAGER, office=the_office())
    return [pauses.add_category(label, hand=hand) for label in labels or CATEGORIES]


def signed(on: date = MONDAY, *, types: tuple[str, ...] = ("clinic",), **fields) -> Case:
    """The agreement of this year, signed on paper and taken over on `on`."""
    office = the_office()
    hand = hand_of(Role.AGREEMENT, office=office, today=on)
    institution = fields.pop("institution", None) or an_institution(
        office=office, name=fields.pop("name", "锦江仁和门诊部"), **fields
    )
    case = open_case("agreement", institution, office=office, hand=hand, on=on)
    days = {"signed_on": on, "starts_on": on, "ends_on": YEAR_END}
    data = {name: day.isoformat() for name, day in days.items()}
    take_step(case, "register_existing", hand=hand, on=on, data=data)
    Application.create(case=case, types=list(types))
    Agreement.create(case=case, text_version="2026年度协议", own_number=f"成医保{case.id}", **days)
    return Case.get_by_id(case.id)
