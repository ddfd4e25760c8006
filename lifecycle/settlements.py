"""The days on which fees were last settled (最近一次医保费用结算): typed one by one, or imported."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from peewee import JOIN, chunked

from lifecycle import audit, idle, idle_marks, moment
from lifecycle.db import insert_all, locked, write_tx
from lifecycle.errors import BadDay, Conflict, Misfit, NotAllowed
from lifecycle.hand import Hand
from models import (
    Agreement,
    Case,
    CaseState,
    FormerValue,
    Institution,
    Matter,
    Office,
    SettlementDay,
    SettlementImport,
)

ACTION = "settle"
BATCH = 400


# --- One day, typed ---


def record(agreement: Agreement, *, settled_on: date, hand: Hand, version: int, reason: str = "") -> None:
    """Record the last day on which fees were settled; the mark 长期未结算 falls away if it no longer holds.

    An earlier day than the one known is a correction. Raises Misfit for one without a reason, BadDay for a
    day after today, Conflict for a stale version, NotAllowed for another office's agreement or an ended one.
    """
    with write_tx():
        agreement = locked(Agreement, agreement.id)
        case = agreement.case
        if case.office_id != hand.actor.office_id:
            raise NotAllowed("由签订协议的经办机构办理")
        if case.closed_on:
            raise NotAllowed("协议已终止，不能再改")
        if case.state == CaseState.NEW:
            raise NotAllowed("协议尚未生效，请登记在原协议上")
        if agreement.version != version:
            raise Conflict("同事刚刚改动了这份协议，本次没有保存；请核对后再办")
        if settled_on > hand.today:
            raise BadDay("结算日期不能晚于今天")
        before = agreement.last_settled_on
        if before and settled_on < before and not reason:
            raise Misfit("reason", f"早于已登记的 {before.isoformat()}，请写明更正的原因")
        _write([Change(agreement.id, case.id, before, settled_on)], hand=hand, reason=reason)


# --- Many days, imported ---


@dataclass(frozen=True)
class Entry:
    """A row as the file says it. errors: what is wrong with its cells."""

    number: int
    national_code: str
    uscc: str
    name: str
    settled_on: date | None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A day to write. before: the day known so far."""

    agreement_id: int
    case_id: int
    before: date | None
    settled_on: date


@dataclass(frozen=True)
class Verdict:
    """What a row means: changed, same or wrong. name: of the register, else as written."""

    entry: Entry
    kind: str
    name: str
    change: Change | None = None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A standing agreement that the file does not name."""

    case_id: int
    name: str
    number: str
    since: date
    days: int


@dataclass(frozen=True)
class Plan:
    """What an import would do. digest: two plans that would write the same have the same."""

    verdicts: Sequence[Verdict]
    missing: Sequence[Missing]

    def of(self, kind: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.kind == kind]

    @property
    def digest(self) -> str:
        rows = [(v.entry.number, v.kind, v.change, v.errors) for v in self.verdicts]
        return sha256(repr(rows).encode()).hexdigest()


@dataclass(frozen=True)
class _Known:
    agreement_id: int
    case_id: int
    names: frozenset[str]
    name: str
    last_settled_on: date | None


@dataclass
class _Register:
    """The agreements of an office that are not ended, by either code of their institutions."""

    by_code: dict[str, list[_Known]] = field(default_factory=dict)
    by_uscc: dict[str, list[_Known]] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)  # agreement → row that named it

    def find(self, entry: Entry) -> _Known:
        """Return the agreement a row means. Raises ValueError with the sentence for the row."""
        codes = [("定点编号", entry.national_code, self.by_code), ("信用代码", entry.uscc, self.by_uscc)]
        given = [(label, code, known) for label, code, known in codes if code]
        if not given:
            raise ValueError("请填写定点编号或统一社会信用代码")
        label, code, known = given[0]
        found = known.get(code, [])
        if len(found) > 1:
            found = [row for row in found if plain(entry.name) in row.names]
            if len(found) != 1:
                raise ValueError(f"{label}{code}对应几家机构，请填写定点编号")
        if not found:
            raise ValueError(f"{label}{code}在本单位没有履行中的协议，请核对号码")
        if entry.name and plain(entry.name) not in found[0].names:
            raise ValueError(f"{label}对应的机构是“{found[0].name}”，与所填名称不符")
        return found[0]


def plain(name: str) -> str:
    """Return a name without blanks and differences of width, to compare it."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def plan(entries: Sequence[Entry], *, as_of: date, hand: Hand) -> Plan:
    """Return what the rows would change in the agreements of the person's office. Nothing is written."""
    register = _register(hand)
    verdicts = [_verdict(entry, register, as_of) for entry in entries]
    return Plan(verdicts, _missing(register.seen, hand))


