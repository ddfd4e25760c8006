"""The demo's world: offices, accounts, register, whose hand acts, and the clock moved from day to day."""

import os
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask import Flask
from werkzeug.security import generate_password_hash

from demo import numbers, places
from lifecycle import audit, moment, register, setup, sweep, workdays
from lifecycle.hand import Hand
from lifecycle.intake import Typed, register_application
from models import Case, Institution, LeadingGroupMember, Office, User, UserRole
from rules.calendar import WorkCalendar

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class World:
    """Everything the lives of the demo's cases act with."""

    app: Flask
    today: date
    calendar: WorkCalendar
    password: str
    secret: str = field(repr=False)  # its hash, the same for every account
    offices: dict[str, Office] = field(default_factory=dict)  # by district
    staff: dict[tuple[str, str], User] = field(default_factory=dict)  # by district and post
    roles: dict[int, frozenset[str]] = field(default_factory=dict)
    people: int = 0
    employed: int = 0  # on rosters
    heads: dict[str, Institution] = field(default_factory=dict)  # chain → its headquarters
    owners: dict[str, int] = field(default_factory=dict)  # chain → number of its owner

    def hand(self, office: Office, post: str) -> Hand:
        """Return the hand of the office's `post` on the day the clock shows."""
        user = self.staff[office.district, post]
        rules = self.app.extensions["rules"]
        return Hand(user, self.roles[user.id], moment.today(), self.calendar, rules.books, rules.regions)

    def back(self, workdays_ago: int) -> date:
        """Return the workday so many before today; for 0 today, or the last workday if it is a rest day."""
        if workdays_ago:
            return self.calendar.workday_before(self.calendar.workday_from(self.today), workdays_ago)
        return (
            self.today
            if self.calendar.is_workday(self.today)
            else self.calendar.workday_before(self.today, 1)
        )

    def after(self, day: date, n: int) -> date:
        return self.calendar.workday_after(day, n)


def clock_to(day: date, hour: int = 9) -> None:
    """Let the product's clock show a morning of `day`."""
    moment.move_to(datetime.combine(day, time(hour, 10)))


def build(app: Flask, today: date) -> World:
    """Make offices and accounts as of a year and a half ago, and return the world."""
    password = os.environ.get("DINGDIAN_DEMO_PASSWORD") or setup.one_time_password()
    secret = generate_password_hash(password)
    world = World(app, today, workdays.current(), password, secret)
    clock_to(today - timedelta(days=540))
    name, code, district = places.CITY
    city = _office(name, code, district, level="city")
    world.offices[district] = city
    for post, title, roles, person in places.CITY_STAFF:
        _account(world, city, post, title, roles, person, secret)
    for index, (name, code, district) in enumerate(places.COUNTIES):
        office = _office(name, code, district, parent=city)
        world.offices[district] = office
        for post, title, roles, people in places.STAFF:
            username = f"{places.PREFIX[code]}-{post}"
            _account(world, office, post, title, roles, people[index], secret, username)
        _account(
            world,
            office,
            "admin",
            "系统管理员",
            ("admin",),
            "系统管理员",
            secret,
            f"{places.PREFIX[code]}-admin",
        )
    for head in places.headquarters():
        world.heads[head.name] = institution(world, head)
    audit.append("accounts", "demo_start", actor_name="系统", on=moment.today(), change={"demo": True})
    return world


def _office(name: str, code: str, district: str, **fields: object) -> Office:
    office = Office.create(
        name=name,
        code=code,
        district=district,
        region="liaocheng",
        address=f"{district}文昌路 1 号",
        division=places.DIVISIONS[code],
        hours="周一至周五 8:30-12:00、13:30-17:30，国家法定节假日除外",
        directions="乘 2、6 路公交车至文昌路政务服务中心站，一楼医保窗口",
        website=f"http://ybj.{places.SITES[code]}.example/dd",
        complaint_phone="0635-5550110",
        phone="0635-5550106",
        department=f"{district.removesuffix('直') if district == '市直' else district}医疗保障局",
        is_set_up=True,
        **fields,
    )
    for index, (person, post) in enumerate(places.LEADERS):
        LeadingGroupMember.create(office=office, name=person, post=post, is_chair=index == 0)
    return office


def _account(  # noqa: PLR0913
    world: World,
    office: Office,
    post: str,
    title: str,
    roles: tuple[str, ...],
    name: str,
    secret: str,
    username: str = "",
) -> None:
    user = User.create(
        username=username or post,
        name=name,
        office=office,
        password_hash=secret,
        post=title,
        must_change_password=False,
        session_key="demo",
    )
    for role in roles:
        UserRole.create(user=user, role=role)
    world.staff[office.district, post] = user
    world.roles[user.id] = frozenset(roles)


def institution(world: World, place: places.Place) -> Institution:
    """Register `place` on the day the clock shows; branches of a chain share their owner."""
    office = world.offices[place.district]
    n = world.people = world.people + 1
    owner = world.owners.setdefault(place.chain, n) if place.chain else n
    head = "12" if place.is_public else "91"
    return register.save_institution(
        {
            "kind": place.kind,
            "name": place.name,
            "uscc": numbers.credit_code(n, head),
            "licence_no": numbers.licence(n, place.kind),
            "category": place.category,
            "grade": place.grade,
            "ownership": place.ownership,
            "is_public": place.is_public,
            "is_for_profit": place.is_for_profit,
            "business_model": "连锁" if place.chain else "单体" if place.kind == "pharmacy" else "",
            "beds": place.beds,
            "address": f"{place.district.replace('市直', '澜川市')}{place.town}兴隆路 {n} 号",
            "operating_since": moment.today() - timedelta(days=400 + n * 11),
            "contact": places.person_name(n + 40),
            "phone": numbers.mobile(n),
            "profile": places.profile(place, n),
            "parent": _above(world, place),
        },
        hand=world.hand(office, "clerk" if place.district != "市直" else "cityclerk"),
        persons={
            "legal_representative": (places.person_name(owner), numbers.resident_id(owner)),
            "principal": (places.person_name(n + 500), numbers.resident_id(n + 500)),
        },
    )


def _above(world: World, place: places.Place) -> Institution | None:
    """Return the headquarters of a branch, the township hospital of a village clinic."""
    if place.chain:
        return world.heads.get(place.chain)
    if place.category != "村卫生室":
        return None
    town = Institution.name.startswith(place.district + place.town)
    return Institution.get_or_none(town, Institution.category == "卫生院")


def apply_for(world: World, place: places.Place, row: Institution, *, is_draft: bool = False) -> Case:
    """Register an application of `row` on the day the clock shows."""
    office = world.offices[place.district]
    day = moment.today()
    typed = Typed(
        institution={},
        persons={},
        application={
            "types": list(place.types),
            "features": list(place.features),
            "counts": {"bed": place.beds} if place.beds else {},
            "operating_since": row.operating_since,
            "applied_on": day,
            "contact": row.contact,
            "phone": row.phone,
        },
        received_on=None if is_draft else day,
        is_draft=is_draft,
    )
    post = "clerk" if place.district != "市直" else "cityclerk"
    return register_application(typed, hand=world.hand(office, post), institution=row)


def nights(world: World, after: date, until: date) -> None:
    """Run every night's sweep from the day after `after` through `until`."""
    rules = world.app.extensions["rules"]
    day = after + timedelta(days=1)
    while day <= until:
        moment.move_to(datetime.combine(day, time(1, 30)))
        if sweep.claim(day):
            sweep.run(sweep.system_hand(day, rules.books, rules.regions))
        day += timedelta(days=1)
