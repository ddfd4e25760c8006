"""Who acts, on which day, with which law: all an operation may know besides its rows (经手)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models import Case, Matter, Office, Role, User
from rules.book import Book
from rules.calendar import WorkCalendar
from rules.region import Region
from rules.rows import Step

PROVIDERS = frozenset({Role.PROVIDER, Role.PROVIDER_ADMIN})


@dataclass(frozen=True)
class Hand:
    """One person's hand on one day. The system's own hand has the role SYSTEM and any office."""

    actor: User
    roles: frozenset[str]
    today: date
    calendar: WorkCalendar
    books: Mapping[str, Book]
    regions: Mapping[str, Region]
    institutions: frozenset[int] = frozenset()  # of a provider's account: those it works for

    @property
    def is_system(self) -> bool:
        return Role.SYSTEM in self.roles

    @property
    def is_provider(self) -> bool:
        return bool(self.roles & PROVIDERS)

    def owns(self, case: Case) -> bool:
        """Return whether the case is this person's to write: of the own office, or of the own institution."""
        if self.is_provider:
            return case.institution_id in self.institutions
        return case.office_id == self.actor.office_id

    def book_of(self, case: Case) -> Book:
        """Return the book the case was opened under, even if a newer one is in force."""
        return self.books[case.book]

    def region_of(self, office: Office) -> Region:
        """Return the region whose books and options serve `office`."""
        return self.regions[office.region]

    @property
    def books_here(self) -> list[Book]:
        """Return the books by which cases of this person's offices go: the region's own, then former law.

        A book that no region uses any more may still hold open cases; another region's never does.
        """
        own = dict.fromkeys(self.region_of(self.actor.office).books.values())
        used = {book for region in self.regions.values() for book in region.books.values()}
        return [self.books[key] for key in (*own, *(key for key in self.books if key not in used))]

    def book_for(self, office: Office, matter: str) -> Book:
        """Return the book under which a new case of `matter` is opened at `office`.

        Where the region has no rules of the matter, what screens ask of it is what its agreements go by.
        """
        books = self.region_of(office).books
        return self.books[books.get(Matter(matter), books[Matter.AGREEMENT])]

    def serves(self, office: Office, matter: str) -> bool:
        """Return whether the region of `office` has rules of `matter`, so that a case of it can be opened."""
        return Matter(matter) in self.region_of(office).books

    def may(self, step: Step, case: Case) -> bool:
        """Return whether this person holds a role of `step` at the office that takes it.

        The city's reviewers act on the cases of the counties below, providers on those of their institutions,
        all others on their own office's.
        """
        if self.is_system:
            return bool(step.auto)
        own = self.owns(case)
        above = case.office.parent_id == self.actor.office_id
        return any(role in self.roles and (above if role == Role.CITY else own) for role in step.roles)

    def sees(self, case: Case) -> bool:
        """Return whether the case lies in this person's scope: own office, one below, own institution."""
        if self.is_provider:
            return self.owns(case)
        return self.is_system or self.actor.office_id in (case.office_id, case.office.parent_id)
