"""Which duties the deployed diagrams name, and what of them is not provided for."""

from collections.abc import Iterable

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import cache, definitions, duties
from engine.duty_check import check
from engine.errors import Finding
from engine.runtime import ElementInfo
from engine.schema import ProcessDefinition

_log = structlog.get_logger()

Used = dict[str, frozenset[str]]


def used(session: Session) -> Used:
    """Return the duties of the newest versions, each with the modes it is named in.

    A task without a mode of its own adds an empty one. Duties that are computed from
    data are not among them.
    """
    caches = cache.refreshed(session)
    return caches.revised(
        session, definitions.REVISION, lambda: _read(session), "duties"
    )


def gaps(session: Session) -> tuple[Finding, ...]:
    """Return the duties of deployed diagrams that nobody (or too few) can act on.

    They are logged as warnings: a fresh installation has no people yet, so that it
    must start all the same.
    """
    book, active = duties.in_force(session), duties.active_users(session)
    findings = check(book, used(session), active)
    for finding in findings:
        _log.warning("duty not provided for", duty=finding.element_id, why=finding.code)
    return findings


def _read(session: Session) -> Used:
    newest = select(func.max(ProcessDefinition.version), ProcessDefinition.process_id)
    newest = newest.group_by(ProcessDefinition.process_id)
    found: dict[str, set[str]] = {}
    for version, process_id in session.execute(newest).all():
        row = definitions.latest(session, process_id, version)
        _collect(found, definitions.elements(session, row.key).values())
    return {duty: frozenset(modes) for duty, modes in found.items()}


def _collect(found: dict[str, set[str]], elements: Iterable[ElementInfo]) -> None:
    for element in elements:
        duty = element.properties.get("duty", "").strip()
        if duty and not duty.startswith("="):
            mode = element.properties.get("mode", "").strip()
            found.setdefault(duty, set()).add(mode)
