"""Writing a planned ledger, all or nothing: persons, institutions, agreements in force, each with its event.

What costs time (encryption, pinyin) is prepared before the lock for writing is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import chunked

from lifecycle import audit, ledger_known, register, vault
from lifecycle.db import insert_all, write_tx
from lifecycle.errors import Conflict
from lifecycle.hand import Hand
from lifecycle.ledger import EVERY, Plan, Terms, Verdict
from lifecycle.long_tasks import Report
from lifecycle.openings import Opening, open_all
from models import Agreement, Application, Case, CaseState, Institution, Matter, Person
from rules.identity import mask_id

BATCH = 500
TEXT_VERSION = "存量协议"
REASON = "由存量台账导入"
DAYS = ("signed_on", "starts_on", "ends_on")


class Moved(Conflict):
    """The register has changed since the plan was made; nothing was written."""


@dataclass(frozen=True)
class Prepared:
    """A plan with what is costly done: rows of new persons by digest, keys to search new institutions by."""

    plan: Plan
    people: Mapping[str, dict[str, Any]]
    search_keys: Mapping[int, str]  # by row number


def prepare(plan: Plan, *, report: Report) -> Prepared:
    """Return `plan` ready to be written; writes nothing, holds no lock."""
    people: dict[str, dict[str, Any]] = {}
    keys: dict[int, str] = {}
    good = plan.of("new", "changed")
    for done, verdict in enumerate(good, start=1):
        for name, number in verdict.entry.persons.values():
            if number and (digest := vault.digest(number)) not in people:
                people[digest] = _sealed(name, number, digest)
        if verdict.kind == "new":
            keys[verdict.entry.number] = _search_key(verdict.entry.values)
        if done % EVERY == 0:
            report(done, 2 * len(good))
    return Prepared(plan, people, keys)


def _sealed(name: str, number: str, digest: str) -> dict[str, Any]:
    return {
        "name": name,
        "id_cipher": vault.seal(number),
        "id_digest": digest,
        "id_masked": mask_id(number),
    }


def _search_key(values: Mapping[str, Any]) -> str:
    codes = (values["uscc"], values["licence_no"], values.get("national_code", ""))
    return register.search_key(values["name"], *codes)


def write(prepared: Prepared, *, hand: Hand, report: Report) -> dict[str, int]:
    """Write the good rows of the plan and return how many were new, changed, and agreements taken over.

    In the transaction of the caller, or one of its own. Raises Moved if the register is no longer the one
    the plan was made on; on that and any other refusal nothing is written.
    """
    plan = prepared.plan
    with write_tx():
        if ledger_known.stamp_now() != plan.stamp:
            raise Moved("台账在检查之后有改动，请重新检查后再导入")
        total = 2 * len(plan.of("new", "changed"))
        report(total // 2, total)
        people = _write_people(prepared, hand)
        rows = _write_new(prepared, people, hand)
        report(total // 2 + len(rows) // 2, total)
        rows |= _write_changed(plan, hand, report)
        _take_over([(rows[v.entry.number], v.entry.terms) for v in plan.verdicts if v.opens_agreement], hand)
        counts = {kind: len(plan.of(kind)) for kind in ("new", "changed", "unchanged", "wrong")}
        counts["agreements"] = sum(verdict.opens_agreement for verdict in plan.verdicts)
        audit.record(f"office:{hand.actor.office_id}", "import_ledger", hand=hand, **counts)
    return counts


def _write_people(prepared: Prepared, hand: Hand) -> dict[str, Person]:
    """Write the persons nobody has registered yet and return all that the plan names, by digest."""
    found = _people(list(prepared.people))
    missing = [row for digest, row in prepared.people.items() if digest not in found]
    insert_all(Person, missing)
    fresh = _people([row["id_digest"] for row in missing])
    told = [
        audit.Told(f"person:{p.id}", "register_person", {"name": p.name, "id_masked": p.id_masked})
        for p in fresh.values()
    ]
    audit.record_many(told, hand=hand)
    return found | fresh


def _people(digests: list[str]) -> dict[str, Person]:
    found = {}
    for batch in chunked(digests, BATCH):
        columns = (Person.id, Person.name, Person.id_digest, Person.id_masked)
        found |= {p.id_digest: p for p in Person.select(*columns).where(Person.id_digest.in_(batch))}
    return found


def _write_new(prepared: Prepared, people: Mapping[str, Person], hand: Hand) -> dict[int, Institution]:
    """Write the new institutions with their events and return them by row number."""
    rows = {v.entry.number: _institution(v, prepared, people, hand) for v in prepared.plan.of("new")}
    insert_all(Institution, [row.__data__ for row in rows.values()])
    keys = Institution.select(Institution.uscc, Institution.licence_no, Institution.id)
    ids = {(u, no): i for u, no, i in keys.where(Institution.office == hand.actor.office).tuples()}
    for row in rows.values():
        row.id = ids[row.uscc, row.licence_no]
    told = [
        audit.Told(
            register.stream_of(row), "register_institution", {"before": {}, "after": register.told(row)}
        )
        for row in rows.values()
    ]
    audit.record_many(told, hand=hand)
    return rows


def _institution(
    verdict: Verdict, prepared: Prepared, people: Mapping[str, Person], hand: Hand
) -> Institution:
    entry = verdict.entry
    row = Institution(office=hand.actor.office, **entry.values)
    row.search_key = prepared.search_keys[entry.number]
    for role in register.PERSONS:
        name_number = entry.persons.get(role)
        setattr(row, role, people[vault.digest(name_number[1])] if name_number else None)
    return row


def _write_changed(plan: Plan, hand: Hand, report: Report) -> dict[int, Institution]:
    """Write what changes and return the institutions by row number."""
    rows: dict[int, Institution] = {}
    changed = plan.of("changed")
    for done, verdict in enumerate(changed, start=1):
        rows[verdict.entry.number] = _change(verdict, hand)
        if done % EVERY == 0:
            report(2 * len(plan.of("new")) + len(changed) + done, 2 * len(plan.of("new", "changed")))
    return rows


def _change(verdict: Verdict, hand: Hand) -> Institution:
    entry, known = verdict.entry, verdict.known
    if known is None:
        raise ValueError("what changes is known")
    institution = Institution.get_by_id(known.id)
    if any(not key.startswith("agreement.") for key, _, _ in verdict.changes):
        persons = {role: named for role, named in entry.persons.items() if named[1]}
        register.save_institution(
            entry.values, hand=hand, persons=persons, institution=institution, version=known.version
        )
    if verdict.updates:
        _update_agreement(institution, dict(verdict.updates), hand)
    return institution


def _take_over(found: Sequence[tuple[Institution, Terms | None]], hand: Hand) -> None:
    """Open the cases of agreements that exist on paper; each term runs to the day the paper says."""
    taken = [(institution, terms) for institution, terms in found if terms]
    if not taken:
        return
    openings = [Opening(institution, _typed(terms)) for institution, terms in taken]
    cases = open_all(openings, Matter.AGREEMENT, "register_existing", hand=hand, reason=REASON)
    applied, agreed = [], []
    for case, (_, terms) in zip(cases, taken, strict=True):
        applied.append({"case": case, "types": list(terms.types), "note": REASON})
        days = {name: getattr(terms, name) for name in (*DAYS, "last_settled_on")}
        agreed.append({"case": case, "text_version": TEXT_VERSION, "own_number": terms.own_number, **days})
    insert_all(Application, applied)
    insert_all(Agreement, agreed)


def _typed(terms: Terms) -> dict[str, Any]:
    days = {name: getattr(terms, name).isoformat() for name in DAYS}
    return {**days, "own_number": terms.own_number, "types": list(terms.types), "source": REASON}


def _update_agreement(institution: Institution, updates: dict[str, Any], hand: Hand) -> None:
    agreement = (
        Agreement.select(Agreement, Case)
        .join(Case)
        .where(Case.institution == institution, Case.matter == Matter.AGREEMENT, Case.closed_on.is_null())
        .where(Case.state != CaseState.NEW)
        .order_by(Case.id.desc())
        .get()
    )
    told = {}
    if "types" in updates:
        application = Application.get(Application.case == agreement.case)
        told["types"] = [application.types, list(updates.pop("types"))]
        Application.update(types=told["types"][1], version=Application.version + 1).where(
            Application.id == application.id
        ).execute()
    for name, value in updates.items():
        told[name] = [getattr(agreement, name), value]
    idle = {"idle_since": None} if "last_settled_on" in updates else {}
    Agreement.update(**updates, **idle, version=Agreement.version + 1).where(
        Agreement.id == agreement.id
    ).execute()
    audit.record(
        audit.of_case(agreement.case),
        "update_existing",
        hand=hand,
        case=agreement.case,
        reason=REASON,
        **told,
    )
