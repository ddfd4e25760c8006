"""The office's existing ledger against the register: which rows are new, changed, unchanged, wrong.

Reads only; ledger_write.py writes what was planned. A row says what an institution is and, if it has one, its
agreement in force. An empty cell says nothing: what is stored stays.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lifecycle import ledger_known, vault
from lifecycle.hand import Hand
from lifecycle.ledger_known import Known, Standing
from lifecycle.long_tasks import Report
from lifecycle.register import PERSONS
from models import Matter
from rules.identity import mask_id

# Columns of the institution that a row may say; what a code or a day is was checked when the cell was read.
COLUMNS = (
    "kind", "name", "uscc", "licence_no", "national_code", "category", "grade", "ownership", "is_public",
    "is_for_profit", "beds", "business_model", "address", "operating_since", "contact", "phone",
)  # fmt: skip
EVERY = 200  # rows between two reports


@dataclass(frozen=True)
class Terms:
    """What a row says of the agreement in force."""

    types: tuple[str, ...]
    signed_on: date
    starts_on: date
    ends_on: date
    own_number: str = ""
    last_settled_on: date | None = None


@dataclass
class Entry:
    """A row as read. values: by column, without empty ones; persons: role → (name, number or nothing)."""

    number: int
    values: dict[str, Any]
    persons: dict[str, tuple[str, str]] = field(default_factory=dict)
    terms: Terms | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)  # (key of the column, sentence)


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a row. changes: (key, stored, new) in words; numbers masked."""

    entry: Entry
    kind: str  # new, changed, unchanged, wrong
    known: Known | None = None
    changes: tuple[tuple[str, Any, Any], ...] = ()
    opens_agreement: bool = False
    updates: tuple[tuple[str, Any], ...] = ()  # columns of the standing agreement