def _register(hand: Hand) -> _Register:
    rows = (
        Agreement.select(
            Agreement.id,
            Case.id.alias("case_id"),
            Institution.id.alias("institution_id"),
            Institution.name,
            Institution.national_code,
            Institution.uscc,
            Agreement.last_settled_on,
        )
        .join(Case)
        .join(Institution)
        .where(Case.office == hand.actor.office_id, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
        .where(Case.state != CaseState.NEW)
        .order_by(Case.id)
        .namedtuples()
    )
    newest = {row.institution_id: row for row in rows}
    former = _former(hand.actor.office)
    register = _Register()
    for row in newest.values():
        names = frozenset(plain(name) for name in (row.name, *former.get(row.institution_id, ())))
        known = _Known(row.id, row.case_id, names, row.name, row.last_settled_on)
        for code, index in ((row.national_code, register.by_code), (row.uscc, register.by_uscc)):
            if code:
                index.setdefault(code.upper(), []).append(known)
    return register


def _former(office: Office) -> dict[int, list[str]]:
    rows = (
        FormerValue.select(FormerValue.institution, FormerValue.value)
        .join(Institution)
        .where(Institution.office == office, FormerValue.field == "name")
    )
    found: dict[int, list[str]] = {}
    for institution_id, value in rows.tuples():
        found.setdefault(institution_id, []).append(value)
    return found


def _verdict(entry: Entry, register: _Register, as_of: date) -> Verdict:
    try:
        known = register.find(entry)
    except ValueError as error:
        return Verdict(entry, "wrong", entry.name, errors=(*entry.errors, str(error)))
    first = register.seen.setdefault(known.agreement_id, entry.number)
    errors = [*entry.errors]
    if first != entry.number:
        errors.append(f"与第 {first} 行是同一家机构")
    day = entry.settled_on
    if day and not errors:
        errors += _day_errors(day, known.last_settled_on, as_of)
    if errors or day is None:
        return Verdict(entry, "wrong", known.name, errors=tuple(errors))
    change = Change(known.agreement_id, known.case_id, known.last_settled_on, day)
    return Verdict(entry, "same" if day == known.last_settled_on else "changed", known.name, change)


def _day_errors(day: date, before: date | None, as_of: date) -> list[str]:
    if day > as_of:
        return [f"结算日期晚于数据截至日期 {as_of.isoformat()}"]
    if before and day < before:
        return [f"早于已登记的 {before.isoformat()}；确需更正的，请在协议页面登记并写明原因"]
    return []


def _missing(seen: Collection[int], hand: Hand) -> list[Missing]:
    rows = idle.standing(hand, Case.office == hand.actor.office_id)
    return [
        Missing(row.case_id, row.name, row.number or row.case_number, row.count.since, row.count.days)
        for row in rows
        if row.agreement_id not in seen
    ]


def write(plan: Plan, *, filename: str, as_of: date, hand: Hand) -> SettlementImport:
    """Write the good rows of `plan` as one import and return it, inside the caller's transaction."""
    changes = [verdict.change for verdict in plan.of("changed") if verdict.change]
    done = SettlementImport.create(
        office=hand.actor.office,
        filename=filename[:200],
        as_of=as_of,
        rows=len(plan.verdicts),
        changed=len(changes),
        failed=len(plan.of("wrong")),
        imported_by=hand.actor,
        imported_at=moment.now(),
    )
    _write(changes, hand=hand, source=done)
    audit.record(
        f"office:{hand.actor.office_id}",
        "import_settlements",
        hand=hand,
        filename=done.filename,
        as_of=as_of,
        rows=done.rows,
        changed=done.changed,
        failed=done.failed,
    )
    return done


def _write(
    changes: Sequence[Change], *, hand: Hand, reason: str = "", source: SettlementImport | None = None
) -> None:
    """Keep the days, bring the agreements up to date, drop the marks that no longer hold, tell of each."""
    said: Mapping[str, Any] = {"recorded_by": hand.actor.id, "recorded_at": moment.now()}
    rows = [{"case": c.case_id, "settled_on": c.settled_on, "source": source, **said} for c in changes]
    insert_all(SettlementDay, rows)
    for change in changes:
        Agreement.update(last_settled_on=change.settled_on, version=Agreement.version + 1).where(
            Agreement.id == change.agreement_id
        ).execute()
    for batch in chunked([change.case_id for change in changes], BATCH):
        idle_marks.drop(hand, Case.id.in_(batch))
    audit.record_many([_told(change, reason) for change in changes], hand=hand)


def _told(change: Change, reason: str) -> audit.Told:
    days = {"last_settled_on": [change.before, change.settled_on]}
    return audit.Told(f"case:{change.case_id}", ACTION, days, change.case_id, reason=reason)


# --- What was said ---


def history(case: Case, limit: int = 10) -> list[Any]:
    """Return what was recorded of an agreement's settlements, newest first, as namedtuples."""
    rows = (
        SettlementDay.select(SettlementDay.settled_on, SettlementDay.recorded_at, SettlementImport.filename)
        .join(SettlementImport, JOIN.LEFT_OUTER)
        .where(SettlementDay.case == case)
        .order_by(SettlementDay.id.desc())
    )
    return list(rows.limit(limit).namedtuples())
