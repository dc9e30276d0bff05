"""What a test sent instances through before it asserted for the last time.

Keys increase with time, so one that is drawn at an assertion tells which entries of
the history were there by then. Whoever serves an installation to a test calls
`note` before closing it; the conftest files of the tests that prove rules take the
two hooks from here.
"""

from dataclasses import dataclass, field
from functools import cache

import pytest
from sqlalchemy import select

from company import procedure
from engine.database import Database
from engine.events import Event
from engine.lifecycles import ElementState
from engine.schema import ElementInstance, JournalEntry, next_key

_ACKNOWLEDGED = "ProcedureAcknowledged"
_USER_TASK = "userTask"


@dataclass
class _Running:
    """The test that runs now, and the key that was drawn at its last assertion."""

    item: pytest.Item | None = None
    asserted: int = 0
    reached: set[tuple[str, str]] = field(default_factory=set)


_running = _Running()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget the test before."""
    _running.item, _running.asserted, _running.reached = item, 0, set()


def pytest_assertion_pass() -> None:
    """Remember when something was asserted."""
    _running.asserted = next_key()


@dataclass(frozen=True)
class Start:
    """The moment from which on a test is watched, and what was being gone through."""

    key: int
    active: frozenset[int]


def begin(database: Database) -> Start:
    """Watch what happens from now on."""
    entered = select(ElementInstance.key).where(
        ElementInstance.state == ElementState.ACTIVE,
        ElementInstance.element_type != _USER_TASK,
    )
    with database.reading() as session:
        return Start(next_key(), frozenset(session.scalars(entered)))


def note(database: Database, since: Start) -> None:
    """Note which elements were gone through after ``since`` and before asserting."""
    item = _running.item
    named = [] if item is None else _rules_of(item)
    if item is None or not named or not _running.asserted:
        return
    entered = _history(database, since, _running.asserted)
    fresh = {
        (rule, element)
        for rule in named
        for element in _elements(rule)
        if element in entered
    }
    item.user_properties.append(("reached", sorted(fresh)))


def _rules_of(item: pytest.Item) -> list[str]:
    for name, value in item.user_properties:
        if name == "rules" and isinstance(value, list):
            return value
    return []


@cache
def _elements(rule: str) -> tuple[str, ...]:
    found = {each.id: each for each in procedure.rules()}
    if rule not in found:
        return ()
    return found[rule].elements or (procedure.API_ONLY,)


def _history(database: Database, since: Start, until: int) -> set[str]:
    """Return what the history holds; of user tasks, the completed ones."""
    done = select(JournalEntry.element_id).where(
        JournalEntry.key.between(since.key, until),
        JournalEntry.event == Event.TASK_COMPLETED,
    )
    passed = select(ElementInstance.element_id).where(
        ElementInstance.key.between(since.key, until),
        ElementInstance.element_type != _USER_TASK,
    )
    left = select(ElementInstance.element_id).where(
        ElementInstance.key.in_(since.active),
        ElementInstance.state == ElementState.COMPLETED,
    )
    read = select(JournalEntry.key).where(
        JournalEntry.key.between(since.key, until), JournalEntry.event == _ACKNOWLEDGED
    )
    with database.reading() as session:
        found = {*session.scalars(done), *session.scalars(passed)}
        found.update(session.scalars(left))
        if session.scalar(read.limit(1)) is not None:
            found.add(procedure.API_ONLY)
    return found
