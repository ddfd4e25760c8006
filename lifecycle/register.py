"""The one door through which institutions and the persons behind them are written, and how they are found."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pypinyin

from lifecycle import audit, history, vault
from lifecycle.db import locked, write_tx
from lifecycle.errors import Conflict, NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Case, Institution, Matter, Person
from rules.identity import mask_id

# The persons of an institution, in the order of annex 2.
PERSONS = ("legal_representative", "principal", "controller")

# The institutions an institution hangs on; neither may lead back to it.
LINKS = {"parent": "所属机构", "settlement": "结算机构"}

# (name, resident id); an empty id keeps the person that is stored.
Named = tuple[str, str]


class Registered(Conflict):
    """The institution is in the register already; `known` is its row."""

    status = 422

    def __init__(self, sentence: str, known: Institution) -> None:
        super().__init__(sentence)
        self.known = known


def search_key(name: str, *codes: str, former: Sequence[str] = ()) -> str:
    """Return what an institution is found by, lower case: name, initials, codes, former names, pinyin.

    Cut to the column's length at the end, where the least is lost.
    """
    parts = [*_named(name), *(code for code in codes if code)]
    for old in former:
        parts += _named(old)
    parts.append("".join(pypinyin.lazy_pinyin("".join(name.split()))))
    return " ".join(parts).lower()[: Institution.search_key.max_length]


def _named(name: str) -> tuple[str, str]:
    """Return a name without blanks, and its pinyin initials."""
    plain = "".join(name.split())
    return plain, "".join(pypinyin.lazy_pinyin(plain, style=pypinyin.Style.FIRST_LETTER))


def save_person(name: str, resident_id: str, *, hand: Hand) -> Person:
    """Return the person with `resident_id`, stored encrypted; a known number is the same person everywhere.

    Raises Unmet if the number is known under another name: one of the two is mistyped.
    """
    with write_tx():
        known = Person.get_or_none(Person.id_digest == vault.digest(resident_id))
        if known and known.name != name:
            raise Unmet(
                [f"身份证号 {known.id_masked} 已登记在“{known.name}”名下，与“{name}”不一致，请核对证件"]
            )
        if known:
            return known
        person = Person.create(
            name=name,
            id_cipher=vault.seal(resident_id),
            id_digest=vault.digest(resident_id),
            id_masked=mask_id(resident_id),
        )
        audit.record(
            f"person:{person.id}", "register_person", hand=hand, name=name, id_masked=person.id_masked
        )
    return person


def save_institution(
    values: Mapping[str, Any],
    *,
    hand: Hand,
    persons: Mapping[str, Named] | None = None,
    institution: Institution | None = None,
    version: int | None = None,
    is_correction: bool = False,
    on: date | None = None,
    case: Case | None = None,
) -> Institution:
    """Return the institution as saved: a new one of the actor's office, or `institution` with new `values`.

    values: columns; `profile` whole. persons: any of PERSONS; without a name the institution has no such
    person. version: the one the person saw. on: since when the new values hold, today if left out. What
    important fields said before is kept, unless it was a slip of the pen (is_correction). case: in which the
    institution itself or the window said so.

    Raises Conflict if it is stale, NotAllowed for another office's institution, Registered if another row has
    the same credit code and licence, Unmet as save_person does and for links that lead back to it. Nothing
    changed leaves no event.
    """
    book = hand.book_for(hand.actor.office, Matter.APPLICATION)
    with write_tx():
        row = _held(institution, version, hand)
        before, said = (told(row), history.snapshot(row, book)) if institution else ({}, {})
        people = {role: row.__data__.get(role) for role in PERSONS}
        for name, value in values.items():
            setattr(row, name, value)
        for role, named in (persons or {}).items():
            setattr(row, role, named_person(getattr(row, role), named, hand=hand))
        if not is_correction:
            history.keep(row, said, book, hand=hand, on=on or hand.today)
        former = history.former_names(row) if institution else ()
        row.search_key = search_key(row.name, row.uscc, row.licence_no, row.national_code, former=former)
        _refuse_twins(row)
        _refuse_loops(row)
        after = told(row)
        for role, known in people.items():  # another number that reads the same when masked
            if before and row.__data__.get(role) != known and after[role] == before[role]:
                after[role] += "（证件号码已更正）"
        if after != before:
            _write(row, before, after, hand, case)
    return row


def reveal(institution: Institution, role: str, *, hand: Hand) -> str:
    """Return the whole resident id of the institution's person in `role`, leaving an event.

    Raises Unmet if there is none.
    """
    person = getattr(institution, role) if role in PERSONS else None
    if person is None:
        raise Unmet(["这家机构没有登记这个人员，请刷新后核对"])
    with write_tx():
        audit.record(
            stream_of(institution), "reveal_id", hand=hand, role=role, name=person.name, id=person.id_masked
        )
    return vault.reveal(person.id_cipher)


def stream_of(institution: Institution) -> str:
    """Return the stream of an institution's events."""
    return f"institution:{institution.id}"


