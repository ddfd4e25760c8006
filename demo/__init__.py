"""Sample data: a city and two counties that do not exist, made by the real steps with the clock moved."""

import heapq
from datetime import date, timedelta

from flask import Flask

from blueprints.agreements import operations as agreements
from demo import lives, places, plans
from demo import world as stage
from demo.world import World
from lifecycle import moment, workdays
from lifecycle.db import write_tx
from models import Agreement, Case, User, db


def prepare(app: Flask) -> list[str]:
    """Fill an empty data folder with the demo, once, and return the lines to print: accounts and password."""
    with db.connection_context():
        if User.select().where(User.username != "system").exists():
            return ["演示数据已在，账号同首次启动时所列。"]
        world = make(app)
        return [
            f"演示数据：{len(world.offices)} 个经办机构，密码都是 {world.password}",
            *(f"  {user.username:<16}{user.post} {user.name}（{user.office.name}）" for user in accounts()),
        ]


def accounts() -> list[User]:
    return list(User.select().where(User.username != "system").order_by(User.office, User.id))


def make(app: Flask) -> World:
    """Live the last months through: every step on its day, every sweep between; return the world."""
    today = moment.today()
    with write_tx():
        workdays.forget()
        world = stage.build(app, today)
        try:
            _live(world, today)
            _settle(world)
            stage.nights(world, today - timedelta(days=1), today)
        finally:
            moment.move_to(None)
    return world


def _live(world: World, today: date) -> None:
    """Take the next day of whichever life comes first, with the nights before it, until all stand."""
    assigned = plans.assign(world, places.places())
    rest = {place.name for place, _, _ in assigned}
    queue = [
        (start, n, lives.life(world, place, plan, start)) for n, (place, plan, start) in enumerate(assigned)
    ]
    heapq.heapify(queue)
    for _, _, life in queue:
        next(life)
    night = min(queue)[0] - timedelta(days=1)
    stage.clock_to(night)
    for place in places.places():
        if place.name not in rest:
            stage.institution(world, place)
    while queue:
        day, n, life = heapq.heappop(queue)
        if day > today:
            continue
        stage.nights(world, night, day)
        night = day
        stage.clock_to(day)
        if coming := next(life, None):
            heapq.heappush(queue, (coming, n, life))
    stage.nights(world, night, today - timedelta(days=1))
    stage.clock_to(today)


def _settle(world: World) -> None:
    """Enter a last settlement for most agreements, months ago for some; mark one renewal as open."""
    rows = (
        Agreement.select(Agreement, Case)
        .join(Case)
        .where(Case.closed_on.is_null())
        .order_by(Agreement.signed_on)
    )
    for n, agreement in enumerate(rows):
        hand = world.hand(agreement.case.office, "agreement")
        idle = {0: 184, 1: 173, 2: 166}.get(n % 12)
        settled = world.today - timedelta(days=idle if idle else 3 + n)
        if n % 5 != 4 and settled > agreement.signed_on:
            agreements.settle(agreement, settled_on=settled, hand=hand, version=agreement.version)
