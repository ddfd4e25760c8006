"""Sample data: a city and two counties that do not exist, made by the real steps with the clock moved."""

import heapq
from collections.abc import Iterator
from datetime import date, timedelta

from flask import Flask

from blueprints.agreements import operations as agreements
from demo import desk, furnish, lives, places, plans
from demo import world as stage
from demo.world import World
from lifecycle import moment, workdays
from lifecycle.db import write_tx
from models import Agreement, Case, Membership, User, db

Waiting = tuple[date, int, Iterator[date]]  # next day, number, the life


def prepare(app: Flask) -> list[str]:
    """Fill an empty data folder with the demo, once, and return the lines to print: accounts and password."""
    with db.connection_context():
        if User.select().where(User.username != "system").exists():
            return ["演示数据已在，账号同首次启动时所列。"]
        world = make(app)
        return [
            f"演示数据：{len(world.offices)} 个经办机构，密码都是 {world.password}",
            *(f"  {user.username:<16}{_post(user)} {user.name}（{user.office.name}）" for user in accounts()),
        ]


def accounts() -> list[User]:
    return list(User.select().where(User.username != "system").order_by(User.office, User.id))


def _post(user: User) -> str:
    """Return the post of an account; that of an institution has none."""
    seat = Membership.select().where(Membership.user == user).first()
    return f"{seat.institution.name}机构管理员" if seat else user.post


def make(app: Flask) -> World:
    """Live the last months through: every step on its day, every sweep between; return the world."""
    today = moment.today()
    with write_tx():
        workdays.forget()
        world = stage.build(app, today)
        try:
            _live(world, today)
        finally:
            moment.move_to(None)
    return world


def _live(world: World, today: date) -> None:
    """Take the next day of whichever life comes first, with the nights before it, until all stand."""
    queue, night = _begin(world)
    while queue:
        day, n, life = heapq.heappop(queue)
        if day > today:
            continue
        night = _sleep(world, night, day, today)
        if coming := next(life, None):
            heapq.heappush(queue, (coming, n, life))
    _sleep(world, night, today, today)


def _begin(world: World) -> tuple[list[Waiting], date]:
    """Return the lives by their next day, and the day before the first, on which the rest are registered."""
    assigned = plans.assign(world, places.places())
    busy = {place.name for place, _, _ in assigned}
    queue = [
        (start, n, lives.life(world, place, plan, start)) for n, (place, plan, start) in enumerate(assigned)
    ]
    heapq.heapify(queue)
    for _, _, life in queue:
        next(life)
    night = min(queue)[0] - timedelta(days=1)
    stage.clock_to(night)
    for place in places.places():
        if place.name not in busy:
            furnish.register_place(world, place)
    return queue, night


def _sleep(world: World, night: date, day: date, today: date) -> date:
    """Spend the nights after `night` up to the morning of `day`, which is returned."""
    if night < day == today:
        night = _eve(world, night, today)
    stage.nights(world, night, day)
    stage.clock_to(day)
    return day


def _eve(world: World, night: date, today: date) -> date:
    """Spend the days up to today's night; what the office entered yesterday is known to that night."""
    eve = today - timedelta(days=1)
    stage.nights(world, night, eve)
    stage.clock_to(eve, hour=16)
    _settle(world)
    desk.set_up(world)
    stage.nights(world, eve, today)
    return today


def _settle(world: World) -> None:
    """Enter a last settlement for most agreements, months ago for some."""
    rows = (
        Agreement.select(Agreement, Case)
        .join(Case)
        .where(Case.state.in_(["active", "extended"]))
        .order_by(Agreement.signed_on)
    )
    for n, agreement in enumerate(rows):
        hand = world.hand(agreement.case.office, "agreement")
        idle = {0: 184, 1: 173, 2: 166}.get(n % 12)
        settled = world.today - timedelta(days=idle if idle else 3 + n)
        if n % 5 != 4 and settled > agreement.signed_on:
            agreements.settle(agreement, settled_on=settled, hand=hand, version=agreement.version)
