"""What a step may know of the world: business time, calendar, who holds which duty."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session
from typing_extensions import override

from engine import cache, calendars, duties
from engine.runtime import Surroundings


class Members(Mapping[str, tuple[str, ...]]):
    """The people of each duty in one scope, looked up only when asked for."""

    def __init__(self, session: Session, scope_key: int | None) -> None:
        self._session = session
        self._scope_key = scope_key

    @override
    def __getitem__(self, duty: str) -> tuple[str, ...]:
        if duty not in self:
            raise KeyError(duty)
        return duties.resolve(self._session, duty, self._scope_key)

    @override
    def __contains__(self, duty: object) -> bool:
        return duty in duties.in_force(self._session).duties

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(duties.in_force(self._session).duties)

    @override
    def __len__(self) -> int:
        return len(duties.in_force(self._session).duties)


def surroundings(session: Session, scope_key: int | None) -> Surroundings:
    """Return what a step of an instance in this scope may know."""
    calendar = calendars.calendar(session)
    return Surroundings(
        now=cache.now(session),
        calendar=calendar,
        zone=calendar.zone.key,
        facts=Members(session, scope_key),
    )