def person_by_number(resident_id: str) -> Person | None:
    """Return the person who holds this number, if known."""
    return Person.get_or_none(Person.id_digest == vault.digest(resident_id)) if resident_id else None


def _held(institution: Institution | None, version: int | None, hand: Hand) -> Institution:
    if institution is None:
        return Institution(office=hand.actor.office, search_key="")
    row = locked(Institution, institution.id)
    if row.office_id != hand.actor.office_id:
        raise NotAllowed(f"“{row.name}”由{row.office.name}登记，只能由该机构修改")
    if version is not None and version != row.version:
        raise Conflict(
            f"同事刚刚改动了“{row.name}”的登记信息，本次未保存，已填内容都保留着；请另开页面核对后再提交"
        )
    return row


def named_person(known: Person | None, named: Named, *, hand: Hand) -> Person | None:
    """Return the person that `named` means, None without a name; a kept one is renamed if that was corrected.

    Raises Unmet as save_person does, and without a number for somebody who is not `known`.
    """
    name, number = named
    if not name:
        return None
    if number:
        return save_person(name, number, hand=hand)
    if known is None:
        raise Unmet([f"请填写{name}的身份证号"])
    if known.name != name:
        Person.update(name=name).where(Person.id == known.id).execute()
        audit.record(f"person:{known.id}", "rename_person", hand=hand, name=[known.name, name])
        return Person.get_by_id(known.id)
    return known


def _refuse_twins(row: Institution) -> None:
    twin = (
        Institution.select()
        .where(
            Institution.uscc == row.uscc,
            Institution.licence_no == row.licence_no,
            Institution.id != (row.id or 0),
        )
        .first()
    )
    if twin and twin.office_id == row.office_id:
        raise Registered(f"台账中已有“{twin.name}”，信用代码和许可证号相同，请从台账选用", twin)
    if twin:
        raise Registered(f"信用代码和许可证号相同的机构已由{twin.office.name}登记，请与该单位核对", twin)


def _refuse_loops(row: Institution) -> None:
    """Refuse a link that leads back to `row`; what stands in the table counts, not what was read before."""
    for column, label in LINKS.items():
        field = Institution._meta.fields[column]
        above = row.__data__.get(column)
        while above is not None and row.id:
            if above == row.id:
                raise Unmet([f"{label}不能选本机构，也不能选隶属于本机构的机构"])
            above = Institution.select(field).where(Institution.id == above).tuples().get()[0]


def told(row: Institution) -> dict[str, Any]:
    """Return the row as its event tells it: personal numbers masked, links by name, each blank by its key."""
    untold = ("id", "version", "search_key", "profile")
    told = {name: value for name, value in row.__data__.items() if name not in untold}
    told |= {f"profile.{key}": value for key, value in row.profile.items()}
    for link in LINKS:
        other = getattr(row, link)
        told[link] = other.name if other else None
    for role in PERSONS:
        person = getattr(row, role)
        told[role] = f"{person.name} {person.id_masked}" if person else None
    return told


def _write(
    row: Institution, before: Mapping[str, Any], after: Mapping[str, Any], hand: Hand, case: Case | None
) -> None:
    row.version += 1 if before else 0
    row.save()
    changed = [name for name in (before | after) if before.get(name) != after.get(name)]
    audit.record(
        stream_of(row),
        "change_institution" if before else "register_institution",
        hand=hand,
        case=case,
        before={name: before[name] for name in changed if name in before},
        after={name: after.get(name) for name in changed},
    )
