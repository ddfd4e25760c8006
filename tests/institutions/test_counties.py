"""One city with its counties and special districts: each keeps its own register, the city sees them all."""

import pytest

from lifecycle import register
from models import Office, Role
from tests.builders import a_city, an_institution, hand_of
from tests.page import log_in

DISTRICTS = ("东昌府区", "临清市", "冠县", "旅游度假区", "开发区", "高新区")


def an_office_form(name, city):
    return {
        "name": f"{name}医疗保险事业中心",
        "code": f"{name[:2]}医保",
        "level": "county",
        "parent": city.id,
        "region": "liaocheng",
        "district": name,
        "department": f"{name}医疗保障局",
        "address": f"{name}文昌路 1 号",
        "phone": "0635-5550106",
        "closing_time": "17:30",
        "hides_officers": "y",
        "version": "",
    }


@pytest.mark.clause("LC-00-2")
def test_a_city_holds_counties_and_special_districts(app):
    city = a_city()
    admin = log_in(app.test_client(), Role.ADMIN, office=city)
    for name in DISTRICTS:
        admin.post("/settings/offices/new", data=an_office_form(name, city))
    offices = list(Office.select().where(Office.parent == city).order_by(Office.id))
    assert [office.district for office in offices] == list(DISTRICTS)
    for office in offices:
        row = an_institution(name=f"{office.district}医院", office=office)
        register.save_institution({"grade": "一级"}, hand=hand_of(Role.CLERK, office=office), institution=row)
    page = log_in(app.test_client(), Role.MANAGER, office=city).get("/institutions")
    seen = {row.one("th").text for row in page.one("tbody").all("tr")}
    assert seen == {f"{name}医院" for name in DISTRICTS}
    own = log_in(app.test_client(), Role.MANAGER, office=offices[-1]).get("/institutions")
    assert [th.text for th in own.one("tbody").all("th")] == ["高新区医院"]
