"""The trail: one chain of events a stream, written only inside the transaction of the change it tells."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from peewee import chunked

from lifecycle import moment
from lifecycle.db import insert_all
from lifecycle.hand import Hand
from models import Case, Event, Seal, db

GENESIS = "0" * 64
BATCH = 500
LINK = (
    "stream",
    "seq",
    "case",
    "action",
    "actor",
    "actor_name",
    "on",
    "at",
    "article",
    "reason",
    "change",
    "prev",
)


def record(  # noqa: PLR0913 - an event is what it is
    stream: str,
    action: str,
    *,
    hand: Hand,
    on: date | None = None,
    case: Case | None = None,
    article: str = "",
    reason: str = "",
    **change: Any,
) -> Event:
    """Append one event to `stream` and return it.

    on: the legal day; today if left out. change: what was before and after, JSON; personal numbers masked.
    Raises RuntimeError outside a transaction: an event must stand or fall with its change.
    """
    return append(
        stream,
        action,
        actor=hand.actor.id,
        actor_name="系统" if hand.is_system else hand.actor.name,
        on=on or hand.today,
        case=case.id if case else None,
        article=article,
        reason=reason,
        change=change,
    )


def append(stream: str, action: str, **row: Any) -> Event:
    """Append one event given by its columns; for what happens without a hand, such as a failed log-in."""
    if not db.in_transaction():
        raise RuntimeError("an event must stand or fall with its change")
    last = (
        Event.select(Event.seq, Event.digest)
        .where(Event.stream == stream)
        .order_by(Event.seq.desc())
        .tuples()
        .first()
    )
    seq, prev = last or (0, GENESIS)
    row = {"case": None, "actor": None, "article": "", "reason": "", "change": {}, **row}
    row |= {"stream": stream, "seq": seq + 1, "action": action, "at": moment.now(), "prev": prev}
    row["change"] = json.loads(json.dumps(row["change"], ensure_ascii=False, default=_plain))
    return Event.create(**row, digest=_digest(row))


class Told(NamedTuple):
    """An event of an import, before it has its place in the chain. case: its id."""

    stream: str
    action: str
    change: dict[str, Any]
    case: int | None = None
    article: str = ""
    reason: str = ""


def record_many(told: Sequence[Told], *, hand: Hand) -> None:
    """Append these events of today, in order.

    For the many rows of one import: their chains are looked up together and written in batches.
    Raises RuntimeError outside a transaction.
    """
    if not db.in_transaction():
        raise RuntimeError("an event must stand or fall with its change")
    heads = _heads_of({event.stream for event in told})
    known = {"actor": hand.actor.id, "actor_name": hand.actor.name, "on": hand.today, "at": moment.now()}
    rows = []
    for event in told:
        seq, prev = heads.get(event.stream, (0, GENESIS))
        row = {**known, **event._asdict(), "seq": seq + 1, "prev": prev}
        row["change"] = json.loads(json.dumps(event.change, ensure_ascii=False, default=_plain))
        row["digest"] = _digest(row)
        heads[event.stream] = (seq + 1, row["digest"])
        rows.append(row)
    insert_all(Event, rows)


def _heads_of(streams: set[str]) -> dict[str, tuple[int, str]]:
    heads = {}
    for batch in chunked(sorted(streams), BATCH):
        rows = Event.select(Event.stream, Event.seq, Event.digest).where(Event.stream.in_(batch))
        heads |= {stream: (seq, digest) for stream, seq, digest in rows.order_by(Event.seq).tuples()}
    return heads


def of_case(case: Case) -> str:
    """Return the stream of a case."""
    return f"case:{case.id}"


def seal(day: date) -> Seal | None:
    """Fix the present heads of all streams in the seal of `day`; None if that day is sealed already."""
    if Seal.get_or_none(Seal.day == day):
        return None
    last = Seal.select().order_by(Seal.id.desc()).first()
    top = Event.select(Event.id).order_by(Event.id.desc()).tuples().first()
    count, heads = _heads(top[0] if top else 0)
    prev = last.digest if last else GENESIS
    text = f"{prev}|{day.isoformat()}|{count}|{heads}"
    return Seal.create(
        day=day,
        events=count,
        last_event=top[0] if top else 0,
        prev=prev,
        digest=sha256(text.encode()).hexdigest(),
    )


def broken_links() -> Iterator[str]:
    """Yield one line for each altered, missing or reordered event and each seal that no longer fits."""
    prev_stream, seq, prev = "", 0, GENESIS
    rows = Event.select().order_by(Event.stream, Event.seq).iterator()
    for event in rows:
        if event.stream != prev_stream:
            prev_stream, seq, prev = event.stream, 0, GENESIS
        if event.seq != seq + 1:
            yield f"{event.stream}: event {seq + 1} is missing before {event.seq}"
        elif event.prev != prev:
            yield f"{event.stream}: event {event.seq} does not follow {seq}"
        elif event.digest != _digest(_link_of(event)):
            yield f"{event.stream}: event {event.seq} was altered"
        seq, prev = event.seq, event.digest
    yield from _broken_seals()


def _broken_seals() -> Iterator[str]:
    prev = GENESIS
    for row in Seal.select().order_by(Seal.id):
        count, heads = _heads(row.last_event)
        text = f"{prev}|{row.day.isoformat()}|{count}|{heads}"
        if row.digest != sha256(text.encode()).hexdigest() or row.events != count:
            yield f"seal of {row.day.isoformat()}: the events it fixed have changed"
        prev = row.digest


def _heads(until: int) -> tuple[int, str]:
    """Return how many events there are up to id `until`, and one digest over the head of every stream."""
    whole = sha256()
    count = 0
    sql = (
        "select e.stream, e.digest, h.n from event e join "
        "(select stream, max(seq) as top, count(*) as n from event where id <= ? group by stream) h "
        "on h.stream = e.stream and h.top = e.seq order by e.stream"
    )
    for stream, head, n in db.execute_sql(sql, (until,)).fetchall():
        whole.update(f"{stream}={head}\n".encode())
        count += n
    return count, whole.hexdigest()


def _link_of(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in LINK}
    return row | {"case": event.case_id, "actor": event.actor_id}


def _digest(row: dict[str, Any]) -> str:
    text = json.dumps({name: row[name] for name in LINK}, ensure_ascii=False, sort_keys=True, default=_plain)
    return sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
