"""Who acts, on which day, with which law: all an operation may know besides its rows (经手)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models import Case, Matter, Office, Role, User
from rules.book import Book
from rules.calendar import WorkCalendar
from rules.region import Region
from rules.rows import Step


@dataclass(frozen=True)
class Hand:
    """One person's hand on one day. The system's own hand has the role SYSTEM and any office."""

    actor: User
    roles: frozenset[str]
    today: date
    calendar: WorkCalendar
    books: Mapping[str, Book]
    regions: Mapping[str, Region]

    @property
    def is_system(self) -> bool:
        return Role.SYSTEM in self.roles

    def book_of(self, case: Case) -> Book:
        """Return the book the case was opened under, even if a newer one is in force."""
        return self.books[case.book]

    def region_of(self, office: Office) -> Region:
        """Return the region whose books and options serve `office`."""
        return self.regions[office.region]

    def book_for(self, office: Office, matter: str) -> Book:
        """Return the book under which a new case of `matter` is opened at `office`."""
        return self.books[self.region_of(office).books[Matter(matter)]]

    def may(self, step: Step, case: Case) -> bool:
        """Return whether this person holds a role of `step` at the office that takes it.

        The city's reviewers act on the cases of the counties below; all others on their own office's.
        """
        if self.is_system:
            return bool(step.auto)
        own = case.office_id == self.actor.office_id
        above = case.office.parent_id == self.actor.office_id
        return any(role in self.roles and (above if role == Role.CITY else own) for role in step.roles)

    def sees(self, case: Case) -> bool:
        """Return whether the case lies in this person's scope: own office, or an office below it."""
        return self.is_system or self.actor.office_id in (case.office_id, case.office.parent_id)