@dataclass(frozen=True)
class Plan:
    """The verdicts of all rows, in their order, on the register as `stamp` found it."""

    verdicts: list[Verdict]
    stamp: tuple[Any, ...]

    def of(self, *kinds: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.kind in kinds]

    @property
    def digest(self) -> str:
        """Equal for two plans that would do the same."""
        told = [(v.entry.number, v.kind, v.changes, v.opens_agreement, v.entry.errors) for v in self.verdicts]
        text = json.dumps(told, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def may_take_over(hand: Hand) -> bool:
    """Return whether this person may register agreements that exist already, by the step's roles."""
    book = hand.book_for(hand.actor.office, Matter.AGREEMENT)
    step = next((row for row in book.steps if row.action == "register_existing"), None)
    return step is not None and bool(hand.roles & set(step.roles))


def plan(entries: Sequence[Entry], *, hand: Hand, report: Report) -> Plan:
    """Return what the rows mean for the register of the actor's office as it stands; writes nothing.

    A row that was read with errors stays wrong; the register may add more to it. Agreements are left out for
    somebody who may not register them.
    """
    known = ledger_known.load(hand.actor.office, _digests(entries))
    sight = _Sight(known, hand, may_take_over(hand))
    verdicts = []
    for done, entry in enumerate(entries, start=1):
        verdicts.append(sight.judge(entry))
        if done % EVERY == 0:
            report(done, len(entries))
    return Plan(verdicts, known.stamp)


def _digests(entries: Iterable[Entry]) -> set[str]:
    return {vault.digest(number) for e in entries for _, number in e.persons.values() if number}


class _Sight:
    """Judges row after row; remembers what earlier rows of the file have taken."""

    def __init__(self, register: ledger_known.Register, hand: Hand, with_agreements: bool) -> None:
        self.register, self.hand, self.with_agreements = register, hand, with_agreements
        self.seen: dict[tuple[str, str], int] = {}
        self.met: dict[int, int] = {}
        self.codes: dict[str, int] = {}
        self.names: dict[str, str] = {digest: person.name for digest, person in register.people.items()}

    def judge(self, entry: Entry) -> Verdict:
        values, errors = entry.values, list(entry.errors)
        known = self._match(values)
        errors += [*self._twins(entry, known), *self._elsewhere(values, known)]
        errors += self._persons(entry, known)
        standing = self.register.standing.get(known.id) if known else None
        terms = entry.terms if self.with_agreements else None
        if terms and standing:
            errors += _other_terms(terms, standing)
        if errors:
            entry.errors[:] = errors
            return Verdict(entry, "wrong", known)
        return self._compare(entry, known, terms, standing)

    def _match(self, values: Mapping[str, Any]) -> Known | None:
        """Return the office's institution that the row means: same code and licence, or code and name."""
        key = (values.get("uscc", ""), values.get("licence_no", ""))
        if key in self.register.own:
            return self.register.own[key]
        same = [k for k in self.register.by_uscc.get(key[0], ()) if k.values["name"] == values.get("name")]
        return same[0] if len(same) == 1 else None

    def _twins(self, entry: Entry, known: Known | None) -> list[tuple[str, str]]:
        key = (entry.values.get("uscc", ""), entry.values.get("licence_no", ""))
        code = entry.values.get("national_code", "")
        found = []
        if all(key) and self.seen.setdefault(key, entry.number) != entry.number:
            found.append(("uscc", f"与第 {self.seen[key]} 行的信用代码和许可证号相同，一家机构只能有一行"))
        elif known and self.met.setdefault(known.id, entry.number) != entry.number:
            same = f"与第 {self.met[known.id]} 行指的是台账中的同一家机构“{known.values['name']}”"
            found.append(("licence_no", f"{same}，请核对许可证号"))
        if code and self.codes.setdefault(code, entry.number) != entry.number:
            found.append(("national_code", f"与第 {self.codes[code]} 行的定点编号相同"))
        return found

    def _elsewhere(self, values: Mapping[str, Any], known: Known | None) -> list[tuple[str, str]]:
        found = []
        key = (values.get("uscc", ""), values.get("licence_no", ""))
        if key in self.register.foreign:
            office = self.register.foreign[key]
            found.append(("uscc", f"信用代码和许可证号相同的机构已由{office}登记，请与该单位核对"))
        if known and known.values["kind"] != values.get("kind") and "kind" in values:
            found.append(("kind", f"台账中“{known.values['name']}”登记的是另一种机构类型，请核对"))
        holder = self.register.codes.get(values.get("national_code", ""))
        if holder and (known is None or holder.id != known.id):
            found.append(("national_code", f"定点编号已登记在“{holder.name}”名下，请核对"))
        return found

    def _persons(self, entry: Entry, known: Known | None) -> list[tuple[str, str]]:
        found = []
        for role, (name, number) in entry.persons.items():
            stored = known.persons.get(role) if known else None
            if not number:
                if stored is None or stored.name != name:
                    found.append((f"{role}_id", f"请填写“{name}”的身份证号；没有的，姓名也先不填"))
                continue
            holder = self.names.setdefault(vault.digest(number), name)
            if holder != name:
                masked = mask_id(number)
                sentence = f"身份证号 {masked} 已登记在“{holder}”名下，与“{name}”不一致，请核对证件"
                found.append((f"{role}_id", sentence))
        return found

    def _compare(
        self, entry: Entry, known: Known | None, terms: Terms | None, standing: Standing | None
    ) -> Verdict:
        if known is None:
            return Verdict(entry, "new", opens_agreement=bool(terms))
        changes = [
            (key, known.values[key], entry.values[key])
            for key in COLUMNS
            if key in entry.values and entry.values[key] != known.values[key]
        ]
        changes += _changed_persons(entry, known)
        updates = _updates(terms, standing) if terms and standing else ()
        changes += [(f"agreement.{name}", getattr(standing, name), value) for name, value in updates]
        opens = bool(terms and not standing)
        if opens and terms:
            changes.append(("agreement.ends_on", None, terms.ends_on))
        kind = "changed" if changes else "unchanged"
        return Verdict(entry, kind, known, tuple(changes), opens, updates)


def _changed_persons(entry: Entry, known: Known) -> list[tuple[str, Any, Any]]:
    changes = []
    for role in PERSONS:
        name, number = entry.persons.get(role, ("", ""))
        stored = known.persons.get(role)
        if number and (stored is None or stored.digest != vault.digest(number)):
            before = f"{stored.name} {stored.masked}" if stored else ""
            changes.append((role, before, f"{name} {mask_id(number)}"))
    return changes


def _other_terms(terms: Terms, standing: Standing) -> list[tuple[str, str]]:
    """An agreement that stands keeps its days: the ledger never moves them."""
    told = "与台账中现行协议登记的 {} 不一致；协议的起止日期不能通过导入修改，请在协议管理中核对"
    return [
        (f"agreement.{name}", told.format(getattr(standing, name).isoformat()))
        for name in ("signed_on", "starts_on", "ends_on")
        if getattr(terms, name) != getattr(standing, name)
    ]


def _updates(terms: Terms, standing: Standing) -> tuple[tuple[str, Any], ...]:
    """Return what the row changes of the standing agreement: a later settlement, and what only it knows."""
    found: list[tuple[str, Any]] = []
    if standing.is_taken_over and terms.own_number and terms.own_number != standing.own_number:
        found.append(("own_number", terms.own_number))
    if standing.is_taken_over and terms.types != standing.types:
        found.append(("types", terms.types))
    settled = terms.last_settled_on
    if settled and (standing.last_settled_on is None or settled > standing.last_settled_on):
        found.append(("last_settled_on", settled))
    return tuple(found)
