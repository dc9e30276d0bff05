"""Who is charged with what, as written in a configuration; pure.

Nothing in a diagram names a person: diagrams name duties, and a `DutyBook` leads
from a duty to positions, to people and to the roles of one project.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Mode = Literal["one", "any", "all", "notify"]
Roles = Mapping[str, tuple[str, ...]]

USER = "user:"
AREA = "area:"
ANY_AREA = "area:*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty and where its people come from.

    ``members`` holds positions, ``user:NAME``, ``area:NAME`` (the owner of a
    business area, ``area:*`` all of them) and roles of the scope with a dot
    (``project.manager``). ``proxies`` may act on behalf of the members and are
    recorded as such. Who holds the duty ``not_same_as`` in the same scope is left
    out. ``single`` permits a joint duty to come down to one person.
    """

    name: str
    title: str
    title_en: str
    mode: Mode
    members: tuple[str, ...]
    proxies: tuple[str, ...] = ()
    not_same_as: str = ""
    department: str = ""
    single: bool = False
    rules: tuple[str, ...] = ()

    @property
    def depends_on_scope(self) -> bool:
        """Tell whether the people differ from project to project."""
        return any(is_role(source) for source in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in the company and who holds it."""

    name: str
    title: str
    title_en: str
    users: tuple[str, ...]
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputy:
    """Who acts for somebody, in some duties or (when empty) in all.

    With ``start`` or ``end`` (both days included) somebody is absent and the deputy
    stands in instead; without them both may act, except where everybody must.
    """

    absent: str
    deputy: str
    duties: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None

    @property
    def is_absence(self) -> bool:
        """Tell whether the deputy replaces somebody for a time."""
        return self.start is not None or self.end is not None

    def covers(self, duty: str, day: date) -> bool:
        """Tell whether the deputy counts for ``duty`` on ``day``."""
        begun = self.start is None or self.start <= day
        over = self.end is not None and self.end < day
        return begun and not over and (not self.duties or duty in self.duties)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBook:
    """One version of the configuration."""

    duties: Mapping[str, Duty]
    positions: Mapping[str, Position]
    departments: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    deputies: tuple[Deputy, ...] = ()
    business_owners: Mapping[str, str] = field(default_factory=dict)
    access: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    procedure_version: str = ""

    def resolve(
        self, name: str, roles: Roles, active: frozenset[str], day: date
    ) -> tuple[str, ...]:
        """Return who holds a duty: active people, in the order of the configuration.

        Args:
            name: The duty; one that the book does not know is held by nobody.
            roles: Role of the scope → people.
            active: Accounts that can sign in; others are left out.
            day: The day for which deputies and absences are read.
        """
        duty = self.duties.get(name)
        if duty is None:
            return ()
        people = self._people(duty, roles, active, day)
        if duty.not_same_as:
            barred = self.resolve(duty.not_same_as, roles, active, day)
            people = tuple(person for person in people if person not in barred)
        return people

    def proxies(
        self, name: str, roles: Roles, active: frozenset[str]
    ) -> tuple[str, ...]:
        """Return who may act on behalf of the holders of a duty."""
        duty = self.duties.get(name)
        found = self._named(duty.proxies, roles) if duty else []
        return _unique(person for person in found if person in active)

    def positions_of(self, username: str) -> frozenset[str]:
        """Return the positions that somebody holds."""
        places = self.positions.values()
        return frozenset(place.name for place in places if username in place.users)

    def _people(
        self, duty: Duty, roles: Roles, active: frozenset[str], day: date
    ) -> tuple[str, ...]:
        found: list[str] = []
        for person in self._named(duty.members, roles):
            found += self._acting(person, duty, active, day)
        return _unique(person for person in found if person in active)

    def _named(self, sources: Iterable[str], roles: Roles) -> list[str]:
        found: list[str] = []
        for source in sources:
            found += self._from(source, roles)
        return found

    def _from(self, source: str, roles: Roles) -> Iterable[str]:
        if source.startswith(USER):
            return (source.removeprefix(USER),)
        if source == ANY_AREA:
            return self.business_owners.values()
        if source.startswith(AREA):
            owner = self.business_owners.get(source.removeprefix(AREA))
            return (owner,) if owner else ()
        if is_role(source):
            return roles.get(source, ())
        position = self.positions.get(source)
        return position.users if position else ()

    def _acting(
        self, person: str, duty: Duty, active: frozenset[str], day: date
    ) -> Iterable[str]:
        """Return the person, or who stands in for him; never nobody for somebody."""
        covering = [
            deputy
            for deputy in self.deputies
            if deputy.absent == person
            and deputy.deputy in active
            and deputy.covers(duty.name, day)
        ]
        if standing_in := [each.deputy for each in covering if each.is_absence]:
            return standing_in
        if duty.mode == "all":  # an added person would be one more who must act
            return (person,)
        return (person, *(each.deputy for each in covering))


def is_role(source: str) -> bool:
    """Tell a role of a scope (``project.manager``) from other sources of people."""
    return "." in source and not source.startswith((USER, AREA))


def _unique(people: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(people))
